/* idiom.c - see idiom.h. */
#include "tests/support/idiom.h"

#include <stdio.h>

#define ONE_OF(seed, list) ((list)[next(seed) % (sizeof(list) / sizeof *(list))])

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const char *const no[] = { "tidak", "tdk",  "tak", "gak",    "ga",    "ndak",  "nggak",
                                  "dak",   "idak", "nda", "indak",  "ora",   "engga", "kagak",
                                  "tidk",  "ndk",  "ngk", "mboten", "enggak" };
static const char *const there[] = { "", "", "", " ada", " ada", " ado", " ade" };
static const char *const lead[] = { "", "", "", "bu, ", "maaf bu ", "alhamdulillah ", "anaknya ", "ibunya " };
static const char *const tail[] = { "",
                                    "",
                                    "",
                                    " bu",
                                    " ya bu",
                                    " lagi",
                                    " lagi bu",
                                    ", makasih",
                                    " kok bu",
                                    " alhamdulillah",
                                    ". terima kasih bu" };

static void denied(uint32_t *seed, const char *sign, char *out, size_t max)
{
    static const char *const joined[] = { "", "", "nya" };
    static const char *const by_now[] = { "", "", " sudah", " udah", " sdh" };

    if (next(seed) % 2)
        snprintf(out, max, "%s%s %s", ONE_OF(seed, no), ONE_OF(seed, there), sign);
    else
        snprintf(out, max, "%s%s%s %s%s", sign, ONE_OF(seed, joined), ONE_OF(seed, by_now), ONE_OF(seed, no),
                 ONE_OF(seed, there));
}

void idiom_denies(uint32_t seed, char *out, size_t max)
{
    static const char *const signs[] = { "kejang", "perdarahan", "sesak", "pingsan" };
    char one[80], two[80] = "";

    next(&seed);
    denied(&seed, ONE_OF(&seed, signs), one, sizeof one);
    if (next(&seed) % 4 == 0) {
        char more[70];

        denied(&seed, ONE_OF(&seed, signs), more, sizeof more);
        snprintf(two, sizeof two, ", %s", more);
    }
    snprintf(out, max, "%s%s%s%s", ONE_OF(&seed, lead), one, two, ONE_OF(&seed, tail));
}

static void goes_on(uint32_t *seed, char *out, size_t max)
{
    static const char *const signs[] = { "perdarahan", "perdarahannya", "kejang", "kejangnya", "sesaknya" };
    static const char *const will[] = { "", "", " mau", " juga" };
    static const char *const ends[] = { "berhenti", "reda", "berhenti2", "henti", "hilang", "berkurang" };

    snprintf(out, max, "%s %s%s %s", ONE_OF(seed, signs), ONE_OF(seed, no), ONE_OF(seed, will),
             ONE_OF(seed, ends));
}

static void is_sign(uint32_t *seed, char *out, size_t max)
{
    static const char *const after[] = { "sadar",     "sadar2",    "bisa napas",  "bernafas",
                                         "mau nyusu", "nak nyusu", "mau menyusu", "mw minum" };
    static const char *const before[] = { "gerakan janin", "gerak janin", "gerakan bayi" };
    static const char *const gone[] = { "ada", "ade", "ado", "terasa" };

    if (next(seed) % 2)
        snprintf(out, max, "%s %s", ONE_OF(seed, no), ONE_OF(seed, after));
    else
        snprintf(out, max, "%s %s %s", ONE_OF(seed, before), ONE_OF(seed, no), ONE_OF(seed, gone));
}

/* A no that is about something else. */
static void beside(uint32_t *seed, char *out, size_t max)
{
    static const char *const signs[] = { "kejang", "perdarahan hebat", "sesak napas", "pingsan" };
    static const char *const shapes[] = { "%s. %s",           "%s, %s",           "%s tahu kenapa, %s",
                                          "%s ada mobil, %s", "%s demam tapi %s", "%s pusing cuma %s" };

    /* NOLINTNEXTLINE: the shapes stand above */
    snprintf(out, max, ONE_OF(seed, shapes), ONE_OF(seed, no), ONE_OF(seed, signs));
}

void idiom_alarms(uint32_t seed, char *out, size_t max)
{
    static void (*const kinds[])(uint32_t *, char *, size_t) = { goes_on, is_sign, beside };
    static const char *const who[] = { "", "", "bu Ana ", "ibunya ", "tolong bu, ", "anaknya ", "ya bu, " };
    static const char *const cries[] = { "", "", " bu", " cepat", " tolong bu" };
    char words[100];

    next(&seed);
    ONE_OF(&seed, kinds)(&seed, words, sizeof words);
    snprintf(out, max, "%s%s%s", ONE_OF(&seed, who), words, ONE_OF(&seed, cries));
}

void idiom_unsays(uint32_t seed, const char *value, char *out, size_t max)
{
    static const char *const before[] = { "bukan", "bkn", "jangan", "belum", "blm" };
    static const char *const behind[] = { "salah",     "keliru",         "bukan",       "belum pasti",
                                          "salah itu", "kayaknya salah", "belum yakin", "kurang tahu",
                                          "batal",     "blm pasti" };
    static const char *const address[] = { "", "", "", "maaf bu ", "bu, " };
    static const char *const pause[] = { "", "", " eh", " bu", ", eh", " itu" };
    static const char *const ends[] = { "", "", "", " bu", " ya bu", ", makasih" };

    next(&seed);
    if (next(&seed) % 2)
        snprintf(out, max, "%s%s %s%s", ONE_OF(&seed, address),
                 next(&seed) % 2 ? ONE_OF(&seed, no) : ONE_OF(&seed, before), value, ONE_OF(&seed, ends));
    else
        snprintf(out, max, "%s%s%s %s%s", ONE_OF(&seed, address), value, ONE_OF(&seed, pause),
                 next(&seed) % 2 ? ONE_OF(&seed, no) : ONE_OF(&seed, behind), ONE_OF(&seed, ends));
}
