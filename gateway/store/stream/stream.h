/* stream.h - streams of sinks and lanes, what was parked, what the message log is told. */
#ifndef KENTONGAN_STORE_STREAM_STREAM_H
#define KENTONGAN_STORE_STREAM_STREAM_H

#include "gateway/base/slice.h"
#include "gateway/model/inbound.h"
#include "gateway/store/redis/base.h"

/* --- streams: sinks and lanes --- */
struct consumer;

struct entry {
    struct slice id;   /* Redis' stream id; "ID/2" of the third commit in an entry of several */
    struct slice body; /* sinks: rows of one commit (gateway/model/record.h); lanes: one SMS (sms_decode) */
    unsigned attempts; /* finished attempts before this one */
    int64_t first_ms;  /* when it was first committed */
    bool recovered;    /* it was in someone's hands when a gateway died: may have been sent */
};

/* Takes entries from `stream` ("sink:lokal", "sms:kannel:0", "tally") as long as fewer than `window` are
 * under way.  The entry is valid only during the call; each must be ended with exactly one of done, retry or
 * park. */
struct consumer *consumer_open(struct store *, const char *stream, unsigned window,
                               void (*on_entry)(void *arg, const struct entry *), void *arg);
void consumer_close(struct consumer *);                   /* what is under way goes back to be recovered */
void consumer_window(struct consumer *, unsigned window); /* 0 pauses */
void consumer_done(struct consumer *, struct slice id);
/* Out of the stream now, back into it at due_ms (wall), with attempts + 1: nothing blocks behind it. */
void consumer_retry(struct consumer *, struct slice id, int64_t due_ms);
/* To the parked list of the stream with a reason, for people. */
void consumer_park(struct consumer *, struct slice id, const char *reason);

/* May what was taken be begun?  Not while another gateway may have taken it from us because we stood still;
 * soon again.  While Redis is away nobody takes, and nothing is kept back. */
bool store_sure(const struct store *);
/* Is it still ours?  False: another gateway has it; it ends here by consumer_forget() alone. */
bool consumer_holds(const struct consumer *, struct slice id);
void consumer_forget(struct consumer *, struct slice id);

/* --- streams that nobody opens ---
 *
 * Their provider or sink is no longer configured under this name. */
enum {
    STORE_ORPHANS = 32,
    STORE_STREAM_NAME = 96,
};
struct orphan {
    char name[STORE_STREAM_NAME];
    uint64_t waiting; /* unread, to be tried again, parked */
    uint64_t waiting_new;
    bool told;
};
/* Those in which something waits, as of some seconds ago; none until Redis was up for a while. */
const struct orphan *store_orphans(const struct store *, unsigned *n);
bool store_stream_opened(const struct store *, struct slice stream);
/* All that waits in one (no longer opened) goes to the end of another; f is told how much that was. */
void store_move(struct store *, struct slice from, struct slice to,
                void (*f)(void *arg, enum store_rc, uint64_t moved), void *arg);

/* Gateways that work on this Redis now, this one among them. */
unsigned store_gateways(const struct store *);

/* --- what was parked, for people ---
 *
 * A stream of these is named as the one that it came from, or "inbound": messages that could not be carried
 * out. */
struct parked_stream {
    struct slice name;
    uint64_t n;
    int64_t oldest_ms; /* when its oldest was parked */
};
struct parked_entry {
    struct slice id, reason;
    struct slice body; /* as people read it (gateway/model/stream_tree.h) */
    unsigned attempts;
    int64_t first_ms, parked_ms;
};
enum parked_rc {
    PARKED_OK,
    PARKED_GONE,    /* nothing under this id */
    PARKED_NEVER,   /* a USSD step: nobody is on the line any more */
    PARKED_UNKNOWN, /* Redis is away: it may have been done */
};

/* Is there a stream of this name? */
bool store_parked_is(const struct store *, struct slice stream);
/* All streams; valid during the call, NULL when Redis is away. */
void store_parked_streams(struct store *, void (*f)(void *arg, const struct parked_stream *, unsigned n),
                          void *arg);
/* The oldest `most` (<= 1000) of one, or the one with this id ("1764313920000-0"); valid during the call,
 * NULL when Redis is away. */
void store_parked_read(struct store *, struct slice stream, struct slice id, unsigned most,
                       void (*f)(void *arg, const struct parked_entry *, unsigned n), void *arg);
/* Back to its stream with no attempts behind it; a message to those of store_on_released(), a timer to the
 * due set. */
void store_parked_release(struct store *, struct slice stream, const struct parked_entry *,
                          void (*f)(void *arg, enum parked_rc), void *arg);
void store_parked_drop(struct store *, struct slice stream, struct slice id,
                       void (*f)(void *arg, enum parked_rc), void *arg);
/* Messages that were released, each until store_released_done() says that it was taken; false: it comes
 * again soon. */
void store_on_released(struct store *, void (*f)(void *arg, const struct inbound *, void *token), void *arg);
void store_released_done(struct store *, void *token, bool taken);

/* Remembers provider message id -> our uuid for delivery reports, tells the message log, and finds it again.
 */
void store_dlr_put(struct store *, const char *provider, struct slice their_id, struct slice uuid);
/* uuid is empty when it is not (or no longer) known; valid during the call. */
void store_dlr_get(struct store *, const char *provider, struct slice their_id,
                   void (*f)(void *arg, enum store_rc, struct slice uuid), void *arg);

/* Tells the message log what became of an SMS that was in hand: state "sent", "expired", "parked" or "queued"
 * (it waits for its next try), why as attempt.h says it.  Nothing for an SMS without a uuid. */
void store_log_sent(struct store *, const char *provider, struct slice uuid, const char *state,
                    const char *why, unsigned attempts);

#endif
