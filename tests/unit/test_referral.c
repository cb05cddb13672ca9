/* test_referral.c - the life of a referral, walked whole: from every state that can be reached, every staff
 * member's every answer, the kader's BATAL, and the clock (RULINGS 59, SPEC 2.3, 5, 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/care/subject_report.h"
#include "flows/filing/referral_moves.h"
#include "tests/support/mem_store.h"
#include "tests/support/sample.h"

enum {
    STATES = 2048,
    KADER = 0,
};

static const char *const people[] = { "+6281200000001", "+6281200000002", "+6281200000003",
                                      "+6281200000010", "+6281200000004", "+6281200000007" };
static const char *const words[] = { "TERIMA", "TOLAK", "HADIR", "TIDAK HADIR", "SELESAI" };

enum {
    PEOPLE = sizeof people / sizeof *people,
    WORDS = sizeof words / sizeof *words,
};

static const struct ruleset *rules;

/* What of a referral can be told apart by what follows. */
struct seen {
    enum referral_state state;
    char level[16], by[20], left[64];
    bool waits;
    char says[64]; /* what its report finds: "E1", "E2" or nothing */
};

struct place_in_life {
    struct mem_store store;
    struct seen seen;
    char path[256];
};

static struct place_in_life *all;
static unsigned all_n;
static char nomor[16];
static unsigned reached[REFERRAL_EXPIRED + 1];

static void text_of(char *to, size_t max, struct slice s)
{
    snprintf(to, max, "%.*s", (int)s.n, s.n ? s.p : "");
}

static struct seen look(struct mem_store *m, unsigned *climbs)
{
    struct seen seen = { 0 };
    struct filed_report r;
    struct arena a;
    char timer[40];

    arena_init(&a, 4 << 20);
    assert_true(report_decode(mem_blob(m, SUBJECT_NUMBER, slice_of(nomor)), slice_of(nomor), rules, &a, &r));
    seen.state = r.referral.state;
    text_of(seen.level, sizeof seen.level, r.referral.level);
    text_of(seen.by, sizeof seen.by, r.referral.by);
    text_of(seen.left, sizeof seen.left, r.referral.left);
    snprintf(timer, sizeof timer, "referral:%s", nomor);
    seen.waits = mem_waits(m, timer);
    if (strstr(r.findings.n ? arena_copy(&a, r.findings).p : "", "\"E1\""))
        strcpy(seen.says, "E1");
    else if (strstr(r.findings.n ? arena_copy(&a, r.findings).p : "", "\"E2\""))
        strcpy(seen.says, "E2");
    *climbs = r.referral.climbs;
    arena_free(&a);
    return seen;
}

static bool same(const struct seen *a, const struct seen *b)
{
    return a->state == b->state && strcmp(a->level, b->level) == 0 && strcmp(a->by, b->by) == 0 &&
           strcmp(a->left, b->left) == 0 && strcmp(a->says, b->says) == 0;
}

/* Takes it over unless it is known already. */
static void keep(struct mem_store *m, const struct seen *seen, const char *path, const char *step)
{
    for (unsigned i = 0; i < all_n; i++)
        if (same(&all[i].seen, seen) && all[i].seen.waits == seen->waits) {
            mem_free(m);
            return;
        }
    assert_true(all_n < STATES);
    all[all_n].store = *m;
    all[all_n].seen = *seen;
    snprintf(all[all_n].path, sizeof all[all_n].path, "%s > %s", path, step);
    reached[seen->state]++;
    all_n++;
}

static unsigned told(const struct mem_store *m, const char *to, enum sms_class class)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->sms_n; i++)
        n += strcmp(m->sms[i].to, to) == 0 && m->sms[i].class == class;
    return n;
}

static bool said(const struct mem_store *m, const char *to, const char *what)
{
    bool found = false;

    for (unsigned i = 0; i < m->sms_n; i++)
        found = found || (strcmp(m->sms[i].to, to) == 0 && strstr(m->sms[i].text, what));
    return found;
}

static unsigned rows(const struct mem_store *m, const char *event, const char *of_words)
{
    unsigned n = 0;
    char key[40];

    snprintf(key, sizeof key, "\"event\":\"%s\"", event);
    for (unsigned i = 0; i < m->rows_n; i++)
        n += strstr(m->rows[i].json, key) && strstr(m->rows[i].json, of_words);
    return n;
}

static struct slice parent_of(const char *level)
{
    const struct place *p = directory_place(&rules->directory, slice_of(level));

    return p && p->parent ? p->parent->code : S("");
}

static bool is_over(enum referral_state s)
{
    return s == REFERRAL_DONE || s == REFERRAL_CANCELLED;
}

#define HOLDS(c)                                                                                             \
    do {                                                                                                     \
        if (!(c))                                                                                            \
            fail_msg("%s > %s: " #c, from->path, step);                                                      \
    } while (0)

/* What holds whatever was said. */
static void check_any(const struct place_in_life *from, const struct seen *now, const char *step)
{
    bool held = now->state == REFERRAL_TAKEN || now->state == REFERRAL_ARRIVED ||
                now->state == REFERRAL_MISSED || now->state == REFERRAL_DONE;

    HOLDS(now->state != REFERRAL_NONE);
    HOLDS(now->state != REFERRAL_SENT || (now->waits && !now->by[0]));
    HOLDS(!held || now->by[0]);
    HOLDS(!is_over(now->state) || !now->waits);
}

/* It went one step up, or stayed. */
static void check_climb(const struct place_in_life *from, const struct seen *now, unsigned climbed,
                        const char *step)
{
    HOLDS(climbed <= 1);
    HOLDS(!climbed || (now->state == REFERRAL_SENT &&
                       slice_is(parent_of(from->seen.level), now->level[0] ? now->level : "")));
}

static void check_tolak(const struct place_in_life *from, const struct mem_store *m, const struct seen *now,
                        const char *who, const char *step)
{
    bool taker = strcmp(from->seen.by, who) == 0;

    if (said(m, who, "tidak ditujukan")) {
        HOLDS(same(now, &from->seen));
        return;
    }
    HOLDS(is_over(from->seen.state) || rows(m, "tolak", "tidak sanggup") == 1);
    if (from->seen.state == REFERRAL_TAKEN && !taker)
        HOLDS(same(now, &from->seen));
    if (!taker && !same(now, &from->seen)) {
        const struct person *p = directory_person(&rules->directory, slice_of(who));

        HOLDS(slice_is(p->place_code, from->seen.level));
    }
}

/* Nobody else ends it, nor takes back what she gave up; whoever had it hears of what another says. */
static void check_whose(const struct place_in_life *from, const struct mem_store *m, const struct seen *now,
                        unsigned person, unsigned word, const char *step)
{
    const struct person *p = directory_person(&rules->directory, slice_of(people[person]));
    struct referral held = { .left = slice_of(from->seen.left) };
    bool here =
        from->seen.level[0] ? slice_is(p->place_code, from->seen.level) : person == PEOPLE - 1 /* duty */;
    bool hers = here || strcmp(from->seen.by, people[person]) == 0;
    unsigned heard = 0;

    if (from->seen.state == REFERRAL_SENT && !here && referral_left_by(&held, p->place_code))
        HOLDS(same(now, &from->seen));
    if (hers || same(now, &from->seen) || word == 1)
        return;
    HOLDS(from->seen.state == REFERRAL_EXPIRED || now->state != REFERRAL_DONE);
    if (from->seen.by[0])
        HOLDS(told(m, from->seen.by, SMS_REFERRAL) + told(m, from->seen.by, SMS_ALERT) > 0);
    for (unsigned i = KADER + 1; i < PEOPLE; i++)
        if (slice_is(directory_person(&rules->directory, slice_of(people[i]))->place_code, from->seen.level))
            heard += told(m, people[i], SMS_REFERRAL) + told(m, people[i], SMS_ALERT);
    HOLDS(from->seen.state != REFERRAL_SENT || !from->seen.level[0] || heard > 0);
}

static void say(struct place_in_life *from, unsigned person, unsigned word)
{
    unsigned climbs, before;
    struct seen now, again;
    struct mem_store m;
    char step[64], text[64];

    snprintf(text, sizeof text, "%s %s%s", words[word], nomor, word == 1 ? " tidak sanggup" : "");
    snprintf(step, sizeof step, "%s %s", people[person], words[word]);
    (void)look(&from->store, &before);
    mem_fork(&from->store, &m);
    mem_sms_in(&m, people[person], text);
    now = look(&m, &climbs);
    check_any(from, &now, step);
    HOLDS(told(&m, people[person], SMS_ANSWER) == 1);
    check_climb(from, &now, climbs - before, step);
    if (word == 1)
        check_tolak(from, &m, &now, people[person], step);
    check_whose(from, &m, &now, person, word, step);
    HOLDS(!is_over(from->seen.state) || same(&now, &from->seen));
    HOLDS(same(&now, &from->seen) || told(&m, people[KADER], SMS_REFERRAL) == 1);
    HOLDS(!m.fault[0]);
    before = climbs;
    mem_sms_in(&m, people[person], text); /* the same once more changes nothing */
    again = look(&m, &climbs);
    HOLDS(same(&again, &now) && climbs == before);
    mem_free(&m);
    mem_fork(&from->store, &m);
    mem_sms_in(&m, people[person], text);
    keep(&m, &now, from->path, step);
}

static void wait(struct place_in_life *from)
{
    const char *step = "clock";
    unsigned climbs, before;
    struct seen now;
    struct mem_store m;

    (void)look(&from->store, &before);
    mem_fork(&from->store, &m);
    mem_pass(&m, INT64_C(15) * 60 * 1000);
    now = look(&m, &climbs);
    check_any(from, &now, step);
    check_climb(from, &now, climbs - before, step);
    HOLDS(same(&now, &from->seen) ||
          (from->seen.state == REFERRAL_SENT && told(&m, people[KADER], SMS_REFERRAL) == 1));
    HOLDS(now.state != REFERRAL_EXPIRED || !from->seen.level[0] || from->seen.state == REFERRAL_EXPIRED);
    keep(&m, &now, from->path, step);
}

static void cancel(struct place_in_life *from)
{
    const char *step = "BATAL";
    unsigned climbs;
    struct seen now;
    struct mem_store m;
    char text[32];

    mem_fork(&from->store, &m);
    snprintf(text, sizeof text, "BATAL %s", nomor);
    mem_sms_in(&m, people[KADER], text);
    now = look(&m, &climbs);
    check_any(from, &now, step);
    HOLDS(now.state == REFERRAL_CANCELLED);
    keep(&m, &now, from->path, step);
}

/* A correction that says a danger, or takes it back: nobody who had it is left with what is not so, and a
 * danger that was not there is waited for. */
static void correct(struct place_in_life *from, const char *what, const char *says)
{
    unsigned climbs, news = 0;
    struct seen now;
    struct mem_store m;
    char text[64];
    const char *step = text;

    snprintf(text, sizeof text, "KOREKSI %s %s", nomor, what);
    mem_fork(&from->store, &m);
    mem_sms_in(&m, people[KADER], text);
    now = look(&m, &climbs);
    check_any(from, &now, step);
    HOLDS(!m.fault[0]);
    HOLDS(strcmp(m.reason, "command") == 0);
    for (unsigned p = KADER + 1; p < PEOPLE; p++)
        news += told(&m, people[p], SMS_EMERGENCY) + told(&m, people[p], SMS_ALERT) +
                told(&m, people[p], SMS_REFERRAL);
    if (strcmp(from->seen.says, says) != 0) {
        HOLDS(strcmp(now.says, says) == 0);
        HOLDS(news > 0);
        HOLDS(!says[0] || (now.state != REFERRAL_CANCELLED && now.state != REFERRAL_NONE));
        HOLDS(strcmp(says, "E1") != 0 || (!is_over(now.state) && now.state != REFERRAL_EXPIRED));
        HOLDS(says[0] || now.state != REFERRAL_SENT);
    }
    keep(&m, &now, from->path, step);
}

/* Everything that can follow a first message of the kader. */
static void walk(const char *first, bool corrected)
{
    struct seen now;
    struct mem_store m;
    unsigned climbs;

    all = calloc(STATES, sizeof *all);
    all_n = 0;
    mem_init(&m, rules, INT64_C(1795226400000)); /* 2026-11-21 09:00 */
    mem_sms_in(&m, people[KADER], first);
    for (unsigned i = 0; i < m.sms_n; i++)
        snprintf(nomor, sizeof nomor, "%s", m.sms[i].nomor);
    now = look(&m, &climbs);
    keep(&m, &now, "", first);
    for (unsigned i = 0; i < all_n; i++) {
        for (unsigned p = KADER + 1; p < PEOPLE; p++)
            for (unsigned w = 0; w < WORDS; w++)
                say(&all[i], p, w);
        wait(&all[i]);
        if (!corrected) {
            cancel(&all[i]);
            continue;
        }
        correct(&all[i], "td 110/70 tanda kejang", "E1");
        correct(&all[i], "td 110/70 tanda pusing", "E2");
        correct(&all[i], "tanda tidak ada", "");
    }
}

static void forget_all(void)
{
    for (unsigned i = 0; i < all_n; i++)
        mem_free(&all[i].store);
    free(all);
}

static void every_order_of_events_keeps_its_promises(void **state)
{
    (void)state;
    walk("RUJUK#Bu Ana#28th#kejang", false);
    for (enum referral_state s = REFERRAL_SENT; s <= REFERRAL_EXPIRED; s++)
        assert_true(reached[s] > 0);
    forget_all();
}

static void every_correction_at_every_time_is_told(void **state)
{
    (void)state;
    walk("BUMIL Sari 30 110/70 tanda pusing", true);
    assert_true(all_n > 20);
    forget_all();
}

/* A duty number that nobody registered is staff (RULINGS 57). */
static void a_duty_number_is_staff(void **state)
{
    struct people others = { 0 };
    struct mem_store m;
    struct arena a;
    const char *duty = people[PEOPLE - 1];

    (void)state;
    assert_true(slice_is(rules->duty[0], duty));
    arena_init(&a, RULESET_ARENA);
    others.all = ARENA_ARRAY(&a, struct person *, rules->directory.people_n);
    for (unsigned i = 0; i < rules->directory.people_n; i++)
        if (!slice_is(rules->directory.people[i]->msisdn, duty))
            others.all[others.n++] = rules->directory.people[i];
    mem_init(&m, ruleset_with_people(rules, &others, &a), INT64_C(1795226400000));
    mem_sms_in(&m, "+6289900000001", "tolong ibu kejang");
    assert_true(said(&m, duty, "tolong ibu kejang"));
    assert_true(said(&m, "+6289900000001", "Petugas siaga 081200000007 sudah diberi tahu"));
    mem_sms_in(&m, duty, "TERIMA");
    assert_true(said(&m, duty, "Anda terima"));
    assert_true(said(&m, "+6289900000001", "081200000007, pukul"));
    mem_sms_in(&m, duty, "halo");
    assert_false(said(&m, duty, "belum terdaftar. Pesan"));
    mem_sms_in(&m, duty, "PWS Kelubi");
    assert_true(said(&m, duty, "PWS Kelubi"));
    assert_string_equal(m.fault, "");
    mem_free(&m);
    arena_free(&a);
}

/* A row that can never count is a row that says something else than the program does. */
static void every_pair_of_state_and_event_has_one_move(void **state)
{
    static const enum referral_voice voices[] = { VOICE_TAKER, VOICE_HERE, VOICE_ELSE, VOICE_LEFT };

    (void)state;
    for (enum referral_state s = REFERRAL_SENT; s <= REFERRAL_EXPIRED; s++)
        for (enum referral_event e = REFERRAL_ON_TERIMA; e <= REFERRAL_ON_SELESAI; e++)
            for (unsigned v = 0; v < 4; v++)
                assert_int_not_equal(referral_move(s, e, voices[v])->act, ACT_NOTHING);
    for (enum referral_event e = REFERRAL_ON_TERIMA; e < REFERRAL_EVENTS; e++)
        assert_int_equal(referral_move(REFERRAL_NONE, e, VOICE_HERE)->act, ACT_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_order_of_events_keeps_its_promises),
                                        cmocka_unit_test(every_correction_at_every_time_is_told),
                                        cmocka_unit_test(every_pair_of_state_and_event_has_one_move),
                                        cmocka_unit_test(a_duty_number_is_staff) };
    int failed;

    rules = sample_rules();
    if (!rules)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    sample_free();
    return failed;
}
