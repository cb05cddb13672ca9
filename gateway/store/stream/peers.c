/* peers.c - which gateways of this Redis live, and taking over what a dead one has in its hands.
 *
 * Each counts up its own row of the hash `gateways:` every second.  One whose row stands still while ours was
 * counted six times is dead, or stands still itself: its entries become ours, marked as recovered, lanes of
 * alarms first.  No clock is compared: a step of it kills nobody.
 *
 * While there is no row but ours, nobody can mistake for free what we hold: it is read without a name
 * (consumer.c), which Redis has less to do for.  With the first row of another it gets our name.
 *
 * The same for ourselves: when no beat of ours was answered for so long that others may have taken us for
 * dead, nothing that we hold is begun until one is, and until Redis has said what of it is still ours
 * (consumers_doubt). */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/stream/private.h"

enum {
    BEAT_MS = 1000,
    SILENT_BEATS = 6, /* of ours, without one of theirs */
    SURE_MS = 4000,   /* after a beat was answered nobody takes from us: with room below SILENT_BEATS */
    AGAIN_BEATS = 60, /* then what a dead one has is looked at so often */
    PEERS = 64,       /* state folders that ever served this district: more are not looked after */
    NAME = 96,
};

struct peer {
    char name[NAME];
    int64_t count;
    unsigned silent;
};

struct peers {
    struct store *store;
    struct loop_timer *beat;
    struct peer peer[PEERS];
    unsigned n;
    bool asking;
    unsigned beats; /* answered since Redis is up */
    int64_t asked_ms,
        sure_ms; /* when the beat under way was sent, and the last one that was answered (mono) */
};

static struct peer *peer_of(struct peers *p, struct slice name)
{
    for (unsigned i = 0; i < p->n; i++)
        if (slice_is(name, p->peer[i].name))
            return &p->peer[i];
    if (p->n == PEERS || name.n >= NAME)
        return NULL;
    memcpy(p->peer[p->n].name, name.p, name.n);
    return &p->peer[p->n++];
}

static void heard(struct peers *p, struct slice name, int64_t count)
{
    struct peer *peer = slice_is(name, p->store->consumer_name) ? NULL : peer_of(p, name);

    if (!peer)
        return;
    if (peer->count != count) {
        if (peer->silent >= SILENT_BEATS)
            log_event(LOG_INFO, "gateway_back", "gateway", peer->name, NULL);
        peer->count = count;
        peer->silent = 0;
        return;
    }
    peer->silent++;
    if (peer->silent == SILENT_BEATS)
        log_event(LOG_WARN, "gateway_silent", "gateway", peer->name, NULL);
    if (peer->silent >= SILENT_BEATS && (peer->silent - SILENT_BEATS) % AGAIN_BEATS == 0)
        consumers_take(p->store, peer->name);
}

static void on_beat(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct peers *p = s->peers;

    p->asking = false;
    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_ARRAY) {
        store_refused(s, reply);
        return;
    }
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        heard(p, redis_slice(reply->element[i]), redis_int(reply->element[i + 1], 0));
    if (p->n)
        consumers_name(s);
    if (p->n && p->asked_ms - p->sure_ms >= SURE_MS)
        consumers_doubt(s);
    p->sure_ms = p->asked_ms;
    p->beats++;
    s->company = !p->n ? COMPANY_NONE : p->beats > SILENT_BEATS ? COMPANY_SETTLED : COMPANY_NEW;
    if (p->beats == 1)
        consumers_begin(s);
}

static void beat(void *arg)
{
    struct store *s = arg;
    struct peers *p = s->peers;
    struct key k;

    loop_timer_set(p->beat, BEAT_MS);
    if (!s->up || p->asking)
        return;
    p->asking = true;
    p->asked_ms = clock_mono_ms();
    redis_begin(s->redis, 5);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_beat");
    redis_i64(s->redis, 1);
    redis_part(s->redis, store_key(s, &k, "gateways", S(""), S("")));
    redis_str(s->redis, s->consumer_name);
    redis_send(s->redis, on_beat, s);
}

bool store_sure(const struct store *s)
{
    const struct peers *p = s->peers;

    return !s->up || !p->n || (clock_mono_ms() - p->sure_ms < SURE_MS && !consumers_doubting(s));
}

unsigned store_gateways(const struct store *s)
{
    unsigned n = 1;

    for (unsigned i = 0; i < s->peers->n; i++)
        n += s->peers->peer[i].silent < SILENT_BEATS;
    return n;
}

void peers_up(struct store *s)
{
    for (unsigned i = 0; i < s->peers->n; i++)
        s->peers->peer[i].silent = 0; /* nobody could count while Redis was away */
    loop_timer_set(s->peers->beat, 0);
}

void peers_down(struct store *s)
{
    s->peers->asking = false;
    s->peers->beats = 0;
    s->company = COMPANY_UNKNOWN;
    loop_timer_stop(s->peers->beat);
}

struct peers *peers_new(struct store *s)
{
    struct peers *p = calloc(1, sizeof *p);

    if (!p)
        abort(); /* one, at start-up */
    p->store = s;
    p->beat = loop_timer_new(s->loop, "store: heartbeat", beat, s);
    return p;
}

void peers_free(struct peers *p)
{
    if (!p)
        return;
    loop_timer_free(p->beat);
    free(p);
}
