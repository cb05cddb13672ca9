/* signals.c - see signals.h.  One tally under way goes: village counts, puskesmas counts, submit, answer. */
#include "gateway/district/signals.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/node.h"
#include "gateway/base/stat.h"

enum {
    WINDOW = 16,
    RETRY_MS = 2000,
    ARENA_MAX = 64 * 1024,
    TEXT_MAX = 32 * 1024,
};

struct signals {
    struct store *store;
    struct consumer *consumer;
    signals_submit *submit;
    void *to;
    struct stat *sent, *retried, *parked;
    unsigned under_way;
    bool closed; /* freed with the last answer */
};

struct tally_job {
    struct signals *s;
    struct arena arena;
    struct slice entry, village, disease, day, puskesmas;
    struct slice by, nomor, who; /* the reporter, the report, whom it is about */
    int64_t delta;
    struct slice village_days, puskesmas_days; /* JSON objects */
};

static void maybe_free(struct signals *s)
{
    if (s->closed && s->under_way == 0)
        free(s);
}

static void job_free(struct tally_job *j)
{
    struct signals *s = j->s;

    arena_free(&j->arena);
    free(j);
    s->under_way--;
    maybe_free(s);
}

static void job_retry(struct tally_job *j)
{
    if (!j->s->closed) {
        j->s->retried->value++;
        consumer_retry(j->s->consumer, j->entry, clock_wall_ms() + RETRY_MS);
    }
    job_free(j);
}

static void on_answer(void *arg, const struct answer *a)
{
    struct tally_job *j = arg;

    if (reason_http(a->reason) != 200) {
        job_retry(j);
        return;
    }
    if (!j->s->closed) {
        j->s->sent->value++;
        consumer_done(j->s->consumer, j->entry);
    }
    job_free(j);
}

static void member(struct buf *b, const char *name, struct slice value)
{
    buf_printf(b, "%s\"%s\":", b->n > 1 ? "," : "", name);
    buf_json(b, value);
}

static void submit(struct tally_job *j)
{
    struct inbound in = { .kind = INBOUND_SIGNAL, .provider = S("signal"), .provider_id = j->entry };
    struct buf b;

    buf_init(&b, TEXT_MAX);
    buf_char(&b, '{');
    member(&b, "village", j->village);
    member(&b, "disease", j->disease);
    member(&b, "day", j->day);
    member(&b, "puskesmas", j->puskesmas);
    member(&b, "by", j->by);
    member(&b, "nomor", j->nomor);
    member(&b, "who", j->who);
    buf_printf(&b, ",\"delta\":%lld", (long long)j->delta);
    buf_str(&b, ",\"village_days\":");
    buf_add(&b, j->village_days);
    buf_str(&b, ",\"puskesmas_days\":");
    buf_add(&b, j->puskesmas_days);
    buf_char(&b, '}');
    if (b.failed) {
        buf_free(&b);
        job_retry(j);
        return;
    }
    in.text = buf_slice(&b);
    in.received_ms = clock_wall_ms();
    j->s->submit(j->s->to, &in, on_answer, j);
    buf_free(&b);
}

/* Keeps the counts; false when there is nothing to go on with. */
static bool keep(struct tally_job *j, enum store_rc rc, struct slice json, struct slice *out)
{
    if (rc != STORE_OK || j->s->closed)
        return false;
    *out = slice_empty(json) ? (struct slice)S("{}") : arena_copy(&j->arena, json);
    return !j->arena.failed;
}

static void on_puskesmas(void *arg, enum store_rc rc, struct slice json)
{
    struct tally_job *j = arg;

    if (keep(j, rc, json, &j->puskesmas_days))
        submit(j);
    else
        job_retry(j);
}

static void on_village(void *arg, enum store_rc rc, struct slice json)
{
    struct tally_job *j = arg;

    if (!keep(j, rc, json, &j->village_days)) {
        job_retry(j);
    } else if (slice_empty(j->puskesmas)) {
        j->puskesmas_days = (struct slice)S("{}");
        submit(j);
    } else {
        store_tally_read(j->s->store, j->puskesmas, j->disease, on_puskesmas, j);
    }
}

static bool job_decode(struct tally_job *j, struct slice body)
{
    const struct node *o = node_read(arena_copy(&j->arena, body), &j->arena);

    j->village = node_text(o, "village");
    j->disease = node_text(o, "disease");
    j->day = node_text(o, "day");
    j->puskesmas = node_text(o, "puskesmas");
    j->by = node_text(o, "by");
    j->nomor = node_text(o, "nomor");
    j->who = node_text(o, "who");
    j->delta = node_int(o, "delta");
    return !j->arena.failed && j->village.n && j->disease.n && j->day.n;
}

static void on_entry(void *arg, const struct entry *entry)
{
    struct signals *s = arg;
    struct tally_job *j = calloc(1, sizeof(*j));

    if (!j) {
        consumer_retry(s->consumer, entry->id, clock_wall_ms() + RETRY_MS);
        return;
    }
    j->s = s;
    s->under_way++;
    arena_init(&j->arena, ARENA_MAX);
    j->entry = arena_copy(&j->arena, entry->id);
    if (job_decode(j, entry->body)) {
        store_tally_read(s->store, j->village, j->disease, on_village, j);
        return;
    }
    s->parked->value++;
    log_event(LOG_ERROR, "tally_parked", "why", "not a tally", NULL);
    consumer_park(s->consumer, entry->id, "not a tally");
    job_free(j);
}

struct signals *signals_open(struct loop *loop, struct store *store, signals_submit *submit_to, void *to)
{
    struct signals *s = calloc(1, sizeof(*s));

    (void)loop;
    if (!s)
        return NULL;
    s->store = store;
    s->submit = submit_to;
    s->to = to;
    s->sent = stat_get(STAT_COUNTER, "signals_total", "tallies sent to be judged", "outcome", "judged");
    s->retried = stat_get(STAT_COUNTER, "signals_total", NULL, "outcome", "retried");
    s->parked = stat_get(STAT_COUNTER, "signals_total", NULL, "outcome", "parked");
    s->consumer = consumer_open(store, "tally", WINDOW, on_entry, s);
    if (s->consumer)
        return s;
    free(s);
    return NULL;
}

void signals_close(struct signals *s)
{
    if (!s)
        return;
    s->closed = true;
    consumer_close(s->consumer);
    s->consumer = NULL;
    maybe_free(s);
}
