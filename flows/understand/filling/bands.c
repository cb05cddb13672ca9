/* bands.c - how old, and what is plausible at that age (RULINGS 23, 28).
 * See filling.h. */
#include "flows/understand/filling/filling.h"

#include "flows/rows/growth.h"

static struct slice text(const struct filling *x, enum meaning as)
{
    int f = form_as(x->form, as);

    return f >= 0 && x->slots[f].value.kind == VALUE_TEXT ? x->slots[f].value.text : (struct slice){ 0 };
}

/* Completed months, or -1. */
int64_t understand_months(const struct filling *x)
{
    struct slice age = text(x, AS_AGE), born = text(x, AS_BIRTH);
    int64_t day;

    if (age.n)
        return age_months(age);
    if (born.n && date_parse_iso(born, &day))
        return date_months_between(day, x->today);
    return form_is(x->form, FORM_BIRTH) ? 0 : -1;
}

bool understand_age_agrees(const struct filling *x, struct slice age)
{
    enum {
        YEAR = 12
    };
    int64_t known = understand_months(x), said = age_months(age),
            off = known > said ? known - said : said - known;

    return known < 0 || said < 0 || (slice_ends(age, "th") ? off < YEAR : off <= 1);
}

bool understand_in_bands(const struct field *f, int64_t age, int64_t milli)
{
    for (unsigned i = 0; i < f->bands_n; i++)
        if (age >= f->bands[i].from_months && age <= f->bands[i].to_months)
            return milli >= f->bands[i].min && milli <= f->bands[i].max;
    return true;
}

/* RULINGS 23: a guessed tenth must be plausible for the age. */
bool understand_tenth_plausible(const struct filling *x, const struct field *f, int64_t age, int64_t milli)
{
    if (age < 0)
        return true;
    if (x->form->judge == FORM_JUDGE_GROWTH && x->rs->rules)
        return growth_value_plausible(x->rs->rules, f->as, text(x, AS_SEX), age, milli);
    return understand_in_bands(f, age, milli);
}

bool understand_guess_idle(const struct filling *x, const struct field *f, const struct got *g)
{
    return !understand_tenth_plausible(x, f, understand_months(x), g->value.milli);
}
