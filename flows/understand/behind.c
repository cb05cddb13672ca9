/* behind.c - what stands behind a command: its number, and words that may say no (RULINGS 43).  See
 * understanding.h. */
#include "flows/understand/understanding.h"

#include <string.h>

#include "flows/understand/message.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

enum {
    BEHIND = 100, /* words behind a keyword; what stands further off says nothing about it */
    MEASURE = 3,  /* digits of half a pressure, or before a decimal mark */
    DECIMALS = 2,
};

static bool is_kata(const struct words *words, const struct tokens *ts, unsigned i, const char *code,
                    unsigned *used)
{
    return phrase_is(ts, i, words->kata, code, used);
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

bool understand_thanks_before(const struct words *words, const struct tokens *ts, unsigned to)
{
    bool thanks = false;
    unsigned used;

    for (unsigned i = 0; i < to; i += used) {
        bool is = phrase_is(ts, i, words->answers, "sopan", &used);

        thanks = is || (thanks && !(ts->t[i].sep & SEP_HARD));
    }
    return thanks && !(ts->t[to].sep & SEP_HARD);
}

/* `130/80`, `9,2`: a measure, and nobody's number mistyped. */
static bool measures(struct slice digits)
{
    size_t at = 0, behind;

    while (at < digits.n && !strchr(",./", digits.p[at]))
        at++;
    behind = digits.n - at;
    return at > 0 && at <= MEASURE && behind > 1 &&
           behind <= (digits.p[at] == '/' ? 1u + MEASURE : 1u + DECIMALS);
}

/* `no 48217`, `rujukan 48217`, `bu 48217` */
static void number_of(const struct words *words, const struct tokens *ts, unsigned *i, struct arena *a,
                      struct behind *out)
{
    enum report_error error;
    unsigned k = *i, used;

    while (k < ts->n && ts->t[k].kind == TOKEN_WORD && !(ts->t[k].sep & SEP_LINE) &&
           (phrase_is(ts, k, words->answers, "laporan", &used) ||
            slice_is(phrase_code(ts, k, words->people, &used), "sapaan")))
        k += used;
    if (k >= ts->n || ts->t[k].kind != TOKEN_NUMBER || (ts->t[k].sep & SEP_LINE) || measures(ts->t[k].low))
        return;
    out->number = slice_all_digits(ts->t[k].low) && ts->t[k].low.n >= 4 && ts->t[k].low.n <= 10 &&
                  ts->t[k].low.p[0] != '0';
    if (ts->t[k].minus || !understand_nomor(ts->t[k].low, &out->nomor, &error, a))
        out->nomor = (struct slice){ 0 };
    *i = k + 1;
}

/* What words behind a number deny, or doubt. */
enum denial {
    DENIES_ALL = 1 << 0,      /* at once, whatever it is: `tidak bisa`, `eh belum`, `bukan pasien ini` */
    DENIES_LATER = 1 << 1,    /* not yet: `nanti sore` */
    DENIES_PLACE = 1 << 2,    /* there is none: `maaf penuh` */
    DENIES_MEANS = 1 << 3,    /* or nobody who treats: `kami tidak ada dokter` */
    DENIES_COMING = 1 << 4,   /* `orangnya gak datang`, `pasien tidak ada` */
    DENIES_TAKING = 1 << 5,   /* `kami tidak bisa menerima` */
    DENIES_ENDING = 1 << 6,   /* `tapi belum sembuh` */
    DENIES_REFUSING = 1 << 7, /* a refusal is taken back: `gak jadi`, `salah`, `jangan` */
    SAYS_COMING = 1 << 8,     /* the opposite of what was not: `eh hadir` */
    SAYS_TAKING = 1 << 9,     /* `eh terima` */
    DENIES_NOW = 1 << 10,     /* `nanti dulu`, and nothing more */
};

/* The sentence ends at token i, or goes on elsewhere. */
static bool ends(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    return i >= ts->n || (ts->t[i].sep & SEP_HARD) || understand_says_nothing(words, ts, i, &used) ||
           is_kata(words, ts, i, "partikel", &used) || is_kata(words, ts, i, "imbuhan", &used);
}

/* `tidak ada keluhan`: of how somebody is. */
static bool of_complaints(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    return is_kata(words, ts, i, "antara", &used) || phrase_at(ts, i, words->signs, &used) != NULL;
}

/* `nanti sore`, `jam 3 nanti`: not yet; nothing more is said than that, or why or where. */
static unsigned later(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    if (is_kata(words, ts, i, "jam", &used) && i + used < ts->n && ts->t[i + used].kind == TOKEN_NUMBER)
        i += used + 1;
    if (!is_kata(words, ts, i, "nanti", &used))
        return 0;
    for (i += used; i < ts->n; i += used)
        if (!is_kata(words, ts, i, "nanti", &used) && !is_kata(words, ts, i, "partikel", &used) &&
            !is_kata(words, ts, i, "zona", &used) && !understand_says_nothing(words, ts, i, &used))
            return DENIES_LATER;
    return DENIES_LATER | DENIES_NOW;
}

/* `tidak bisa`, `belum`, `batal`, `salah`: a no that stands for itself. */
static unsigned first_denial(const struct words *words, const struct tokens *ts, unsigned i)
{
    struct negation n;
    unsigned used, next;

    if (phrase_is(ts, i, words->answers, "ragu", &used))
        return DENIES_ALL;
    if (is_kata(words, ts, i, "tunggu", &used) && !is_kata(words, ts, i + used, "letak", &used))
        return DENIES_PLACE; /* but `tunggu di igd` */
    if (!negation_at(ts, i, words->negators, &n))
        return is_kata(words, ts, i, "datang", &used)     ? SAYS_COMING
               : is_kata(words, ts, i, "menerima", &used) ? SAYS_TAKING
                                                          : later(words, ts, i);
    next = i + n.used;
    if (n.kind == NEGATION_FALSE || n.kind == NEGATION_OFF)
        return DENIES_ALL | (is_kata(words, ts, next, "datang", &used) ? 0 : DENIES_REFUSING);
    if (!negation_of_keywords(n.kind) || of_complaints(words, ts, next - 1) ||
        is_kata(words, ts, next, "sarana", &used))
        return 0;
    if (next >= ts->n || (ts->t[next].sep & SEP_HARD) || is_kata(words, ts, next, "partikel", &used))
        return DENIES_ALL | (n.kind == NEGATION_NONE_OF ? 0 : DENIES_REFUSING); /* `TOLAK 48217 tidak ada` */
    return n.kind == NEGATION_ISNT || understand_says_nothing(words, ts, next, &used) ||
                   is_kata(words, ts, next, "sanggup", &used) || is_kata(words, ts, next, "datang", &used) ||
                   is_kata(words, ts, next, "menerima", &used) || is_kata(words, ts, next, "selesai", &used)
               ? DENIES_ALL
               : 0;
}

static bool who_treats(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    return is_kata(words, ts, i, "sarana", &used) || is_kata(words, ts, i, "penanda_tangan", &used);
}

/* `kamar tidak ada`, `bidan sedang tidak ada`, `pasien tidak ada`: what is said not to be there stands before
 * it. */
static unsigned none_of_before(const struct words *words, const struct tokens *ts, unsigned i)
{
    if (i > 1 && of_complaints(words, ts, i - 1) && who_treats(words, ts, i - 2))
        return DENIES_MEANS;
    if (i == 0 || ts->t[i - 1].kind != TOKEN_WORD || of_complaints(words, ts, i - 1))
        return 0;
    return who_treats(words, ts, i - 1) ? DENIES_MEANS : DENIES_COMING;
}

/* `jangan bawa ke sini`, `tidak usah dibawa`: she is not to come; but `jangan bawa makanan`. */
static bool sends_away(const struct words *words, const struct tokens *ts, const struct negation *n,
                       unsigned next)
{
    unsigned used, i = next;

    if (n->kind != NEGATION_DONT && n->kind != NEGATION_OFF)
        return false;
    while (slice_is(phrase_code(ts, i, words->ways, &used), "berangkat"))
        i += used;
    return i > next && (ends(words, ts, i) || is_kata(words, ts, i, "datang", &used));
}

/* What a negator anywhere in the words denies; one that is part of a sign, `tidak sadar`, denies nothing. */
static unsigned denial_at(const struct words *words, const struct tokens *ts, unsigned i,
                          const struct negation *n)
{
    unsigned next = i + n->used, used, able;
    bool there = n->kind == NEGATION_NONE_OF || n->kind == NEGATION_NOT_YET;

    if ((phrase_at(ts, i, words->signs, &used) && used > n->used) || of_complaints(words, ts, next - 1))
        return 0;
    if (n->kind == NEGATION_FALSE)
        return n->used > 1 || ends(words, ts, next) ? DENIES_COMING | DENIES_TAKING : 0;
    if (!negation_of_keywords(n->kind))
        return 0;
    if (sends_away(words, ts, n, next))
        return DENIES_COMING | DENIES_TAKING;
    if (there && is_kata(words, ts, next, "sarana", &used))
        return DENIES_MEANS | (n->kind == NEGATION_NOT_YET ? DENIES_ENDING : 0);
    if (n->kind == NEGATION_NONE_OF && ends(words, ts, next))
        return none_of_before(words, ts, i);
    able = next;
    while (is_kata(words, ts, able, "sanggup", &used))
        able += used;
    if (is_kata(words, ts, able, "datang", &used))
        return DENIES_COMING | DENIES_ENDING;
    if (able > next && ends(words, ts, able))
        return DENIES_COMING | DENIES_TAKING;
    if (is_kata(words, ts, able, "menerima", &used))
        return DENIES_TAKING;
    if (n->kind == NEGATION_ISNT && is_kata(words, ts, next, "pembuka_nama", &used))
        return DENIES_COMING | DENIES_TAKING | DENIES_ENDING;
    if (n->kind == NEGATION_NOT_YET)
        return DENIES_ENDING | (ends(words, ts, next) ? DENIES_COMING | DENIES_TAKING : 0);
    return 0;
}

/* `eh`, `maaf`, `tapi`, `ternyata`, `kayaknya`: before what is meant; *doubts: not surely. */
static bool leads_in(const struct words *words, const struct tokens *ts, unsigned i, unsigned *used,
                     bool *doubts)
{
    struct slice code;

    code = phrase_code(ts, i, words->kata, used);
    if (slice_is(code, "sarana"))
        return false; /* `dokter tidak ada`: no address */
    if (slice_is(code, "tapi") || slice_is(code, "pengisi") || slice_is(code, "ternyata") ||
        slice_is(code, "sela") || understand_says_nothing(words, ts, i, used))
        return true;
    code = phrase_code(ts, i, words->before, used);
    *doubts |= slice_is(code, "kira") || slice_is(code, "kira_belakang");
    return *doubts && code.n;
}

struct behind understand_behind(const struct words *words, const struct tokens *ts, unsigned i,
                                struct arena *a)
{
    struct behind out = { 0 };
    struct negation n;
    unsigned used, count = 0, first;
    bool joined = false, doubts = false;

    number_of(words, ts, &i, a, &out);
    first = i;
    while (first < ts->n && !(ts->t[first].sep & SEP_LINE) && leads_in(words, ts, first, &used, &doubts))
        first += used;
    if (first < ts->n && !(ts->t[first].sep & SEP_LINE))
        out.denials = first_denial(words, ts, first);
    else if (doubts)
        out.denials = DENIES_ALL; /* `HADIR 48217 mungkin` */
    for (unsigned end = i + BEHIND; i < ts->n && i < end && !(ts->t[i].sep & SEP_LINE); i += used) {
        struct slice kata = phrase_code(ts, i, words->kata, &used);

        joined |= slice_is(kata, "sambung"); /* `atau ditolak`: which of the two? */
        if (!joined && (slice_is(kata, "penuh") || slice_is(kata, "tidak_diberi")))
            out.denials |= DENIES_PLACE;
        if (slice_is(kata, "terima_kasih"))
            break;
        if (list_says(words->functions, ts->t[i].low, "masih")) /* `SELESAI 48217 masih dirawat` */
            out.denials |= DENIES_ENDING;
        if (negation_at(ts, i, words->negators, &n)) {
            out.negated |= negation_of_keywords(n.kind);
            out.denials |= denial_at(words, ts, i, &n);
        }
        count += !understand_says_nothing(words, ts, i, &used);
    }
    out.words = count > 0;
    out.arg = count == 1;
    return out;
}

bool understand_refuses(const struct behind *b, enum command_kind kind)
{
    unsigned by = DENIES_ALL;

    switch (kind) {
    case COMMAND_TOLAK:
        by = DENIES_REFUSING | SAYS_TAKING;
        break;
    case COMMAND_TIDAK_HADIR:
        by = DENIES_REFUSING | SAYS_COMING;
        break;
    case COMMAND_TERIMA:
        by |= DENIES_PLACE | DENIES_MEANS | DENIES_TAKING | DENIES_NOW;
        break;
    case COMMAND_HADIR:
        by |= DENIES_LATER | DENIES_COMING;
        break;
    case COMMAND_SELESAI:
        by |= DENIES_LATER | DENIES_COMING | DENIES_ENDING;
        break;
    default:
        break;
    }
    return (b->denials & by) != 0;
}

/* `ke`, `dibawa ke`: on the way to a place; the token behind it. */
static unsigned leads_there(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    for (; i < ts->n && !(ts->t[i].sep & SEP_HARD); i += used) {
        bool verb = slice_is(phrase_code(ts, i, words->ways, &used), "berangkat");

        if (!verb && !list_says(words->functions, ts->t[i].low, "ke"))
            break;
    }
    return i;
}

struct slice understand_straight_to(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    unsigned used, from, to;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return slice_make("", 0);
    for (unsigned i = 0; i < ts.n; i++) {
        if (!slice_is(phrase_code(&ts, i, words->ways, &used), "langsung"))
            continue;
        to = from = leads_there(words, &ts, i + used);
        while (!ends(words, &ts, to))
            to++;
        if (to > from)
            return slice_make(ts.t[from].text.p,
                              (size_t)(ts.t[to - 1].text.p + ts.t[to - 1].text.n - ts.t[from].text.p));
    }
    return slice_make("", 0);
}
