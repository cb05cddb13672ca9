/* commands.c - the words of commands.  See commands.h. */
#include "flows/understand/commands.h"

#include "flows/understand/understand.h"
#include "parsers/damm.h"

enum {
    NOMOR_MIN = 4,
    NOMOR_MAX = 10,
};

#define ROW(word, as, needs, ...)                                                                            \
    {                                                                                                        \
#word, sizeof #word - 1, COMMAND_##as, COMMAND_NEEDS_##needs, __VA_ARGS__                            \
    }
#define EVERYDAY .everyday = true
#define WORDS    .takes_words = true
#define NUMBERED .only_numbered = true

const struct command_word command_words[] = {
    ROW(DAFTAR, DAFTAR, NOTHING, .everyday = false),
    ROW(BANTUAN, BANTUAN, NOTHING, EVERYDAY),
    ROW(FORMAT, FORMAT, NOTHING, EVERYDAY),
    ROW(STATUS, STATUS, NUMBER, EVERYDAY),
    ROW(BATAL, BATAL, NUMBER, EVERYDAY),
    ROW(KOREKSI, KOREKSI, NUMBER, .everyday = false),
    ROW(YA, YA, MAY, EVERYDAY),
    ROW(BARU, BARU, MAY, EVERYDAY),
    ROW(TIDAK, TIDAK, MAY, EVERYDAY),
    ROW(BENAR, BENAR, NUMBER, EVERYDAY),
    ROW(BETUL, BENAR, NUMBER, EVERYDAY, NUMBERED),
    ROW(BENER, BENAR, NUMBER, EVERYDAY, NUMBERED),
    ROW(BUKAN, BUKAN, NUMBER, EVERYDAY),
    ROW(OK, OK, NUMBER, EVERYDAY),
    ROW(OKE, OK, NUMBER, EVERYDAY),
    ROW(SIAP, OK, NUMBER, EVERYDAY),
    ROW(TERIMA, TERIMA, NUMBER, EVERYDAY, WORDS),
    ROW(TOLAK, TOLAK, NUMBER, WORDS),
    ROW(HADIR, HADIR, NUMBER, EVERYDAY, WORDS),
    ROW(DATANG, HADIR, NUMBER, EVERYDAY, WORDS, NUMBERED),
    ROW(SELESAI, SELESAI, NUMBER, EVERYDAY, WORDS),
    ROW(PWS, PWS, NOTHING, .everyday = false),
    ROW(TUGAS, TUGAS, NOTHING, EVERYDAY),
    ROW(CEK, CEK, NUMBER, .everyday = false),
    ROW(NIK, NIK, NUMBER, .everyday = false),
    ROW(SETUJU, SETUJU, NUMBER, .everyday = false),
    ROW(CAKAP, CAKAP, NOTHING, .everyday = false),
    ROW(BERHENTI, BERHENTI, NOTHING, EVERYDAY),
    ROW(MULAI, MULAI, NOTHING, EVERYDAY),
};

const unsigned command_words_n = sizeof command_words / sizeof *command_words;

const struct command_word *command_by_word(struct slice upper)
{
    for (unsigned i = 0; i < command_words_n; i++)
        if (slice_eq(upper, slice_make(command_words[i].word, command_words[i].n)))
            return &command_words[i];
    return NULL;
}

const char *command_name(enum command_kind kind)
{
    static const char *const names[COMMANDS] = {
        [COMMAND_NONE] = "",
        [COMMAND_DAFTAR] = "daftar",
        [COMMAND_BANTUAN] = "bantuan",
        [COMMAND_FORMAT] = "format",
        [COMMAND_STATUS] = "status",
        [COMMAND_BATAL] = "batal",
        [COMMAND_KOREKSI] = "koreksi",
        [COMMAND_YA] = "ya",
        [COMMAND_BARU] = "baru",
        [COMMAND_TIDAK] = "tidak",
        [COMMAND_BENAR] = "benar",
        [COMMAND_BUKAN] = "bukan",
        [COMMAND_OK] = "ok",
        [COMMAND_TERIMA] = "terima",
        [COMMAND_TOLAK] = "tolak",
        [COMMAND_HADIR] = "hadir",
        [COMMAND_TIDAK_HADIR] = "tidak_hadir",
        [COMMAND_SELESAI] = "selesai",
        [COMMAND_PWS] = "pws",
        [COMMAND_TUGAS] = "tugas",
        [COMMAND_CEK] = "cek",
        [COMMAND_NIK] = "nik",
        [COMMAND_SETUJU] = "setuju",
        [COMMAND_CAKAP] = "cakap",
        [COMMAND_BERHENTI] = "berhenti",
        [COMMAND_MULAI] = "mulai",
    };

    return (unsigned)kind < COMMANDS ? names[kind] : "?";
}

bool understand_nomor(struct slice typed, struct slice *digits, enum report_error *error, struct arena *a)
{
    *digits = arena_copy(a, typed);
    if (!slice_all_digits(typed) || typed.n < NOMOR_MIN || typed.n > NOMOR_MAX || typed.p[0] == '0') {
        *error = ERROR_INVALID; /* RULINGS 30 */
        return false;
    }
    if (!damm_valid(typed)) {
        *error = ERROR_CHECK_DIGIT;
        return false;
    }
    return true;
}
