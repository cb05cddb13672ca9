/* test_typing.c - the small parsers under the understanding: plain text, tokens, amounts, pressures, days,
 * ages, names, NIK, one edit, signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/conf/forms.h"
#include "parsers/amount.h"
#include "parsers/nik.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/text.h"
#include "parsers/when.h"

static struct arena a;
static struct form_set forms;
static const struct word_list *units;
static struct when_words words;
static int64_t today;

static int setup(void **state)
{
    struct faults faults = { 0 };

    (void)state;
    arena_init(&a, 64 << 20);
    if (forms_load("config/forms", &a, &faults, &forms) != 0) {
        for (unsigned i = 0; i < faults.n; i++)
            print_error("%s\n", faults.lines[i]);
        return -1;
    }
    units = list_by_name(&forms, S("satuan"));
    words = (struct when_words){ .months = list_by_name(&forms, S("bulan")),
                                 .days = list_by_name(&forms, S("hari")),
                                 .units = units };
    today = date_days(2026, 11, 21);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&a);
    return 0;
}

static struct tokens cut(const char *text)
{
    struct tokens ts;

    assert_true(tokens_cut(slice_of(text), NULL, &forms, &a, &ts));
    return ts;
}

static void odd_characters_become_plain(void **state)
{
    static const struct {
        const char *typed, *plain;
    } cases[] = {
        { "9,2\xc2\xa0kg", "9,2 kg" },
        { "Si\xe2\x80\x8bti", "Siti" },
        { "120\xe2\x80\x93"
          "80",
          "120-80" },
        { "\xe2\x80\x9cSiti\xe2\x80\x9d", "\"Siti\"" },
        { "8\xc2\xbd", "8,5" },
        { "Jos\xc3\xa9", "Jos\xc3\xa9" },
        { "a\r\nb", "a\nb" },
        { "9,2 \xf0\x9f\x99\x8f", "9,2  " },
        { "\xef\xbc\x99kg", "9kg" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slice_is(text_plain(slice_of(cases[i].typed), &a), cases[i].plain));
}

static void broken_utf8_is_read_as_latin1_and_nuls_are_cut(void **state)
{
    (void)state;
    assert_true(slice_is(text_valid_utf8(S("Jos\xe9"), &a), "Jos\xc3\xa9"));
    assert_true(slice_is(text_valid_utf8(S("a\0b"), &a), "ab"));
    assert_true(slice_is(text_valid_utf8(S("caf\xc3\xa9"), &a), "caf\xc3\xa9"));
}

static void every_accented_letter_has_its_base(void **state)
{
    static const struct {
        uint32_t rune;
        char base;
    } cases[] = {
        { 0xc0, 'A' },  { 0xe9, 'e' },  { 0xf1, 'n' },  { 0xfc, 'u' },  { 0x101, 'a' },
        { 0x107, 'c' }, { 0x10f, 'd' }, { 0x113, 'e' }, { 0x11f, 'g' }, { 0x131, 'i' },
        { 0x142, 'l' }, { 0x144, 'n' }, { 0x151, 'o' }, { 0x155, 'r' }, { 0x161, 's' },
        { 0x165, 't' }, { 0x171, 'u' }, { 0x17e, 'z' }, { 0xd7, 0 },    { 0x4e2d, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (text_base_letter(cases[i].rune) != cases[i].base)
            fail_msg("U+%04X gives %c", cases[i].rune, text_base_letter(cases[i].rune));
}

static void tokens_never_look_behind_the_end(void **state)
{
    static const char *const texts[] = { "x B", "9,", "9-",  "12/", "a-", "(-", "O",
                                         "B,",  "l",  "9 .", "rt.", "-",  "#",  "½" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = strlen(texts[i]);
        char *copy = malloc(n); /* exactly so long: ASan sees a byte too many */
        struct tokens ts;

        assert_non_null(copy);
        memcpy(copy, texts[i], n);
        assert_true(tokens_cut(slice_make(copy, n), NULL, &forms, &a, &ts));
        free(copy);
    }
}

static void amounts_with_units_and_marks(void **state)
{
    static const struct {
        const char *typed;
        int64_t milli;
        const char *unit;
        bool broken;
    } cases[] = {
        { "9,2", 9200, "", false },
        { "9.2kg", 9200, "kg", false },
        { "9 koma 2", 9200, "", false },
        { "9koma2", 9200, "", false },
        { "8 .7", 8700, "", false },
        { "8kg7ons", 8700, "kg", false },
        { "8 kilo 7 ons", 8700, "kg", false },
        { "2750 gr", 2750000, "g", false },
        { "1e3", 1000, "", true },
        { "-9", 9000, "", true },
        { "9,2x", 9200, "", true },
        { "240mg/dl", 240000, "mgdl", false },
        { "6O", 60000, "", false },
        { "l4", 14000, "", false },
        { "1O,5", 10500, "", false },
        { "9,2001", 9200, "", true },
        { "9999999999", 999999999000, "", false },
        { "00000000009", 9000, "", false },
        { "8,S", 8500, "", false },
        { "6O,S", 60500, "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokens ts = cut(cases[i].typed);
        struct amount n;

        if (!amount_read(&ts, 0, units, &n) || n.broken != cases[i].broken ||
            (!n.broken && n.milli != cases[i].milli) || !slice_is(n.unit, cases[i].unit))
            fail_msg("%s: %lld %.*s broken %d", cases[i].typed, (long long)n.milli, SLICE_ARG(n.unit),
                     n.broken);
    }
}

static void pressures_in_all_their_shapes(void **state)
{
    static const struct {
        const char *typed;
        enum pressure_rc rc;
        int sis, dia;
    } cases[] = {
        { "120/80", PRESSURE_OK, 120, 80 },     { "120-80", PRESSURE_OK, 120, 80 },
        { "120 per 80", PRESSURE_OK, 120, 80 }, { "12080", PRESSURE_OK, 120, 80 },
        { "9060", PRESSURE_OK, 90, 60 },        { "120100", PRESSURE_OK, 120, 100 },
        { "120.80", PRESSURE_OK, 120, 80 },     { "120 80", PRESSURE_OK, 120, 80 },
        { "120 / 80", PRESSURE_OK, 120, 80 },   { "12O/8O", PRESSURE_OK, 120, 80 },
        { "llO/7O", PRESSURE_OK, 110, 70 },     { "120/80mmHg", PRESSURE_OK, 120, 80 },
        { "120/80kg", PRESSURE_INVALID, 0, 0 }, { "95/150", PRESSURE_INVALID, 0, 0 },
        { "300/80", PRESSURE_RANGE, 0, 0 },     { "120", PRESSURE_HALF, 0, 0 },
        { "9,2", PRESSURE_NONE, 0, 0 },         { "14", PRESSURE_NONE, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokens ts = cut(cases[i].typed);
        struct pressure p;
        enum pressure_rc rc = pressure_read(&ts, 0, units, &p);

        if (rc != cases[i].rc || (rc == PRESSURE_OK && (p.sis != cases[i].sis || p.dia != cases[i].dia)))
            fail_msg("%s: %d %d/%d", cases[i].typed, rc, p.sis, p.dia);
    }
}

static void days_as_people_type_them(void **state)
{
    static const struct {
        const char *typed;
        bool labelled;
        enum when_rc rc;
        const char *iso;
    } cases[] = {
        { "14/8/24", false, WHEN_OK, "2024-08-14" },
        { "14-08-2024", false, WHEN_OK, "2024-08-14" },
        { "140824", false, WHEN_OK, "2024-08-14" },
        { "14 agt", false, WHEN_OK, "2026-08-14" },
        { "14agt24", false, WHEN_OK, "2024-08-14" },
        { "14 nop", false, WHEN_OK, "2026-11-14" },
        { "22 nop", false, WHEN_OK, "2025-11-22" },
        { "14", true, WHEN_OK, "2026-11-14" },
        { "25", true, WHEN_AMBIGUOUS, "2026-10-25" },
        { "14", false, WHEN_NONE, "" },
        { "kmrn", false, WHEN_OK, "2026-11-20" },
        { "hari ini", false, WHEN_OK, "2026-11-21" },
        { "tadi pagi", false, WHEN_OK, "2026-11-21" },
        { "semalam", false, WHEN_OK, "2026-11-20" },
        { "2 hr lalu", false, WHEN_OK, "2026-11-19" },
        { "besok", false, WHEN_INVALID, "" },
        { "minggu depan", false, WHEN_INVALID, "" },
        { "31/2/24", false, WHEN_INVALID, "" },
        { "22/11/26", false, WHEN_INVALID, "" },
        { "29/2/24", false, WHEN_OK, "2024-02-29" },
        { "14.11.26", false, WHEN_OK, "2026-11-14" },
        { "2026-11-14", false, WHEN_OK, "2026-11-14" },
        { "14,5", false, WHEN_NONE, "" },
        { "120/80", false, WHEN_NONE, "" },
        { "5/12", false, WHEN_OK, "2025-12-05" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokens ts = cut(cases[i].typed);
        struct when d;
        enum when_rc rc = when_read(&ts, 0, &words, today, cases[i].labelled, &d);

        if (rc != cases[i].rc || (cases[i].iso[0] && !slice_is(date_iso(d.days, &a), cases[i].iso)))
            fail_msg("%s: %d %.*s", cases[i].typed, rc, SLICE_ARG(date_iso(d.days, &a)));
    }
}

static void ages_keep_a_single_unit_and_mix_to_months(void **state)
{
    static const struct {
        const char *typed, *text;
        int64_t months;
    } cases[] = {
        { "14", "14bl", 14 },         { "14bln", "14bl", 14 },       { "2th", "2th", 24 },
        { "1th2bl", "14bl", 14 },     { "1 thn 2 bln", "14bl", 14 }, { "8,5bl", "8bl", 8 },
        { "1,5 th", "18bl", 18 },     { "10hr", "10hr", 0 },         { "6mgg", "6mg", 1 },
        { "14 bulanan", "14bl", 14 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokens ts = cut(cases[i].typed);
        struct age age;

        assert_int_equal(age_read(&ts, 0, &words, today, S("bl"), &a, &age), AGE_OK);
        if (!slice_is(age.text, cases[i].text) || age.months != cases[i].months ||
            age_months(age.text) != cases[i].months)
            fail_msg("%s: %.*s %lld", cases[i].typed, SLICE_ARG(age.text), (long long)age.months);
    }
}

static void names_are_title_cased_and_checked(void **state)
{
    static const struct {
        const char *typed, *name; /* NULL: no name */
    } cases[] = {
        { "siti aminah", "Siti Aminah" },
        { "M.Rizki", "M. Rizki" },
        { "NU'MAN", "Nu'man" },
        { "nur-aini", "Nur Aini" },
        { "JOS\xc3\x89", "Jose" },
        { "ali bin hasan", "Ali Bin Hasan" },
        { "s1ti", NULL },
        { "", NULL },
        { "a@b", NULL },
        { "...", NULL },
        { "Muhammad Fulan Muhammad Fulan Muhammad Fulan", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice out;
        bool repaired, ok = person_name(slice_of(cases[i].typed), &a, &out, &repaired);

        if (ok != (cases[i].name != NULL) || (ok && !slice_is(out, cases[i].name)))
            fail_msg("%s: %.*s", cases[i].typed, SLICE_ARG(out));
    }
}

static void identity_numbers_show_day_sex_and_place(void **state)
{
    (void)state;
    assert_true(nik_valid(S("1906015708900001"), today));
    assert_int_equal(nik_sex(S("1906015708900001")), 'P');
    assert_true(nik_valid(S("1472061204850002"), today));
    assert_int_equal(nik_sex(S("1472061204850002")), 'L');
    assert_false(nik_valid(S("1906013202900001"), today));
    assert_false(nik_valid(S("1906017302900001"), today));
    assert_false(nik_valid(S("1906013102900001"), today));
    assert_false(nik_valid(S("9906015708900001"), today));
    assert_false(nik_valid(S("1906015708900000"), today));
    assert_false(nik_valid(S("190601570890001"), today));
}

static void one_edit_and_no_more(void **state)
{
    (void)state;
    assert_true(slice_one_edit(S("TIMBNG"), S("TIMBANG")));
    assert_true(slice_one_edit(S("TMIBANG"), S("TIMBANG")));
    assert_true(slice_one_edit(S("TIMBANGG"), S("TIMBANG")));
    assert_true(slice_one_edit(S("TINBANG"), S("TIMBANG")));
    assert_true(slice_one_edit(S("TIMBANG"), S("TIMBANG")));
    assert_false(slice_one_edit(S("TMBNG"), S("TIMBANG")));
    assert_false(slice_one_edit(S("IMTBANG"), S("TIMBANG")));
    assert_false(slice_one_edit(S(""), S("AB")));
}

static void epidemiological_weeks_begin_on_sunday(void **state)
{
    struct epi_week w = date_epi_week(date_days(2024, 8, 14));

    (void)state;
    assert_int_equal(w.year, 2024);
    assert_int_equal(w.week, 33);
    w = date_epi_week(date_days(2026, 1, 3));
    assert_int_equal(w.year, 2025);
    assert_int_equal(w.week, 53);
    w = date_epi_week(date_days(2026, 1, 4));
    assert_int_equal(w.year, 2026);
    assert_int_equal(w.week, 1);
    assert_int_equal(date_epi_weeks(2024), 52);
    assert_int_equal(date_epi_weeks(2025), 53);
    for (int64_t d = date_days(1990, 1, 1); d < date_days(2040, 1, 1); d += 13) {
        struct date c = date_of_days(d);

        assert_int_equal(date_days(c.year, c.month, c.day), d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_characters_become_plain),
        cmocka_unit_test(broken_utf8_is_read_as_latin1_and_nuls_are_cut),
        cmocka_unit_test(every_accented_letter_has_its_base),
        cmocka_unit_test(tokens_never_look_behind_the_end),
        cmocka_unit_test(amounts_with_units_and_marks),
        cmocka_unit_test(pressures_in_all_their_shapes),
        cmocka_unit_test(days_as_people_type_them),
        cmocka_unit_test(ages_keep_a_single_unit_and_mix_to_months),
        cmocka_unit_test(names_are_title_cased_and_checked),
        cmocka_unit_test(identity_numbers_show_day_sex_and_place),
        cmocka_unit_test(one_edit_and_no_more),
        cmocka_unit_test(epidemiological_weeks_begin_on_sunday),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
