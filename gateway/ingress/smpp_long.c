/* smpp_long.c - a long SMS.
 *
 * A part waits for the others in memory and on disk.  The last one submits the whole, and is acknowledged
 * like an SMS; should it be refused, the SMSC brings it again, and the sweep offers the whole again. */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"
#include "gateway/ingress/smpp_in_private.h"

enum {
    LONG_MAX = 2000, /* messages whose parts wait */
    SWEEP_MS = 250,
};

static struct slice decode_part(void *arg, struct slice name, uint8_t coding, struct slice octets,
                                struct arena *a, bool *broken)
{
    struct smpp_in *in = arg;
    struct smpp_provider *p = smpp_hub_provider(in->hub, name);

    return p ? smpp_text_decode(&smpp_provider_habits(p)->codings, coding, octets, a, broken) : S("");
}

static void submit_whole(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                         const struct segment_whole *w, struct arena *a)
{
    struct inbound msg = { .kind = INBOUND_SMS,
                           .from = w->from,
                           .to = w->to,
                           .text = w->text,
                           .text_was_broken = w->broken,
                           .received_ms = w->since_ms };
    struct held *h = smpp_hold(in, p, t);

    if (!h) {
        segment_later(in->set, w->id, clock_wall_ms() + WHOLE_AGAIN_MS);
        if (t)
            smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    h->whole = w->id;
    smpp_submit(in, h, &msg, a);
}

bool smpp_part_read(const struct smpp_pdu *pdu, struct slice *octets, struct segment_part *part, bool *maimed)
{
    uint32_t ref = smpp_tlv_number(pdu, SMPP_TAG_SAR_REF, UINT32_MAX);
    int udh;
    bool is_part;

    *octets = smpp_payload(pdu);
    udh = pdu->esm_class & SMPP_ESM_UDHI ? segment_udh(octets, part) : 0;
    *maimed = udh == 2;
    is_part = udh == 1;
    if (!is_part && ref != UINT32_MAX) {
        part->ref = segment_sar_ref(ref);
        part->total = smpp_tlv_number(pdu, SMPP_TAG_SAR_TOTAL, 0);
        part->seq = smpp_tlv_number(pdu, SMPP_TAG_SAR_SEQ, 0);
        is_part = true;
    }
    part->text = *octets;
    part->coding = pdu->coding;
    return is_part && part->total > 1;
}

static enum segment_rc add_part(struct smpp_in *in, struct smpp_provider *p, const struct smpp_pdu *pdu,
                                struct segment_part *part, int64_t at_ms, struct arena *a,
                                struct segment_whole *w)
{
    part->provider = slice_of(smpp_provider_habits(p)->name);
    part->from = smpp_clean(smpp_sender(&pdu->from, a), a);
    part->to = smpp_clean(pdu->to.number, a);
    return segment_add(in->set, part, at_ms, a, w);
}

static void run_sync(void *arg, unsigned thread)
{
    struct smpp_in *in = arg;

    (void)thread;
    in->sync_ok = smpp_parts_sync(in->log);
}

static void on_synced(void *arg)
{
    struct smpp_in *in = arg;
    uint32_t status = in->sync_ok ? SMPP_ROK : SMPP_RMSGQFUL;

    smpp_parts_synced(in->log, in->sync_ok);
    for (unsigned i = 0; i < in->syncing.n; i++)
        smpp_link_answer(&in->syncing.ticket[i], status);
    in->syncing.n = 0;
    smpp_parts_trim(in->log, segment_oldest_ms(in->set));
}

void smpp_parts_answer(void *arg)
{
    struct smpp_in *in = arg;

    if (!in->parts.n || in->syncing.n)
        return;
    in->syncing = in->parts;
    in->parts.n = 0;
    in->sync_ok = smpp_parts_write(in->log);
    if (in->sync_ok && crew_ask(in->crew, run_sync, on_synced, in))
        return;
    if (in->sync_ok) /* no memory: the loop waits for the disk */
        run_sync(in, 0);
    on_synced(in);
}

void smpp_part_take(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                    const struct smpp_pdu *pdu, struct segment_part *part, struct arena *a)
{
    int64_t now = clock_wall_ms();
    struct segment_whole w;

    if (in->parts.n == SYNC_MAX) {
        smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    switch (add_part(in, p, pdu, part, now, a, &w)) {
    case SEGMENT_WAITING:
        smpp_parts_add(in->log, part->provider, now, pdu->whole);
        loop_timer_set(in->sweep, SWEEP_MS);
        break;
    case SEGMENT_REPEATED:
        if (smpp_parts_doubtful(in->log))
            smpp_parts_add(in->log, part->provider, now, pdu->whole);
        break;
    case SEGMENT_COMPLETE:
        submit_whole(in, p, t, &w, a);
        return;
    case SEGMENT_BAD:
        smpp_take_sms(in, p, t, pdu, part->text, true, a);
        return;
    case SEGMENT_FULL:
        smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    in->parts.ticket[in->parts.n++] = *t;
}

/* Are its fields good?  What stands behind them may be cut. */
static bool is_whole(enum smpp_rc rc)
{
    return rc == SMPP_OK || rc == SMPP_BAD_END;
}

/* From the file of an earlier life; nobody waits for an answer. */
static void replay_part(void *arg, struct slice name, int64_t at_ms, struct slice whole)
{
    struct smpp_in *in = arg;
    struct smpp_provider *p = smpp_hub_provider(in->hub, name);
    struct segment_part part = { .ref = 0 };
    struct segment_whole w;
    struct slice octets;
    struct smpp_pdu pdu;
    struct arena a;
    bool maimed;

    if (!p || !is_whole(smpp_decode(whole, &pdu)) || !smpp_part_read(&pdu, &octets, &part, &maimed))
        return;
    arena_init(&a, SMPP_MESSAGE_MEMORY);
    if (add_part(in, p, &pdu, &part, at_ms, &a, &w) == SEGMENT_COMPLETE)
        segment_later(in->set, w.id, at_ms);
    arena_free(&a);
}

/* Hands over what is overdue. */
static void on_sweep(void *arg)
{
    struct smpp_in *in = arg;
    int64_t now = clock_wall_ms();
    struct segment_whole w;
    struct arena a;

    arena_init(&a, SMPP_MESSAGE_MEMORY);
    while (segment_overdue(in->set, now, &a, &w)) {
        struct smpp_provider *p = smpp_hub_provider(in->hub, w.provider);

        if (w.broken)
            stat_get(STAT_COUNTER, "smpp_incomplete_total", "Long SMS handed over with parts missing.", NULL,
                     NULL)
                ->value++;
        if (p)
            submit_whole(in, p, NULL, &w, &a);
        arena_reset(&a);
    }
    arena_free(&a);
    if (segment_waiting(in->set))
        loop_timer_set(in->sweep, SWEEP_MS);
    else
        smpp_parts_trim(in->log, INT64_MAX);
}

bool smpp_parts_begin(struct smpp_in *in, struct err *e)
{
    in->set = segment_new(LONG_MAX, in->config->parts_ms);
    in->sweep = loop_timer_new(in->loop, "smpp parts", on_sweep, in);
    in->crew = crew_new(in->loop, 1, 1);
    if (!in->set || !in->sweep || !in->crew) {
        err_set(e, "smpp: out of memory");
        return false;
    }
    segment_decoder(in->set, decode_part, in);
    in->log = smpp_parts_open(in->config->state.p, replay_part, in, e);
    if (!in->log)
        return false;
    if (segment_waiting(in->set)) {
        log_text(LOG_INFO, "smpp_parts", "%u long SMS taken up where they were left",
                 segment_waiting(in->set));
        loop_timer_set(in->sweep, SWEEP_MS);
    }
    return true;
}
