/* delivery.c - see delivery.h.
 *
 * A provider that names another in `sms_via` (africastalking for USSD, Kannel for SMS) has lanes of its own
 * in the store; here they are the carrier's, under its window and rate.
 *
 * An SMS is taken from its lane, waits in a queue of this room until the window and the rate let it go, is
 * tried, and is ended with done, retry or park.  Only what can soon be sent is taken: what waits here when
 * the process dies comes back as "perhaps sent". */
#include "gateway/delivery/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/attempt.h"
#include "gateway/delivery/http_send.h"
#include "gateway/delivery/smpp_send.h"
#include "parsers/dialect.h"

enum {
    LANES = 3,
    VIAS = 8,    /* providers whose SMS one carries, itself among them */
    WINDOW = 10, /* when the configuration states none */
    INBOX_MAX = 100000,
    EMULATED = 200, /* at least, for the emulator: nothing of it is ever under way */
    TIMEOUT_MS = 20000,
    THROTTLE_MS = 2000,
    JOB_MEMORY = 256 * 1024,
    NOW_MAX = 1000, /* SMS past the store that may wait */
    JOB_MAGIC = 0x6a6f6273,
};

struct job {
    unsigned magic;
    struct lane *lane;
    struct job *next, **at; /* in the lane's queue, or among those under way */
    struct slice id;        /* of the entry */
    struct lane_sms sms;
    unsigned attempts;
    int64_t first_ms;
    bool recovered;
    int64_t due_ms;         /* in the lane past the store: not before */
    struct smpp_send *smpp; /* while it is under way by submit_sm */
    struct arena arena;     /* holds all above */
};

struct lane {
    struct provider *provider;
    unsigned number;
    struct consumer *consumer;   /* NULL: the lane past the store (delivery_now) */
    struct job *waiting, **last; /* first in, first out */
    unsigned taken;              /* waiting or under way */
};

struct provider {
    struct delivery *delivery;
    struct arena arena; /* of the configuration below */
    const struct dialect *dialect;
    struct smpp_provider *smpp; /* dialect smpp, once delivery_smpp() was called */
    struct provider_conf conf;
    struct slice dlr_url;
    struct lane lane[LANES][VIAS];
    struct lane now;        /* SMS that no store keeps: sent while Redis is away */
    struct slice via[VIAS]; /* their names */
    struct arena names;
    unsigned vias_n;
    struct job *under_way;
    unsigned under_way_n, window;
    double tokens; /* SMS that the rate allows now */
    int64_t tokens_ms, throttled_until_ms;
    struct loop_timer *pump;
};

struct delivery {
    struct loop *loop;
    struct store *store;
    struct http_send *http;
    struct inbox *inbox;
    struct provider provider[CONFIG_PROVIDERS];
    unsigned providers_n;
    struct loop_timer *dawn;
    int utc_offset_min;
    bool draining;
};

/* SMPP has no shapes over HTTP: its name is all that is asked for here. */
static const struct dialect smpp_dialect = { .name = "smpp" };

static const struct dialect *dialect_of(struct slice name)
{
    return slice_is(name, smpp_dialect.name) ? &smpp_dialect : dialect_by_name(name);
}

static void pump(struct provider *);

/* --- figures --- */

static void count(const char *how)
{
    static const char *const names[] = { "sent", "expired", "refused", "unknown", "later", "broken" };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(how, names[i]) == 0)
            stat_get(STAT_COUNTER, "sms_out_total", "Attempts to send an SMS, by how they ended.", "outcome",
                     names[i])
                ->value++;
}

/* --- the life of a job --- */

static void job_list(struct job **head, struct job *j)
{
    j->next = *head;
    if (j->next)
        j->next->at = &j->next;
    j->at = head;
    *head = j;
}

static void job_free(struct job *j)
{
    struct arena arena = j->arena;

    j->magic = 0;
    arena_free(&arena); /* the job lives in it */
}

static void job_unlist(struct job *j)
{
    if (!j->at)
        return;
    *j->at = j->next;
    if (j->next)
        j->next->at = j->at;
    j->at = NULL;
}

static struct attempt attempt_of(const struct job *j, enum attempt_result result)
{
    return (struct attempt){ .class = j->sms.class,
                             .result = result,
                             .attempts = j->attempts,
                             .first_ms = j->first_ms,
                             .now_ms = clock_wall_ms(),
                             .expires_ms = j->sms.expires_ms,
                             .jitter = (uint32_t)rnd_below(65536),
                             /* What the emulator did not show yet, nobody has seen. */
                             .recovered = j->recovered && !j->lane->provider->dialect->in_process };
}

static void lane_add(struct lane *l, struct job *j)
{
    j->next = NULL;
    *l->last = j;
    l->last = &j->next;
}

/* The one place where an SMS leaves this room. */
static void job_end(struct job *j, const struct attempt_verdict *v)
{
    struct consumer *c = j->lane->consumer;

    count(v->reason);
    if (v->next == ATTEMPT_RETRY && !c) { /* nobody else keeps it */
        j->attempts++;
        j->due_ms = v->due_ms;
        lane_add(j->lane, j); /* pump() sets the clock for it */
        return;
    }
    if (c && v->next == ATTEMPT_RETRY)
        consumer_retry(c, j->id, v->due_ms);
    else if (c && v->next == ATTEMPT_PARK)
        consumer_park(c, j->id, v->reason);
    else if (c) /* past the store it was in memory alone: its message comes again out of the spool */
        consumer_done(c, j->id);
    if (strcmp(v->reason, "sent") != 0)
        log_event(v->next == ATTEMPT_PARK ? LOG_WARN : LOG_INFO, "sms_out", "provider",
                  j->lane->provider->dialect->name, "class", sms_class_name(j->sms.class), "outcome",
                  v->reason, NULL);
    j->lane->taken--;
    job_free(j);
}

static void job_judge(struct job *j, enum attempt_result result, int64_t retry_after_ms)
{
    struct provider *p = j->lane->provider;
    struct attempt a = attempt_of(j, result);
    struct attempt_verdict v;

    a.retry_after_ms = retry_after_ms;
    v = attempt_judge(&a);
    job_unlist(j);
    p->under_way_n--;
    job_end(j, &v);
    pump(p);
}

/* --- one attempt --- */

static enum attempt_result result_of(struct job *j, const struct http_result *r)
{
    struct provider *p = j->lane->provider;
    struct send_answer said;
    struct arena scratch;

    if (r->outcome == HTTP_NOT_REACHED)
        return ATTEMPT_LATER;
    if (r->outcome == HTTP_LOST)
        return ATTEMPT_UNKNOWN;
    arena_init(&scratch, JOB_MEMORY);
    p->dialect->decode_send_answer(
        &(struct wire_said){ .status = r->status, .body = r->body, .shape = p->conf.shape }, &scratch, &said);
    if (said.result == SEND_ACCEPTED && said.their_id.n && j->sms.uuid.n)
        store_dlr_put(p->delivery->store, p->conf.name.p, said.their_id, j->sms.uuid);
    arena_free(&scratch);
    switch (said.result) {
    case SEND_ACCEPTED:
        return ATTEMPT_ACCEPTED;
    case SEND_REFUSED:
        log_event(LOG_WARN, "sms_refused", "provider", p->dialect->name, "why", said.why, NULL);
        return ATTEMPT_REFUSED;
    case SEND_THROTTLED:
        p->throttled_until_ms = clock_mono_ms() + THROTTLE_MS;
        return ATTEMPT_LATER;
    case SEND_LATER:
        return ATTEMPT_LATER;
    case SEND_UNKNOWN:
        break;
    }
    return ATTEMPT_UNKNOWN;
}

static void on_sent(void *arg, const struct http_result *r)
{
    struct job *j = arg;

    if (j->magic != JOB_MAGIC)
        abort();
    job_judge(j, result_of(j, r), r->retry_after_ms);
}

/* The emulator has no network: its SMS are in the inbox at once. */
static void show(struct job *j)
{
    struct delivery *d = j->lane->provider->delivery;
    bool taken = inbox_add(d->inbox, j->sms.to, j->sms.text, clock_wall_ms());
    struct attempt a = attempt_of(j, taken ? ATTEMPT_ACCEPTED : ATTEMPT_LATER);
    struct attempt_verdict v = attempt_judge(&a);

    job_end(j, &v);
}

static bool send_http(struct job *j)
{
    struct provider *p = j->lane->provider;
    struct wire_sms sms = { .url = p->conf.send.url,
                            .username = p->conf.send.username,
                            .password = p->conf.send.password,
                            .from = p->conf.send.from,
                            .to = j->sms.to,
                            .text = j->sms.text,
                            .uuid = j->sms.uuid,
                            .dlr_url = p->dlr_url,
                            .shape = p->conf.shape };
    struct wire_send wire;
    struct arena scratch;
    bool sent;

    if (!p->dialect->encode_send || !p->conf.send.url.n)
        return false;
    /* Without a uuid (past the store) a report could be told to nobody. */
    if (!j->sms.uuid.n)
        sms.dlr_url = slice_make("", 0);
    arena_init(&scratch, JOB_MEMORY);
    sent = p->dialect->encode_send(&sms, &scratch, &wire) == WIRE_OK && !scratch.failed &&
           http_send_start(p->delivery->http, &wire, TIMEOUT_MS, on_sent, j);
    arena_free(&scratch);
    return sent;
}

static void on_submitted(void *arg, enum attempt_result result)
{
    struct job *j = arg;

    if (j->magic != JOB_MAGIC)
        abort();
    j->smpp = NULL;
    job_judge(j, result, 0);
}

static bool send_smpp(struct job *j)
{
    struct provider *p = j->lane->provider;

    j->smpp = smpp_send_start(p->delivery->loop, p->smpp, p->delivery->store, &j->sms, p->conf.send.from,
                              on_submitted, j);
    return j->smpp != NULL;
}

static void attempt_start(struct job *j)
{
    struct provider *p = j->lane->provider;
    struct attempt a = attempt_of(j, ATTEMPT_NONE);
    struct attempt_verdict v = attempt_judge(&a);

    if (v.next != ATTEMPT_SEND) {
        job_end(j, &v);
        return;
    }
    if (p->dialect->in_process) {
        show(j);
        return;
    }
    job_list(&p->under_way, j);
    p->under_way_n++;
    if (p->smpp ? !send_smpp(j) : !send_http(j)) {
        job_unlist(j);
        p->under_way_n--;
        job_end(j, &(struct attempt_verdict){ ATTEMPT_RETRY, clock_wall_ms() + 60000, "later" });
    }
}

/* --- taking and letting go --- */

/* Takes the first that is due: one that waits for its next try holds up nobody. */
static struct job *lane_first(struct lane *l)
{
    int64_t now = l->consumer ? 0 : clock_wall_ms();
    struct job **at = &l->waiting, *j;

    while (*at && (*at)->due_ms > now)
        at = &(*at)->next;
    j = *at;
    if (!j)
        return NULL;
    *at = j->next;
    if (l->last == &j->next)
        l->last = at;
    j->next = NULL;
    return j;
}

/* When the next of the lane past the store is due; INT64_MAX: none waits. */
static int64_t next_due_ms(const struct provider *p)
{
    int64_t due = INT64_MAX;

    for (const struct job *j = p->now.waiting; j; j = j->next)
        if (j->due_ms < due)
            due = j->due_ms;
    return due;
}

static struct job *next_waiting(struct provider *p)
{
    struct job *j = lane_first(&p->now);

    if (j)
        return j;
    for (unsigned i = 0; i < LANES * p->vias_n && !j; i++)
        j = lane_first(&p->lane[i / p->vias_n][i % p->vias_n]);
    return j;
}

static bool quiet_now(const struct delivery *d)
{
    return attempt_quiet_ms(clock_wall_ms(), d->utc_offset_min) > 0;
}

/* What the window, and under a rate the next two seconds, have room for.  What is taken sooner waits here for
 * nothing, and would come back as "perhaps sent" if the process died. */
static unsigned room(const struct provider *p, unsigned taken)
{
    unsigned left = taken < p->window ? p->window - taken : 0;
    unsigned waiting = taken > p->under_way_n ? taken - p->under_way_n : 0;
    unsigned soon = 2 * p->conf.rate > waiting ? 2 * p->conf.rate - waiting : 0;

    return p->conf.rate && soon < left ? soon : left;
}

/* Lane 0 takes as if the others were not there: it goes first as soon as a place is free.  They take what is
 * left. */
static void set_windows(struct provider *p)
{
    bool quiet = quiet_now(p->delivery);
    bool idle =
        p->delivery->draining || (p->dialect == &smpp_dialect && (!p->smpp || !smpp_provider_ready(p->smpp)));
    unsigned first = 0, taken = 0;

    for (unsigned i = 0; i < LANES * p->vias_n; i++) {
        const struct lane *l = &p->lane[i / p->vias_n][i % p->vias_n];

        taken += l->taken;
        first += l->number == 0 ? l->taken : 0;
    }
    for (unsigned i = 0; i < LANES * p->vias_n; i++) {
        struct lane *l = &p->lane[i / p->vias_n][i % p->vias_n];
        unsigned window = l->taken + room(p, l->number == 0 ? first : taken);

        if (idle || (l->number > 0 && quiet))
            window = 0;
        if (l->consumer)
            consumer_window(l->consumer, window);
    }
}

/* How long until the rate lets one more go; 0 = now. */
static int64_t rate_wait(struct provider *p)
{
    int64_t now = clock_mono_ms();

    if (p->throttled_until_ms > now)
        return p->throttled_until_ms - now;
    if (p->smpp)
        return smpp_provider_wait_ms(p->smpp);
    if (!p->conf.rate)
        return 0;
    p->tokens += (double)(now - p->tokens_ms) * p->conf.rate / 1000;
    p->tokens_ms = now;
    /* A second's worth may go at once, never more. */
    if (p->tokens > p->conf.rate)
        p->tokens = p->conf.rate;
    if (p->tokens >= 1)
        return 0;
    return (int64_t)((1 - p->tokens) * 1000 / p->conf.rate) + 1;
}

/* A bind that is not there, or full, calls when that changes. */
static bool may_send(const struct provider *p)
{
    return p->under_way_n < p->window && !p->delivery->draining &&
           (p->dialect != &smpp_dialect || (p->smpp && smpp_provider_room(p->smpp)));
}

static void pump(struct provider *p)
{
    int64_t due;

    while (may_send(p)) {
        int64_t wait = rate_wait(p);
        struct job *j;

        if (wait) {
            loop_timer_set(p->pump, wait);
            set_windows(p);
            return;
        }
        j = next_waiting(p);
        if (!j)
            break;
        if (p->conf.rate && !p->smpp)
            p->tokens -= 1;
        attempt_start(j);
    }
    due = next_due_ms(p);
    if (due != INT64_MAX && may_send(p))
        loop_timer_set(p->pump, due - clock_wall_ms());
    set_windows(p);
}

static void on_pump(void *arg)
{
    pump(arg);
}

static void on_entry(void *arg, const struct entry *e)
{
    struct lane *l = arg;
    struct provider *p = l->provider;
    struct err why = { "" };
    struct arena arena;
    struct job *j;

    arena_init(&arena, JOB_MEMORY);
    j = ARENA_NEW(&arena, struct job);
    if (!j || sms_decode(arena_copy(&arena, e->body), &arena, &j->sms, &why) != 0 || arena.failed) {
        count("broken");
        log_text(LOG_ERROR, "sms_broken", "%s", why.text);
        consumer_park(l->consumer, e->id, "broken");
        arena_free(&arena);
        return;
    }
    j->magic = JOB_MAGIC;
    j->lane = l;
    j->id = arena_copy(&arena, e->id);
    j->attempts = e->attempts;
    j->first_ms = e->first_ms;
    j->recovered = e->recovered;
    j->arena = arena;
    lane_add(l, j);
    l->taken++;
    /* Not inside this call: the entry may only be ended after it. */
    loop_timer_set(p->pump, 0);
}

/* The one who carries the SMS of provider `via`; NULL when nobody does. */
static struct provider *carrier(struct delivery *d, struct slice via)
{
    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *p = &d->provider[i];

        for (unsigned k = 0; k < p->vias_n; k++)
            if (slice_eq(p->via[k], via))
                return p;
    }
    return NULL;
}

void delivery_now(struct delivery *d, struct slice via, const struct sms *sms)
{
    struct provider *p = carrier(d, via);
    struct arena arena;
    struct job *j;

    if (!p || p->now.taken >= NOW_MAX) {
        count("broken");
        return;
    }
    arena_init(&arena, JOB_MEMORY);
    j = ARENA_NEW(&arena, struct job);
    if (!j) {
        arena_free(&arena);
        return;
    }
    j->magic = JOB_MAGIC;
    j->lane = &p->now;
    j->first_ms = clock_wall_ms();
    j->sms = (struct lane_sms){ .to = arena_copy(&arena, sms->to),
                                .text = arena_copy(&arena, sms->text),
                                .class = sms->class,
                                .expires_ms = sms->expires_ms };
    j->arena = arena;
    lane_add(&p->now, j);
    p->now.taken++;
    loop_timer_set(p->pump, 0);
}

/* Quiet hours begin and end. */
static void on_dawn(void *arg)
{
    struct delivery *d = arg;

    for (unsigned i = 0; i < d->providers_n; i++)
        set_windows(&d->provider[i]);
    loop_timer_set(d->dawn, 20000);
}

/* --- life --- */

static bool sends(const struct provider_conf *p)
{
    const struct dialect *d = dialect_of(p->dialect);

    return d && (d == &smpp_dialect || d->in_process || d->encode_send);
}

static void provider_conf_take(struct provider *p, const struct config *c, const struct provider_conf *pc)
{
    struct arena *a = &p->arena;
    struct slice token = pc->token;

    arena_reset(a);
    p->dialect = dialect_of(pc->dialect);
    p->conf = (struct provider_conf){ .name = arena_copy(a, pc->name),
                                      .dialect = arena_copy(a, pc->dialect),
                                      .window = pc->window,
                                      .rate = pc->rate };
    p->conf.shape = pc->shape ? shape_copy_send(pc->shape, a) : NULL;
    p->conf.send.url = arena_copy(a, pc->send.url);
    p->conf.send.username = arena_copy(a, pc->send.username);
    p->conf.send.password = arena_copy(a, pc->send.password);
    p->conf.send.from = arena_copy(a, pc->send.from.n ? pc->send.from : c->short_code);
    p->dlr_url = slice_make("", 0);
    if (c->public_url.n)
        p->dlr_url =
            arena_printf(a, "%.*s/dlr/%.*s%s%.*s", (int)(c->public_url.n - slice_ends(c->public_url, "/")),
                         c->public_url.p, SLICE_ARG(pc->name), token.n ? "/" : "", SLICE_ARG(token));
    p->window = pc->window ? pc->window : WINDOW;
    if (p->dialect->in_process && p->window < EMULATED)
        p->window = EMULATED;
    p->tokens_ms = clock_mono_ms();
    p->tokens = pc->rate ? 1 : 0;
}

/* The three lanes of provider `name` in the store, carried by p. */
static int lanes_open(struct provider *p, struct slice name)
{
    struct delivery *d = p->delivery;
    unsigned via = p->vias_n;
    char stream[128];

    if (via == VIAS)
        return -1;
    p->vias_n++;
    p->via[via] = arena_copy(&p->names, name);
    for (unsigned i = 0; i < LANES; i++) {
        struct lane *l = &p->lane[i][via];

        l->provider = p;
        l->number = i;
        l->last = &l->waiting;
        snprintf(stream, sizeof stream, "sms:%.*s:%u", SLICE_ARG(name), i);
        l->consumer = consumer_open(d->store, stream, 0, on_entry, l);
        if (!l->consumer)
            return -1;
    }
    return 0;
}

static int provider_open(struct delivery *d, const struct config *c, const struct provider_conf *pc)
{
    struct provider *p = &d->provider[d->providers_n++];

    p->delivery = d;
    arena_init(&p->arena, 65536);
    arena_init(&p->names, 4096);
    p->now = (struct lane){ .provider = p, .last = &p->now.waiting };
    p->pump = loop_timer_new(d->loop, "delivery pump", on_pump, p);
    provider_conf_take(p, c, pc);
    if (p->dialect->in_process && !d->inbox && !(d->inbox = inbox_new(d->loop, INBOX_MAX)))
        return -1;
    if (!p->pump || lanes_open(p, pc->name) != 0)
        return -1;
    for (unsigned i = 0; i < c->providers_n; i++)
        if (slice_eq(c->providers[i].sms_via, pc->name) && lanes_open(p, c->providers[i].name) != 0)
            return -1;
    set_windows(p);
    return 0;
}

struct delivery *delivery_open(struct loop *loop, struct store *store, const struct config *c, struct err *e)
{
    struct delivery *d = calloc(1, sizeof *d);

    if (!d)
        goto nomem;
    d->loop = loop;
    d->store = store;
    d->utc_offset_min = c->utc_offset_min;
    d->http = http_send_new(loop, e);
    d->dawn = loop_timer_new(loop, "delivery dawn", on_dawn, d);
    if (!d->http || !d->dawn)
        goto nomem;
    for (unsigned i = 0; i < c->providers_n; i++) {
        const struct provider_conf *pc = &c->providers[i];

        if (sends(pc) && !pc->sms_via.n && provider_open(d, c, pc) != 0)
            goto nomem;
    }
    loop_timer_set(d->dawn, 20000);
    return d;
nomem:
    if (d)
        delivery_close(d);
    err_set(e, "delivery: out of memory");
    return NULL;
}

void delivery_reload(struct delivery *d, const struct config *c)
{
    d->utc_offset_min = c->utc_offset_min;
    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *p = &d->provider[i];
        const struct provider_conf *pc = config_provider(c, p->conf.name);

        if (pc && dialect_of(pc->dialect) == p->dialect) {
            provider_conf_take(p, c, pc);
            pump(p);
        } else {
            log_event(LOG_WARN, "provider_needs_restart", NULL);
        }
    }
}

static void on_smpp_change(void *arg, struct smpp_provider *changed)
{
    struct delivery *d = arg;

    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].smpp == changed)
            pump(&d->provider[i]);
}

void delivery_smpp(struct delivery *d, struct smpp_hub *hub)
{
    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].dialect == &smpp_dialect)
            d->provider[i].smpp = smpp_hub_provider(hub, d->provider[i].conf.name);
    smpp_hub_on_change(hub, on_smpp_change, d);
}

void delivery_drain(struct delivery *d)
{
    d->draining = true;
    for (unsigned i = 0; i < d->providers_n; i++)
        set_windows(&d->provider[i]);
}

unsigned delivery_under_way(const struct delivery *d)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->providers_n; i++)
        n += d->provider[i].under_way_n;
    return n;
}

static void provider_close(struct provider *p)
{
    for (unsigned i = 0; i < LANES * p->vias_n; i++) {
        struct lane *l = &p->lane[i / p->vias_n][i % p->vias_n];
        struct job *j;

        if (l->consumer)
            consumer_close(l->consumer);
        while ((j = l->waiting)) {
            l->waiting = j->next;
            job_free(j);
        }
    }
    for (struct job *j; (j = p->now.waiting);) {
        p->now.waiting = j->next;
        job_free(j);
    }
    while (p->under_way) {
        struct job *j = p->under_way;

        if (j->smpp)
            smpp_send_cancel(j->smpp);
        job_unlist(j);
        job_free(j);
    }
    loop_timer_free(p->pump);
    arena_free(&p->arena);
    arena_free(&p->names);
}

struct inbox *delivery_inbox(struct delivery *d)
{
    return d->inbox;
}

void delivery_close(struct delivery *d)
{
    http_send_free(d->http);
    for (unsigned i = 0; i < d->providers_n; i++)
        provider_close(&d->provider[i]);
    loop_timer_free(d->dawn);
    inbox_free(d->inbox);
    free(d);
}
