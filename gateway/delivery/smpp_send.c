/* smpp_send.c - see smpp_send.h.
 *
 * Before the first part was taken nothing has happened: a "later" is the lane's to repeat.  Behind it the
 * rest is pressed on with here, for half an SMS is none. */
#include "gateway/delivery/smpp_send.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "parsers/smpp_receipt.h"

enum {
    SEND_MEMORY = 64 * 1024,
    AGAIN_MS = 500,
    PRESS_ON_MS = 5 * 60 * 1000,
    SEND_MAGIC = 0x736d7373,
};

struct smpp_send {
    unsigned magic;
    struct loop *loop;
    struct smpp_provider *provider;
    struct store *store;
    struct slice uuid;
    struct smpp_address from, to;
    struct smpp_parts parts;
    unsigned next; /* part that is to go, or is under way */
    int64_t until_ms;
    struct loop_timer *again; /* once it was needed */
    bool under_way, cancelled, emergency;
    void (*done)(void *, enum attempt_result);
    void *arg;
    struct arena arena; /* of the slices above */
};

static void send_free(void *arg)
{
    struct smpp_send *s = arg;

    loop_timer_free(s->again);
    arena_free(&s->arena);
    s->magic = 0;
    free(s);
}

static void end(struct smpp_send *s, enum attempt_result result)
{
    loop_reap(s->loop, send_free, s);
    if (!s->cancelled)
        s->done(s->arg, result);
    s->cancelled = true;
}

static void on_sent(void *arg, const struct smpp_result *r);

static bool send_part(struct smpp_send *s)
{
    const struct smpp_habits *h = smpp_provider_habits(s->provider);
    const struct smpp_part *part = &s->parts.part[s->next];
    struct smpp_pdu p = { .command = SMPP_SUBMIT_SM,
                          .from = s->from,
                          .to = s->to,
                          .esm_class = part->esm_class,
                          .registered = h->receipts,
                          .coding = s->parts.coding,
                          .text = part->text,
                          .tlvs = part->tlvs };

    s->under_way = !smpp_provider_wait_ms(s->provider, s->emergency) &&
                   smpp_provider_send(s->provider, NULL, &p, on_sent, s);
    return s->under_way;
}

static void on_again(void *arg);

/* The part that is to go has to wait. */
static void press_on(struct smpp_send *s)
{
    int64_t wait = smpp_provider_wait_ms(s->provider, s->emergency);

    if (!s->again)
        s->again = loop_timer_new(s->loop, "smpp part", on_again, s);
    if (!s->again || clock_mono_ms() > s->until_ms) {
        end(s, ATTEMPT_UNKNOWN);
        return;
    }
    loop_timer_set(s->again, wait > 1 ? wait : AGAIN_MS);
}

static void on_again(void *arg)
{
    struct smpp_send *s = arg;

    if (!s->cancelled && !send_part(s))
        press_on(s);
}

static void accepted(struct smpp_send *s, struct slice id)
{
    char canonical[SMPP_ID_MAX + 1];

    if (id.n) {
        smpp_id_canonical(id, canonical);
        store_dlr_put(s->store, smpp_provider_habits(s->provider)->name, slice_of(canonical), s->uuid);
    }
    if (++s->next == s->parts.n)
        end(s, ATTEMPT_ACCEPTED);
    else if (!send_part(s))
        press_on(s);
}

static void on_sent(void *arg, const struct smpp_result *r)
{
    struct smpp_send *s = arg;
    enum smpp_verdict verdict;

    if (s->magic != SEND_MAGIC)
        abort();
    s->under_way = false;
    if (s->cancelled) {
        loop_reap(s->loop, send_free, s);
        return;
    }
    if (r->outcome == SMPP_LOST) {
        end(s, ATTEMPT_UNKNOWN);
        return;
    }
    verdict = smpp_verdict(r->pdu->status);
    if (verdict == SMPP_ACCEPTED) {
        accepted(s, r->pdu->message_id);
        return;
    }
    if (verdict == SMPP_REFUSED) {
        log_event(LOG_WARN, "sms_refused", "provider", smpp_provider_habits(s->provider)->name, "why",
                  smpp_status_name(r->pdu->status), NULL);
        end(s, ATTEMPT_REFUSED);
    } else if (s->next == 0) {
        end(s, ATTEMPT_LATER);
    } else {
        press_on(s);
    }
}

struct smpp_send *smpp_send_start(struct loop *loop, struct smpp_provider *provider, struct store *store,
                                  const struct lane_sms *sms, struct slice from,
                                  void (*done)(void *, enum attempt_result), void *arg)
{
    const struct smpp_habits *h = smpp_provider_habits(provider);
    struct smpp_send *s = calloc(1, sizeof *s);
    struct slice text;

    if (!s)
        return NULL;
    s->magic = SEND_MAGIC;
    s->loop = loop;
    s->provider = provider;
    s->store = store;
    s->emergency = sms->class == SMS_EMERGENCY;
    s->done = done;
    s->arg = arg;
    s->until_ms = clock_mono_ms() + PRESS_ON_MS;
    arena_init(&s->arena, SEND_MEMORY);
    s->uuid = arena_copy(&s->arena, sms->uuid);
    text = arena_copy(&s->arena, sms->text);
    if (smpp_address_of(arena_copy(&s->arena, from), h->source_ton_npi, &s->from) &&
        smpp_address_of(arena_copy(&s->arena, sms->to), h->dest_ton_npi, &s->to) &&
        smpp_text_parts(&h->codings, text, h->long_sms, smpp_provider_ref(provider), &s->arena, &s->parts) &&
        send_part(s))
        return s;
    send_free(s);
    return NULL;
}

void smpp_send_cancel(struct smpp_send *s)
{
    bool ended = s->cancelled;

    s->cancelled = true;
    if (!s->under_way && !ended)
        loop_reap(s->loop, send_free, s);
}
