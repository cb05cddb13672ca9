/* astray.c - numbers of which nobody can tell whose they are, since what stands before them is not read
 * (RULINGS 20, 46).  See numbers.h. */
#include "flows/understand/values/numbers.h"

#include <string.h>

#include "flows/understand/values/read.h"

/* A bare number that fits its place ill: `8,5 7,1` for an age and a weight. */
static bool numbers_left(const struct filling *x)
{
    for (unsigned k = x->head_uses; k < x->variant->uses_n; k++) {
        const struct slot *s = &x->slots[x->variant->uses[k]];

        if (x->form->fields[x->variant->uses[k]].type == FIELD_NUMBER && s->error && s->at < TOKENS_MAX &&
            !s->labelled && !s->between)
            return true;
    }
    return false;
}

bool understand_astray(struct filling *x, unsigned i, struct got *g)
{
    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];
        const struct slot *s = &x->slots[f->position];

        if (f->type != FIELD_NUMBER || s->at >= i ||
            !(s->guessed || (s->reject && s->error == ERROR_INVALID)))
            continue;
        *g = understand_read(x, f, i, false);
        if (g->fit == FIT_YES)
            return true;
    }
    return false;
}

bool understand_passed(struct filling *x, unsigned i)
{
    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];

        if (f->type == FIELD_NUMBER && x->slots[f->position].passed && !x->slots[f->position].filled &&
            understand_read(x, f, i, false).fit == FIT_YES)
            return true;
    }
    return false;
}

/* `9,2 cm 76`: in the place of the weight stands a number with another field's unit, and what was read as the
 * weight is a guess: the unit is wrong (RULINGS 20), and the number nobody's. */
static void wrong_units(struct filling *x)
{
    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];
        unsigned guessed_at = x->slots[f->position].at;

        for (unsigned o = 0; o < x->form->fields_n && x->slots[f->position].guessed; o++) {
            struct slot *other = &x->slots[o];

            if (!other->unit || other->labelled || other->at >= guessed_at ||
                other->value.kind != VALUE_NUMBER || other->value.milli < f->min ||
                other->value.milli > f->max)
                continue;
            understand_fault(x, f, ERROR_INVALID, true, other->at);
            *other = (struct slot){ 0 };
        }
    }
}

/* Where the order of the fields went astray, bare numbers may be anybody's: a draft must not keep them.  An
 * optional number is no more certain than the required ones before it: it is asked about once they are known.
 * A pressure is one by its shape. */
static void forget_uncertain(struct filling *x)
{
    bool hole = false, halved = false, astray_all;

    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];
        const struct slot *s = &x->slots[f->position];

        if ((f->type != FIELD_NUMBER && f->type != FIELD_AGE && f->type != FIELD_PRESSURE) || !s->reject ||
            (s->error != ERROR_MISSING && s->error != ERROR_INVALID))
            continue;
        hole = true;
        halved |=
            f->type == FIELD_PRESSURE && s->filled && s->at < x->ts.n &&
            x->ts.t[s->at].kind == TOKEN_NUMBER; /* `#1590/90#`: its other half stands in the next place */
        if (s->at < TOKENS_MAX && s->filled && (!x->lost_at || s->at < x->lost_at))
            x->lost_at = s->at + 1; /* `20 110x 55`: from there on */
    }
    if (!hole && !x->lost_at)
        return; /* nothing went astray, as mostly */
    astray_all = hole && !x->lost_at && numbers_left(x);
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];
        struct slot *s = &x->slots[f->position];
        bool astray = ((x->lost_at && s->at >= x->lost_at) || astray_all) && s->at < TOKENS_MAX &&
                      (!s->between || halved); /* RULINGS 25 */
        bool optional = k >= x->head_uses && s->at < TOKENS_MAX;

        if (s->labelled || s->unit ||
            (s->error && !(astray && (optional || s->value.kind != VALUE_ABSENT))) ||
            (f->type != FIELD_NUMBER && f->type != FIELD_AGE && f->type != FIELD_PRESSURE))
            continue;
        if (f->type == FIELD_PRESSURE && (!astray || (s->typed.n && memchr(s->typed.p, '/', s->typed.n))))
            continue;
        if (astray)
            *s = (struct slot){ 0 };
        else if (hole && optional && !s->between && s->value.kind != VALUE_ABSENT)
            understand_fault(x, f, ERROR_AMBIGUOUS, false, s->at);
    }
}

void understand_forget(struct filling *x)
{
    wrong_units(x);
    forget_uncertain(x);
}
