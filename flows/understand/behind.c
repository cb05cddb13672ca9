/* behind.c - what stands behind a command: its number, and words that may say no (RULINGS 43).  See
 * understand.h. */
#include "flows/understand/understand.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"

enum {
    BEHIND = 100, /* words behind a keyword; what stands further off says nothing about it */
};

static bool is_kata(const struct words *words, const struct tokens *ts, unsigned i, const char *code,
                    unsigned *used)
{
    return slice_is(phrase_code(ts, i, words->kata, used), code);
}

bool understand_says_nothing(const struct words *words, const struct tokens *ts, unsigned i, unsigned *used)
{
    struct slice code;

    *used = 1;
    if (ts->t[i].kind == TOKEN_EMPTY || phrase_at(ts, i, words->greetings, used))
        return true;
    code = phrase_code(ts, i, words->kata, used);
    return slice_is(code, "terima_kasih") || slice_is(code, "penanda_tangan");
}

/* `no 48217`, `rujukan 48217` */
static void number_of(const struct words *words, const struct tokens *ts, unsigned *i, struct arena *a,
                      struct behind *out)
{
    enum report_error error;
    unsigned k = *i, used;

    while (k < ts->n && ts->t[k].kind == TOKEN_WORD &&
           slice_is(phrase_code(ts, k, words->answers, &used), "laporan"))
        k++;
    if (k >= ts->n || ts->t[k].kind != TOKEN_NUMBER || (ts->t[k].sep & SEP_LINE))
        return;
    out->number = slice_all_digits(ts->t[k].low) && ts->t[k].low.n >= 4 && ts->t[k].low.n <= 10 &&
                  ts->t[k].low.p[0] != '0';
    if (ts->t[k].minus || !understand_nomor(ts->t[k].low, &out->nomor, &error, a))
        out->nomor = (struct slice){ 0 };
    *i = k + 1;
}

/* `tidak bisa`, `belum`, `batal`, `salah`: a no that stands for itself. */
static bool denies(const struct words *words, const struct tokens *ts, unsigned i)
{
    struct negation n;
    unsigned used;

    if (!negation_at(ts, i, words->negators, &n))
        return false;
    i += n.used;
    if (n.kind == NEGATION_FALSE)
        return true;
    return negation_of_keywords(n.kind) &&
           (i >= ts->n || (ts->t[i].sep & SEP_HARD) || n.kind == NEGATION_OFF ||
            is_kata(words, ts, i, "sanggup", &used) || understand_says_nothing(words, ts, i, &used));
}

/* `eh`, `maaf`, `tapi`, `ternyata`: before what is meant. */
static bool leads_in(struct slice kata)
{
    return slice_is(kata, "tapi") || slice_is(kata, "pengisi") || slice_is(kata, "ternyata") ||
           slice_is(kata, "sela");
}

struct behind understand_behind(const struct words *words, const struct tokens *ts, unsigned i,
                                struct arena *a)
{
    struct behind out = { 0 };
    struct negation n;
    unsigned used, count = 0;
    bool begun = false, joined = false;

    number_of(words, ts, &i, a, &out);
    for (unsigned end = i + BEHIND; i < ts->n && i < end && !(ts->t[i].sep & SEP_LINE); i += used) {
        struct slice kata = phrase_code(ts, i, words->kata, &used);
        bool nothing = understand_says_nothing(words, ts, i, &used);

        if (!begun && !nothing && !leads_in(kata)) {
            begun = true;
            out.refuses = denies(words, ts, i);
            out.later = slice_is(kata, "nanti");
        }
        joined |= slice_is(kata, "sambung"); /* `atau ditolak`: which of the two? */
        out.full |= !joined && (slice_is(kata, "penuh") || slice_is(kata, "tidak_diberi"));
        if (slice_is(kata, "terima_kasih"))
            break;
        out.negated |= negation_at(ts, i, words->negators, &n) && negation_of_keywords(n.kind);
        count += !nothing;
    }
    out.words = count > 0;
    out.arg = count == 1;
    return out;
}

bool understand_refuses(const struct behind *b, enum command_kind kind)
{
    switch (kind) {
    case COMMAND_TOLAK:
    case COMMAND_TIDAK_HADIR:
        return false;
    case COMMAND_TERIMA:
        return b->refuses || b->full;
    case COMMAND_HADIR:
    case COMMAND_SELESAI:
        return b->refuses || b->later;
    default:
        return b->refuses;
    }
}
