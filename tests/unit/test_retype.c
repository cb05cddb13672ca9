/* test_retype.c - what was accepted, typed again in canonical form, says the same: every accepted message of
 * the labelled files, and reports made at random from the definition of each form.  And any bytes end with an
 * outcome.
 *
 * The seed is fixed: a failure comes again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flows/print/understanding_json.h"
#include "flows/step/reply_parts.h"
#include "flows/ruleset.h"
#include "flows/understand/understanding.h"
#include "parsers/damm.h"
#include "parsers/date.h"
#include "tests/support/invent.h"
#include "tests/support/labelled.h"
#include "tests/support/phone.h"
#include "tests/support/retype.h"
#include "tests/support/whole.h"

static const int64_t at = 1795226400000; /* 2026-11-21T09:00+07:00 */

enum {
    TODAY = 20778, /* of `at` */
    ARENA = 8 << 20,
    TRIES = 2000 /* reports of each way to fill a form */
};

static struct labelled rows[LABELLED_MAX];
static unsigned rows_n;
static struct arena a;
static struct buf text;

static int setup(void **state)
{
    static const char *const files[] = { "tests/corpus/kader-dev.tsv", "tests/corpus/own.tsv",
                                         "tests/corpus/second.tsv", "tests/corpus/emergency.tsv" };

    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        labelled_read(files[i], rows, &rows_n);
    arena_init(&a, ARENA);
    buf_init(&text, 1 << 20);
    return phone_rules(state);
}

static int teardown(void **state)
{
    labelled_free(rows, rows_n);
    arena_free(&a);
    buf_free(&text);
    return phone_no_rules(state);
}

/* --- the comparison --- */

static const char *outcome(const struct said *said)
{
    static char line[160];
    const struct report *r = &said->reports[0];

    if (said->kind != SAID_REPORTS || said->reports_n != 1)
        return said->kind == SAID_REPORTS ? "several reports" : "no report";
    snprintf(line, sizeof line, "%.*s %s %s:%.*s", SLICE_ARG(r->form->name), report_status_name(r->status),
             report_error_name(r->error), SLICE_ARG(r->error_field));
    return line;
}

/* The name of what differs, NULL when nothing does.  alert: the values alone say whether it rings. */
static const char *differs(const struct report *r, const struct said *again, bool alert)
{
    const struct report *now = &again->reports[0];

    if (again->kind != SAID_REPORTS || again->reports_n != 1 || now->form != r->form ||
        now->status != r->status || now->error != r->error || !slice_eq(now->error_field, r->error_field))
        return "outcome";
    for (unsigned f = 0; f < r->form->fields_n; f++)
        if (!value_equal(&r->values[f], &now->values[f]))
            return r->form->fields[f].name.p;
    return alert && now->emergency != r->emergency ? "alert" : NULL;
}

/* `first` must come out again when its values are typed that way. */
static unsigned typed_again(const struct report *first, const struct value *values, enum retype way,
                            struct slice from, bool alert)
{
    struct said again;
    const char *what;

    buf_clear(&text);
    retype(&text, first->form, first->variant, values, way);
    assert_false(text.failed);
    assert_true(understand_sms(phone_ruleset, buf_slice(&text), at, &a, &again));
    what = differs(first, &again, alert);
    if (what)
        print_error("%s, not %s %s %s\n   %s\n   %.*s\n", what, report_status_name(first->status),
                    report_error_name(first->error), outcome(&again), text.p, SLICE_ARG(from));
    return what != NULL;
}

/* --- the labelled messages --- */

/* `9,2 suhu abc` leaves words that are a label with a wrong value between # (RULINGS 18): no slot can hold
 * them. */
static bool words_begin_with_a_label(const struct report *r)
{
    const struct value *lain = report_value(r, "tanda_lain");
    struct slice rest = lain ? lain->text : (struct slice){ 0 };

    return form_has_label(r->form, slice_cut(&rest, ' '));
}

static void what_is_accepted_says_the_same_when_typed_again(void **state)
{
    unsigned accepted = 0, wrong = 0;

    (void)state;
    for (unsigned i = 0; i < rows_n; i++) {
        struct said said;

        assert_true(understand_sms(phone_ruleset, rows[i].text, at, &a, &said));
        for (unsigned r = 0; said.kind == SAID_REPORTS && r < said.reports_n; r++)
            if (said.reports[r].status == REPORT_ACCEPTED && !words_begin_with_a_label(&said.reports[r])) {
                accepted++;
                for (enum retype way = 0; way < RETYPE_WAYS; way++)
                    wrong += typed_again(&said.reports[r], said.reports[r].values, way, rows[i].text, false);
            }
        arena_reset(&a);
    }
    assert_true(accepted > 400);
    if (wrong)
        fail_msg("%u of %u say something else", wrong, accepted);
}

/* --- reports at random --- */

/* Fields that an accepted report had, and was without. */
struct seen {
    bool given[FORM_FIELDS], left_out[FORM_FIELDS];
    unsigned accepted;
};

static void see(struct seen *s, const struct report *r)
{
    s->accepted++;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->values[i].kind == VALUE_ABSENT)
            s->left_out[i] = true;
        else
            s->given[i] = true;
}

/* A height that is labelled TB is another than one without a label (SPEC 2.5). */
static void set_labels(struct report *r)
{
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->values[i].kind == VALUE_NUMBER)
            r->values[i].label = r->form->fields[i].labels[r->form->fields[i].labels_n - 1];
}

static unsigned one_variant(struct invent *x, const struct form *form, const struct variant *v,
                            enum retype way)
{
    struct seen s = { 0 };
    unsigned wrong = 0;

    for (unsigned i = 0; i < TRIES; i++) {
        struct value values[FORM_FIELDS]; /* judging takes out what it rejects */
        struct report r;

        invent_report(x, form, v, &r);
        if (way == RETYPE_LABELS)
            set_labels(&r);
        memcpy(values, r.values, sizeof values);
        understand_judge(phone_ruleset, at, &a, &r);
        if (r.status == REPORT_ACCEPTED)
            see(&s, &r);
        wrong += typed_again(&r, values, way, form->name, true);
        arena_reset(&a);
    }
    for (unsigned k = 0; k < v->uses_n; k++) {
        const struct field *f = &form->fields[v->uses[k]];

        if (!s.given[f->position] || (!variant_requires(v, f->position) && !s.left_out[f->position]))
            fail_msg("%.*s: no report was accepted with %.*s, or none without", SLICE_ARG(form->name),
                     SLICE_ARG(f->name));
    }
    return wrong;
}

static void what_is_made_up_says_the_same_when_typed(void **state)
{
    struct invent x = { .seed = 11, .today = TODAY, .arena = &a };
    unsigned wrong = 0;

    (void)state;
    for (unsigned f = 0; f < phone_ruleset->forms.n; f++) {
        const struct form *form = &phone_ruleset->forms.forms[f];

        for (unsigned v = 0; v < form->variants_n; v++)
            for (enum retype way = 0; way < RETYPE_WAYS; way++)
                wrong += one_variant(&x, form, &form->variants[v], way);
    }
    if (wrong)
        fail_msg("%u say something else", wrong);
}

/* --- what a question suggests --- */

/* The draft without the field, answered by the example that its question shows. */
static const char *example_fault(const struct report *whole, const struct field *f)
{
    struct slice example = reply_example(whole->form, f->name, &a);
    struct report draft = *whole, out;

    draft.values[f->position] = (struct value){ 0 };
    understand_judge(phone_ruleset, at, &a, &draft);
    if (!understand_answer(phone_ruleset, &draft, f->name, example, at, &a, &out))
        return "taken for no answer";
    if (slice_eq(out.error_field, f->name) && out.status == REPORT_REJECTED)
        return report_error_name(out.error);
    for (unsigned i = 0; i < whole->form->fields_n; i++)
        if (i != f->position && (int)i != (f->type == FIELD_AGE ? f->companion : -1) &&
            !value_equal(&out.values[i], &draft.values[i]))
            return "another field changes";
    return NULL;
}

static void what_a_question_suggests_is_an_answer_to_it(void **state)
{
    struct invent x = { .seed = 17, .today = TODAY, .arena = &a };

    (void)state;
    for (unsigned f = 0; f < phone_ruleset->forms.n; f++) {
        const struct form *form = &phone_ruleset->forms.forms[f];

        for (unsigned v = 0; v < form->variants_n; v++)
            for (unsigned k = 0; k < form->variants[v].uses_n; k++) {
                const struct field *field = &form->fields[form->variants[v].uses[k]];
                struct report r;
                const char *fault;

                do { /* one that is accepted; SRQ-20 has another number of answers than the example of TBC */
                    arena_reset(&a);
                    invent_report(&x, form, &form->variants[v], &r);
                    understand_judge(phone_ruleset, at, &a, &r);
                } while (r.status != REPORT_ACCEPTED ||
                         (report_value(&r, "jawaban") && !slice_is(report_value(&r, "jenis")->text, "tbc")));
                fault = example_fault(&r, field);
                if (fault)
                    fail_msg("%.*s %.*s: %s", SLICE_ARG(form->name), SLICE_ARG(field->name), fault);
            }
    }
}

/* --- every word of every list --- */

static unsigned read_word(const struct form *form, unsigned field, const struct word *w, struct slice typed)
{
    struct value v;
    enum report_error error = understand_field(phone_ruleset, form, field, typed, at, &a, &v);
    struct slice code = v.kind == VALUE_LIST && v.n ? v.items[0] : v.text;

    bool doubt = w->doubt && !(w->birth && form_is(form, FORM_PREGNANCY));
    bool right =
        slice_eq(code, w->code) && error == (w->until_months || doubt ? ERROR_AMBIGUOUS : ERROR_NONE);

    if (!right)
        print_error("%.*s %.*s: %.*s, not %.*s %s\n", SLICE_ARG(form->name), SLICE_ARG(typed),
                    SLICE_ARG(code), SLICE_ARG(w->code), report_error_name(error));
    arena_reset(&a);
    return !right;
}

/* `muntah2` is muntah-muntah; lists keep letters and digits apart. */
static struct slice doubled(struct slice s)
{
    if (slice_ends(s, " 2"))
        return arena_printf(&a, "%.*s2", (int)s.n - 2, s.p);
    return s;
}

/* What a receipt says for a code included: it is what a kader has before her. */
static void every_word_of_a_list_is_its_code(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (unsigned f = 0; f < phone_ruleset->forms.n; f++) {
        const struct form *form = &phone_ruleset->forms.forms[f];

        for (unsigned i = 0; i < form->fields_n; i++) {
            const struct field *field = &form->fields[i];

            if (field->type != FIELD_CHOICE && field->type != FIELD_CHOICES)
                continue;
            for (unsigned k = 0; k < field->list->n; k++) {
                const struct word *w = &field->list->words[k];

                /* `tidak mau makan` is a sign of the small ones only (RULINGS 48). */
                if (w->below_months &&
                    (form->age_min_months || (form->is & (FORM_PREGNANCY | FORM_POSTNATAL))))
                    continue;
                for (unsigned s = 0; s < w->synonyms_n && !w->neutral; s++)
                    if (!invent_is_taken(form, field, w->synonyms[s]))
                        wrong += read_word(form, i, w, doubled(w->synonyms[s]));
                if (word_by_code(field->list, w->code) == w && !invent_is_taken(form, field, w->say))
                    wrong += read_word(form, i, w, w->say);
            }
        }
    }
    if (wrong)
        fail_msg("%u words are not understood", wrong);
}

/* --- any bytes --- */

static size_t mutate(struct invent *x, char *out, size_t max)
{
    struct slice s = rows[invent_below(x, rows_n)].text;
    size_t n = s.n < max ? s.n : max;

    memcpy(out, s.p, n);
    for (unsigned k = 1 + invent_below(x, 4); k > 0 && n; k--) {
        size_t where = invent_below(x, (uint32_t)n);
        struct slice other = rows[invent_below(x, rows_n)].text;

        switch (invent_below(x, 5)) {
        case 0:
            out[where] = (char)invent_below(x, 256);
            break;
        case 1: /* a byte less */
            memmove(out + where, out + where + 1, n - where - 1);
            n--;
            break;
        case 2: /* two neighbours change places */
            if (where + 1 < n) {
                char c = out[where];

                out[where] = out[where + 1];
                out[where + 1] = c;
            }
            break;
        case 3: /* cut short */
            n = where + 1;
            break;
        default: /* the end of another message */
            other = slice_skip(other, invent_below(x, (uint32_t)other.n + 1));
            other = slice_take(other, max - where);
            memcpy(out + where, other.p, other.n);
            n = where + other.n;
            break;
        }
    }
    return n;
}

/* Words of the language in any order, with odd bytes between. */
static size_t salad(struct invent *x, char *out)
{
    static const char *const parts[] = { "timbang", "BUMIL",  "kasus", "W2",     " ",    "#",    "##", ",",
                                         "\n",      "120/80", "14bl",  "9,2",    "76",   "Siti", "P",  "bb",
                                         "=",       ":",      "tidak", "kejang", "\x80", "rt",   "4",  "(-)",
                                         " - ",     "TERIMA", "48217", "1e9",    "-9",   "½",    "O",  "l4",
                                         "nik",     "SKDN",   "S60",   "..." };
    size_t n = 0;

    for (unsigned k = invent_below(x, 24); k > 0; k--) {
        struct slice part = slice_of(parts[invent_below(x, sizeof parts / sizeof *parts)]);

        memcpy(out + n, part.p, part.n);
        n += part.n;
        if (invent_below(x, 2))
            out[n++] = ' ';
    }
    return n;
}

static void ends_well(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1); /* exactly so long: ASan sees a byte too many */
    struct said said;
    const char *fault;

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    assert_true(understand_sms(phone_ruleset, slice_make(copy, n), at, &a, &said));
    fault = whole_fault(&said);
    if (fault)
        fail_msg("%s: %.*s", fault, (int)n, bytes);
    buf_clear(&text);
    understanding_json(&text, phone_ruleset, &said, NULL, &a);
    assert_false(text.failed);
    arena_reset(&a);
    free(copy);
}

static void any_bytes_end_with_an_outcome(void **state)
{
    struct invent x = { .seed = 13 };
    char bytes[1600];

    (void)state;
    for (unsigned i = 0; i < TRIES * 5; i++)
        ends_well(bytes, mutate(&x, bytes, sizeof bytes));
    for (unsigned i = 0; i < TRIES * 2; i++)
        ends_well(bytes, salad(&x, bytes));
    for (unsigned i = 0; i < TRIES; i++) {
        size_t n = invent_below(&x, i % 10 ? 161 : sizeof bytes);

        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)invent_below(&x, 256);
        ends_well(bytes, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_up_says_the_same_when_typed),
        cmocka_unit_test(what_is_accepted_says_the_same_when_typed_again),
        cmocka_unit_test(what_a_question_suggests_is_an_answer_to_it),
        cmocka_unit_test(every_word_of_a_list_is_its_code),
        cmocka_unit_test(any_bytes_end_with_an_outcome),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
