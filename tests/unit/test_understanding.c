/* test_understanding.c - understanding beyond single messages: short answers, corrections, USSD fields,
 * emergencies, examples.  What must hold for any text is in test_retype.c; labelled messages are in
 * tests/corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flows/ruleset.h"
#include "flows/understand/understanding.h"
#include "tests/support/phone.h"

static const int64_t at = 1795226400000; /* 2026-11-21T09:00+07:00 */
static struct ruleset *rs;
static struct arena a;

static int setup(void **state)
{
    int rc = phone_rules(state);

    rs = phone_ruleset;
    arena_init(&a, 64 << 20);
    return rc;
}

static int teardown(void **state)
{
    arena_free(&a);
    return phone_no_rules(state);
}

static struct said said_of(const char *text)
{
    struct said said;

    assert_true(understand_sms(rs, slice_of(text), at, &a, &said));
    return said;
}

static struct report report_of(const char *text)
{
    struct said said = said_of(text);

    assert_int_equal(said.kind, SAID_REPORTS);
    assert_int_equal(said.reports_n, 1);
    return said.reports[0];
}

static void assert_json(const struct report *r, const char *want)
{
    struct slice is = node_json(report_fields(r->form, r->values, &a), &a);

    assert_string_equal(is.p, want);
}

/* --- short answers --- */

static const struct {
    const char *name, *draft, *asked, *answer;
    enum report_status status;
    const char *fields;
} answers[] = {
    { "a labelled value completes", "timbang Siti P 14bl", "bb", "BB 9,2", REPORT_ACCEPTED,
      "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}" },
    { "a bare value goes to the field that was asked", "timbang Siti P 14bl", "bb", "9,2", REPORT_ACCEPTED,
      "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}" },
    { "a sex by itself", "timbang Siti 14bl 9,2", "jk", "p", REPORT_ACCEPTED,
      "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}" },
    { "a name by itself", "timbang P 14bl 9,2", "nama", "siti aminah", REPORT_ACCEPTED,
      "{\"nama\":\"Siti Aminah\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}" },
    { "a wrong answer keeps what was known", "timbang Siti P 14bl", "bb", "BB 40", REPORT_REJECTED,
      "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\"}" },
    { "a doubtful answer asks again", "timbang Siti P 14bl", "bb", "92", REPORT_CONFIRM,
      "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}" },
    { "another field than the one asked may be answered", "timbang Siti P 14bl 92", "bb", "tb 76 bb 9,2",
      REPORT_ACCEPTED, "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2,\"tb\":76}" },
    { "an age replaces a birth date", "rujuk Ana perdarahan", "umur", "28", REPORT_ACCEPTED,
      "{\"nama\":\"Ana\",\"umur\":\"28th\",\"alasan\":\"perdarahan\"}" },
    { "a blood pressure", "bumil Ana 30", "td", "120/80", REPORT_ACCEPTED,
      "{\"nama\":\"Ana\",\"ukh\":30,\"td\":\"120/80\"}" },
    { "letters of the week", "W2 33", "kode", "A5 B1", REPORT_ACCEPTED, "{\"minggu\":33,\"A\":5,\"B\":1}" },
};

static void short_answers_complete_a_draft(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct report draft = report_of(answers[i].draft), out;

        if (!understand_answer(rs, &draft, slice_of(answers[i].asked), slice_of(answers[i].answer), at, &a,
                               &out))
            fail_msg("%s: taken for no answer", answers[i].name);
        if (out.status != answers[i].status)
            fail_msg("%s: %s %s", answers[i].name, report_status_name(out.status),
                     report_error_name(out.error));
        assert_json(&out, answers[i].fields);
    }
}

static void what_fits_nothing_is_no_answer(void **state)
{
    struct report draft = report_of("timbang Siti P 14bl"), out;

    (void)state;
    assert_false(understand_answer(rs, &draft, S("bb"), S("apa ini"), at, &a, &out));
    assert_false(understand_answer(rs, &draft, S(""), S("9,2"), at, &a, &out));
    assert_false(understand_answer(rs, &draft, S("bb"), S(""), at, &a, &out));
}

static void a_correction_needs_labels(void **state)
{
    struct report r = report_of("timbang Siti P 14bl 9,2"), out;

    (void)state;
    assert_true(understand_correction(rs, &r, S("bb 9,3"), at, &a, &out));
    assert_json(&out, "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.3}");
    assert_true(understand_correction(rs, &r, S("nama Siti Aminah"), at, &a, &out));
    assert_json(&out, "{\"nama\":\"Siti Aminah\",\"jk\":\"P\",\"umur\":\"14bl\",\"bb\":9.2}");
    assert_false(understand_correction(rs, &r, S("9,3"), at, &a, &out));
    assert_false(understand_correction(rs, &r, S("warna merah"), at, &a, &out));
    assert_false(understand_correction(rs, &r, S("bb 9,3 warna merah"), at, &a, &out));
}

/* --- one field, as USSD asks --- */

static const struct {
    const char *form, *field, *typed;
    enum report_error error;
    const char *json;
} fields[] = {
    { "timbang", "bb", "9,2", ERROR_NONE, "9.2" },
    { "timbang", "bb", "92", ERROR_AMBIGUOUS, "9.2" },
    { "timbang", "bb", "999", ERROR_OUT_OF_RANGE, "null" },
    { "timbang", "bb", "abc", ERROR_INVALID, "null" },
    { "timbang", "bb", "9,2 76", ERROR_INVALID, "null" },
    { "timbang", "umur", "14", ERROR_NONE, "\"14bl\"" },
    { "dewasa", "umur", "45", ERROR_NONE, "\"45th\"" },
    { "bumil", "td", "120/80", ERROR_NONE, "\"120/80\"" },
    { "bumil", "td", "12080", ERROR_NONE, "\"120/80\"" },
    { "timbang", "nama", "siti aminah", ERROR_NONE, "\"Siti Aminah\"" },
    { "timbang", "jk", "L", ERROR_NONE, "\"L\"" },
    { "timbang", "nomor", "1041", ERROR_NONE, "\"1041\"" },
    { "timbang", "nomor", "1042", ERROR_CHECK_DIGIT, "null" },
    { "kasus", "penyakit", "mencret", ERROR_NONE, "\"diare\"" },
    { "lahir", "tgl", "14", ERROR_NONE, "\"2026-11-14\"" },
    { "bumil", "tanda", "pusing, kabur", ERROR_NONE, "[\"pusing\",\"kabur\"]" },
};

static void one_field_by_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct form *form = form_by_name(&rs->forms, slice_of(fields[i].form));
        struct value v;
        struct slice is;
        enum report_error e;

        assert_non_null(form);
        e = understand_field(rs, form, (unsigned)form_field(form, fields[i].field), slice_of(fields[i].typed),
                             at, &a, &v);
        is = v.kind == VALUE_ABSENT ? S("null") : arena_copy(&a, node_json(value_node(&v, &a), &a));
        if (e != fields[i].error || !slice_is(is, fields[i].json))
            fail_msg("%s %s: %s %s", fields[i].field, fields[i].typed, report_error_name(e), is.p);
    }
}

/* --- emergencies --- */

static const struct {
    const char *text;
    bool alarm;
} emergencies[] = {
    { "RUJUK Bu Ana perdarahan", true },
    { "timbang Rizki L kejang", true },
    { "tolong anak saya kejang", true },
    { "bumil Ana 30 110/70 enggak kejang", false },         /* asked; told when nobody answers */
    { "bumil Ana 30 110/70 tidak ada mobil kejang", true }, /* who can tell */
    { "bumil Ana 30 110/70 tidak kejang", false },
    { "bumil Ana 30 110/70 kejang (-)", false },
    { "bumil Ana 30 110/70 gerakan janin aktif", false },
    { "bumil Ana 30 110/70 gerakan janin", false },
    { "timbang Tio L 9bl 8,1 menyusu kuat", false },
    { "nifas Yuni 3 110/70 ibu menyusui", false },
    { "rujuk Bu Ana 28th kontrol", false },
    { "rujuk Bu Ana 28th tidak perdarahan", false },
    { "rujuk Hasan 50th pelo", true },
    { "LAHIR#Yanti#P#kemarin#1900gr", true },
    { "timbang Siti P 14bl 9,2\nrujuk Ana 28th sesak", true },
};

static void an_emergency_never_waits_and_a_negation_alarms_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof emergencies / sizeof *emergencies; i++)
        if (said_of(emergencies[i].text).emergency != emergencies[i].alarm)
            fail_msg("%s", emergencies[i].text);
}

/* --- examples --- */

static void every_example_of_every_form_is_accepted(void **state)
{
    (void)state;
    for (unsigned f = 0; f < rs->forms.n; f++)
        for (unsigned e = 0; e < rs->forms.forms[f].examples_n; e++) {
            struct said said;

            assert_true(understand_sms(rs, rs->forms.forms[f].examples[e], at, &a, &said));
            if (said.kind != SAID_REPORTS || said.reports[0].form != &rs->forms.forms[f] ||
                said.reports[0].status != REPORT_ACCEPTED)
                fail_msg("%.*s", SLICE_ARG(rs->forms.forms[f].examples[e]));
        }
}

/* The twenty-first report, an emergency, takes the place of another: nothing of that one stays with it. */
static void an_emergency_past_the_last_place_is_itself(void **state)
{
    struct buf b;
    struct said said;

    (void)state;
    buf_init(&b, 4096);
    for (unsigned i = 0; i < UNDERSTAND_REPORTS; i++)
        buf_str(&b, "TIMBANG Siti P 14bl 9,2 7O\n");
    buf_str(&b, "RUJUK Ana 30 perdarahan ke pustu");
    said = said_of(b.p);
    assert_int_equal(said.reports_n, UNDERSTAND_REPORTS);
    assert_int_equal(said.reports[UNDERSTAND_REPORTS - 2].repairs_n, 1);
    assert_true(slice_is(said.reports[UNDERSTAND_REPORTS - 1].form->name, "rujuk"));
    assert_true(said.reports[UNDERSTAND_REPORTS - 1].emergency);
    assert_int_equal(said.reports[UNDERSTAND_REPORTS - 1].repairs_n, 0);
    buf_free(&b);
}

/* Between # each value keeps its place behind one that cannot be read (RULINGS 25). */
static void values_behind_an_unread_one_are_kept(void **state)
{
    static const struct {
        const char *text, *fields;
    } rows[] = {
        { "DEWASA#Hasan#L#50#abc#110", "{\"nama\":\"Hasan\",\"jk\":\"L\",\"umur\":\"50th\",\"gds\":110}" },
        { "TIMBANG#Siti#P#14bl#9%#76", "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"tb\":76}" },
        { "TIMBANG#Siti#P#14bl#tidak#76", "{\"nama\":\"Siti\",\"jk\":\"P\",\"umur\":\"14bl\",\"tb\":76}" },
        { "DEWASA Hasan L 50,5 130/80", "{\"nama\":\"Hasan\",\"jk\":\"L\",\"td\":\"130/80\"}" },
        /* The 60 may be the other half of the pressure. */
        { "BUMIL#Sri#30#110#60", "{\"nama\":\"Sri\",\"ukh\":30}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct report r = report_of(rows[i].text);

        assert_int_equal(r.status, REPORT_REJECTED);
        assert_json(&r, rows[i].fields);
    }
}

/* A misspelt keyword at the head of a further line is no part of a name: who it is, is asked. */
static void a_misspelt_keyword_is_no_name(void **state)
{
    struct said said = said_of("TIMBANG Siti P 14bl 9,2\ntmbang Budi L 12bl 9");
    const struct report *r = &said.reports[1];

    (void)state;
    assert_int_equal(said.reports_n, 2);
    assert_int_equal(said.reports[0].status, REPORT_ACCEPTED);
    assert_int_equal(r->status, REPORT_CONFIRM);
    assert_true(slice_is(r->error_field, "nama"));
    assert_json(r, "{\"nama\":\"Budi\",\"jk\":\"L\",\"umur\":\"12bl\",\"bb\":9}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_answers_complete_a_draft),
        cmocka_unit_test(what_fits_nothing_is_no_answer),
        cmocka_unit_test(a_correction_needs_labels),
        cmocka_unit_test(one_field_by_itself),
        cmocka_unit_test(an_emergency_past_the_last_place_is_itself),
        cmocka_unit_test(an_emergency_never_waits_and_a_negation_alarms_nobody),
        cmocka_unit_test(values_behind_an_unread_one_are_kept),
        cmocka_unit_test(a_misspelt_keyword_is_no_name),
        cmocka_unit_test(every_example_of_every_form_is_accepted),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
