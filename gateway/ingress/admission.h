/* admission.h - who may knock: provider by path, source address, path token, rates; and what is made whole
 * before the pipeline sees it (sender, time).
 *
 * No sockets here: addresses, bytes and the time are arguments. */
#ifndef KENTONGAN_INGRESS_ADMISSION_H
#define KENTONGAN_INGRESS_ADMISSION_H

#include "gateway/base/arena.h"
#include "gateway/conf/config.h"
#include "gateway/model/inbound.h"
#include "gateway/model/reason.h"

enum door {
    DOOR_NONE,
    DOOR_SMS,
    DOOR_USSD,
    DOOR_DLR,
    DOOR_INBOX, /* /emulator/inbox */
};

struct admission_path {
    enum door door;
    struct slice provider, token;
    struct slice session, call; /* see admission_calls */
};

/* "/sms/NAME[/TOKEN]" and its likes. */
struct admission_path admission_path(struct slice path);
/* Takes a path's last two parts for a USSD session and a call in it: "/ussd/NAME[/TOKEN]/SESSION/CALL". */
void admission_calls(struct admission_path *);
/* Who calls, as far as that is known. */
struct admission_caller {
    struct slice address; /* empty: nobody knows, for it came by a proxy that is not trusted */
    bool forwarded;       /* by a proxy, whoever it is */
};
/* By the address of the peer and the headers that proxies add.  A trusted proxy's X-Forwarded-For is believed
 * from its end to the first address that is no trusted proxy; on this machine, where anybody's proxy may
 * stand, those of others make the address unknown; elsewhere they are a caller's own words and say nothing.
 */
struct admission_caller admission_caller(const struct config *, struct slice peer, struct slice forwarded_for,
                                         bool forwarded);
/* REASON_accepted, or why not: bad_address, bad_token; by this table, in which nothing is open by omission:
 *
 *   allow  token  signature   from where                 and
 *    yes    any      any      the list alone             the token where there is one
 *    no     yes      any      anywhere                   the token
 *    no     no       yes      anywhere                   (the signature is request_decode's to judge)
 *    no     no       no       this machine
 *
 * signature: the dialect signs and there is a secret.  The emulator: this machine, and never by a proxy. */
enum reason admission_check(const struct provider_conf *, const struct admission_caller *,
                            struct slice token);
/* Before a byte is read: may anybody call from this address?  A proxy that is trusted may. */
bool admission_welcomes(const struct config *, struct slice peer);
/* Numeric addresses, or networks as 10.1.0.0/16. */
bool admission_in_network(struct slice peer, struct slice network);
/* `from` made "+62…", provider and time filled in.  A USSD step keeps no id; an SMS without one gets it by
 * resends.h. */
void admission_complete(struct inbound *, const struct provider_conf *, int64_t now_ms, struct arena *);

/* --- rates: messages a minute per sender and per provider --- */
struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *);
/* False when one of the limits (0 = off) is reached.  Each sender has a place of its own, of 32,768; past
 * that the one that was heard longest ago gives its place.  Steps of a USSD dialogue and delivery reports are
 * never limited; what is an emergency is the caller's to say. */
bool rates_take(struct rates *, const struct config *, const struct inbound *, int64_t mono_ms);

/* --- signed requests are taken once --- */
struct replays;

struct replays *replays_new(void);
void replays_free(struct replays *);
/* What a signature is remembered by: its last 64 hex digits, whatever their case. */
uint64_t replays_key(struct slice provider, struct slice signature);
enum replay {
    REPLAY_FRESH,     /* remembered from now on, for its life */
    REPLAY_UNDER_WAY, /* nobody knows yet what becomes of the first */
    REPLAY_TAKEN,
};

/* 65536 are remembered; the one that ends first goes for a new one. */
enum replay replays_take(struct replays *, uint64_t key, int64_t now_ms, int64_t life_ms);
/* What became of it: taken, or the same bytes may come again. */
void replays_end(struct replays *, uint64_t key, bool taken);

#endif
