/* commit.h - loads, the one commit, leased numbers, timers, people and the small questions beside them. */
#ifndef KENTONGAN_STORE_COMMIT_COMMIT_H
#define KENTONGAN_STORE_COMMIT_COMMIT_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/base/uuid.h"
#include "gateway/model/inbound.h"
#include "gateway/model/lane_sms.h"
#include "gateway/model/outcome.h"
#include "gateway/model/people.h"
#include "gateway/model/subject.h"
#include "gateway/store/redis/base.h"

/* What a message has seen of the store: zero but for `in` before its first load, filled by its loads, told to
 * its commit.  in: NULL for somebody who only looks. */
struct store_seen {
    const struct inbound *in;
    unsigned loads;
    bool undoubled;        /* its duplicate key was looked for, and was not there */
    uint64_t turn, before; /* alone.c: when that was */
};

/* One round trip: is this message a duplicate (skipped when it has no provider_id, or was asked before), and
 * the subjects.  None when all subjects of a first load were here just now: they are marked `recalled`, the
 * commit must check them, and a later load or the commit finds a duplicate.  subjects (n of them, refs filled
 * in) must live until the callback; rev and blob are filled, blobs in the arena. */
typedef void store_load_cb(void *arg, enum store_rc);
void store_load(struct store *, struct store_seen *, struct subject *subjects, unsigned n, struct arena *,
                store_load_cb *, void *arg);

/* What is remembered of a subject while Redis is away: as a commit left it, or a load found it.  False when
 * nothing is. */
bool store_recall(struct store *, struct subject *, struct arena *);

/* The atomic commit: duplicate key, revisions, writes, rows to every sink stream, SMS to their lanes, timers,
 * tallies.  `via` is the provider that answers travel by.  A lost connection is resolved by sending the same
 * commit again; STORE_UNAVAILABLE only after the deadline.  seen: by its loads, or NULL. */
typedef void store_commit_cb(void *arg, enum store_rc);
void store_commit(struct store *, const struct inbound *, const char *via, const struct outcome *,
                  const struct store_seen *seen, store_commit_cb *, void *arg);

/* A message that cannot be carried out (outcome over its bounds, memory, it crashed the program before): its
 * bytes go to the parked list "inbound" for people, together with its duplicate key, in one call. */
void store_park_inbound(struct store *, const struct inbound *, const char *reason, int64_t now_ms,
                        store_commit_cb *, void *arg);

/* This Redis knew fewer numbers than were given: it lost its data, or is an older one; and that it was
 * refilled. */
bool store_forgot(const struct store *);
void store_remembers(struct store *);
/* Looks at the next n (<= 100) leased numbers; false when none are at hand yet (Redis away or just asked: try
 * again after the next callback).  store_lease_take() then uses up the first k. */
bool store_lease_peek(struct store *, uint64_t *bodies, unsigned n);
void store_lease_take(struct store *, unsigned k);
/* f runs once as soon as a lease is at hand or the store goes down. */
void store_lease_wait(struct store *, void (*f)(void *), void *arg);

/* Lane of a class: 3 = E1, ahead of all; 0 = answers, referral; 1 = alerts, notices; 2 = bulk. */
unsigned sms_lane(enum sms_class);

/* Under which uuid the message log has a message that its provider gave an id. */
struct uuid_text store_message_uuid(const struct inbound *);

/* SMS of a local day (days since 1970) to one number, counted for all gateways of the district: one more, if
 * fewer than `limit` were counted; and one that was not sent after all. */
void store_daily_take(struct store *, int64_t day, struct slice to, unsigned limit,
                      void (*f)(void *arg, enum store_rc, bool counted), void *arg);
void store_daily_give(struct store *, int64_t day, struct slice to);

/* Versions of records on their way to a receiver that takes what comes last, from whichever gateway: an older
 * one never goes behind a newer one, nor beside it.  What may go is this gateway's for two minutes, or until
 * it is given back; which version was the newest is known for 90 days. */
enum store_newest {
    STORE_NEWEST_GOES,
    STORE_NEWEST_OLD,  /* a newer one went, or goes now */
    STORE_NEWEST_WAIT, /* another gateway is sending one */
};
struct store_version {
    struct slice id; /* of the record */
    uint32_t version;
};
/* may: of each, in order, valid during the call; NULL when Redis is away. */
void store_newest_take(struct store *, struct slice sink, const struct store_version *, unsigned n,
                       void (*f)(void *arg, const enum store_newest *may), void *arg);
void store_newest_give(struct store *, struct slice sink, const struct store_version *, unsigned n);

/* Days of cases in a village: "2026-11-21" -> count, for the judge.  The callback's text is a JSON object,
 * valid during the call. */
void store_tally_read(struct store *, struct slice place, struct slice disease,
                      void (*f)(void *arg, enum store_rc, struct slice json), void *arg);

/* --- people (model/people.h) --- */
/* f is told all that the store keeps: once soon, and again after every change, by whichever gateway.  They
 * are valid during the call. */
void store_on_people(struct store *, void (*f)(void *arg, const struct person *const *, unsigned n),
                     void *arg);
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
/* A timer that must always wait: set for now whenever Redis is reached and none of this id waits.  id and
 * text outlive the store. */
void store_due_root(struct store *, struct slice id, struct slice text);

#endif
