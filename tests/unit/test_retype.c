/* test_retype.c - what was accepted, typed again in canonical form, says the same: every accepted message of the
 * labelled files, and reports made at random from the definition of each form.  And any bytes end with an
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

#include "flows/ruleset.h"
#include "flows/understanding.h"
#include "parsers/damm.h"
#include "parsers/date.h"
#include "tests/support/invent.h"
#include "tests/support/labelled.h"
#include "tests/support/phone.h"
#include "tests/support/retype.h"

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
    buf_init(&text, 4096);
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
                    wrong +=
                        typed_again(&said.reports[r], said.reports[r].values, way, rows[i].text, false);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_up_says_the_same_when_typed),
        cmocka_unit_test(what_is_accepted_says_the_same_when_typed_again),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
