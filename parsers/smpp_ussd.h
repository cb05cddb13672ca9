/* smpp_ussd.h - USSD over SMPP: four habits of marking where a dialogue stands, as data (PEERS 6.4).
 *
 * Pure.  A preset says which ussd_service_op (or end bit of its_session_info) means what, both ways. */
#ifndef KENTONGAN_PARSERS_SMPP_USSD_H
#define KENTONGAN_PARSERS_SMPP_USSD_H

#include "gateway/base/arena.h"
#include "gateway/model/inbound.h"
#include "parsers/smpp_pdu.h"

struct smpp_ussd_preset;

/* spec, tata, mica, 6d; NULL when there is none of that name. */
const struct smpp_ussd_preset *smpp_ussd_preset(struct slice name);

/* One step of a dialogue. */
struct smpp_ussd {
    enum ussd_op op;
    char session[16];  /* "its-5", "umr-1042"; "-" where the telco counts no sessions */
    uint32_t its, umr; /* what is to be sent back; SMPP_USSD_NONE: nothing */
};
#define SMPP_USSD_NONE UINT32_MAX

/* False when the PDU is no USSD at all. */
bool smpp_ussd_read(const struct smpp_ussd_preset *, const struct smpp_pdu *, struct smpp_ussd *);
/* The optional parameters of the submit_sm that answers. */
void smpp_ussd_answer(const struct smpp_ussd_preset *, const struct smpp_ussd *, bool ends, struct buf *tlvs);

#endif
