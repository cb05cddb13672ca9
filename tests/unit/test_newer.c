/* test_newer.c - what an earlier program kept goes on as what this one keeps; what a newer one wrote is
 * nobody's to read: whatever looks at it is refused whole, and it is never taken for absent and written over
 * (SPEC 6: after an upgrade that was taken back).  Every kind of subject. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/mem_store.h"
#include "tests/support/sample.h"

enum {
    KINDS = 16,
};

static const char kader[] = "+6281200000001", bidan[] = "+6281200000002", puskesmas[] = "+6281200000003",
                  kades[] = "+6281200000005", kader2[] = "+6281200000008";

static const struct ruleset *rules;

/* A village in which everything has been kept: children, cases, an episode, what is due, a dialogue. */
static void everything(struct mem_store *m)
{
    mem_init(m, rules, INT64_C(1795226400000)); /* 2026-11-21 09:00 */
    mem_sms_in(m, kader, "TIMBANG#Siti Aminah#P#14bl#9,2#76");
    mem_sms_in(m, kader, "BUMIL Ani 30 110/70 lila 22");
    mem_sms_in(m, kader, "BUMIL Sari 30 165/110");
    mem_sms_in(m, kader, "TIMBANG Budi L 14bl");
    mem_sms_in(m, kader, "KASUS campak 1");
    mem_sms_in(m, kader2, "KASUS diare 6");
    mem_sms_in(m, bidan, "TERIMA");
    mem_ussd_in(m, kader, "s1", "*123#", true);
    mem_ussd_in(m, kader, "s1", "2", false);
    mem_ussd_in(m, kader, "s1", "Rina", false);
    assert_string_equal(m->fault, "");
}

/* Whoever may look at any of it: the same people again, answers, and the clocks of a day. */
static void go_on(struct mem_store *m)
{
    mem_ussd_in(m, kader, "s1", "30", false);
    mem_sms_in(m, kader, "TIMBANG#Siti Aminah#P#14bl#9,4#76");
    mem_sms_in(m, kader, "TIMBANG#Siti Aminah#P#14bl#9,2#76");
    mem_sms_in(m, kader, "BUMIL Ani 31 110/70 lila 22");
    mem_sms_in(m, kader2, "KASUS campak 2");
    mem_sms_in(m, kader2, "KASUS diare 4");
    mem_sms_in(m, kader, "bb 9,2");
    mem_sms_in(m, bidan, "SELESAI");
    mem_sms_in(m, puskesmas, "BENAR");
    mem_sms_in(m, kades, "PWS");
    mem_sms_in(m, kader, "TUGAS");
    mem_pass(m, INT64_C(25) * 3600 * 1000);
}

static void what_a_newer_program_wrote_is_left_alone(void **state)
{
    static const enum subject_kind kinds[] = { SUBJECT_SENDER,  SUBJECT_SESSION, SUBJECT_NUMBER,
                                               SUBJECT_NAME,    SUBJECT_EPISODE, SUBJECT_VILLAGE,
                                               SUBJECT_POSYANDU };
    unsigned touched[KINDS] = { 0 }, stored[KINDS] = { 0 };
    struct mem_store all;

    (void)state;
    everything(&all);
    for (unsigned i = 0; i < all.blobs_n; i++) {
        struct mem_store m;
        struct slice newer;
        struct arena a;

        if (!mem_text(&all, i).n)
            continue;
        arena_init(&a, 1 << 20);
        mem_fork(&all, &m);
        newer = arena_copy(&a, mem_newer(&m, i, i % 2));
        go_on(&m);
        stored[mem_kind(&m, i)]++;
        touched[mem_kind(&m, i)] += m.fault[0] != '\0';
        assert_true(slice_eq(mem_text(&m, i), newer));
        arena_free(&a);
        mem_free(&m);
    }
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (!stored[kinds[k]] || !touched[kinds[k]])
            fail_msg("subjects of kind %d: %u stored, %u refused", (int)kinds[k], stored[kinds[k]],
                     touched[kinds[k]]);
    mem_free(&all);
}

/* All is JSON, and goes on as if it had been packed, to the same SMS and bytes. */
static void what_an_earlier_program_kept_goes_on(void **state)
{
    struct mem_store all, now, former;

    (void)state;
    everything(&all);
    mem_fork(&all, &now);
    mem_fork(&all, &former);
    for (unsigned i = 0; i < former.blobs_n; i++)
        mem_former(&former, i);
    go_on(&now);
    go_on(&former);
    assert_string_equal(former.fault, "");
    assert_int_equal(former.blobs_n, now.blobs_n);
    assert_int_equal(former.sms_n, now.sms_n);
    for (unsigned i = 0; i < now.sms_n; i++)
        assert_string_equal(former.sms[i].text, now.sms[i].text);
    for (unsigned i = 0; i < now.blobs_n; i++) {
        mem_former(&now, i); /* what nobody wrote since is JSON still */
        mem_former(&former, i);
        if (!slice_eq(mem_text(&former, i), mem_text(&now, i)))
            fail_msg("%.*s\n%.*s", SLICE_ARG(mem_text(&former, i)), SLICE_ARG(mem_text(&now, i)));
    }
    mem_free(&all);
    mem_free(&now);
    mem_free(&former);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_a_newer_program_wrote_is_left_alone),
                                        cmocka_unit_test(what_an_earlier_program_kept_goes_on) };
    int failed;

    rules = sample_rules();
    if (!rules)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    sample_free();
    return failed;
}
