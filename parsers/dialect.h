/* dialect.h - one provider's wire shapes as a const struct of pure functions: bytes in, struct out.
 *
 * Rules for whoever writes one (docs/new-provider.md):
 *  1. A function MUST NOT know sockets, clocks, chance or configuration beyond its arguments.
 *  2. decode_* MUST accept parameters in any order, from the query, the body or both.
 *  3. decode_* MUST give clean UTF-8 (dialect_text) and MUST set text_was_broken when it had to be cleaned.
 *  4. decode_* MUST refuse (WIRE_BAD_SHAPE) only what lacks a sender or a text altogether: an odd sender, an
 *     empty text, an unknown charset are messages of ours.
 *  5. provider_id MUST be the provider's verbatim, or empty: admission makes one then.
 *  6. decode_* MUST leave provider, received_ms and the normalising of `from` to admission.
 *  7. provider_ms MAY be filled in; nothing is decided by it.
 *  8. answer MUST be what the provider counts as taken for every reason with HTTP 200, and an error that
 * makes it come again for every reason that is to be retried.
 *  9. encode_send MUST NOT put a secret, a number or a text into the URL.
 * 10. decode_send_answer MUST say SEND_UNKNOWN rather than guess.
 * 11. Slots MAY be NULL where the provider has no such door. */
#ifndef KENTONGAN_PARSERS_DIALECT_H
#define KENTONGAN_PARSERS_DIALECT_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/model/inbound.h"
#include "gateway/model/reason.h"
#include "parsers/query.h"

enum wire_rc {
    WIRE_OK,
    WIRE_BAD_SHAPE,
    WIRE_BAD_SIGNATURE,
    WIRE_IGNORED, /* understood and of no interest: answered as taken */
};

struct wire_request {
    struct slice method; /* "GET", "POST" */
    struct slice url;    /* as the provider signed it: public_url, path and query */
    struct slice query, body, content_type;
    const struct param *headers; /* names as sent, compared without case */
    unsigned headers_n;
    struct slice secret; /* of this provider; empty: signatures are not checked */
    int64_t now_ms;      /* for time windows of signatures */
    unsigned item;       /* which of several messages in one body, see items */
};

/* A delivery report. */
struct wire_dlr {
    struct slice uuid;     /* ours, where it came back to us */
    struct slice their_id; /* the provider's message id */
    const char *state;     /* "delivered", "failed", "buffered", "accepted", "rejected" */
    bool final;
};

struct wire_answer {
    int status;
    const char *content_type; /* NULL: none */
    struct slice body;
    bool retry_after;
};

/* One SMS to be sent. */
struct wire_sms {
    struct slice url, username, password, from; /* of the provider's `send` */
    struct slice to, text, uuid;
    struct slice dlr_url; /* without query; empty: none is asked for */
};

enum {
    WIRE_HEADERS = 8,
};

struct wire_send {
    struct slice url, content_type, body;
    struct slice headers[WIRE_HEADERS]; /* "Name: value" */
    unsigned headers_n;
};

enum send_result {
    SEND_ACCEPTED,  /* theirs now */
    SEND_REFUSED,   /* this SMS will never be taken */
    SEND_LATER,     /* not taken now */
    SEND_THROTTLED, /* not taken: the whole provider is to slow down */
    SEND_UNKNOWN,   /* it may have been taken */
};

struct send_answer {
    enum send_result result;
    struct slice their_id; /* in the arena; may be empty */
    char why[48];          /* for logs and parking: words of the protocol, no number or text */
};

struct dialect {
    const char *name;
    bool signs;      /* verify is to be believed when there is a secret */
    bool in_process; /* delivery needs no network: the emulator */
    enum wire_rc (*verify)(const struct wire_request *);
    /* How many messages or reports this body holds; NULL: one. */
    unsigned (*items)(const struct wire_request *, struct arena *);
    enum wire_rc (*decode_sms)(const struct wire_request *, struct arena *, struct inbound *);
    /* A provider that repeats all inputs of the session gives them whole, and step (model/inbound.h). */
    enum wire_rc (*decode_ussd)(const struct wire_request *, struct arena *, struct inbound *);
    enum wire_rc (*decode_dlr)(const struct wire_request *, struct arena *, struct wire_dlr *);
    void (*answer)(enum reason, struct slice provider_id, struct arena *, struct wire_answer *);
    enum wire_rc (*encode_send)(const struct wire_sms *, struct arena *, struct wire_send *);
    void (*decode_send_answer)(int http_status, struct slice body, struct arena *, struct send_answer *);
};

/* NULL when there is none of that name. */
const struct dialect *dialect_by_name(struct slice name);

/* --- what they share --- */
/* The fields of query and body: form or JSON by content type, and by its first letter where none is given. */
enum wire_rc dialect_params(const struct wire_request *, struct arena *, struct params *);
/* A header's value, empty when it is missing. */
struct slice dialect_header(const struct wire_request *, const char *name);
/* Cleaned text; sets in->text_was_broken. */
struct slice dialect_text(struct slice raw, struct arena *, struct inbound *in);
/* In a stated charset or coding (either may be empty): UTF-16BE, ISO-8859-1, else UTF-8 (Kannel's "GSM" too).
 */
struct slice dialect_charset(struct slice raw, struct slice charset, struct slice coding, struct arena *,
                             struct inbound *in);
/* Is `given` the lower-case hex (upper is taken too) of these bytes?  In constant time. */
bool dialect_hex_is(struct slice given, const uint8_t *wanted, size_t n);
/* "Authorization: Basic …" */
struct slice dialect_basic(struct slice username, struct slice password, struct arena *);
/* Error answers that most providers share: the status of the reason, JSON {"error":"name"}. */
void dialect_refuse(enum reason, struct arena *, struct wire_answer *);

#endif
