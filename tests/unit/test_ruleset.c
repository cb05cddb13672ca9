/* test_ruleset.c - the parts of a configuration against each other: the sample passes, and one change at a
 * time does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "flows/ruleset.h"
#include "gateway/conf/rules.h"
#include "gateway/conf/texts.h"
#include "tests/support/rig.h"

static char *folder;
static char cwd[512];
static struct arena arena;
static struct faults faults;

static int make_folder(void **state)
{
    (void)state;
    folder = rig_folder();
    return getcwd(cwd, sizeof cwd) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    rig_folder_remove(folder);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, RULESET_ARENA);
    return 0;
}

static int end(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

/* The sample with `changes` laid over it. */
static struct ruleset *load(const char *changes, const char *people)
{
    static const char *const keys[] = { "places", "people", "forms", "menus", "rules", "texts" };
    static const char *const values[] = { "places.csv", "people.csv", "forms", "menus", "rules", "texts" };
    struct config *c;
    struct buf text;

    faults_free(&faults);
    buf_init(&text, 1 << 16);
    for (int i = 0; i < 6; i++)
        if (i == 1 && people)
            buf_str(&text, "people: people.csv\n");
        else if (!strstr(changes, keys[i]))
            buf_printf(&text, "%s: %s/config/%s\n", keys[i], cwd, values[i]);
    buf_str(&text, changes);
    if (people)
        rig_write(folder, "people.csv", people);
    rig_write(folder, "k.yaml", text.p);
    buf_free(&text);
    c = config_load(rig_path(folder, "k.yaml"), &arena, &faults);
    return c ? ruleset_load(c, &arena, &faults) : NULL;
}

static bool told(const char *words)
{
    for (unsigned i = 0; i < faults.n; i++)
        if (strstr(faults.lines[i], words))
            return true;
    return false;
}

static void the_sample_passes_without_a_word(void **state)
{
    struct config *c = config_load("config/kentongan.yaml", &arena, &faults);
    struct ruleset *set = c ? ruleset_load(c, &arena, &faults) : NULL;

    (void)state;
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_non_null(set);
    assert_int_equal(faults.n, 0);
    assert_true(slice_is(set->district, "19.06"));
    assert_int_equal(set->utc_offset_min, 420);
    assert_int_equal(set->forms.n, 17);
    assert_int_equal(set->duty_n, 1);
    assert_non_null(set->texts);
    assert_non_null(set->rules);
    assert_non_null(set->menus);
    ruleset_free(set);
}

static void duty_falls_to_the_dinkes_people(void **state)
{
    struct ruleset *set = load("", NULL);

    (void)state;
    assert_non_null(set);
    assert_int_equal(set->duty_n, 2);
    assert_non_null(directory_person(&set->directory, set->duty[0]));
    assert_null(load("", "msisdn,role,name,place\n081200000001,kader,Ana,PSY001\n"));
    assert_true(told("\"duty\" names nobody"));
}

static void a_district_may_be_named(void **state)
{
    struct ruleset *set = load("district: \"14.72\"\n", NULL);

    (void)state;
    assert_non_null(set);
    assert_true(slice_is(set->district, "14.72"));
    assert_null(load("district: \"19.06.01\"\n", NULL));
    assert_true(told("k.yaml:7:11: \"district\": \"19.06.01\" is no kabkota"));
}

static void sample_people_never_meet_a_real_provider(void **state)
{
    static const char real[] = "msisdn,role,name,place\n081200000001,dinkes,Ana,19.06\n";

    (void)state;
    assert_null(load("providers: {k: {dialect: kannel, send: {url: \"http://10.0.0.1/\"}}}\n", NULL));
    assert_true(told("(contoh)"));
    assert_null(load("providers: {t: {dialect: smpp, host: smsc.example.id, system_id: u}}\n", NULL));
    assert_true(told("(contoh)"));
    assert_non_null(load("providers: {k: {dialect: kannel, send: {url: \"http://localhost/\"}}}\n", NULL));
    assert_non_null(load("providers: {k: {dialect: kannel, send: {url: \"http://10.0.0.1/\"}}}\n", real));
}

static void a_language_needs_a_catalogue(void **state)
{
    (void)state;
    assert_null(load("language: mly\n", NULL));
    assert_true(told("there is no catalogue \"mly\""));
    assert_non_null(load("", "msisdn,role,name,place,language\n081200000001,dinkes,Ana,19.06,mly\n"));
    assert_true(told("warning: there is no catalogue \"mly\""));
}

static void faults_of_all_parts_are_told_at_once(void **state)
{
    (void)state;
    assert_null(load("places: nowhere.csv\ntexts: nowhere/\nrules: nowhere/\nmenus: nowhere/\n", NULL));
    assert_true(told("nowhere.csv:1:1: cannot be read"));
    assert_true(told("no catalogue of texts"));
    assert_true(told("who-growth-cutoffs.csv:1:1: cannot be read"));
    assert_null(load("forms: nowhere/\n", NULL));
    assert_true(faults_count(&faults) > 0);
}

/* The sample's rows but for one file, which says something else. */
static void rules_with(const char *name, const char *text)
{
    char from[1100], to[600], rules[512];
    struct dirent *e;
    DIR *d;

    snprintf(rules, sizeof rules, "%s", rig_path(folder, "rules"));
    assert_int_equal(mkdir(rules, 0700), 0);
    assert_non_null(d = opendir("config/rules"));
    while ((e = readdir(d)))
        if (e->d_name[0] != '.' && strcmp(e->d_name, name) != 0) {
            snprintf(from, sizeof from, "%s/config/rules/%s", cwd, e->d_name);
            snprintf(to, sizeof to, "rules/%.90s", e->d_name);
            assert_int_equal(symlink(from, rig_path(folder, to)), 0);
        }
    closedir(d);
    snprintf(to, sizeof to, "rules/%.90s", name);
    rig_write(folder, to, text);
}

/* A row that nothing reads would be approved and change nothing; one that is missing would be judged as
 * nothing. */
static void rows_and_the_code_that_reads_them_fit_both_ways(void **state)
{
    (void)state;
    rules_with("mothers.yaml", "figures:\n"
                               "  - {id: kf1_ends, version: 1, value: 2, source: s}\n"
                               "  - {id: kf2_ends, version: 1, value: 7, source: s}\n"
                               "  - {id: kf3_ends, version: 1, value: 28, source: s}\n"
                               "  - {id: kf5_ends, version: 1, value: 42, source: s}\n"
                               "  - {id: anc_last_week, version: 1, value: 42, source: s}\n"
                               "clocks:\n"
                               "  - {id: anc_before, version: 1, time: 1d, source: s}\n");
    assert_null(load("rules: rules/\n", NULL));
    assert_true(told("mothers.yaml:5:5: nothing reads the row \"kf5_ends\""));
    assert_true(told("mothers.yaml:8:5: nothing reads the row \"anc_before\""));
    assert_true(told("the row \"kf4_ends\" is missing under \"figures:\""));
    assert_int_equal(faults.n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_sample_passes_without_a_word, begin, end),
        cmocka_unit_test_setup_teardown(duty_falls_to_the_dinkes_people, begin, end),
        cmocka_unit_test_setup_teardown(a_district_may_be_named, begin, end),
        cmocka_unit_test_setup_teardown(sample_people_never_meet_a_real_provider, begin, end),
        cmocka_unit_test_setup_teardown(a_language_needs_a_catalogue, begin, end),
        cmocka_unit_test_setup_teardown(faults_of_all_parts_are_told_at_once, begin, end),
        cmocka_unit_test_setup_teardown(rows_and_the_code_that_reads_them_fit_both_ways, begin, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
