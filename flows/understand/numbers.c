/* numbers.c - optional numbers: which number is which field (RULINGS 15, 18, 20, 23, 25, 26).  See
 * understand.h.
 *
 * Between # * ; | the slot decides.  Separated by blanks, numbers are taken in the order of the fields; where
 * another reading is as good, the kader is asked. */
#include "flows/understand/understand.h"

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
    bool skipped; /* the run's first number went over a field */
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

static unsigned in_slot(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    struct got own = { .fit = FIT_NO }, g;

    if (r->next < r->open_n)
        own = understand_read(x, r->open[r->next], i, false);
    if (own.fit == FIT_YES || own.fit == FIT_DOUBT) {
        understand_take(x, r->open[r->next], i, &own, false);
        r->next++;
        return i + own.used;
    }
    /* RULINGS 15: what does not fit its field but fits the next means that the field is not given. */
    if (r->next + 1 < r->open_n && fits(x, r->open[r->next + 1], i, &g) &&
        (g.value.kind != VALUE_NUMBER || likely(r->open[r->next + 1], g.value.milli))) {
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
    return i > x->head_end && x->ts.t[i - 1].kind == TOKEN_WORD && !x->ts.t[i - 1].other &&
           (x->ts.t[i - 1].loose || !x->ts.t[i - 1].taken) && (x->ts.t[i].sep & SEP_HARD) == 0;
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

/* --- leftovers --- */

/* `mr3`, `campak 3`: a dose that no vaccine has (RULINGS 34, 35). */
static bool dose_of(const struct filling *x, const struct field *f, unsigned i)
{
    return f->type == FIELD_CHOICES && i > 0 && x->ts.t[i - 1].kind == TOKEN_WORD && x->ts.t[i].low.n == 1 &&
           (x->ts.t[i].sep & (SEP_HARD | SEP_ODD)) == 0;
}

static void leftover(struct run *r, unsigned i)
{
    struct filling *x = r->x;
    const struct field *last = NULL;

    /* Two bare numbers where one is due (RULINGS 26): the field before is in doubt. */
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->slots[f].filled && x->slots[f].to == i && i > 0 && x->ts.t[i - 1].kind == TOKEN_NUMBER &&
            x->form->fields[f].type == FIELD_NUMBER && (x->ts.t[i].sep & SEP_HARD) == 0) {
            x->ts.t[i].taken = true;
            ask(x, &x->form->fields[f], ERROR_AMBIGUOUS, i);
            return;
        }
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];

        if (f->type == FIELD_NUMBER || f->type == FIELD_PRESSURE ||
            ((!last || last->type == FIELD_NOMOR) && f->type == FIELD_AGE) ||
            (f->type == FIELD_CHOICES && f->as == AS_VACCINES) || (!last && f->type == FIELD_NOMOR))
            last = f;
    }
    x->ts.t[i].taken = true;
    if (last && dose_of(x, last, i)) {
        understand_fault(x, last, ERROR_INVALID, true, i);
        x->slots[last->position].typed = understand_span(x, i - 1, i + 1);
    } else if (last) {
        ask(x, last, ERROR_AMBIGUOUS, i);
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

        if ((f->type == FIELD_NUMBER || f->type == FIELD_PRESSURE) && !x->slots[f->position].filled)
            r->open[r->open_n++] = f;
    }
}

static bool has_unit(struct filling *x, unsigned i)
{
    struct amount n;

    return amount_read(&x->ts, i, x->words->units, &n) && n.unit.n > 0;
}

static bool certain_unit(const struct run *r, unsigned i)
{
    for (unsigned k = 0; k < r->open_n; k++) {
        struct got g;

        if (r->x->slots[r->open[k]->position].filled)
            continue;
        g = understand_read(r->x, r->open[k], i, false);
        if (g.unit && (g.fit == FIT_YES || g.fit == FIT_DOUBT || g.fit == FIT_WRONG))
            return true;
    }
    return false;
}

/* `130/80 kiri 140/90 kanan`: of two that differ neither is taken unasked (RULINGS 18). */
static bool second_pressure(struct filling *x, unsigned i)
{
    for (unsigned f = 0; f < x->form->fields_n; f++) {
        struct slot *s = &x->slots[f];
        struct got g;

        if (x->form->fields[f].type != FIELD_PRESSURE || s->value.kind == VALUE_ABSENT ||
            slice_find(x->ts.t[i].low, '/') == (size_t)-1)
            continue;
        g = understand_read(x, &x->form->fields[f], i, true);
        if (g.fit != FIT_YES)
            continue;
        if (!value_equal(&s->value, &g.value))
            understand_fault(x, &x->form->fields[f], ERROR_CONTRADICTION, false, i);
        return x->ts.t[i].taken = true;
    }
    return false;
}

/* A pressure with its mark finds its field wherever it stands. */
static unsigned by_pressure(struct run *r, unsigned i)
{
    struct amount n;

    if (second_pressure(r->x, i))
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

/* An empty slot, a labelled value or a list between # uses up the place of its field. */
static void pass_slot(struct run *r, unsigned i)
{
    if (r->x->ts.t[i].kind == TOKEN_EMPTY && r->next < r->open_n)
        r->next++;
}

void understand_units(struct filling *x, unsigned from)
{
    struct run r = { .x = x };

    collect(&r);
    for (unsigned i = from; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind == TOKEN_NUMBER && has_unit(x, i) && certain_unit(&r, i))
            (void)by_unit(&r, i);
}

void understand_numbers(struct filling *x, unsigned from)
{
    struct run r = { .x = x };

    identity_numbers(x, from);
    collect(&r);
    for (unsigned i = from; i < x->ts.n;) {
        unsigned to;

        if (x->ts.t[i].kind == TOKEN_EMPTY)
            pass_slot(&r, i);
        if (x->ts.t[i].taken || x->ts.t[i].other || x->ts.t[i].kind != TOKEN_NUMBER) {
            x->ts.t[i].taken |= x->ts.t[i].other; /* another thing's */
            i++;
            continue;
        }
        to = by_pressure(&r, i);
        if (to == i && has_unit(x, i))
            to = by_unit(&r, i);
        if (to == i && (x->ts.t[i].sep & SEP_HASH))
            to = in_slot(&r, i);
        if (to == i)
            to = in_run(&r, i);
        if (to == i) {
            leftover(&r, i);
            to = i + 1;
        }
        i = to;
    }
    ask_if_shifted(&r);
}

/* `9 lusin`; not `9 banyak`, nor `sehari` with its unit. */
static bool number_word(const struct filling *x, unsigned i, unsigned *used)
{
    struct slice code = phrase_code(&x->ts, i, x->words->numbers, used);

    return code.n && !slice_is(code, "banyaknya") && (code.p[0] != '1' || slice_all_digits(code));
}

bool understand_multiplied(struct filling *x, unsigned i)
{
    unsigned used;

    if (i == 0 || x->ts.t[i - 1].kind != TOKEN_NUMBER || x->ts.t[i - 1].approx ||
        (x->ts.t[i].sep & SEP_HARD) || !number_word(x, i, &used))
        return false;
    for (unsigned k = 0; k < x->form->fields_n; k++)
        if (x->slots[k].filled && x->slots[k].to == i && x->form->fields[k].type == FIELD_NUMBER) {
            understand_fault(x, &x->form->fields[k], ERROR_INVALID, true, i - 1);
            x->slots[k].typed = understand_span(x, i - 1, i + used);
            return true;
        }
    return false;
}
