/* difference.c - how much more or less, behind a value (RULINGS 50).  See before.h. */
#include "flows/understand/values/before.h"

#include "parsers/amount.h"
#include "parsers/phrase.h"

/* `kurang 2 ons`: what is said of a number. */
struct difference {
    struct slice code; /* of lists/nomor.yaml */
    struct slice unit;
    unsigned from, to; /* tokens */
    bool amount;       /* with a number and a unit; without: `kurang sedikit` */
};

static bool goes_on(const struct filling *x, unsigned i)
{
    return i < x->ts.n && !x->ts.t[i].taken && (x->ts.t[i].sep & SEP_HARD) == 0;
}

static bool is_number(const struct filling *x, unsigned i)
{
    return goes_on(x, i) && x->ts.t[i].kind == TOKEN_NUMBER;
}

static struct slice unit_at(const struct filling *x, unsigned i, unsigned *used)
{
    return goes_on(x, i) && x->ts.t[i].kind == TOKEN_WORD ? phrase_code(&x->ts, i, x->words->units, used)
                                                          : (struct slice){ 0 };
}

static bool of_time(struct slice unit)
{
    return slice_is(unit, "hr") || slice_is(unit, "mg") || slice_is(unit, "bl") || slice_is(unit, "th");
}

/* Behind number i, its unit, and the ons behind that. */
static unsigned value_end(const struct filling *x, unsigned i, struct slice *unit)
{
    unsigned used, k = i + 1;
    struct slice ons;

    *unit = unit_at(x, k, &used);
    if (!unit->n)
        return k;
    k += used;
    ons = is_number(x, k) ? unit_at(x, k + 1, &used) : (struct slice){ 0 };
    return slice_is(*unit, "kg") && (slice_is(ons, "ons") || slice_is(ons, "g")) ? k + 1 + used : k;
}

static bool read_difference(const struct filling *x, unsigned i, struct difference *d)
{
    unsigned used;

    if (!goes_on(x, i))
        return false;
    *d = (struct difference){ .code = phrase_code(&x->ts, i, x->words->before, &used), .from = i };
    if (!slice_is(d->code, "kurang_belakang") && !slice_is(d->code, "kira_belakang") &&
        !slice_is(d->code, "selisih"))
        return false;
    d->to = i + used;
    if (is_number(x, d->to))
        d->unit = unit_at(x, d->to + 1, &used);
    d->amount = d->unit.n && !of_time(d->unit);
    d->to += d->amount ? 1 + used : 0;
    return d->amount || (slice_is(d->code, "kurang_belakang") && used > 1);
}

/* `dari bulan lalu`, `dibanding kakaknya` at token i: how many tokens, 0: none. */
static unsigned compared_with(const struct filling *x, unsigned i)
{
    unsigned used = 1, then = 0;
    bool with = goes_on(x, i) && (understand_says(x, i, "dari") || understand_says(x, i, "dari_singkat") ||
                                  slice_is(phrase_code(&x->ts, i, x->words->before, &used), "banding"));

    used = with ? used : 0;
    if (with && goes_on(x, i + used) && phrase_at(&x->ts, i + used, x->words->people, &then))
        return used + then;
    if (goes_on(x, i + used) && slice_is(phrase_code(&x->ts, i + used, x->words->before, &then), "lalu"))
        used += then;
    return used;
}

/* A weight, surely: `76 naik 9,2 kg` has another one behind. */
static bool is_weight(const struct filling *x, unsigned i, struct slice unit)
{
    return slice_is(unit, "kg") || slice_is(unit, "g") ||
           slice_find(x->ts.t[i].low, ',') < x->ts.t[i].low.n ||
           slice_find(x->ts.t[i].low, '.') < x->ts.t[i].low.n ||
           (i > 0 && x->ts.t[i - 1].kind == TOKEN_WORD && form_has_label(x->form, x->ts.t[i - 1].low));
}

bool understand_becomes(const struct filling *x, unsigned i)
{
    unsigned used;

    return goes_on(x, i) && is_number(x, i + 1) &&
           slice_is(phrase_code(&x->ts, i, x->words->answers, &used), "ralat") && used == 1;
}

/* `14bl kurang 2 hari`: not yet so old; `14bl lebih 2 hari` is. */
static bool off_by_time(struct filling *x, unsigned i, unsigned end)
{
    unsigned used, of;
    struct slice code = goes_on(x, end) ? phrase_code(&x->ts, end, x->words->before, &used) : S(""), unit;

    if (!(slice_is(code, "kurang_belakang") || slice_is(code, "kira_belakang")) || !is_number(x, end + used))
        return false;
    unit = unit_at(x, end + used + 1, &of);
    if (!of_time(unit))
        return false;
    x->ts.t[i].approx |= slice_is(code, "kurang_belakang") || !slice_is(unit, "hr");
    understand_mark_other(x, end, end + used + 1 + of);
    return true;
}

static bool phrase_before(const struct filling *x, unsigned i, const char *code)
{
    const struct word *w =
        i > 0 && x->ts.t[i - 1].kind == TOKEN_WORD ? list_find(x->words->before, x->ts.t[i - 1].low) : NULL;

    return w && slice_is(w->code, code);
}

bool understand_grows(const struct filling *x, unsigned i)
{
    return understand_becomes(x, i) && phrase_before(x, i, "selisih") && i > 1 &&
           x->ts.t[i - 2].kind == TOKEN_WORD && form_has_label(x->form, x->ts.t[i - 2].low);
}

/* `12 naik dari 11,8`, `aks 18 dari 20`: what it was, or is out of. */
static bool compared_number(struct filling *x, unsigned i)
{
    struct slice unit;
    unsigned from = i - 1, end = value_end(x, i, &unit), before = from, used;

    if (i < 2 || !goes_on(x, i) || !goes_on(x, from) || x->ts.t[i].amends.n || of_time(unit) ||
        !(slice_is(x->ts.t[from].low, "dari") || slice_is(x->ts.t[from].low, "dr")) ||
        form_counts(x->form, UNIT_PERSON))
        return false;
    if (phrase_before(x, from, "selisih")) {
        from--;
    } else {
        before -= unit_at(x, from - 1, &used).n != 0;
        if (!before || x->ts.t[before - 1].kind != TOKEN_NUMBER)
            return false;
    }
    understand_mark_other(x, from, end);
    return true;
}

bool understand_alike(const struct filling *x, unsigned a, unsigned b)
{
    enum {
        TENTH = 10
    };
    struct amount one, two;
    int64_t off;

    if (!amount_read(&x->ts, a, x->words->units, &one) || !amount_read(&x->ts, b, x->words->units, &two))
        return false;
    off = one.milli > two.milli ? one.milli - two.milli : two.milli - one.milli;
    return off * TENTH <= one.milli;
}

void understand_difference(struct filling *x, unsigned i)
{
    struct difference d;
    struct slice unit;
    struct amount read;
    unsigned with, end;

    end = value_end(x, i, &unit);
    if (!phrase_may_be(&x->ts, x->words->before) || (!x->ts.t[i].other && compared_number(x, i)))
        return;
    if (x->ts.t[i].other || off_by_time(x, i, end) || of_time(unit) ||
        (i > 0 && slice_is(unit_at(x, i - 1, &with), "kg")) || !read_difference(x, end, &d))
        return; /* `9kg5ons`: of the kilos */
    with = d.amount ? compared_with(x, d.to) : 0;
    if (with || slice_is(d.code, "selisih")) {
        if (with || slice_is(d.unit, "ons") || slice_is(d.unit, "g") || is_weight(x, i, unit))
            understand_mark_other(x, d.from, d.to + with);
        return;
    }
    x->ts.t[i].approx |=
        !slice_is(d.code, "kurang_belakang") || !(slice_is(d.unit, "ons") || slice_is(d.unit, "g"));
    if (d.amount && (!amount_read(&x->ts, i, x->words->units, &read) || i + read.used < d.to)) {
        x->ts.t[i].approx = true;
        understand_mark_other(x, d.from, d.to);
    }
}
