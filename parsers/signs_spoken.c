/* signs_spoken.c - how a sign is spoken of: as one that was, is feared, or is taught.  See signs_words.h. */
#include "parsers/phrase.h"
#include "parsers/signs_words.h"

enum {
    WHEN = 2,        /* words behind a sign in which its time stands */
    MANY_DIGITS = 2, /* so many came, and are not ill: `20 ibu` */
};

/* The words behind token i, up to a separator, say that it is of these days. */
static bool of_now(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;

    for (unsigned k = i; k < ts->n && k < i + WHEN && !(ts->t[k].sep & SEP_HARD); k++)
        if (phrase_is(ts, k, s->kata, "kini", &used))
            return true;
    return false;
}

/* Words between the one that says how a sign is spoken of and the sign: `takut nanti kejang`, `pernah
 * mengalami kejang`, `kalau ada kejang`; but `penyuluhan ada yang pingsan`: somebody is. */
static bool speaks_on(const struct sign_spoken *spoken, struct slice kata, struct slice low)
{
    static const char *const fears[] = { "antara", "nanti", "pengisi", "partikel", "sanggup" };
    bool there = slice_is(low, "ada") && (spoken->how != SPOKEN_ABOUT || !slice_is(kata, "ada_orang"));

    if (spoken->list && slice_is(kata, "sambung"))
        return true;
    if (spoken->how == SPOKEN_ASKED)
        return there;
    if (spoken->how == SPOKEN_ABOUT || spoken->how == SPOKEN_TOLD)
        return slice_is(kata, "antara") || slice_is(kata, "pengisi") || slice_is(kata, "keadaan") ||
               slice_is(kata, "zona") || there;
    if (spoken->how == SPOKEN_EVER || spoken->how == SPOKEN_THEN)
        return slice_is(kata, "antara") || slice_is(kata, "pengisi") || slice_is(low, "sempat");
    for (size_t k = 0; spoken->how == SPOKEN_FEARED && k < sizeof fears / sizeof *fears; k++)
        if (slice_is(kata, fears[k]))
            return true;
    return spoken->how == SPOKEN_FEARED && slice_is(low, "ada");
}

bool signs_first(const struct sign_scan *s, const struct tokens *ts, unsigned i, const struct mention *who)
{
    const struct word *before = i ? list_find(s->kata, ts->t[i - 1].low) : NULL;

    return slice_is(ts->t[i].low, "dulu") && !(before && slice_is(before->code, "keadaan")) &&
           (!who->code.n || slice_is(who->code, "sapaan"));
}

void signs_speak(struct sign_spoken *spoken, const struct word *w, struct slice low, unsigned from,
                 unsigned at)
{
    struct slice kata = w ? w->code : slice_make("", 0);
    unsigned now = slice_is(kata, "kini") && !slice_is(w->also, "sekarang") ? at : spoken->now;

    if (slice_is(kata, "riwayat"))
        *spoken = (struct sign_spoken){ .how = SPOKEN_ONCE, .at = at };
    else if (slice_is(kata, "perihal"))
        *spoken = (struct sign_spoken){ .how = SPOKEN_ABOUT, .at = at };
    else if (slice_is(kata, "kelak"))
        *spoken = (struct sign_spoken){ .how = SPOKEN_TOLD, .at = at };
    else if (w && slice_is(w->also, "kerabat"))
        *spoken = (struct sign_spoken){ .how = SPOKEN_KIN, .at = at };
    else if (slice_is(kata, "andai") || slice_is(kata, "obat") || (w && slice_is(w->also, "cegah")))
        *spoken =
            (struct sign_spoken){ .how = slice_is(kata, "andai") && !w->doubt ? SPOKEN_ASKED : SPOKEN_FEARED,
                                  .at = at,
                                  .alone = slice_is(kata, "obat") };
    else if (slice_is(kata, "silam") || (slice_is(kata, "antara") && w->doubt))
        *spoken = (struct sign_spoken){ .how = SPOKEN_EVER, .at = at };
    else if ((slice_is(kata, "dahulu") || slice_is(low, "dulu")) &&
             (spoken->how == SPOKEN_AS_IS || spoken->at != from))
        *spoken = (struct sign_spoken){ .how = SPOKEN_THEN, .at = at, .birth = w && w->birth };
    else if (spoken->joins && spoken->joins == from && slice_is(kata, "sambung"))
        spoken->at = at;
    else if (spoken->at == from && speaks_on(spoken, kata, low))
        spoken->at = at;
    spoken->now = now;
    spoken->all |= slice_is(low, "bahaya");
}

/* The number at token i, with its unit: so many weeks, months or years; the token behind, or i. */
static unsigned long_time(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;
    struct slice unit;

    if (i + 1 >= ts->n || ts->t[i].kind != TOKEN_NUMBER || !s->times)
        return i;
    unit = phrase_code(ts, i + 1, s->times, &used);
    return slice_is(unit, "mg") || slice_is(unit, "bl") || slice_is(unit, "th") ? i + 1 + used : i;
}

/* `bulan lalu`, `waktu bayi`, `3 bulan lalu` behind a sign, which ends before token i, or behind its number.
 */
static bool long_ago(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used, end = long_time(s, ts, i);
    bool lasts = end > i || (i > 1 && long_time(s, ts, i - 2) == i);
    const struct word *w;

    if (i >= ts->n || (ts->t[i].sep & SEP_HARD))
        return false;
    w = phrase_at(ts, end, s->kata, &used);
    return w && ((lasts && slice_is(w->code, "lampau")) ||
                 (end == i && (slice_is(w->code, "silam") || (slice_is(w->code, "antara") && w->doubt))));
}

/* `kejang, sudah sehat` behind a sign, which ends before token i: she is well again, or who else is? */
static bool well_again(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;

    while (i < ts->n && !(ts->t[i].sep & (SEP_HARD & ~SEP_COMMA)) && ts->t[i].kind == TOKEN_WORD) {
        struct slice kata = phrase_code(ts, i, s->kata, &used);

        if (slice_is(kata, "pulih"))
            return true;
        if (!slice_is(kata, "kini") && !slice_is(kata, "pengisi") && !slice_is(kata, "tapi"))
            return false;
        i += used;
    }
    return false;
}

/* A word of the past ends before token i: the token where it begins, or i. */
static unsigned then_before(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;

    for (unsigned k = i > WHEN ? i - WHEN : 0; k < i; k++) {
        const struct word *w = phrase_at(ts, k, s->kata, &used);
        bool past = w && (slice_is(w->code, "kini") || slice_is(w->code, "silam"));

        past = past || phrase_at(ts, k, s->days, &used);
        if (past && k + used == i && !slice_is(ts->t[k].low, "sekarang"))
            return k;
    }
    return i;
}

/* `yang kemarin kejang sudah pulang`: who had the sign at token i, which ends before token `to`, is at home.
 */
static bool home_again(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    unsigned used, then = i;

    for (unsigned words = 0; words < WHEN && then > 0 && then_before(s, ts, then) == then; words++)
        then--; /* `yang kemarin sempat kejang` */
    then = then_before(s, ts, then);
    if (then == i || then == 0 || ts->t[i].sep & SEP_HARD ||
        !phrase_is(ts, then - 1, s->kata, "antara", &used) ||
        !(slice_is(ts->t[then - 1].low, "yang") || slice_is(ts->t[then - 1].low, "yg")))
        return false;
    while (to < ts->n && !(ts->t[to].sep & (SEP_HARD & ~SEP_COMMA)) &&
           phrase_is(ts, to, s->kata, "pengisi", &used))
        to += used;
    return phrase_is(ts, to, s->kata, "pulang", &used);
}

/* Years ago: `pernah stroke 5 tahun lalu`. */
static bool years_ago(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used, end = long_time(s, ts, i);

    return end > i && slice_is(phrase_code(ts, i + 1, s->times, &used), "th") && long_ago(s, ts, i) &&
           phrase_at(ts, end, s->kata, &used) && !of_now(s, ts, end + used) &&
           !(end + used < ts->n && slice_is(ts->t[end + used].low, "masih"));
}

/* From token i to the end of the clause nothing says more. */
static bool clause_ends(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;

    for (; i < ts->n && ts->t[i].kind == TOKEN_WORD && !(ts->t[i].sep & SEP_HARD); i += used) {
        struct slice kata = phrase_code(ts, i, s->kata, &used);

        if (!slice_is(kata, "pengisi") && !slice_is(kata, "penanda_tangan") &&
            !slice_is(kata, "terima_kasih"))
            return false;
    }
    return true;
}

/* A word of today before the sign of tokens i..to, or that it is there still or again: it is of now. */
static bool today(const struct tokens *ts, const struct sign_spoken *spoken, unsigned i, unsigned to)
{
    if (spoken->now && spoken->now + WHEN >= i)
        return true;
    for (unsigned k = to; k < ts->n; k++)
        if (slice_is(ts->t[k].low, "masih") || slice_is(ts->t[k].low, "lagi"))
            return true;
    return false;
}

/* `darah sudah berhenti`, `kemarin sesak sekarang tidak`: behind a sign, which ends before token i, it is
 * said to have ended. */
static bool ended(const struct sign_scan *s, const struct tokens *ts, unsigned sign, unsigned i)
{
    bool now = false;
    unsigned used, n_days, list;
    const struct word *what = signs_longest(s, ts, sign, &list, &used);

    for (; i < ts->n && ts->t[i].kind == TOKEN_WORD && !(ts->t[i].sep & (SEP_HARD & ~SEP_COMMA)); i += used) {
        const struct word *w = phrase_at(ts, i, s->kata, &used);
        struct slice kata = w ? w->code : slice_make("", 0);
        struct negation n;

        if (!slice_is(kata, "kini") && s->days && phrase_at(ts, i, s->days, &n_days)) {
            used = n_days; /* `demam kemarin sekarang sembuh` */
            continue;
        }
        if ((slice_is(kata, "reda") && (!w->doubt || (what && slice_eq(w->also, what->code)))) ||
            (now && signs_well(s, ts, i)))
            return clause_ends(s, ts, i + used);
        if (negation_at(ts, i, s->negators, &n))
            return ((now && (n.kind == NEGATION_NOT || n.kind == NEGATION_NONE_OF)) ||
                    (n.kind == NEGATION_GONE && !slice_is(ts->t[i].low, "kurang"))) &&
                   clause_ends(s, ts, i + n.used);
        now |= slice_is(kata, "kini") && slice_is(w->also, "sekarang");
        if (!now && !slice_is(kata, "pengisi") && !(slice_is(kata, "tapi") && !slice_is(ts->t[i].low, "ada")))
            return false;
        if (!w)
            return false;
    }
    return false;
}

/* The two words before token i as typed, whatever they were taken for; false: they stand apart from it. */
static bool two_before(const struct tokens *ts, unsigned i, struct token both[WHEN], struct tokens *out)
{
    if (i < WHEN || (ts->t[i].sep & SEP_HARD))
        return false;
    *out = *ts;
    out->t = both;
    out->n = WHEN;
    for (unsigned k = 0; k < WHEN; k++) {
        both[k] = ts->t[i - WHEN + k];
        both[k].taken = false;
    }
    return true;
}

/* `dulu stroke pelo`: behind a sign of another time. */
static bool with_then(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    struct token both[WHEN];
    struct tokens words;
    unsigned used, list;

    return two_before(ts, i, both, &words) &&
           (slice_is(both[0].low, "dulu") || slice_is(both[0].low, "pernah") ||
            phrase_is(&words, 0, s->kata, "riwayat", &used)) &&
           signs_longest(s, &words, 0, &list, &used) && used == WHEN;
}

/* `tidak jadi kejang`: it did not come to the sign of tokens i..to, of which no more is said. */
static bool came_to_nothing(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    struct token both[WHEN];
    struct tokens words;
    struct negation n;

    return s->news && two_before(ts, i, both, &words) && slice_is(both[1].low, "jadi") &&
           negation_at(&words, 0, s->negators, &n) && n.kind == NEGATION_OFF && n.used == WHEN &&
           clause_ends(s, ts, to);
}

/* `gerakan bayi tidak ada | keluhan`: the no of the sign, which ends before token i, goes on, and then
 * nothing is missing. */
static bool cut_short(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;
    const struct word *w;

    if (i < WHEN || i >= ts->n || (ts->t[i].sep & SEP_HARD))
        return false;
    w = phrase_at(ts, i - WHEN, s->negators, &used);
    return (w && slice_is(w->also, "keluhan") && used > WHEN) ||
           (phrase_is(ts, i - WHEN, s->kata, "normal", &used) && used > WHEN);
}

static bool is_past(const struct sign_scan *s, const struct tokens *ts, const struct sign_spoken *spoken,
                    unsigned i, unsigned to)
{
    bool then = spoken->how == SPOKEN_THEN && spoken->at == i && !(ts->t[i].sep & SEP_HARD) &&
                !(spoken->birth && s->with_child);

    if (!s->past || today(ts, spoken, i, to))
        return false;
    return ended(s, ts, i, to) || ((then || with_then(s, ts, i)) && !of_now(s, ts, to));
}

/* In no report: `penyuluhan tanda bahaya: kejang, perdarahan`, `… kejang dan perdarahan 20 ibu`: the sign of
 * tokens i..to is one more of those that are talked about, and nothing is said of anybody who has it. */
static bool taught(const struct sign_scan *s, const struct tokens *ts, const struct sign_spoken *spoken,
                   unsigned i, unsigned to)
{
    unsigned used;
    bool joined = spoken->all || (i > 0 && phrase_is(ts, i - 1, s->kata, "sambung", &used));

    while (to < ts->n &&
           (phrase_is(ts, to, s->kata, "sambung", &used) || phrase_at(ts, to, s->lists[0], &used)))
        to += used;
    return s->news && joined &&
           (to >= ts->n || (ts->t[to].kind == TOKEN_NUMBER && ts->t[to].low.n >= MANY_DIGITS) ||
            clause_ends(s, ts, to));
}

/* No separator stands from token i to `to`: `ada keluarga yg tbc batuk`. */
static bool within(const struct tokens *ts, unsigned i, unsigned to)
{
    while (i <= to && !(ts->t[i].sep & SEP_HARD))
        i++;
    return i > to;
}

enum sign_kind signs_spoken(const struct sign_scan *s, const struct tokens *ts, struct sign_spoken *spoken,
                            unsigned i, unsigned to, bool much)
{
    bool told = spoken->how == SPOKEN_ABOUT || spoken->how == SPOKEN_TOLD, listed = spoken->list;
    unsigned parts = told ? SEP_HARD & ~(SEP_COLON | SEP_COMMA | SEP_SLASH) : SEP_HARD & ~SEP_SLASH;

    parts |= told ? SEP_DOT | SEP_STOP : 0;                                  /* `konseling. kejang` */
    if (spoken->joins && spoken->joins == i && (ts->t[i].sep & SEP_SLASH)) { /* `takut kejang/sesak` */
        spoken->at = i;
        listed = true;
    }
    if (spoken->how == SPOKEN_KIN && s->past && within(ts, spoken->at, i))
        return SIGN_DOUBT;
    if (!much && (is_past(s, ts, spoken, i, to) || cut_short(s, ts, to) || came_to_nothing(s, ts, i, to)))
        return SIGN_DOUBT;
    if (spoken->how == SPOKEN_AS_IS || spoken->how == SPOKEN_THEN || spoken->at != i ||
        (ts->t[i].sep & parts) || (!listed && (ts->t[i].sep & SEP_HARD & ~SEP_COLON)))
        return long_ago(s, ts, to) || well_again(s, ts, to) || home_again(s, ts, i, to) ? SIGN_DOUBT
                                                                                        : SIGN_PLAIN;
    if (much || (to < ts->n && slice_is(ts->t[to].low, "masih")))
        told = false;
    spoken->list = told;
    spoken->at = told ? to : spoken->at;
    if (spoken->how == SPOKEN_FEARED || spoken->how == SPOKEN_ASKED || spoken->how == SPOKEN_TOLD) {
        bool there = much || (to < ts->n && slice_is(ts->t[to].low, "masih"));

        spoken->joins = there || spoken->alone || told ? 0 : to;
        return there ? SIGN_PLAIN : SIGN_DOUBT;
    }
    if (spoken->how == SPOKEN_EVER)
        return of_now(s, ts, to) ? SIGN_PLAIN : years_ago(s, ts, to) ? SIGN_NEGATED : SIGN_DOUBT;
    if (of_now(s, ts, to) && spoken->how != SPOKEN_ABOUT)
        return SIGN_PLAIN;
    return listed && (much || !taught(s, ts, spoken, i, to)) ? SIGN_DOUBT : SIGN_NEGATED;
}
