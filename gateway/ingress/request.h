/* request.h - a whole HTTP request as the dialects see it, and as an inbound. */
#ifndef KENTONGAN_INGRESS_REQUEST_H
#define KENTONGAN_INGRESS_REQUEST_H

#include "gateway/ingress/admission.h"
#include "parsers/dialect.h"

struct http_request;

/* Everything but is_dlr, session and call; borrows from the request, the provider and the arena. */
void request_wire(const struct http_request *, const struct provider_conf *, struct slice public_url,
                  struct arena *, struct wire_request *);
/* Who sent it, by its address and what proxies say. */
struct admission_caller request_caller(struct http_request *, const struct config *);
/* By the decoder of that door; WIRE_BAD_SHAPE where the dialect has none.  A delivery report is an inbound,
 * too (model/inbound.h). */
enum wire_rc request_decode(const struct dialect *, enum door, const struct wire_request *, struct arena *,
                            struct inbound *);

#endif
