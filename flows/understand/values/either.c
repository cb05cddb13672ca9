/* either.c - two values where one is due: a word that leaves the choice, `9,2 atau 9,5`, and ranges (RULINGS
 * 26, 50). See before.h. */
#include "flows/understand/signs/signs.h"
#include "flows/understand/values/before.h"
#include "flows/understand/values/read.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static bool is_number(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].taken;
}

static bool is_sex(const struct filling *x, unsigned i)
{
    unsigned used;

    return i < x->ts.n && x->ts.t[i].kind == TOKEN_WORD && phrase_at(&x->ts, i, x->words->sex, &used);
}

/* Both halves of a pressure are its own, and the worse of two is heard (understand_pressures). */
static bool is_pressure(const struct filling *x, unsigned i)
{
    return form_has(x->form, FIELD_PRESSURE) && slice_find(x->ts.t[i].low, '/') < x->ts.t[i].low.n;
}

/* The number that ends right before token i, its unit behind it; i: none does. */
static unsigned number_before(const struct filling *x, unsigned i)
{
    unsigned used;

    if (is_number(x, i - 1))
        return i - 1;
    return i > 1 && is_number(x, i - 2) && phrase_at(&x->ts, i - 1, x->words->units, &used) && used == 1
               ? i - 2
               : i;
}

/* A word of nothing that the form knows: of a name, perhaps. */
static bool unknown(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_WORD && !(x->ts.t[i].known && x->ts.t[i].known->begins) &&
           !x->ts.t[i].label;
}

bool understand_either(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *w = phrase_at(&x->ts, i, x->words->kata, used);
    unsigned number, next;
    struct label_at l;

    if (i == 0 || !w || !slice_is(w->also, "pilih") || understand_parted(x, i) ||
        understand_parted(x, i + *used))
        return false;
    number = number_before(x, i);
    next = i + *used;
    if (number < i && understand_label_at(x, next, &l))
        next += l.used;
    if (number < i)
        return is_number(x, next) && !is_pressure(x, number) && !is_pressure(x, next);
    if (is_sex(x, i - 1))
        return is_sex(x, next);
    return unknown(x, i - 1) && unknown(x, next) && (is_sex(x, next + 1) || is_number(x, next + 1)) &&
           form_as(x->form, AS_NAME) >= 0;
}

/* `10`, `9,5` */
static bool is_plain(const struct filling *x, unsigned i)
{
    struct slice low = x->ts.t[i].low;

    for (size_t k = 0; k < low.n; k++)
        if (!text_is_digit(low.p[k]) && low.p[k] != ',' && low.p[k] != '.')
            return false;
    return is_number(x, i);
}

unsigned understand_range_end(const struct filling *x, unsigned i)
{
    unsigned k = i + 1, used = 2;

    if (k + 1 >= x->ts.n || x->ts.t[k].kind != TOKEN_WORD || !is_plain(x, i))
        return i;
    if (!(slice_is(x->ts.t[k].low, "s") && slice_is(x->ts.t[k + 1].low, "d") &&
          (x->ts.t[k + 1].sep & (SEP_SLASH | SEP_DOT))) &&
        !slice_is(phrase_code(&x->ts, k, x->words->before, &used), "sampai") &&
        !(understand_is(x, k, "sambung", &used) && i > 0 && understand_says(x, i - 1, "antara")))
        return i;
    return is_number(x, k + used) && is_plain(x, k + used) ? k + used : i;
}
