/* http_parts.c - see http_parts.h. */
#include "gateway/ingress/http_parts.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"

enum {
    LONG_MAX = 2000, /* messages whose parts wait */
    SWEEP_MS = 500,
    AGAIN_MS = 10000,
    MESSAGE_MEMORY = 256 * 1024,
};

struct http_parts {
    struct segment_set *set;
    struct loop_timer *sweep;
    void (*overdue)(void *, const struct segment_whole *);
    void *arg;
    struct stat *incomplete;
};

static void on_sweep(void *arg)
{
    struct http_parts *p = arg;
    struct segment_whole w;
    struct arena a;

    arena_init(&a, MESSAGE_MEMORY);
    while (segment_overdue(p->set, clock_wall_ms(), &a, &w)) {
        p->incomplete->value += w.broken;
        p->overdue(p->arg, &w);
        arena_reset(&a);
    }
    arena_free(&a);
    if (segment_waiting(p->set))
        loop_timer_set(p->sweep, SWEEP_MS);
}

struct http_parts *http_parts_new(struct loop *loop, int64_t wait_ms,
                                  void (*overdue)(void *, const struct segment_whole *), void *arg)
{
    struct http_parts *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->set = segment_new(LONG_MAX, wait_ms);
    p->sweep = loop_timer_new(loop, "http parts", on_sweep, p);
    p->overdue = overdue;
    p->arg = arg;
    p->incomplete = stat_get(STAT_COUNTER, "ingress_incomplete_total",
                             "Long SMS handed over with parts missing.", NULL, NULL);
    if (p->set && p->sweep)
        return p;
    http_parts_free(p);
    return NULL;
}

void http_parts_free(struct http_parts *p)
{
    if (!p)
        return;
    if (p->sweep)
        loop_timer_free(p->sweep);
    segment_free(p->set);
    free(p);
}

void http_parts_wait(struct http_parts *p, int64_t wait_ms)
{
    segment_wait(p->set, wait_ms);
}

enum reason http_parts_add(struct http_parts *p, const struct segment_part *part, int64_t now_ms,
                           struct arena *a, struct segment_whole *whole)
{
    if (segment_was_done(p->set, part, now_ms))
        return REASON_duplicate;
    loop_timer_set(p->sweep, SWEEP_MS);
    switch (segment_add(p->set, part, now_ms, a, whole)) {
    case SEGMENT_COMPLETE:
        return REASON_accepted;
    case SEGMENT_WAITING:
    case SEGMENT_REPEATED:
        return REASON_part_waits;
    case SEGMENT_FULL:
        return REASON_busy;
    case SEGMENT_BAD:
        break;
    }
    return REASON_bad_shape;
}

void http_parts_end(struct http_parts *p, uint64_t whole_id, bool taken)
{
    int64_t now = clock_wall_ms();

    if (taken)
        segment_done(p->set, whole_id, now);
    else
        segment_later(p->set, whole_id, now + AGAIN_MS);
}
