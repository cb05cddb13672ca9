/* test_drafts.c - the repeats that are kept of a sender: as former versions wrote them, and as they are
 * written now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "flows/step/drafts.h"
#include "tests/support/sample.h"

static const int64_t now = INT64_C(1795226400000); /* 2026-11-21 09:00 */
static const struct ruleset *rules;

static void check(const struct sender_state *s)
{
    const struct repeat *r = drafts_repeat(s, S("0123456789abcdef"));

    assert_int_equal(s->repeats_n, 2);
    assert_non_null(r);
    assert_true(slice_is(r->nomor, "48217"));
    assert_int_equal(r->at_ms, now - 3600000);
    assert_non_null(drafts_repeat(s, S("fedcba9876543210")));
}

static void repeats_are_read_as_they_were_kept(void **arg)
{
    static const char former[] =
        "{\"v\":1,\"repeats\":[{\"h\":\"0123456789abcdef\",\"n\":\"48217\",\"at\":1795222800000},"
        "{\"h\":\"fedcba9876543210\",\"n\":\"48225\",\"at\":1795222801000},"
        "{\"h\":\"0000000000000000\",\"n\":\"48233\",\"at\":1795100000000}]}"; /* the last a day ago */
    struct slice blob = S(former);
    struct arena a;

    (void)arg;
    arena_init(&a, 1 << 20);
    for (int times = 0; times < 3; times++) {
        struct sender_state *s = drafts_decode(blob, rules, now, &a);

        assert_non_null(s);
        check(s);
        blob = drafts_encode(s, &a);
    }
    assert_true(blob.n < sizeof former);
    arena_free(&a);
}

/* Of the version between the two. */
static void former_ones_are_read(void **arg)
{
    struct arena a;

    (void)arg;
    arena_init(&a, 1 << 20);
    check(drafts_decode(
        S("{\"v\":1,\"r\":\"0123456789abcdef,48217,6b00ed10;fedcba9876543210,48225,6b00ed11;\"}"), rules, now,
        &a));
    arena_free(&a);
}

static void a_day_of_reports_is_small(void **arg)
{
    struct sender_state *s;
    struct slice blob;
    struct arena a;

    (void)arg;
    arena_init(&a, 1 << 20);
    s = drafts_decode(S(""), rules, now, &a);
    for (unsigned i = 0; i < DRAFTS_REPEATS; i++)
        drafts_remember(s, arena_printf(&a, "%016x", i * 0x9e3779b9U), arena_printf(&a, "%u", 48217 + i),
                        now - (DRAFTS_REPEATS - i) * INT64_C(600000));
    blob = drafts_encode(s, &a);
    assert_true(blob.n < DRAFTS_REPEATS * 15 + 64);
    s = drafts_decode(blob, rules, now, &a);
    assert_int_equal(s->repeats_n, DRAFTS_REPEATS);
    assert_true(slice_is(drafts_repeat(s, S("000000009e3779b9"))->nomor, "48218"));
    assert_null(drafts_repeat(s, S("000000009e3779ba")));
    drafts_forget(s, S("000000009e3779b9"));
    assert_null(drafts_repeat(s, S("000000009e3779b9")));
    arena_free(&a);
}

/* Whatever stands there is read to its end, and no further. */
static void broken_repeats_are_passed_over(void **arg)
{
    static const char *const blobs[] = {
        "{\"v\":1,\"r\":\"\"}",
        "{\"v\":1,\"r\":\";;;\"}",
        "{\"v\":1,\"r\":\"abc\"}",
        "{\"v\":1,\"r\":\",48217,1;\"}",
        "{\"v\":1,\"r\":\"abc,48217\"}",
        "{\"v\":1,\"r\":\"abc,48217,zz;\"}",
        "{\"v\":1,\"r\":7}",
        "{\"v\":1,\"told\":7}",
        "{\"v\":1,\"told\":\"\"}",
        "{\"v\":1,\"told\":\";0123456007;\"}",
        "{\"v\":1,\"told\":\"-1;01234560048217;\"}",
        "{\"v\":1,\"told\":\"9223372036854775807;01234560048217;\"}",
        "{\"v\":1,\"told\":\"29920440;012345600;0123456;0*23456000048217;01234560\"}",
    };

    (void)arg;
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
        struct arena a;

        arena_init(&a, 1 << 20);
        assert_int_equal(drafts_decode(slice_of(blobs[i]), rules, now, &a)->repeats_n, 0);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(repeats_are_read_as_they_were_kept),
                                        cmocka_unit_test(former_ones_are_read),
                                        cmocka_unit_test(a_day_of_reports_is_small),
                                        cmocka_unit_test(broken_repeats_are_passed_over) };
    int failed;

    rules = sample_rules();
    if (!rules)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    sample_free();
    return failed;
}
