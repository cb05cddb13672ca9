/* segment.c - see segment.h. */
#include "parsers/segment.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"

enum {
    GSM7_ONE = 160,
    GSM7_MANY = 153,
    UCS2_ONE = 70,
    UCS2_MANY = 67,
    JOIN_BYTES = SEGMENT_PARTS_MAX * 640,
};

bool segment_parts(struct slice s, unsigned *parts)
{
    size_t whole = 0, room, used = 0;
    bool gsm7 = gsm7_count(s, &whole);

    if (!gsm7)
        whole = utf8_ucs2_units(s);
    *parts = 1;
    if (whole <= (gsm7 ? GSM7_ONE : UCS2_ONE))
        return gsm7;
    room = gsm7 ? GSM7_MANY : UCS2_MANY;
    while (s.n) {
        uint32_t cp = utf8_next(&s);
        size_t cost = gsm7 ? gsm7_cost(cp) : (cp >= 0x10000 ? 2 : 1);

        if (used + cost > room) {
            (*parts)++;
            used = 0;
        }
        used += cost;
    }
    return gsm7;
}

struct message {
    struct slice provider, from, to;
    unsigned ref, total, have;
    int64_t since_ms;
    struct slice text[SEGMENT_PARTS_MAX]; /* .p == NULL: missing */
    struct arena arena;
    struct message *next;
};

struct segment_set {
    struct message *first; /* newest first */
    unsigned n, max;
    int64_t wait_ms;
};

struct segment_set *segment_new(unsigned max_messages, int64_t wait_ms)
{
    struct segment_set *set = calloc(1, sizeof *set);

    if (set) {
        set->max = max_messages;
        set->wait_ms = wait_ms;
    }
    return set;
}

static void drop(struct segment_set *set, struct message **at)
{
    struct message *m = *at;

    *at = m->next;
    set->n--;
    arena_free(&m->arena);
    free(m);
}

void segment_free(struct segment_set *set)
{
    if (!set)
        return;
    while (set->first)
        drop(set, &set->first);
    free(set);
}

static bool same(const struct message *m, const struct segment_part *p)
{
    return m->ref == p->ref && m->total == p->total && slice_eq(m->from, p->from) && slice_eq(m->to, p->to) &&
           slice_eq(m->provider, p->provider);
}

static struct slice join(const struct message *m, struct arena *a)
{
    struct slice whole;
    struct buf b;

    buf_init(&b, JOIN_BYTES * 4);
    for (unsigned i = 0; i < m->total; i++)
        buf_add(&b, m->text[i].p ? m->text[i] : S("[...]"));
    whole = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return whole;
}

enum segment_rc segment_add(struct segment_set *set, const struct segment_part *p, int64_t now_ms,
                            struct arena *a, struct slice *whole)
{
    struct message **at = &set->first, *m;

    if (p->total < 1 || p->total > SEGMENT_PARTS_MAX || p->seq < 1 || p->seq > p->total)
        return SEGMENT_BAD;
    while (*at && !same(*at, p))
        at = &(*at)->next;
    m = *at;
    if (!m) {
        if (set->n >= set->max)
            return SEGMENT_FULL;
        m = calloc(1, sizeof *m);
        if (!m)
            return SEGMENT_FULL;
        arena_init(&m->arena, JOIN_BYTES * 4);
        m->provider = arena_copy(&m->arena, p->provider);
        m->from = arena_copy(&m->arena, p->from);
        m->to = arena_copy(&m->arena, p->to);
        m->ref = p->ref;
        m->total = p->total;
        m->since_ms = now_ms;
        m->next = set->first;
        set->first = m;
        set->n++;
        at = &set->first;
    }
    if (m->text[p->seq - 1].p)
        return SEGMENT_REPEATED;
    m->text[p->seq - 1] = arena_copy(&m->arena, p->text);
    if (m->arena.failed) {
        if (m->have == 0)
            drop(set, at);
        else
            m->text[p->seq - 1] = (struct slice){ .p = NULL };
        return SEGMENT_FULL;
    }
    if (++m->have < m->total)
        return SEGMENT_WAITING;
    *whole = join(m, a);
    drop(set, at);
    return SEGMENT_COMPLETE;
}

bool segment_overdue(struct segment_set *set, int64_t now_ms, struct arena *a, struct segment_part *out)
{
    for (struct message **at = &set->first; *at; at = &(*at)->next) {
        struct message *m = *at;

        if (now_ms - m->since_ms < set->wait_ms)
            continue;
        *out = (struct segment_part){ .provider = arena_copy(a, m->provider),
                                      .from = arena_copy(a, m->from),
                                      .to = arena_copy(a, m->to),
                                      .ref = m->ref,
                                      .total = m->total,
                                      .text = join(m, a) };
        drop(set, at);
        return true;
    }
    return false;
}
