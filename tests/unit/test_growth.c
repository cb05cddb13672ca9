/* test_growth.c - growth against the cut-offs themselves: every row, and 0.1 to either side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "flows/rows/growth.h"
#include "gateway/conf/csv.h"
#include "gateway/conf/forms.h"
#include "gateway/conf/yaml.h"

static struct arena arena;
static struct faults faults;
static struct rule_set *rules;
static struct csv csv;

static int load(void **state)
{
    static const char *const columns[] = { "index",  "sex", "x",   "sd3neg", "sd2neg", "sd1neg",
                                           "median", "sd1", "sd2", "sd3",    NULL };
    static struct form_set forms;

    (void)state;
    arena_init(&arena, 64 << 20);
    if (forms_load("config/forms", &arena, &faults, &forms) == 0)
        rules = rules_load("config/rules", &forms, &arena, &faults);
    if (csv_load("config/rules/who-growth-cutoffs.csv", columns, &arena, &faults, &csv) != 0)
        rules = NULL;
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    return rules ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

static int64_t cell(const struct csv_row *row, unsigned i)
{
    struct yaml node = { .kind = YAML_SCALAR, .text = row->cells[i] };
    int64_t v = 0;

    assert_true(yaml_scalar_milli(&node, &v));
    return v;
}

static bool found(const struct growth_measure *m, const char *id)
{
    struct finding f[8];
    unsigned n = growth_findings(rules, m, f, 8);

    for (unsigned i = 0; i < n; i++)
        if (slice_is(f[i].id, id))
            return true;
    return false;
}

/* One row of an index as a measure with `milli` as what the index judges. */
static struct growth_measure measure(const struct csv_row *row, int64_t milli)
{
    struct growth_measure m = { .sex = row->cells[1], .age_months = cell(row, 2) / 1000 };

    m.lying = m.age_months < 24;
    if (slice_is(row->cells[0], "bb_u")) {
        m.bb = milli;
    } else if (slice_is(row->cells[0], "tb_u")) {
        m.tb = milli;
    } else if (slice_is(row->cells[0], "lk_u")) {
        m.lk = milli;
    } else {
        m.lying = slice_is(row->cells[0], "bb_pb");
        m.age_months = m.lying ? 12 : 36;
        m.tb = cell(row, 2);
        m.bb = milli;
    }
    return m;
}

static void classes_agree_with_every_row(void **state)
{
    static const struct {
        const char *index, *id;
        unsigned column;
        bool below;
    } cuts[] = {
        { "bb_u", "growth.bgm", 3, true },           { "bb_u", "growth.oranye", 7, false },
        { "tb_u", "growth.sangat_pendek", 3, true }, { "bb_pb", "growth.gizi_buruk", 3, true },
        { "bb_tb", "growth.gizi_buruk", 3, true },   { "lk_u", "growth.lk_kecil", 4, true },
        { "lk_u", "growth.lk_besar", 8, false },
    };
    unsigned seen = 0;

    (void)state;
    for (unsigned i = 0; i < csv.n; i++)
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
            const struct csv_row *row = &csv.rows[i];
            int64_t cut = cell(row, cuts[c].column);
            struct growth_measure at = measure(row, cut), low = measure(row, cut - 100),
                                  high = measure(row, cut + 100);

            if (!slice_is(row->cells[0], cuts[c].index))
                continue;
            if (found(&at, cuts[c].id) || found(&low, cuts[c].id) != cuts[c].below ||
                found(&high, cuts[c].id) == cuts[c].below)
                fail_msg("%s:%u", cuts[c].id, row->mark.line);
            seen++;
        }
    assert_int_equal(seen, 61 * 2 * 2 + 61 * 2 + (131 + 111) * 2 + 61 * 2 * 2);
}

/* The milder class lies between two cuts: from -3 SD up to, not at, -2 SD. */
static void milder_classes_lie_between_two_cuts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < csv.n; i++) {
        const struct csv_row *row = &csv.rows[i];
        bool height = slice_is(row->cells[0], "tb_u");
        const char *id = height ? "growth.pendek" : "growth.gizi_kurang";
        struct growth_measure worst = measure(row, cell(row, 3) - 100), three = measure(row, cell(row, 3)),
                              near = measure(row, cell(row, 4) - 100), two = measure(row, cell(row, 4));

        if (!height && !slice_is(row->cells[0], "bb_pb") && !slice_is(row->cells[0], "bb_tb"))
            continue;
        if (found(&worst, id) || found(&two, id) || !found(&three, id) || !found(&near, id))
            fail_msg("%s:%u", id, row->mark.line);
    }
}

static void length_is_moved_to_the_position_of_the_table(void **state)
{
    (void)state;
    assert_true(growth_lying(S("PB"), false, 30));
    assert_true(growth_lying(S("PANJANG"), false, 30));
    assert_true(growth_lying(S("PANJANG BADAN"), false, 30));
    assert_false(growth_lying(S("TINGGI BADAN"), false, 14));
    assert_false(growth_lying(S("TB"), false, 14));
    assert_false(growth_lying(S("TINGGI"), false, 14));
    assert_true(growth_lying(S("TB"), true, 0));
    assert_true(growth_lying(S(""), false, 23));
    assert_false(growth_lying(S(""), false, 24));
    assert_int_equal(growth_length(rules, 24, 80000, true), 79300);
    assert_int_equal(growth_length(rules, 24, 80000, false), 80000);
    assert_int_equal(growth_length(rules, 23, 80000, false), 80700);
    assert_int_equal(growth_length(rules, 23, 80000, true), 80000);
}

static void nothing_is_classed_past_sixty_months(void **state)
{
    struct growth_measure m = { .sex = S("L"), .age_months = 60, .bb = 10000, .tb = 90000 };

    (void)state;
    assert_true(found(&m, "growth.bgm"));
    m.age_months = 61;
    assert_false(found(&m, "growth.bgm"));
    m.age_months = -1;
    assert_false(found(&m, "growth.bgm"));
}

/* Of an age that is known, the age says which table a weight is held against; of one that is not, how it was
 * measured. */
static void weight_for_length_has_two_tables(void **state)
{
    (void)state;
    /* 112 cm is past the table of the lying (to 110 cm), within that of the standing, where 9 kg cannot be.
     */
    struct growth_measure m = { .sex = S("L"), .age_months = -1, .bb = 9000, .tb = 112000 };

    assert_int_equal(growth_plausible_measure(rules, &m), GROWTH_DOUBT_BOTH);
    m.lying = true;
    assert_int_equal(growth_plausible_measure(rules, &m), GROWTH_FINE);
}

/* Of a child whose sex is not known, what fits either sex fits. */
static void without_a_sex_either_will_do(void **state)
{
    unsigned differ = 0;

    (void)state;
    for (int64_t bb = 500; bb < 15000; bb += 25) {
        bool boy = growth_value_plausible(rules, AS_WEIGHT, S("L"), 4, bb);
        bool girl = growth_value_plausible(rules, AS_WEIGHT, S("P"), 4, bb);

        assert_int_equal(growth_value_plausible(rules, AS_WEIGHT, S(""), 4, bb), boy || girl);
        differ += boy != girl;
    }
    assert_true(differ > 0);
}

static void plausible(void **state)
{
    /* L 14 bl: bb 7.2 8.1 … 12.6 14.0; P 8 bl: bb 5.6 6.3 … 10.2 11.6 (sd2, sd3 by the file) */
    static const struct {
        const char *sex;
        int64_t age, bb, tb;
        enum growth_verdict verdict;
    } cases[] = {
        { "L", 14, 9200, 76000, GROWTH_FINE },
        { "L", 14, 7200 - 3 * 900, 0, GROWTH_FINE },           /* -6 SD to the gram */
        { "L", 14, 7200 - 3 * 900 - 100, 0, GROWTH_DOUBT_BB }, /* below it */
        { "L", 14, 14000 + 2 * 1400, 0, GROWTH_FINE },
        { "L", 14, 14000 + 2 * 1400 + 100, 0, GROWTH_DOUBT_BB },
        { "P", 8, 1500, 69000, GROWTH_DOUBT_BB },
        { "L", 14, 9200, 55000, GROWTH_DOUBT_TB },
        { "L", 14, 9200, 100000, GROWTH_DOUBT_TB },
        { "L", 14, 5000, 88000, GROWTH_DOUBT_BOTH },
        { "L", 0, 3200, 49000, GROWTH_FINE },
        { "L", 0, 800, 49000, GROWTH_DOUBT_BB },
        { "", 14, 9200, 76000, GROWTH_FINE },
        { "", 14, 30000, 76000, GROWTH_DOUBT_BB },
        { "L", -1, 9200, 76000, GROWTH_FINE },
        { "L", -1, 25000, 76000, GROWTH_DOUBT_BOTH },
        { "L", 70, 18000, 112000, GROWTH_FINE },
        { "L", 70, 35000, 112000, GROWTH_DOUBT_BOTH },
        { "L", 70, 18000, 60000, GROWTH_DOUBT_TB },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum growth_verdict v = growth_plausible(rules, slice_of(cases[i].sex), cases[i].age, cases[i].bb,
                                                 cases[i].tb, cases[i].age < 24);

        if (v != cases[i].verdict)
            fail_msg("case %zu: %d", i, (int)v);
    }
}

static void a_tenth_that_fits_the_age_is_told_from_one_that_does_not(void **state)
{
    (void)state;
    assert_true(growth_value_plausible(rules, AS_WEIGHT, S("P"), 14, 9200));
    assert_false(growth_value_plausible(rules, AS_WEIGHT, S("P"), 14, 92000));
    assert_false(growth_value_plausible(rules, AS_WEIGHT, S("P"), 60, 3600));
    assert_true(growth_value_plausible(rules, AS_HEIGHT, S("P"), 14, 76500));
    assert_false(growth_value_plausible(rules, AS_HEIGHT, S("P"), 14, 7650));
    assert_true(growth_value_plausible(rules, AS_ARM, S("P"), 14, 14500));
    assert_true(growth_value_plausible(rules, AS_HEAD, S("P"), 14, 45000));
    assert_true(
        growth_value_plausible(rules, AS_TEMPERATURE, S("P"), 14, 999000)); /* no cut-offs: nothing to say */
}

static void trend(void **state)
{
    enum {
        NOV = 2026 * 12 + 10
    };
    static const struct {
        const char *name;
        struct growth_weight past[3];
        unsigned n;
        int64_t bb, age;
        char code;
        bool twice;
    } cases[] = {
        { "the first weight ever", { { 0, 0 } }, 0, 9000, 14, 'B', false },
        { "not weighed last month", { { NOV - 2, 8800 } }, 1, 9000, 14, 'O', false },
        { "gain of exactly the least", { { NOV - 1, 8800 } }, 1, 9000, 14, 'N', false },
        { "gain below the least", { { NOV - 1, 8801 } }, 1, 9000, 14, 'T', false },
        { "an infant must gain more", { { NOV - 1, 5000 } }, 1, 5700, 3, 'T', false },
        { "an infant that gains enough", { { NOV - 1, 5000 } }, 1, 5800, 3, 'N', false },
        { "twice not rising", { { NOV - 2, 9000 }, { NOV - 1, 9000 } }, 2, 9100, 14, 'T', true },
        { "a T after an N", { { NOV - 2, 8000 }, { NOV - 1, 9000 } }, 2, 9100, 14, 'T', false },
        { "a missed month breaks the chain",
          { { NOV - 3, 9000 }, { NOV - 1, 9000 } },
          2,
          9000,
          14,
          'T',
          false },
        { "an earlier try of this month", { { NOV - 1, 8800 }, { NOV, 8850 } }, 2, 9100, 14, 'N', false },
        { "only an earlier try of this month", { { NOV, 8850 } }, 1, 9100, 14, 'B', false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct growth_trend t =
            growth_trend(rules, cases[i].past, cases[i].n, NOV, cases[i].bb, cases[i].age);

        if (t.code != cases[i].code || t.twice != cases[i].twice)
            fail_msg("%s: %c %d", cases[i].name, t.code, t.twice);
    }
}

static void steps_that_ask(void **state)
{
    (void)state;
    assert_true(growth_weight_step(rules, 10000, 9000, 30));
    assert_true(growth_weight_step(rules, 5000, 4100, 30)); /* -18 %, but within 1 kg */
    assert_false(growth_weight_step(rules, 10000, 8900, 30));
    assert_true(growth_weight_step(rules, 10000, 12500, 30));
    assert_false(growth_weight_step(rules, 10000, 12600, 30));
    assert_true(growth_weight_step(rules, 10000, 12600, 61));
    assert_true(growth_height_step(rules, 76000, 78000, 30));
    assert_false(growth_height_step(rules, 76000, 67000, 30));
    assert_false(growth_height_step(rules, 76000, 96000, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_agree_with_every_row),
        cmocka_unit_test(milder_classes_lie_between_two_cuts),
        cmocka_unit_test(length_is_moved_to_the_position_of_the_table),
        cmocka_unit_test(nothing_is_classed_past_sixty_months),
        cmocka_unit_test(weight_for_length_has_two_tables),
        cmocka_unit_test(without_a_sex_either_will_do),
        cmocka_unit_test(plausible),
        cmocka_unit_test(a_tenth_that_fits_the_age_is_told_from_one_that_does_not),
        cmocka_unit_test(trend),
        cmocka_unit_test(steps_that_ask),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
