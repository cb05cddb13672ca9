/* numbers.c - optional numbers: which number is which field (RULINGS 15, 18, 20, 23, 25, 26).  See
 * numbers.h.
 *
 * Between # * ; | the slot decides.  Separated by blanks, numbers are taken in the order of the fields; where
 * another reading is as good, the kader is asked. */
#include "flows/understand/values/numbers.h"

#include "flows/understand/values/before.h"
#include "flows/understand/values/read.h"
#include "flows/understand/values/unmeasured.h"
#include "parsers/amount.h"
#include "parsers/phrase.h"

enum {
    OPEN = FORM_FIELDS,
    RUN = 32
};

#define NO_NUMBER INT64_MIN /* what is in doubt, or no measure */

struct run {
    struct filling *x;
    const struct field *open[OPEN]; /* number fields not yet given, in order */
    unsigned open_n;
    unsigned next;      /* the field that comes next */
    unsigned first;     /* where the run of blank-separated numbers began */
    int64_t milli[RUN]; /* the run's numbers */
    unsigned n;
    bool skipped;    /* the run's first number went over a field */
    unsigned words;  /* 1 + the first of the fields right before `next` that words stand in the place of */
    unsigned behind; /* 1 + the field behind one that stands by its label or unit in the place of `next` */
};

static bool inside(int64_t v, int64_t min, int64_t max)
{
    return (min == 0 && max == 0) || (v >= min && v <= max);
}

/* In its plausible band, and in the band of a value that may go over others. */
static bool likely(const struct field *f, int64_t milli)
{
    return inside(milli, f->plausible_min, f->plausible_max) && inside(milli, f->guess_min, f->guess_max);
}

static bool fits(struct filling *x, const struct field *f, unsigned i, struct got *g)
{
    *g = understand_read(x, f, i, false);
    return g->fit == FIT_YES;
}

static void ask(struct filling *x, const struct field *f, enum report_error error, unsigned at)
{
    understand_fault(x, f, error, false, at);
}

/* --- between # --- */

static bool likely_there(struct run *r, unsigned k, unsigned i, struct got *g)
{
    return fits(r->x, r->open[k], i, g) &&
           (g->value.kind != VALUE_NUMBER || likely(r->open[k], g->value.milli));
}

/* Words that are none of a number stand in the place before: a number that fits its own place is asked about
 * when it fits theirs as well, `#sesak#65`; one that fits only theirs is that, `#demam#76`. */
static bool behind_words(struct run *r, unsigned i, const struct got *own, unsigned *next)
{
    unsigned words = r->words - 1;
    struct got g;

    r->words = 0;
    if (!likely_there(r, words, i, &g))
        return false;
    if (own->fit == FIT_YES) {
        understand_take(r->x, r->open[r->next], i, own, false);
        ask(r->x, r->open[r->next], ERROR_AMBIGUOUS, i);
        r->next++;
        *next = i + own->used;
    } else {
        understand_take(r->x, r->open[words], i, &g, false);
        r->next = words + 1;
        *next = i + g.used;
    }
    return true;
}

/* `#bb 65#160`: of the place, or of the field behind the one that is named there, is asked about. */
static bool behind_named(struct run *r, unsigned i, unsigned *next)
{
    unsigned k = r->behind - 1;
    struct got g;

    r->behind = 0;
    if (!likely_there(r, k, i, &g))
        return false;
    understand_take(r->x, r->open[k], i, &g, false);
    ask(r->x, r->open[k], ERROR_AMBIGUOUS, i);
    r->next = k + 1;
    *next = i + g.used;
    return true;
}

static unsigned in_slot(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    struct got own = r->next < r->open_n ? understand_read(x, r->open[r->next], i, false) : understand_no(),
               g;
    unsigned next;

    if (own.fit == FIT_YES && understand_passed(x, i))
        own.fit = FIT_DOUBT, own.error = ERROR_AMBIGUOUS;
    if (r->words && behind_words(r, i, &own, &next))
        return next;
    if (r->behind && own.fit == FIT_YES && behind_named(r, i, &next))
        return next;
    r->behind = 0;
    if (own.fit == FIT_YES || own.fit == FIT_DOUBT) {
        understand_take(x, r->open[r->next], i, &own, false);
        r->next++;
        return i + own.used;
    }
    if (understand_astray(x, i, &g)) {
        x->ts.t[i].taken = true;
        return i + g.used;
    }
    /* RULINGS 15: what does not fit its field but fits the next means that the field is not given. */
    if (r->next + 1 < r->open_n && likely_there(r, r->next + 1, i, &g)) {
        understand_take(x, r->open[r->next + 1], i, &g, false);
        r->next += 2;
        return i + g.used;
    }
    if (r->next < r->open_n && own.fit != FIT_NO) {
        understand_take(x, r->open[r->next], i, &own, false);
        r->next++;
        return i + own.used;
    }
    return i;
}

/* --- an explicit unit --- */

static unsigned by_unit(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    struct got best = { .fit = FIT_NO };
    unsigned at = 0;

    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned k = 0; k < r->open_n; k++) {
            struct got g;

            if (x->slots[r->open[k]->position].filled)
                continue;
            g = understand_read(x, r->open[k], i, false);
            if (!g.unit || g.fit == FIT_NO || g.fit == FIT_UNIT)
                continue;
            if (g.fit == FIT_YES &&
                (pass || inside(g.value.milli, r->open[k]->guess_min, r->open[k]->guess_max))) {
                understand_take(x, r->open[k], i, &g, false);
                if (k >= r->next)
                    r->next = k + 1;
                return i + g.used;
            }
            if (best.fit == FIT_NO || (best.fit == FIT_WRONG && g.fit == FIT_DOUBT)) {
                best = g;
                at = k;
            }
        }
    if (best.fit == FIT_NO) {
        /* No field has this unit: the one that is due is wrong (RULINGS 20). */
        if (r->next >= r->open_n)
            return i;
        best = understand_read(x, r->open[r->next], i, false);
        at = r->next;
        if (best.fit != FIT_UNIT)
            return i;
    }
    understand_take(x, r->open[at], i, &best, false);
    if (at >= r->next)
        r->next = at + 1;
    return i + best.used;
}

/* --- separated by blanks --- */

/* RULINGS 25: in timbang a number after bb is tb, or lila, or a wrong tb; never anything further on. */
static bool owns_wrong(const struct field *f)
{
    return f->owns_wrong;
}

static unsigned take_due(struct run *r, unsigned i, const struct got *g)
{
    const struct field *f = r->open[r->next];

    understand_take(r->x, f, i, g, false);
    if (g->fit == FIT_YES && g->value.kind == VALUE_NUMBER &&
        !inside(g->value.milli, f->plausible_min, f->plausible_max))
        ask(r->x, f, ERROR_IMPLAUSIBLE, i);
    else if (g->fit == FIT_YES && g->value.kind == VALUE_NUMBER &&
             !inside(g->value.milli, f->guess_min, f->guess_max))
        ask(r->x, f, ERROR_AMBIGUOUS, i);
    r->next++;
    return i + g->used;
}

/* `11bl 74 9,4`: of a weight that had to be guessed it is not certain that it is the weight. */
static bool may_be_weight(const struct run *r, const struct got *g)
{
    int bb = form_as(r->x->form, AS_WEIGHT);

    return bb >= 0 && r->x->slots[bb].guessed && g->value.kind == VALUE_NUMBER &&
           understand_tenth_plausible(r->x, &r->x->form->fields[bb], understand_months(r->x), g->value.milli);
}

static unsigned take_later(struct run *r, unsigned k, unsigned i, const struct got *g)
{
    const struct field *f = r->open[k];
    bool certain = owns_wrong(r->open[r->next]) && f->guess_max != 0 && !may_be_weight(r, g);

    understand_take(r->x, f, i, g, false);
    r->x->slots[f->position].skipped_to = true;
    if (!certain)
        ask(r->x, f, ERROR_AMBIGUOUS, i);
    r->skipped |= r->n == 1;
    r->next = k + 1;
    return i + g->used;
}

/* `8 7` where 8,7 was meant: a whole number, then a digit that is nothing by itself (RULINGS 26). */
static bool split_number(struct run *r, unsigned i, const struct amount *n)
{
    struct filling *x = r->x;
    int bb = form_as(x->form, AS_WEIGHT);
    const struct slot *s = bb >= 0 ? &x->slots[bb] : NULL;

    if (!s || s->value.kind != VALUE_NUMBER || s->value.milli % 1000 != 0 || n->mark || n->milli > 9000 ||
        r->n != 0 || s->labelled)
        return false;
    ask(x, &x->form->fields[bb], ERROR_AMBIGUOUS, i);
    x->ts.t[i].taken = true;
    return true;
}

/* `kolesterol 220`: the number behind a word that nobody knows is hers, and no field's. */
static bool behind_unknown(const struct filling *x, unsigned i)
{
    const struct token *t = &x->ts.t[i - 1];

    return i > x->head_end && t->kind == TOKEN_WORD && (t[1].sep & SEP_HARD) == 0 &&
           (t->other ? understand_counts(x, i - 1) : t->loose || !t->taken);
}

static unsigned run_on(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    struct got own = { .fit = FIT_NO }, g;
    struct amount n;
    bool is_number = amount_read(&x->ts, i, x->words->units, &n);

    while (r->next < r->open_n && x->slots[r->open[r->next]->position].filled)
        r->next++;
    if (r->next >= r->open_n)
        return i;
    if (r->n == 0)
        r->first = r->next;
    own = understand_read(x, r->open[r->next], i, false);
    if (own.fit == FIT_YES &&
        !(own.value.kind == VALUE_NUMBER && r->open[r->next]->guess_max &&
          !inside(own.value.milli, r->open[r->next]->guess_min, r->open[r->next]->guess_max))) {
        if (is_number && r->n < RUN)
            r->milli[r->n++] = n.milli;
        return take_due(r, i, &own);
    }
    if (own.fit == FIT_DOUBT && !(own.guessed && understand_guess_idle(x, r->open[r->next], &own))) {
        if (r->n < RUN)
            r->milli[r->n++] = NO_NUMBER;
        return take_due(r, i, &own);
    }
    if (is_number && owns_wrong(r->open[r->next]) && split_number(r, i, &n))
        return i + 1;
    for (unsigned k = r->next + 1; k < r->open_n; k++) {
        if (x->slots[r->open[k]->position].filled)
            continue;
        if (owns_wrong(r->open[r->next]) && r->open[k]->guess_max == 0)
            continue;
        if (!fits(x, r->open[k], i, &g) ||
            (g.value.kind == VALUE_NUMBER &&
             !inside(g.value.milli, r->open[k]->guess_min, r->open[k]->guess_max)))
            continue;
        if (r->n < RUN)
            r->milli[r->n++] = g.value.kind == VALUE_NUMBER ? g.value.milli : NO_NUMBER;
        return take_later(r, k, i, &g);
    }
    if (own.fit == FIT_DOUBT && r->n < RUN)
        r->milli[r->n++] = NO_NUMBER;
    if (own.fit != FIT_NO && own.fit != FIT_UNIT)
        return take_due(r, i, &own);
    return i;
}

static unsigned in_run(struct run *r, unsigned i)
{
    unsigned to = run_on(r, i);

    for (unsigned k = 0; to > i && k < r->open_n && behind_unknown(r->x, i); k++)
        if (r->open[k]->unit != UNIT_PERSON && r->x->slots[r->open[k]->position].at == i &&
            r->x->slots[r->open[k]->position].filled)
            ask(r->x, r->open[k], ERROR_AMBIGUOUS, i);
    return to;
}

/* RULINGS 25: would all numbers fit as well with the first field left out? */
static void ask_if_shifted(struct run *r)
{
    if (r->n == 0 || r->skipped || r->first >= r->open_n)
        return;
    for (unsigned j = 0; j < r->n; j++) {
        const struct field *f;

        if (r->first + j + 1 >= r->open_n)
            return;
        f = r->open[r->first + j + 1];
        if (r->milli[j] == NO_NUMBER || f->type != FIELD_NUMBER ||
            (r->milli[j] < f->min || r->milli[j] > f->max) || !likely(f, r->milli[j]) ||
            (f->whole && r->milli[j] % 1000 != 0))
            return;
    }
    {
        struct slot *s = &r->x->slots[r->open[r->first]->position];

        if (!s->reject)
            s->error = ERROR_AMBIGUOUS;
    }
}

static void identity_numbers(struct filling *x, unsigned from)
{
    int nik = form_as(x->form, AS_NIK);

    for (unsigned i = from; nik >= 0 && i < x->ts.n && !x->slots[nik].filled; i++) {
        struct got g = understand_read(x, &x->form->fields[nik], i, false);

        if (g.fit == FIT_YES || g.fit == FIT_WRONG)
            understand_take(x, &x->form->fields[nik], i, &g, false);
    }
}

static void collect(struct run *r)
{
    struct filling *x = r->x;

    for (unsigned k = x->head_uses; k < x->variant->uses_n; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];

        if ((f->type == FIELD_NUMBER || f->type == FIELD_PRESSURE) && !x->slots[f->position].filled &&
            !(x->ts.hash && x->slots[f->position].given)) /* `#gds -#65#` */
            r->open[r->open_n++] = f;
    }
}

static bool has_unit(struct filling *x, unsigned i)
{
    struct amount n;

    return amount_read(&x->ts, i, x->words->units, &n) && n.unit.n > 0;
}

/* How many fields that are open have its unit. */
static unsigned of_its_unit(const struct run *r, unsigned i)
{
    unsigned n = 0;

    for (unsigned k = 0; k < r->open_n; k++) {
        struct got g = understand_read(r->x, r->open[k], i, false);

        n += !r->x->slots[r->open[k]->position].filled && g.unit &&
             (g.fit == FIT_YES || g.fit == FIT_DOUBT || g.fit == FIT_WRONG);
    }
    return n;
}

/* It stands between #, and its unit is that of the slot's field. */
static bool unit_due(const struct run *r, unsigned i)
{
    struct got g = r->next < r->open_n ? understand_read(r->x, r->open[r->next], i, false) : understand_no();

    return (r->x->ts.t[i].sep & SEP_HASH) && g.fit == FIT_YES && g.unit;
}

/* A pressure with its mark finds its field wherever it stands. */
static unsigned by_pressure(struct run *r, unsigned i)
{
    struct amount n;

    if (understand_second_pressure(r->x, i))
        return i + 1;
    if (amount_read(&r->x->ts, i, r->x->words->units, &n))
        return i;
    for (unsigned k = 0; k < r->open_n; k++) {
        struct got g;

        if (r->open[k]->type != FIELD_PRESSURE || r->x->slots[r->open[k]->position].filled)
            continue;
        g = understand_read(r->x, r->open[k], i, false);
        if (g.fit == FIT_NO)
            return i;
        understand_take(r->x, r->open[k], i, &g, false);
        if (k >= r->next)
            r->next = k + 1;
        return i + g.used;
    }
    return i;
}

/* A value of its own label or unit stands in the place of an earlier field. */
static void note_named(struct run *r, unsigned i)
{
    const struct field *f = understand_named_there(r->x, i);
    unsigned k = r->next;

    if (!f || k >= r->open_n || f->position < r->open[k]->position)
        return;
    while (k < r->open_n && r->open[k]->position < f->position)
        k++;
    r->behind = k > r->next && k < r->open_n ? k + 1 : 0;
}

/* An empty slot, and words between #, use up the place of their field. */
static void pass_slot(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    enum part_kind part = x->ts.t[i].kind == TOKEN_EMPTY ? PART_EMPTY : understand_words_there(x, i);
    unsigned to = understand_part_end(x, i);

    if (part == PART_OPEN)
        note_named(r, i);
    if (part == PART_OPEN || understand_list_first(x, i))
        return;
    while (r->next < r->open_n && x->slots[r->open[r->next]->position].filled)
        r->next++;
    if (r->next >= r->open_n)
        return;
    if (part == PART_UNREAD &&
        understand_unmeasured(x->rs, r->open[r->next], understand_span(x, i, to), x->arena))
        part = PART_EMPTY; /* `#alat rusak#` */
    if (part == PART_UNREAD)
        understand_fault_words(x, r->open[r->next], ERROR_INVALID, i, to);
    r->words = part != PART_WORDS ? 0 : r->words ? r->words : r->next + 1;
    r->next++;
}

void understand_units(struct filling *x, unsigned from)
{
    struct run r = { .x = x };

    collect(&r);
    for (unsigned i = from; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind == TOKEN_NUMBER && has_unit(x, i)) {
            unsigned n = of_its_unit(&r, i);

            if (n == 1 || (n && !(x->ts.t[i].sep & SEP_HASH))) /* of several the slot decides */
                (void)by_unit(&r, i);
        }
}

void understand_numbers(struct filling *x, unsigned from)
{
    struct run r = { .x = x };

    identity_numbers(x, from);
    collect(&r);
    for (unsigned i = understand_behind_required(x); i < from; i++)
        note_named(&r, i);
    for (unsigned i = from; i < x->ts.n;) {
        unsigned to;

        pass_slot(&r, i);
        if (x->ts.t[i].taken || x->ts.t[i].other || x->ts.t[i].kind != TOKEN_NUMBER) {
            x->ts.t[i].taken |= x->ts.t[i].other; /* another thing's */
            i++;
            continue;
        }
        to = by_pressure(&r, i);
        if (to == i && unit_due(&r, i))
            to = in_slot(&r, i); /* `#48 cm`: of lingkar kepala, where that is due */
        if (to == i && has_unit(x, i))
            to = by_unit(&r, i);
        if (to == i && (x->ts.t[i].sep & SEP_HASH))
            to = in_slot(&r, i);
        if (to == i)
            to = in_run(&r, i);
        if (to == i) {
            understand_leftover(x, i);
            to = i + 1;
        }
        i = to;
    }
    ask_if_shifted(&r);
}
