/* smpp_link.h - one bind to one SMSC: connect, bind, keep alive, window, response timers, come back.
 *
 * Knows PDUs and time, never a message, a provider's habits or Redis; sits below gateway/smpp/smpp_hub. */
#ifndef KENTONGAN_SMPP_SMPP_LINK_H
#define KENTONGAN_SMPP_SMPP_LINK_H

#include "gateway/base/line.h"
#include "gateway/loop/loop.h"
#include "parsers/smpp_pdu.h"

enum smpp_mode {
    SMPP_TRX,
    SMPP_TX, /* sends only */
    SMPP_RX, /* receives only */
};

/* Slices must live as long as the link. */
struct smpp_link_conf {
    const char *provider; /* for the log */
    struct slice host, system_id, password, system_type;
    unsigned port;
    enum smpp_mode mode;
    unsigned window; /* requests of ours under way, at most 1000 */
    int64_t enquire_ms, response_ms;
    uint32_t first_sequence; /* 0: 1 */
};

struct smpp_link;

/* What a request of theirs is answered by; it outlives the connection that brought it, not the link. */
struct smpp_ticket {
    struct smpp_link *link;
    uint64_t life; /* which connection */
    uint32_t command, sequence;
};

struct smpp_link_ops {
    /* deliver_sm or data_sm: smpp_link_answer() must follow, now or later. */
    void (*on_request)(void *arg, const struct smpp_ticket *, const struct smpp_pdu *);
    /* Bound or not, or room again after none; from the loop. */
    void (*on_change)(void *arg, struct smpp_link *);
    void *arg;
};

enum smpp_outcome {
    SMPP_ANSWERED, /* pdu is the response */
    SMPP_LOST,     /* it left, or may have; no response came */
};
struct smpp_result {
    enum smpp_outcome outcome;
    const struct smpp_pdu *pdu;
};
typedef void smpp_sent_cb(void *arg, const struct smpp_result *);

/* Begins to connect.  NULL when memory is out. */
struct smpp_link *smpp_link_open(struct loop *, const struct smpp_link_conf *, const struct smpp_link_ops *);
bool smpp_link_bound(const struct smpp_link *);
/* Bound for sending; its window may be full. */
bool smpp_link_sends(const struct smpp_link *);
/* How many requests may go now; 0 when it is not bound, throttled, leaving or full. */
unsigned smpp_link_room(const struct smpp_link *);
unsigned smpp_link_under_way(const struct smpp_link *);
/* How long the SMSC's throttling still holds this bind; 0 = not. */
int64_t smpp_link_pause_ms(const struct smpp_link *);
/* Sends a request (sequence is filled in); cb exactly once, never inside this call, also when the link is
 * closed.  False, and no cb, when there is no room or the PDU does not fit. */
bool smpp_link_send(struct smpp_link *, struct smpp_pdu *, smpp_sent_cb *, void *arg) MUST_CHECK;
/* Nothing is sent when that connection is gone: the SMSC will come again. */
void smpp_link_answer(const struct smpp_ticket *, uint32_t status);
/* The connection that brought it; borrowed; NULL when it is gone. */
struct line *smpp_link_line(const struct smpp_ticket *);
/* Theirs are asked to come again, ours are few; unbinds as soon as nothing is under way either way. */
void smpp_link_drain(struct smpp_link *);
/* False when drained and unbound. */
bool smpp_link_busy(const struct smpp_link *);
/* Requests under way are called back as lost.  An unbind is sent where it still can be. */
void smpp_link_close(struct smpp_link *);

#endif
