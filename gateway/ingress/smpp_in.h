/* smpp_in.h - the telco's way in over SMPP: one deliver_sm becomes one inbound, its answer one
 * deliver_sm_resp.
 *
 * Status 0 is said only when the pipeline called back, that is after the commit or the spool (DESIGN 1b), or
 * when a part of a long SMS is synced to disk.  What we cannot take now gets a status with which the SMSC
 * comes again. */
#ifndef KENTONGAN_INGRESS_SMPP_IN_H
#define KENTONGAN_INGRESS_SMPP_IN_H

#include "gateway/ingress/ingress.h"
#include "gateway/smpp/smpp_hub.h"
#include "gateway/store/store.h"

struct smpp_in;

/* The hub and the store outlive it; submit, arg and rules of the ops are used.  Before the first turn of the
 * hub. */
struct smpp_in *smpp_in_open(struct loop *, struct smpp_hub *, struct store *, const struct config *,
                             const struct ingress_ops *, struct err *);
void smpp_in_reload(struct smpp_in *, const struct config *, const struct ruleset *);
/* Answers that come later are dropped: their SMSCs will come again. */
void smpp_in_close(struct smpp_in *);

#endif
