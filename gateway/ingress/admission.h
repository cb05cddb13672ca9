/* admission.h - who may knock: provider by path, source address, path token, rates; and what is made whole
 * before the pipeline sees it (sender, id, time).
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
};

/* "/sms/NAME[/TOKEN]" and its likes. */
struct admission_path admission_path(struct slice path);
/* REASON_accepted, or why not: bad_address, bad_token.  A provider with neither list, token nor secret is
 * open to the loopback only; the emulator always is. */
enum reason admission_check(const struct provider_conf *, struct slice peer, struct slice token);
/* Numeric addresses, or networks as 10.1.0.0/16. */
bool admission_in_network(struct slice peer, struct slice network);
/* `from` made "+62…", provider and time filled in, an id made where the provider sent none: a hash of
 * provider, sender, text and 10-minute bucket.  A USSD step keeps none. */
void admission_complete(struct inbound *, const struct provider_conf *, int64_t now_ms, struct arena *);

/* --- rates: messages a minute per sender and per provider --- */
struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *);
/* False when one of the limits (0 = off) is reached.  Senders share 8192 places by hash: two of them may
 * share one, which limits them the sooner. */
bool rates_take(struct rates *, const struct config *, const struct inbound *, int64_t mono_ms);

#endif
