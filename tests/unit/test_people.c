/* test_people.c - what a people.csv and the store say together (gateway/model/people.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/model/people.h"

static struct arena arena;

static struct person person(const char *msisdn, const char *name, bool active)
{
    struct person p = { .msisdn = slice_of(msisdn),
                        .name = slice_of(name),
                        .place_code = S("PSY001"),
                        .language = S("id"),
                        .active = active };

    p.imported = person_hash(&p);
    return p;
}

static void each_is_kept_once(void **state)
{
    struct person same = person("+621", "Ani", true), retired = person("+622", "Budi", true),
                  changed = person("+623", "Citra", true), fresh = person("+624", "Dewi", true),
                  sample = person("+625", "Eka (contoh)", true),
                  *file[] = { &same, &retired, &changed, &fresh, &sample };
    struct person same_there = same, retired_there = retired, changed_there = person("+623", "Cita", true),
                  by_sms = person("+626", "Fitri", true);
    const struct person *stored[] = { &by_sms, &changed_there, &retired_there, &same_there };
    struct people merged;

    (void)state;
    retired_there.active = false;
    assert_true(people_merge(file, 5, stored, 4, &arena, &merged));
    assert_int_equal(merged.n, 6);
    assert_ptr_equal(merged.all[0], &same); /* no second one */
    assert_true(slice_eq(merged.all[1]->msisdn, retired.msisdn) && !merged.all[1]->active);
    assert_ptr_not_equal(merged.all[1], &retired_there); /* what the store said goes */
    assert_ptr_equal(merged.all[2], &changed);
    assert_ptr_equal(merged.all[3], &fresh);
    assert_ptr_equal(merged.all[4], &sample);
    assert_true(slice_is(merged.all[5]->name, "Fitri"));
    assert_int_equal(merged.imports_n, 2); /* who changed and who is new; no sample */
    assert_true(slice_is(merged.imports[0].name, "Citra") && slice_is(merged.imports[1].name, "Dewi"));
    assert_int_equal(merged.stored_n, 4);

    /* another file: what the store said is remembered */
    assert_true(
        people_merge(file, 1, (const struct person *const *)merged.stored, merged.stored_n, &arena, &merged));
    assert_int_equal(merged.n, 4);
    for (unsigned i = 1; i < 4; i++)
        assert_true(slice_is(merged.all[i]->name, "Cita") || slice_is(merged.all[i]->name, "Fitri") ||
                    !merged.all[i]->active);
    assert_int_equal(merged.imports_n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_is_kept_once) };
    int failed;

    arena_init(&arena, 1 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
