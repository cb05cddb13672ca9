/* signs_words.c - which words of a text are signs.  See signs_words.h. */
#include "parsers/signs_words.h"

#include "parsers/asides.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

enum {
    FINDING = 3, /* words behind an organ that make one phrase with it */
    LESS = 4,    /* words between what is needed and the one that says that it grows less */
};

const struct word *signs_longest(const struct sign_scan *s, const struct tokens *ts, unsigned i,
                                 unsigned *list, unsigned *used)
{
    const struct word *best = NULL;

    *used = 0;
    for (unsigned l = 0; l < s->lists_n; l++) {
        unsigned n;
        const struct word *w = phrase_at(ts, i, s->lists[l], &n);

        if (w && n > *used) {
            best = w;
            *used = n;
            *list = l;
        }
    }
    return best;
}

const struct word *signs_near(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned *list,
                              unsigned *used)
{
    for (unsigned l = 0; s->near && l < s->lists_n; l++) {
        const struct word *w = phrase_near(ts, i, s->lists[l], used);

        if (w) {
            *list = l;
            return w;
        }
    }
    return NULL;
}

bool signs_less(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned *used)
{
    struct slice kata = phrase_code(ts, i, s->kata, used);
    struct negation n;

    if (slice_is(kata, "reda") || slice_is(kata, "susut"))
        return true;
    if (!negation_at(ts, i, s->negators, &n) || n.kind != NEGATION_GONE)
        return false;
    *used = n.used;
    return true;
}

static bool goes_on(const struct tokens *ts, unsigned i, unsigned to)
{
    return i < to && !(ts->t[i].sep & SEP_HARD) && !ts->t[i].taken && ts->t[i].kind == TOKEN_WORD;
}

unsigned signs_lessened(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to,
                        bool *denied)
{
    unsigned list, used, k = i;

    for (unsigned words = 0; words <= LESS && goes_on(ts, k, to); words++) {
        struct negation n;

        if (signs_less(s, ts, k, &used))
            return k + used;
        if (negation_at(ts, k, s->negators, &n)) {
            unsigned behind = k + n.used;

            *denied = n.kind == NEGATION_NOT && goes_on(ts, behind, to) && signs_less(s, ts, behind, &used);
            return *denied ? behind + used : k > i && n.kind == NEGATION_NONE_OF ? behind : i;
        }
        if (phrase_is(ts, k, s->kata, "normal", &used) || signs_longest(s, ts, k, &list, &used))
            break;
        (void)phrase_code(ts, k, s->kata, &used);
        k += used;
    }
    return i;
}

unsigned signs_unwell_end(const struct sign_scan *s, const struct tokens *ts, const struct word *w,
                          unsigned i, unsigned to)
{
    bool joined = i < to && (ts->t[i].sep & (SEP_COLON | SEP_EQUALS)) != 0, parted;
    struct negation n;
    unsigned next, used;

    if (!w->can_be_normal || w->neutral || i >= to || ((ts->t[i].sep & SEP_HARD) && !joined) ||
        !negation_at(ts, i, s->negators, &n) || !negation_turns_signs(ts, i, &n))
        return i;
    next = i + n.used;
    parted = next >= to || (ts->t[next].sep & SEP_HARD);
    if (!joined && !parted && slice_is(phrase_code(ts, next, s->kata, &used), "normal"))
        return next + used;
    return n.kind == NEGATION_GONE && (joined || !w->needed) ? next : i; /* `dengar kurang` */
}

bool signs_how_much(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to, unsigned end)
{
    unsigned used;

    for (unsigned k = i + 1; k < end && k <= to && (k < to || !(ts->t[k].sep & SEP_HARD)); k++)
        if (phrase_is(ts, k, s->kata, "sangat", &used))
            return true;
    return false;
}

/* `ada`, `tidak ada` behind a sign: how many words; 0: neither. */
static unsigned said_behind(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    struct negation n;

    if (negation_at(ts, i, s->negators, &n))
        return n.kind == NEGATION_NONE_OF ? n.used : 0;
    return slice_is(ts->t[i].low, "ada");
}

/* `banyak`, `sedikit`: how much, and no sign of its own. */
static bool amount(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned *used)
{
    return phrase_is(ts, i, s->kata, "sangat", used) || phrase_is(ts, i, s->kata, "reda", used);
}

bool signs_each_behind(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    while (goes_on(ts, i, to)) {
        unsigned list, used, said = said_behind(s, ts, i);

        i += said;
        while (said && goes_on(ts, i, to) && amount(s, ts, i, &used)) /* `ada sedikit` */
            i += used;
        if (!said || !goes_on(ts, i, to))
            return said > 0;
        if (!signs_longest(s, ts, i, &list, &used))
            return false;
        i += used;
    }
    return false;
}

bool signs_twice(const struct negation *first, const struct negation *second)
{
    return first->kind <= NEGATION_NOT_YET && second->kind <= NEGATION_NOT_YET;
}

bool signs_lacks(const struct tokens *ts, unsigned from, unsigned i, const struct negation *n,
                 const struct word *w)
{
    return w->needed && !w->neutral && from + n->used == i &&
           (n->kind == NEGATION_NOT ||
            (n->kind == NEGATION_NONE_OF &&
             (slice_ends(ts->t[i - 1].low, "ada") || slice_is(ts->t[i - 1].low, "tanpa"))));
}

bool signs_dashed_away(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    unsigned list, used;

    while (i < to && (ts->t[i].sep & SEP_DASH)) {
        if (!signs_longest(s, ts, i, &list, &used))
            return false;
        i += used;
    }
    return ts->t[i - 1].plus_behind || (i < to && ts->t[i].kind == TOKEN_NEGATED);
}

bool signs_say_no(const struct sign_scan *s, const struct tokens *ts, const struct word *w, unsigned i,
                  unsigned to, const struct negation *n)
{
    unsigned next = i + n->used, list, used, phrase_used;
    struct slice kata;
    const struct word *phrase = signs_longest(s, ts, i, &list, &phrase_used);

    if (n->kind == NEGATION_GONE)
        return !w->can_be_normal;
    if (n->kind != NEGATION_NOT || next >= to || (ts->t[next].sep & SEP_HARD) || ts->t[next].taken ||
        signs_longest(s, ts, next, &list, &used))
        return true;
    kata = phrase_code(ts, next, s->kata, &used);
    return !(phrase && phrase_used > n->used) &&
           (signs_filler(kata) || slice_is(kata, "terima_kasih") || slice_is(kata, "penanda_tangan"));
}

/* What the organ and the words from token `at` on say as one phrase of the organ's; *used: the tokens of
 * those words. */
static const struct word *finding(const struct sign_scan *s, const struct tokens *ts, const struct organ *o,
                                  unsigned at, unsigned *used)
{
    unsigned list, own = o->to - o->from;
    struct token run[2 * FINDING];
    struct tokens joined = *ts;
    const struct word *w;

    joined.t = run;
    joined.n = 0;
    while (joined.n < own) {
        run[joined.n] = ts->t[o->from + joined.n];
        joined.n++;
    }
    for (unsigned k = at; k < o->end && k < at + FINDING && (k == at || !(ts->t[k].sep & SEP_HARD)); k++) {
        run[joined.n] = ts->t[k];
        if (k == at)
            run[joined.n].sep = SEP_BLANK;
        joined.n++;
    }
    w = signs_longest(s, &joined, 0, &list, used);
    if (!w || *used <= own || !slice_eq(w->code, o->word->code))
        return NULL;
    *used -= own;
    return w;
}

unsigned signs_side_end(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    unsigned used;

    while (goes_on(ts, i, to) && slice_is(phrase_code(ts, i, s->kata, &used), "sisi"))
        i += used;
    return i;
}

bool signs_well(const struct sign_scan *s, const struct tokens *ts, unsigned i)
{
    unsigned used;
    struct slice kata = phrase_code(ts, i, s->kata, &used);

    return slice_is(kata, "normal") || slice_is(kata, "sehat");
}

static bool may_say(const struct organ *o, const struct tokens *ts, unsigned at)
{
    return goes_on(ts, at, o->end) ||
           (at == o->to && at < o->end && (ts->t[at].sep & (SEP_COLON | SEP_EQUALS)));
}

/* What a finding says, by the negator before it. */
static bool found(struct organ *o, const struct negation *n, bool well, unsigned to)
{
    o->denied = *n;
    o->kind = n->kind && !n->certain ? SIGN_UNSURE : well == !n->kind ? SIGN_NEGATED : SIGN_PLAIN;
    o->to = to;
    return true;
}

bool signs_of_organ(const struct sign_scan *s, const struct tokens *ts, struct organ *o)
{
    unsigned at = o->to, used, kata_used, list, no = 0;
    struct negation n = { 0 };
    bool person = false;

    o->kind = SIGN_PLAIN;
    o->denied = n;
    if (!o->word->organ || o->to - o->from > FINDING || ts->t[at - 1].minus_behind ||
        ts->t[at - 1].plus_behind)
        return false;
    while (may_say(o, ts, at)) {
        struct slice kata = phrase_code(ts, at, s->kata, &kata_used);
        const struct word *w;

        if (slice_is(kata, "normal"))
            return found(o, &n, true, at + kata_used) && (!person || o->kind != SIGN_PLAIN);
        w = finding(s, ts, o, at, &used);
        if (w)
            return found(o, &n, w->neutral, at + used) && (!person || o->kind != SIGN_PLAIN);
        if (n.kind && signs_longest(s, ts, at, &list, &used))
            return found(o, &n, false, no) && (!person || o->kind != SIGN_PLAIN);
        if (slice_is(kata, "pengisi") || slice_is(kata, "antara") || slice_is(kata, "sisi")) {
            at += kata_used;
        } else if (s->people && phrase_at(ts, at, s->people, &used)) {
            at += used; /* `tali pusat bayi tidak bau`; one that is bad may be another's */
            person = true;
        } else if (!n.kind && negation_at(ts, at, s->negators, &n) && n.kind <= NEGATION_NOT_YET) {
            no = at;
            at += n.used;
        } else {
            break;
        }
    }
    return false;
}

static bool parted(const struct tokens *ts, unsigned i, unsigned end)
{
    return i >= end || (ts->t[i].sep & SEP_HARD) != 0;
}

bool signs_is_well(const struct sign_scan *s, const struct tokens *ts, const struct word *w, unsigned *to,
                   unsigned end, bool *gone)
{
    struct negation n;
    unsigned used, list, behind;
    bool joined, sign_next = *to + 1 < end && signs_longest(s, ts, *to + 1, &list, &behind);

    *gone = true;
    if (ts->t[*to - 1].minus_behind)
        return true;
    if (ts->t[*to - 1].plus_behind && w->can_be_normal && (ts->marks || parted(ts, *to, end))) {
        *gone = false; /* `gerak janin +` */
        return true;
    }
    if (*to >= end)
        return false;
    if (ts->t[*to].kind == TOKEN_NEGATED || asides_crossed_out(ts, *to, end, s->negators, sign_next)) {
        (*to)++;
        return true;
    }
    if ((ts->t[*to].sep & SEP_DASH) && signs_dashed_away(s, ts, *to, end))
        return true;
    joined = (ts->t[*to].sep & (SEP_COLON | SEP_EQUALS)) != 0;
    if (joined && ts->t[*to].kind == TOKEN_EMPTY) {
        (*to)++;
        return true;
    }
    if (joined && !slice_is(phrase_code(ts, *to, s->kata, &used), "normal") &&
        negation_at(ts, *to, s->negators, &n) && negation_turns_signs(ts, *to, &n) &&
        signs_say_no(s, ts, w, *to, end, &n)) {
        *to += n.used;
        return true;
    }
    *gone = false;
    if ((joined || (w->can_be_normal && !parted(ts, *to, end))) &&
        slice_is(phrase_code(ts, *to, s->kata, &used), "normal")) {
        *to += used;
        return true;
    }
    return false;
}

bool signs_value_at(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    const struct token *t = &ts->t[i];

    return t->kind == TOKEN_NUMBER && !t->taken && !t->other && !t->glued &&
           /* `apa2` */ asides_lasting_end(ts, s->units, to, i) == i;
}

bool signs_filler(struct slice k)
{
    return slice_is(k, "pengisi") || slice_is(k, "sambung") || slice_is(k, "tapi") || slice_is(k, "kecuali");
}

unsigned signs_end(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    unsigned end = i;

    for (unsigned k = i; k < to && !ts->t[k].taken;) {
        unsigned list = 0, used;
        const struct word *w = signs_longest(s, ts, k, &list, &used);

        if (w) {
            k = end = asides_lasting_end(ts, s->units, to, k + used);
            while (k < to && ts->t[k].kind == TOKEN_NEGATED)
                k = end = k + 1;
        } else {
            struct negation n;

            if (negation_at(ts, k, s->negators, &n) && negation_turns_signs(ts, k, &n))
                k += n.used;
            else if (signs_filler(phrase_code(ts, k, s->kata, &used)))
                k += used;
            else
                break;
        }
    }
    return end;
}
