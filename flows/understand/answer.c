/* answer.c - the short answers that complete a report, its corrections, and the pages of USSD.  See
 * understanding.h. */
#include "flows/understand/understanding.h"

#include <string.h>

#include "flows/understand/beside_answer.h"
#include "flows/understand/message.h"
#include "flows/understand/report/report.h"
#include "flows/understand/signs/denial.h"
#include "flows/understand/signs/needed.h"
#include "flows/understand/signs/signs.h"
#include "flows/understand/signs/whose.h"
#include "flows/understand/values/labels.h"
#include "flows/understand/values/letters.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

/* The signs in a reason that was given earlier, or on a page of its own. */
static void hear_value(struct filling *x, const struct value *v)
{
    struct tokens *ts = ARENA_NEW(x->arena, struct tokens);
    struct text_tokens text = { .text = text_plain(v->text, x->arena) };
    struct keyword keyword;

    if (!ts || !tokens_cut(text.text, x->form, &x->rs->forms, x->arena, ts))
        return;
    understand_keyword(x->rs, &text, x->arena, &keyword);
    x->recalled.no_keyword = !keyword.form;
    understand_heard(x->words, ts, x->arena, &x->recalled);
}

static void fill_from(struct filling *x, const struct value *values)
{
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        if (values[i].kind != VALUE_ABSENT)
            x->slots[i] = (struct slot){ .value = values[i], .filled = true, .at = TOKENS_MAX };
        if (values[i].kind == VALUE_TEXT && x->form->fields[i].type == FIELD_TEXT && x->form->fields[i].list)
            hear_value(x, &values[i]);
        if (x->form->fields[i].as == AS_SIGNS && x->form->fields[i].companion >= 0)
            understand_recall_others(x, values[x->form->fields[i].companion].text);
    }
}

/* Which way of filling the form these values belong to. */
static const struct variant *variant_of(const struct form *form, const struct value *values)
{
    for (unsigned v = form->variants_n; v-- > 1;)
        for (unsigned r = 0; r < form->variants[v].required_n; r++) {
            unsigned f = form->variants[v].required[r];
            bool shared = false;

            for (unsigned u = 0; u < form->variants[0].uses_n; u++)
                shared |= form->variants[0].uses[u] == f;
            if (!shared && values[f].kind != VALUE_ABSENT)
                return &form->variants[v];
        }
    return &form->variants[0];
}

static bool anything(const struct filling *x)
{
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if (x->slots[i].filled)
            return true;
    return false;
}

static bool all_taken(const struct filling *x)
{
    for (unsigned i = 0; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind != TOKEN_EMPTY)
            return false;
    return true;
}

/* The value of the field that was asked for, by itself: `9,2`, `L`, `Siti Aminah`, `14bl`. */
static bool read_asked(struct filling *x, const struct report *known, const struct field *f)
{
    struct got g = { .fit = FIT_YES, .companion = -1 };
    struct slice name;
    unsigned at = 0;

    if (f->type == FIELD_NAME) {
        unsigned from = understand_before_name(x),
                 to = understand_behind_name(x, understand_without_courtesy(x, 0, x->ts.n));

        if (x->answers && !understand_free_name(x, &from, &to))
            return false;
        to = understand_without_courtesy(x, from, to);
        if (!understand_name(x, from, to, &name))
            return false;
        g.value = value_text(name);
        g.used = x->ts.n;
    } else if (f->type == FIELD_TEXT) {
        g.value = value_text(understand_span(x, 0, x->ts.n));
        g.used = x->ts.n;
    } else if (f->type == FIELD_CHOICES) {
        if (f->companion < 0)
            understand_courtesy(x); /* `bcg ya bu`: no vaccine is called so */
        understand_signs(x, 0);
        if (known)
            understand_take_out(x, known);
        return x->slots[f->position].filled;
    } else {
        at = understand_first_word(x);
        g = understand_read(x, f, at, true);
        if (g.fit == FIT_NO || g.fit == FIT_UNIT)
            return false;
    }
    understand_take(x, f, at, &g, true);
    return true;
}

static struct slice behind_keyword(const struct ruleset *rs, const struct form *form, struct slice text)
{
    struct slice trimmed = slice_trim(text);
    size_t n = 0;

    while (n < trimmed.n && text_is_word(trimmed.p[n]))
        n++;
    return understand_exact_form(&rs->forms, slice_take(trimmed, n)) == form && form != NULL
               ? slice_skip(trimmed, n)
               : trimmed;
}

/* A guess stays a guess until its field is answered, whatever else is; what judging finds by itself it may
 * find settled. */
static void hold(struct filling *x, const struct report *known, int64_t at_ms)
{
    struct report *again = ARENA_NEW(x->arena, struct report);
    bool any = false;

    for (unsigned i = 0; i < x->form->fields_n; i++)
        any |= known->faults[i] != 0;
    if (!again || !any)
        return;
    again->form = known->form;
    again->variant = known->variant;
    memcpy(again->values, known->values, sizeof again->values);
    understand_judge(x->rs, at_ms, x->arena, again);
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        struct slot *s = &x->slots[i];
        unsigned fault = known->faults[i];

        x->held[i] = (uint8_t)(fault & REPORT_FAULT_SURE);
        if (fault & REPORT_FAULT_SURE || !fault || again->faults[i])
            continue;
        s->error = (enum report_error)(fault & REPORT_FAULT_ERROR);
        s->reject = fault & REPORT_FAULT_REJECTS;
        s->denied = fault & REPORT_FAULT_DENIED;
        if (s->denied)
            s->typed = understand_denied_words(x, &s->value);
        s->filled = true;
        s->at = TOKENS_MAX;
    }
}

static void merge(struct filling *x, const struct report *known, int64_t at_ms, struct report *out)
{
    const struct slot *answered = x->slots;
    struct value merged[FORM_FIELDS];

    x->slots = ARENA_ARRAY(x->arena, struct slot, x->form->fields_n);
    if (!x->slots)
        return;
    fill_from(x, known->values);
    hold(x, known, at_ms);
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        int beside = x->form->fields[i].companion;

        if (!answered[i].filled)
            continue;
        x->slots[i] = answered[i];
        understand_merge_counts(x, &known->values[i], &x->slots[i].value);
        x->held[i] = 0;
        /* An age in the place of a birth date, or the other way round. */
        if (x->form->fields[i].type == FIELD_AGE && beside >= 0)
            x->slots[beside] = (struct slot){ 0 };
        for (unsigned o = 0; o < x->form->fields_n; o++)
            if (x->form->fields[o].type == FIELD_AGE && x->form->fields[o].companion == (int)i)
                x->slots[o] = (struct slot){ 0 };
    }
    for (unsigned i = 0; i < FORM_FIELDS; i++)
        merged[i] = i < x->form->fields_n ? x->slots[i].value : (struct value){ 0 };
    x->variant = variant_of(x->form, merged);
    understand_settle(x, out);
}

/* A filling of the form with the words of an answer. */
static struct filling *begin(const struct ruleset *rs, const struct form *form, struct slice text,
                             int64_t at_ms, struct arena *a)
{
    struct filling *x = understand_begin(rs, form, date_today(at_ms, rs->utc_offset_min), a);

    return x && understand_cut(x, text_clean(text, a)) ? x : NULL;
}

/* The same; what she takes back in it, `9,2 eh 9,4`, is no answer. */
static struct filling *begin_answer(const struct ruleset *rs, const struct form *form, struct slice text,
                                    int64_t at_ms, struct arena *a)
{
    struct filling *x = understand_begin(rs, form, date_today(at_ms, rs->utc_offset_min), a);

    if (!x)
        return NULL;
    x->answers = true;
    return understand_cut(x, text_clean(text, a)) ? x : NULL;
}

/* A list was labelled: `tanda demam`. */
static bool list_label(const struct filling *x)
{
    for (unsigned i = 0; i < x->ts.n; i++)
        for (unsigned f = 0; x->ts.t[i].taken && f < x->form->fields_n; f++)
            for (unsigned l = 0; x->form->fields[f].type == FIELD_CHOICES && l < x->form->fields[f].labels_n;
                 l++)
                if (slice_ieq(x->form->fields[f].labels[l], x->ts.t[i].low))
                    return true;
    return false;
}

/* The field whose value stands last before token i, else first behind it; NULL: none. */
static const struct field *value_beside(const struct filling *x, unsigned i)
{
    const struct field *f = NULL;

    for (unsigned k = 0; k < x->form->fields_n; k++) {
        const struct slot *s = &x->slots[k], *best = f ? &x->slots[f->position] : NULL;

        if (!s->filled || s->at >= TOKENS_MAX || s->to == 0 || understand_is_words(&x->form->fields[k]) ||
            x->form->fields[k].type == FIELD_CHOICES || x->form->fields[k].type == FIELD_COUNTS)
            continue;
        if (!best || (s->to <= i && (best->to > i || s->to > best->to)) ||
            (s->to > i && best->to > i && s->to < best->to))
            f = &x->form->fields[k];
    }
    return f;
}

/* `L eh P`, `kemarin eh tadi`: another value of a field that has one. */
static const struct field *another(struct filling *x, unsigned i)
{
    for (unsigned k = 0; x->ts.t[i].kind == TOKEN_WORD && k < x->form->fields_n; k++) {
        const struct field *f = &x->form->fields[k];
        const struct slot *s = &x->slots[k];
        struct got g;

        if (!s->filled || s->at >= TOKENS_MAX ||
            (f->type != FIELD_SEX && f->type != FIELD_CHOICE && f->type != FIELD_DATE))
            continue;
        g = understand_read(x, f, i, true);
        if (g.fit == FIT_YES && g.companion < 0 && !value_equal(&g.value, &s->value))
            return f;
    }
    return NULL;
}

/* `9,4 maaf salah ketik`: another one was wrong. */
static bool mending(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > 2 ? i - 2 : 0; k <= i; k++)
        if (phrase_is(&x->ts, k, x->words->answers, "ralat", &used) && k + used > i)
            return true;
    return false;
}

/* `110/70 tidak ada keluhan`: it is about the signs, and there are none. */
static bool no_complaint(const struct filling *x, unsigned i)
{
    unsigned used;

    return form_as(x->form, AS_SIGNS) >= 0 && phrase_is(&x->ts, i, x->words->answers, "kosong", &used) &&
           !(used == 2 && understand_says(x, i + 1, "ada"));
}

/* What is left beside an answered value and makes it doubtful: another number, `bb 9,2 atau 9,4` (RULINGS 26,
 * 50), or a no, `bb 9,2 batal` (43). */
static void doubt_beside(struct filling *x)
{
    struct negation n;

    for (unsigned i = 0; i < x->ts.n; i++) {
        const struct field *f = x->ts.t[i].taken || x->ts.t[i].other ? NULL : another(x, i);

        if (f)
            understand_fault(x, f, ERROR_AMBIGUOUS, false, i);
        if (f || x->ts.t[i].taken || x->ts.t[i].other || understand_multiplied(x, i) ||
            (x->ts.t[i].kind != TOKEN_NUMBER &&
             !(negation_at(&x->ts, i, x->words->negators, &n) && !mending(x, i) && !no_complaint(x, i))))
            continue;
        f = value_beside(x, i);
        if (f)
            understand_fault(x, f, ERROR_AMBIGUOUS, false, i);
    }
}

/* `30` to `X 3, benar?`: a number alone is that letter's, and no week. */
static struct slice of_letter(const struct report *known, struct slice asked, struct slice text,
                              struct arena *a)
{
    const struct form *form = known->form;
    int f = form_field_named(form, asked);

    text = slice_trim(text);
    if (!asked.n || !slice_all_digits(text) || form->fields_n < 2 || form->fields[1].type != FIELD_COUNTS ||
        (f >= 0 && form->fields[f].type != FIELD_COUNTS))
        return text;
    return f >= 0 ? slice_make("", 0) : arena_printf(a, "%.*s %.*s", SLICE_ARG(asked), SLICE_ARG(text));
}

/* The value that was asked for stands first, unlabelled, and others behind it: `P, tb 77`. */
static bool read_first(struct filling *x, const struct field *f)
{
    struct got g;

    if (understand_is_words(f) || f->type == FIELD_CHOICES || f->type == FIELD_ANSWERS ||
        f->type == FIELD_COUNTS || x->slots[f->position].filled)
        return false;
    g = understand_read(x, f, 0, true);
    if (g.fit != FIT_YES && g.fit != FIT_DOUBT)
        return false;
    understand_take(x, f, 0, &g, true);
    return true;
}

bool understand_answer(const struct ruleset *rs, const struct report *known, struct slice asked,
                       struct slice text, int64_t at_ms, struct arena *a, struct report *out)
{
    const struct form *form = known->form;
    int f = asked.n ? form_field(form, arena_copy(a, asked).p) : -1;
    struct filling *x;
    bool read;

    text = understand_of_sign(rs, known, f, understand_past_people(rs, known, f, text, a), a);
    text = understand_unit_alone(rs, known, f, text, a);
    x = begin_answer(rs, form, of_letter(known, asked, behind_keyword(rs, form, text), a), at_ms, a);
    memset(out, 0, sizeof *out);
    out->form = form;
    out->body = text;
    if (!x || x->ts.n == 0)
        return false;
    x->denies = understand_denies(rs, text, text_as(form, known->values, AS_NAME), a);
    /* Nothing here is among the words of a name, unless that was asked for: `VAKSIN mr1`. */
    x->labelled_only = f < 0 || form->fields[f].type != FIELD_NAME;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS)
        understand_w2(x);
    else
        understand_labels(x);
    if (list_label(x) && form_as(form, AS_SIGNS) < 0)
        understand_courtesy(x);
    if (list_label(x) ||
        (x->denies && !(f >= 0 && form->fields[f].as == AS_SIGNS) && understand_denies_known(x, known))) {
        understand_signs(x, 0);
        understand_take_out(x, known);
    }
    read = anything(x);
    understand_age_beside(x);
    if (f >= 0 && read && form->fields[f].type == FIELD_NAME)
        understand_name_beside(x, &form->fields[f]);
    else if (f >= 0 && read)
        (void)read_first(x, &form->fields[f]);
    else if (f >= 0)
        read = read_asked(x, known, &form->fields[f]);
    if (!read)
        return false;
    understand_signs_beside(x, known);
    doubt_beside(x);
    merge(x, known, at_ms, out);
    return !a->failed;
}

bool understand_labelled_only(struct filling *x, struct slice text)
{
    x->variant = &x->form->variants[0];
    x->labelled_only = x->answers = true;
    if (!understand_cut(x, text))
        return false;
    x->denies = understand_denies(x->rs, text, slice_make("", 0), x->arena);
    understand_labels(x);
    for (unsigned f = 0; f < x->form->fields_n; f++) {
        const struct field *field = &x->form->fields[f];
        bool keep;

        /* Places begin with their label, lists follow theirs. */
        for (unsigned i = 0; i < x->ts.n; i++)
            if (field->type == FIELD_TEXT && !field->hidden && understand_text_label(x, i, field, &keep)) {
                unsigned from = keep ? i : i + 1, to = understand_text_end(x, from);
                struct got g = { .fit = FIT_YES, .companion = -1, .used = to - from };

                x->ts.t[i].taken = !keep;
                g.value = value_text(understand_span(x, from, to));
                if (to > from)
                    understand_take(x, field, from, &g, true);
            }
    }
    understand_courtesy(x);
    if (list_label(x) || understand_only_signs_left(x))
        understand_signs(x, 0);
    for (unsigned i = 0, used; i < x->ts.n; i++) /* thanks and all behind them belong to no field */
        if (!x->ts.t[i].taken && understand_is(x, i, "terima_kasih", &used)) {
            while (i < x->ts.n)
                x->ts.t[i++].taken = true;
        }
    return anything(x) && all_taken(x);
}

bool understand_correction(const struct ruleset *rs, const struct report *known, struct slice text,
                           int64_t at_ms, struct arena *a, struct report *out)
{
    const struct form *form = known->form;
    struct filling *x = begin(rs, form, text, at_ms, a);

    memset(out, 0, sizeof *out);
    out->form = form;
    out->body = text;
    if (!x)
        return false;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS) {
        understand_w2(x);
        if (!anything(x))
            return false;
    } else if (!understand_labelled_only(x, x->text)) {
        return false;
    }
    if (!list_label(x))
        understand_keep_signs(x, known);
    understand_take_out(x, known);
    merge(x, known, at_ms, out);
    return !a->failed;
}

enum report_error understand_field(const struct ruleset *rs, const struct form *form, unsigned field,
                                   struct slice text, int64_t at_ms, struct arena *a, struct value *out)
{
    struct filling *x = begin(rs, form, text, at_ms, a);
    struct slot *s;
    const struct field *f = &form->fields[field];

    *out = (struct value){ 0 };
    if (!x || x->ts.n == 0)
        return ERROR_MISSING;
    if (f->type == FIELD_COUNTS) {
        understand_w2(x);
        x->slots[form_as(form, AS_WEEK)] = (struct slot){ 0 };
    } else if (!read_asked(x, NULL, f)) {
        return ERROR_INVALID;
    }
    if (!all_taken(x) && f->type != FIELD_COUNTS)
        return ERROR_INVALID;
    s = &x->slots[field];
    if (s->value.kind == VALUE_ABSENT && s->error == ERROR_NONE && f->companion >= 0)
        s = &x->slots[f->companion];
    *out = s->value;
    return s->error;
}

void understand_judge(const struct ruleset *rs, int64_t at_ms, struct arena *a, struct report *report)
{
    struct filling *x;

    if (!report->form)
        return;
    x = understand_begin(rs, report->form, date_today(at_ms, rs->utc_offset_min), a);
    if (!x)
        return;
    fill_from(x, report->values);
    hold(x, report, at_ms);
    x->variant = report->variant ? report->variant : variant_of(report->form, report->values);
    understand_settle(x, report);
}
