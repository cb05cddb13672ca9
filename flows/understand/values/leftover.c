/* leftover.c - a number that no field takes (RULINGS 18, 26, 34, 35).  See numbers.h. */
#include "flows/understand/values/numbers.h"

#include "flows/understand/values/read.h"

/* `mr3`, `campak 3`: a dose that no vaccine has (RULINGS 34, 35). */
static bool dose_of(const struct filling *x, const struct field *f, unsigned i)
{
    return f->type == FIELD_CHOICES && i > 0 && x->ts.t[i - 1].kind == TOKEN_WORD && x->ts.t[i].low.n == 1 &&
           (x->ts.t[i].sep & (SEP_HARD | SEP_ODD)) == 0;
}

/* A pressure with its mark, and a required one is not there yet. */
static bool pressure_due(const struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < x->head_uses; k++)
        if (x->form->fields[x->variant->uses[k]].type == FIELD_PRESSURE &&
            !x->slots[x->variant->uses[k]].filled)
            return slice_find(x->ts.t[i].low, '/') < x->ts.t[i].low.n;
    return false;
}

void understand_leftover(struct filling *x, unsigned i)
{
    const struct field *last = NULL;

    if (pressure_due(x, i)) /* understand_pressures() has it */
        return;

    /* Two bare numbers where one is due (RULINGS 26): the field before is in doubt. */
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->slots[f].filled && x->slots[f].to == i && i > 0 && x->ts.t[i - 1].kind == TOKEN_NUMBER &&
            x->form->fields[f].type == FIELD_NUMBER && (x->ts.t[i].sep & SEP_HARD) == 0) {
            x->ts.t[i].taken = true;
            understand_fault(x, &x->form->fields[f], ERROR_AMBIGUOUS, false, i);
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
        understand_fault(x, last, ERROR_AMBIGUOUS, false, i);
    }
}

bool understand_second_pressure(struct filling *x, unsigned i)
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
