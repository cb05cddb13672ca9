/* segment.c - headers and joining.  See segment.h; cutting is segment_cut.c's. */
#include "parsers/segment.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/buf.h"

enum {
    JOIN_BYTES = SEGMENT_PARTS_MAX * 640,
    IE_CONCAT_8 = 0x00,
    IE_CONCAT_16 = 0x08,
    UDH_MAX = 31,     /* a longer one would begin with a letter: then it is the text that begins here */
    REF_16 = 0x10000, /* kinds of references that must not meet */
    REF_SAR = 0x20000,
    BYTES_MAX = 16 << 20, /* of all parts that wait */
    TOMBS = 256,          /* messages that were done, remembered */
    TOMB_MS = 30 * 60 * 1000,
};

/* --- headers --- */

static bool take_ie(struct slice *rest, unsigned *ie, struct slice *value)
{
    size_t n;

    if (rest->n < 2)
        return false;
    n = (unsigned char)rest->p[1];
    if (rest->n - 2 < n)
        return false;
    *ie = (unsigned char)rest->p[0];
    *value = slice_take(slice_skip(*rest, 2), n);
    *rest = slice_skip(*rest, 2 + n);
    return true;
}

int segment_udh(struct slice *data, struct segment_part *part)
{
    struct slice header, value, whole = *data;
    const unsigned char *v;
    unsigned ie;
    int found = 0;
    size_t n;

    if (data->n < 1 || data->n - 1 < (n = (unsigned char)data->p[0]))
        return -1;
    header = slice_take(slice_skip(*data, 1), n);
    *data = slice_skip(*data, n + 1);
    while (take_ie(&header, &ie, &value)) {
        v = (const unsigned char *)value.p;
        if (ie == IE_CONCAT_8 && value.n == 3) {
            part->ref = v[0];
        } else if (ie == IE_CONCAT_16 && value.n == 4) {
            part->ref = REF_16 | (unsigned)v[0] << 8 | v[1];
            v++;
        } else {
            continue;
        }
        part->total = v[1];
        part->seq = v[2];
        found = 1;
    }
    if (found || header.n == 0)
        return found;
    if (n <= UDH_MAX)
        return 2;
    *data = whole;
    return -1;
}

unsigned segment_sar_ref(unsigned ref)
{
    return REF_SAR | (ref & 0xFFFF);
}

/* --- joining --- */

/* A text of its own size: thousands of first parts wait. */
struct piece {
    struct piece *next;
    char mem[];
};

struct message {
    struct message *next;
    struct piece *pieces; /* that hold all texts below */
    size_t bytes;
    uint64_t id, key;
    struct slice provider, from, to;
    unsigned ref, total, have;
    int64_t since_ms, due_ms;
    bool closed;  /* handed over, or its numbers went to another: takes no more parts */
    bool out;     /* somebody has it: done or later will follow */
    bool repeats; /* each part of it was in a message that was done */
    uint8_t coding[SEGMENT_PARTS_MAX];
    struct slice text[SEGMENT_PARTS_MAX]; /* .p == NULL: missing */
};

/* What is left of a message that was done: enough to know its parts when they come again. */
struct tomb {
    uint64_t key, part[SEGMENT_PARTS_MAX];
    int64_t until_ms;
};

struct segment_set {
    struct message *first; /* newest first */
    unsigned n, max;
    size_t bytes;
    uint64_t last_id;
    int64_t wait_ms;
    segment_decode *decode;
    void *decode_arg;
    struct tomb *tombs; /* a ring */
    unsigned next_tomb;
};

struct segment_set *segment_new(unsigned max_messages, int64_t wait_ms)
{
    struct segment_set *set = calloc(1, sizeof *set);

    if (set)
        set->tombs = calloc(TOMBS, sizeof *set->tombs);
    if (!set || !set->tombs) {
        free(set);
        return NULL;
    }
    set->max = max_messages;
    set->wait_ms = wait_ms;
    return set;
}

void segment_decoder(struct segment_set *set, segment_decode *decode, void *arg)
{
    set->decode = decode;
    set->decode_arg = arg;
}

void segment_wait(struct segment_set *set, int64_t wait_ms)
{
    set->wait_ms = wait_ms;
}

static void drop(struct segment_set *set, struct message **at)
{
    struct message *m = *at;

    *at = m->next;
    set->n--;
    set->bytes -= m->bytes;
    for (struct piece *p = m->pieces, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    free(m);
}

void segment_free(struct segment_set *set)
{
    if (!set)
        return;
    while (set->first)
        drop(set, &set->first);
    free(set->tombs);
    free(set);
}

static uint64_t key_of(const struct segment_part *p)
{
    uint64_t h = slice_hash(p->from);

    h = h * 1099511628211U ^ slice_hash(p->to);
    h = h * 1099511628211U ^ slice_hash(p->provider);
    return h * 1099511628211U ^ ((uint64_t)p->ref << 8 | p->total);
}

static bool same(const struct message *m, uint64_t key, const struct segment_part *p)
{
    return !m->closed && m->key == key && m->ref == p->ref && m->total == p->total &&
           slice_eq(m->from, p->from) && slice_eq(m->to, p->to) && slice_eq(m->provider, p->provider);
}

static bool was_done(const struct segment_set *set, uint64_t key, const struct segment_part *p,
                     int64_t now_ms)
{
    for (unsigned i = 0; i < TOMBS; i++)
        if (set->tombs[i].key == key && set->tombs[i].until_ms > now_ms &&
            set->tombs[i].part[p->seq - 1] == slice_hash(p->text))
            return true;
    return false;
}

bool segment_was_done(const struct segment_set *set, const struct segment_part *p, int64_t now_ms)
{
    return p->seq >= 1 && p->seq <= SEGMENT_PARTS_MAX && was_done(set, key_of(p), p, now_ms);
}

/* --- gaps --- */

static const char gap[] = "[...]";

static bool parts_words(char c)
{
    return c == ' ' || c == '#' || c == '\n' || c == '\r' || c == ';';
}

/* A figure that touches a gap may lack its other half: "9," of "9,8" would be read as 9.  It is left out, and
 * asked for like one that was never sent.  Words stay: half of "perdarahan" is still an alarm. */
static void add_gap(struct buf *b)
{
    size_t at = b->n;

    while (at > 0 && !parts_words(b->p[at - 1]))
        at--;
    if (slice_has_digit(slice_skip(buf_slice(b), at)))
        b->n = at;
    buf_str(b, gap);
}

static struct slice behind_gap(struct slice s)
{
    size_t n = 0;

    while (n < s.n && !parts_words(s.p[n]))
        n++;
    return slice_has_digit(slice_take(s, n)) ? slice_skip(s, n) : s;
}

static struct slice with_gaps(struct slice s, bool in_front, struct arena *a)
{
    struct slice out;
    struct buf b;

    buf_init(&b, JOIN_BYTES * 4);
    if (in_front)
        add_gap(&b);
    buf_add(&b, in_front ? behind_gap(s) : s);
    add_gap(&b);
    out = buf_into(&b, a);
    return out;
}

struct slice segment_lone(struct slice s, struct arena *a)
{
    return with_gaps(s, true, a);
}

struct slice segment_half(struct slice s, struct arena *a)
{
    return with_gaps(s, false, a);
}

/* Parts that follow each other in one coding, as one run of octets. */
static void join_run(const struct segment_set *set, const struct message *m, unsigned *i, struct buf *out,
                     struct segment_whole *w, struct arena *a)
{
    uint8_t coding = m->coding[*i];
    struct slice text;
    struct buf run;

    buf_init(&run, JOIN_BYTES * 4);
    for (; *i < m->total && m->text[*i].p && m->coding[*i] == coding; (*i)++)
        buf_add(&run, m->text[*i]);
    text = buf_slice(&run);
    if (set->decode)
        text = set->decode(set->decode_arg, m->provider, coding, text, a, &w->broken);
    buf_add(out, slice_ends(buf_slice(out), gap) ? behind_gap(text) : text);
    a->failed |= run.starved;
    buf_free(&run);
}

static void join(const struct segment_set *set, const struct message *m, struct arena *a,
                 struct segment_whole *w)
{
    struct buf b;

    *w = (struct segment_whole){ .id = m->id,
                                 .provider = arena_copy(a, m->provider),
                                 .from = arena_copy(a, m->from),
                                 .to = arena_copy(a, m->to),
                                 .since_ms = m->since_ms };
    buf_init(&b, JOIN_BYTES * 4);
    for (unsigned i = 0; i < m->total;) {
        if (m->text[i].p) {
            join_run(set, m, &i, &b, w, a);
        } else {
            add_gap(&b);
            w->broken = true;
            i++;
        }
    }
    w->text = buf_into(&b, a);
}

/* False when there is no room: nothing was kept. */
static bool keep(struct segment_set *set, struct message *m, struct slice *s)
{
    size_t n = sizeof(struct piece) + s->n + 1;
    struct piece *p = set->bytes + n <= BYTES_MAX ? malloc(n) : NULL;

    if (!p)
        return false;
    if (s->n)
        memcpy(p->mem, s->p, s->n);
    p->mem[s->n] = '\0';
    p->next = m->pieces;
    m->pieces = p;
    m->bytes += n;
    set->bytes += n;
    *s = slice_make(p->mem, s->n);
    return true;
}

static struct message *begin(struct segment_set *set, const struct segment_part *p, uint64_t key,
                             int64_t now_ms)
{
    struct message *m = set->n < set->max ? calloc(1, sizeof *m) : NULL;

    if (!m)
        return NULL;
    m->id = ++set->last_id;
    m->key = key;
    m->provider = p->provider;
    m->from = p->from;
    m->to = p->to;
    m->ref = p->ref;
    m->total = p->total;
    m->since_ms = now_ms;
    m->due_ms = now_ms + set->wait_ms;
    m->repeats = true;
    m->next = set->first;
    set->first = m;
    set->n++;
    if (keep(set, m, &m->provider) && keep(set, m, &m->from) && keep(set, m, &m->to))
        return m;
    drop(set, &set->first);
    return NULL;
}

static bool put(struct segment_set *set, struct message *m, const struct segment_part *p, int64_t now_ms)
{
    struct slice text = p->text;

    if (!keep(set, m, &text)) {
        if (m->have == 0)
            drop(set, &set->first);
        return false;
    }
    m->text[p->seq - 1] = text;
    m->coding[p->seq - 1] = p->coding;
    m->have++;
    m->repeats = m->repeats && was_done(set, m->key, p, now_ms);
    return true;
}

enum segment_rc segment_add(struct segment_set *set, const struct segment_part *p, int64_t now_ms,
                            struct arena *a, struct segment_whole *whole)
{
    uint64_t key = key_of(p);
    struct message *m = set->first;
    bool here;

    if (p->total < 1 || p->total > SEGMENT_PARTS_MAX || p->seq < 1 || p->seq > p->total)
        return SEGMENT_BAD;
    while (m && !same(m, key, p))
        m = m->next;
    here = m && m->text[p->seq - 1].p;
    if (here && !slice_eq(m->text[p->seq - 1], p->text)) {
        m->closed = true; /* the reference went round: this is another message */
        m->due_ms = now_ms;
        m = NULL;
        here = false;
    }
    if (!m)
        m = begin(set, p, key, now_ms);
    if (!m || (!here && !put(set, m, p, now_ms)))
        return SEGMENT_FULL;
    if (m->have < m->total)
        return here ? SEGMENT_REPEATED : SEGMENT_WAITING;
    m->out = true;
    join(set, m, a, whole);
    return SEGMENT_COMPLETE;
}

bool segment_overdue(struct segment_set *set, int64_t now_ms, struct arena *a, struct segment_whole *whole)
{
    struct message **at = &set->first;

    while (*at) {
        struct message *m = *at;

        if (m->out || now_ms < m->due_ms) {
            at = &m->next;
        } else if (m->repeats && m->have < m->total) {
            drop(set, at);
        } else {
            m->out = m->closed = true;
            join(set, m, a, whole);
            return true;
        }
    }
    return false;
}

static struct message **find(struct segment_set *set, uint64_t id)
{
    struct message **at = &set->first;

    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

void segment_done(struct segment_set *set, uint64_t id, int64_t now_ms)
{
    struct message **at = find(set, id), *m = *at;
    struct tomb *t = &set->tombs[set->next_tomb];

    if (!m)
        return;
    set->next_tomb = (set->next_tomb + 1) % TOMBS;
    *t = (struct tomb){ .key = m->key, .until_ms = now_ms + TOMB_MS };
    for (unsigned i = 0; i < m->total; i++)
        t->part[i] = slice_hash(m->text[i]);
    drop(set, at);
}

void segment_later(struct segment_set *set, uint64_t id, int64_t due_ms)
{
    struct message *m = *find(set, id);

    if (!m)
        return;
    m->out = false;
    m->due_ms = due_ms;
}

int64_t segment_oldest_ms(const struct segment_set *set)
{
    int64_t oldest = INT64_MAX;

    for (const struct message *m = set->first; m; m = m->next)
        if (m->since_ms < oldest)
            oldest = m->since_ms;
    return oldest;
}

unsigned segment_waiting(const struct segment_set *set)
{
    return set->n;
}
