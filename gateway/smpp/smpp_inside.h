/* smpp_inside.h - a bind's state, for the files of this room alone: smpp_wire.c writes and gives up,
 * smpp_bind.c connects, binds, keeps alive and leaves, smpp_link.c reads and is the door.
 *
 *   down -> connecting -> binding -> bound -> leaving -> gone
 *     ^---------'------------'---------'   (back-off with jitter)
 */
#ifndef KENTONGAN_SMPP_SMPP_INSIDE_H
#define KENTONGAN_SMPP_SMPP_INSIDE_H

#include "gateway/smpp/smpp_link.h"
#include "gateway/smpp/smpp_window.h"

struct bufferevent;
struct evdns_base;
struct stat;

enum link_state {
    LINK_DOWN,
    LINK_CONNECTING,
    LINK_BINDING,
    LINK_BOUND,
    LINK_LEAVING, /* unbind is out */
    LINK_GONE,
};

struct smpp_link {
    unsigned magic;
    struct loop *loop;
    struct smpp_link_conf conf;
    struct smpp_link_ops ops;
    enum link_state state;
    struct bufferevent *bev;
    struct evdns_base *dns;
    struct loop_timer *tick, *retry, *resume, *rest; /* rest: of what was read, for the next turn */
    struct smpp_window window;
    struct line *line; /* this connection, for those who outlive it */
    unsigned owed;     /* requests of theirs on this connection without an answer */
    uint64_t life;
    int64_t since_ms, heard_ms, enquired_ms;
    int64_t paused_until_ms, pause_ms, retry_at_least_ms;
    unsigned attempts;
    bool draining, choked; /* choked: they do not read what we write */
    struct buf out;
};

/* --- smpp_wire.c --- */
struct stat *smpp_counter(const char *name, const char *help);
/* The one place that changes it. */
void smpp_link_state(struct smpp_link *, enum link_state next, const char *why);
/* ms until the next attempt to connect; each is longer than the one before. */
int64_t smpp_link_back_off(struct smpp_link *);
/* The connection is given up.  It dies at the end of the turn, so that the PDU in hand stays readable. */
void smpp_link_down(struct smpp_link *, const char *why);
/* Last words on a connection that is about to be closed: what the socket takes at once. */
void smpp_link_flush(struct smpp_link *);
void smpp_link_respond(struct smpp_link *, uint32_t command, uint32_t sequence, uint32_t status);
/* False, and nothing is sent, when the window is full or the PDU does not fit. */
bool smpp_link_request(struct smpp_link *, struct smpp_pdu *, smpp_sent_cb *, void *arg) MUST_CHECK;

/* --- smpp_bind.c --- */
/* How often time is looked at. */
int64_t smpp_bind_tick_ms(const struct smpp_link *);
int smpp_bind_connect(struct smpp_link *) MUST_CHECK;
/* It is connected: the bind is asked for, and answered. */
void smpp_bind_send(struct smpp_link *);
void smpp_bind_answered(struct smpp_link *, uint32_t status);
/* Unbinds, if nothing is under way. */
void smpp_bind_leave(struct smpp_link *);
void smpp_bind_tick(void *link);

#endif
