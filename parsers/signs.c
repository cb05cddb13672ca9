/* signs.c - signs and their negation.  See signs.h. */
#include "parsers/signs.h"

#include "parsers/phrase.h"

struct state {
    const struct sign_scan *s;
    const struct tokens *ts;
    unsigned end;
    bool words;           /* other words stand behind the waiting negator */
    bool negated, unsure; /* a negator waits for its sign */
    unsigned since;       /* where that negator begins */
    struct sign last;     /* the sign just before, not yet told */
    bool has_last;
};

static struct slice kata_at(const struct state *x, unsigned i, unsigned *used)
{
    return phrase_code(x->ts, i, x->s->kata, used);
}

static void tell(struct state *x)
{
    if (x->has_last)
        x->s->sign(x->s->arg, &x->last);
    x->has_last = false;
}

static void other(struct state *x, unsigned from, unsigned to)
{
    if (x->s->other && from < to)
        x->s->other(x->s->arg, from, to);
}

/* A negator with no sign behind it, right behind a sign: `perdarahan tidak ada`.  Who can tell? */
static void end_of_reach(struct state *x, unsigned at)
{
    if (x->negated || x->unsure) {
        if (x->has_last && x->last.to == x->since && x->last.kind == SIGN_PLAIN) {
            x->last.kind = SIGN_UNSURE;
            x->last.words_after = x->words && !x->unsure;
            x->last.to = at;
        } else {
            tell(x);
            other(x, x->since, at);
        }
    }
    tell(x);
    x->negated = x->unsure = false;
}

static const struct word *longest(const struct state *x, unsigned i, unsigned *list, unsigned *used)
{
    const struct word *best = NULL;

    *used = 0;
    for (unsigned l = 0; l < x->s->lists_n; l++) {
        unsigned n;
        const struct word *w = phrase_at(x->ts, i, x->s->lists[l], &n);

        if (w && n > *used) {
            best = w;
            *used = n;
            *list = l;
        }
    }
    return best;
}

static const struct word *by_edit(const struct state *x, unsigned i, unsigned *list, unsigned *used)
{
    for (unsigned l = 0; x->s->near && l < x->s->lists_n; l++) {
        const struct word *w = phrase_near(x->ts, i, x->s->lists[l], used);

        if (w) {
            *list = l;
            return w;
        }
    }
    return NULL;
}

/* What stands behind the sign: (-), a glued minus, `baik` behind what can be well. */
static bool well(const struct state *x, const struct word *w, unsigned *to)
{
    unsigned used;

    if (x->ts->t[*to - 1].minus_behind)
        return true;
    if (*to < x->end && x->ts->t[*to].kind == TOKEN_NEGATED) {
        (*to)++;
        return true;
    }
    if (w->can_be_normal && *to < x->end && (x->ts->t[*to].sep & SEP_HARD) == 0 &&
        slice_is(kata_at(x, *to, &used), "normal")) {
        *to += used;
        return true;
    }
    return false;
}

/* `rt 4`: a place, its number never a value (RULINGS 39). */
static unsigned place_end(const struct state *x, unsigned i)
{
    const struct token *t = &x->ts->t[i];

    if (i < x->end && (slice_is(x->ts->t[i - 1].low, "rt") || slice_is(x->ts->t[i - 1].low, "rw")) &&
        t->kind == TOKEN_NUMBER && !t->taken && (t->sep & SEP_HARD) == 0)
        return i + 1;
    return i;
}

/* Words before a duration: `sejak 3 hari`. */
static bool begins_duration(struct slice w)
{
    return slice_is(w, "sejak") || slice_is(w, "selama") || slice_is(w, "sudah") || slice_is(w, "sdh") ||
           slice_is(w, "baru") || slice_is(w, "kurang");
}

/* How long it has lasted: a number with a unit of time right behind a word. */
static unsigned duration_end(const struct state *x, unsigned i)
{
    unsigned used;
    const struct word *unit;

    if (!x->s->units || i + 1 >= x->end || x->ts->t[i].kind != TOKEN_NUMBER || x->ts->t[i].taken ||
        (x->ts->t[i].sep & SEP_HARD) || (x->ts->t[i + 1].sep & SEP_HARD) ||
        x->ts->t[i + 1].kind != TOKEN_WORD)
        return i;
    if (slice_is(x->ts->t[i + 1].low, "jam") || slice_is(x->ts->t[i + 1].low, "kali") ||
        slice_is(x->ts->t[i + 1].low, "x"))
        return i + 2;
    unit = phrase_at(x->ts, i + 1, x->s->units, &used);
    if (!unit || !(slice_is(unit->code, "hr") || slice_is(unit->code, "mg") || slice_is(unit->code, "bl")))
        return i;
    return i + 1 + used;
}

static unsigned sign_at(struct state *x, unsigned i, const struct word *w, unsigned list, unsigned used)
{
    unsigned to = i + used;
    bool is_well;

    to = duration_end(x, to);
    is_well = well(x, w, &to);

    tell(x);
    x->last = (struct sign){ .kind = SIGN_PLAIN, .list = list, .word = w, .from = i, .to = to };
    if (x->negated || x->unsure)
        x->last.from = x->since;
    if (w->neutral || is_well || x->negated)
        x->last.kind = SIGN_NEGATED;
    else if (x->unsure)
        x->last.kind = SIGN_UNSURE;
    else if (w->doubt)
        x->last.kind = SIGN_DOUBT;
    x->has_last = true;
    x->negated = x->unsure = false;
    return to;
}

static unsigned word_at(struct state *x, unsigned i)
{
    bool lasts = begins_duration(x->ts->t[i].low);
    unsigned list = 0, used;
    const struct word *w = longest(x, i, &list, &used);
    struct slice kata;

    if (w)
        return sign_at(x, i, w, list, used);
    kata = kata_at(x, i, &used);
    if (slice_is(kata, "negator") || slice_is(kata, "negator_lain")) {
        if (!x->negated && !x->unsure) {
            x->since = i;
            x->words = false;
        }
        x->negated |= slice_is(kata, "negator");
        x->unsure |= slice_is(kata, "negator_lain");
        return i + used;
    }
    if (slice_is(kata, "pengisi")) {
        unsigned end = lasts ? duration_end(x, i + used) : i + used;

        if (end > i + used)
            other(x, i, end);
        return end;
    }
    w = by_edit(x, i, &list, &used);
    if (w)
        return sign_at(x, i, w, list, used);
    if (!x->negated && !x->unsure) {
        tell(x);
        /* `sejak 3 hari` */
        other(x, i, lasts ? duration_end(x, i + 1) : place_end(x, i + 1));
    }
    x->words = true;
    return lasts ? duration_end(x, i + 1) : place_end(x, i + 1);
}

unsigned signs_end(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    struct state x = { .s = s, .ts = ts, .end = to };
    unsigned end = i;

    for (unsigned k = i; k < to && !ts->t[k].taken;) {
        unsigned list = 0, used;
        const struct word *w = longest(&x, k, &list, &used);

        if (w) {
            k = end = duration_end(&x, k + used);
            while (k < to && ts->t[k].kind == TOKEN_NEGATED)
                k = end = k + 1;
        } else {
            struct slice kata = kata_at(&x, k, &used);

            if (!slice_is(kata, "negator") && !slice_is(kata, "negator_lain") && !slice_is(kata, "pengisi"))
                break;
            k += used;
        }
    }
    return end;
}

void signs_scan(const struct sign_scan *s, const struct tokens *ts, unsigned from, unsigned to)
{
    struct state x = { .s = s, .ts = ts, .end = to };

    for (unsigned i = from; i < to;) {
        const struct token *t = &ts->t[i];

        if (t->sep & SEP_HARD)
            end_of_reach(&x, i);
        if (t->taken || t->kind == TOKEN_EMPTY || t->kind == TOKEN_NEGATED) {
            if (t->taken)
                end_of_reach(&x, i);
            i++;
        } else if (t->kind == TOKEN_NUMBER) {
            unsigned list = 0, used;
            const struct word *w = longest(&x, i, &list, &used);

            i = w ? sign_at(&x, i, w, list, used) : i + 1;
        } else {
            i = word_at(&x, i);
        }
    }
    end_of_reach(&x, to);
}
