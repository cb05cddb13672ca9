/* inbox.c - see inbox.h.  A ring of SMS; the id of the first in it is known, so an id is a place. */
#include "gateway/delivery/inbox.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/stat.h"
#include "parsers/segment.h"

struct received {
    int64_t at_ms;
    unsigned parts;
    char *mem; /* of both */
    struct slice to, text;
};

struct inbox_wait {
    struct inbox *inbox;
    struct inbox_wait *next, **at;
    struct loop_timer *timer;
    struct slice msisdn;
    uint64_t after;
    bool due; /* will be called at the end of the timer that is already set */
    void (*f)(void *);
    void *arg;
};

struct inbox {
    struct loop *loop;
    struct received *ring;
    unsigned max, n;
    uint64_t first_id; /* of the oldest that is kept */
    struct inbox_wait *waits;
    struct stat *dropped;
};

struct inbox *inbox_new(struct loop *loop, unsigned max)
{
    struct inbox *b = calloc(1, sizeof *b);

    if (b)
        b->ring = calloc(max, sizeof *b->ring);
    if (!b || !b->ring) {
        free(b);
        return NULL;
    }
    b->loop = loop;
    b->max = max;
    b->first_id = 1;
    b->dropped = stat_get(STAT_COUNTER, "emulator_inbox_dropped_total",
                          "SMS that left the emulator's inbox to make room.", NULL, NULL);
    return b;
}

static struct received *place(const struct inbox *b, uint64_t id)
{
    return &b->ring[id % b->max];
}

static bool is_for(const struct received *r, struct slice msisdn)
{
    return !msisdn.n || slice_eq(r->to, msisdn);
}

static bool has_after(const struct inbox *b, struct slice msisdn, uint64_t after)
{
    uint64_t id = after + 1 > b->first_id ? after + 1 : b->first_id;

    for (; id < b->first_id + b->n; id++)
        if (is_for(place(b, id), msisdn))
            return true;
    return false;
}

bool inbox_add(struct inbox *b, struct slice to, struct slice text, int64_t at_ms)
{
    char *mem = malloc(to.n + text.n + 1);
    uint64_t id;

    if (!mem)
        return false;
    if (b->n == b->max) {
        free(place(b, b->first_id)->mem);
        b->first_id++;
        b->n--;
        b->dropped->value++;
    }
    if (to.n)
        memcpy(mem, to.p, to.n);
    if (text.n)
        memcpy(mem + to.n, text.p, text.n);
    id = b->first_id + b->n++;
    *place(b, id) = (struct received){
        .at_ms = at_ms, .mem = mem, .to = slice_make(mem, to.n), .text = slice_make(mem + to.n, text.n)
    };
    segment_parts(text, &place(b, id)->parts);
    for (struct inbox_wait *w = b->waits; w; w = w->next)
        if (!w->due && w->after < id && is_for(place(b, id), w->msisdn)) {
            w->due = true;
            loop_timer_set(w->timer, 0);
        }
    return true;
}

static void print_time(struct buf *out, int64_t ms, int offset_min)
{
    time_t local = (time_t)(ms / 1000 + (int64_t)offset_min * 60);
    int off = offset_min < 0 ? -offset_min : offset_min;
    struct tm tm;

    gmtime_r(&local, &tm);
    buf_printf(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d\"", tm.tm_year + 1900, tm.tm_mon + 1,
               tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000), offset_min < 0 ? '-' : '+',
               off / 60, off % 60);
}

void inbox_print(const struct inbox *b, struct slice msisdn, uint64_t after, int offset_min, struct buf *out)
{
    uint64_t id = after + 1 > b->first_id ? after + 1 : b->first_id;
    bool any = false;

    buf_char(out, '[');
    for (; id < b->first_id + b->n; id++) {
        const struct received *r = place(b, id);

        if (!is_for(r, msisdn))
            continue;
        buf_printf(out, "%s{\"id\":%llu,\"to\":", any ? "," : "", (unsigned long long)id);
        buf_json(out, r->to);
        buf_str(out, ",\"text\":");
        buf_json(out, r->text);
        buf_str(out, ",\"at\":");
        print_time(out, r->at_ms, offset_min);
        buf_printf(out, ",\"parts\":%u}", r->parts);
        any = true;
    }
    buf_char(out, ']');
}

static void unlink_wait(struct inbox_wait *w)
{
    *w->at = w->next;
    if (w->next)
        w->next->at = w->at;
    loop_timer_free(w->timer);
    free(w);
}

static void on_time(void *arg)
{
    struct inbox_wait *w = arg;
    void (*f)(void *) = w->f;
    void *its = w->arg;

    unlink_wait(w);
    f(its);
}

struct inbox_wait *inbox_wait(struct inbox *b, struct slice msisdn, uint64_t after, int64_t ms,
                              void (*f)(void *), void *arg)
{
    struct inbox_wait *w = calloc(1, sizeof *w);

    if (!w)
        return NULL;
    w->timer = loop_timer_new(b->loop, "inbox wait", on_time, w);
    if (!w->timer) {
        free(w);
        return NULL;
    }
    w->inbox = b;
    w->msisdn = msisdn;
    w->after = after;
    w->f = f;
    w->arg = arg;
    w->due = has_after(b, msisdn, after);
    w->next = b->waits;
    if (w->next)
        w->next->at = &w->next;
    w->at = &b->waits;
    b->waits = w;
    loop_timer_set(w->timer, w->due ? 0 : ms);
    return w;
}

void inbox_wait_cancel(struct inbox_wait *w)
{
    unlink_wait(w);
}

void inbox_free(struct inbox *b)
{
    if (!b)
        return;
    for (struct inbox_wait *w = b->waits, *next; w; w = next) {
        next = w->next;
        loop_timer_free(w->timer);
        free(w);
    }
    for (uint64_t id = b->first_id; id < b->first_id + b->n; id++)
        free(place(b, id)->mem);
    free(b->ring);
    free(b);
}
