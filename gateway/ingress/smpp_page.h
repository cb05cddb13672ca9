/* smpp_page.h - a USSD page on its way back: one submit_sm to whom the step came from. */
#ifndef KENTONGAN_INGRESS_SMPP_PAGE_H
#define KENTONGAN_INGRESS_SMPP_PAGE_H

#include "gateway/smpp/smpp_hub.h"

struct smpp_pages; /* those under way */

/* Who dials, and what was dialled, as they stood in the deliver_sm. */
struct smpp_caller {
    struct smpp_ussd ussd;
    struct smpp_address phone, code;
    char phone_text[24], code_text[24];
};
void smpp_caller_take(struct smpp_caller *, const struct smpp_ussd *, const struct smpp_pdu *);

struct smpp_pages *smpp_pages_new(struct loop *);
/* Copies.  A page that the SMSC does not take is tried again while a caller may still look at the screen. */
void smpp_pages_send(struct smpp_pages *, struct smpp_provider *, struct smpp_link *by,
                     const struct smpp_caller *, struct slice utf8, bool ends);
void smpp_pages_free(struct smpp_pages *);

#endif
