/* sql.h - questions that more than one page asks. */
#ifndef KENTONGAN_CONSOLE_SQL_H
#define KENTONGAN_CONSOLE_SQL_H

/* What somebody sent is found block by block of what came together: the files are indexed so
 * (gateway/district/log_db.c, sqlite_db.c), since an index by whom alone would be written all over.  b is one
 * of the blocks that the views message_block, record_block and person_block of sight.c list. */
#define SQL_SENT_BY(whom)                                                                                    \
    " i.id IN (SELECT m.id FROM message_block AS b CROSS JOIN message_in AS m WHERE m.id / 8192 = b.n AND"   \
    " m.sender " whom ")"
#define SQL_BLOCK(x)          " CAST(" x "nomor AS INTEGER) / 262144"
#define SQL_REPORTED_BY(whom) SQL_BLOCK("r.") " = b.n AND r.reporter = " whom

/* x is one of the SMS of a number, found by its messages. */
#define SQL_SMS_OF(x, number)                                                                                \
    " " x ".nomor = " number " AND " x ".cause IN (SELECT k.message FROM message_nomor AS k"                 \
    " WHERE k.nomor = " number ")"
#define SQL_ALARM_OF_E                                                                                       \
    "SELECT 1 FROM message_out AS o WHERE o.class = 'emergency' AND" SQL_SMS_OF("o", "e.nomor")
#define SQL_SAME_AS_O SQL_SMS_OF("n", "o.nomor")

/* What the report of that number said, for words(): its names are masked in whatever is told of it. */
#define ITS_FIELDS(nomor)                                                                                    \
    "(SELECT json_group_array(json_object('fields', json(x.fields))) FROM record AS x WHERE x.nomor "        \
    "= " nomor ")"
#define ITS_WORDS "words(max(CASE WHEN e.event = 'sent' THEN e.words END), " ITS_FIELDS("e.nomor") ")"

/* Referrals, one a row: the urgency as it went out, the clock that runs, where it stands.  :_e1 … :_e3 are
 * the clocks in ms. */
#define SQL_REFERRALS                                                                                        \
    "SELECT r.nomor, r.mendesak, r.mulai, CASE WHEN r.terima THEN 0 ELSE r.mulai + CASE r.mendesak WHEN "    \
    "'E1'"                                                                                                   \
    " THEN CAST(:_e1 AS INTEGER) WHEN 'E2' THEN CAST(:_e2 AS INTEGER) ELSE CAST(:_e3 AS INTEGER) END END AS" \
    " tenggat, r.kata, r.dari, r.desa, r.terima, r.hadir, r.tutup, r.naik, r.oleh, r.di, CASE WHEN r.tutup " \
    "THEN"                                                                                                   \
    " 'tutup' WHEN r.hadir THEN 'hadir' WHEN r.terima THEN 'terima' WHEN r.naik THEN 'naik' ELSE 'kirim' "   \
    "END AS"                                                                                                 \
    " keadaan, CASE WHEN r.terima = 0 AND r.tutup = 0 AND :now > r.mulai + CASE r.mendesak WHEN 'E1' THEN"   \
    " CAST(:_e1 AS INTEGER) WHEN 'E2' THEN CAST(:_e2 AS INTEGER) ELSE CAST(:_e3 AS INTEGER) END THEN 1 "     \
    "ELSE 0"                                                                                                 \
    " END AS lewat, r.telepon AS _telepon FROM (SELECT e.nomor, CAST(strftime('%s', min(e.at)) AS INTEGER) " \
    "*"                                                                                                      \
    " 1000 AS mulai, " ITS_WORDS " AS kata, max(e.event = "                                                  \
    "'terima') AS"                                                                                           \
    " terima, max(e.event = 'hadir') AS hadir, max(e.event IN ('selesai', 'batal')) AS tutup, sum(e.event =" \
    " 'escalated') AS naik, CASE WHEN EXISTS (" SQL_ALARM_OF_E                                               \
    ") THEN 'E1' WHEN (SELECT x.findings LIKE '%\"E2\"%' OR x.form = 'rujuk' FROM record AS "                \
    "x WHERE"                                                                                                \
    " x.nomor = e.nomor) THEN 'E2' ELSE 'E3' END AS mendesak, (SELECT p.name FROM referral_event AS f JOIN " \
    "of_code"                                                                                                \
    " AS p ON p.code = f.place WHERE f.nomor = e.nomor AND f.event = 'sent' LIMIT 1) AS dari, (SELECT "      \
    "p.village"                                                                                              \
    " FROM referral_event AS f JOIN of_code AS p ON p.code = f.place WHERE f.nomor = e.nomor AND f.event = " \
    "'sent'"                                                                                                 \
    " LIMIT 1) AS desa, (SELECT phone(f.who) FROM referral_event AS f WHERE f.nomor = e.nomor AND f.event =" \
    " 'terima' LIMIT 1) AS oleh, (SELECT p.name FROM referral_event AS f JOIN of_code AS p ON p.code = "     \
    "f.place"                                                                                                \
    " WHERE f.nomor = e.nomor AND f.event IN ('terima', 'hadir') ORDER BY f.at DESC LIMIT 1) AS di, (SELECT" \
    " dial(f.who) FROM referral_event AS f WHERE f.nomor = e.nomor AND f.event = 'sent' LIMIT 1) AS "        \
    "telepon FROM"                                                                                           \
    " referral_event AS e GROUP BY e.nomor) AS r"

/* How many cases staff were told of last: "7 hr: 6, biasa 1,2/mg", "6", "80 -> 8"; heads read "<5". */
#define SQL_TOLD                                                                                             \
    "(SELECT CAST(CASE WHEN instr(f.words, ': ') THEN substr(f.words, instr(f.words, ': ') + 2) WHEN "       \
    "instr(f.words, '-> ') THEN substr(f.words, instr(f.words, '-> ') + 3) ELSE f.words END AS INTEGER) "    \
    "FROM alert_event AS f WHERE f.nomor = e.nomor AND f.event = 'sent' AND f.words NOT LIKE '<%' AND "      \
    "f.words NOT LIKE '% = %' ORDER BY f.at DESC LIMIT 1) "

/* Episodes, one a row. */
#define SQL_SIGNALS                                                                                          \
    "SELECT s.nomor, s.mulai, s.desa, p.name AS nama_desa, s.kasus, s.kepala, s.putusan, CASE WHEN "         \
    "s.putusan ="                                                                                            \
    " '' THEN s.mulai + CAST(:_verify AS INTEGER) ELSE 0 END AS tenggat, CASE WHEN s.putusan = '' AND :now " \
    ">"                                                                                                      \
    " s.mulai + CAST(:_verify AS INTEGER) THEN 1 ELSE 0 END AS lewat, (SELECT CASE WHEN json_valid(i.text) " \
    "THEN"                                                                                                   \
    " json_extract(i.text, '$.disease') END FROM message_nomor AS n JOIN message_in AS i ON i.id = "         \
    "n.message AND"                                                                                          \
    " i.kind = 'signal' WHERE n.nomor = s.nomor LIMIT 1) AS penyakit FROM (SELECT e.nomor, "                 \
    "CAST(strftime('%s',"                                                                                    \
    " min(e.at)) AS INTEGER) * 1000 AS mulai, (SELECT f.place FROM alert_event AS f WHERE f.nomor = "        \
    "e.nomor AND"                                                                                            \
    " f.role = 'sistem' LIMIT 1) AS desa, " SQL_TOLD "AS kasus, max(e.event = 'ok') AS kepala, CASE WHEN"    \
    " max(e.event = 'ralat') THEN 'ralat' WHEN max(e.event = 'bukan') THEN 'bukan' WHEN max(e.event = "      \
    "'benar')"                                                                                               \
    " THEN 'benar' WHEN max(e.event = 'closed') THEN 'tutup' ELSE '' END AS putusan FROM alert_event AS e "  \
    "GROUP"                                                                                                  \
    " BY e.nomor) AS s LEFT JOIN of_code AS p ON p.code = s.desa"

/* DAFTAR that nobody has approved. */
#define SQL_REQUESTS                                                                                         \
    "SELECT (SELECT o.nomor FROM message_out AS o WHERE o.cause = i.id AND o.recipient = i.sender LIMIT 1) " \
    "AS"                                                                                                     \
    " nomor, i.at_ms AS waktu, phone(i.sender) AS nomor_hp, words(i.text) AS teks, i.sender AS _once FROM"   \
    " message_in AS i WHERE i.kind = 'sms' AND i.id IN (SELECT rowid FROM"                                   \
    " log.message_in_text WHERE message_in_text MATCH 'daftar' ORDER BY rowid DESC LIMIT 500) AND i.text "   \
    "LIKE 'daftar %' AND i.sender NOT IN (SELECT msisdn "                                                    \
    "FROM"                                                                                                   \
    " of_number) AND EXISTS (SELECT 1 FROM message_out AS o WHERE o.cause = i.id AND o.nomor IS NOT NULL) "  \
    "AND"                                                                                                    \
    " i.at_ms > :now - 2592000000 AND NOT EXISTS (SELECT 1 FROM message_out AS o JOIN message_out AS n "     \
    "ON" SQL_SAME_AS_O                                                                                       \
    " WHERE o.cause = i.id AND n.recipient = i.sender AND n.class = 'notice')" /* she was refused            \
                                                                                */

/* Of a record r: the nakes s who may check it, of the places above its posyandu. */
#define RECORD_NAKES                                                                                         \
    " JOIN of_code AS p ON p.code = r.posyandu LEFT JOIN of_code AS u ON u.code = p.parent"                  \
    " JOIN staff AS s ON s.place IN (p.code, p.parent, u.parent) AND s.active AND s.role IN ('bidan', "      \
    "'puskesmas')"

#endif
