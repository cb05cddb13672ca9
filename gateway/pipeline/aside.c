/* aside.c - see aside.h. */
#include "gateway/pipeline/aside.h"

#include <stdlib.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"

enum {
    PATIENCE_MS = 3000,       /* before "kept" is said */
    SAID_MS = 10 * 60 * 1000, /* an alarm is not repeated within */
    SAID_MAX = 1024,          /* alarms remembered: past it the oldest may be said again */
    KEPT_MAX = 4096,          /* messages whose sender heard that they are kept; the same */
    WAITING_MAX = 2000,       /* words held back: past it they are said at once */
    WAITING_BYTES = 4096,     /* of one */
};

struct waiting {
    struct waiting *next;
    struct arena arena;
    uint64_t message;
    struct slice via;
    struct sms sms;
    int64_t due_ms;
};

struct aside {
    struct loop_timer *tick;
    void (*send)(void *, struct slice, const struct sms *);
    void *arg;
    struct waiting *first, **end; /* in the order in which they are due */
    unsigned waiting_n;
    struct {
        uint64_t message;
        int64_t at_ms;
    } said[SAID_MAX];
    unsigned said_at;
    uint64_t kept[KEPT_MAX];
    unsigned kept_at;
};

/* The same for each time that it is sent by its telco. */
static uint64_t message_of(const struct inbound *in)
{
    return slice_hash(in->provider) ^ slice_hash(in->provider_id) << 1 ^ slice_hash(in->from) << 2 ^
           (in->provider_id.n ? 0 : slice_hash(in->text) << 3);
}

static bool alarmed(struct aside *a, uint64_t message)
{
    int64_t now = clock_mono_ms();

    for (unsigned i = 0; i < SAID_MAX; i++)
        if (a->said[i].message == message && a->said[i].at_ms && now - a->said[i].at_ms < SAID_MS)
            return true;
    a->said[a->said_at].message = message;
    a->said[a->said_at].at_ms = now;
    a->said_at = (a->said_at + 1) % SAID_MAX;
    return false;
}

/* The same message by its telco's id: its sender has heard, or will (SPEC 2.4a). */
static bool heard(struct aside *a, const struct inbound *in)
{
    uint64_t message = message_of(in);

    for (unsigned i = 0; in->provider_id.n && i < KEPT_MAX; i++)
        if (a->kept[i] == message)
            return true;
    a->kept[a->kept_at] = message;
    a->kept_at = (a->kept_at + 1) % KEPT_MAX;
    return false;
}

static void waiting_free(struct waiting *w)
{
    arena_free(&w->arena);
    free(w);
}

static void plan(struct aside *a)
{
    int64_t after = a->first ? a->first->due_ms - clock_mono_ms() : 0;

    if (a->first)
        loop_timer_set(a->tick, after > 0 ? after : 0);
}

static void on_tick(void *arg)
{
    struct aside *a = arg;
    int64_t now = clock_mono_ms();

    while (a->first && a->first->due_ms <= now) {
        struct waiting *w = a->first;

        a->first = w->next;
        if (!a->first)
            a->end = &a->first;
        a->waiting_n--;
        a->send(a->arg, w->via, &w->sms);
        waiting_free(w);
    }
    plan(a);
}

static bool hold_back(struct aside *a, const struct inbound *in, const struct sms *sms)
{
    struct waiting *w = a->waiting_n < WAITING_MAX ? calloc(1, sizeof *w) : NULL;

    if (!w)
        return false;
    arena_init(&w->arena, WAITING_BYTES);
    w->message = message_of(in);
    w->via = arena_copy(&w->arena, outcome_way(in, sms));
    w->sms = *sms;
    w->sms.to = arena_copy(&w->arena, sms->to);
    w->sms.text = arena_copy(&w->arena, sms->text);
    w->sms.nomor = arena_copy(&w->arena, sms->nomor);
    w->sms.provider = arena_copy(&w->arena, sms->provider);
    if (w->arena.failed) {
        waiting_free(w);
        return false;
    }
    w->due_ms = clock_mono_ms() + PATIENCE_MS;
    *a->end = w;
    a->end = &w->next;
    if (a->waiting_n++ == 0)
        plan(a);
    return true;
}

void aside_say(struct aside *a, const struct inbound *in, const struct outcome *o, enum aside_fate fate)
{
    bool alarm = false, again, told;

    for (unsigned i = 0; i < o->sms_n; i++)
        alarm = alarm || o->sms[i].class == SMS_EMERGENCY;
    again = alarm && alarmed(a, message_of(in));
    told = fate != ASIDE_REFUSED && heard(a, in);
    for (unsigned i = 0; i < o->sms_n; i++) {
        const struct sms *sms = &o->sms[i];

        if (sms->class == SMS_EMERGENCY ? again : fate == ASIDE_REFUSED || told)
            continue;
        /* Who calls for help hears at once what is certain. */
        if (sms->class == SMS_EMERGENCY || alarm || fate != ASIDE_KEPT || !hold_back(a, in, sms))
            a->send(a->arg, outcome_way(in, sms), sms);
    }
}

void aside_over(struct aside *a, const struct inbound *in)
{
    uint64_t message = message_of(in);

    for (struct waiting **at = &a->first; *at;) {
        struct waiting *w = *at;

        if (w->message != message) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        if (!*at)
            a->end = at;
        a->waiting_n--;
        waiting_free(w);
    }
}

struct aside *aside_new(struct loop *loop, void (*send)(void *, struct slice, const struct sms *), void *arg)
{
    struct aside *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->send = send;
    a->arg = arg;
    a->end = &a->first;
    a->tick = loop_timer_new(loop, "pipeline: kept", on_tick, a);
    return a;
}

void aside_free(struct aside *a)
{
    if (!a)
        return;
    while (a->first) {
        struct waiting *w = a->first;

        a->first = w->next;
        waiting_free(w);
    }
    loop_timer_free(a->tick);
    free(a);
}
