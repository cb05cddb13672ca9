/* times.c - days, ages and months, a clock time behind them (RULINGS 4, 7, 31, 51).
 * See read.h. */
#include "flows/understand/values/read.h"

#include "flows/understand/values/before.h"
#include "parsers/amount.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    DAWN = 5 /* o'clock: before it the night is of two days */
};

static struct when_words when_words(const struct filling *x)
{
    return (struct when_words){
        .months = x->words->months, .days = x->words->days, .week = x->words->week, .units = x->words->units
    };
}

/* `04.30`, `3.15`, `15`: the hour, and its minutes. */
static bool is_hour(const struct token *t, uint64_t *h, bool *minutes)
{
    struct slice rest = t->low, hour = slice_cut(&rest, slice_find(rest, ',') < rest.n ? ',' : '.');
    uint64_t m = 0;

    *h = 24;
    *minutes = rest.n == 2;
    return t->kind == TOKEN_NUMBER && !t->taken && !t->minus && !t->odd && !t->approx && hour.n <= 2 &&
           slice_to_u64(hour, h) && *h < 24 &&
           (rest.n == 0 || (rest.n == 2 && slice_to_u64(rest, &m) && m < 60));
}

/* The number behind the clock may be the field that is due behind the date: then the clock was no weight. */
static bool due_behind(const struct filling *x, const struct field *date, unsigned i)
{
    bool behind = false;
    struct amount n;

    for (unsigned k = 0; x->variant && k < x->variant->uses_n; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];

        if (behind && f->type == FIELD_NUMBER)
            return x->slots[f->position].filled || (amount_read(&x->ts, i, x->words->units, &n) &&
                                                    (n.unit.n || (n.milli >= f->min && n.milli <= f->max) ||
                                                     (f->grams && n.milli >= f->min * 1000)));
        behind |= f == date;
    }
    return false;
}

/* Tokens of a clock time behind a date: it belongs to the date (RULINGS 51).  A bare `3.15` may be the
 * weight. */
static unsigned clock_behind(const struct filling *x, const struct field *date, unsigned i, uint64_t *hour)
{
    unsigned k = i, used, end;
    bool word = false, zone = false, minutes, comma;

    if (i < x->ts.n && !(x->ts.t[i].sep & (SEP_HASH | SEP_LINE | SEP_DASH)) &&
        understand_is(x, i, "jam", &used)) {
        k += used;
        word = true;
    }
    if (k >= x->ts.n || (x->ts.t[k].sep & (SEP_HASH | SEP_LINE | SEP_DASH)) ||
        !is_hour(&x->ts.t[k], hour, &minutes))
        return 0;
    comma =
        slice_find(x->ts.t[k].low, ',') < x->ts.t[k].low.n; /* `jam 3,15`; without the word it is a weight */
    end = k + 1;
    if (!minutes && end < x->ts.n && (x->ts.t[end].sep & SEP_COLON) && slice_all_digits(x->ts.t[end].low) &&
        x->ts.t[end].low.n == 2) {
        minutes = true;
        end++;
    }
    while (end < x->ts.n && !(x->ts.t[end].sep & SEP_HARD) && understand_is(x, end, "zona", &used)) {
        end += used;
        zone = true;
    }
    if (word || zone ||
        (minutes && !comma &&
         (x->ts.t[k].low.p[0] == '0' || (x->ts.t[end - 1].sep & SEP_COLON) || due_behind(x, date, end))))
        return end - i;
    return 0;
}

/* RULINGS 31 */
/* `diare 3 minggu lalu`: three weeks ago, or three of them last week? */
static bool counts_or_dates(const struct filling *x, unsigned i)
{
    int count = form_as(x->form, AS_COUNT);
    unsigned used;
    struct slice unit;

    if (count < 0 || x->slots[count].filled || x->ts.t[i].kind != TOKEN_NUMBER || i + 1 >= x->ts.n)
        return false;
    unit = phrase_code(&x->ts, i + 1, x->words->units, &used);
    return slice_is(unit, "mg") || slice_is(unit, "bl");
}

/* `28 nop 1900` of a field of this year: a weight, and no year. */
static struct token *no_year(const struct filling *x, const struct field *f, unsigned i)
{
    struct token *t = i + 2 < x->ts.n ? &x->ts.t[i + 2] : NULL;
    int64_t y;

    return t && f->max_age_days && f->max_age_days < 366 && t->kind == TOKEN_NUMBER && !t->glued && !t->odd &&
                   t->low.n == 4 && slice_to_i64(t->low, &y) &&
                   (y < 2000 || y > date_of_days(x->today).year + 1)
               ? t
               : NULL;
}

struct got understand_read_date(struct filling *x, const struct field *f, unsigned i, bool labelled)
{
    struct token *weight = no_year(x, f, i);
    struct when_words w = when_words(x);
    struct when d = { .used = 1 };
    struct got g = understand_no();
    enum when_rc rc;
    unsigned clock;
    uint64_t hour;
    bool small;

    if (weight)
        weight->odd = true;
    rc = x->ts.t[i].range ? WHEN_NONE : when_read(&x->ts, i, &w, x->today, labelled, &d);
    if (weight)
        weight->odd = false;
    g.used = d.used;
    g.repaired = x->ts.n > i && x->ts.t[i].repaired;
    switch (rc) {
    case WHEN_NONE:
        return g;
    case WHEN_INVALID:
        return understand_wrong(ERROR_INVALID, d.used);
    case WHEN_AMBIGUOUS:
    case WHEN_OK:
        break;
    }
    if (f->max_age_days && x->today - d.days > f->max_age_days)
        return understand_wrong(ERROR_OUT_OF_RANGE, d.used);
    clock = clock_behind(x, f, i + d.used, &hour);
    g.used += clock;
    small = clock && d.night && hour < DAWN; /* `tadi malam jam 2` */
    g.value = value_text(date_iso(small ? d.days + 1 : d.days, x->arena));
    if (small || x->ts.t[i].approx || (d.relative && counts_or_dates(x, i)))
        rc = WHEN_AMBIGUOUS;
    g.fit = rc == WHEN_OK ? FIT_YES : FIT_DOUBT;
    g.error = rc == WHEN_OK ? ERROR_NONE : ERROR_AMBIGUOUS;
    return g;
}

static int64_t years_or_months(const struct field *f)
{
    return slice_is(f->default_unit, "bl") ? f->max / 1000 : f->max / 1000 * 12 + 11;
}

/* Two digits of a birth year: the latest that fits the form's age group (RULINGS 31). */
static int64_t choose_century(const struct filling *x, const struct field *f, const struct age *age)
{
    struct date b = date_of_days(age->born);
    int year = b.year >= 2000 ? b.year : b.year + 100;
    int64_t max = years_or_months(f), latest = age->born;

    for (; age->two_digit && year > 1899; year -= 100) {
        int64_t day, months;

        if (!date_valid(year, b.month, b.day))
            continue;
        day = date_days(year, b.month, b.day);
        if (day > x->today)
            continue;
        months = date_months_between(day, x->today);
        if (months >= x->form->age_min_months &&
            months <= (x->form->age_max_months ? x->form->age_max_months : max))
            return day;
    }
    return latest;
}

static struct got read_born(struct filling *x, const struct field *f, const struct age *age)
{
    int64_t day = choose_century(x, f, age);
    struct got g = { .fit = FIT_YES, .companion = f->companion, .used = age->used };

    if (date_months_between(day, x->today) > years_or_months(f)) {
        g.fit = FIT_WRONG;
        /* 12/9/27 in TIMBANG is a day to come, not a child of ninety-nine. */
        g.error = age->two_digit && date_of_days(day).year < 2000 && years_or_months(f) < 1200
                      ? ERROR_INVALID
                      : ERROR_OUT_OF_RANGE;
    }
    g.value = value_text(date_iso(day, x->arena));
    return g;
}

/* `1,10 th`: a year and ten months, or a tenth of a year? */
static bool years_and_months(struct slice low)
{
    struct slice behind = low;

    (void)slice_cut(&behind, slice_find(low, ',') < low.n ? ',' : '.');
    return slice_is(behind, "10") || slice_is(behind, "11");
}

struct got understand_read_age(struct filling *x, const struct field *f, unsigned i)
{
    struct when_words w = when_words(x);
    struct age age;
    struct got g = understand_no();
    int64_t max = years_or_months(f);

    switch (age_read(&x->ts, i, &w, x->today, f->default_unit, x->arena, &age)) {
    case AGE_NONE:
        g.used = age.used;
        if (age.wrong_unit) {
            g.fit = FIT_UNIT;
            g.error = ERROR_INVALID;
        }
        return g;
    case AGE_INVALID:
        g = understand_wrong(ERROR_INVALID, age.used);
        if (age.two_marks && x->ts.comma && !x->ts.hash) {
            g.fit = FIT_DOUBT; /* RULINGS 17: `14,9,2` holds more than the age */
            g.error = ERROR_AMBIGUOUS;
            g.swallowed = true;
        }
        return g;
    case AGE_BORN_INVALID:
        g = understand_wrong(ERROR_INVALID, age.used);
        g.companion = f->companion;
        return g;
    case AGE_BORN:
        g = read_born(x, f, &age);
        if (g.fit == FIT_YES && x->ts.t[i].approx) {
            g.fit = FIT_DOUBT;
            g.error = ERROR_AMBIGUOUS;
        }
        return g;
    case AGE_OK:
        break;
    }
    g.used = age.used;
    g.unit = age.unit;
    g.repaired = age.repaired;
    if (age.months > max)
        return understand_wrong(ERROR_OUT_OF_RANGE, age.used);
    g.value = value_text(age.text);
    g.fit = FIT_YES;
    /* SPEC 2.2: in rujuk and wafat a child's age needs its unit. */
    if ((f->unit_needed_below_18 && !age.unit && age.months < 18 * 12) || x->ts.t[i].approx ||
        years_and_months(x->ts.t[i].low)) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        g.used += understand_doubt_behind(x, i + g.used);
    }
    return g;
}

/* RULINGS 7: the latest such month that is not to come. */
struct got understand_read_month(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = understand_no();
    struct date now = date_of_days(x->today);
    unsigned used, at = i;
    int month = 0, year = 0;
    struct slice code, rest;

    if (i >= x->ts.n || x->ts.t[i].taken)
        return g;
    code = phrase_code(&x->ts, i, f->list, &used);
    if (code.n) {
        month = (code.p[0] - '0') * 10 + code.p[1] - '0';
        at += used;
        if (at < x->ts.n && x->ts.t[at].kind == TOKEN_NUMBER && slice_all_digits(x->ts.t[at].low) &&
            x->ts.t[at].low.n == 4) {
            for (size_t k = 0; k < 4; k++)
                year = year * 10 + (x->ts.t[at].low.p[k] - '0');
            at++;
        }
    } else if (x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].minus) {
        struct slice first;
        uint64_t m = 0, y = 0;

        rest = x->ts.t[i].low;
        if (rest.n == 7 && rest.p[4] == '-') { /* as the program writes it: 2026-10 */
            first = slice_skip(rest, 5);
            rest = slice_take(rest, 4);
        } else {
            size_t cut = slice_find(rest, '/') != (size_t)-1 ? slice_find(rest, '/') : slice_find(rest, '-');

            first = cut == (size_t)-1 ? rest : slice_take(rest, cut);
            rest = slice_skip(rest, cut == (size_t)-1 ? rest.n : cut + 1);
        }
        if (x->ts.t[i].odd || x->ts.t[i].approx || !slice_to_u64(first, &m) ||
            (rest.n && !slice_to_u64(rest, &y)))
            return understand_wrong(ERROR_INVALID, 1);
        if (m < 1 || m > 12)
            return understand_wrong(ERROR_INVALID, 1);
        month = (int)m;
        year = rest.n == 2 ? 2000 + (int)y : (int)(y > 9999 ? 9999 : y);
        at++;
    } else {
        return g;
    }
    if (year == 0)
        year = month <= now.month ? now.year : now.year - 1;
    if (year < 2000 || year > now.year || (year == now.year && month > now.month))
        return understand_wrong(ERROR_INVALID, at - i);
    g.fit = FIT_YES;
    g.used = at - i;
    g.value = value_text(arena_printf(x->arena, "%04d-%02d", year, month));
    return g;
}

struct slice understand_unit_alone(const struct ruleset *rs, const struct report *known, int asked,
                                   struct slice text, struct arena *a)
{
    const struct field *f = asked < 0 ? NULL : &known->form->fields[asked];
    struct slice age = f && f->type == FIELD_AGE ? known->values[asked].text : slice_make("", 0);
    struct slice unit = slice_make("", 0);
    bool no = false; /* `tahun bukan bulan` */
    struct negation n;
    struct tokens ts;
    size_t digits = 0;

    while (digits < age.n && text_is_digit(age.p[digits]))
        digits++;
    if (!digits || !tokens_cut(text_clean(text, a), known->form, &rs->forms, a, &ts))
        return text;
    for (unsigned i = 0, used; i < ts.n; i += used) {
        struct slice is = phrase_code(&ts, i, rs->forms.words.units, &used);

        if (slice_is(is, "th") || slice_is(is, "bl") || slice_is(is, "mg") || slice_is(is, "hr")) {
            if (!no && unit.n && !slice_eq(unit, is))
                return text;
            unit = no ? unit : is;
            no = false;
        } else if (!no && negation_at(&ts, i, rs->forms.words.negators, &n) &&
                   (n.kind == NEGATION_ISNT || n.kind == NEGATION_NOT)) {
            no = true;
            used = n.used;
        } else if (!phrase_is(&ts, i, rs->forms.words.kata, "tapi", &used) &&
                   !phrase_is(&ts, i, rs->forms.words.kata, "partikel", &used) &&
                   !phrase_is(&ts, i, rs->forms.words.answers, "sapaan", &used) &&
                   !phrase_is(&ts, i, rs->forms.words.answers, "ralat", &used))
            return text;
    }
    if (no) /* `tahun tidak` */
        return text;
    return unit.n ? ARENA_JOIN(a, slice_take(age, digits), unit) : text;
}
