/* when.c - typed days and ages.  See when.h. */
#include "parsers/when.h"

#include "parsers/amount.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

struct digits {
    int v[3];
    unsigned len[3];
    unsigned n;
};

/* "14-08-2024" into three numbers; one kind of mark only. */
static bool split(struct slice s, struct digits *d)
{
    char mark = 0;

    *d = (struct digits){ .n = 1 };
    for (size_t i = 0; i < s.n; i++) {
        unsigned k = d->n - 1;

        if (text_is_digit(s.p[i])) {
            if (++d->len[k] > 8)
                return false;
            d->v[k] = d->v[k] * 10 + (s.p[i] - '0');
            continue;
        }
        if (d->len[k] == 0 || d->n == 3 || (mark && mark != s.p[i]))
            return false;
        mark = s.p[i];
        d->n++;
    }
    return d->len[d->n - 1] > 0;
}

static enum when_rc ends(int y, int m, int d, int64_t today, struct when *out)
{
    if (!date_valid(y, m, d))
        return WHEN_INVALID;
    out->days = date_days(y, m, d);
    return out->days > today ? WHEN_INVALID : WHEN_OK;
}

/* With a two-digit year that would be to come: 30 means 2030 for a report, 1930 for a birth. */
static enum when_rc with_year(int y, unsigned len, int m, int d, int64_t today, struct when *out)
{
    if (len != 2 && len != 4)
        return WHEN_INVALID;
    out->two_digit = len == 2;
    return ends(len == 2 ? 2000 + y : y, m, d, today, out);
}

/* No year: the latest such day that is not to come. */
static enum when_rc without_year(int m, int d, int64_t today, struct when *out)
{
    int y = date_of_days(today).year;

    for (int back = 0; back < 5; back++) {
        if (date_valid(y - back, m, d) && date_days(y - back, m, d) <= today) {
            out->days = date_days(y - back, m, d);
            return WHEN_OK;
        }
    }
    return WHEN_INVALID;
}

/* 140824, 14082024 */
static enum when_rc run_together(struct slice s, int64_t today, struct when *out)
{
    int v = 0, d, m, y;

    if (s.n != 6 && s.n != 8)
        return WHEN_NONE;
    for (size_t i = 0; i < s.n; i++)
        v = v * 10 + (s.p[i] - '0');
    y = s.n == 8 ? v % 10000 : v % 100;
    v /= s.n == 8 ? 10000 : 100;
    m = v % 100;
    d = v / 100;
    out->bare = true;
    if (m < 1 || m > 12 || d < 1 || d > 31 || (s.n == 8 && (y < 1900 || y > 2100)))
        return WHEN_NONE;
    return with_year(y, s.n == 8 ? 4 : 2, m, d, today, out);
}

static enum when_rc day_of_month(int d, int64_t today, struct when *out)
{
    struct date t = date_of_days(today);

    if (d < 1 || d > 31)
        return WHEN_INVALID;
    if (d <= t.day)
        return ends(t.year, t.month, d, today, out);
    t.month--;
    if (t.month == 0) {
        t.month = 12;
        t.year--;
    }
    return ends(t.year, t.month, d, today, out) == WHEN_OK ? WHEN_AMBIGUOUS : WHEN_INVALID;
}

static int month_number(struct slice code)
{
    return code.n == 2 ? (code.p[0] - '0') * 10 + (code.p[1] - '0') : 0;
}

static bool soft(const struct tokens *ts, unsigned i)
{
    return i < ts->n && !ts->t[i].taken && (ts->t[i].sep & (SEP_HARD & ~(unsigned)SEP_SLASH)) == 0;
}

/* `14 agt`, `14agt24`, `14 agustus 2024`, `14-agt-24` */
static enum when_rc with_month_word(const struct tokens *ts, unsigned i, const struct when_words *w,
                                    int64_t today, struct when *out)
{
    unsigned used, at = i + 1;
    struct slice code;
    struct digits d, y;

    if (!soft(ts, at) || !split(ts->t[i].low, &d) || d.n != 1 || d.len[0] > 2 || ts->t[at].kind != TOKEN_WORD)
        return WHEN_NONE;
    code = phrase_code(ts, at, w->months, &used);
    if (slice_empty(code))
        return WHEN_NONE;
    out->used = 2;
    at++;
    if (soft(ts, at) && ts->t[at].kind == TOKEN_NUMBER && slice_all_digits(ts->t[at].low) &&
        split(ts->t[at].low, &y) &&
        (y.len[0] == 4 || (y.len[0] == 2 && (ts->t[at].glued || ts->t[at].minus))) &&
        (y.len[0] == 2 || (y.v[0] >= 1900 && y.v[0] <= 2100))) {
        out->used = 3;
        return with_year(y.v[0], y.len[0], month_number(code), d.v[0], today, out);
    }
    /* `14 agt 24`: a year only when it is this one or the last few. */
    if (soft(ts, at) && ts->t[at].kind == TOKEN_NUMBER && slice_all_digits(ts->t[at].low) &&
        split(ts->t[at].low, &y) && y.len[0] == 2) {
        int now = date_of_days(today).year % 100;

        if (y.v[0] <= now && y.v[0] + 6 >= now) {
            out->used = 3;
            return with_year(y.v[0], 2, month_number(code), d.v[0], today, out);
        }
    }
    return without_year(month_number(code), d.v[0], today, out);
}

/* `2 hr lalu`, `3 hari yg lalu` */
static enum when_rc days_ago(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                             struct when *out)
{
    struct digits d;
    unsigned used, at = i + 1;
    struct slice unit;
    int64_t each;

    if (!soft(ts, at) || !split(ts->t[i].low, &d) || d.n != 1 || d.len[0] > 2)
        return WHEN_NONE;
    unit = phrase_code(ts, at, w->units, &used);
    each = slice_is(unit, "hr") ? 1 : slice_is(unit, "mg") ? 7 : 0;
    at++;
    if (each && soft(ts, at) && (slice_is(ts->t[at].low, "yg") || slice_is(ts->t[at].low, "yang")))
        at++;
    if (!each || !soft(ts, at) || !slice_is(ts->t[at].low, "lalu"))
        return WHEN_NONE;
    out->used = at + 1 - i;
    out->relative = true;
    out->days = today - each * d.v[0];
    return WHEN_OK;
}

static enum when_rc relative(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                             struct when *out)
{
    struct slice code = phrase_code(ts, i, w->days, &out->used);
    int64_t v = 0;

    if (slice_empty(code))
        return WHEN_NONE;
    for (size_t k = 0; k < code.n; k++)
        if (text_is_digit(code.p[k]))
            v = v * 10 + (code.p[k] - '0');
    if (code.p[0] == '+') {
        out->days = today + v;
        return WHEN_INVALID;
    }
    out->days = today - v;
    return WHEN_OK;
}

static enum when_rc marked(const struct digits *d, int64_t today, struct when *out)
{
    if (d->n == 3 && d->len[0] == 4 && d->len[1] == 2 && d->len[2] == 2)
        return ends(d->v[0], d->v[1], d->v[2], today, out);
    if (d->len[0] > 2 || d->len[1] > 2)
        return WHEN_NONE;
    if (d->n == 3)
        return with_year(d->v[2], d->len[2], d->v[1], d->v[0], today, out);
    return without_year(d->v[1], d->v[0], today, out);
}

enum when_rc when_read(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                       bool labelled, struct when *out)
{
    const struct token *t = &ts->t[i];
    enum when_rc rc;
    struct digits d;

    *out = (struct when){ .used = 1 };
    if (i >= ts->n || t->taken)
        return WHEN_NONE;
    if (t->kind == TOKEN_WORD)
        return relative(ts, i, w, today, out);
    if (t->kind != TOKEN_NUMBER || t->minus || !split(t->low, &d))
        return t->kind == TOKEN_NUMBER && labelled ? WHEN_INVALID : WHEN_NONE;
    if (d.n == 1) {
        rc = with_month_word(ts, i, w, today, out);
        if (rc == WHEN_NONE)
            rc = days_ago(ts, i, w, today, out);
        if (rc == WHEN_NONE)
            rc = run_together(t->low, today, out);
        if (rc == WHEN_NONE && labelled)
            rc = d.len[0] <= 2 ? day_of_month(d.v[0], today, out) : WHEN_INVALID;
        return rc;
    }
    /* 14,5 and 14.5 are numbers; 14/5 and 14-5 are days. */
    for (size_t k = 0; d.n == 2 && k < t->low.n; k++)
        if (t->low.p[k] == '.' || t->low.p[k] == ',')
            return WHEN_NONE;
    for (size_t k = 0; k < t->low.n; k++)
        if (t->low.p[k] == ',')
            return WHEN_NONE;
    rc = marked(&d, today, out);
    if (rc == WHEN_NONE && labelled)
        return WHEN_INVALID;
    return rc;
}

static int64_t per_unit_days(struct slice unit)
{
    return slice_is(unit, "hr") ? 1 : slice_is(unit, "mg") ? 7 : 0;
}

int64_t age_days(struct slice s)
{
    int64_t v = 0;
    size_t i = 0;
    struct slice unit;

    while (i < s.n && i < 9 && text_is_digit(s.p[i]))
        v = v * 10 + (s.p[i++] - '0');
    unit = slice_skip(s, i);
    if (i == 0)
        return -1;
    if (per_unit_days(unit))
        return v * per_unit_days(unit);
    if (slice_is(unit, "bl"))
        return v * 30437 / 1000;
    return slice_is(unit, "th") ? v * 36525 / 100 : -1;
}

int64_t age_months(struct slice s)
{
    int64_t v = 0;
    size_t i = 0;
    struct slice unit;

    while (i < s.n && i < 9 && text_is_digit(s.p[i]))
        v = v * 10 + (s.p[i++] - '0');
    unit = slice_skip(s, i);
    if (i == 0)
        return -1;
    if (slice_is(unit, "bl"))
        return v;
    if (slice_is(unit, "th"))
        return v * 12;
    return per_unit_days(unit) ? v * per_unit_days(unit) * 1000 / 30437 : -1;
}

static bool age_unit(struct slice unit)
{
    return slice_is(unit, "bl") || slice_is(unit, "th") || slice_is(unit, "mg") || slice_is(unit, "hr");
}

/* Completed months of a number with a unit, halves rounded down (RULINGS 4). */
static int64_t to_months(int64_t milli, struct slice unit)
{
    if (slice_is(unit, "th"))
        return milli * 12 / 1000;
    if (slice_is(unit, "bl"))
        return milli / 1000;
    return milli * per_unit_days(unit) / 30437;
}

static enum age_rc born(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                        struct age *out)
{
    struct when d;
    enum when_rc rc;

    if (ts->t[i].kind != TOKEN_NUMBER)
        return AGE_NONE;
    rc = when_read(ts, i, w, today, false, &d);
    /* `3 hari lalu` is no birth date but an age and a word. */
    if (rc == WHEN_NONE || d.relative)
        return AGE_NONE;
    out->used = d.used;
    out->born = d.days;
    out->two_digit = d.two_digit;
    if (rc == WHEN_OK || rc == WHEN_AMBIGUOUS)
        return AGE_BORN;
    /* A two-digit year to come is of the last century: 12/3/85 is fine, 12/3/30 is 1930. */
    if (d.two_digit && d.days > today) {
        struct date b = date_of_days(d.days);

        if (date_valid(b.year - 100, b.month, b.day)) {
            out->born = date_days(b.year - 100, b.month, b.day);
            return AGE_BORN;
        }
    }
    return AGE_BORN_INVALID;
}

enum age_rc age_read(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                     struct slice default_unit, struct arena *a, struct age *out)
{
    struct amount n, more;
    enum age_rc rc;

    *out = (struct age){ .used = 1 };
    if (i >= ts->n || ts->t[i].taken || ts->t[i].kind != TOKEN_NUMBER)
        return AGE_NONE;
    rc = ts->t[i].minus ? AGE_NONE : born(ts, i, w, today, out);
    if (rc != AGE_NONE)
        return rc;
    if (!amount_read(ts, i, w->units, &n))
        return AGE_NONE;
    out->used = n.used;
    out->repaired = n.repaired;
    out->unit = n.unit.n > 0;
    if (n.unit.n && !age_unit(n.unit)) {
        out->wrong_unit = true;
        return AGE_NONE;
    }
    out->two_marks = n.two_marks && !n.broken;
    if (n.broken || n.two_marks)
        return AGE_INVALID;
    /* A unit-less age with a decimal mark is no age (RULINGS 28). */
    if (n.unit.n == 0 && n.mark)
        return AGE_NONE;
    if (n.unit.n == 0)
        n.unit = default_unit;
    out->months = to_months(n.milli, n.unit);
    /* 1th2bl: only mixed ages become months. */
    if (out->unit && soft(ts, i + n.used) && amount_read(ts, i + n.used, w->units, &more) &&
        age_unit(more.unit) && !more.broken && !more.mark && !slice_eq(more.unit, n.unit) && !n.mark &&
        !slice_is(more.unit, "th")) {
        out->used += more.used;
        out->months += to_months(more.milli, more.unit);
        out->text = arena_printf(a, "%lldbl", (long long)out->months);
        return AGE_OK;
    }
    if (n.milli % 1000 != 0) {
        out->text = arena_printf(a, "%lldbl", (long long)out->months);
        if (slice_is(n.unit, "mg") || slice_is(n.unit, "hr"))
            out->text = arena_printf(a, "%lld%.*s", (long long)(n.milli / 1000), SLICE_ARG(n.unit));
        return AGE_OK;
    }
    out->text = arena_printf(a, "%lld%.*s", (long long)(n.milli / 1000), SLICE_ARG(n.unit));
    return AGE_OK;
}
