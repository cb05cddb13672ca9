/* test_flows.c - whatever people send, in whatever order: every message has one outcome and at most one
 * answer, every write was loaded, every SMS fits, heads never read a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "flows/step/reading.h"
#include "tests/support/phone.h"

enum {
    SEEDS = 12,
    STEPS = 150
};

static const char *const people[] = { "+6281200000001", "+6281200000002", "+6281200000003", "+6281200000004",
                                      "+6281200000005", "+6281200000006", "+6281200000007", "+6281200000008",
                                      "+6281200000191", "+6289900000001" };

/* # stands for one of the numbers given out so far. */
static const char *const said[] = {
    "TIMBANG#Siti Aminah#P#14bl#9,2#76",
    "TIMBANG#Siti Amina#P#14bl#9,3#76",
    "timbang siti aminah p 14bl 9,4 76",
    "TIMBANG # 9,6",
    "TIMBANG # 19,6",
    "timbang ahmad L 15bl 98 78cm",
    "TIMBANG#Budi#L#10bl",
    "TIMBANG#Budi#L#10bl\nKASUS diare 2\nRUJUK#Bu Ana#28th#kejang",
    "LAHIR#Yanti#L#kemarin#1800#48",
    "IMUNISASI # campak rubella",
    "BUMIL#Wati#20#110/70#darah",
    "BUMIL Rini 30mg 165/112",
    "BUMIL#Wati#20#darah",
    "NIFAS ani 3 demam",
    "KASUS diare 3",
    "KASUS campak 1",
    "KASUS diare",
    "KASUS malaria budi l 30",
    "KEJADIAN keracunan makanan 8",
    "RUJUK#Bu Ana#28th#perdarahan#RSUD",
    "RUJUK#Bu Ana##perdarahan",
    "RUJUK #",
    "RUJUK # RS",
    "WAFAT bayi ani p 3bl kemarin",
    "W2 45 A5 B1 X120",
    "SKDN S60 K58 D50 N40 T6 O3 B1 BGM2",
    "tolong bu ada perdarahan",
    "halo",
    "",
    "#",
    "BB 9,2",
    "# YA",
    "# BARU",
    "KOREKSI # A5",
    "KOREKSI # nama Budi",
    "TIMBANG 1042 9,4",
    "W2 33 A5 B1000 X120",
    "B10",
    "9,2",
    "28th",
    "# BB 9,1",
    "YA",
    "YA #",
    "TIDAK",
    "TIDAK #",
    "BARU",
    "BARU #",
    "BATAL #",
    "KOREKSI # bb 9,3",
    "KOREKSI # bb 93",
    "KOREKSI # umur 29th",
    "KOREKSI # jumlah 1",
    "STATUS #",
    "TERIMA #",
    "TERIMA # siap",
    "TOLAK # penuh",
    "HADIR #",
    "TIDAK HADIR #",
    "SELESAI #",
    "BENAR #",
    "BUKAN # salah",
    "OK #",
    "CEK #",
    "NIK # 1906015509250001",
    "BANTUAN",
    "FORMAT timbang",
    "DAFTAR Ani#PSY001",
    "BERHENTI",
    "MULAI",
    "CAKAP",
    "PWS",
    "TUGAS",
};

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* The text with # in its command place made a number: only where a blank or the start stands before it. */
static void fill(struct mem_store *m, const char *text, uint32_t *seed, char *out, size_t max)
{
    const char *nomor = "48217";
    size_t n = 0;

    if (m->sms_n && m->sms[next(seed) % m->sms_n].nomor[0])
        nomor = m->sms[next(seed) % m->sms_n].nomor;
    for (const char *p = text; *p && n + 16 < max; p++) {
        if (*p == '#' && (p == text || p[-1] == ' ') && (p[1] == ' ' || p[1] == '\0'))
            n += (size_t)snprintf(out + n, max - n, "%s", nomor[0] ? nomor : "48217");
        else
            out[n++] = *p;
    }
    out[n] = '\0';
}

static unsigned answers(const struct mem_store *m, unsigned from, const char *to)
{
    unsigned n = 0;

    for (unsigned i = from; i < m->sms_n; i++)
        n += m->sms[i].class == SMS_ANSWER && strcmp(m->sms[i].to, to) == 0;
    return n;
}

static void heads_read_counts_only(const struct mem_store *m, unsigned from)
{
    static const char *const never[] = { "Siti", "Budi", "Wati", "budi", "0812", "th ", "bl " };

    for (unsigned i = from; i < m->sms_n; i++) {
        const struct mem_sms *s = &m->sms[i];

        if (s->class != SMS_ALERT || (strcmp(s->to, people[4]) != 0 && strcmp(s->to, people[5]) != 0))
            continue;
        for (unsigned k = 0; k < sizeof never / sizeof never[0]; k++)
            if (strstr(s->text, never[k]))
                fail_msg("a head reads \"%s\"", s->text);
    }
}

static void one_life(uint32_t seed)
{
    static const int64_t pauses[] = { 1000, 60000, 600000, 3600000, 7 * 3600000, 25 * 3600000 };
    struct mem_store m;
    char text[512];

    mem_init(&m, phone_ruleset, INT64_C(1795226400000));
    for (unsigned i = 0; i < STEPS; i++) {
        const char *from = people[next(&seed) % (sizeof people / sizeof people[0])];
        unsigned before = m.sms_n, n;

        fill(&m, said[next(&seed) % (sizeof said / sizeof said[0])], &seed, text, sizeof text);
        mem_sms_in(&m, from, text);
        if (m.fault[0])
            fail_msg("step %u: > %s: %s: %s", i, from, text, m.fault);
        n = answers(&m, before, from);
        if (n > 1 || (n == 0 && strcmp(m.reason, "command_refused") != 0 &&
                      strcmp(m.reason, "unknown_sender") != 0 && strcmp(m.reason, "robot") != 0))
            fail_msg("step %u: > %s: %s: %u answers, counted as %s", i, from, text, n, m.reason);
        heads_read_counts_only(&m, before);
        if (next(&seed) % 4 == 0)
            mem_pass(&m, pauses[next(&seed) % (sizeof pauses / sizeof pauses[0])]);
        if (m.fault[0])
            fail_msg("step %u: after > %s: %s: %s", i, from, text, m.fault);
    }
    mem_free(&m);
}

static void whatever_is_said_has_one_outcome_and_at_most_one_answer(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++)
        one_life(seed * 2654435761u);
}

/* Past the bound nothing is dropped silently: the intent says so for good. */
static void an_intent_remembers_that_it_was_full(void **state)
{
    static char names[INTENT_SUBJECTS + 1][8];
    struct intent intent = { 0 };

    (void)state;
    for (unsigned i = 0; i < INTENT_SUBJECTS; i++) {
        snprintf(names[i], sizeof names[i], "%u", i);
        assert_true(intent_add(&intent, SUBJECT_NUMBER, slice_of(names[i])));
    }
    assert_false(intent.overflow);
    assert_true(intent_add(&intent, SUBJECT_NUMBER, S("0")));
    assert_false(intent_add(&intent, SUBJECT_NUMBER, S("one more")));
    assert_true(intent_add(&intent, SUBJECT_NUMBER, S("1")));
    assert_true(intent.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intent_remembers_that_it_was_full),
        cmocka_unit_test(whatever_is_said_has_one_outcome_and_at_most_one_answer),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
