/* smpp_dlr.c - see smpp_dlr.h. */
#include "gateway/ingress/smpp_dlr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"

enum {
    HELD_MAX = 1000,
    AGAIN_MS = 100,
    TRIES = 6, /* 100 ms, then twice as long each time: 6 s */
};

struct dlr {
    struct smpp_dlrs *dlrs; /* NULL: freed meanwhile */
    struct dlr *next, **at;
    struct smpp_provider *provider;
    struct smpp_ticket ticket;
    struct smpp_ids ids;
    const char *state;
    unsigned id, tries;
    bool early; /* a response was still to come when this round of looking began */
    bool asked; /* the store or the pipeline has it */
    struct loop_timer *again;
    size_t pdu_n; /* of one that is not sure to be a receipt */
    char pdu[];
};

struct smpp_dlrs {
    struct loop *loop;
    struct store *store;
    struct ingress_ops ops;
    struct dlr *first;
    unsigned n;
    void (*otherwise)(void *, struct smpp_provider *, const struct smpp_ticket *, const struct smpp_pdu *);
    void *otherwise_arg;
};

static void dlr_free(void *arg)
{
    struct dlr *d = arg;

    loop_timer_free(d->again);
    free(d);
}

static void unlist(struct dlr *d)
{
    *d->at = d->next;
    if (d->next)
        d->next->at = d->at;
    d->dlrs->n--;
    loop_reap(d->dlrs->loop, dlr_free, d);
}

static void end(struct dlr *d, uint32_t status)
{
    smpp_link_answer(&d->ticket, status);
    unlist(d);
}

/* Nobody knows its id.  Its text, where it is none of a receipt, is somebody's. */
static void end_unknown(struct dlr *d)
{
    struct smpp_dlrs *dlrs = d->dlrs;
    struct smpp_pdu pdu;
    enum smpp_rc rc;

    if (!d->pdu_n || !dlrs->otherwise) {
        reason_count(REASON_dlr_unknown);
        end(d, SMPP_ROK);
        return;
    }
    rc = smpp_decode(slice_make(d->pdu, d->pdu_n), &pdu);
    if (rc == SMPP_OK || rc == SMPP_BAD_END)
        dlrs->otherwise(dlrs->otherwise_arg, d->provider, &d->ticket, &pdu);
    unlist(d);
}

static bool gone(struct dlr *d)
{
    d->asked = false;
    if (d->dlrs)
        return false;
    dlr_free(d);
    return true;
}

static void on_answer(void *arg, const struct answer *said)
{
    struct dlr *d = arg;

    if (!gone(d))
        end(d, reason_http(said->reason) == 200 ? SMPP_ROK : SMPP_RX_T_APPN);
}

static void submit(struct dlr *d, struct slice uuid)
{
    const char *their_id = d->ids.text[d->id]; /* under which it was found */
    char provider_id[128];
    struct inbound in = { .kind = INBOUND_DLR,
                          .provider = slice_of(smpp_provider_habits(d->provider)->name),
                          .from = slice_of(their_id),
                          .text = slice_of(d->state),
                          .session = uuid,
                          .part = true,
                          .received_ms = clock_wall_ms() };

    snprintf(provider_id, sizeof provider_id, "dlr/%s/%s", their_id, d->state);
    in.provider_id = slice_of(provider_id);
    d->asked = true;
    d->dlrs->ops.submit(d->dlrs->ops.arg, &in, on_answer, d);
}

static void look(struct dlr *d);

static void on_again(void *arg)
{
    struct dlr *d = arg;

    d->id = 0;
    look(d);
}

static void on_found(void *arg, enum store_rc rc, struct slice uuid)
{
    struct dlr *d = arg;

    if (gone(d))
        return;
    if (rc != STORE_OK) {
        end(d, SMPP_RX_T_APPN);
    } else if (uuid.n) {
        submit(d, uuid);
    } else if (d->id == 0 && d->early && d->tries < TRIES && d->dlrs->n < HELD_MAX) {
        loop_timer_set(d->again, AGAIN_MS << d->tries++);
    } else if (++d->id < d->ids.n) {
        look(d);
    } else {
        end_unknown(d);
    }
}

static void look(struct dlr *d)
{
    if (d->id == 0)
        d->early = smpp_provider_under_way(d->provider) > 0;
    d->asked = true;
    store_dlr_get(d->dlrs->store, smpp_provider_habits(d->provider)->name, slice_of(d->ids.text[d->id]),
                  on_found, d);
}

void smpp_dlrs_otherwise(struct smpp_dlrs *dlrs,
                         void (*f)(void *, struct smpp_provider *, const struct smpp_ticket *,
                                   const struct smpp_pdu *),
                         void *arg)
{
    dlrs->otherwise = f;
    dlrs->otherwise_arg = arg;
}

/* A receipt without an id is for nothing; what only claims to be one may be more. */
static void take_nameless(struct smpp_dlrs *dlrs, struct smpp_provider *provider, const struct smpp_ticket *t,
                          const struct smpp_pdu *pdu, bool sure)
{
    if (!sure && dlrs->otherwise) {
        dlrs->otherwise(dlrs->otherwise_arg, provider, t, pdu);
        return;
    }
    reason_count(REASON_dlr_unknown);
    smpp_link_answer(t, SMPP_ROK);
}

void smpp_dlrs_take(struct smpp_dlrs *dlrs, struct smpp_provider *provider, const struct smpp_ticket *t,
                    const struct smpp_pdu *pdu, const struct smpp_receipt *r)
{
    size_t n = r->sure ? 0 : pdu->whole.n;
    struct dlr *d;

    if (!r->id.n) {
        take_nameless(dlrs, provider, t, pdu, r->sure);
        return;
    }
    d = calloc(1, sizeof *d + n);
    if (d)
        d->again = loop_timer_new(dlrs->loop, "smpp receipt", on_again, d);
    if (!d || !d->again) {
        free(d);
        smpp_link_answer(t, SMPP_RX_T_APPN);
        return;
    }
    if (n)
        memcpy(d->pdu, pdu->whole.p, n);
    d->pdu_n = n;
    d->dlrs = dlrs;
    d->provider = provider;
    d->ticket = *t;
    d->state = r->state;
    smpp_receipt_ids(r->id, &d->ids);
    d->next = dlrs->first;
    if (d->next)
        d->next->at = &d->next;
    d->at = &dlrs->first;
    dlrs->first = d;
    dlrs->n++;
    look(d);
}

struct smpp_dlrs *smpp_dlrs_new(struct loop *loop, struct store *store, const struct ingress_ops *ops)
{
    struct smpp_dlrs *dlrs = calloc(1, sizeof *dlrs);

    if (dlrs) {
        dlrs->loop = loop;
        dlrs->store = store;
        dlrs->ops = *ops;
    }
    return dlrs;
}

void smpp_dlrs_free(struct smpp_dlrs *dlrs)
{
    struct dlr *d = dlrs->first, *next;

    for (; d; d = next) {
        next = d->next;
        d->dlrs = NULL;
        if (!d->asked)
            dlr_free(d);
    }
    free(dlrs);
}
