/* ingress.c - from a whole HTTP request to an inbound, and from an answer to a reply.  See ingress.h.
 *
 *   path -> provider -> address and token -> size -> signature -> decode -> rates -> pipeline ... -> answer
 *
 * A refusal at any step is a row of reason.def: counted, told to the telco in its own dialect.  A USSD caller
 * always gets a page. */
#include "gateway/ingress/ingress.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/conf/texts.h"
#include "gateway/ingress/admission.h"
#include "gateway/ingress/emulator.h"
#include "gateway/http/http.h"
#include "gateway/ingress/http_parts.h"
#include "gateway/ingress/request.h"
#include "parsers/dialect.h"

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
    HELD_MAGIC = 0x68656c64,
};

struct held {
    unsigned magic;
    struct ingress *ingress;    /* NULL: closed meanwhile */
    struct evhttp_request *req; /* NULL: nobody waits for an answer */
    bool ussd, over;            /* over: a notice that the session ended */
    uint64_t replay;            /* key of its signature; 0: none */
    uint64_t whole;             /* of http_parts; 0: no long SMS */
    unsigned left;              /* messages of this request that are not answered yet */
    enum reason worst;          /* one that is to come again makes the whole request come again */
    struct held *next, **at;
    struct slice provider, id, session, from; /* behind this struct */
    char mem[];
};

/* A request that is being looked at. */
struct request {
    struct evhttp_request *http;
    const struct provider_conf *provider; /* NULL: the path names nobody */
    const struct dialect *dialect;        /* of the provider */
    enum door door;
    uint64_t replay, whole;
    struct slice id; /* the provider's, where a repeat is to hear it */
};

struct ingress {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    struct ingress_ops ops;
    struct rates *rates;
    struct replays *replays;
    struct http_parts *parts;
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

/* The provider may have gone with a reload: then it hears what anybody would. */
static const struct dialect *dialect_of(const struct provider_conf *p)
{
    return p ? dialect_by_name(p->dialect) : NULL;
}

static void reply_ussd(struct ingress *in, struct evhttp_request *req, const struct provider_conf *p,
                       struct wire_page *page, const struct answer *said)
{
    struct wire_answer answer;
    struct arena arena;

    arena_init(&arena, REQUEST_MEMORY);
    page->shape = p ? p->shape : NULL;
    page->ends = said->screen.n ? said->screen_ends : true;
    page->text = said->screen.n ? said->screen : ingress_spare_page(in->ops.rules, said->reason, &arena);
    dialect_answer_ussd(dialect_of(p), page, &arena, &answer);
    reply(in, req, &answer);
    arena_free(&arena);
}

static void reply_outcome(struct ingress *in, struct evhttp_request *req, const struct provider_conf *p,
                          struct wire_outcome *what)
{
    struct wire_answer answer;
    struct arena arena;

    arena_init(&arena, REQUEST_MEMORY);
    what->shape = p ? p->shape : NULL;
    dialect_answer(dialect_of(p), what, &arena, &answer);
    reply(in, req, &answer);
    arena_free(&arena);
}

static void refuse(struct ingress *in, const struct request *r, enum reason reason)
{
    reason_count(reason);
    if (r->replay)
        replays_end(in->replays, r->replay, reason_http(reason) == 200);
    if (r->whole)
        http_parts_end(in->parts, r->whole, false);
    if (r->door == DOOR_USSD)
        reply_ussd(in, r->http, r->provider, &(struct wire_page){ .over = reason == REASON_ussd_page },
                   &(struct answer){ .reason = reason });
    else
        reply_outcome(in, r->http, r->provider, &(struct wire_outcome){ .reason = reason, .id = r->id });
}

/* --- held requests --- */

static struct slice keep(char **at, struct slice s)
{
    struct slice kept = slice_make(*at, s.n);

    if (s.n)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return kept;
}

static struct held *hold(struct ingress *in, const struct request *r, const struct inbound *msg)
{
    struct slice name = r->provider->name;
    struct held *h = calloc(1, sizeof *h + name.n + msg->provider_id.n + msg->session.n + msg->from.n + 1);
    char *at;

    if (!h)
        return NULL;
    h->magic = HELD_MAGIC;
    h->ingress = in;
    h->req = r->http;
    h->ussd = msg->kind == INBOUND_USSD;
    h->over = h->ussd && msg->op == USSD_ENDED;
    h->replay = r->replay;
    h->whole = r->whole;
    h->left = 1;
    h->worst = REASON_accepted;
    at = h->mem;
    h->provider = keep(&at, name);
    h->id = keep(&at, msg->provider_id);
    h->session = keep(&at, msg->session);
    h->from = keep(&at, msg->from);
    h->next = in->held;
    if (h->next)
        h->next->at = &h->next;
    h->at = &in->held;
    in->held = h;
    return h;
}

static void say(struct ingress *in, struct held *h, enum reason reason, const struct answer *said)
{
    const struct provider_conf *p = config_provider(in->config, h->provider);

    if (h->replay)
        replays_end(in->replays, h->replay, reason_http(reason) == 200);
    if (h->whole)
        http_parts_end(in->parts, h->whole, reason_http(reason) == 200);
    if (!h->req)
        return;
    if (h->ussd)
        reply_ussd(in, h->req, p,
                   &(struct wire_page){ .session = h->session, .from = h->from, .over = h->over }, said);
    else
        reply_outcome(in, h->req, p, &(struct wire_outcome){ .reason = reason, .id = h->id });
}

static void on_answer(void *arg, const struct answer *said)
{
    struct held *h = arg;
    enum reason reason = h->worst;

    if (h->magic != HELD_MAGIC)
        abort();
    if (reason == REASON_accepted || reason_http(said->reason) == 503)
        reason = h->worst = said->reason;
    if (--h->left > 0)
        return;
    if (h->ingress) {
        *h->at = h->next;
        if (h->next)
            h->next->at = h->at;
        say(h->ingress, h, reason, said);
    }
    h->magic = 0;
    free(h);
}

static void submit(struct ingress *in, const struct request *r, const struct inbound *msg)
{
    struct held *h = hold(in, r, msg);

    if (h)
        in->ops.submit(in->ops.arg, msg, on_answer, h);
    else
        refuse(in, r, REASON_busy);
}

/* --- admission --- */

/* A signed request has its time in it: the same bytes again are a telco that did not hear us, or somebody who
 * listened.  Either hears what the first heard, and nothing is done twice. */
static enum reason replayed(struct ingress *in, struct request *r, const struct wire_request *w)
{
    const struct shape *s = w->shape;

    r->replay = replays_key(r->provider->name, dialect_header(w, s->signature.header.p));
    switch (replays_take(in->replays, r->replay, w->now_ms, (int64_t)2 * s->signature.window_ms)) {
    case REPLAY_FRESH:
        return REASON_accepted;
    case REPLAY_UNDER_WAY:
        r->replay = 0; /* the first of them decides */
        return REASON_busy;
    case REPLAY_TAKEN:
        break;
    }
    r->replay = 0;
    /* All inputs of the session are in it: the same page comes out. */
    return r->door == DOOR_USSD && slice_is(s->ussd.text_is, "whole") ? REASON_accepted : REASON_replayed;
}

static enum reason authentic(struct ingress *in, struct request *r, const struct wire_request *w)
{
    if (!w->secret.n || !r->dialect->signs)
        return REASON_accepted;
    if (r->dialect->verify(w) != WIRE_OK)
        return REASON_bad_signature;
    return w->shape ? replayed(in, r, w) : REASON_accepted;
}

/* A part of which nobody can say where it belongs goes on by itself, without the figures at its ends: half of
 * one is a wrong value, and a message refused is a message lost. */
static enum reason lone_part(struct inbound *msg, struct arena *a)
{
    msg->text = segment_lone(msg->text, a);
    msg->text_was_broken = true;
    return REASON_accepted;
}

/* A part of a long SMS waits for the others; the last one makes *msg the whole. */
static enum reason join_parts(struct ingress *in, struct request *r, const struct wire_request *w,
                              struct arena *a, struct inbound *msg, int64_t *at_ms)
{
    struct segment_part part = {
        .provider = r->provider->name, .from = msg->from, .to = msg->to, .text = msg->text
    };
    enum wire_rc rc = r->dialect->part(w, a, &part);
    struct segment_whole whole;
    enum reason verdict;

    if (rc != WIRE_OK)
        return rc == WIRE_IGNORED ? REASON_accepted : lone_part(msg, a);
    verdict = http_parts_add(in->parts, &part, *at_ms, a, &whole);
    if (verdict == REASON_bad_shape)
        return lone_part(msg, a);
    if (verdict != REASON_accepted)
        return verdict;
    r->whole = whole.id;
    msg->text = whole.text;
    msg->provider_id = slice_make("", 0); /* of one part: the whole has none */
    *at_ms = whole.since_ms;
    return REASON_accepted;
}

/* Decodes message w->item and makes it whole; REASON_accepted when it may go on. */
static enum reason admit_one(struct ingress *in, struct request *r, const struct wire_request *w,
                             struct arena *a, struct inbound *msg)
{
    int64_t at_ms = clock_wall_ms();
    enum reason verdict = REASON_accepted;

    *msg = (struct inbound){ .kind = INBOUND_SMS };
    switch (request_decode(r->dialect, r->door, w, a, msg)) {
    case WIRE_OK:
        break;
    case WIRE_BAD_SIGNATURE:
        return REASON_bad_signature;
    case WIRE_BAD_SHAPE:
        return REASON_bad_shape;
    case WIRE_IGNORED:
        return r->door == DOOR_DLR ? REASON_dlr : REASON_ussd_page;
    }
    if (msg->kind == INBOUND_USSD && !msg->service_code.n)
        msg->service_code = in->config->service_code;
    if (msg->kind == INBOUND_SMS && r->dialect->part)
        verdict = join_parts(in, r, w, a, msg, &at_ms);
    if (verdict != REASON_accepted)
        return verdict;
    admission_complete(msg, r->provider, at_ms, a);
    if (a->failed)
        return REASON_busy;
    if (msg->kind != INBOUND_DLR && !rates_take(in->rates, in->config, msg, clock_mono_ms()))
        return REASON_rate_limited;
    return REASON_accepted;
}

/* What waited too long for its other parts goes on as it is. */
static void on_overdue(void *arg, const struct segment_whole *whole)
{
    struct ingress *in = arg;
    struct request r = { .provider = config_provider(in->config, whole->provider),
                         .door = DOOR_SMS,
                         .whole = whole->id };
    struct inbound msg = { .kind = INBOUND_SMS,
                           .from = whole->from,
                           .to = whole->to,
                           .text = whole->text,
                           .text_was_broken = whole->broken };
    struct held *h = r.provider ? hold(in, &r, &msg) : NULL;
    struct arena arena;

    if (!h) {
        http_parts_end(in->parts, whole->id, false);
        return;
    }
    arena_init(&arena, REQUEST_MEMORY);
    admission_complete(&msg, r.provider, whole->since_ms, &arena);
    in->ops.submit(in->ops.arg, &msg, on_answer, h);
    arena_free(&arena);
}

/* A body with a list of messages: one answer, when the last of them has its own.  One that is misshapen does
 * not hold up the others: it would come again just so. */
static void admit_many(struct ingress *in, struct request *r, struct wire_request *w, struct arena *a,
                       unsigned items)
{
    struct held *h = hold(in, r, &(struct inbound){ .kind = INBOUND_SMS });
    unsigned refused = 0;
    enum reason why = REASON_accepted;

    if (!h) {
        refuse(in, r, REASON_busy);
        return;
    }
    h->left = items + 1; /* ours is the last word */
    for (w->item = 0; w->item < items; w->item++) {
        struct inbound msg;
        enum reason reason = admit_one(in, r, w, a, &msg);

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

static void admit(struct ingress *in, struct request *r, const struct admission_path *path, struct arena *a)
{
    struct param headers[REQUEST_HEADERS];
    struct wire_request w;
    struct inbound msg = { .kind = INBOUND_SMS };
    enum reason verdict;
    unsigned items;

    if (evbuffer_get_length(evhttp_request_get_input_buffer(r->http)) > BODY_MAX) {
        refuse(in, r, REASON_too_large);
        return;
    }
    request_wire(r->http, r->provider, in->config->public_url, headers, a, &w);
    w.is_dlr = r->door == DOOR_DLR;
    w.session = path->session;
    w.call = path->call;
    verdict = authentic(in, r, &w);
    if (verdict == REASON_replayed && r->door == DOOR_SMS &&
        request_decode(r->dialect, r->door, &w, a, &msg) == WIRE_OK)
        r->id = msg.provider_id;
    if (verdict != REASON_accepted) {
        refuse(in, r, verdict);
        return;
    }
    items = r->dialect->items && r->door != DOOR_USSD ? r->dialect->items(&w, a) : 1;
    if (items > 1) {
        admit_many(in, r, &w, a, items);
        return;
    }
    verdict = admit_one(in, r, &w, a, &msg);
    if (verdict != REASON_accepted)
        refuse(in, r, verdict);
    else
        submit(in, r, &msg);
}

static void on_request(void *arg, struct evhttp_request *req)
{
    struct ingress *in = arg;
    struct slice target = slice_of(evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req)));
    struct admission_path path = admission_path(target);
    struct request r = { .http = req, .door = path.door };
    bool put = evhttp_request_get_command(req) == EVHTTP_REQ_PUT, calls;
    enum reason verdict;
    struct arena arena;

    if (path.door == DOOR_INBOX && !put) {
        emulator_inbox(in->emulator, in->config, req);
        return;
    }
    if (path.door != DOOR_NONE && path.door != DOOR_INBOX)
        r.provider = config_provider(in->config, path.provider);
    r.dialect = dialect_of(r.provider);
    if (!r.dialect) {
        r.provider = NULL;
        refuse(in, &r, REASON_no_such_provider);
        return;
    }
    calls = r.door == DOOR_USSD && r.dialect->calls_in_path;
    if (calls)
        admission_calls(&path);
    verdict = admission_check(r.provider, http_peer(req), path.token);
    if (verdict == REASON_accepted && put && !calls)
        verdict = REASON_bad_shape;
    if (verdict != REASON_accepted) {
        refuse(in, &r, verdict);
        return;
    }
    arena_init(&arena, REQUEST_MEMORY);
    admit(in, &r, &path, &arena);
    arena_free(&arena);
}

/* --- life --- */

struct ingress *ingress_open(struct loop *loop, const struct config *c, const struct ingress_ops *ops,
                             struct err *e)
{
    static const struct http_names names = { .cut = "ingress_cut_total",
                                             .odd = "ingress_odd_total",
                                             .open = "ingress_connections" };
    static const struct http_limits limits = { .names = &names,
                                               .methods = EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT,
                                               .header_bytes = HEADER_MAX,
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
        in->replays = replays_new();
    }
    if (in)
        in->parts = http_parts_new(loop, c->parts_ms, on_overdue, in);
    if (!in || !in->rates || !in->replays || !in->parts) {
        if (in) {
            rates_free(in->rates);
            replays_free(in->replays);
            http_parts_free(in->parts);
        }
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
    http_parts_wait(in->parts, c->parts_ms);
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
    replays_free(in->replays);
    http_parts_free(in->parts);
    free(in);
}
