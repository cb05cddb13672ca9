/* invent.c - see invent.h. */
#include "tests/support/invent.h"

#include <string.h>

#include "parsers/damm.h"
#include "parsers/date.h"
#include "parsers/when.h"

enum {
    DATE_DAYS = 50, /* how long ago a date without a bound of its own may be */
    ITEMS = 4
};

uint32_t invent_below(struct invent *x, uint32_t below)
{
    x->seed = x->seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(x->seed >> 8) * below >> 24);
}

static int64_t between(struct invent *x, int64_t min, int64_t max)
{
    return min + invent_below(x, (uint32_t)(max - min + 1));
}

static struct value text(struct invent *x, const char *s)
{
    return value_text(arena_str(x->arena, s));
}

static struct value name(struct invent *x)
{
    static const char *const first[] = {
        "Siti", "M. Rizki", "Nu'man", "Ahmad", "Dewi", "Mbah Karto", "Bu Ana"
    };
    static const char *const last[] = {
        "", " Aminah", " Bin Hasan", " Fauzan Akbar", " Nur Aini Putri", " Wahyuni"
    };

    return value_text(arena_printf(x->arena, "%s%s", first[invent_below(x, 7)], last[invent_below(x, 6)]));
}

/* The age bounds of the form's group as a rule: outside it nothing is accepted. */
static struct value age(struct invent *x, const struct form *form, const struct field *f)
{
    bool months = slice_is(f->default_unit, "bl");
    int64_t most = f->max / 1000 * (months ? 1 : 12), n;

    if (form->age_max_months && invent_below(x, 8))
        n = between(x, form->age_min_months, form->age_max_months < most ? form->age_max_months : most);
    else
        n = between(x, 0, most);
    switch (invent_below(x, 4)) {
    case 0:
        if (n < 3)
            return value_text(arena_printf(x->arena, "%uhr", 1 + invent_below(x, 60)));
        return value_text(arena_printf(x->arena, "%lldbl", (long long)n));
    case 1:
        if (n < 24)
            return value_text(arena_printf(x->arena, "%umg", 1 + invent_below(x, 60)));
        return value_text(arena_printf(x->arena, "%lldth", (long long)n / 12));
    default:
        return value_text(months || n < 12 ? arena_printf(x->arena, "%lldbl", (long long)n)
                                           : arena_printf(x->arena, "%lldth", (long long)n / 12));
    }
}

/* Tenths mostly, whole numbers and grams now and then. */
static struct value number(struct invent *x, const struct field *f)
{
    static const int64_t steps[] = { 100, 100, 1000, 50, 10 };
    int64_t step = f->whole ? 1000 : steps[invent_below(x, 5)];

    return value_number(between(x, (f->min + step - 1) / step, f->max / step) * step);
}

static struct value pressure(struct invent *x)
{
    unsigned dia = 30 + invent_below(x, 131), low = dia + 10 < 60 ? 60 : dia + 10;

    return value_text(arena_printf(x->arena, "%u/%u", low + invent_below(x, 261 - low), dia));
}

/* Words that are sure: no doubt, no other code beside, and the code stands for them first. */
static const struct word *word(struct invent *x, const struct word_list *list)
{
    for (;;) {
        const struct word *w = &list->words[invent_below(x, list->n)];

        if (!w->doubt && !w->neutral && !w->until_months && !w->also.n && word_by_code(list, w->code) == w)
            return w;
    }
}

bool invent_is_taken(const struct form *form, const struct field *f, struct slice typed)
{
    for (unsigned i = 0; i < form->fields_n; i++)
        if (form->fields[i].type == FIELD_CHOICES && i < f->position && f->type == FIELD_CHOICES &&
            list_find(form->fields[i].list, typed))
            return true;
    return false;
}

static struct value choices(struct invent *x, const struct report *r, const struct field *f)
{
    struct value v = { .kind = VALUE_LIST, .items = ARENA_ARRAY(x->arena, struct slice, ITEMS) };

    for (unsigned n = 1 + invent_below(x, ITEMS); n > 0 && v.items; n--) {
        const struct word *w = word(x, f->list);
        struct slice code = w->code;
        unsigned i = 0;

        if (invent_is_taken(r->form, f, w->synonyms[0]))
            continue;
        while (i < v.n && !slice_eq(v.items[i], code))
            i++;
        if (i == v.n)
            v.items[v.n++] = code;
    }
    return v.n ? v : (struct value){ 0 };
}

static struct value date(struct invent *x, const struct field *f)
{
    int64_t days = f->max_age_days ? f->max_age_days : DATE_DAYS;

    return value_text(date_iso(x->today - between(x, 0, days), x->arena));
}

/* One of the last twelve. */
static struct value month(struct invent *x)
{
    struct date now = date_of_days(x->today);
    int m = now.year * 12 + now.month - 1 - (int)invent_below(x, 12);

    return value_text(arena_printf(x->arena, "%04d-%02d", m / 12, m % 12 + 1));
}

static struct value words(struct invent *x, const struct field *f)
{
    static const char *const places[] = { "dsn Tengah", "RT 4 RW 2", "Kampung Baru",
                                          "ds Kelubi dekat masjid" };
    static const char *const aims[] = { "RSUD", "pustu Kelubi", "Puskesmas Manggar", "RS Marsidi" };
    static const char *const reasons[] = { "perdarahan", "demam tinggi 3 hari", "sakit tua",
                                           "kontrol tensi" };

    if (f->list)
        return text(x, slice_is(f->list->name, "tujuan") ? aims[invent_below(x, 4)]
                                                         : reasons[invent_below(x, 4)]);
    return text(x, f->labels_n > 1 ? places[invent_below(x, 4)] : reasons[invent_below(x, 4)]);
}

/* As a rule the person's own. */
static struct value nik(struct invent *x, const struct report *r)
{
    const struct value *sex = report_value(r, "jk"), *umur = report_value(r, "umur");
    const struct value *lahir = report_value(r, "tgl_lahir");
    bool woman = r->form->person_sex.n ? slice_is(r->form->person_sex, "P") : sex && slice_is(sex->text, "P");
    int64_t day = x->today - between(x, 0, 365 * 70);
    struct date born;

    if (umur && invent_below(x, 8))
        day = x->today - age_months(umur->text) * 30437 / 1000 - 10;
    else if (lahir && !date_parse_iso(lahir->text, &day))
        return (struct value){ 0 };
    born = date_of_days(day);
    return value_text(arena_printf(x->arena, "190601%02d%02d%02d%04u", born.day + (woman ? 40 : 0),
                                   born.month, born.year % 100, 1 + invent_below(x, 9998)));
}

static struct value counts(struct invent *x, const struct word_list *list)
{
    struct value v = { .kind = VALUE_COUNTS };
    int64_t sum = 0;

    v.items = ARENA_ARRAY(x->arena, struct slice, ITEMS + 1);
    v.counts = ARENA_ARRAY(x->arena, int64_t, ITEMS + 1);
    if (!v.items || !v.counts)
        return v;
    if (invent_below(x, 5) == 0) {
        v.items[v.n++] = S("nihil");
        return v;
    }
    for (unsigned n = 1 + invent_below(x, ITEMS); n > 0; n--) {
        struct slice letter = word(x, list)->letter;
        unsigned i = 0;

        while (i < v.n && !slice_eq(v.items[i], letter))
            i++;
        if (i < v.n || !letter.n)
            continue;
        v.items[v.n] = letter;
        v.counts[v.n] = between(x, 0, 999) * 1000;
        sum += v.counts[v.n++];
    }
    if (v.n == 0 || invent_below(x, 2)) {
        v.items[v.n] = S("X");
        v.counts[v.n++] = sum + between(x, 0, 999) * 1000;
    }
    return v;
}

static struct value answers(struct invent *x, const struct report *r)
{
    static const char letters[] = "YT";
    const struct word *kind = NULL;
    char out[40] = "";

    for (unsigned f = 0; f < r->form->fields_n && !kind; f++)
        if (r->form->fields[f].type == FIELD_CHOICE && r->values[f].kind == VALUE_TEXT)
            kind = word_by_code(r->form->fields[f].list, r->values[f].text);
    for (unsigned i = 0; kind && i < kind->questions[0]; i++)
        out[i] = letters[invent_below(x, 2)];
    return text(x, out);
}

static struct value value(struct invent *x, const struct report *r, const struct field *f)
{
    switch (f->type) {
    case FIELD_NAME:
        return name(x);
    case FIELD_SEX:
        return text(x, invent_below(x, 2) ? "P" : "L");
    case FIELD_AGE:
        return age(x, r->form, f);
    case FIELD_NUMBER:
        return number(x, f);
    case FIELD_PRESSURE:
        return pressure(x);
    case FIELD_CHOICE:
        return value_text(word(x, f->list)->code);
    case FIELD_CHOICES:
        return choices(x, r, f);
    case FIELD_DATE:
        return date(x, f);
    case FIELD_MONTH:
        return month(x);
    case FIELD_TEXT:
        return words(x, f);
    case FIELD_NOMOR:
        return value_text(damm_number(100 + invent_below(x, 1000000), x->arena));
    case FIELD_NIK:
        return nik(x, r);
    case FIELD_COUNTS:
        return counts(x, f->list);
    case FIELD_ANSWERS:
        return answers(x, r);
    }
    return (struct value){ 0 };
}

/* RULINGS 37: sums that hold, as a rule. */
static void settle_skdn(struct invent *x, struct report *r)
{
    static const char *const parts[] = { "n", "t", "o", "b" };
    int64_t d = 0, s;

    if (r->form->judge != FORM_JUDGE_SKDN || invent_below(x, 4) == 0)
        return;
    for (unsigned i = 0; i < 4; i++) {
        struct value *v = &r->values[form_field(r->form, parts[i])];

        v->milli = v->milli / 5000 * 1000;
        d += v->milli;
    }
    s = d + between(x, 0, 100) * 1000;
    r->values[form_field(r->form, "d")].milli = d;
    r->values[form_field(r->form, "s")].milli = s;
    r->values[form_field(r->form, "k")].milli = between(x, 0, s / 1000) * 1000;
    r->values[form_field(r->form, "bgm")].milli = between(x, 0, d / 1000) * 1000;
}

void invent_report(struct invent *x, const struct form *form, const struct variant *variant,
                   struct report *out)
{
    memset(out, 0, sizeof *out);
    out->form = form;
    out->variant = variant;
    for (unsigned k = 0; k < variant->uses_n; k++) {
        const struct field *f = &form->fields[variant->uses[k]];

        if (!variant_requires(variant, f->position) && invent_below(x, 3) == 0)
            continue;
        if (f->type == FIELD_AGE && f->companion >= 0 && invent_below(x, 4) == 0) {
            int64_t years = f->max / 1000 / (slice_is(f->default_unit, "bl") ? 12 : 1);

            out->values[f->companion] = value_text(date_iso(x->today - between(x, 0, years * 365), x->arena));
            continue;
        }
        out->values[f->position] = value(x, out, f);
    }
    settle_skdn(x, out);
}
