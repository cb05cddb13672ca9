/* judge.c - the filled form as a whole: what is missing, what cannot be, what does not fit
 * together, and which of several faults is named (RULINGS 2, 23, 28, 29, 35, 37, 42).  See report.h. */
#include "flows/understand/report/report.h"

#include <string.h>

#include "flows/rows/growth.h"
#include "flows/understand/report/deaths.h"
#include "flows/understand/report/stages.h"
#include "flows/understand/signs/signs.h"
#include "flows/understand/values/numbers.h"
#include "parsers/nik.h"

static inline struct slot *slot(struct filling *x, enum meaning as)
{
    int f = form_as(x->form, as);

    return f >= 0 ? &x->slots[f] : NULL;
}

static inline const struct field *field(const struct filling *x, enum meaning as)
{
    int f = form_as(x->form, as);

    return f >= 0 ? &x->form->fields[f] : NULL;
}

static inline int64_t number(struct filling *x, enum meaning as)
{
    struct slot *s = slot(x, as);

    return s && s->value.kind == VALUE_NUMBER ? s->value.milli : 0;
}

static inline struct slice text(struct filling *x, enum meaning as)
{
    struct slot *s = slot(x, as);

    return s && s->value.kind == VALUE_TEXT ? s->value.text : (struct slice){ 0 };
}

static void doubt(struct filling *x, enum meaning as, enum report_error error)
{
    const struct field *f = field(x, as);

    if (f)
        understand_fault(x, f, error, false, TOKENS_MAX);
}

/* --- required fields --- */

static void missing(struct filling *x)
{
    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];
        const struct slot *s = &x->slots[f->position];
        bool beside = f->type == FIELD_AGE && f->companion >= 0 &&
                      (x->slots[f->companion].value.kind != VALUE_ABSENT || x->slots[f->companion].error);

        if (s->value.kind == VALUE_ABSENT && s->error == ERROR_NONE && !beside)
            understand_fault(x, f, ERROR_MISSING, true, TOKENS_MAX);
    }
}

/* --- growth, and guesses that the age does not allow --- */

static bool lying(struct filling *x, int64_t age)
{
    struct slot *tb = slot(x, AS_HEIGHT);

    return growth_lying(tb ? tb->value.label : slice_make("", 0), form_is(x->form, FORM_BIRTH), age);
}

static void weigh_guesses(struct filling *x, int64_t age)
{
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        const struct field *f = &x->form->fields[i];
        struct slot *s = &x->slots[i];

        if (s->guessed && !s->reject && s->value.kind == VALUE_NUMBER &&
            !understand_tenth_plausible(x, f, age, s->value.milli))
            understand_fault(x, f, ERROR_OUT_OF_RANGE, true, s->at);
    }
}

static void growth(struct filling *x, int64_t age)
{
    struct slot *bb, *tb, *lila, *lk;
    struct growth_measure m = { .age_months = age };

    if (x->form->judge != FORM_JUDGE_GROWTH || !x->rs->rules || age < 0)
        return;
    bb = slot(x, AS_WEIGHT);
    tb = slot(x, AS_HEIGHT);
    lila = slot(x, AS_ARM);
    lk = slot(x, AS_HEAD);
    m.sex = text(x, AS_SEX);
    m.bb = bb && !bb->error ? number(x, AS_WEIGHT) : 0;
    m.tb = tb && !tb->error ? number(x, AS_HEIGHT) : 0;
    m.lila = lila && !lila->error ? number(x, AS_ARM) : 0;
    m.lk = lk && !lk->error ? number(x, AS_HEAD) : 0;
    m.lying = lying(x, age);
    /* 9,2 9,4: a second weight, not an arm. */
    if (lila && lila->skipped_to && m.lila &&
        !growth_value_plausible(x->rs->rules, AS_ARM, m.sex, age, m.lila))
        doubt(x, AS_ARM, ERROR_IMPLAUSIBLE);
    switch (growth_plausible(x->rs->rules, m.sex, age, m.bb, m.tb, m.lying)) {
    case GROWTH_FINE:
        break;
    case GROWTH_DOUBT_BB:
    case GROWTH_DOUBT_BOTH:
        doubt(x, AS_WEIGHT, ERROR_IMPLAUSIBLE);
        break;
    case GROWTH_DOUBT_TB:
        doubt(x, AS_HEIGHT, ERROR_IMPLAUSIBLE);
        break;
    }
}

static void bands(struct filling *x, int64_t age)
{
    for (unsigned i = 0; age >= 0 && i < x->form->fields_n; i++)
        if (x->slots[i].value.kind == VALUE_NUMBER && x->slots[i].error == ERROR_NONE &&
            !understand_in_bands(&x->form->fields[i], age, x->slots[i].value.milli))
            understand_fault(x, &x->form->fields[i], ERROR_IMPLAUSIBLE, false, x->slots[i].at);
}

/* RULINGS 28: dewasa 19-59, lansia from 60, remaja 6-18. */
static void age_group(struct filling *x, int64_t age)
{
    if (age < 0 || x->form->age_max_months == 0 ||
        (age >= x->form->age_min_months && age <= x->form->age_max_months))
        return;
    doubt(x, AS_AGE, ERROR_IMPLAUSIBLE);
}

/* --- NIK: RULINGS 29 --- */

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static bool birth_fits(struct filling *x, struct slice nik, int64_t age)
{
    int64_t births[2], day, allowed;
    struct slice born = text(x, AS_BIRTH);

    nik_births(nik, x->today, births);
    allowed = age < 72 ? 1 : 12;
    for (unsigned i = 0; i < 2; i++) {
        int64_t then = date_months_between(births[i], x->today), slack = 0;
        struct slice typed = text(x, AS_AGE);

        if (births[i] < -100000)
            continue;
        if (born.n && date_parse_iso(born, &day)) {
            if (distance(day, births[i]) <= (allowed == 1 ? 31 : 366))
                return true;
            continue;
        }
        /* "3th" holds for twelve months, "14bl" for one. */
        if (slice_ends(typed, "th"))
            slack = 11;
        if (then >= age - allowed && then <= age + slack + allowed)
            return true;
    }
    return false;
}

static void identity(struct filling *x, int64_t age)
{
    struct slice nik = text(x, AS_NIK), sex;
    char is = 0;

    if (nik.n == 0)
        return;
    sex = text(x, AS_SEX);
    if (x->form->person_sex.n)
        is = x->form->person_sex.p[0];
    else if (sex.n)
        is = sex.p[0];
    if (is && nik_sex(nik) != is) {
        doubt(x, AS_NIK, ERROR_CONTRADICTION);
        return;
    }
    if (!form_is(x->form, FORM_BIRTH) && age >= 0 && !birth_fits(x, nik, age))
        doubt(x, AS_NIK, ERROR_CONTRADICTION);
}

/* --- vaccines: RULINGS 35 --- */

static void schedule(struct filling *x, int64_t age)
{
    struct slot *s = slot(x, AS_VACCINES);
    const struct field *f = field(x, AS_VACCINES);

    if (!s || !f || age < 0 || s->value.kind != VALUE_LIST)
        return;
    for (unsigned i = 0; i < s->value.n; i++) {
        const struct word *w = word_by_code(f->list, s->value.items[i]);

        if (w && age < w->months_from)
            doubt(x, AS_VACCINES, ERROR_IMPLAUSIBLE);
    }
}

/* --- SKDN: RULINGS 37 --- */

static bool has_all(struct filling *x)
{
    for (unsigned r = 0; r < x->variant->required_n; r++)
        if (x->slots[x->variant->required[r]].value.kind != VALUE_NUMBER)
            return false;
    return true;
}

static void skdn(struct filling *x)
{
    if (x->form->judge != FORM_JUDGE_SKDN || !has_all(x))
        return;
    if (number(x, AS_SKDN_K) > number(x, AS_SKDN_S))
        doubt(x, AS_SKDN_K, ERROR_CONTRADICTION);
    if (number(x, AS_SKDN_D) > number(x, AS_SKDN_S) ||
        number(x, AS_SKDN_D) !=
            number(x, AS_SKDN_N) + number(x, AS_SKDN_T) + number(x, AS_SKDN_O) + number(x, AS_SKDN_B))
        doubt(x, AS_SKDN_D, ERROR_CONTRADICTION);
    if (number(x, AS_SKDN_BGM) > number(x, AS_SKDN_D))
        doubt(x, AS_SKDN_BGM, ERROR_CONTRADICTION);
}

/* --- the weekly report: RULINGS 38 --- */

static void w2(struct filling *x)
{
    const struct field *f;
    struct slot *s, *kode;
    struct epi_week now;
    int64_t week, sum = 0, total = -1;

    if (x->form->judge != FORM_JUDGE_W2)
        return;
    f = field(x, AS_WEEK);
    s = slot(x, AS_WEEK);
    kode = slot(x, AS_CODES);
    now = date_epi_week(x->today);
    if (s && s->value.kind == VALUE_NUMBER) {
        struct date day = date_of_days(x->today);

        week = s->value.milli / 1000;
        /* RULINGS 38: weeks 52 and 53 in January are last year's; all others are this year's. */
        if (day.month == 1 && week >= 52) {
            if (week > date_epi_weeks(day.year - 1))
                understand_fault(x, f, ERROR_INVALID, true, s->at);
        } else if ((week > date_epi_weeks(day.year) || date_epi_start(day.year, (int)week) > x->today) &&
                   !(now.year > day.year && week == now.week)) {
            understand_fault(x, f, ERROR_INVALID, true, s->at);
        }
    }
    if (!kode || kode->value.kind != VALUE_COUNTS || kode->error)
        return;
    for (unsigned i = 0; i < kode->value.n; i++) {
        if (slice_is(kode->value.items[i], "X"))
            total = kode->value.counts[i];
        else if (!slice_is(kode->value.items[i], "nihil"))
            sum += kode->value.counts[i];
    }
    if (total >= 0 && sum > total) {
        doubt(x, AS_CODES, ERROR_CONTRADICTION);
        kode->name = S("X");
    }
}

/* --- screenings: one answer a question, whichever was said first --- */

static void answers(struct filling *x)
{
    struct slot *s = slot(x, AS_ANSWERS);
    const struct field *f = field(x, AS_KIND);
    const struct word *kind = s && f && f->list ? word_by_code(f->list, text(x, AS_KIND)) : NULL;

    if (kind && s->value.kind == VALUE_TEXT && s->value.text.n != kind->questions[0] &&
        s->value.text.n != kind->questions[1])
        understand_fault(x, field(x, AS_ANSWERS), ERROR_INVALID, true, s->at);
}

/* --- the outcome --- */

/* The order of the form: the variant's fields, a companion in the place of its owner. */
static unsigned order(const struct filling *x, unsigned f)
{
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        unsigned u = x->variant->uses[k];

        if (u == f || (x->form->fields[u].companion == (int)f && x->form->fields[u].type == FIELD_AGE))
            return k;
    }
    return FORM_FIELDS + f;
}

/* RULINGS 2: the first in the form's order; what rejects goes before what asks.  Whether somebody has died is
 * asked before all else (RULINGS 49). */
static void choose(struct filling *x, struct report *out)
{
    bool found = false;
    unsigned best = 0;

    for (unsigned i = 0; i < x->form->fields_n; i++) {
        const struct slot *s = &x->slots[i], *b = &x->slots[best];

        if (s->error == ERROR_NONE)
            continue;
        if (x->death && i == x->death_of) {
            out->status = REPORT_CONFIRM;
            out->error = ERROR_AMBIGUOUS;
            out->error_field = x->form->fields[i].name;
            out->typed = (struct slice){ 0 };
            return;
        }
        if (!found || (s->reject && !b->reject) || (s->reject == b->reject && order(x, i) < order(x, best))) {
            best = i;
            found = true;
        }
    }
    out->status = REPORT_ACCEPTED;
    out->error = ERROR_NONE;
    out->error_field = (struct slice){ 0 };
    if (!found)
        return;
    out->status = x->slots[best].reject ? REPORT_REJECTED : REPORT_CONFIRM;
    out->error = x->slots[best].error;
    out->error_field = x->slots[best].name.n ? x->slots[best].name : x->form->fields[best].name;
    out->typed = x->slots[best].typed;
}

/* What was confirmed is no doubt any more. */
static void settle_sure(struct filling *x)
{
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if (x->held[i] & REPORT_FAULT_SURE && !x->slots[i].reject)
            x->slots[i].error = ERROR_NONE;
}

/* `minum racun`, `tenggelam` beside what the form asks for. */
static void help(struct filling *x, struct report *out)
{
    struct slice now, today;

    if ((x->form->is & FORM_DEATH) || x->form->about == FORM_ABOUT_NOBODY)
        return;
    understand_help_in(x, &now, &today);
    today = today.n ? today : understand_measured_today(x);
    out->others_today = out->others_today.n ? out->others_today : today;
    if (now.n && !out->emergency) {
        out->emergency = true;
        out->emergency_reason = now;
    }
}

/* What a guessed measure says if it is right: `18` for 1,8 kg.  Signs say it themselves. */
static bool guesses_emergency(const struct filling *x, const struct report *r)
{
    struct value guessed[FORM_FIELDS];
    struct slice say;

    memcpy(guessed, r->values, sizeof guessed);
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if (x->slots[i].reject || (x->slots[i].error && x->form->fields[i].type == FIELD_CHOICES))
            guessed[i] = (struct value){ 0 };
    return x->rs->rules && !(x->form->is & FORM_DEATH) &&
           rules_emergency(x->rs->rules, x->form, guessed, NULL, 0, x->arena, &say);
}

/* SPEC 2.2: what is certain decides; a guess or a question does not ring. */
static void emergency(struct filling *x, struct report *out)
{
    struct value certain[FORM_FIELDS];
    const struct value *values = out->values;

    if (x->heard.n || x->recalled.n)
        understand_hear_again(x);
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if ((x->slots[i].error == ERROR_AMBIGUOUS && !x->slots[i].amends) || x->slots[i].reject) {
            if (values != certain)
                values = memcpy(certain, out->values, sizeof certain);
            certain[i] = (struct value){ 0 };
        }
    /* A death is for the puskesmas within a day (SPEC 2.5); nobody fetches the dead, but
     * whoever else is in danger. */
    out->emergency = x->rs->rules && !(x->form->is & FORM_DEATH) &&
                     rules_emergency(x->rs->rules, x->form, values, x->heard.codes, x->heard.n, x->arena,
                                     &out->emergency_reason);
    x->maybe |= !out->emergency && values == certain && guesses_emergency(x, out);
    x->others = x->others.n ? x->others : x->recalled_others;
    out->others_today = x->others_today.n ? x->others_today : x->recalled_today;
    if (!x->others.n)
        return;
    out->others = x->others;
    out->emergency_reason =
        out->emergency
            ? arena_printf(x->arena, "%.*s, %.*s", SLICE_ARG(out->emergency_reason), SLICE_ARG(x->others))
            : x->others;
    out->emergency = true;
}

void understand_settle(struct filling *x, struct report *out)
{
    int64_t age = understand_months(x);

    missing(x);
    understand_forget(x);
    missing(x);
    weigh_guesses(x, age);
    growth(x, age);
    bands(x, age);
    age_group(x, age);
    identity(x, age);
    if (x->form->judge == FORM_JUDGE_SCHEDULE)
        schedule(x, age);
    skdn(x);
    w2(x);
    answers(x);
    understand_reason(x);
    out->form = x->form;
    out->variant = x->variant;
    for (unsigned i = 0; i < x->form->fields_n; i++)
        out->values[i] = x->slots[i].value;
    settle_sure(x);
    choose(x, out);
    for (unsigned i = 0; i < x->form->fields_n; i++)
        out->faults[i] = (uint8_t)(x->slots[i].error |
                                   (x->slots[i].error && x->slots[i].reject ? REPORT_FAULT_REJECTS : 0) |
                                   (x->slots[i].error && x->slots[i].denied ? REPORT_FAULT_DENIED : 0));
    emergency(x, out);
    help(x, out);
    if (x->unsure_at)
        out->unsure = understand_span(x, x->unsure_at, x->unsure_to);
    understand_unsure(out);
    out->death = x->death;
    out->died = x->died;
    out->died_words = x->died_words;
    out->maybe = x->maybe && !out->emergency;
    out->beside = x->beside;
    out->heard = x->heard.codes;
    out->heard_n = x->heard.n;
    if (x->repairs_n) {
        out->repairs = x->repairs;
        out->repairs_n = x->repairs_n;
    }
}
