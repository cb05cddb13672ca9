/* test_names.c - how a child is found by its name: names one edit apart meet in a list, and what former
 * versions listed elsewhere is found and moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "flows/care/child.h"
#include "tests/support/phone.h"

static const char place[] = "PSY001";

/* Where the one stands, the other is looked for. */
static bool meet(const char *stands, const char *sought)
{
    struct slice at[CHILD_BUCKETS], looks[CHILD_BUCKETS];
    bool found = false;
    struct arena a;

    arena_init(&a, 1 << 20);
    child_buckets(slice_of(place), child_name_key(phone_ruleset, slice_of(stands), &a), S(""), &a, at);
    child_buckets(slice_of(place), child_name_key(phone_ruleset, slice_of(sought), &a), S(""), &a, looks);
    for (unsigned i = 0; i < CHILD_LISTED; i++)
        for (unsigned k = 0; k < CHILD_BUCKETS; k++)
            found |= at[i].n && slice_eq(at[i], looks[k]);
    arena_free(&a);
    return found;
}

static void must_meet(const char *name, const char *other)
{
    if (!meet(name, other) || !meet(other, name))
        fail_msg("%s and %s are in no list together", name, other);
}

static void names_one_edit_apart_meet(void **state)
{
    static const char letters[] = "kusumawardhani";

    (void)state;
    for (size_t n = 5; n < sizeof letters - 1; n++) {
        char name[32], other[64];

        snprintf(name, sizeof name, "%.*s", (int)n, letters);
        for (size_t i = 0; i < n; i++) {
            snprintf(other, sizeof other, "%s", name);
            other[i] = 'x';
            must_meet(name, other);
            snprintf(other, sizeof other, "%.*s%s", (int)i, name, name + i + 1);
            must_meet(name, other);
            snprintf(other, sizeof other, "%.*sx%s", (int)i, name, name + i);
            must_meet(name, other);
            snprintf(other, sizeof other, "%s", name);
            other[i] = name[i + 1] ? name[i + 1] : name[i];
            other[i + (name[i + 1] != 0)] = name[i];
            must_meet(name, other);
        }
        snprintf(other, sizeof other, "Bayi %s", name);
        must_meet(name, other);
    }
    must_meet("Rina", "Bayi Rina");
    must_meet("Al", "Bayi Al");
}

static bool lists(const char *id, const char *name)
{
    struct slice blob = mem_blob(&phone.store, SUBJECT_NAME, slice_of(id));

    return blob.n && memmem(blob.p, blob.n, name, strlen(name));
}

static void what_former_versions_listed_is_found_and_moves(void **state)
{
    struct mem_store *m = &phone.store;

    (void)state;
    mem_sms_in(m, PHONE_KADER, "TIMBANG Kusumawati P 14bl 9,2 76");
    assert_true(lists("PSY001/kusu-", "Kusumawati") && lists("PSY001/-wati", "Kusumawati"));
    mem_rename(m, SUBJECT_NAME, "PSY001/kusu-", "PSY001/ku-");
    mem_rename(m, SUBJECT_NAME, "PSY001/-wati", "PSY001/-ti");
    mem_pass(m, INT64_C(30) * 86400000);
    mem_sms_in(m, PHONE_KADER, "TIMBANG Kusumawatu P 15bl 9,6 77"); /* one edit away: asked about */
    phone_sms(PHONE_KADER, "Kusumawati 15bl? Balas YA");
    mem_sms_in(m, PHONE_KADER, "YA");
    mem_due(m);
    assert_true(lists("PSY001/kusu-", "Kusumawati") && lists("PSY001/-wati", "Kusumawati"));
    assert_false(lists("PSY001/ku-", "Kusumawati") || lists("PSY001/-ti", "Kusumawati"));
    assert_string_equal(m->fault, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_one_edit_apart_meet),
        cmocka_unit_test_setup_teardown(what_former_versions_listed_is_found_and_moves, phone_begin,
                                        phone_end),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
