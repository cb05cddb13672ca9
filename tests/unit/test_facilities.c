/* test_facilities.c - what the ministry's platform calls our places and staff: the sample's, and faulty ones
 * with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/facilities.h"
#include "gateway/conf/places.h"

static char folder[] = "/tmp/kentongan-facilities-XXXXXX";
static struct arena arena;
static struct directory directory;

static int load(void **state)
{
    struct faults faults = { 0 };

    (void)state;
    arena_init(&arena, 64 << 20);
    if (!mkdtemp(folder) ||
        places_load("config/places.csv", "config/people.csv", &arena, &faults, &directory) != 0)
        return -1;
    faults_free(&faults);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    arena_free(&arena);
    return rmdir(folder);
}

static const struct place *at(const char *code)
{
    return directory_place(&directory, slice_of(code));
}

static void the_sample_is_whole(void **state)
{
    struct faults faults = { 0 };
    struct facility_set set;

    (void)state;
    assert_int_equal(facilities_load("config", &directory, &arena, &faults, &set), 0);
    assert_int_equal(faults.n, 0);
    assert_true(slice_is(facility_at(&set, at("PSY001"))->location, "contoh-lokasi-psy001"));
    assert_null(facility_at(&set, at("PSY200")));
    assert_null(facility_credentials(&set, at("PSY001"))); /* nobody can send by the sample */
    assert_non_null(nakes_of(&set, S("+6281200000002")));
    assert_null(nakes_of(&set, S("")));
    faults_free(&faults);
}

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

/* What is said of such files; empty when nothing is.  The secret is there. */
static const char *said(const char *facilities, const char *nakes, struct facility_set *set)
{
    static const char *const names[] = { "facilities.csv", "nakes.csv", "rahasia" };
    static char text[512];
    struct faults faults = { 0 };
    char path[128];

    put("facilities.csv", facilities);
    put("nakes.csv", nakes);
    put("rahasia", "sangat rahasia\n");
    (void)!facilities_load(folder, &directory, &arena, &faults, set);
    snprintf(text, sizeof text, "%s", faults.n ? faults.lines[0] + strlen(folder) + 1 : "");
    faults_free(&faults);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return text;
}

static void credentials_hold_for_all_below(void **state)
{
    struct facility_set set;

    (void)state;
    assert_string_equal(said("place,organization,location,client_id,client_secret_file\n"
                             "PKM01,10000001,L1,kami,rahasia\nPSY001,10000002,L2,,\n",
                             "msisdn,nik,ihs\n", &set),
                        "");
    assert_string_equal(facility_credentials(&set, at("PSY001"))->client_secret.p, "sangat rahasia");
    assert_null(facility_credentials(&set, at("PKM02")));
}

static void faults_name_their_place(void **state)
{
#define HEAD "place,organization,location,client_id,client_secret_file\n"
    static const struct {
        const char *facilities, *nakes, *said;
    } rows[] = {
        { HEAD "PKM99,1,2,,\n", "", "facilities.csv:2:1: \"PKM99\" is no code of a place" },
        { HEAD "19.06,1,2,,\n", "", "facilities.csv:2:1: a kabkota is no place that treats" },
        { HEAD "PKM01,1,,,\nPKM01,1,,,\n", "", "facilities.csv:3:1: \"PKM01\" stands twice" },
        { HEAD "PKM01,,2,,\n", "", "facilities.csv:2:7: an id as the platform gave it" },
        { HEAD "PKM01,1,a/b,,\n", "", "facilities.csv:2:9: an id as the platform gave it" },
        { HEAD "PKM01,1,2,kami,\n", "", "facilities.csv:2:16: client_id and client_secret_file go together" },
        { HEAD "PKM01,1,2,,rahasia\n", "", "facilities.csv:2:11: client_id and client_secret_file go" },
        { HEAD "PKM01,1,2,kami,tidak-ada\n", "", "facilities.csv:2:16: \"client_secret_file\":" },
        { HEAD "PKM01,1,2,kami,rahasia\nPSY200,1,2,,\n", "", "facilities.csv:3:1: warning" },
        { "place\nPKM01\n", "", "facilities.csv:1:1: the first row lacks the column \"organization\"" },
        { HEAD, "msisdn,nik\n12,1906014501900001\n", "nakes.csv:2:1: no telephone number" },
        { HEAD, "msisdn,nik\n+6281200000002,190601\n", "nakes.csv:2:16: a NIK has 16 digits" },
        { HEAD, "msisdn,nik\n+6281200000002,1906013913900001\n", "nakes.csv:2:16: a NIK has 16 digits" },
        { HEAD, "msisdn,nik\n+6281200000002,1906014501900001\n081200000002,1906014501900001\n",
          "nakes.csv:3:1: this number stands twice" },
        { HEAD, "msisdn,nik,ihs\n+6281200000002,1906014501900001,N 1\n", "nakes.csv:2:33: an id" },
    };
    struct facility_set set;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = said(rows[i].facilities, rows[i].nakes[0] ? rows[i].nakes : "msisdn,nik\n", &set);

        if (strncmp(text, rows[i].said, strlen(rows[i].said)) != 0)
            fail_msg("row %zu: \"%s\", not \"%s\"", i, text, rows[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_whole),
        cmocka_unit_test(credentials_hold_for_all_below),
        cmocka_unit_test(faults_name_their_place),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
