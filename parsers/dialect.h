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
 *  9. encode_send MUST NOT put a secret, a number or a text into the URL (generic does where the provider
 * takes nothing else: no URL of a request stands in our logs).
 * 10. decode_send_answer MUST say SEND_UNKNOWN rather than guess.
 * 11. Slots MAY be NULL where the provider has no such door. */
#ifndef KENTONGAN_PARSERS_DIALECT_H
#define KENTONGAN_PARSERS_DIALECT_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/model/inbound.h"
#include "gateway/model/reason.h"
#include "parsers/query.h"
#include "parsers/segment.h"
#include "parsers/shape.h"

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
    struct slice secret;        /* of this provider; empty: signatures are not checked */
    int64_t now_ms;             /* for time windows of signatures */
    bool is_dlr;                /* for items: it came to /dlr */
    bool in_list;               /* body is one item of a list, see items */
    struct slice session, call; /* of the path, see calls_in_path */
    const struct shape *shape;  /* generic: what the configuration says of this provider */
};

/* A delivery report. */
struct wire_dlr {
    struct slice uuid;     /* ours, where it came back to us */
    struct slice their_id; /* the provider's message id */
    const char *state;     /* "delivered", "failed", "buffered", "accepted", "rejected" */
    bool final;
    bool part; /* it is about the part that has their_id, not about the whole */
};

/* What became of a message, for the provider's ears. */
struct wire_outcome {
    enum reason reason;
    struct slice id;           /* the provider's own, may be empty */
    const struct shape *shape; /* generic */
};

/* A page for a USSD caller. */
struct wire_page {
    struct slice text, session, from;
    bool ends;
    bool over;                 /* the answer to a notice that the session ended: nobody reads the page */
    const struct shape *shape; /* generic */
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
    struct slice dlr_url;      /* without query; empty: none is asked for */
    const struct shape *shape; /* generic */
};

enum {
    WIRE_HEADERS = 8,
    WIRE_PARTS = 16, /* of a long SMS whose parts the provider names each */
};

struct wire_send {
    bool get; /* no body goes along */
    bool put; /* instead of POST */
    struct slice url, content_type, body;
    struct slice headers[WIRE_HEADERS]; /* "Name: value" */
    unsigned headers_n;
};

/* What the provider answered to that. */
struct wire_said {
    int status;
    struct slice body;
    const struct shape *shape; /* generic */
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
    struct slice their_id;             /* in the arena; may be empty */
    struct slice part_ids[WIRE_PARTS]; /* of the parts behind the first, where each has its own */
    unsigned part_ids_n;
    char why[48]; /* for logs and parking: words of the protocol, no number or text */
};

struct dialect {
    const char *name;
    bool signs;         /* verify is to be believed when there is a secret */
    bool in_process;    /* delivery needs no network: the emulator */
    bool calls_in_path; /* a USSD path ends in /SESSION/CALL, and PUT is as good as POST */
    /* What is heard for every reason with HTTP 200 where `answer` is NULL; all else is dialect_refuse. */
    const char *taken_type, *taken_body;
    enum wire_rc (*verify)(const struct wire_request *);
    /* A body that holds a list of messages or reports: how many, each as it stands there; decode_* and part
     * are then asked about each by itself (in_list).  -1: it is no such list.  NULL: there are none. */
    int (*items)(const struct wire_request *, struct arena *, struct slice **each);
    enum wire_rc (*decode_sms)(const struct wire_request *, struct arena *, struct inbound *);
    /* Is what decode_sms gave one part of a long SMS?  WIRE_OK: yes, and ref, total and seq are set;
     * WIRE_BAD_SHAPE: yes, but nobody can say of what; WIRE_IGNORED: no.  NULL: never, the provider joins
     * them. */
    enum wire_rc (*part)(const struct wire_request *, struct arena *, struct segment_part *);
    /* A provider that repeats all inputs of the session gives them whole, and step (model/inbound.h). */
    enum wire_rc (*decode_ussd)(const struct wire_request *, struct arena *, struct inbound *);
    enum wire_rc (*decode_dlr)(const struct wire_request *, struct arena *, struct wire_dlr *);
    void (*answer)(const struct wire_outcome *, struct arena *, struct wire_answer *);
    void (*answer_ussd)(const struct wire_page *, struct arena *, struct wire_answer *); /* NULL: CON, END */
    enum wire_rc (*encode_send)(const struct wire_sms *, struct arena *, struct wire_send *);
    void (*decode_send_answer)(const struct wire_said *, struct arena *, struct send_answer *);
};

/* All of them, each followed by a blank. */
extern const char dialect_names[];
/* NULL when there is none of that name. */
const struct dialect *dialect_by_name(struct slice name);
/* What the provider hears of a message, in its dialect; d may be NULL. */
void dialect_answer(const struct dialect *d, const struct wire_outcome *, struct arena *,
                    struct wire_answer *);
/* What a USSD caller's telco hears; d may be NULL: CON or END. */
void dialect_answer_ussd(const struct dialect *d, const struct wire_page *, struct arena *,
                         struct wire_answer *);

/* --- what they share --- */
/* The fields of query and body: form or JSON by content type, and by its first letter where none is given. */
enum wire_rc dialect_params(const struct wire_request *, struct arena *, struct params *);
/* Lists of names, as PARAM_NAMES makes them; NULL: the provider has no such field. */
struct dialect_names {
    const char *const *id, *const *from, *const *to, *const *text;
};
/* An SMS whose fields have these names.  WIRE_BAD_SHAPE without a sender or a text. */
enum wire_rc dialect_sms(const struct params *, const struct dialect_names *, struct arena *,
                         struct inbound *);
/* What a provider calls a state; a row without word ends the table.  Words are compared without case. */
struct dialect_state {
    const char *word, *state; /* state as in struct wire_dlr */
};
/* Fills state and final of a report whose ids are there; WIRE_IGNORED for a state that is in no row. */
enum wire_rc dialect_dlr(struct slice word, const struct dialect_state *, struct wire_dlr *);
/* The same out of a form or flat JSON, and the names that most providers use: id, from, to, text. */
enum wire_rc dialect_form_sms(const struct wire_request *, const struct dialect_names *, struct arena *,
                              struct inbound *);
extern const struct dialect_names dialect_plain_names;
enum wire_rc dialect_plain_sms(const struct wire_request *, struct arena *, struct inbound *);
/* A report out of a form or flat JSON: names of our uuid, their id and the state, each as in dialect_names.
 */
struct dialect_report {
    const char *const *uuid, *const *id, *const *word;
    const struct dialect_state *states;
};
enum wire_rc dialect_form_dlr(const struct wire_request *, const struct dialect_report *, struct arena *,
                              struct wire_dlr *);
/* The numbers of a part as they were sent (a reference that is no number is made one).  WIRE_BAD_SHAPE where
 * there can be no such part. */
enum wire_rc dialect_part(struct slice ref, struct slice total, struct slice seq, struct segment_part *);
/* A field as clean text without blanks around it; names may be NULL. */
struct slice dialect_field(const struct params *, const char *const *names, struct arena *);
/* A header's value, empty when it is missing. */
struct slice dialect_header(const struct wire_request *, const char *name);
/* Cleaned text; sets in->text_was_broken. */
struct slice dialect_text(struct slice raw, struct arena *, struct inbound *in);
/* In a stated charset or coding (either may be empty): UTF-16BE, ISO-8859-1, else UTF-8 (Kannel's "GSM" too).
 */
struct slice dialect_charset(struct slice raw, struct slice charset, struct slice coding, struct arena *,
                             struct inbound *in);
/* "1700000000", or "2026-11-21 08:30" and "2026-11-21T08:30:12" in UTC, as ms; 0 when it is neither. */
int64_t dialect_clock(struct slice);
/* Is `given` the lower-case hex (upper is taken too) of these bytes?  In constant time. */
bool dialect_hex_is(struct slice given, const uint8_t *wanted, size_t n);
/* "Authorization: Basic …" */
struct slice dialect_basic(struct slice username, struct slice password, struct arena *);
/* Digits without the "+" of an international number. */
struct slice dialect_digits(struct slice msisdn);
/* Makes the POST of a form, and frees the buffer. */
void dialect_post_form(struct buf *form, struct slice url, struct arena *, struct wire_send *);
/* What a status alone says, and "http N" as why: throttled by 429, refused by 400, later by every other
 * error, for an error did not take it; a redirection says nothing.  True when it says enough, false for 2xx.
 */
bool dialect_said_by_status(int status, struct send_answer *);
/* Error answers that most providers share: the status of the reason, JSON {"error":"name"}. */
void dialect_refuse(enum reason, struct arena *, struct wire_answer *);

#endif
