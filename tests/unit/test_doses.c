/* test_doses.c - which doses are overdue by the rows of the sample district, and which rows are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "parsers/date.h"
#include "flows/care/doses.h"
#include "gateway/conf/forms.h"
#include "gateway/conf/rules.h"

static struct arena arena;
static struct faults faults;
static struct ruleset rules = { .utc_offset_min = 420 };

static int load(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    if (forms_load("config/forms", &arena, &faults, &rules.forms) == 0)
        rules.rules = rules_load("config/rules", &rules.forms, &arena, &faults);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    return rules.rules ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

static int64_t day_of(const char *iso)
{
    int64_t day = 0;

    assert_true(!*iso || date_parse_iso(slice_of(iso), &day));
    return day;
}

static void what_is_overdue(void **state)
{
    static const struct {
        const char *name, *born, *since, *had, *visit, *now;
        unsigned n;
        const char *first, *next;
    } cases[] = {
        { "nothing within the month", "2026-01-10", "2026-01-10", "", "", "2026-02-08", 0, "", "2026-02-09" },
        { "then BCG and polio 1", "2026-01-10", "2026-01-10", "", "", "2026-02-09", 2, "bcg", "2026-03-11" },
        { "one was given", "2026-01-10", "2026-01-10", "bcg", "", "2026-02-09", 1, "opv1", "2026-03-11" },
        { "both were", "2026-01-10", "2026-01-10", "opv1,bcg", "", "2026-02-09", 0, "", "2026-04-09" },
        { "a later one tells of those before", "2026-01-10", "2026-01-10", "bcg,opv3", "", "2026-03-11", 0,
          "", "2026-04-09" },
        { "visited: not again within the month", "2026-01-10", "2026-01-10", "", "2026-02-10", "2026-03-11",
          0, "", "2026-03-12" },
        { "visited: again behind it", "2026-01-10", "2026-01-10", "", "2026-02-10", "2026-03-12", 2, "bcg",
          "2026-04-09" },
        { "what was overdue before it was known is not asked", "2026-01-10", "2026-11-12", "", "",
          "2026-11-12", 0, "", "2027-02-09" },
        { "what becomes overdue on that day is", "2026-01-10", "2026-11-09", "", "", "2026-11-09", 2, "mr1",
          "2026-12-09" },
        { "rotavirus is not begun late", "2026-01-10", "2026-01-10", "bcg,opv4,dpt3,pcv2,ipv1", "",
          "2026-07-10", 3, "rv1", "2026-08-09" },
        { "so from seven months on", "2026-01-10", "2026-01-10", "bcg,opv4,dpt3,pcv2,ipv1", "", "2026-08-10",
          0, "", "2026-11-09" },
        { "all were given", "2024-01-10", "2024-01-10", "bcg,opv4,dpt4,pcv3,ipv2,mr2,rv3", "", "2026-08-10",
          0, "", "" },
        { "not at five years", "2021-01-10", "2021-01-10", "", "", "2026-01-10", 0, "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct step s = { .rules = &rules,
                          .now_ms = day_of(cases[i].now) * INT64_C(86400000),
                          .arena = &arena };
        struct child c = { .tgl_lahir = slice_of(cases[i].born),
                           .since = day_of(cases[i].since),
                           .doses = slice_of(cases[i].had),
                           .dose_visit = day_of(cases[i].visit) };
        struct doses_owed owed;
        struct slice next;

        doses_look(&s, &c, &owed);
        next = owed.next ? date_iso(owed.next, &arena) : S("");
        if (owed.n != cases[i].n || !slice_is(owed.first, cases[i].first) || !slice_is(next, cases[i].next))
            fail_msg("%s: %u %.*s %.*s", cases[i].name, owed.n, SLICE_ARG(owed.first), SLICE_ARG(next));
    }
}

static void lists_of_codes(void **state)
{
    (void)state;
    assert_true(slice_is(doses_with(S(""), S("bcg,opv1"), &arena), "bcg,opv1"));
    assert_true(slice_is(doses_with(S("opv1"), S("bcg,opv1"), &arena), "opv1,bcg"));
    assert_true(slice_is(doses_without(S("opv1,opv10,bcg"), S("opv1"), &arena), "opv10,bcg"));
    assert_true(slice_is(doses_without(S("bcg"), S("bcg"), &arena), ""));
}

/* The schedule and the list of vaccines say the same: no dose is overdue before it is allowed. */
static void no_dose_is_due_before_its_age(void **state)
{
    const struct word_list *list = list_by_name(&rules.forms, S("vaksin"));
    unsigned n;
    const struct dose_rule *rows = rules_doses(rules.rules, &n);

    (void)state;
    assert_true(n > 15);
    for (unsigned i = 0; i < n; i++) {
        const struct word *w = word_by_code(list, rows[i].code);

        assert_non_null(w);
        assert_true(w->say.n > 0);
        if (rows[i].months != w->months_from)
            fail_msg("%.*s", SLICE_ARG(rows[i].code));
    }
}

static void rows_that_are_refused(void **state)
{
    static const struct {
        const char *row, *fault;
    } cases[] = {
        { "{code: bcg, version: 1, months: 0, late: 30d, source: x}", NULL },
        { "{code: xyz, version: 1, months: 0, late: 30d, source: x}", "no code of the list vaksin" },
        { "{code: bcg, version: 1, months: 0, late: soon, source: x}", "\"late\" takes a span" },
        { "{code: bcg, version: 1, months: 0, source: x}", "late" },
        { "{code: bcg, version: 1, late: 30d, source: x}", "months" },
        { "{code: bcg, version: 1, months: 70, late: 30d, source: x}", "months" },
        { "{code: bcg, version: 1, months: 9, until: 8, late: 30d, source: x}", "until" },
        { "{code: bcg, version: 1, months: 0, late: 30d}", "source" },
        { "{code: opv2, version: 1, months: 2, late: 30d, after: opv1, source: x}", "stands above" },
        { "{code: bcg, version: 1, months: 0, late: 30d, source: x}\n  - {code: bcg, version: 1, months: 0, "
          "late: 30d, "
          "source: x}",
          "stands twice" },
    };
    char folder[] = "/tmp/dosesXXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.yaml", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct faults found = { 0 };
        unsigned of_rows = 0;
        bool seen = false;
        struct arena a;
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fprintf(f, "doses:\n  - %s\n", cases[i].row);
        fclose(f);
        arena_init(&a, 16 << 20);
        assert_null(rules_load(folder, &rules.forms, &a, &found)); /* it has no cut-offs */
        for (unsigned k = 0; k < found.n; k++) {
            of_rows += strstr(found.lines[k], "a.yaml") != NULL;
            seen |= cases[i].fault && strstr(found.lines[k], cases[i].fault) != NULL;
        }
        if (cases[i].fault ? !seen || of_rows == 0 : of_rows != 0)
            fail_msg("%s: %s", cases[i].row, found.n ? found.lines[0] : "(no fault)");
        faults_free(&found);
        arena_free(&a);
    }
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_overdue),
        cmocka_unit_test(lists_of_codes),
        cmocka_unit_test(no_dose_is_due_before_its_age),
        cmocka_unit_test(rows_that_are_refused),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
