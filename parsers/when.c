/* when.c - typed days and ages.  See when.h. */
#include "parsers/when.h"

#include "parsers/amount.h"
#include "parsers/pattern.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    THURSDAY = 4, /* 1970-01-01 was one */
    WEEK = 7
};

/* What one token says of a day, by its shape.  `14,5` and `14.5` are numbers; 14/5 and 14-5 are days. */
enum shape {
    SHAPE_RUN,  /* (14)(08)(24), (14)(08)(2024) */
    SHAPE_DM,   /* (14)/(8) */
    SHAPE_DMY,  /* (14)/(8)/(24), (14)-(08)-(2024), (14).(11).(26) */
    SHAPE_ISO,  /* (2024)-(08)-(14): as the program writes it */
    SHAPE_NONE, /* a number with its mark */
    SHAPES,
    SHAPE_DAY, /* 14: with a month's word, or a label */
};

static _Thread_local struct pattern shapes[SHAPES] = {
    [SHAPE_RUN] = { .shape = "(\\d\\d)(\\d\\d)(\\d\\d|\\d{4})", .shortest = 6, .longest = 8, .digits = true },
    [SHAPE_DM] = { .shape = "(\\d{1,2})[/-](\\d{1,2})", .shortest = 3, .longest = 5 },
    [SHAPE_DMY] = { .shape = "(\\d{1,2})(?|/(\\d{1,2})/|-(\\d{1,2})-|\\.(\\d{1,2})\\.)(\\d{1,8})",
                    .shortest = 5,
                    .longest = 14 },
    [SHAPE_ISO] = { .shape = "(\\d{4})(?|/(\\d\\d)/|-(\\d\\d)-|\\.(\\d\\d)\\.)(\\d\\d)",
                    .shortest = 10,
                    .longest = 10 },
    [SHAPE_NONE] = { .shape = "\\d{1,8}[.,]\\d{1,8}|\\d{1,8},\\d{1,8},\\d{1,8}",
                     .shortest = 3,
                     .longest = 26 },
};

/* Most numbers that are asked about are short, and no pattern is needed for them. */
static int shape_of(struct slice s, struct slice g[PATTERN_GROUPS])
{
    return s.n <= 2 && slice_all_digits(s) ? SHAPE_DAY : pattern_first(shapes, SHAPES, s, g);
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
    return ends(len == 2 && y < 100 ? 2000 + y : y, m, d, today, out);
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

/* 140824, 14082024: a day only where there is such a month. */
static enum when_rc run_together(const struct slice *g, int64_t today, struct when *out)
{
    int d = pattern_int(g[1]), m = pattern_int(g[2]), y = pattern_int(g[3]);

    out->bare = true;
    if (m < 1 || m > 12 || d < 1 || d > 31 || (g[3].n == 4 && (y < 1900 || y > 2100)))
        return WHEN_NONE;
    return with_year(y, (unsigned)g[3].n, m, d, today, out);
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
    return i < ts->n && !ts->t[i].taken && !ts->t[i].odd && !ts->t[i].approx &&
           (ts->t[i].sep & (SEP_HARD & ~(unsigned)SEP_SLASH)) == 0;
}

/* The year behind a month's word: `14agt24`, `14-agt-24`, `14 agustus 2024`; with two digits behind a blank
 * only this year or the last few.  0: none. */
static int year_at(const struct tokens *ts, unsigned at, int64_t today)
{
    const struct token *t = &ts->t[at];
    int y, now = date_of_days(today).year % 100;

    if (!soft(ts, at) || t->kind != TOKEN_NUMBER || !slice_all_digits(t->low))
        return 0;
    y = pattern_int(t->low);
    if (t->low.n == 4)
        return y >= 1900 && y <= 2100 ? y : 0;
    return t->low.n == 2 && (t->glued || t->minus || (y <= now && y + 6 >= now)) ? 2000 + y : 0;
}

/* `14 agt`, `14agt24`, `14 agustus 2024`, `14-agt-24` */
static enum when_rc with_month_word(const struct tokens *ts, unsigned i, const struct when_words *w,
                                    int64_t today, struct when *out)
{
    unsigned used;
    struct slice code;
    int d = pattern_int(ts->t[i].low), y;

    if (!soft(ts, i + 1) || ts->t[i + 1].kind != TOKEN_WORD)
        return WHEN_NONE;
    code = phrase_code(ts, i + 1, w->months, &used);
    if (slice_empty(code))
        return WHEN_NONE;
    y = year_at(ts, i + 2, today);
    out->used = y ? 3 : 2;
    if (!y)
        return without_year(month_number(code), d, today, out);
    /* Two digits stay known as such: a birth may be a century earlier. */
    return with_year(y, (unsigned)ts->t[i + 2].low.n, month_number(code), d, today, out);
}

/* `2 hr lalu`, `3 hari yg lalu` */
static enum when_rc days_ago(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                             struct when *out)
{
    unsigned used, at = i + 1;
    struct slice unit;
    int64_t each;

    if (!soft(ts, at))
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
    out->days = today - each * pattern_int(ts->t[i].low);
    return WHEN_OK;
}

/* `rabu 25 nov`: the date, in doubt when it is another day of the week.  The word alone is no date. */
static enum when_rc of_week(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                            struct when *out)
{
    unsigned used, at;
    struct slice day = phrase_code(ts, i, w->week, &used);
    enum when_rc rc;

    at = i + used;
    if (!day.n || at >= ts->n || ts->t[at].kind != TOKEN_NUMBER ||
        (ts->t[at].sep & (SEP_HARD & ~(unsigned)(SEP_COMMA | SEP_SLASH))))
        return WHEN_NONE;
    rc = when_read(ts, at, w, today, false, out);
    if (rc == WHEN_NONE || out->relative || out->bare)
        return WHEN_NONE;
    out->used += used;
    return rc == WHEN_OK && (out->days + THURSDAY) % WEEK != pattern_int(day) ? WHEN_AMBIGUOUS : rc;
}

static enum when_rc relative(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                             struct when *out)
{
    struct slice code = phrase_code(ts, i, w->days, &out->used);
    int64_t v = 0;

    if (slice_empty(code))
        return of_week(ts, i, w, today, out);
    for (size_t k = 0; k < code.n; k++)
        if (text_is_digit(code.p[k]))
            v = v * 10 + (code.p[k] - '0');
    if (code.p[0] == '+') {
        out->days = today + v;
        return WHEN_INVALID;
    }
    out->days = today - v;
    out->night = slice_ends(code, "malam");
    return WHEN_OK;
}

enum when_rc when_read(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                       bool labelled, struct when *out)
{
    const struct token *t = &ts->t[i];
    struct slice g[PATTERN_GROUPS];
    enum when_rc rc = WHEN_NONE;

    *out = (struct when){ .used = 1 };
    if (i >= ts->n || t->taken)
        return WHEN_NONE;
    if (t->kind == TOKEN_WORD)
        return relative(ts, i, w, today, out);
    if (t->kind != TOKEN_NUMBER)
        return WHEN_NONE;
    switch (t->minus || t->odd ? -1 : shape_of(t->low, g)) {
    case SHAPE_DAY:
        rc = with_month_word(ts, i, w, today, out);
        if (rc == WHEN_NONE)
            rc = days_ago(ts, i, w, today, out);
        if (rc == WHEN_NONE && labelled)
            rc = day_of_month(pattern_int(t->low), today, out);
        return rc;
    case SHAPE_RUN:
        rc = run_together(g, today, out);
        break;
    case SHAPE_DM:
        return without_year(pattern_int(g[2]), pattern_int(g[1]), today, out);
    case SHAPE_DMY:
        return with_year(pattern_int(g[3]), (unsigned)g[3].n, pattern_int(g[2]), pattern_int(g[1]), today,
                         out);
    case SHAPE_ISO:
        return ends(pattern_int(g[1]), pattern_int(g[2]), pattern_int(g[3]), today, out);
    case SHAPE_NONE:
        return WHEN_NONE;
    default:
        break;
    }
    return rc == WHEN_NONE && labelled ? WHEN_INVALID : rc;
}

static int64_t per_unit_days(struct slice unit)
{
    return slice_is(unit, "hr") ? 1 : slice_is(unit, "mg") ? 7 : 0;
}

/* "14bl": how many, and of what; -1 when it is no age. */
static int64_t age_parts(struct slice s, struct slice *unit)
{
    int64_t v = 0;
    size_t i = 0;

    while (i < s.n && i < 9 && text_is_digit(s.p[i]))
        v = v * 10 + (s.p[i++] - '0');
    *unit = slice_skip(s, i);
    return i ? v : -1;
}

int64_t age_months(struct slice s)
{
    struct slice unit;
    int64_t v = age_parts(s, &unit);

    if (v < 0)
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
    struct when d = { 0 };
    enum when_rc rc;

    if (ts->t[i].kind != TOKEN_NUMBER)
        return AGE_NONE;
    rc = when_read(ts, i, w, today, false, &d);
    if (rc == WHEN_NONE)
        return AGE_NONE;
    if (d.relative) { /* `3 hari lalu` says when something was, not how old somebody is */
        out->used = d.used;
        return AGE_INVALID;
    }
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

/* The word at i is no unit of the number before it: `70 hari ini` is 70, today; `28 minggu ini`. */
static bool begins_a_day(const struct tokens *ts, unsigned i, const struct when_words *w)
{
    unsigned used;

    return phrase_code(ts, i, w->days, &used).n ||
           (soft(ts, i + 1) && (slice_is(ts->t[i + 1].low, "ini") || slice_is(ts->t[i + 1].low, "depan")));
}

/* Units that one age has together: 1th2bl, 2bl10hr.  `30th 2 hari demam` is an age and how long. */
static bool units_mix(struct slice first, struct slice second)
{
    if (slice_is(first, "th"))
        return slice_is(second, "bl");
    return !slice_eq(first, second) && !slice_is(second, "th") && !(slice_is(first, "hr"));
}

static struct slice age_text(struct arena *a, int64_t n, struct slice unit)
{
    return arena_number(a, slice_make("", 0), (uint64_t)n, unit);
}

enum age_rc age_read(const struct tokens *ts, unsigned i, const struct when_words *w, int64_t today,
                     struct slice default_unit, struct arena *a, struct age *out)
{
    struct amount n, more;
    struct when ago;
    enum age_rc rc;

    *out = (struct age){ .used = 1 };
    if (i >= ts->n || ts->t[i].taken || ts->t[i].kind != TOKEN_NUMBER)
        return AGE_NONE;
    rc = ts->t[i].minus || ts->t[i].odd ? AGE_NONE : born(ts, i, w, today, out);
    if (rc != AGE_NONE)
        return rc;
    if (!amount_read(ts, i, w->units, &n))
        return AGE_NONE;
    if (n.unit.n && n.used == 2 && !ts->t[i + 1].glued && begins_a_day(ts, i + 1, w)) {
        n.unit = slice_make("", 0);
        n.used = 1;
    }
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
    if (n.unit.n == 0 && n.half) { /* rounded down, and asked */
        n.milli -= 500;
        n.mark = false;
    }
    /* A unit-less age with a decimal mark is no age (RULINGS 28). */
    if (n.unit.n == 0 && n.mark)
        return AGE_NONE;
    if (n.unit.n == 0)
        n.unit = default_unit;
    out->months = to_months(n.milli, n.unit);
    /* 1th2bl: only mixed ages become months. */
    if (out->unit && soft(ts, i + n.used) && !ts->t[i + n.used].approx &&
        amount_read(ts, i + n.used, w->units, &more) && age_unit(more.unit) && !more.broken && !more.mark &&
        !n.mark && units_mix(n.unit, more.unit) && days_ago(ts, i + n.used, w, today, &ago) == WHEN_NONE) {
        out->used += more.used;
        out->months += to_months(more.milli, more.unit);
        out->text = age_text(a, out->months, S("bl"));
        return AGE_OK;
    }
    if (n.milli % 1000 != 0) {
        out->text = age_text(a, out->months, S("bl"));
        if (slice_is(n.unit, "mg") || slice_is(n.unit, "hr"))
            out->text = age_text(a, n.milli / 1000, n.unit);
        return AGE_OK;
    }
    out->text = age_text(a, n.milli / 1000, n.unit);
    return AGE_OK;
}
