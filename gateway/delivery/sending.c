/* sending.c - one SMS on its way: tried by HTTP, by a bind or in the emulator, and ended with done, retry or
 * park. See provider.h; which SMS goes when is provider.c's to say. */
#include "gateway/delivery/provider.h"

#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/budget.h"
#include "gateway/delivery/smpp_send.h"

enum {
    TIMEOUT_MS = 20000,
    URGENT_MS = 5000,             /* of an emergency, where another can send it */
    MORNING_MS = 5 * 3600 * 1000, /* quiet hours end */
    THROTTLE_MS = 2000,
};

void sending_count(const char *how)
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

static struct attempt attempt_of(const struct sending *j, enum attempt_result result)
{
    bool waits = result == ATTEMPT_UNKNOWN || result == ATTEMPT_LATER; /* or may have to */

    return (struct attempt){ .class = j->sms.class,
                             .result = result,
                             .attempts = j->attempts,
                             .first_ms = j->first_ms,
                             .now_ms = clock_wall_ms(),
                             .expires_ms = j->sms.expires_ms,
                             .jitter = waits ? (uint32_t)rnd_below(65536) : 0,
                             /* What the emulator did not show yet, nobody has seen. */
                             .recovered = j->recovered && !j->lane->home->dialect->in_process };
}

/* Past the store an SMS has no uuid and no place in the log: its message comes again out of the spool. */
static void tell_log(const struct sending *j, const struct provider *by, const struct attempt_verdict *v)
{
    const char *state = v->next == ATTEMPT_RETRY ? "queued" : v->next == ATTEMPT_PARK ? "parked" : v->reason;

    store_log_sent(by->delivery->store, by->conf.name.p, j->sms.uuid, state, v->reason, j->attempts + 1);
}

/* It was not sent: the day's count of its number has room again. */
static void give_back(struct sending *j)
{
    if (j->counted)
        store_daily_give(j->lane->home->delivery->store, j->day, j->sms.to);
    j->counted = false;
}

/* The one place where an SMS leaves this room.  by: who had it in hand, or would have. */
static void sending_end(struct sending *j, const struct provider *by, const struct attempt_verdict *v)
{
    struct consumer *c = j->lane->consumer;

    sending_part(j);
    sending_count(v->reason);
    tell_log(j, by, v);
    if (strcmp(v->reason, "sent") != 0 && strcmp(v->reason, "unknown") != 0)
        give_back(j);
    j->counted = false;
    if (v->next == ATTEMPT_RETRY && !c) { /* nobody else keeps it */
        j->attempts++;
        j->due_ms = v->due_ms;
        j->tried = 0;
        lane_add(j->lane, j); /* pump() sets the clock for it */
        hedge_watch(j);
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
    if (j->expected && strcmp(v->reason, "sent") == 0)
        expected_sent(j);
    else
        sending_free(j);
}

/* Off the list of those under way. */
static struct provider *sending_back(struct sending *j)
{
    struct provider *p = j->by;

    loop_timer_free(j->cut);
    j->cut = NULL;
    sending_unlist(j);
    p->under_way_n--;
    p->rank_n[sending_rank(j)]--;
    j->by = NULL;
    return p;
}

static bool has_tried(const struct sending *j, const struct provider *p)
{
    return j->tried >> (p - p->delivery->provider) & 1;
}

/* What comes of it, now that no attempt is under way. */
static void sending_judge(struct sending *j, struct provider *p, enum attempt_result result,
                          int64_t retry_after_ms)
{
    struct attempt a = attempt_of(j, result);
    struct attempt_verdict v;

    a.retry_after_ms = retry_after_ms;
    v = attempt_judge(&a);
    /* Whoever carries it now has not kept anybody waiting. */
    if (v.next == ATTEMPT_RETRY && !has_tried(j, j->lane->home->carrier))
        v.due_ms = a.now_ms;
    sending_end(j, p, &v);
}

static void sending_over(struct sending *j, enum attempt_result result, bool excused, int64_t retry_after_ms)
{
    struct provider *p = sending_back(j);

    if (result == ATTEMPT_ACCEPTED)
        latency_took(&p->latency, clock_mono_ms() - j->began_ms);
    route_attempted(p, j->sms.class, result, excused);
    j = hedge_ended(j, &result);
    if (j && !((result == ATTEMPT_LATER || result == ATTEMPT_UNKNOWN) && hedge_pass(j)))
        sending_judge(j, p, result, retry_after_ms);
    loop_timer_set(p->pump, 0);
}

/* --- one attempt --- */

static void put_ids(struct provider *p, const struct send_answer *said, struct slice uuid)
{
    if (said->their_id.n)
        store_dlr_put(p->delivery->store, p->conf.name.p, said->their_id, uuid);
    for (unsigned i = 0; i < said->part_ids_n; i++)
        store_dlr_put(p->delivery->store, p->conf.name.p, said->part_ids[i], uuid);
}

static enum attempt_result result_of(struct sending *j, const struct http_result *r, bool *excused)
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
    struct sending *j = sending_of(arg);
    bool excused = false;
    enum attempt_result result = result_of(j, r, &excused);

    sending_over(j, result, excused, r->retry_after_ms);
}

/* The emulator has no network: its SMS are in the inbox at once. */
static void show(struct sending *j)
{
    struct delivery *d = j->lane->home->delivery;
    bool taken = inbox_add(d->inbox, j->sms.to, j->sms.text, clock_wall_ms());
    struct attempt a = attempt_of(j, taken ? ATTEMPT_ACCEPTED : ATTEMPT_LATER);
    struct attempt_verdict v = attempt_judge(&a);

    sending_end(j, j->lane->home, &v);
}

/* An emergency may be sent twice, but must not hang where another can send it. */
static bool hangs_never(const struct provider *p, const struct sending *j)
{
    return j->sms.class == SMS_EMERGENCY && p->failover;
}

static bool send_http(struct sending *j)
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
           http_send_start(p->delivery->http, &wire, hangs_never(p, j) ? URGENT_MS : TIMEOUT_MS, on_sent, j);
    arena_free(&scratch);
    return sent;
}

static void on_submitted(void *arg, enum attempt_result result)
{
    struct sending *j = sending_of(arg);
    /* A bind that is throttled or gone is judged by time, not by what it dropped. */
    bool excused = !smpp_provider_ready(j->by->smpp);

    j->smpp = NULL;
    sending_over(j, result, excused, 0);
}

static void on_cut(void *arg)
{
    struct sending *j = sending_of(arg);

    smpp_send_cancel(j->smpp);
    j->smpp = NULL;
    sending_over(j, ATTEMPT_UNKNOWN, false, 0);
}

static bool send_smpp(struct sending *j)
{
    struct provider *p = j->by;

    j->smpp = smpp_send_start(p->delivery->loop, p->smpp, p->delivery->store, &j->sms, p->conf.send.from,
                              on_submitted, j);
    if (j->smpp && hangs_never(p, j)) {
        j->cut = loop_timer_new(p->delivery->loop, "delivery cut", on_cut, j);
        loop_timer_set(j->cut, URGENT_MS);
    }
    return j->smpp != NULL;
}

/* It may go. */
static void attempt_send(struct provider *p, struct sending *j)
{
    if (p->dialect->in_process) {
        (void)sending_back(j);
        show(j);
        return;
    }
    p->failed_over->value += j->lane->home != p;
    if (p->by_smpp ? !send_smpp(j) : !send_http(j)) {
        (void)sending_back(j);
        sending_end(j, p, &(struct attempt_verdict){ ATTEMPT_RETRY, clock_wall_ms() + 60000, "later" });
    }
}

/* One whose number had enough today waits for the end of the next night, if it lives so long. */
static void on_allowed(void *arg, bool allowed)
{
    struct sending *j = sending_of(arg);
    struct provider *p = j->by;

    j->question = NULL;
    j->counted = allowed;
    if (!store_sure(p->delivery->store)) { /* we stood still meanwhile: it waits its turn once more */
        (void)sending_back(j);
        give_back(j);
        lane_add(j->lane, j);
    } else if (allowed) {
        attempt_send(p, j);
    } else {
        int64_t morning = (j->day + 1) * day_ms + MORNING_MS - utc_offset_ms(p->delivery);

        (void)sending_back(j);
        sending_end(j, p, &(struct attempt_verdict){ ATTEMPT_RETRY, morning, "budget" });
    }
    loop_timer_set(p->pump, 0);
}

/* Another gateway took it while we stood still, and sends it: false, and it ends here. */
static bool still_ours(struct sending *j)
{
    struct lane *l = j->lane;

    if (!l->consumer || consumer_holds(l->consumer, j->id))
        return true;
    give_back(j);
    log_event(LOG_WARN, "sms_taken", "class", sms_class_name(j->sms.class), NULL);
    consumer_forget(l->consumer, j->id);
    l->taken--;
    sending_free(j);
    return false;
}

void sending_start(struct provider *p, struct sending *j)
{
    struct delivery *d = p->delivery;
    struct attempt a = attempt_of(j, ATTEMPT_NONE);
    struct attempt_verdict v = attempt_judge(&a);

    if (!still_ours(j))
        return;
    if (v.next != ATTEMPT_SEND) {
        sending_end(j, p, &v);
        return;
    }
    j->by = p;
    j->began_ms = clock_mono_ms();
    j->tried |= UINT32_C(1) << (p - d->provider);
    sending_list(&p->under_way, j);
    p->under_way_n++;
    p->rank_n[sending_rank(j)]++;
    if (!d->daily || !budget_counts(j->sms.class)) {
        attempt_send(p, j);
        return;
    }
    j->day = (clock_wall_ms() + utc_offset_ms(d)) / day_ms;
    j->question = budget_ask(d->store, j->sms.to, j->day, d->daily, on_allowed, j);
}
