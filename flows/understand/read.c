/* read.c - one value of one field type at one place of a report (SPEC 2.2).  See understand.h. */
#include "flows/understand/understand.h"

#include <string.h>

#include "parsers/amount.h"
#include "parsers/damm.h"
#include "parsers/negation.h"
#include "parsers/nik.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    NOMOR_MIN = 4,
    NOMOR_MAX = 10,
    NIK_DIGITS = 16,
};

static struct got no(void)
{
    return (struct got){ .fit = FIT_NO, .companion = -1, .used = 1 };
}

static struct got wrong(enum report_error error, unsigned used)
{
    return (struct got){ .fit = FIT_WRONG, .error = error, .companion = -1, .used = used };
}

static bool unit_fits(const struct field *f, struct slice unit)
{
    static const char *const codes[][4] = {
        [UNIT_NONE] = { 0 },         [UNIT_KG] = { "kg", "g", "ons" },
        [UNIT_CM] = { "cm" },        [UNIT_MGDL] = { "mgdl" },
        [UNIT_GDL] = { "gdl", "g" }, [UNIT_CELSIUS] = { "c" },
        [UNIT_WEEK] = { "mg" },      [UNIT_DAY] = { "hr" },
        [UNIT_PERSON] = { "org" },   [UNIT_TABLET] = { "tab" },
        [UNIT_VISIT] = { 0 },
    };

    for (unsigned i = 0; i < 4 && codes[f->unit][i]; i++)
        if (slice_is(unit, codes[f->unit][i]))
            return true;
    return false;
}

static bool within(int64_t v, int64_t min, int64_t max)
{
    return v >= min && v <= max;
}

/* RULINGS 24: grams are kilograms times a thousand; 900 without a unit is asked back where data say so. */
static void grams_to_kg(const struct field *f, const struct amount *n, int64_t *milli, bool *doubt)
{
    if (slice_is(n->unit, "g") && f->unit == UNIT_KG) {
        *milli = n->thousands ? n->milli : n->milli / 1000;
    } else if (slice_is(n->unit, "ons") && f->unit == UNIT_KG) {
        *milli = n->milli / 10;
    } else if (f->grams && n->unit.n == 0 && n->milli % 1000 == 0 && within(n->milli, 1000000, 35000000)) {
        *milli = n->milli / 1000;
    } else if (f->grams_doubt && n->unit.n == 0 && !n->mark && n->milli < f->grams_doubt &&
               within(n->milli / 1000, f->min, f->max)) {
        *milli = n->milli / 1000;
        *doubt = true;
    }
}

static struct got number_out_of_range(const struct field *f, const struct amount *n, int64_t milli)
{
    struct got g = wrong(ERROR_OUT_OF_RANGE, n->used);
    int64_t guess = milli / 10;

    /* RULINGS 23: a tenth that is possible is asked back; the age is weighed in understand/judge.c. */
    if (f->asks_decimal_mark && !n->mark && within(guess, f->min, f->max)) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        g.guessed = true;
        g.as_typed = milli;
        g.value = value_number(guess);
    } else if (f->metres_doubt && n->mark && within(milli * 100, f->min, f->max)) {
        /* RULINGS 24: an adult's 1,60 */
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        g.value = value_number(milli * 100);
    }
    return g;
}

/* timbang Siti,P,14bl,9,76: where commas separate fields, 9,76 may be 9 and 76 (RULINGS 17). */
static bool comma_between(const struct filling *x, const struct field *f, const struct amount *n)
{
    bool behind = false;

    if (!x->ts.comma || x->ts.hash || !x->variant || !n->comma || n->behind == 0 || n->unit.n)
        return false;
    if (!within(n->milli / 1000 * 1000, f->min, f->max))
        return false;
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *next = &x->form->fields[x->variant->uses[k]];

        if (behind)
            return next->type == FIELD_NUMBER && within(n->behind, next->min, next->max);
        behind = next == f;
    }
    return false;
}

/* `7,l`: a letter that can only be the digit behind the mark, where no sex is due (RULINGS 27). */
static bool one_behind(const struct filling *x, const struct field *f, const struct amount *n, unsigned i)
{
    const struct token *t = &x->ts.t[i];
    int jk = form_field(x->form, "jk");

    return i < x->ts.n && !n->mark && !n->unit.n && !f->whole && !t->taken && t->text.n == 1 &&
           strchr("lIi", t->text.p[0]) && (t->sep == SEP_COMMA || t->sep == SEP_DOT) &&
           (jk < 0 || x->slots[jk].filled);
}

static struct got read_number(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = no();
    struct amount n;
    int64_t milli;
    bool doubt = false;

    if (!amount_read(&x->ts, i, x->words->units, &n))
        return g;
    if (n.unit.n && !unit_fits(f, n.unit) && understand_labels_value(x, f, i + n.used - 1)) {
        n.unit = (struct slice){ 0 }; /* `BGM2 bulan 10`: no unit but the next label */
        n.used--;
    }
    g.used = n.used;
    g.repaired = n.repaired;
    g.unit = n.unit.n > 0;
    if (n.unit.n && !unit_fits(f, n.unit)) {
        g.fit = FIT_UNIT;
        g.error = ERROR_INVALID;
        return g;
    }
    if (n.two_marks && x->ts.comma && !x->ts.hash) {
        g.fit = FIT_DOUBT; /* RULINGS 17 */
        g.error = ERROR_AMBIGUOUS;
        g.swallowed = true;
        return g;
    }
    if (n.broken || n.two_marks || (f->whole && n.milli % 1000 != 0))
        return wrong(ERROR_INVALID, n.used);
    milli = n.milli;
    if (one_behind(x, f, &n, i + n.used)) {
        milli += 100;
        g.used++;
        g.repaired = true;
    }
    grams_to_kg(f, &n, &milli, &doubt);
    if (!within(milli, f->min, f->max)) {
        struct got out = number_out_of_range(f, &n, milli);

        out.repaired = g.repaired;
        out.unit = g.unit;
        return out;
    }
    doubt |= comma_between(x, f, &n);
    g.value = value_number(milli);
    g.fit = doubt ? FIT_DOUBT : FIT_YES;
    g.error = doubt ? ERROR_AMBIGUOUS : ERROR_NONE;
    return g;
}

static struct got read_pressure(struct filling *x, unsigned i, bool labelled)
{
    struct pressure p;
    struct got g = no();
    struct slice upper;
    enum pressure_rc rc = pressure_read(&x->ts, i, x->words->units, &p);

    if (rc == PRESSURE_NONE) {
        /* A word or a number that can be no half: another field's, unless a label says td. */
        if (labelled && i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER)
            return wrong(ERROR_INVALID, 1);
        return g;
    }
    if (rc == PRESSURE_HALF || rc == PRESSURE_INVALID)
        return wrong(ERROR_INVALID, p.used);
    if (rc == PRESSURE_RANGE)
        return wrong(ERROR_OUT_OF_RANGE, p.used);
    g.fit = FIT_YES;
    g.used = p.used;
    g.repaired = p.repaired;
    upper = arena_number(x->arena, slice_make("", 0), (uint64_t)p.sis, S("/"));
    g.value = value_text(arena_number(x->arena, upper, (uint64_t)p.dia, slice_make("", 0)));
    return g;
}

static struct when_words when_words(const struct filling *x)
{
    return (
        struct when_words){ .months = x->words->months, .days = x->words->days, .units = x->words->units };
}

/* RULINGS 31 */
static struct got read_date(struct filling *x, const struct field *f, unsigned i, bool labelled)
{
    struct when_words w = when_words(x);
    struct when d;
    struct got g = no();
    enum when_rc rc = when_read(&x->ts, i, &w, x->today, labelled, &d);

    g.used = d.used;
    g.repaired = x->ts.n > i && x->ts.t[i].repaired;
    switch (rc) {
    case WHEN_NONE:
        return g;
    case WHEN_INVALID:
        return wrong(ERROR_INVALID, d.used);
    case WHEN_AMBIGUOUS:
    case WHEN_OK:
        break;
    }
    if (f->max_age_days && x->today - d.days > f->max_age_days)
        return wrong(ERROR_OUT_OF_RANGE, d.used);
    g.value = value_text(date_iso(d.days, x->arena));
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

static struct got read_age(struct filling *x, const struct field *f, unsigned i)
{
    struct when_words w = when_words(x);
    struct age age;
    struct got g = no();
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
        g = wrong(ERROR_INVALID, age.used);
        if (age.two_marks && x->ts.comma && !x->ts.hash) {
            g.fit = FIT_DOUBT; /* RULINGS 17: `14,9,2` holds more than the age */
            g.error = ERROR_AMBIGUOUS;
            g.swallowed = true;
        }
        return g;
    case AGE_BORN_INVALID:
        g = wrong(ERROR_INVALID, age.used);
        g.companion = f->companion;
        return g;
    case AGE_BORN:
        return read_born(x, f, &age);
    case AGE_OK:
        break;
    }
    g.used = age.used;
    g.unit = age.unit;
    g.repaired = age.repaired;
    if (age.months > max)
        return wrong(ERROR_OUT_OF_RANGE, age.used);
    g.value = value_text(age.text);
    g.fit = FIT_YES;
    /* SPEC 2.2: in rujuk and wafat a child's age needs its unit. */
    if (f->unit_needed_below_18 && !age.unit && age.months < 18 * 12) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
    }
    return g;
}

/* The letters of SKDR, by themselves (DOMAIN 4.1). */
static const struct word *by_letter(const struct word_list *list, const struct token *t)
{
    if (t->kind != TOKEN_WORD || t->text.n > 2)
        return NULL;
    for (unsigned i = 0; i < list->n; i++)
        if (list->words[i].letter.n && slice_ieq(list->words[i].letter, t->text))
            return &list->words[i];
    return NULL;
}

static struct got read_choice(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = no();
    unsigned used;
    const struct word *w = phrase_near(&x->ts, i, f->list, &used);

    if (!w && i < x->ts.n && !x->ts.t[i].taken) {
        w = by_letter(f->list, &x->ts.t[i]);
        used = 1;
    }
    if (!w)
        return g;
    g.used = used;
    g.fit = w->doubt ? FIT_DOUBT : FIT_YES;
    g.error = w->doubt ? ERROR_AMBIGUOUS : ERROR_NONE;
    g.value = value_text(w->code);
    return g;
}

bool understand_nomor(struct slice typed, struct slice *digits, enum report_error *error, struct arena *a)
{
    *digits = arena_copy(a, typed);
    if (!slice_all_digits(typed) || typed.n < NOMOR_MIN || typed.n > NOMOR_MAX || typed.p[0] == '0') {
        *error = ERROR_INVALID; /* RULINGS 30 */
        return false;
    }
    if (!damm_valid(typed)) {
        *error = ERROR_CHECK_DIGIT;
        return false;
    }
    return true;
}

static struct got read_nomor(struct filling *x, unsigned i)
{
    struct got g = no();
    struct slice digits;
    enum report_error error;

    if (i >= x->ts.n || x->ts.t[i].kind != TOKEN_NUMBER || x->ts.t[i].taken)
        return g;
    if (x->ts.t[i].minus || !understand_nomor(x->ts.t[i].low, &digits, &error, x->arena))
        return wrong(x->ts.t[i].minus ? ERROR_INVALID : error, 1);
    g.fit = FIT_YES;
    g.repaired = x->ts.t[i].repaired;
    g.value = value_text(digits);
    return g;
}

/* Blanks inside are allowed: groups of digits are joined up to sixteen (SPEC 2.2). */
static struct got read_nik(struct filling *x, unsigned i, bool labelled)
{
    char digits[NIK_DIGITS * 2];
    size_t n = 0;
    struct got g = no();
    unsigned k = i;

    while (k < x->ts.n && x->ts.t[k].kind == TOKEN_NUMBER && !x->ts.t[k].taken &&
           (k == i || (x->ts.t[k].sep & SEP_HARD) == 0)) {
        struct slice s = x->ts.t[k].low;

        if (k > i && (n >= NIK_DIGITS || n + s.n > NIK_DIGITS || !slice_all_digits(s)))
            break;
        for (size_t c = 0; c < s.n && n < sizeof digits; c++)
            if (text_is_digit(s.p[c]))
                digits[n++] = s.p[c];
        k++;
    }
    if (k == i || (!labelled && n < NIK_DIGITS - 3))
        return g;
    g.used = k - i;
    g.repaired = x->ts.t[i].repaired;
    if (!nik_valid((struct slice){ .p = digits, .n = n }, x->today))
        return wrong(ERROR_INVALID, g.used);
    g.fit = FIT_YES;
    g.value = value_text(arena_copy(x->arena, (struct slice){ .p = digits, .n = n }));
    return g;
}

/* RULINGS 7: the latest such month that is not to come. */
static struct got read_month(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = no();
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
        if (!slice_to_u64(first, &m) || (rest.n && !slice_to_u64(rest, &y)))
            return wrong(ERROR_INVALID, 1);
        if (m < 1 || m > 12)
            return wrong(ERROR_INVALID, 1);
        month = (int)m;
        year = rest.n == 2 ? 2000 + (int)y : (int)(y > 9999 ? 9999 : y);
        at++;
    } else {
        return g;
    }
    if (year == 0)
        year = month <= now.month ? now.year : now.year - 1;
    if (year < 2000 || year > now.year || (year == now.year && month > now.month))
        return wrong(ERROR_INVALID, at - i);
    g.fit = FIT_YES;
    g.used = at - i;
    g.value = value_text(arena_printf(x->arena, "%04d-%02d", year, month));
    return g;
}

static bool answer_letter(char c, char *out)
{
    c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    if (c != 'Y' && c != 'T' && c != '0' && c != '1' && c != '2')
        return false;
    *out = c;
    return true;
}

/* As many answers as questions, as far as is known. */
static bool answered(const struct word *kind, unsigned n)
{
    return !kind || n == kind->questions[0] || n == kind->questions[1];
}

/* One letter or digit a question; `ya` and `tidak` as words will do. */
static struct got read_answers(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = no();
    char out[40];
    unsigned n = 0, k = i;
    int jenis = form_field(x->form, "jenis");
    const struct word *kind = NULL;

    if (jenis >= 0 && x->form->fields[jenis].list)
        kind = word_by_code(x->form->fields[jenis].list, x->slots[jenis].value.text);
    for (; k < x->ts.n && !x->ts.t[k].taken && (x->ts.t[k].sep & (SEP_LINE | SEP_DASH)) == 0; k++) {
        unsigned used;
        const struct word *w = phrase_at(&x->ts, k, f->list, &used);

        if (w && n < sizeof out) {
            out[n++] = w->code.p[0];
            continue;
        }
        if (understand_is(x, k, "terima_kasih", &used) || understand_is(x, k, "penanda_tangan", &used) ||
            understand_other_label(x, f, k) ||
            (n && answered(kind, n) && read_nik(x, k, false).fit != FIT_NO))
            break;
        if (n && !kind && jenis >= 0 && phrase_at(&x->ts, k, x->form->fields[jenis].list, &used))
            break;
        for (size_t c = 0; c < x->ts.t[k].text.n; c++)
            if (n >= sizeof out || !answer_letter(x->ts.t[k].text.p[c], &out[n++]))
                return wrong(ERROR_INVALID, k + 1 - i);
    }
    if (k == i)
        return g;
    g.used = k - i;
    if (!answered(kind, n))
        return wrong(ERROR_INVALID, g.used);
    g.fit = FIT_YES;
    g.value = value_text(arena_copy(x->arena, (struct slice){ .p = out, .n = n }));
    return g;
}

struct got understand_read(struct filling *x, const struct field *f, unsigned i, bool labelled)
{
    if (i >= x->ts.n || x->ts.t[i].taken || x->ts.t[i].kind == TOKEN_EMPTY ||
        x->ts.t[i].kind == TOKEN_NEGATED)
        return no();
    switch (f->type) {
    case FIELD_NUMBER:
        return read_number(x, f, i);
    case FIELD_PRESSURE:
        return read_pressure(x, i, labelled);
    case FIELD_DATE:
        return read_date(x, f, i, labelled);
    case FIELD_AGE:
        return read_age(x, f, i);
    case FIELD_SEX:
    case FIELD_CHOICE:
        return read_choice(x, f, i);
    case FIELD_NOMOR:
        return read_nomor(x, i);
    case FIELD_NIK:
        return read_nik(x, i, labelled);
    case FIELD_MONTH:
        return read_month(x, f, i);
    case FIELD_ANSWERS:
        return read_answers(x, f, i);
    case FIELD_CHOICES: {
        unsigned used;

        /* Lists are gathered as a whole in understand/signs.c; here only whether one begins. */
        return phrase_near(&x->ts, i, f->list, &used)
                   ? (struct got){ .fit = FIT_YES, .companion = -1, .used = used }
                   : no();
    }
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_COUNTS:
        break;
    }
    return no();
}

struct slice understand_span(const struct filling *x, unsigned from, unsigned to)
{
    const char *begin, *end;

    if (from >= to || to > x->ts.n)
        return (struct slice){ 0 };
    begin = x->ts.t[from].text.p;
    end = x->ts.t[to - 1].text.p + x->ts.t[to - 1].text.n;
    return slice_trim((struct slice){ .p = begin, .n = (size_t)(end - begin) });
}

bool understand_is(const struct filling *x, unsigned i, const char *code, unsigned *used)
{
    const struct word *w = phrase_at(&x->ts, i, x->words->kata, used);

    return w && slice_is(w->code, code);
}

bool understand_negator(const struct filling *x, unsigned i)
{
    struct negation n;

    return negation_at(&x->ts, i, x->words->negators, &n) && negation_of_signs(n.kind);
}

bool understand_filler(const struct filling *x, unsigned i, unsigned *used)
{
    return understand_is(x, i, "pengisi", used) || understand_is(x, i, "sambung", used) ||
           understand_is(x, i, "tapi", used);
}

unsigned understand_text_end(const struct filling *x, unsigned from)
{
    unsigned k = from, used;

    while (k < x->ts.n && !x->ts.t[k].taken) {
        if (k > from && (x->ts.t[k].sep & (SEP_HASH | SEP_LINE | SEP_DASH)))
            break;
        if (understand_is(x, k, "terima_kasih", &used))
            break;
        k++;
    }
    return k;
}

void understand_repaired(struct filling *x, const struct field *f, struct slice typed, struct slice read)
{
    if (!x->repairs)
        x->repairs = ARENA_ARRAY(x->arena, struct repair, FORM_FIELDS * 2);
    if (!x->repairs || x->repairs_n == FORM_FIELDS * 2)
        return;
    x->repairs[x->repairs_n++] = (struct repair){ .field = f->name, .typed = typed, .read = read };
}

static struct slice value_text_of(struct filling *x, const struct value *v)
{
    struct buf b;
    struct slice s;

    if (v->kind == VALUE_TEXT)
        return v->text;
    buf_init(&b, 64);
    number_print(&b, v->milli, '.');
    s = arena_copy(x->arena, buf_slice(&b));
    buf_free(&b);
    return s;
}

void understand_take(struct filling *x, const struct field *f, unsigned i, const struct got *g, bool labelled)
{
    const struct field *to = g->companion >= 0 ? &x->form->fields[g->companion] : f;
    struct slot *s = &x->slots[to->position];

    /* The same label twice with different values (RULINGS 18). */
    if (s->filled && s->labelled && labelled && !value_equal(&s->value, &g->value) && !s->reject) {
        s->error = ERROR_CONTRADICTION;
    } else if (!s->filled || !s->labelled || labelled) {
        *s = (struct slot){ .filled = true, .labelled = labelled, .at = i, .to = i + g->used };
        s->unit = g->unit;
        s->between = i < x->ts.n && (x->ts.t[i].sep & SEP_HASH) != 0;
        s->guessed = g->guessed;
        s->as_typed = g->as_typed;
        s->typed = understand_span(x, i, i + g->used);
        s->error = g->fit == FIT_YES ? ERROR_NONE : g->error;
        s->reject = g->fit == FIT_WRONG || g->fit == FIT_UNIT;
        if (!s->reject)
            s->value = g->value;
        if (g->repaired && !s->reject)
            understand_repaired(x, to, s->typed, value_text_of(x, &g->value));
    }
    if (to != f)
        x->slots[f->position].given = true;
    for (unsigned k = i; k < i + g->used && k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}

void understand_fault(struct filling *x, const struct field *f, enum report_error error, bool reject,
                      unsigned at)
{
    struct slot *s = &x->slots[f->position];

    if (s->error != ERROR_NONE && (s->reject || !reject))
        return;
    s->filled = true;
    s->error = error;
    s->reject = reject;
    s->at = at;
    if (at < x->ts.n)
        s->typed = understand_span(x, at, at + 1 + (at + 1 < x->ts.n && x->ts.t[at + 1].glued)); /* `7bln` */
    if (reject)
        s->value = (struct value){ 0 };
}
