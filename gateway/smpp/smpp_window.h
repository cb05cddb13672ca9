/* smpp_window.h - the requests of ours on one bind that have no answer yet, by sequence number
 * (SMPP 3.4, 3.2).
 *
 * Pure but for the callbacks that it is given. */
#ifndef KENTONGAN_SMPP_SMPP_WINDOW_H
#define KENTONGAN_SMPP_SMPP_WINDOW_H

#include "gateway/smpp/smpp_link.h"

enum {
    SMPP_WINDOW_SLOTS = 2048, /* a power of two above the largest window */
};

struct smpp_request {
    uint32_t sequence; /* 0: none */
    uint32_t command;
    int64_t sent_ms;
    smpp_sent_cb *cb; /* NULL: the link's own (bind, enquire_link, unbind) */
    void *arg;
};

struct smpp_window {
    struct smpp_request slots[SMPP_WINDOW_SLOTS];
    unsigned under_way; /* requests with a cb */
    uint32_t sequence;  /* the last one given */
};

/* A place for one more, its sequence number given; those whose place is taken are passed over.  It counts
 * once smpp_window_sent() is told.  NULL: none is free. */
struct smpp_request *smpp_window_new(struct smpp_window *) MUST_CHECK;
void smpp_window_sent(struct smpp_window *, struct smpp_request *, uint32_t command, int64_t now_ms,
                      smpp_sent_cb *, void *arg);
/* It was not sent after all. */
void smpp_window_undo(struct smpp_request *);
/* The request that this PDU answers, out of the window; false for an answer that is late, doubled or
 * invented. */
bool smpp_window_answered(struct smpp_window *, const struct smpp_pdu *, struct smpp_request *out) MUST_CHECK;
/* One that was sent before then; out of the window when it has a cb. */
bool smpp_window_overdue(struct smpp_window *, int64_t before_ms, struct smpp_request *out) MUST_CHECK;
/* All are lost: each cb is told. */
void smpp_window_lose(struct smpp_window *);

#endif
