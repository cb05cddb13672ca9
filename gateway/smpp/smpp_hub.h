/* smpp_hub.h - the providers of dialect smpp, each with its binds: who may send now, and by which bind.
 *
 * Ingress hears what comes in, delivery hears when there is room; neither knows the other here. */
#ifndef KENTONGAN_SMPP_SMPP_HUB_H
#define KENTONGAN_SMPP_SMPP_HUB_H

#include "gateway/conf/config.h"
#include "gateway/smpp/smpp_link.h"
#include "parsers/smpp_text.h"
#include "parsers/smpp_ussd.h"

struct smpp_hub;
struct smpp_provider;

/* Binds begin to connect at once, from the loop.  Without a provider of that dialect it is empty. */
struct smpp_hub *smpp_hub_open(struct loop *, const struct config *, struct err *);
/* deliver_sm and data_sm of all binds: each is to be answered by smpp_link_answer().  Before the first turn.
 */
void smpp_hub_on_request(struct smpp_hub *,
                         void (*f)(void *arg, struct smpp_provider *, const struct smpp_ticket *,
                                   const struct smpp_pdu *),
                         void *arg);
/* There may be room at this provider now, or there is none any more. */
void smpp_hub_on_change(struct smpp_hub *, void (*f)(void *arg, struct smpp_provider *), void *arg);
/* NULL when there is none of that name. */
struct smpp_provider *smpp_hub_provider(struct smpp_hub *, struct slice name);
/* A provider whose keys changed keeps the old ones until the next start, and the log says so. */
void smpp_hub_reload(struct smpp_hub *, const struct config *);
/* Asks for nothing more, answers what is owed, unbinds. */
void smpp_hub_drain(struct smpp_hub *);
/* Binds that have not left yet. */
unsigned smpp_hub_busy(const struct smpp_hub *);
void smpp_hub_close(struct smpp_hub *);

/* --- one provider --- */
struct smpp_habits {
    const char *name;
    struct smpp_codings codings;
    enum smpp_long long_sms;
    const struct smpp_ussd_preset *ussd;
    struct slice source_ton_npi, dest_ton_npi;
    bool receipts;
};
const struct smpp_habits *smpp_provider_habits(const struct smpp_provider *);
/* Does any bind stand that is neither throttled nor leaving? */
bool smpp_provider_ready(const struct smpp_provider *);
/* Does any bind by which we can send stand? */
bool smpp_provider_bound(const struct smpp_provider *);
/* How many requests may go now, over all binds. */
unsigned smpp_provider_room(const struct smpp_provider *);
/* Requests of ours without an answer. */
unsigned smpp_provider_under_way(const struct smpp_provider *);
/* How long the rate or the SMSC's throttling lets nothing go; 0 = now.  From ten a second on, the last of the
 * rate's tokens is an emergency's. */
int64_t smpp_provider_wait_ms(struct smpp_provider *, bool emergency);
/* By the bind with most room, or by `by` when that one has any (NULL: none is preferred).  As
 * smpp_link_send(). */
bool smpp_provider_send(struct smpp_provider *, struct smpp_link *by, struct smpp_pdu *, smpp_sent_cb *,
                        void *arg) MUST_CHECK;
/* A reference for the parts of one long SMS: the next of 65,536. */
unsigned smpp_provider_ref(struct smpp_provider *);

#endif
