/* ingress_private.h - inside ingress*.c only: requests, and how they are answered. */
#ifndef KENTONGAN_INGRESS_INGRESS_PRIVATE_H
#define KENTONGAN_INGRESS_INGRESS_PRIVATE_H

#include "gateway/http/http.h"
#include "gateway/ingress/admission.h"
#include "gateway/ingress/emulator.h"
#include "gateway/ingress/http_parts.h"
#include "gateway/ingress/ingress.h"
#include "gateway/ingress/request.h"
#include "gateway/ingress/resends.h"
#include "parsers/dialect.h"

enum {
    REQUEST_MEMORY = 2 * 1024 * 1024,
};

/* A request that is being looked at. */
struct request {
    struct http_request *http;
    const struct provider_conf *provider; /* NULL: the path names nobody */
    const struct dialect *dialect;        /* of the provider */
    enum door door;
    uint64_t replay;        /* key of its signature; 0: none */
    uint64_t whole, resend; /* of http_parts, of resends; 0: none */
    struct line *line;      /* that brought it; borrowed; may be NULL */
    struct slice id;        /* the provider's, where a repeat is to hear it */
};

/* A request that waits for the pipeline. */
struct held;

struct ingress {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    struct ingress_ops ops;
    struct rates *rates;
    struct replays *replays;
    struct resends *resends;
    struct http_parts *parts;
    struct held *held;
    struct batch *batches;
    struct emulator *emulator;
};

/* --- ingress_answer.c --- */
/* The provider may have gone with a reload: then it hears what anybody would. */
const struct dialect *ingress_dialect(const struct provider_conf *);
/* Counts the reason and says it, in the provider's dialect; a USSD caller gets a page. */
void ingress_refuse(struct ingress *, const struct request *, enum reason);
/* The request waits for `left` answers: each is one call of ingress_on_answer (an answer_cb) with what this
 * returns.  The worst of them is told: one that is to come again makes the whole request come again.  NULL:
 * no memory, nothing was said. */
struct held *ingress_hold(struct ingress *, const struct request *, const struct inbound *, unsigned left);
void ingress_on_answer(void *held, const struct answer *);
/* Answers that come later are dropped. */
void ingress_forget_held(struct ingress *);

/* --- ingress_admit.c --- */
/* Decodes one message and makes it whole; REASON_accepted when it may go on. */
enum reason ingress_admit(struct ingress *, struct request *, const struct wire_request *, struct arena *,
                          struct inbound *);

/* --- ingress_batch.c --- */
/* A body with a list of messages: one answer, when the last of them has its own.  The work is cut over turns.
 * One that is misshapen does not hold up the others: it would come again just so.  Where others were taken,
 * and its telco will not bring it again, it is parked. */
void ingress_batch(struct ingress *, const struct request *, const struct wire_request *,
                   const struct slice *each, unsigned n);
void ingress_batches_free(struct ingress *);

#endif
