/* store.h - all Redis knowledge behind one door: load, commit, streams, due set, leases, spool (DESIGN 4, 5;
 * SPEC 6).
 *
 * One connection per district carries loads and commits, pipelined.  Every callback runs exactly once, from
 * the loop, never inside the call that queued it.  Keys carry the hash tag of the district: `{19.06}`. */
#ifndef KENTONGAN_STORE_STORE_H
#define KENTONGAN_STORE_STORE_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/loop/loop.h"
#include "gateway/model/inbound.h"
#include "gateway/model/outcome.h"
#include "gateway/model/subject.h"

struct store;

struct store_options {
    const char *district;  /* "19.06" */
    const char *state_dir; /* managed Redis lives in <state>/redis, the spool in <state>/spool */
    bool managed;
    const char *address;       /* not managed: "unix:/…" or "127.0.0.1:6379" */
    const char *password_file; /* or NULL */
    bool strict;               /* refuse to run on a Redis that may forget (SPEC 6) */
    const char *const *sinks;  /* names: each gets its stream */
    unsigned sinks_n;
    const char *const *providers; /* names: each gets its lanes */
    unsigned providers_n;
    unsigned default_provider; /* index: carries what has no question (timers, staff) */
    int64_t dup_ttl_ms;        /* 7 days */
};

enum store_rc {
    STORE_OK,
    STORE_DUPLICATE,   /* this provider id was committed before */
    STORE_CONFLICT,    /* a revision moved: load again */
    STORE_UNAVAILABLE, /* Redis is away, or the deadline passed with the connection lost: nothing is known */
};

/* Opens (managed: starts or takes over) and loads the function library.  cb comes once when the store first
 * serves, or with an error when it never can (strict refusal, unusable binary). */
struct store *store_open(struct loop *, const struct store_options *,
                         void (*ready)(void *, const struct err *), void *arg, struct err *);
/* Finishes what is under way (at most ms), stops a managed Redis, then calls done; the store is freed. */
void store_close(struct store *, int64_t ms, void (*done)(void *), void *arg);
bool store_up(const struct store *);
/* Called at each change between up and down. */
void store_watch(struct store *, void (*f)(void *, bool up), void *arg);

/* One round trip: is this inbound a duplicate (skipped when it is NULL or its provider_id is empty), and the
 * subjects.  None when all subjects of an inbound were here just now: they are marked `recalled`, the commit
 * must check them, and it is the commit that finds a duplicate. subjects (n of them, refs filled in) must
 * live until the callback; rev and blob are filled, blobs in the arena. */
typedef void store_load_cb(void *arg, enum store_rc);
void store_load(struct store *, const struct inbound *, struct subject *subjects, unsigned n, struct arena *,
                store_load_cb *, void *arg);

/* The atomic commit: duplicate key, revisions, writes, rows to every sink stream, SMS to their lanes, timers,
 * tallies.  `via` is the provider that answers travel by.  A lost connection is resolved by sending the same
 * commit again; STORE_UNAVAILABLE only after the deadline.  now_ms is the wall clock. */
typedef void store_commit_cb(void *arg, enum store_rc);
void store_commit(struct store *, const struct inbound *, const char *via, const struct outcome *,
                  int64_t now_ms, store_commit_cb *, void *arg);

/* A message that cannot be carried out (outcome over its bounds, memory, it crashed the program before): its
 * bytes go to the parked list "inbound" for people, together with its duplicate key, in one call. */
void store_park_inbound(struct store *, const struct inbound *, const char *reason, int64_t now_ms,
                        store_commit_cb *, void *arg);

/* Looks at the next n (<= 100) leased numbers; false when none are at hand yet (Redis away or just asked: try
 * again after the next callback).  store_lease_take() then uses up the first k. */
bool store_lease_peek(struct store *, uint64_t *bodies, unsigned n);
void store_lease_take(struct store *, unsigned k);
/* f runs once as soon as a lease is at hand or the store goes down. */
void store_lease_wait(struct store *, void (*f)(void *), void *arg);

/* --- streams: sinks and lanes --- */
struct consumer;

struct entry {
    struct slice id;   /* Redis' stream id */
    struct slice body; /* sinks: rows, one JSON a line; lanes: one SMS (sms_decode) */
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
    struct slice id, body, reason;
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

/* One SMS as it stands in a lane's stream. */
struct lane_sms {
    struct slice to, text, nomor, uuid, question_provider;
    enum sms_class class;
    int64_t expires_ms;
};
int sms_decode(struct slice body, struct arena *, struct lane_sms *, struct err *) MUST_CHECK;
/* Lane of a class: 0 = answers, E1, referral; 1 = alerts, notices; 2 = bulk. */
unsigned sms_lane(enum sms_class);

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

/* SMS of a local day (days since 1970) to one number, counted for all gateways of the district: one more, if
 * fewer than `limit` were counted; and one that was not sent after all. */
void store_daily_take(struct store *, int64_t day, struct slice to, unsigned limit,
                      void (*f)(void *arg, enum store_rc, bool counted), void *arg);
void store_daily_give(struct store *, int64_t day, struct slice to);

/* Days of cases in a village: "2026-11-21" -> count, for the judge.  The callback's text is a JSON object,
 * valid during the call. */
void store_tally_read(struct store *, struct slice place, struct slice disease,
                      void (*f)(void *arg, enum store_rc, struct slice json), void *arg);

/* --- people (model/people.h) --- */
/* f is told all that the store keeps: once soon, and again after every change, by whichever gateway.  They
 * are valid during the call. */
void store_on_people(struct store *, void (*f)(void *arg, const struct person *, unsigned n), void *arg);
/* Puts people in the place of those with the same number.  f may be NULL; a lost answer is STORE_UNAVAILABLE,
 * and the same again does no harm. */
void store_people_put(struct store *, const struct person *, unsigned n, void (*f)(void *arg, enum store_rc),
                      void *arg);

/* --- timers: due ones come as inbounds ---
 *
 * The inbound that is made of one has timer "<id>@<due_ms>" (INBOUND_TIMER as its provider_id too): its
 * commit takes the timer off in the same call, and is a duplicate when it is gone or was moved.  One that is
 * still there after a minute is handed out again. */
void store_on_due(struct store *, void (*f)(void *arg, struct slice id, struct slice text, int64_t due_ms),
                  void *arg);

/* --- spool: while Redis is away (SPEC 6) --- */
enum spool_rc {
    SPOOL_OK, /* durable after the callback of this turn's fsync */
    SPOOL_FULL,
    SPOOL_FAILED,
};
void store_spool(struct store *, const struct inbound *, void (*f)(void *arg, enum spool_rc), void *arg);
/* Taken in order once Redis is back, case notifications first; done(…, true) deletes, false keeps it. */
void store_on_spooled(struct store *, void (*f)(void *arg, const struct inbound *, void *token), void *arg);
void store_spool_done(struct store *, void *token, bool taken);

/* --- figures for ctl, metrics and bench --- */
struct store_figures {
    uint64_t commits, conflicts, duplicates, reconnects, spooled, parked;
    uint64_t redis_usec; /* Redis' own CPU spent in our functions, from INFO commandstats */
    uint64_t sink_waiting, lane_waiting, due_waiting, log_waiting;
};
void store_figures(struct store *, void (*f)(void *arg, const struct store_figures *), void *arg);

#endif
