/* test_csv.c - strict CSV, and places and people made of it: each fault at its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/csv.h"
#include "gateway/conf/places.h"

static struct arena arena;
static struct faults faults;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 32 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

static const char *const columns[] = { "a", "b", "?c", NULL };

static int parse(const char *text, struct csv *out)
{
    faults_free(&faults);
    return csv_parse(slice_of(text), "x.csv", columns, &arena, &faults, out);
}

static void cells_are_read_as_people_write_them(void **state)
{
    struct csv csv;

    (void)state;
    assert_int_equal(parse("\xEF\xBB\xBF"
                           "b,a\r\n 2 , 1\r\n\r\n\"x, \"\"y\"\"\nz\",\"1\"\n3,",
                           &csv),
                     0);
    assert_int_equal(csv.n, 3);
    assert_true(slice_is(csv.rows[0].cells[0], "1"));
    assert_true(slice_is(csv.rows[0].cells[1], "2"));
    assert_true(slice_is(csv.rows[0].cells[2], ""));
    assert_true(slice_is(csv.rows[1].cells[1], "x, \"y\"\nz"));
    assert_int_equal(csv.rows[1].mark.line, 4);
    assert_int_equal(csv.rows[2].mark.line, 6);
    assert_true(slice_is(csv.rows[2].cells[0], ""));
}

static void faults_stand_at_their_place(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        { "a\n1\n", "x.csv:1:1: the first row lacks the column \"b\"" },
        { "a,b,d\n", "x.csv:1:5: unknown column \"d\"" },
        { "a,b,a\n", "x.csv:1:5: column \"a\" stands twice" },
        { "", "x.csv:1:1: the first row lacks" },
        { "a,b\n1\n", "x.csv:2:1: 1 cells where the first row has 2" },
        { "a,b\n1,2,3\n", "x.csv:2:1: 3 cells" },
        { "a,b\n1,\"2\n", "x.csv:2:3: a quote is opened here and never closed" },
        { "a,b\n1,\"2\"3\n", "x.csv:2:6: text behind a closing quote" },
        { "a,b\n1,\"2\"\r1,\"2\"\r1,\"2\"\r", "x.csv:2:6: text behind a closing quote" },
        { "a,b\n1,2\"3\n", "x.csv:2:4: a quote inside a cell" },
        { "a,b\n1,\xFF\n", "x.csv:2:3: not UTF-8 text" },
        { "a,b\n1,\xC0\xAF\n", "x.csv:2:3: not UTF-8 text" },
        { "a,b,c,,,,,,,,,,,,,,,,\n", "x.csv:1:20: more than 16 columns" },
    };
    struct csv csv;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (parse(cases[i].text, &csv) == 0 || !slice_starts(slice_of(faults.lines[0]), cases[i].fault))
            fail_msg("%s -> %s", cases[i].text, faults.n ? faults.lines[0] : "no fault");
}

/* --- places and people --- */

#define ADMIN                                                                                                \
    "code,level,name,parent,area\n"                                                                          \
    "19.06,kabkota,Beltim,19,\n"                                                                             \
    "19.06.01,kecamatan,Manggar,19.06,\n"                                                                    \
    "19.06.01.2004,desa,Kelubi,19.06.01,\n"                                                                  \
    "RS01,rs,RSUD,19.06,19.06.01\n"                                                                          \
    "PKM01,puskesmas,Manggar,RS01,19.06.01\n"                                                                \
    "PST001,pustu,Kelubi,PKM01,19.06.01.2004\n"                                                              \
    "PSY001,posyandu,Melati,PST001,19.06.01.2004\n"
#define PEOPLE "msisdn,role,name,place\n"

static char places_path[] = "/tmp/kentongan-places-XXXXXX", people_path[] = "/tmp/kentongan-people-XXXXXX";

static void write_temporary(char *path, const char *text)
{
    int fd;

    strcpy(path + strlen(path) - 6, "XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int load(const char *places, const char *people, struct directory *out)
{
    int rc;

    faults_free(&faults);
    write_temporary(places_path, places);
    write_temporary(people_path, people);
    rc = places_load(places_path, people_path, &arena, &faults, out);
    unlink(places_path);
    unlink(people_path);
    return rc;
}

static void count_one(void *arg, const struct person *p)
{
    char *seen = arg;

    snprintf(seen + strlen(seen), 64 - strlen(seen), "%.*s ", SLICE_ARG(p->name));
}

static void people_sit_at_places_leaders_first_retired_left_out(void **state)
{
    struct directory d;
    char seen[64] = "";

    (void)state;
    assert_int_equal(load(ADMIN,
                          "msisdn,role,name,place,language,active,leader\n"
                          "081200000001,kader,Ana,PSY001,,,\n"
                          "081200000002,kader,Ani,PSY001,,no,\n"
                          "081200000003,kader,Adi,PSY001,id,yes,yes\n"
                          "081200000004,puskesmas,Bu Lina,PKM01,,,\n",
                          &d),
                     0);
    directory_people_at(&d, directory_place(&d, S("PSY001")), count_one, seen);
    assert_string_equal(seen, "Adi Ana ");
    assert_int_equal(directory_people_count(&d, directory_place(&d, S("PST001"))), 0);
    assert_non_null(directory_person(&d, S("+6281200000002")));
    assert_null(directory_person(&d, S("081200000002")));
    assert_int_equal(faults.warnings, 1); /* a pustu and a hospital without people */
    assert_non_null(strstr(faults.lines[0], "2 pustu, puskesmas or rs have no active person"));
}

static void wrong_places_and_people_are_refused(void **state)
{
    static const struct {
        const char *places, *people, *fault; /* behind the name of the file */
    } cases[] = {
        { ADMIN "PSY002,posyandu,X,PST009,19.06.01.2004\n", PEOPLE, ":9:1: parent \"PST009\" is no code" },
        { ADMIN "PSY002,posyandu,X,PST001,19.06.01\n", PEOPLE, ":9:1: a posyandu cannot lie in a kecamatan" },
        { ADMIN "PSY002,posyandu,X,PST001,\n", PEOPLE, ":9:1: area \"\" is no code" },
        { ADMIN "PSY002,posyandu,X,RS01,19.06.01.2004\n", PEOPLE,
          ":9:1: a posyandu cannot stand under a rs" },
        { ADMIN "PSY001,posyandu,X,PST001,19.06.01.2004\n", PEOPLE,
          ":9:1: code \"PSY001\" stands twice, first at line 8" },
        { ADMIN "psy2,posyandu,X,PST001,19.06.01.2004\n", PEOPLE, ":9:1: a code is digits, capitals" },
        { ADMIN "19.06.02,desa,X,19.06,\n", PEOPLE, ":9:1: code \"19.06.02\" is none of a desa" },
        { ADMIN "PSY002,posiandu,X,PST001,19.06.01.2004\n", PEOPLE, ":9:8: level is one of" },
        { ADMIN "PSY002,posyandu,,PST001,19.06.01.2004\n", PEOPLE, ":9:17: a name has 1 to 60" },
        { ADMIN "19.06.02,kecamatan,X,19.06,19.06\n", PEOPLE, ":9:1: a kecamatan is an area itself" },
        { ADMIN "RS02,rs,X,RS03,19.06.01\nRS03,rs,X,RS02,19.06.01\n", PEOPLE,
          ":9:1: \"RS02\" stands above itself" },
        { ADMIN, PEOPLE "98120,kader,X,PSY001\n", ":2:1: no telephone number" },
        { ADMIN, PEOPLE "081200000001,kadr,X,PSY001\n", ":2:14: role is one of" },
        { ADMIN, PEOPLE "081200000001,kader,X,PSY009\n", ":2:1: place \"PSY009\" is no code" },
        { ADMIN, PEOPLE "081200000001,kader,X,PKM01\n", ":2:1: role kader does not sit at a puskesmas" },
        { ADMIN, PEOPLE "081200000001,kader,X,PSY001\n+6281200000001,kader,Y,PSY001\n",
          ":3:1: this number stands twice, first at line 2" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct directory d;
        int rc = load(cases[i].places, cases[i].people, &d);

        if (rc == 0 || !slice_starts(slice_of(faults.lines[0] + strlen(places_path)), cases[i].fault))
            fail_msg("case %zu -> %s", i, faults.n ? faults.lines[0] : "no fault");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_read_as_people_write_them, begin, end),
        cmocka_unit_test_setup_teardown(faults_stand_at_their_place, begin, end),
        cmocka_unit_test_setup_teardown(people_sit_at_places_leaders_first_retired_left_out, begin, end),
        cmocka_unit_test_setup_teardown(wrong_places_and_people_are_refused, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
