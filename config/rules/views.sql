-- Views that a health office asks for, over the records of the district database (docs/sinks.md).
--
-- They are made in every sink of kind sqlite and postgres, so only what both understand: v_FORM (one for each form),
-- record_day (record, hari, bulan, minggu: the day of the event, its month, the Sunday on which its epidemiological week
-- begins), record_finding (record, finding, class, say), referral_event, alert_event, person, and the
-- counted indicators (indicator, indicator_value; docs/indicators.md).  Cancelled records stand
-- in none of them.  A view begins with CREATE VIEW at the beginning of a line and ends with ; at the end of one.

-- Weighings by posyandu and month: children weighed, N naik, T tidak naik, O, B, below the red line.
CREATE VIEW rekap_timbang AS
SELECT t.place AS desa, t.posyandu, h.bulan, count(DISTINCT coalesce(t.person_id, t.id)) AS ditimbang,
       count(DISTINCT CASE WHEN f.finding = 'nt' AND f.say = 'N' THEN coalesce(t.person_id, t.id) END) AS n,
       count(DISTINCT CASE WHEN f.finding = 'nt' AND f.say = 'T' THEN coalesce(t.person_id, t.id) END) AS t,
       count(DISTINCT CASE WHEN f.finding = 'nt' AND f.say = 'O' THEN coalesce(t.person_id, t.id) END) AS o,
       count(DISTINCT CASE WHEN f.finding = 'nt' AND f.say = 'B' THEN coalesce(t.person_id, t.id) END) AS b,
       count(DISTINCT CASE WHEN f.finding = 'growth.bgm' THEN coalesce(t.person_id, t.id) END) AS bgm
FROM v_timbang t JOIN record_day h ON h.record = t.id LEFT JOIN record_finding f ON f.record = t.id
GROUP BY t.place, t.posyandu, h.bulan;

-- SKDN as the kader sent it.
CREATE VIEW rekap_skdn AS
SELECT place AS desa, posyandu, h.bulan, s, k, d, n, t, o, b, bgm, nomor, received_at
FROM v_skdn r JOIN record_day h ON h.record = r.id;

-- Cases by village, disease and epidemiological week.
CREATE VIEW rekap_kasus AS
SELECT k.place AS desa, k.penyakit, h.minggu, sum(coalesce(k.jumlah, 1)) AS kasus, count(*) AS laporan
FROM v_kasus k JOIN record_day h ON h.record = k.id
GROUP BY k.place, k.penyakit, h.minggu;

-- Referrals that nobody has ended: sent, and when somebody took the patient.
CREATE VIEW rujukan_terbuka AS
SELECT s.nomor, s.place AS dari, s.at AS dikirim,
       (SELECT min(t.at) FROM referral_event t WHERE t.nomor = s.nomor AND t.event = 'terima') AS diterima,
       (SELECT count(*) FROM referral_event x WHERE x.nomor = s.nomor AND x.event = 'escalated') AS naik
FROM referral_event s
WHERE s.event = 'sent' AND NOT EXISTS (SELECT 1 FROM referral_event e
  WHERE e.nomor = s.nomor AND e.event IN ('hadir', 'tidak_hadir', 'selesai', 'expired', 'batal'));

-- Completeness and timeliness: what each posyandu sent of a month, and how much of it came within that month.
CREATE VIEW rekap_lapor AS
SELECT r.place AS desa, r.posyandu, h.bulan, r.form, count(*) AS laporan,
       sum(CASE WHEN substr(r.received_at, 1, 7) = h.bulan THEN 1 ELSE 0 END) AS tepat_waktu,
       min(r.received_at) AS pertama, max(r.received_at) AS terakhir
FROM record r JOIN record_day h ON h.record = CAST(r.id AS text)
GROUP BY r.place, r.posyandu, h.bulan, r.form;

-- What became of signals, by disease: staff said BENAR or BUKAN (their last word), or nothing yet; heads were told; taken back.
-- nilai: BENAR in a hundred answered (the positive predictive value), by which a district tunes signals.yaml.
CREATE VIEW nilai_sinyal AS
SELECT s.penyakit, count(*) AS sinyal, sum(CASE WHEN s.putusan = 'benar' THEN 1 ELSE 0 END) AS benar,
       sum(CASE WHEN s.putusan = 'bukan' THEN 1 ELSE 0 END) AS bukan, sum(CASE WHEN s.putusan IS NULL THEN 1 ELSE 0 END) AS belum,
       sum(s.ralat) AS ralat, round(100.0 * sum(CASE WHEN s.putusan = 'benar' THEN 1 ELSE 0 END) / nullif(count(s.putusan), 0), 1) AS nilai
FROM (SELECT a.nomor, max(a.disease) AS penyakit, max(CASE WHEN a.event = 'ralat' THEN 1 ELSE 0 END) AS ralat,
             (SELECT e.event FROM alert_event e WHERE e.nomor = a.nomor AND e.event IN ('benar', 'bukan') ORDER BY e.at DESC LIMIT 1) AS putusan
      FROM alert_event a WHERE a.disease IS NOT NULL GROUP BY a.nomor) s
GROUP BY s.penyakit;

-- UCI: of the villages that reported, how many reach 80 in a hundred of their infants with all basic doses (indicator idl).
CREATE VIEW rekap_uci AS
SELECT v.month AS bulan, count(*) AS desa, sum(CASE WHEN 100 * v.n_year >= 80 * v.d_year THEN 1 ELSE 0 END) AS uci
FROM indicator_value v WHERE v.indicator = 'idl' AND v.place LIKE '__.__.__.____' AND v.d_year > 0
GROUP BY v.month;
