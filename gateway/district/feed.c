/* feed.c - see feed.h. */
#include "gateway/district/feed.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"

#define SINK "sink:" /* in front of the name, in its stream's */

enum {
    RETRY_FIRST_MS = 500,
    RETRY_MOST_MS = 60 * 1000,
    NOT_BEFORE_MOST_MS = 60 * 60 * 1000,
    RATE_MS = 30 * 1000, /* half of the time that the speed is looked at over */
};

/* One entry under way; body and id lie behind it. */
struct job {
    struct job *next;
    struct slice id, body;
    int64_t first_ms;
};

struct batch {
    struct job *jobs[FEED_BATCH_MOST];
    struct item items[FEED_BATCH_MOST];
    unsigned n;
};

struct feed {
    struct consumer *consumer;
    struct loop_timer *gather, *pause;
    char *name;
    struct feed_work work;
    struct job *first, **last; /* not in a batch yet */
    unsigned waiting_n;
    struct batch *batch, *spare; /* batch->n > 0: it is being carried out */
    struct batch *ahead;         /* ahead->n > 0: comes next, and was prepared */
    int64_t next_ms;             /* no batch before it, but a full one; monotonic */
    int64_t not_before_ms;       /* that the destination asked for; 0 = none */
    bool paused;
    unsigned failures; /* in a row */
    struct err trouble;
    int64_t trouble_ms;
    uint64_t done, again, parked;
    int64_t rate_ms[2];    /* when the two last spans began */
    uint64_t rate_done[2]; /* and what had been stored by then */
    struct stat *stored, *retried, *parked_total, *broken;
};

/* Entries in hand: those of the batch under way, of the one behind it, and of one that is still read. */
static unsigned window_of(const struct feed_work *w)
{
    return (w->prepare ? 3 : 2) * w->batch;
}

/* --- the circuit --- */

static int64_t retry_after_ms(unsigned failures)
{
    int64_t ms = RETRY_MOST_MS;

    if (failures < 8)
        ms = (int64_t)RETRY_FIRST_MS << (failures ? failures - 1 : 0);
    if (ms > RETRY_MOST_MS)
        ms = RETRY_MOST_MS;
    return ms / 2 + (int64_t)rnd_below((uint64_t)ms / 2 + 1);
}

/* Nothing more is taken until the delay has passed.  When that is, by the wall clock. */
static int64_t hold_off(struct feed *f, const struct err *why)
{
    int64_t ms = retry_after_ms(++f->failures);

    ms = f->not_before_ms > ms ? f->not_before_ms : ms;
    f->not_before_ms = 0;
    f->trouble = *why;
    f->trouble_ms = clock_wall_ms();
    log_event(f->failures == 1 ? LOG_ERROR : LOG_WARN, "sink_waits", "sink", f->name, "why", why->text, NULL);
    f->broken->value = 1;
    f->paused = true;
    consumer_window(f->consumer, 0);
    loop_timer_stop(f->gather);
    loop_timer_set(f->pause, ms);
    return clock_wall_ms() + ms;
}

static void goes_on(struct feed *f)
{
    f->not_before_ms = 0;
    if (!f->failures)
        return;
    log_event(LOG_INFO, "sink_goes_on", "sink", f->name, NULL);
    f->failures = 0;
    f->broken->value = 0;
}

/* --- batches --- */

static void take_waiting(struct feed *f, struct batch *b)
{
    while (b->n < f->work.batch && f->first) {
        struct job *j = f->first;

        f->first = j->next;
        b->jobs[b->n] = j;
        b->items[b->n++] = (struct item){ .body = j->body, .first_ms = j->first_ms };
    }
    f->waiting_n -= b->n;
    if (!f->first)
        f->last = &f->first;
}

static void hand_over(struct feed *f)
{
    struct batch *b = f->batch;

    if (f->ahead->n) {
        f->batch = f->ahead;
        f->ahead = b;
    } else {
        take_waiting(f, b);
    }
    f->work.deliver(f->work.arg, f->batch->items, f->batch->n);
}

static bool may_prepare(const struct feed *f)
{
    return f->work.prepare && f->batch->n && !f->ahead->n && f->waiting_n >= f->work.batch;
}

/* After a pause the first entries go at once; those that come on their heels wait for company. */
static void gather(struct feed *f)
{
    bool full = f->ahead->n || f->waiting_n >= f->work.batch;
    int64_t ms = full ? 0 : f->next_ms - clock_mono_ms();

    if (f->paused || (f->batch->n ? !may_prepare(f) : !f->first && !f->ahead->n))
        return;
    loop_timer_set(f->gather, ms > 0 ? ms : 0);
}

static void on_gather(void *arg)
{
    struct feed *f = arg;

    if (!f->batch->n && !f->paused && (f->first || f->ahead->n))
        hand_over(f);
    if (!f->paused && may_prepare(f)) {
        take_waiting(f, f->ahead);
        f->work.prepare(f->work.arg, f->ahead->items, f->ahead->n);
    }
}

void feed_hurry(struct feed *f)
{
    loop_timer_stop(f->gather);
    on_gather(f);
}

static void on_resume(void *arg)
{
    struct feed *f = arg;

    f->paused = false;
    consumer_window(f->consumer, window_of(&f->work));
    gather(f);
}

static void on_entry(void *arg, const struct entry *entry)
{
    struct feed *f = arg;
    struct job *j = calloc(1, sizeof(*j) + entry->id.n + entry->body.n);
    char *p;

    if (!j) {
        consumer_retry(f->consumer, entry->id, clock_wall_ms() + RETRY_FIRST_MS);
        return;
    }
    p = (char *)(j + 1);
    memcpy(p, entry->id.p, entry->id.n);
    if (entry->body.n)
        memcpy(p + entry->id.n, entry->body.p, entry->body.n);
    j->id = slice_make(p, entry->id.n);
    j->body = slice_make(p + entry->id.n, entry->body.n);
    j->first_ms = entry->first_ms;
    *f->last = j;
    f->last = &j->next;
    f->waiting_n++;
    if (f->waiting_n == 1 || f->waiting_n == f->work.batch) /* else the timer knows */
        gather(f);
}

static void end_job(struct feed *f, struct job *j, const struct item *item, bool later, int64_t due_ms)
{
    if (item->refused) {
        f->parked++;
        f->parked_total->value++;
        log_event(LOG_ERROR, "row_parked", "sink", f->name, "why", item->reason.text, NULL);
        consumer_park(f->consumer, j->id, item->reason.text);
    } else if (later) {
        f->again++;
        f->retried->value++;
        consumer_retry(f->consumer, j->id, due_ms);
    } else {
        f->done++;
        f->stored->value++;
        consumer_done(f->consumer, j->id);
    }
    free(j);
}

static void rate_look(struct feed *f)
{
    int64_t now = clock_mono_ms();

    if (now - f->rate_ms[1] < RATE_MS)
        return;
    f->rate_ms[0] = f->rate_ms[1];
    f->rate_done[0] = f->rate_done[1];
    f->rate_ms[1] = now;
    f->rate_done[1] = f->done;
}

void feed_ended(struct feed *f, const struct err *trouble)
{
    struct batch *b = f->batch;
    int64_t due_ms = 0;

    f->batch = f->spare;
    f->spare = b;
    f->next_ms = clock_mono_ms() + f->work.linger_ms;
    if (trouble)
        due_ms = hold_off(f, trouble);
    else
        goes_on(f);
    gather(f);
    for (unsigned i = 0; i < b->n; i++) {
        bool later = trouble || b->items[i].later;

        if (later && !due_ms)
            due_ms = clock_wall_ms() + retry_after_ms(1);
        end_job(f, b->jobs[i], &b->items[i], later, due_ms);
    }
    b->n = 0;
    rate_look(f);
}

void feed_not_before(struct feed *f, int64_t ms)
{
    ms = ms < NOT_BEFORE_MOST_MS ? ms : NOT_BEFORE_MOST_MS;
    f->not_before_ms = ms > f->not_before_ms ? ms : f->not_before_ms;
}

void feed_trouble(struct feed *f, const struct err *why)
{
    (void)hold_off(f, why);
}

/* --- figures --- */

bool feed_up(const struct feed *f)
{
    return f->failures == 0;
}

void feed_figures(const struct feed *f, struct feed_figures *out)
{
    int64_t span = clock_mono_ms() - f->rate_ms[0];

    *out = (struct feed_figures){ .stored = f->done,
                                  .retried = f->again,
                                  .parked = f->parked,
                                  .in_hand = f->waiting_n + f->batch->n + f->ahead->n,
                                  .up = feed_up(f),
                                  .trouble = f->trouble,
                                  .trouble_ms = f->trouble_ms };
    if (span > 0)
        out->per_second = (double)(f->done - f->rate_done[0]) * 1000 / (double)span;
}

/* --- life --- */

static void feed_free(struct feed *f)
{
    for (struct job *next; f->first; f->first = next) { /* the consumer gives these back */
        next = f->first->next;
        free(f->first);
    }
    for (unsigned i = 0; f->batch && i < f->batch->n; i++)
        free(f->batch->jobs[i]);
    for (unsigned i = 0; f->ahead && i < f->ahead->n; i++)
        free(f->ahead->jobs[i]);
    if (f->gather)
        loop_timer_free(f->gather);
    if (f->pause)
        loop_timer_free(f->pause);
    free(f->batch);
    free(f->spare);
    free(f->ahead);
    free(f->name);
    free(f);
}

/* By name: of two of a kind one may be away and the other not. */
static void count_as(struct feed *f, const char *sink)
{
    f->stored =
        stat_get(STAT_COUNTER, "sink_stored_total", "entries stored in a district database", "sink", sink);
    f->retried = stat_get(STAT_COUNTER, "sink_retried_total", "entries put back for later", "sink", sink);
    f->parked_total =
        stat_get(STAT_COUNTER, "sink_parked_total", "entries that can never be stored", "sink", sink);
    f->broken =
        stat_get(STAT_GAUGE, "sink_down", "1 while a district database cannot be written", "sink", sink);
}

static struct feed *feed_new(struct loop *loop, const char *stream, const char *name,
                             const struct feed_work *work)
{
    struct feed *f = calloc(1, sizeof *f);

    if (!f)
        return NULL;
    f->work = *work;
    f->last = &f->first;
    f->name = strdup(name);
    f->batch = calloc(1, sizeof *f->batch);
    f->spare = calloc(1, sizeof *f->spare);
    f->ahead = calloc(1, sizeof *f->ahead);
    f->gather = loop_timer_new(loop, "sink gathers", on_gather, f);
    f->pause = loop_timer_new(loop, "sink waits", on_resume, f);
    f->rate_ms[0] = f->rate_ms[1] = clock_mono_ms();
    count_as(f, strncmp(stream, SINK, strlen(SINK)) == 0 ? stream + strlen(SINK) : stream);
    if (f->name && f->batch && f->spare && f->ahead && f->gather && f->pause)
        return f;
    feed_free(f);
    return NULL;
}

struct feed *feed_open(struct loop *loop, struct store *store, const char *stream, const char *name,
                       const struct feed_work *work, struct err *e)
{
    struct feed *f = feed_new(loop, stream, name, work);

    if (!f) {
        err_set(e, "%s: out of memory", name);
        return NULL;
    }
    f->consumer = consumer_open(store, stream, window_of(work), on_entry, f);
    if (f->consumer)
        return f;
    err_set(e, "%s: cannot read its stream", name);
    feed_free(f);
    return NULL;
}

void feed_close(struct feed *f)
{
    if (!f)
        return;
    consumer_close(f->consumer);
    feed_free(f);
}
