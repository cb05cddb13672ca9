/* provider.c - see provider.h.
 *
 * An SMS is taken from its lane, waits in a queue of this room until the window and the rate let it go, is
 * tried, and is ended with done, retry or park.  Only what can soon be sent is taken: what waits here when
 * the process dies comes back as "perhaps sent". */
#include "gateway/delivery/provider.h"

#include <string.h>

#include "flows/rows/clocks.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/budget.h"
#include "gateway/delivery/smpp_send.h"

enum {
    TIMEOUT_MS = 20000,
    MORNING_MS = 5 * 3600 * 1000, /* quiet hours end */
    THROTTLE_MS = 2000,
    UNSURE_MS = 50, /* until Redis has said what is ours */
};

void provider_count(const char *how)
{
    static const char *const names[] = {
        "sent", "expired", "refused", "unknown", "later", "broken", "budget"
    };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(how, names[i]) == 0)
            stat_get(STAT_COUNTER, "sms_out_total", "Attempts to send an SMS, by how they ended.", "outcome",
                     names[i])
                ->value++;
}

static const int64_t day_ms = INT64_C(86400000);

static int64_t utc_offset_ms(const struct delivery *d)
{
    return (int64_t)d->utc_offset_min * 60000;
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
                             .recovered = j->recovered && !j->lane->home->dialect->in_process };
}

/* Past the store an SMS has no uuid and no place in the log: its message comes again out of the spool. */
static void tell_log(const struct job *j, const struct provider *by, const struct attempt_verdict *v)
{
    const char *state = v->next == ATTEMPT_RETRY ? "queued" : v->next == ATTEMPT_PARK ? "parked" : v->reason;

    store_log_sent(by->delivery->store, by->conf.name.p, j->sms.uuid, state, v->reason, j->attempts + 1);
}

/* It was not sent: the day's count of its number has room again. */
static void give_back(struct job *j)
{
    if (j->counted)
        store_daily_give(j->lane->home->delivery->store, j->day, j->sms.to);
    j->counted = false;
}

/* The one place where an SMS leaves this room.  by: who had it in hand, or would have. */
static void job_end(struct job *j, const struct provider *by, const struct attempt_verdict *v)
{
    struct consumer *c = j->lane->consumer;

    provider_count(v->reason);
    tell_log(j, by, v);
    if (strcmp(v->reason, "sent") != 0 && strcmp(v->reason, "unknown") != 0)
        give_back(j);
    j->counted = false;
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
                  j->lane->home->dialect->name, "class", sms_class_name(j->sms.class), "outcome", v->reason,
                  NULL);
    j->lane->taken--;
    job_free(j);
}

/* Off the list of those under way. */
static struct provider *job_back(struct job *j)
{
    struct provider *p = j->by;

    job_unlist(j);
    p->under_way_n--;
    p->rank_n[job_rank(j)]--;
    j->by = NULL;
    return p;
}

static void job_judge(struct job *j, enum attempt_result result, bool excused, int64_t retry_after_ms)
{
    struct provider *p = job_back(j), *home = j->lane->home;
    struct attempt a = attempt_of(j, result);
    struct attempt_verdict v;

    a.retry_after_ms = retry_after_ms;
    v = attempt_judge(&a);
    route_attempted(p, result, excused);
    /* Whoever carries it now has not kept anybody waiting. */
    if (v.next == ATTEMPT_RETRY && home->carrier != p)
        v.due_ms = a.now_ms;
    job_end(j, p, &v);
    provider_pump(p);
}

/* --- one attempt --- */

static void put_ids(struct provider *p, const struct send_answer *said, struct slice uuid)
{
    if (said->their_id.n)
        store_dlr_put(p->delivery->store, p->conf.name.p, said->their_id, uuid);
    for (unsigned i = 0; i < said->part_ids_n; i++)
        store_dlr_put(p->delivery->store, p->conf.name.p, said->part_ids[i], uuid);
}

static enum attempt_result result_of(struct job *j, const struct http_result *r, bool *excused)
{
    struct provider *p = j->by;
    struct send_answer said;
    struct arena scratch;

    if (r->outcome == HTTP_NOT_REACHED)
        return ATTEMPT_LATER;
    if (r->outcome == HTTP_LOST)
        return ATTEMPT_UNKNOWN;
    arena_init(&scratch, LANE_JOB_MEMORY);
    p->dialect->decode_send_answer(
        &(struct wire_said){ .status = r->status, .body = r->body, .shape = p->conf.shape }, &scratch, &said);
    /* Of what was taken in part too: there will be reports of it. */
    if (j->sms.uuid.n && (said.result == SEND_ACCEPTED || said.result == SEND_UNKNOWN))
        put_ids(p, &said, j->sms.uuid);
    arena_free(&scratch);
    switch (said.result) {
    case SEND_ACCEPTED:
        return ATTEMPT_ACCEPTED;
    case SEND_REFUSED:
        log_event(LOG_WARN, "sms_refused", "provider", p->dialect->name, "why", said.why, NULL);
        return ATTEMPT_REFUSED;
    case SEND_THROTTLED:
        p->throttled_until_ms = clock_mono_ms() + THROTTLE_MS;
        *excused = true;
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
    struct job *j = job_of(arg);
    bool excused = false;
    enum attempt_result result = result_of(j, r, &excused);

    job_judge(j, result, excused, r->retry_after_ms);
}

/* The emulator has no network: its SMS are in the inbox at once. */
static void show(struct job *j)
{
    struct delivery *d = j->lane->home->delivery;
    bool taken = inbox_add(d->inbox, j->sms.to, j->sms.text, clock_wall_ms());
    struct attempt a = attempt_of(j, taken ? ATTEMPT_ACCEPTED : ATTEMPT_LATER);
    struct attempt_verdict v = attempt_judge(&a);

    job_end(j, j->lane->home, &v);
}

static bool send_http(struct job *j)
{
    struct provider *p = j->by;
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
    arena_init(&scratch, LANE_JOB_MEMORY);
    sent = p->dialect->encode_send(&sms, &scratch, &wire) == WIRE_OK && !scratch.failed &&
           http_send_start(p->delivery->http, &wire, TIMEOUT_MS, on_sent, j);
    arena_free(&scratch);
    return sent;
}

static void on_submitted(void *arg, enum attempt_result result)
{
    struct job *j = job_of(arg);
    /* A bind that is throttled or gone is judged by time, not by what it dropped. */
    bool excused = !smpp_provider_ready(j->by->smpp);

    j->smpp = NULL;
    job_judge(j, result, excused, 0);
}

static bool send_smpp(struct job *j)
{
    struct provider *p = j->by;

    j->smpp = smpp_send_start(p->delivery->loop, p->smpp, p->delivery->store, &j->sms, p->conf.send.from,
                              on_submitted, j);
    return j->smpp != NULL;
}

/* It may go. */
static void attempt_send(struct provider *p, struct job *j)
{
    if (p->dialect->in_process) {
        (void)job_back(j);
        show(j);
        return;
    }
    p->failed_over->value += j->lane->home != p;
    if (p->by_smpp ? !send_smpp(j) : !send_http(j)) {
        (void)job_back(j);
        job_end(j, p, &(struct attempt_verdict){ ATTEMPT_RETRY, clock_wall_ms() + 60000, "later" });
    }
}

/* One whose number had enough today waits for the end of the next night, if it lives so long. */
static void on_allowed(void *arg, bool allowed)
{
    struct job *j = job_of(arg);
    struct provider *p = j->by;

    j->question = NULL;
    j->counted = allowed;
    if (!store_sure(p->delivery->store)) { /* we stood still meanwhile: it waits its turn once more */
        (void)job_back(j);
        give_back(j);
        lane_add(j->lane, j);
    } else if (allowed) {
        attempt_send(p, j);
    } else {
        int64_t morning = (j->day + 1) * day_ms + MORNING_MS - utc_offset_ms(p->delivery);

        (void)job_back(j);
        job_end(j, p, &(struct attempt_verdict){ ATTEMPT_RETRY, morning, "budget" });
    }
    provider_pump(p);
}

/* Another gateway took it while we stood still, and sends it: false, and it ends here. */
static bool still_ours(struct job *j)
{
    struct lane *l = j->lane;

    if (!l->consumer || consumer_holds(l->consumer, j->id))
        return true;
    give_back(j);
    log_event(LOG_WARN, "sms_taken", "class", sms_class_name(j->sms.class), NULL);
    consumer_forget(l->consumer, j->id);
    l->taken--;
    job_free(j);
    return false;
}

static void attempt_start(struct provider *p, struct job *j)
{
    struct delivery *d = p->delivery;
    struct attempt a = attempt_of(j, ATTEMPT_NONE);
    struct attempt_verdict v = attempt_judge(&a);

    if (!still_ours(j))
        return;
    if (v.next != ATTEMPT_SEND) {
        job_end(j, p, &v);
        return;
    }
    j->by = p;
    job_list(&p->under_way, j);
    p->under_way_n++;
    p->rank_n[job_rank(j)]++;
    if (!d->daily || !budget_counts(j->sms.class)) {
        attempt_send(p, j);
        return;
    }
    j->day = (clock_wall_ms() + utc_offset_ms(d)) / day_ms;
    j->question = budget_ask(d->store, j->sms.to, j->day, d->daily, on_allowed, j);
}

/* --- taking and letting go --- */

static bool quiet_now(const struct delivery *d)
{
    return clock_quiet_ms(clock_wall_ms(), d->utc_offset_min) > 0;
}

/* SMS under way at once: of a provider that is being probed, one. */
static unsigned window_of(const struct provider *p)
{
    return p->circuit.state == CIRCUIT_PROBING ? 1 : p->window;
}

/* How many of the window SMS of this rank may have: a window full of bulk that hangs must not keep an answer
 * waiting, nor one full of answers an emergency. */
static unsigned places_of(const struct provider *p, enum rank rank)
{
    unsigned window = window_of(p), kept = window >= 8 ? 1 + window / 16 : 0;

    if (rank == RANK_EMERGENCY)
        return window;
    if (rank >= RANK_ALERT && window > 1)
        kept += (window + 3) / 4;
    return window - kept;
}

/* Under way of this rank or above. */
static unsigned under_way_of(const struct provider *p, enum rank rank)
{
    unsigned n = 0;

    for (unsigned i = 0; i <= rank; i++)
        n += p->rank_n[i];
    return n;
}

/* The lane of this number with the oldest SMS that waits, of all that p carries; NULL when none has any. */
static struct lane *oldest(const struct provider *p, unsigned number)
{
    struct delivery *d = p->delivery;
    struct lane *first = NULL;

    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *home = &d->provider[i];

        for (unsigned via = 0; home->carrier == p && via < home->vias_n; via++) {
            struct lane *l = &home->lane[number][via];

            if (l->waiting && (!first || l->waiting->first_ms < first->waiting->first_ms))
                first = l;
        }
    }
    return first;
}

static struct job *past_the_store(const struct provider *p, enum rank least)
{
    struct delivery *d = p->delivery;
    struct job *j = NULL;

    for (unsigned i = 0; i < d->providers_n && !j; i++)
        if (d->provider[i].carrier == p)
            j = lane_first(&d->provider[i].now, clock_wall_ms(), least);
    return j;
}

/* Of this rank: past the store, or of its lanes.  What was taken by day and still waits here is not sent in
 * the night either. */
static struct job *next_of(struct provider *p, enum rank rank)
{
    struct job *j = NULL;
    struct lane *l;

    if (under_way_of(p, RANK_BULK) >= places_of(p, rank) || (rank >= RANK_ALERT && quiet_now(p->delivery)))
        return NULL;
    if (rank <= RANK_ANSWER)
        j = past_the_store(p, rank);
    l = j ? NULL : oldest(p, rank);
    return l ? lane_first(l, INT64_MAX, rank) : j;
}

static struct job *next_waiting(struct provider *p)
{
    struct job *j = NULL;

    for (unsigned rank = 0; rank < RANKS && !j; rank++)
        j = next_of(p, (enum rank)rank);
    return j;
}

/* An SMS by which a provider whose lanes another carries shows that it is well again: the least urgent that
 * may go, for it may have to be parked as "perhaps sent". */
static struct job *next_probe(struct provider *p)
{
    unsigned first = quiet_now(p->delivery) ? RANK_ANSWER : RANK_BULK;

    if (p->circuit.state != CIRCUIT_PROBING || p->carrier == p || p->under_way_n)
        return NULL;
    for (unsigned n = first + 1; n-- > 0;)
        for (unsigned via = 0; via < p->vias_n; via++)
            if (p->lane[n][via].waiting)
                return lane_first(&p->lane[n][via], INT64_MAX, RANK_BULK);
    return lane_first(&p->now, clock_wall_ms(), RANK_BULK);
}

/* When the next of the lanes past the store is due; INT64_MAX: none waits. */
static int64_t next_due_ms(const struct provider *p)
{
    const struct delivery *d = p->delivery;
    int64_t due = INT64_MAX;

    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].carrier == p && lane_due_ms(&d->provider[i].now) < due)
            due = lane_due_ms(&d->provider[i].now);
    return due;
}

/* --- what is taken from the store --- */

/* What the window, and under a rate the next two seconds, have room for.  What is taken sooner waits here for
 * nothing, and would come back as "perhaps sent" if the process died. */
static unsigned room(const struct provider *p, unsigned window, unsigned waiting, unsigned under_way)
{
    unsigned taken = waiting + under_way;
    unsigned left = taken < window ? window - taken : 0;
    unsigned soon = 2 * p->conf.rate > waiting ? 2 * p->conf.rate - waiting : 0;

    return p->conf.rate && soon < left ? soon : left;
}

static bool idle(const struct provider *p)
{
    return p->delivery->draining || (p->by_smpp && (!p->smpp || !smpp_provider_ready(p->smpp)));
}

/* Those of this rank or above that wait in the lanes that p carries. */
static unsigned waiting_of(const struct provider *p, enum rank rank)
{
    const struct delivery *d = p->delivery;
    unsigned n = 0;

    for (unsigned i = 0; i < d->providers_n; i++)
        for (unsigned k = 0; d->provider[i].carrier == p && k <= rank; k++)
            for (unsigned via = 0; via < d->provider[i].vias_n; via++)
                n += d->provider[i].lane[k][via].waiting_n;
    return n;
}

/* Each rank takes as if those below it were not there: it goes first as soon as a place is free. */
void provider_set_windows(struct provider *p)
{
    struct delivery *d = p->delivery;
    unsigned more[RANKS];

    for (unsigned rank = 0; rank < RANKS; rank++) {
        enum rank all = rank >= RANK_ALERT ? RANK_BULK : (enum rank)rank;
        bool shut = idle(p) || (rank >= RANK_ALERT && quiet_now(d));

        more[rank] =
            shut ? 0 : room(p, places_of(p, (enum rank)rank), waiting_of(p, all), under_way_of(p, all));
    }
    for (unsigned i = 0; i < d->providers_n; i++)
        for (unsigned k = 0; d->provider[i].carrier == p && k < PROVIDER_LANES; k++)
            for (unsigned via = 0; via < d->provider[i].vias_n; via++) {
                struct lane *l = &d->provider[i].lane[k][via];

                consumer_window(l->consumer, more[k] ? l->taken + more[k] : 0);
            }
}

/* Does an emergency wait? */
static bool has_emergency(const struct provider *p)
{
    struct delivery *d = p->delivery;

    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].carrier == p && lane_has(&d->provider[i].now, clock_wall_ms(), RANK_EMERGENCY))
            return true;
    return oldest(p, RANK_EMERGENCY) != NULL;
}

/* How long until the rate lets one more go; 0 = now.  The last of a rate's tokens is an emergency's. */
static int64_t rate_wait(struct provider *p, bool emergency)
{
    double needed = emergency || p->conf.rate < 2 ? 1 : 2;
    int64_t now = clock_mono_ms();

    if (p->throttled_until_ms > now)
        return p->throttled_until_ms - now;
    if (p->smpp)
        return smpp_provider_wait_ms(p->smpp, emergency);
    if (!p->conf.rate)
        return 0;
    p->tokens += (double)(now - p->tokens_ms) * p->conf.rate / 1000;
    p->tokens_ms = now;
    /* A second's worth may go at once, never more. */
    if (p->tokens > p->conf.rate)
        p->tokens = p->conf.rate;
    if (p->tokens >= needed)
        return 0;
    return (int64_t)((needed - p->tokens) * 1000 / p->conf.rate) + 1;
}

/* A bind that is not there, or full, calls when that changes. */
static bool may_send(const struct provider *p)
{
    return p->under_way_n < window_of(p) && !p->delivery->draining &&
           (!p->by_smpp || (p->smpp && smpp_provider_room(p->smpp)));
}

void provider_pump(struct provider *p)
{
    int64_t due;

    while (may_send(p)) {
        if (!store_sure(p->delivery->store)) {
            loop_timer_set(p->pump, UNSURE_MS);
            return;
        }
        int64_t wait = rate_wait(p, has_emergency(p));
        struct job *j;

        if (wait) {
            loop_timer_set(p->pump, wait);
            provider_set_windows(p);
            return;
        }
        j = next_probe(p);
        if (!j)
            j = next_waiting(p);
        if (!j)
            break;
        if (p->conf.rate && !p->smpp)
            p->tokens -= 1;
        attempt_start(p, j);
    }
    due = next_due_ms(p);
    if (due != INT64_MAX && may_send(p))
        loop_timer_set(p->pump, due - clock_wall_ms());
    provider_set_windows(p);
}

void provider_on_pump(void *arg)
{
    struct provider *p = arg;

    provider_pump(p);
    if (p->carrier != p)
        provider_pump(p->carrier);
}

/* One of its lanes' SMS came out of the store. */
void provider_on_entry(void *arg, const struct entry *e)
{
    struct lane *l = arg;
    struct err why = { "" };
    struct job *j = job_from_entry(l, e, &why);

    if (!j) {
        provider_count("broken");
        log_text(LOG_ERROR, "sms_broken", "%s", why.text);
        consumer_park(l->consumer, e->id, "broken");
        return;
    }
    lane_add(l, j);
    l->taken++;
    /* Not inside this call: the entry may only be ended after it. */
    loop_timer_set(l->home->pump, 0);
}
