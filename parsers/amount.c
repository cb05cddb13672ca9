/* amount.c - numbers with units, and blood pressure.  See amount.h. */
#include "parsers/amount.h"

#include "parsers/pattern.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    SIS_MIN = 60,
    SIS_MAX = 260,
    DIA_MIN = 30,
    DIA_MAX = 160,
    PULSE_MIN = 10, /* systolic is at least so much above diastolic */
    DIGITS_MAX = 9,
};

static bool soft(const struct token *t)
{
    return (t->sep & (SEP_HARD | SEP_UNDER)) == 0;
}

/* Digits with at most one mark.  False for dates, pressures and the like. */
static bool decimal(struct slice s, struct amount *out)
{
    unsigned marks = 0, whole = 0, behind = 0;
    int64_t v = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '.' || c == ',') {
            marks++;
            out->comma |= c == ',';
        } else if (!text_is_digit(c)) {
            return false;
        } else if (marks == 0) {
            whole += whole > 0 || c != '0';
            v = whole > DIGITS_MAX ? v : v * 10 + (c - '0'); /* out of any range, but a number */
        } else if (marks == 1) {
            behind++;
            if (behind <= 3)
                v = v * 10 + (c - '0');
            else if (c != '0')
                out->broken = true;
        }
    }
    if (marks == 1 && behind >= 2 && behind <= 3) {
        for (size_t i = s.n - behind; i < s.n; i++)
            out->behind = out->behind * 10 + (s.p[i] - '0');
        out->behind *= 1000;
    }
    for (unsigned b = behind; b < 3; b++)
        v *= 10;
    out->milli = v;
    out->mark = marks > 0;
    out->two_marks = marks > 1;
    out->thousands = marks == 1 && behind == 3;
    return true;
}

static bool is_plain_digits(const struct tokens *ts, unsigned i)
{
    return i < ts->n && ts->t[i].kind == TOKEN_NUMBER && !ts->t[i].taken && !ts->t[i].odd &&
           !ts->t[i].approx && slice_all_digits(ts->t[i].low);
}

static void add_fraction(struct amount *out, struct slice digits)
{
    int64_t unit = 100;

    for (size_t i = 0; i < digits.n && unit; i++, unit /= 10)
        out->milli += (digits.p[i] - '0') * unit;
    out->mark = true;
}

/* `9 koma 2`, `8koma7`, `8 .7` */
static void spoken_mark(const struct tokens *ts, unsigned i, struct amount *out)
{
    unsigned next = i + out->used;

    if (out->mark || next >= ts->n || !soft(&ts->t[next]) || ts->t[next].taken)
        return;
    if (ts->t[next].kind == TOKEN_WORD && slice_is(ts->t[next].low, "koma") &&
        is_plain_digits(ts, next + 1) && soft(&ts->t[next + 1]) && ts->t[next + 1].low.n <= 3) {
        add_fraction(out, ts->t[next + 1].low);
        out->used += 2;
        return;
    }
    if (ts->t[next].kind == TOKEN_NUMBER && !ts->t[next].minus && !ts->t[next].odd && ts->t[next].low.n > 1 &&
        ts->t[next].low.n <= 4 && (ts->t[next].low.p[0] == '.' || ts->t[next].low.p[0] == ',') &&
        slice_all_digits(slice_skip(ts->t[next].low, 1))) {
        add_fraction(out, slice_skip(ts->t[next].low, 1));
        out->used += 1;
        out->repaired = true;
    }
}

/* `mg/dl`, `g/dl`: three tokens' worth of unit. */
static bool per_decilitre(const struct tokens *ts, unsigned i)
{
    return i < ts->n && ts->t[i].kind == TOKEN_WORD && !ts->t[i].taken && slice_is(ts->t[i].low, "dl");
}

/* `S6O` in SKDN, where O is also a label: without a number of its own it is a nought. */
static bool glued_digits(struct slice s, struct amount *out)
{
    int64_t v = out->milli;

    if (out->mark || s.n > 2)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!token_letter_is_digit(s.p[i]))
            return false;
        v = v * 10 + token_digit(s.p[i]) * 1000;
    }
    out->milli = v;
    out->repaired = true;
    return true;
}

static void read_unit(const struct tokens *ts, unsigned i, const struct word_list *units, struct amount *out)
{
    unsigned at = i + out->used, used;
    const struct word *w;

    if (at >= ts->n || ts->t[at].kind != TOKEN_WORD || !soft(&ts->t[at]) || ts->t[at].taken)
        return;
    w = phrase_at(ts, at, units, &used);
    if (w && ts->t[at].low.n == 1 && !ts->t[at].glued && !slice_is(w->code, "g") &&
        !(at + 1 == ts->n && slice_is(w->code, "c")))
        return;
    if (w) {
        out->unit = w->code;
        out->used += used;
        out->broken |= ts->t[at + used - 1].odd;
        if (per_decilitre(ts, at + used) && (slice_is(ts->t[at].low, "mg") || slice_is(w->code, "g"))) {
            out->unit = slice_is(w->code, "g") ? S("gdl") : S("mgdl");
            out->used++;
        }
        return;
    }
    if (ts->t[at].glued && !ts->t[at].label && glued_digits(ts->t[at].text, out)) {
        out->used++;
        return;
    }
    /* 1e3, 9,2x: glued letters that are no unit. */
    if (ts->t[at].glued && !ts->t[at].label) {
        out->broken = true;
        while (at < ts->n && ts->t[at].glued && !ts->t[at].taken && !ts->t[at].label) {
            at++;
            out->used++;
        }
    }
}

/* As lists/sama.yaml spells it: `krg`. */
static struct slice spelt(const struct token *t)
{
    return t->known && t->known->other ? t->known->other->word : t->low;
}

/* Whether a word that takes off, or adds, stands at token i: -1, 1; 0: none does. */
static int more_or_less(const struct tokens *ts, unsigned i)
{
    if (i >= ts->n || !soft(&ts->t[i]) || ts->t[i].taken || ts->t[i].other)
        return 0;
    return slice_is(spelt(&ts->t[i]), "kurang")
               ? -1
               : slice_is(ts->t[i].low, "lebih") || slice_is(ts->t[i].low, "lbh");
}

/* Nobody says half a day; `14 bulan setengah 9`: of which number? */
static bool of_days(struct slice unit)
{
    return slice_is(unit, "bl") || slice_is(unit, "mg") || slice_is(unit, "hr");
}

/* A half of the unit behind token `at`: `8 kilo setengah`, `8 setengah kilo`, `9 kilo lebih setengah`, `8 1/2
 * kg`; of another unit it is none.  Whether it is certain is not known here. */
static void read_half(const struct tokens *ts, unsigned i, const struct word_list *units, struct amount *out)
{
    unsigned at = i + out->used, used;
    bool more = more_or_less(ts, at) > 0, fraction;
    struct slice unit;

    at += more;
    if (at >= ts->n || !soft(&ts->t[at]) || ts->t[at].taken || out->mark || of_days(out->unit))
        return;
    fraction = !more && !out->unit.n && ts->t[at].kind == TOKEN_NUMBER && slice_is(ts->t[at].low, "1/2");
    unit = at + 1 < ts->n && soft(&ts->t[at + 1]) && ts->t[at + 1].kind == TOKEN_WORD
               ? phrase_code(ts, at + 1, units, &used)
               : slice_make("", 0);
    if (fraction ? !unit.n : !slice_is(ts->t[at].low, "setengah"))
        return;
    if (unit.n && out->unit.n) {
        out->broken = true; /* `8 kilo setengah ons` */
        return;
    }
    out->milli += 500;
    out->mark = out->half = true;
    out->broken |= ts->t[at].odd || ts->t[at].minus || ts->t[at].approx;
    out->used = at + 1 - i;
    if (unit.n)
        read_unit(ts, i, units, out);
}

/* `8kg7ons`: 100 g each; `8kg700gr`; `9 kg kurang 2 ons` (RULINGS 50). */
static void read_ons(const struct tokens *ts, unsigned i, const struct word_list *units, struct amount *out)
{
    unsigned at = i + out->used, used;
    struct amount ons = { .used = 1 };
    struct slice unit;
    int sign = more_or_less(ts, at);
    bool grams, same;

    at += sign != 0;
    if (sign && at < ts->n && ts->t[at].kind == TOKEN_NUMBER)
        out->broken |= ts->t[at].odd || ts->t[at].approx;
    if ((!slice_is(out->unit, "kg") && !sign) || (out->mark && !sign) || !is_plain_digits(ts, at) ||
        !soft(&ts->t[at]) || ts->t[at].minus || at + 1 >= ts->n)
        return;
    unit = phrase_code(ts, at + 1, units, &used);
    grams = slice_is(unit, "g");
    same = sign && slice_is(unit, "cm") && (!out->unit.n || slice_eq(out->unit, unit));
    if ((!same && !grams && !slice_is(unit, "ons")) || !soft(&ts->t[at + 1]) ||
        (!same && out->unit.n && !slice_is(out->unit, "kg")))
        return;
    if (!decimal(ts->t[at].low, &ons) || ons.milli > (grams ? 999000 : 9000)) {
        out->broken = true;
        return;
    }
    if (!same)
        ons.milli = grams ? ons.milli / 1000 : ons.milli / 10;
    out->milli += sign < 0 ? -ons.milli : ons.milli;
    out->broken |= out->milli < 0 || ts->t[at].odd;
    out->mark |= !same;
    out->used += 2 + (sign != 0);
}

bool amount_read(const struct tokens *ts, unsigned i, const struct word_list *units, struct amount *out)
{
    const struct token *t = &ts->t[i];

    *out = (struct amount){ .used = 1 };
    if (i >= ts->n || t->kind != TOKEN_NUMBER || t->taken || !decimal(t->low, out))
        return false;
    out->repaired = t->repaired;
    out->broken |= t->minus || t->odd;
    spoken_mark(ts, i, out);
    read_unit(ts, i, units, out);
    read_half(ts, i, units, out);
    read_ons(ts, i, units, out);
    if (more_or_less(ts, i + out->used)) /* `8kg7ons kurang 2 ons` */
        read_ons(ts, i, units, out);
    /* 8kg7: a number glued to a unit, and no ons behind it. */
    return true;
}

static bool halves_in_range(int sis, int dia)
{
    return sis >= SIS_MIN && sis <= SIS_MAX && dia >= DIA_MIN && dia <= DIA_MAX;
}

static enum pressure_rc judge(struct pressure *p)
{
    if (!halves_in_range(p->sis, p->dia))
        return PRESSURE_RANGE;
    return p->sis < p->dia + PULSE_MIN ? PRESSURE_INVALID : PRESSURE_OK;
}

static void skip_mmhg(const struct tokens *ts, unsigned i, const struct word_list *units, struct pressure *p,
                      bool *wrong_unit)
{
    unsigned at = i + p->used, used;
    struct slice unit;

    if (at >= ts->n || !soft(&ts->t[at]) || ts->t[at].taken)
        return;
    unit = ts->t[at].kind == TOKEN_WORD ? phrase_code(ts, at, units, &used) : (struct slice){ 0 };
    if (slice_is(unit, "mmhg"))
        p->used++;
    else if (ts->t[at].glued) {
        *wrong_unit = true;
        p->used++;
    }
}

/* A pressure in one token. */
enum shape {
    SHAPE_ALONE, /* (120): the other half may follow in the next token */
    SHAPE_RUN,   /* (90)(60), (120)(80), (120)(100) */
    SHAPE_TWO,   /* (120)/(80), (120)-(80); (120).(80) where both are in range */
    SHAPES
};

static _Thread_local struct pattern shapes[SHAPES] = {
    [SHAPE_ALONE] = { .shape = "(0?\\d{1,3})", .shortest = 1, .longest = 4, .digits = true },
    [SHAPE_RUN] = { .shape = "(\\d\\d(?=\\d\\d$)|\\d{3})(\\d{2,3})",
                    .shortest = 4,
                    .longest = 6,
                    .digits = true },
    [SHAPE_TWO] = { .shape = "(\\d{1,4})[/.,-](\\d{1,4})", .shortest = 3, .longest = 9 },
};

/* `120 per 80`, `120 / 80`, `120 80` */
static bool next_half(const struct tokens *ts, unsigned i, struct pressure *p)
{
    const struct token *next = &ts->t[i + 1];

    if (i + 2 < ts->n && slice_is(next->low, "per") && is_plain_digits(ts, i + 2)) {
        p->used = 3;
        p->marked = true;
        p->dia = pattern_int(ts->t[i + 2].low);
        return ts->t[i + 2].low.n <= 4;
    }
    if (!is_plain_digits(ts, i + 1) || (next->sep & (SEP_HARD & ~(unsigned)SEP_SLASH)) || next->minus ||
        ts->t[i].low.n < 2 || next->low.n > 3)
        return false;
    p->marked = (next->sep & SEP_SLASH) != 0;
    p->dia = pattern_int(next->low);
    if (!p->marked && !halves_in_range(p->sis, p->dia))
        return false;
    p->used = 2;
    return true;
}

/* Both halves from token i on.  *alone: one half, and no other with it. */
static bool halves(const struct tokens *ts, unsigned i, struct pressure *p, bool *alone)
{
    struct slice s = ts->t[i].low, g[PATTERN_GROUPS];
    int shape = pattern_first(shapes, SHAPES, s, g);

    *alone = shape == SHAPE_ALONE;
    if (shape < 0)
        return false;
    p->sis = pattern_int(g[1]);
    p->dia = pattern_int(g[2]);
    /* `12080 per 80` is neither one nor the other. */
    if (shape == SHAPE_RUN && i + 1 < ts->n && slice_is(ts->t[i + 1].low, "per"))
        return false;
    if (shape == SHAPE_TWO)
        p->marked = g[2].p[-1] == '/' || g[2].p[-1] == '-';
    /* Only two halves in range make a pressure without its mark (RULINGS 26). */
    return shape == SHAPE_ALONE ? next_half(ts, i, p) : p->marked || halves_in_range(p->sis, p->dia);
}

enum pressure_rc pressure_read(const struct tokens *ts, unsigned i, const struct word_list *units,
                               struct pressure *out)
{
    const struct token *t = &ts->t[i];
    bool wrong_unit = false, alone;
    enum pressure_rc rc;

    *out = (struct pressure){ .used = 1, .repaired = i < ts->n && ts->t[i].repaired };
    if (i >= ts->n || t->kind != TOKEN_NUMBER || t->taken)
        return PRESSURE_NONE;
    if (t->minus || t->odd)
        return PRESSURE_INVALID;
    if (halves(ts, i, out, &alone)) {
        rc = judge(out);
        skip_mmhg(ts, i, units, out, &wrong_unit);
        return wrong_unit ? PRESSURE_INVALID : rc;
    }
    if (!alone)
        return PRESSURE_NONE;
    skip_mmhg(ts, i, units, out, &wrong_unit);
    return out->sis >= DIA_MIN && out->sis <= SIS_MAX ? PRESSURE_HALF : PRESSURE_NONE;
}
