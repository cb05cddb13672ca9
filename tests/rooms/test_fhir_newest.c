/* test_fhir_newest.c - which version of many records was sent last, in a memory that does not grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/district/fhir_newest.h"

static struct slice row(unsigned n, unsigned version, char out[512])
{
    int len =
        snprintf(out, 512,
                 "{\"v\":1,\"row\":\"record\",\"version\":%u,\"id\":\"00000000-0000-5000-8000-%012u\","
                 "\"nomor\":\"1\",\"form\":\"timbang\",\"at\":\"x\",\"received_at\":\"x\",\"fields\":{},"
                 "\"findings\":[],\"status\":\"checked\"}",
                 version, n);

    return slice_make(out, (size_t)len);
}

static void note(struct fhir_newest *m, unsigned n, unsigned version)
{
    struct arena a;
    char text[512];

    arena_init(&a, 1 << 16);
    fhir_newest_note(m, row(n, version, text), &a);
    arena_free(&a);
}

static bool over(const struct fhir_newest *m, unsigned n, unsigned version)
{
    struct arena a;
    char text[512];
    bool is;

    arena_init(&a, 1 << 16);
    is = fhir_newest_over(m, row(n, version, text), &a);
    arena_free(&a);
    return is;
}

static void each_of_many_is_remembered_and_the_oldest_goes(void **state)
{
    struct fhir_newest *m = calloc(1, sizeof *m);
    unsigned wrong = 0;

    (void)state;
    assert_non_null(m);
    for (unsigned n = 0; n < FHIR_NEWEST; n++)
        note(m, n, 2 + n % 5);
    for (unsigned n = 0; n < FHIR_NEWEST; n++)
        wrong += !over(m, n, 1 + n % 5) || over(m, n, 2 + n % 5) || over(m, n, 3 + n % 5);
    assert_int_equal(wrong, 0);
    note(m, FHIR_NEWEST, 3); /* one too many */
    assert_true(over(m, FHIR_NEWEST, 2));
    assert_false(over(m, 0, 1));
    for (unsigned n = 1; n < FHIR_NEWEST; n++)
        wrong += !over(m, n, 1 + n % 5);
    assert_int_equal(wrong, 0);
    for (unsigned n = 0; n < 3 * FHIR_NEWEST; n++) /* round and round */
        note(m, n, 2);
    for (unsigned n = 2 * FHIR_NEWEST; n < 3 * FHIR_NEWEST; n++)
        wrong += !over(m, n, 1);
    assert_int_equal(wrong, 0);
    free(m);
}

static void an_older_version_takes_nothing_back(void **state)
{
    struct fhir_newest *m = calloc(1, sizeof *m);

    (void)state;
    assert_non_null(m);
    note(m, 7, 5);
    note(m, 7, 3);
    assert_true(over(m, 7, 4));
    assert_false(over(m, 7, 5));
    assert_false(over(m, 8, 1));
    note(m, 9, 1); /* nothing is older */
    assert_int_equal(m->last, 1);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_is_remembered_and_the_oldest_goes),
        cmocka_unit_test(an_older_version_takes_nothing_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
