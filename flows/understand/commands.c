/* commands.c - the words of commands.  See commands.h. */
#include "flows/understand/commands.h"

#define ROW(word, needs)                                                                                     \
    {                                                                                                        \
#word, sizeof #word - 1, COMMAND_##word, needs                                                       \
    }

const struct command_word command_words[] = {
    ROW(DAFTAR, COMMAND_NEEDS_NOTHING),   ROW(BANTUAN, COMMAND_NEEDS_NOTHING),
    ROW(FORMAT, COMMAND_NEEDS_NOTHING),   ROW(STATUS, COMMAND_NEEDS_NUMBER),
    ROW(BATAL, COMMAND_NEEDS_NUMBER),     ROW(KOREKSI, COMMAND_NEEDS_NUMBER),
    ROW(YA, COMMAND_MAY_NUMBER),          ROW(BARU, COMMAND_MAY_NUMBER),
    ROW(TIDAK, COMMAND_MAY_NUMBER),       ROW(BENAR, COMMAND_NEEDS_NUMBER),
    ROW(BUKAN, COMMAND_NEEDS_NUMBER),     ROW(OK, COMMAND_NEEDS_NUMBER),
    ROW(TERIMA, COMMAND_NEEDS_NUMBER),    ROW(TOLAK, COMMAND_NEEDS_NUMBER),
    ROW(HADIR, COMMAND_NEEDS_NUMBER),     ROW(SELESAI, COMMAND_NEEDS_NUMBER),
    ROW(PWS, COMMAND_NEEDS_NOTHING),      ROW(TUGAS, COMMAND_NEEDS_NOTHING),
    ROW(CEK, COMMAND_NEEDS_NUMBER),       ROW(NIK, COMMAND_NEEDS_NUMBER),
    ROW(SETUJU, COMMAND_NEEDS_NUMBER),    ROW(CAKAP, COMMAND_NEEDS_NOTHING),
    ROW(BERHENTI, COMMAND_NEEDS_NOTHING), ROW(MULAI, COMMAND_NEEDS_NOTHING),
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
