/* smpp_dlr.h - delivery receipts over SMPP: from the SMSC's message id to our SMS.
 *
 * A receipt may come before the response that tells us its id: it is held until that has come, at most some
 * seconds.  Only then an id is read as hex for decimal, or the other way round: it may be another SMS's. */
#ifndef KENTONGAN_INGRESS_SMPP_DLR_H
#define KENTONGAN_INGRESS_SMPP_DLR_H

#include "gateway/ingress/ingress.h"
#include "gateway/smpp/smpp_hub.h"
#include "gateway/store/store.h"
#include "parsers/smpp_receipt.h"

struct smpp_dlrs; /* those under way */

/* submit and arg of the ops are used. */
struct smpp_dlrs *smpp_dlrs_new(struct loop *, struct store *, const struct ingress_ops *);
/* Who takes what only claimed to be a receipt, and whose id nobody knows: the PDU is valid during the call,
 * and its ticket is now f's to answer. */
void smpp_dlrs_otherwise(struct smpp_dlrs *,
                         void (*f)(void *arg, struct smpp_provider *, const struct smpp_ticket *,
                                   const struct smpp_pdu *),
                         void *arg);
/* Answers the ticket, now or later. */
void smpp_dlrs_take(struct smpp_dlrs *, struct smpp_provider *, const struct smpp_ticket *,
                    const struct smpp_pdu *, const struct smpp_receipt *);
void smpp_dlrs_free(struct smpp_dlrs *);

#endif
