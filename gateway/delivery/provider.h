/* provider.h - one provider within delivery: its lanes, its window, its rate, its circuit, and the attempts
 * under way.  Inside gateway/delivery only: the world outside sees delivery.h.
 *
 * Lanes belong to their home for good; which provider carries them now is route.c's to say (`carrier`), and
 * nobody else changes it. */
#ifndef KENTONGAN_DELIVERY_PROVIDER_H
#define KENTONGAN_DELIVERY_PROVIDER_H

#include "gateway/conf/config.h"
#include "gateway/delivery/attempt.h"
#include "gateway/delivery/circuit.h"
#include "gateway/delivery/http_send.h"
#include "gateway/delivery/inbox.h"
#include "gateway/delivery/lane.h"
#include "gateway/delivery/latency.h"
#include "gateway/loop/loop.h"
#include "gateway/smpp/smpp_hub.h"
#include "parsers/dialect.h"

enum {
    PROVIDER_LANES = RANKS,
    PROVIDER_VIAS = 8, /* providers whose SMS one carries, itself among them */
};

struct provider {
    struct delivery *delivery;
    struct arena arena; /* of the configuration below */
    const struct dialect *dialect;
    bool by_smpp;
    struct smpp_provider *smpp; /* by_smpp, once delivery_smpp() was called */
    struct provider_conf conf;
    struct slice dlr_url;
    struct lane lane[PROVIDER_LANES][PROVIDER_VIAS];
    struct lane now;                 /* SMS that no store keeps: sent while Redis is away */
    struct slice via[PROVIDER_VIAS]; /* their names */
    struct arena names;
    unsigned vias_n;
    struct circuit circuit;
    struct latency latency;
    struct provider *failover; /* who helps out; NULL: nobody */
    struct provider *carrier;  /* who sends the SMS of its lanes now: itself, when all is well */
    struct stat *failed_over, *hedged;
    struct sending *under_way;
    unsigned under_way_n, window;
    unsigned rank_n[RANKS]; /* among those under way */
    double tokens;          /* SMS that the rate allows now */
    int64_t tokens_ms, throttled_until_ms;
    struct loop_timer *pump, *watch;
};

struct delivery {
    struct loop *loop;
    struct store *store;
    struct http_send *http;
    struct inbox *inbox;
    struct provider provider[CONFIG_PROVIDERS];
    unsigned providers_n;
    struct provider *by_default; /* carries what has no question; may be NULL */
    struct sending *told;        /* expected, and sent before they came */
    unsigned told_n;
    struct loop_timer *dawn;
    int utc_offset_min;
    unsigned daily; /* limits.daily */
    bool draining;
};

/* --- provider.c --- */
/* Sends what may go now, and asks the store for what will have room. */
void provider_pump(struct provider *);
/* The same for the loop's timers, and for whoever carries its lanes. */
void provider_on_pump(void *provider);
/* An SMS of one of its lanes came out of the store. */
void provider_on_entry(void *lane, const struct entry *);
/* How much the lanes that it carries may take from the store. */
void provider_set_windows(struct provider *);

/* --- capacity.c --- */
/* How many of the window SMS of this rank may have: a window full of bulk that hangs must not keep an answer
 * waiting, nor one full of answers an emergency. */
unsigned capacity_places(const struct provider *, enum rank);
/* Is a place free?  A bind that is not there, or full, calls when that changes. */
bool capacity_free(const struct provider *);
/* How long until the rate lets one more go; 0 = now.  The last of a rate's tokens is an emergency's. */
int64_t capacity_wait_ms(struct provider *, bool emergency);
/* Could an emergency of another provider go by this one at once? */
bool capacity_helps(struct provider *);

/* --- sending.c --- */
/* Tries it now: on its way it is among those under way, and when it ends the provider's pump is set.  Takes
 * it. */
void sending_start(struct provider *, struct sending *);
/* Counts an attempt by how it ended ("sent", "expired", "broken", …). */
void sending_count(const char *how);

/* --- hedge.c --- */
/* It came, or waits again: from now on nobody keeps it waiting long if it is an emergency. */
void hedge_watch(struct sending *);
/* An attempt ended.  Gives the SMS that is to be judged by it: the same, its heir, or NULL; *result becomes
 * what counts for it. */
struct sending *hedge_ended(struct sending *, enum attempt_result *result);
/* One that was not taken goes by another that did not try it, at once.  False: nobody can help now. */
bool hedge_pass(struct sending *);

/* --- expected.c --- */
/* An emergency came out of the store.  True: it is one that was expected and is sent, or is under way; it is
 * taken care of. */
bool expected_came(struct lane *, struct sending *);
/* It was sent before it came: remembered until it does.  Takes it. */
void expected_sent(struct sending *);
/* What is remembered. */
void expected_forget(struct delivery *);

/* --- route.c --- */
/* Who carries whose lanes, by the circuits as they are now; pumps whoever got more to carry. */
void route_update(struct delivery *);
/* How an attempt by this provider ended, for its circuit; then route_update().  An emergency that failed does
 * not wait for more failures where another can help.  excused: it failed for a reason that is no sign of
 * illness ("not so fast"). */
void route_attempted(struct provider *, enum sms_class, enum attempt_result, bool excused);
/* An emergency waits in a lane of this provider: where its bind is gone, somebody else sends it soon. */
void route_hurry(struct provider *);
/* A bind came or went. */
void route_bound(struct provider *);
/* Names its helper by the configuration and begins to watch it; after all providers are open. */
void route_begin(struct delivery *, const struct config *);
/* For the loop's timer. */
void route_on_watch(void *provider);

#endif
