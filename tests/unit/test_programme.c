/* test_programme.c - schedule, targets, competences: the sample's and faulty ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/forms.h"
#include "gateway/conf/places.h"
#include "gateway/conf/programme.h"
#include "parsers/date.h"

static char folder[] = "/tmp/kentongan-programme-XXXXXX";
static struct arena arena;
static struct faults faults;
static struct directory directory;
static struct form_set forms;

static int load(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    if (!mkdtemp(folder) || forms_load("config/forms", &arena, &faults, &forms) != 0)
        return -1;
    return places_load("config/places.csv", "config/people.csv", &arena, &faults, &directory);
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return rmdir(folder);
}

static void the_sample_is_planned(void **state)
{
    struct programme p;
    const struct place *kelubi = directory_place(&directory, S("19.06.01.2004"));

    (void)state;
    assert_int_equal(programme_load("config", &directory, &forms, &arena, &faults, &p), 0);
    assert_int_equal(programme_opening(&p, directory_place(&directory, S("PSY001")))->day, 5);
    assert_int_equal(programme_opening(&p, directory_place(&directory, S("PSY001")))->minute, 8 * 60);
    assert_null(programme_opening(&p, directory_place(&directory, S("PSY200"))));
    assert_true(programme_target(&p, kelubi, 2026, S("balita")) > 0);
    assert_int_equal(programme_target(&p, kelubi, 2025, S("balita")), -1);
    for (unsigned i = 0; i < directory.places_n; i++) /* every village, every group */
        if (directory.places[i].level == PLACE_DESA || directory.places[i].level == PLACE_KELURAHAN)
            for (unsigned k = 0; k < list_by_name(&forms, S("kelompok"))->n; k++)
                assert_true(programme_target(&p, &directory.places[i], 2026,
                                             list_by_name(&forms, S("kelompok"))->words[k].code) > 0);
    assert_int_equal(competence_level(programme_skills(&p, S("+6281200000001"))), LEVEL_PURWA);
    assert_int_equal(competence_level(programme_skills(&p, S("+6281200000008"))), LEVEL_UTAMA);
    assert_int_equal(competence_level(programme_skills(&p, S("+6281200000009"))), LEVEL_MADYA);
}

static void a_shorter_month_opens_on_its_last_day(void **state)
{
    const struct opening last = { .day = 31 }, first = { .day = 1 };

    (void)state;
    assert_int_equal(programme_opens(&last, date_days(2027, 2, 3)), date_days(2027, 2, 28));
    assert_int_equal(programme_opens(&last, date_days(2028, 2, 29)), date_days(2028, 2, 29));
    assert_int_equal(programme_opens(&last, date_days(2026, 12, 1)), date_days(2026, 12, 31));
    assert_int_equal(programme_opens(&first, date_days(2026, 12, 31)), date_days(2026, 12, 1));
    assert_int_equal(date_month_after(date_days(2026, 12, 31)), date_days(2027, 1, 1));
}

static void levels_follow_whole_fields(void **state)
{
    static const struct {
        const char *fields;
        enum competence_level level;
    } cases[] = {
        { "", LEVEL_NONE },       { "P", LEVEL_NONE },    { "PB", LEVEL_NONE },    { "PBH", LEVEL_PURWA },
        { "PBR", LEVEL_PURWA },   { "PBD", LEVEL_PURWA }, { "PBHR", LEVEL_MADYA }, { "PBRD", LEVEL_MADYA },
        { "PBHRD", LEVEL_UTAMA }, { "BHRD", LEVEL_NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t skills = 0;

        for (unsigned s = 0; s < SKILLS; s++)
            if (strchr(cases[i].fields, skill_code(s)[0]))
                skills |= UINT32_C(1) << s;
        if (competence_level(skills) != cases[i].level)
            fail_msg("%s", cases[i].fields);
    }
}

static void faults_stand_at_their_place(void **state)
{
    static const struct {
        const char *file, *text, *fault;
    } cases[] = {
        { "schedule.csv", "posyandu,day_of_month,time\nPSY999,5,08:00\n", ":2:1: \"PSY999\" is no code" },
        { "schedule.csv", "posyandu,day_of_month,time\nPKM01,5,08:00\n",
          ":2:1: a schedule is of a posyandu" },
        { "schedule.csv", "posyandu,day_of_month,time\nPSY001,32,08:00\n",
          ":2:8: a whole number from 1 to 31" },
        { "schedule.csv", "posyandu,day_of_month,time\nPSY001,5,8\n", ":2:10: a time such as 08:00" },
        { "schedule.csv", "posyandu,day_of_month,time\nPSY001,5,24:00\n", ":2:10: a time such as 08:00" },
        { "schedule.csv", "posyandu,day_of_month,time\nPSY001,5,08:00\nPSY001,6,08:00\n",
          ":3:1: this posyandu" },
        { "targets.csv", "place,year,group,count\n19.06.01.2004,2026,bayis,3\n",
          ":2:20: \"bayis\" is no code" },
        { "targets.csv", "place,year,group,count\n19.06.01.2004,26,bayi,3\n",
          ":2:15: a whole number from 2000" },
        { "targets.csv", "place,year,group,count\n19.06.01.2004,2026,bayi,x\n", ":2:25: a whole number" },
        { "targets.csv", "place,year,group,count\n19.06.01.2004,2026,bayi,1\n19.06.01.2004,2026,bayi,2\n",
          ":3:1: this place, year and group stand twice" },
        { "competence.csv", "msisdn,code,date\n081200000001,Q1,2026-03-14\n", ":2:14: a skill is P1-P4" },
        { "competence.csv", "msisdn,code,date\n081200000001,P1,2026-02-30\n", ":2:17: a date such as" },
        { "competence.csv", "msisdn,code,date\n98120,P1,2026-02-20\n", ":2:1: no telephone number" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct programme p;
        char path[256];
        FILE *f;
        int rc;

        snprintf(path, sizeof path, "%s/%s", folder, cases[i].file);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(cases[i].text, f);
        fclose(f);
        faults_free(&faults);
        rc = programme_load(folder, &directory, &forms, &arena, &faults, &p);
        unlink(path);
        if (rc == 0 || !slice_starts(slice_of(faults.lines[0] + strlen(path)), cases[i].fault))
            fail_msg("case %zu -> %s", i, faults.n ? faults.lines[0] : "no fault");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_planned),
        cmocka_unit_test(a_shorter_month_opens_on_its_last_day),
        cmocka_unit_test(levels_follow_whole_fields),
        cmocka_unit_test(faults_stand_at_their_place),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
