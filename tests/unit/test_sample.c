/* test_sample.c - the sample district: what SPEC 7 says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/conf/config.h"
#include "gateway/conf/places.h"
#include "gateway/conf/texts.h"

static struct arena arena;
static struct faults faults;
static struct directory directory;

static void show_faults(void)
{
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
}

static int load(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    if (places_load("config/places.csv", "config/people.csv", &arena, &faults, &directory) != 0)
        show_faults();
    return (int)faults.n;
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

static unsigned count(enum place_level level, const char *prefix)
{
    unsigned n = 0;

    for (unsigned i = 0; i < directory.places_n; i++) {
        const struct place *p = &directory.places[i];
        struct slice in = p->area ? p->area->code : p->code;

        n += p->level == level && slice_starts(in, prefix);
    }
    return n;
}

static void has_the_places_of_two_districts(void **state)
{
    (void)state;
    assert_int_equal(count(PLACE_KECAMATAN, "19.06"), 7);
    assert_int_equal(count(PLACE_DESA, "19.06"), 39);
    assert_int_equal(count(PLACE_KECAMATAN, "14.72"), 7);
    assert_int_equal(count(PLACE_KELURAHAN, "14.72"), 36);
    assert_int_equal(count(PLACE_PUSKESMAS, "14.72"), 10);
    assert_int_equal(count(PLACE_PUSTU, "14.72"), 36);
    assert_int_equal(count(PLACE_POSYANDU, "14.72"), 201);
    assert_true(slice_is(directory.places[0].code, "19.06"));
}

static void first_row_of_each_role_is_of_kelubi_and_its_chain(void **state)
{
    static const char *const seats[ROLES] = { "PSY001",        "PST001",   "PKM01", "RS01",
                                              "19.06.01.2004", "19.06.01", "19.06" };
    bool seen[ROLES] = { 0 };

    (void)state;
    for (unsigned i = 0; i < directory.people_n; i++) {
        const struct person *p = directory.people[i];

        if (!seen[p->role])
            assert_true(slice_is(p->place->code, seats[p->role]));
        seen[p->role] = true;
        assert_true(slice_ends(p->name, " (contoh)"));
    }
    for (unsigned r = 0; r < ROLES; r++)
        assert_true(seen[r]);
}

static void a_referral_from_kelubi_climbs_to_the_hospital(void **state)
{
    static const char *const chain[] = { "PSY001", "PST001", "PKM01", "RS01", "19.06" };
    const struct place *p = directory_place(&directory, S("PSY001"));

    (void)state;
    for (unsigned i = 0; i < 5; i++, p = p->parent) {
        assert_true(slice_is(p->code, chain[i]));
        assert_true(directory_people_count(&directory, p) > 0);
    }
    assert_null(p);
    p = directory_place(&directory, S("PSY001"));
    assert_true(slice_is(place_village(p)->name, "Kelubi"));
    assert_true(slice_is(place_kecamatan(p)->name, "Manggar"));
    assert_true(place_under(p, directory_place(&directory, S("RS01"))));
    assert_false(place_under(p, directory_place(&directory, S("RS02"))));
}

static void configuration_loads_without_a_word(void **state)
{
    struct config *c = config_load("config/kentongan.yaml", &arena, &faults);

    (void)state;
    show_faults();
    assert_non_null(c);
    assert_int_equal(faults.n, 0);
    assert_int_equal(c->utc_offset_min, 420);
    assert_true(slice_is(c->default_provider, "emulator"));
    assert_true(slice_ends(c->places, "/config/places.csv"));
    assert_true(slice_ends(c->state, "/var"));
    assert_null(strstr(c->state.p, ".."));
}

static void texts_load_without_a_word(void **state)
{
    struct text_set *t = texts_load("config/texts", &arena, &faults);

    (void)state;
    show_faults();
    assert_non_null(t);
    assert_int_equal(faults.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_places_of_two_districts),
        cmocka_unit_test(first_row_of_each_role_is_of_kelubi_and_its_chain),
        cmocka_unit_test(a_referral_from_kelubi_climbs_to_the_hospital),
        cmocka_unit_test(configuration_loads_without_a_word),
        cmocka_unit_test(texts_load_without_a_word),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
