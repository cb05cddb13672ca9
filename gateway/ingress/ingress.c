/* ingress.c - from a whole HTTP request to an inbound, and from an answer to a reply.  See ingress.h.
 *
 *   path -> provider -> address and token -> size -> signature -> decode -> rates -> pipeline ... -> answer
 *
 * A refusal at any step is a row of reason.def: counted, told to the telco in its own dialect.  A USSD caller
 * always gets a page. */
#include "gateway/ingress/ingress.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/conf/texts.h"
#include "gateway/ingress/admission.h"
#include "gateway/ingress/emulator.h"
#include "gateway/ingress/http.h"
#include "parsers/dialect.h"
#include "parsers/ussd_text.h"

enum {
    BODY_MAX = 64 * 1024,
    /* Up to here a body is read and refused in the provider's own shape; past it evhttp says 413. */
    BODY_READ = 256 * 1024,
    HEADER_MAX = 16 * 1024,
    CONNECTIONS = 1024,
    REQUEST_MS = 10000,
    IDLE_MS = 30000,
    RETRY_AFTER_S = 10,
    REQUEST_MEMORY = 2 * 1024 * 1024,
    HEADERS_MAX = 48,
    HELD_MAGIC = 0x68656c64,
};

struct held {
    unsigned magic;
    struct ingress *ingress; /* NULL: closed meanwhile */
    struct evhttp_request *req;
    const struct dialect *dialect;
    bool ussd;
    unsigned left;     /* messages of this request that are not answered yet */
    enum reason worst; /* one that is to come again makes the whole request come again */
    struct held *next, **at;
    struct slice id; /* behind this struct */
    char mem[];
};

struct ingress {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    struct ingress_ops ops;
    struct rates *rates;
    struct held *held;
    struct emulator *emulator;
};

/* --- answering --- */

static void reply(struct ingress *in, struct evhttp_request *req, const struct wire_answer *a)
{
    struct http_reply r = { .status = a->status,
                            .content_type = a->content_type,
                            .body = a->body,
                            .retry_after_s = a->retry_after ? RETRY_AFTER_S : 0,
                            /* What we refused may hold more that we do not want to read. */
                            .close = a->status == 413 };

    http_reply(in->http, req, &r);
}

/* The page for a step that has none of its own.  The words stand in the catalogue; those here are for the
 * hour in which there is no catalogue. */
struct slice ingress_spare_page(const struct ruleset *rules, enum reason reason, struct arena *a)
{
    bool busy = reason_http(reason) == 503 || reason == REASON_ussd_busy || reason == REASON_spooled;
    const char *key = busy ? "ussd.sibuk" : "ussd.ditolak";

    if (rules && rules->texts && text_exists(rules->texts, rules->language, key))
        return text_fill(rules->texts, rules->language, key, NULL, 0, a);
    return busy ? S("Sistem sedang sibuk. Coba lagi sebentar lagi atau kirim SMS.")
                : S("Permintaan tidak dapat diproses.");
}

static void reply_ussd(struct ingress *in, struct evhttp_request *req, const struct answer *said,
                       struct arena *a)
{
    struct buf page;

    buf_init(&page, 4096);
    if (said->screen.n)
        ussd_text_answer(&page, said->screen, said->screen_ends);
    else
        ussd_text_answer(&page, ingress_spare_page(in->ops.rules, said->reason, a), true);
    reply(in, req,
          &(struct wire_answer){
              .status = 200, .content_type = "text/plain; charset=utf-8", .body = buf_slice(&page) });
    buf_free(&page);
}

/* No dialect is known yet (a path that names nobody), or it has words of its own. */
static void refuse(struct ingress *in, struct evhttp_request *req, const struct dialect *d, bool ussd,
                   enum reason reason)
{
    struct wire_answer answer;
    struct arena arena;

    reason_count(reason);
    arena_init(&arena, REQUEST_MEMORY);
    if (ussd) {
        reply_ussd(in, req, &(struct answer){ .reason = reason, .screen_ends = true }, &arena);
    } else {
        if (d)
            d->answer(reason, S(""), &arena, &answer);
        else
            dialect_refuse(reason, &arena, &answer);
        reply(in, req, &answer);
    }
    arena_free(&arena);
}

/* --- held requests --- */

static struct held *hold(struct ingress *in, struct evhttp_request *req, const struct dialect *d,
                         const struct inbound *msg)
{
    struct held *h = calloc(1, sizeof *h + msg->provider_id.n + 1);

    if (!h)
        return NULL;
    h->magic = HELD_MAGIC;
    h->ingress = in;
    h->req = req;
    h->dialect = d;
    h->ussd = msg->kind == INBOUND_USSD;
    h->left = 1;
    h->worst = REASON_accepted;
    if (msg->provider_id.n)
        memcpy(h->mem, msg->provider_id.p, msg->provider_id.n);
    h->id = slice_make(h->mem, msg->provider_id.n);
    h->next = in->held;
    if (h->next)
        h->next->at = &h->next;
    h->at = &in->held;
    in->held = h;
    return h;
}

static void on_answer(void *arg, const struct answer *said)
{
    struct held *h = arg;
    struct ingress *in = h->ingress;
    enum reason reason = h->worst;
    struct wire_answer answer;
    struct arena arena;

    if (h->magic != HELD_MAGIC)
        abort();
    if (reason == REASON_accepted || reason_http(said->reason) == 503)
        reason = h->worst = said->reason;
    if (--h->left > 0)
        return;
    if (in) {
        *h->at = h->next;
        if (h->next)
            h->next->at = h->at;
        arena_init(&arena, REQUEST_MEMORY);
        if (h->ussd) {
            reply_ussd(in, h->req, said, &arena);
        } else {
            h->dialect->answer(reason, h->id, &arena, &answer);
            reply(in, h->req, &answer);
        }
        arena_free(&arena);
    }
    h->magic = 0;
    free(h);
}

static void submit(struct ingress *in, struct evhttp_request *req, const struct dialect *d,
                   const struct inbound *msg)
{
    struct held *h = hold(in, req, d, msg);

    if (!h) {
        refuse(in, req, d, msg->kind == INBOUND_USSD, REASON_busy);
        return;
    }
    in->ops.submit(in->ops.arg, msg, on_answer, h);
}

/* --- decoding --- */

static void wire_headers(struct evhttp_request *req, struct param *out, struct wire_request *w)
{
    struct evkeyval *kv = evhttp_request_get_input_headers(req)->tqh_first;

    w->headers = out;
    for (; kv && w->headers_n < HEADERS_MAX; kv = kv->next.tqe_next) {
        out[w->headers_n].name = slice_of(kv->key);
        out[w->headers_n++].value = slice_of(kv->value);
    }
    w->content_type = dialect_header(w, "Content-Type");
}

static void wire_of(struct ingress *in, struct evhttp_request *req, const struct provider_conf *p,
                    struct param *headers, struct arena *a, struct wire_request *w)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    struct evbuffer *body = evhttp_request_get_input_buffer(req);
    const char *target = evhttp_request_get_uri(req);
    size_t n = evbuffer_get_length(body);

    *w = (struct wire_request){
        .method = evhttp_request_get_command(req) == EVHTTP_REQ_POST ? S("POST") : S("GET"),
        .query = slice_of(evhttp_uri_get_query(uri)),
        .body = n ? slice_make((const char *)evbuffer_pullup(body, -1), n) : S(""),
        .secret = p->secret,
        .now_ms = clock_wall_ms(),
    };
    w->url = in->config->public_url;
    if (slice_ends(w->url, "/"))
        w->url.n--;
    w->url = arena_printf(a, "%.*s%s", SLICE_ARG(w->url), target ? target : "");
    wire_headers(req, headers, w);
}

static enum wire_rc decode_dlr(const struct dialect *d, const struct wire_request *w, struct arena *a,
                               struct inbound *msg)
{
    struct wire_dlr dlr = { .state = NULL };
    enum wire_rc rc = d->decode_dlr(w, a, &dlr);

    if (rc != WIRE_OK)
        return rc;
    msg->kind = INBOUND_DLR;
    msg->session = dlr.uuid;
    msg->from = dlr.their_id;
    msg->text = slice_of(dlr.state);
    msg->provider_id =
        arena_printf(a, "dlr/%.*s/%s", SLICE_ARG(dlr.uuid.n ? dlr.uuid : dlr.their_id), dlr.state);
    return WIRE_OK;
}

static enum wire_rc decode(const struct dialect *d, enum door door, const struct wire_request *w,
                           struct arena *a, struct inbound *msg)
{
    if (w->secret.n && d->signs) {
        enum wire_rc rc = d->verify(w);

        if (rc != WIRE_OK)
            return rc;
    }
    if (door == DOOR_SMS && d->decode_sms)
        return d->decode_sms(w, a, msg);
    if (door == DOOR_USSD && d->decode_ussd)
        return d->decode_ussd(w, a, msg);
    if (door == DOOR_DLR && d->decode_dlr)
        return decode_dlr(d, w, a, msg);
    return WIRE_BAD_SHAPE;
}

/* Decodes message w->item and makes it whole; REASON_accepted when it may go on. */
static enum reason admit_one(struct ingress *in, const struct provider_conf *p, enum door door,
                             const struct wire_request *w, struct arena *a, struct inbound *msg)
{
    *msg = (struct inbound){ .kind = INBOUND_SMS };
    switch (decode(dialect_by_name(p->dialect), door, w, a, msg)) {
    case WIRE_OK:
        break;
    case WIRE_BAD_SIGNATURE:
        return REASON_bad_signature;
    case WIRE_BAD_SHAPE:
        return REASON_bad_shape;
    case WIRE_IGNORED:
        return REASON_dlr;
    }
    admission_complete(msg, p, clock_wall_ms(), a);
    if (a->failed)
        return REASON_busy;
    if (msg->kind != INBOUND_DLR && !rates_take(in->rates, in->config, msg, clock_mono_ms()))
        return REASON_rate_limited;
    return REASON_accepted;
}

/* A body with a list of messages: one answer, when the last of them has its own.  One that is misshapen does
 * not hold up the others: it would come again just so. */
static void admit_many(struct ingress *in, struct evhttp_request *req, const struct provider_conf *p,
                       enum door door, struct wire_request *w, struct arena *a, unsigned items)
{
    const struct dialect *d = dialect_by_name(p->dialect);
    struct held *h = hold(in, req, d, &(struct inbound){ .kind = INBOUND_SMS });
    unsigned refused = 0;
    enum reason why = REASON_accepted;

    if (!h) {
        refuse(in, req, d, false, REASON_busy);
        return;
    }
    h->left = items + 1; /* ours is the last word */
    for (w->item = 0; w->item < items; w->item++) {
        struct inbound msg;
        enum reason reason = admit_one(in, p, door, w, a, &msg);

        if (reason == REASON_accepted) {
            in->ops.submit(in->ops.arg, &msg, on_answer, h);
            continue;
        }
        reason_count(reason);
        refused++;
        why = reason;
        on_answer(h, &(struct answer){ .reason = reason_http(reason) == 503 ? reason : REASON_accepted });
    }
    on_answer(h, &(struct answer){ .reason = refused == items ? why : REASON_accepted });
}

static void admit(struct ingress *in, struct evhttp_request *req, const struct provider_conf *p,
                  enum door door, struct arena *a)
{
    const struct dialect *d = dialect_by_name(p->dialect);
    struct param headers[HEADERS_MAX];
    struct wire_request w;
    struct inbound msg;
    enum reason verdict;
    unsigned items;

    if (evbuffer_get_length(evhttp_request_get_input_buffer(req)) > BODY_MAX) {
        refuse(in, req, d, door == DOOR_USSD, REASON_too_large);
        return;
    }
    wire_of(in, req, p, headers, a, &w);
    items = d->items && door != DOOR_USSD ? d->items(&w, a) : 1;
    if (items > 1) {
        admit_many(in, req, p, door, &w, a, items);
        return;
    }
    verdict = admit_one(in, p, door, &w, a, &msg);
    if (verdict != REASON_accepted)
        refuse(in, req, d, door == DOOR_USSD, verdict);
    else
        submit(in, req, d, &msg);
}

static void on_request(void *arg, struct evhttp_request *req)
{
    struct ingress *in = arg;
    struct slice target = slice_of(evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req)));
    struct admission_path path = admission_path(target);
    const struct provider_conf *p;
    enum reason verdict;
    struct arena arena;

    if (path.door == DOOR_INBOX) {
        emulator_inbox(in->emulator, in->config, req);
        return;
    }
    p = path.door == DOOR_NONE ? NULL : config_provider(in->config, path.provider);
    if (!p || !dialect_by_name(p->dialect)) {
        refuse(in, req, NULL, path.door == DOOR_USSD, REASON_no_such_provider);
        return;
    }
    verdict = admission_check(p, http_peer(req), path.token);
    if (verdict != REASON_accepted) {
        refuse(in, req, dialect_by_name(p->dialect), path.door == DOOR_USSD, verdict);
        return;
    }
    arena_init(&arena, REQUEST_MEMORY);
    admit(in, req, p, path.door, &arena);
    arena_free(&arena);
}

/* --- life --- */

struct ingress *ingress_open(struct loop *loop, const struct config *c, const struct ingress_ops *ops,
                             struct err *e)
{
    static const struct http_limits limits = { .header_bytes = HEADER_MAX,
                                               .body_bytes = BODY_READ,
                                               .connections = CONNECTIONS,
                                               .request_ms = REQUEST_MS,
                                               .idle_ms = IDLE_MS };
    struct ingress *in = calloc(1, sizeof *in);

    if (in) {
        in->loop = loop;
        in->config = c;
        in->ops = *ops;
        in->rates = rates_new();
    }
    if (!in || !in->rates) {
        free(in);
        err_set(e, "ingress: out of memory");
        return NULL;
    }
    in->http = http_open(loop, c->listen.host, c->listen.port, &limits, on_request, in, e);
    in->emulator =
        in->http ? emulator_new(in->http, ops->delivery ? delivery_inbox(ops->delivery) : NULL) : NULL;
    if (!in->emulator) {
        ingress_close(in);
        return NULL;
    }
    return in;
}

unsigned ingress_port(const struct ingress *in)
{
    return http_port(in->http);
}

void ingress_reload(struct ingress *in, const struct config *c, const struct ruleset *rules)
{
    in->config = c;
    in->ops.rules = rules;
}

void ingress_drain(struct ingress *in)
{
    http_stop_listening(in->http);
    emulator_release(in->emulator);
}

void ingress_close(struct ingress *in)
{
    for (struct held *h = in->held; h; h = h->next)
        h->ingress = NULL;
    if (in->emulator)
        emulator_free(in->emulator);
    if (in->http)
        http_close(in->http);
    rates_free(in->rates);
    free(in);
}
