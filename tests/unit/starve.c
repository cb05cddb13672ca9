/* starve.c - see starve.h. */
#include "tests/unit/starve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/model/people.h"

enum {
    ENOUGH = 8 << 20, /* of an arena */
    TEXT_MAX = 4 << 20,
};

/* --- allocations of the program's own code (linked with --wrap) --- */

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);

static struct {
    unsigned long n, fail_at; /* counted while fail_at is not 0 */
    unsigned failed, said, turn;
} hunger;

static bool refuses(void)
{
    return hunger.fail_at && ++hunger.n == hunger.fail_at;
}

void *__wrap_malloc(size_t n)
{
    return refuses() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return refuses() ? NULL : __real_realloc(p, n);
}

/* --- one try --- */

static void put_text(struct buf *b, struct slice s)
{
    buf_json(b, s);
    buf_char(b, ' ');
}

static void put_outcome(struct buf *b, const struct outcome *o)
{
    buf_printf(b, "%s %u %d ", o->reason ? o->reason : "-", o->numbers_used, o->screen_ends);
    put_text(b, o->screen);
    for (unsigned i = 0; i < o->writes_n; i++) {
        buf_printf(b, "\nwrite %d %d %lld ", (int)o->writes[i].ref.kind, o->writes[i].check_only,
                   (long long)o->writes[i].ttl_ms);
        put_text(b, o->writes[i].ref.id);
        put_text(b, o->writes[i].blob);
    }
    for (unsigned i = 0; i < o->sms_n; i++) {
        buf_printf(b, "\nsms %d ", (int)o->sms[i].class);
        put_text(b, o->sms[i].to);
        put_text(b, o->sms[i].text);
    }
    buf_str(b, "\nrows ");
    rows_encode(b, o->rows, o->rows_n);
    for (unsigned i = 0; i < o->timers_n; i++) {
        buf_printf(b, "\ntimer %lld ", (long long)o->timers[i].due_ms);
        put_text(b, o->timers[i].id);
        put_text(b, o->timers[i].text);
    }
    for (unsigned i = 0; i < o->tallies_n; i++) {
        buf_printf(b, "\ntally %lld %d ", (long long)o->tallies[i].delta, o->tallies[i].whole);
        put_text(b, o->tallies[i].village);
        put_text(b, o->tallies[i].disease);
        put_text(b, o->tallies[i].day);
    }
    for (unsigned i = 0; i < o->people_n; i++) {
        buf_str(b, "\nperson ");
        person_encode(b, &o->people[i]);
    }
}

struct
try {
    struct mem_store *store;
    const struct inbound *in;
    const struct sender *who;
    size_t most;           /* bytes of the arena; once it is over all fail */
    unsigned long fail_at; /* the number of the one allocation that fails; 0 = none */
    size_t used;           /* after it: bytes, and allocations */
    unsigned long allocations;
};

/* False: it says that there was no memory. */
static bool step(struct try *t, struct arena *a, struct outcome *out)
{
    struct subject subjects[INTENT_SUBJECTS];
    struct context seen = { .inbound = t->in, .sender = t->who, .subjects = subjects };
    struct intent intent = { 0 };
    struct lease lease = { 0 };
    unsigned long fail_at = t->fail_at;

    memset(subjects, 0, sizeof subjects);
    hunger.n = 0;
    hunger.fail_at = fail_at;
    if (flow_read(t->store->rules, t->who, t->in, t->store->now_ms, a, &intent) != READ_OK)
        return false;
    hunger.fail_at = 0;
    a->max = ENOUGH; /* what the store gives is the pipeline's to look after */
    seen.subjects_n = intent.subjects_n;
    for (unsigned i = 0; i < intent.subjects_n; i++) {
        subjects[i].ref = intent.subjects[i];
        mem_subject(t->store, &subjects[i], a);
    }
    mem_lease(t->store, &intent, &lease, t->in->provider_id, a);
    a->max = t->most;
    hunger.fail_at = fail_at;
    return flow_step(t->store->rules, &seen, &intent, &lease, t->store->now_ms, a, out) == STEP_OK &&
           !out->overflow;
}

/* The outcome as text, NULL when there was no memory for it. */
static char *run(struct try *t)
{
    struct outcome *out = calloc(1, sizeof *out);
    struct arena a;
    struct buf b;
    char *text = NULL;
    bool good;

    arena_init(&a, t->most);
    good = step(t, &a, out);
    t->allocations = hunger.n;
    hunger.fail_at = 0;
    t->used = a.used;
    buf_init(&b, TEXT_MAX);
    if (good)
        put_outcome(&b, out);
    if (good && !b.failed)
        text = strndup(b.p, b.n);
    buf_free(&b);
    arena_free(&a);
    free(out);
    return text;
}

/* --- all of a step --- */

static void try_one(struct try *t, const char *whole)
{
    char *text = run(t);

    hunger.failed++;
    hunger.said += !text;
    if (text && strcmp(text, whole) != 0) {
        fprintf(stderr, "starved of byte %zu, allocation %lu, it says\n%s\n-- instead of\n%s\n", t->most,
                t->fail_at, text, whole);
        snprintf(t->store->fault, sizeof t->store->fault, "less memory, another outcome: %.*s",
                 (int)(t->in->text.n < 200 ? t->in->text.n : 200), t->in->text.p);
    }
    free(text);
}

static unsigned rarely(void)
{
    const char *said = getenv("STARVE");
    long n = said ? strtol(said, NULL, 10) : 16;

    return n > 0 ? (unsigned)n : 1;
}

void starve(struct mem_store *m, const struct inbound *in, const struct sender *who)
{
    struct try t = { .store = m, .in = in, .who = who, .most = ENOUGH, .fail_at = (unsigned long)-1 };
    unsigned every = rarely();
    size_t used, bytes;
    unsigned long allocations;
    char *whole;

    if (hunger.turn++ % every || m->fault[0])
        return;
    free(run(&t)); /* patterns are compiled when they are first met */
    whole = run(&t);
    used = t.used;
    allocations = t.allocations;
    if (!whole)
        snprintf(m->fault, sizeof m->fault, "it cannot be stepped twice");
    t.fail_at = 0;
    bytes = every == 1 ? 16 : 1 + used / 50;
    for (t.most = hunger.turn % 16; whole && t.most < used && !m->fault[0]; t.most += bytes)
        try_one(&t, whole);
    t.most = ENOUGH;
    for (t.fail_at = 1; whole && t.fail_at <= allocations && !m->fault[0];
         t.fail_at += 1 + allocations / (every == 1 ? allocations : 50))
        try_one(&t, whole);
    free(whole);
}

void starve_told(unsigned *failed, unsigned *said)
{
    *failed = hunger.failed;
    *said = hunger.said;
}
