/* understanding.c - one report from its body, and the short answers that complete one.  See understanding.h;
 * the stages are in understand.h, the way of a whole SMS in understand/sms.c. */
#include "flows/understand/understanding.h"

#include <string.h>

#include "flows/understand/understand.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

/* --- one report --- */

/* TIMBANG BALITA Siti P …: the form said twice; but `TIMBANG Balita P` is a name to be asked about. */
static void skip_second_keyword(struct filling *x)
{
    const struct word_list *jk = x->words->sex;
    unsigned used;

    if (x->ts.n < 2 || x->ts.t[0].kind != TOKEN_WORD || x->ts.t[1].kind != TOKEN_WORD ||
        (x->ts.t[1].sep & SEP_HARD) || understand_exact_form(&x->rs->forms, x->ts.t[0].low) != x->form)
        return;
    if (!phrase_at(&x->ts, 1, jk, &used) && x->form->fields[0].type == FIELD_NAME)
        x->ts.t[0].taken = true;
}

/* True when a danger sign ends at token i, behind the first token. */
static bool sign_ends(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i; k > 0; k--)
        if (phrase_at(&x->ts, k, x->words->signs, &used) && used == i - k + 1)
            return true;
    return false;
}

/* A word of a report's end, of no list: `gatal2`, where the form keeps such words. */
static bool loose_word(const struct filling *x, unsigned i)
{
    unsigned used;
    bool figures = false;

    if (x->form->fields_n == 0 || form_as(x->form, AS_SIGNS) < 0 || x->ts.t[i].kind != TOKEN_WORD ||
        x->ts.t[i].label || x->ts.t[i].glued || x->ts.t[i].low.n < 4)
        return false;
    for (unsigned k = 0; k < i; k++)
        figures |= x->ts.t[k].kind == TOKEN_NUMBER;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return false;
    return figures;
}

/* `pusing2`: a 2 glued behind a sign says the word twice, as in pusing-pusing, and is no value.  `batuk2
 * minggu` counts weeks. */
static void drop_words_said_twice(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned i = 2; i < ts->n; i++) {
        unsigned used;

        if (ts->t[i].kind != TOKEN_NUMBER || ts->t[i].odd || !ts->t[i].glued ||
            !slice_eq(ts->t[i].low, S("2")) ||
            (i + 1 < ts->n && (ts->t[i + 1].glued || phrase_at(ts, i + 1, x->words->units, &used))) ||
            (!sign_ends(x, i - 1) && !loose_word(x, i - 1)))
            continue;
        ts->t[i - 1].text.n = (size_t)(ts->t[i].text.p + ts->t[i].text.n - ts->t[i - 1].text.p);
        ts->n--;
        memmove(&ts->t[i], &ts->t[i + 1], (ts->n - i) * sizeof(ts->t[0]));
        i--;
    }
}

/* `bumil Ana umur 25 28 110/70`: the mother's age is no week, where the form asks for none. */
static void drop_age(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_AGE)
            return;
    for (unsigned i = 0; i + 1 < ts->n; i++) {
        struct slice unit = { 0 };
        unsigned used = 0;

        if (!understand_is(x, i, "umur", &used) || ts->t[i + 1].kind != TOKEN_NUMBER || ts->t[i + 1].taken)
            continue;
        used = 0;
        if (i + 2 < ts->n && ts->t[i + 2].kind == TOKEN_WORD)
            unit = phrase_code(ts, i + 2, x->words->units, &used);
        ts->t[i].taken = true;
        if (i + 2 + used < ts->n && ts->t[i + 2 + used].kind == TOKEN_NUMBER && slice_is(unit, "hr"))
            unit = slice_make("", 0); /* `umur 25 hari 5`: the next label */
        if (unit.n && !slice_is(unit, "th"))
            continue; /* `usia 28 mgg` */
        ts->t[i + 1].taken = true;
        if (unit.n)
            ts->t[i + 2].taken = true;
    }
}

static bool cut(struct filling *x, struct slice body)
{
    x->text = body;
    if (!tokens_cut(body, x->form, &x->rs->forms, x->arena, &x->ts))
        return false;
    drop_words_said_twice(x);
    understand_heard(x->words, &x->ts, x->arena, &x->heard);
    understand_heed_death(x);
    understand_before(x);
    understand_mentions(x);
    return true;
}

struct filling *understand_begin(const struct ruleset *rs, const struct form *form, int64_t today,
                                 struct arena *a)
{
    struct filling *x = ARENA_NEW(a, struct filling);

    if (!x)
        return NULL;
    x->rs = rs;
    x->form = form;
    x->variant = &form->variants[0];
    x->words = &rs->forms.words;
    x->arena = a;
    x->today = today;
    x->slots = ARENA_ARRAY(a, struct slot, form->fields_n);
    return x->slots ? x : NULL;
}

struct filling *understand_fill(const struct ruleset *rs, const struct form *form, struct slice body,
                                int64_t today, struct arena *a)
{
    struct filling *x = understand_begin(rs, form, today, a);

    if (!x || !cut(x, body))
        return NULL;
    if (understand_taken_back(x))
        return x;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS) {
        understand_w2(x);
        return x;
    }
    understand_another(x);
    understand_mends(x);
    skip_second_keyword(x);
    understand_trailers(x);
    drop_age(x);
    understand_negated_value(x);
    understand_labels(x);
    understand_pressures(x, false);
    understand_choose_variant(x);
    understand_head(x);
    understand_tail(x);
    understand_pressures(x, true);
    understand_overturned(x);
    understand_mended(x);
    understand_death(x);
    return x;
}

void understand_report(const struct ruleset *rs, const struct form *form, struct slice body, int64_t today,
                       struct arena *a, struct report *out)
{
    struct filling *x = understand_fill(rs, form, body, today, a);

    out->form = form;
    out->variant = &form->variants[0];
    out->body = body;
    out->status = REPORT_REJECTED;
    out->error = ERROR_INVALID;
    if (!x)
        return;
    understand_settle(x, out);
    out->withdrawn = x->withdrawn;
    out->nil = x->nil;
    out->refused = x->refused && slice_eq(out->error_field, x->refused->name);
}

/* --- answers, corrections, USSD --- */

/* The signs in a reason that was given earlier, or on a page of its own. */
static void hear_value(struct filling *x, const struct value *v)
{
    struct tokens *ts = ARENA_NEW(x->arena, struct tokens);

    if (ts && tokens_cut(text_plain(v->text, x->arena), x->form, &x->rs->forms, x->arena, ts))
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

    if (f->type == FIELD_NAME) {
        if (!understand_name(x, 0, x->ts.n, &name))
            return false;
        g.value = value_text(name);
        g.used = x->ts.n;
    } else if (f->type == FIELD_TEXT) {
        g.value = value_text(understand_span(x, 0, x->ts.n));
        g.used = x->ts.n;
    } else if (f->type == FIELD_CHOICES) {
        understand_signs(x, 0);
        if (known)
            understand_take_out(x, known);
        return x->slots[f->position].filled;
    } else {
        g = understand_read(x, f, 0, true);
        if (g.fit == FIT_NO || g.fit == FIT_UNIT)
            return false;
    }
    understand_take(x, f, 0, &g, true);
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

    return x && cut(x, text_clean(text, a)) ? x : NULL;
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

bool understand_answer(const struct ruleset *rs, const struct report *known, struct slice asked,
                       struct slice text, int64_t at_ms, struct arena *a, struct report *out)
{
    const struct form *form = known->form;
    struct filling *x = begin(rs, form, behind_keyword(rs, form, text), at_ms, a);
    int f = asked.n ? form_field(form, arena_copy(a, asked).p) : -1;
    bool read;

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
    if (list_label(x) ||
        (x->denies && !(f >= 0 && form->fields[f].as == AS_SIGNS) && understand_denies_known(x, known))) {
        understand_signs(x, 0);
        understand_take_out(x, known);
    }
    read = anything(x);
    if (!read && f >= 0)
        read = read_asked(x, known, &form->fields[f]);
    if (!read)
        return false;
    understand_beside(x);
    merge(x, known, at_ms, out);
    return !a->failed;
}

bool understand_labelled_only(struct filling *x, struct slice text)
{
    x->variant = &x->form->variants[0];
    x->labelled_only = true;
    if (!cut(x, text))
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
    if (list_label(x))
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
