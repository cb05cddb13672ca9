/* smpp_send.h - one SMS by submit_sm: its parts one after the other, and what became of it. */
#ifndef KENTONGAN_DELIVERY_SMPP_SEND_H
#define KENTONGAN_DELIVERY_SMPP_SEND_H

#include "gateway/delivery/attempt.h"
#include "gateway/smpp/smpp_hub.h"
#include "gateway/store/store.h"

struct smpp_send; /* one SMS under way */

/* done exactly once, from the loop, never inside this call.  The provider's message id of each part is
 * remembered for receipts.  NULL (done is not called) when there is no room now, memory is out, or the text
 * needs more parts than there may be. */
struct smpp_send *smpp_send_start(struct loop *, struct smpp_provider *, struct store *,
                                  const struct lane_sms *, struct slice from,
                                  void (*done)(void *, enum attempt_result), void *arg);
/* done is not called any more. */
void smpp_send_cancel(struct smpp_send *);

#endif
