/* test_aof_tail.c - where an append-only file that a crash cut short is cut before Redis sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/store/redis/aof_tail.h"

#define SELECT "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
#define MULTI  "*1\r\n$5\r\nMULTI\r\n"
#define SET    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"
#define EXEC   "*1\r\n$4\r\nEXEC\r\n"

static void it_is_cut_behind_the_last_whole_transaction(void **state)
{
    static const char whole[] = SELECT MULTI SET SET EXEC SET, next[] = MULTI SET EXEC;
    char bytes[sizeof whole + sizeof next];

    (void)state;
    memcpy(bytes, whole, sizeof whole - 1);
    memcpy(bytes + sizeof whole - 1, next, sizeof next - 1);
    for (size_t n = 0; n < sizeof next - 1; n++)
        if (aof_whole(bytes, sizeof whole - 1 + n) != (int64_t)sizeof whole - 1)
            fail_msg("cut after %zu bytes of a transaction", n);
    assert_int_equal(aof_whole(bytes, sizeof whole + sizeof next - 2), sizeof whole + sizeof next - 2);
    assert_int_equal(aof_whole("", 0), 0);
}

static void what_is_wrong_otherwise_is_left_to_redis(void **state)
{
    static const char *const wrong[] = { "garbage", SET "x" SET, SET "*3\r\n$3\r\nSETx\r\n", SET "*3\n$3\r\n",
                                         SET "*3\r\nx" };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (aof_whole(wrong[i], strlen(wrong[i])) != -1)
            fail_msg("%s", wrong[i]);
    assert_int_equal(aof_whole("#TS:1\r\n" SET, 7 + sizeof SET - 1), 7 + sizeof SET - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_cut_behind_the_last_whole_transaction),
        cmocka_unit_test(what_is_wrong_otherwise_is_left_to_redis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
