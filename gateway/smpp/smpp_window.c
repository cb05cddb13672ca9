/* smpp_window.c - see smpp_window.h. */
#include "gateway/smpp/smpp_window.h"

static const struct smpp_request none;

struct smpp_request *smpp_window_new(struct smpp_window *w)
{
    for (unsigned i = 0; i < SMPP_WINDOW_SLOTS; i++) {
        struct smpp_request *r;

        w->sequence = w->sequence >= SMPP_SEQUENCE_MAX ? 1 : w->sequence + 1;
        r = &w->slots[w->sequence % SMPP_WINDOW_SLOTS];
        if (!r->sequence) {
            r->sequence = w->sequence;
            return r;
        }
    }
    return NULL;
}

void smpp_window_sent(struct smpp_window *w, struct smpp_request *r, uint32_t command, int64_t now_ms,
                      smpp_sent_cb *cb, void *arg)
{
    r->command = command;
    r->sent_ms = now_ms;
    r->cb = cb;
    r->arg = arg;
    w->under_way += cb != NULL;
}

void smpp_window_undo(struct smpp_request *r)
{
    *r = none;
}

static void take(struct smpp_window *w, struct smpp_request *at, struct smpp_request *out)
{
    *out = *at;
    *at = none;
    w->under_way -= out->cb != NULL;
}

bool smpp_window_answered(struct smpp_window *w, const struct smpp_pdu *p, struct smpp_request *out)
{
    struct smpp_request *at = &w->slots[p->sequence % SMPP_WINDOW_SLOTS];

    if (!at->sequence || at->sequence != p->sequence ||
        (p->command != SMPP_GENERIC_NACK && p->command != (at->command | SMPP_RESPONSE)))
        return false;
    take(w, at, out);
    return true;
}

bool smpp_window_overdue(struct smpp_window *w, int64_t before_ms, struct smpp_request *out)
{
    for (unsigned i = 0; i < SMPP_WINDOW_SLOTS; i++) {
        struct smpp_request *at = &w->slots[i];

        if (!at->sequence || at->sent_ms > before_ms)
            continue;
        if (at->cb)
            take(w, at, out);
        else
            *out = *at;
        return true;
    }
    return false;
}

void smpp_window_lose(struct smpp_window *w)
{
    static const struct smpp_result lost = { .outcome = SMPP_LOST };

    for (unsigned i = 0; i < SMPP_WINDOW_SLOTS; i++) {
        struct smpp_request r;

        take(w, &w->slots[i], &r);
        if (r.cb)
            r.cb(r.arg, &lost);
    }
}
