/* test_msisdn.c - telephone numbers made one; senders that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "parsers/msisdn.h"

static void numbers_are_made_one(void **state)
{
    static const struct {
        const char *typed, *want; /* want NULL: no MSISDN */
    } cases[] = {
        { "+6281234567890", "+6281234567890" },
        { "6281234567890", "+6281234567890" },
        { "006281234567890", "+6281234567890" },
        { "00 62 812-3456-7890", "+6281234567890" },
        { "081234567890", "+6281234567890" },
        { "81234567890", "+6281234567890" },
        { "+62081234567890", "+6281234567890" },
        { "62081234567890", "+6281234567890" },
        { "+62 (812) 3456.7890", "+6281234567890" },
        { "62812345678", "+62812345678" }, /* not national 62812345678 */
        { "0812345678", "+62812345678" },
        { "+62811234567", "+62811234567" },
        { "+628123456789012", NULL }, /* 13 digits behind 62 */
        { "+6281234", NULL },
        { "0812345", NULL },
        { "080123456789", NULL }, /* no mobile prefix */
        { "084123456789", NULL },
        { "0211234567", "+62211234567" }, /* a landline */
        { "+60123456789", "+60123456789" },
        { "+1234567", NULL },
        { "+1234567890123456", NULL },
        { "98120", NULL },
        { "123", NULL },
        { "INFO", NULL },
        { "Telkomsel", NULL },
        { "0812x4567890", NULL },
        { "++6281234567890", NULL },
        { "0812+34567890", NULL },
        { "", NULL },
        { "+", NULL },
        { "0", NULL },
        { "00", NULL },
        { "99999999999999999999999999", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct msisdn m;
        bool ok = msisdn_parse(slice_of(cases[i].typed), &m);

        if (ok != (cases[i].want != NULL) || (ok && !slice_is(msisdn_slice(&m), cases[i].want)))
            fail_msg("%s: %s", cases[i].typed, m.text);
    }
}

static void what_was_made_one_stays_as_it_is(void **state)
{
    static const char *const typed[] = { "081234567890", "+60123456789", "0211234567" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct msisdn once, twice;

        assert_true(msisdn_parse(slice_of(typed[i]), &once));
        assert_true(msisdn_parse(msisdn_slice(&once), &twice));
        assert_string_equal(once.text, twice.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_made_one),
        cmocka_unit_test(what_was_made_one_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
