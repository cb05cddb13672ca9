/* question.c - what is said about one report: receipt, question or error.  See reply.h.
 *
 * A question says whom and what, why the value is doubted, and what to type (RULINGS 55). */
#include <string.h>

#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "gateway/conf/texts.h"
#include "parsers/text.h"

enum {
    OTHER = 10, /* bytes of a value that an answer may repeat */
    ECHO = 512,
    WORDS_NAMED = 8, /* a list of no more words is named in the question for one of them */
};

static const struct field *field_of(const struct form *form, struct slice name)
{
    int i = form ? form_field_named(form, name) : -1;

    return i >= 0 ? &form->fields[i] : NULL;
}

static struct slice range_of(const struct form *form, struct slice field, struct arena *a)
{
    const struct field *f = field_of(form, field);
    struct slice s;
    struct buf b;

    if (f && f->type == FIELD_DATE && f->max_age_days)
        return arena_printf(a, "%lld hari", (long long)f->max_age_days);
    if (!f || f->min >= f->max)
        return slice_make("", 0);
    buf_init(&b, 64);
    number_print(&b, f->min, ',');
    buf_char(&b, '-');
    number_print(&b, f->max, ',');
    s = buf_into(&b, a);
    return s;
}

static bool is_answers(const struct form *form, struct slice field)
{
    const struct field *f = field_of(form, field);

    return f && f->type == FIELD_ANSWERS;
}

/* Equal but for blanks, case and marks: `mr1` and "MR 1", `92` and "9,2". */
static bool same_signs(struct slice a, struct slice b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.n && !text_is_letter(a.p[i]) && !text_is_digit(a.p[i]))
            i++;
        while (k < b.n && !text_is_letter(b.p[k]) && !text_is_digit(b.p[k]))
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (text_lower(a.p[i++]) != text_lower(b.p[k++]))
            return false;
    }
}

/* `550` for 55: a mark was left out, and it is no other number. */
static bool tenfold(struct slice typed, struct slice guess)
{
    return typed.n == guess.n + 1 && typed.p[guess.n] == '0' && slice_all_digits(typed) &&
           slice_eq(slice_take(typed, guess.n), guess);
}

/* `9,2` beside 9,5: what was typed is a whole value, and another one than the guess. */
static bool is_another(const struct report *r, struct slice typed, struct slice guess)
{
    return (r->error == ERROR_AMBIGUOUS || r->error == ERROR_CONTRADICTION) && typed.n &&
           !slice_ieq(typed, guess) && slice_find(typed, ' ') >= typed.n && !same_signs(typed, guess) &&
           !tenfold(typed, guess);
}

/* What was typed may be answered as it stands, and is asked about no further. */
static bool may_answer(const struct report *r, const struct field *f, struct slice typed)
{
    struct slice part = typed, whole = slice_cut(&part, ',');
    uint64_t n;

    if (!typed.n || typed.n > OTHER || !text_is_digit(typed.p[0]))
        return false;
    if (r->error == ERROR_CONTRADICTION || f->type == FIELD_PRESSURE)
        return r->error == ERROR_CONTRADICTION || slice_find(typed, '/') < typed.n;
    return f->type == FIELD_NUMBER && slice_to_u64(whole, &n) && n < INT32_MAX &&
           (!part.n || (!f->whole && slice_all_digits(part))) && (int64_t)n * 1000 >= f->min &&
           (int64_t)n * 1000 + (part.n != 0) <= f->max;
}

/* How a doubt is denied: `TANDA tidak ada` (RULINGS 55), or the other value that is there, `UMUR 38th`. */
struct slice reply_other_example(const struct report *r, struct arena *a)
{
    const struct field *f = field_of(r->form, r->error_field);
    struct slice label = reply_label(r->form, r->error_field), typed = slice_trim(r->typed), guess;

    if (f && f->as == AS_SIGNS)
        return arena_printf(a, "%.*s tidak ada", SLICE_ARG(label));
    if (f && f->type == FIELD_SEX && r->values[f->position].kind == VALUE_TEXT)
        return arena_printf(a, "%.*s %s", SLICE_ARG(label),
                            slice_is(r->values[f->position].text, "L") ? "P" : "L");
    guess = reply_value(r->form, r->values, r->error_field, a);
    if (f && may_answer(r, f, typed) &&
        (r->error == ERROR_CONTRADICTION ? !same_signs(typed, guess) : is_another(r, typed, guess)))
        return arena_printf(a, "%.*s %.*s", SLICE_ARG(label), SLICE_ARG(typed));
    return reply_example(r->form, r->error_field, a);
}

bool reply_example_is_other(const struct report *r, const struct value *values, struct slice example,
                            struct arena *a)
{
    struct slice label = reply_label(r->form, r->error_field),
                 value = reply_value(r->form, values, r->error_field, a);

    return !same_signs(example, arena_printf(a, "%.*s%.*s", SLICE_ARG(label), SLICE_ARG(value)));
}

/* As many letters as the chosen screening has questions: SRQ-20 is not answered by YTTT. */
static struct slice report_example(const struct report *r, struct arena *a)
{
    const struct word *kind = NULL;
    struct slice example;
    struct buf b;

    for (unsigned i = 0; r->form && is_answers(r->form, r->error_field) && i < r->form->fields_n; i++)
        if (r->form->fields[i].type == FIELD_CHOICE && r->values[i].kind == VALUE_TEXT)
            kind = word_by_code(r->form->fields[i].list, r->values[i].text);
    if (!kind || !kind->questions[0])
        return r->status == REPORT_CONFIRM ? reply_other_example(r, a)
                                           : reply_example(r->form, r->error_field, a);
    buf_init(&b, ECHO);
    buf_add(&b, reply_label(r->form, r->error_field));
    for (unsigned i = 0; i < kind->questions[0]; i++)
        buf_str(&b, i ? "T" : " Y");
    example = buf_into(&b, a);
    return example;
}

bool reply_shows_guess(const struct report *r)
{
    for (unsigned i = 0; r->form && i < r->form->fields_n; i++)
        if (slice_eq(r->form->fields[i].name, r->error_field))
            return r->values[i].kind != VALUE_ABSENT;
    return true; /* a letter of W2 */
}

static bool is_choice(const struct field *f)
{
    return f && f->list && (f->type == FIELD_CHOICE || f->type == FIELD_CHOICES) && f->list->n <= WORDS_NAMED;
}

/* "tidak akses, tidak patuh, bahaya": all that a short list has. */
static struct slice choices_of(const struct field *f, struct arena *a)
{
    struct slice all;
    struct buf b;

    buf_init(&b, ECHO);
    for (unsigned i = 0; is_choice(f) && i < f->list->n; i++) {
        const struct word *w = &f->list->words[i];

        if (w->doubt || w->neutral)
            continue;
        buf_str(&b, b.n ? ", " : "");
        buf_add(&b, w->say.n ? w->say : w->code);
    }
    all = buf_into(&b, a);
    return all;
}

/* A number that its field takes, refused all the same: the week lies ahead (RULINGS 38). */
static bool lies_ahead(const struct report *r)
{
    const struct field *f = field_of(r->form, r->error_field);
    int64_t n;

    return f && r->form->judge == FORM_JUDGE_W2 && f->type == FIELD_NUMBER && slice_to_i64(r->typed, &n) &&
           n * 1000 >= f->min && n * 1000 <= f->max;
}

static bool is_date(const struct report *r)
{
    const struct field *f = field_of(r->form, r->error_field);

    return f && f->type == FIELD_DATE;
}

/* Whether somebody died: she whom it names, somebody of hers, or one of whom it only counts. */
static const char *death_key(const struct report *r, struct slice whom)
{
    bool named = r->form->counts < 0 ? !slice_eq(whom, r->form->title) : report_text(r, AS_NAME).n > 0;

    if (r->died.n)
        return "ask.death_other";
    return named ? "ask.death" : "ask.death_any";
}

/* A weekly report without cases is doubted. */
static bool says_nil(const struct report *r)
{
    return r->status == REPORT_CONFIRM && slice_is(r->error_field, "nihil");
}

/* `kasus diare 0`: nobody has it (RULINGS 43). */
static bool counts_none(const struct report *r)
{
    const struct field *f = field_of(r->form, r->error_field);
    uint64_t n;

    return f && r->form->counts >= 0 && f->as == AS_COUNT && slice_to_u64(r->typed, &n) && n == 0;
}

/* What is asked about stands with a no behind it: a yes to her own words (RULINGS 40, 43). */
static bool denied(const struct report *r)
{
    const struct field *f = r->form ? field_of(r->form, r->error_field) : NULL;

    return f && r->status == REPORT_CONFIRM && r->typed.n && (r->faults[f->position] & REPORT_FAULT_DENIED);
}

bool reply_doubts_reason(const struct report *r)
{
    return r->maybe && r->form && r->error == ERROR_AMBIGUOUS && r->typed.n &&
           slice_eq(r->error_field, form_called(r->form, AS_REASON));
}

static const char *key_of(const struct report *r, bool example, bool typed)
{
    if (!r->form)
        return "unknown.keyword";
    if (r->status == REPORT_ACCEPTED)
        return r->emergency ? "receipt.referred_now" : "receipt.done";
    if (r->withdrawn)
        return r->nil ? "turned.nil" : r->refused ? "turned.not_held" : "turned.form";
    if (says_nil(r))
        return "ask.nil";
    if (r->status == REPORT_CONFIRM && r->unsent)
        return "ask.unsent";
    if (r->status == REPORT_CONFIRM && reply_shows_guess(r))
        return example ? "ask.value" : "ask.value_only";
    switch (r->error) {
    case ERROR_MISSING:
        return is_choice(field_of(r->form, r->error_field)) ? "ask.choice" : "ask.missing";
    case ERROR_OUT_OF_RANGE:
        return counts_none(r) ? "ask.zero" : "ask.range";
    case ERROR_CHECK_DIGIT:
        return "ask.digit";
    default:
        if (typed && r->refused)
            return "ask.refused";
        if (typed && is_date(r))
            return "ask.date";
        return lies_ahead(r) ? "ask.ahead" : typed ? "ask.invalid" : "ask.unclear";
    }
}

/* What was typed, but for answers, which stay out of every SMS, and a label that the text says already. */
static struct slice typed_of(const struct report *r, struct slice guess)
{
    if (!r->typed.n || is_answers(r->form, r->error_field) ||
        slice_ieq(r->typed, reply_label(r->form, r->error_field)))
        return guess;
    return r->typed;
}

/* The value in question with its unit, as the echo has it: "9,2 kg". */
static struct slice with_unit(const struct report *r, struct slice value, struct arena *a)
{
    const struct field *f = field_of(r->form, r->error_field);
    struct slice unit = f ? f->say : slice_make("", 0);

    while (unit.n && !slice_starts(unit, "{}"))
        unit = slice_skip(unit, 1);
    unit = slice_trim(slice_skip(unit, unit.n < 2 ? unit.n : 2));
    if (!f || f->type != FIELD_NUMBER || !unit.n || !value.n)
        return value;
    return arena_printf(a, "%.*s %.*s", SLICE_ARG(value), SLICE_ARG(unit));
}

/* The field's own reason says nothing: another value is there too, `28th eh 38th`, or the unit of an age. */
static bool own_reason(const struct report *r, const struct field *f, struct slice guess)
{
    if (!f || !r->typed.n || (f->type != FIELD_AGE && f->type != FIELD_NAME))
        return true;
    return f->type == FIELD_AGE ? slice_all_digits(r->typed) : same_signs(r->typed, guess);
}

/* Why it is doubted: the catalogue's words for this error of this field, else of any; what was typed where
 * that is something else than the guess. */
static struct slice why(const struct ruleset *rules, struct slice language, const struct report *r,
                        struct slice guess, struct arena *a)
{
    const char *error = report_error_name(r->error);
    const char *key = arena_printf(a, "why.%s_%.*s", error, SLICE_ARG(r->error_field)).p;
    struct slice typed = typed_of(r, guess);
    const struct field *field = field_of(r->form, r->error_field);
    const struct text_fill f[] = { { "ketik", typed } };

    if (text_exists(rules->texts, language, key) && own_reason(r, field, guess))
        return text_fill(rules->texts, language, key, FILLS(f), a);
    if ((r->error == ERROR_AMBIGUOUS || r->error == ERROR_CONTRADICTION) && typed.n &&
        !slice_ieq(typed, guess))
        key = is_another(r, typed, guess) ? "why.also" : "why.typed"; /* `9,2 bukan 92` */
    else if (r->error == ERROR_AMBIGUOUS && !r->typed.n && field && field->asks_decimal_mark &&
             r->values[field->position].milli % 1000)
        key = "why.mark";
    else
        key = arena_printf(a, "why.%s", error).p;
    return text_exists(rules->texts, language, key) ? text_fill(rules->texts, language, key, FILLS(f), a)
                                                    : slice_make("", 0);
}

struct slice reply_whom(const struct form *form, const struct value *values, struct arena *a)
{
    struct slice name = reply_value(form, values, form_called(form, AS_NAME), a);

    if (!name.n && form->counts >= 0)
        name = reply_value(form, values, form->fields[form->counts].name, a);
    return name.n ? name : form->title;
}

struct slice reply_report(const struct ruleset *rules, struct slice language, const struct report *r,
                          const struct reply_about *about, struct arena *a)
{
    struct slice guess = reply_value(r->form, r->values, r->error_field, a), shown = with_unit(r, guess, a);
    struct slice label = reply_label(r->form, r->error_field);
    int codes = r->form && says_nil(r) ? form_as(r->form, AS_CODES) : -1;
    struct slice example =
        codes >= 0 ? reply_example(r->form, r->form->fields[codes].name, a) : report_example(r, a);
    bool other = !is_date(r) && reply_example_is_other(r, r->values, example, a);
    struct slice whom = about->siapa.n ? about->siapa : r->form ? reply_whom(r->form, r->values, a) : S("");
    bool death = r->form && r->death && r->status == REPORT_CONFIRM && r->error == ERROR_AMBIGUOUS;
    bool not_sure = r->unsure.n && r->status == REPORT_CONFIRM;
    const char *key = death                    ? death_key(r, whom)
                      : not_sure               ? "ask.dead"
                      : reply_doubts_reason(r) ? "ask.reason"
                      : denied(r)              ? "ask.there"
                                               : key_of(r, other, typed_of(r, guess).n > 0);
    const struct text_fill f[] = {
        { "nomor", about->nomor },
        { "siapa", whom },
        { "form", r->form ? r->form->title : S("") },
        { "catat", about->catat },
        { "orang", r->died_words },
        { "sebab", about->sebab.n ? about->sebab : why(rules, language, r, guess, a) },
        { "isi", reply_echo(r->form, r->values, a) },
        { "field", label },
        { "nilai", shown },
        { "ketik", typed_of(r, guess) },
        { "batas", range_of(r->form, r->error_field, a) },
        { "pilihan", choices_of(field_of(r->form, r->error_field), a) },
        { "contoh", example },
    };

    return text_fill(rules->texts, language, key, FILLS(f), a);
}
