/* smpp_receipt.h - what became of an SMS: a delivery receipt by its TLVs or its text (DOMAIN 8.4).
 *
 * Pure.  A receipt is believed about the state only; its dates are the SMSC's and are left alone. */
#ifndef KENTONGAN_PARSERS_SMPP_RECEIPT_H
#define KENTONGAN_PARSERS_SMPP_RECEIPT_H

#include "parsers/smpp_pdu.h"

struct smpp_receipt {
    struct slice id;   /* as it stands in the receipt; points into the PDU; may be empty */
    const char *state; /* "delivered", "failed", "rejected", "accepted", "buffered" (model/inbound.h) */
    bool final;
    bool sure; /* its text says so, too; else what claims to be a receipt is something that somebody wrote, as
                  long as nobody knows its id */
};

/* Is this deliver_sm (or data_sm) a receipt, and what does it say?  By its text ("id:… stat:…", whatever its
 * flags), or by its flag where the text is empty or something else; an id parameter without the flag says
 * nothing beside a text that is no receipt's.  True also when it names no id.  False for an SMS. */
bool smpp_receipt_read(const struct smpp_pdu *, struct smpp_receipt *);

enum {
    SMPP_IDS = 3,
    SMPP_ID_MAX = 65,
};
struct smpp_ids {
    char text[SMPP_IDS][SMPP_ID_MAX + 1];
    unsigned n;
};
/* The form under which an id is kept: small letters, no zeros in front. */
void smpp_id_canonical(struct slice id, char out[SMPP_ID_MAX + 1]);
/* Under which canonical ids the SMS of a receipt may be kept: as it stands, then decimal for hex, then hex
 * for decimal: SMSCs write one in the response and the other in the receipt. */
void smpp_receipt_ids(struct slice id, struct smpp_ids *);

#endif
