/* ingress.c - from a whole HTTP request to an inbound, and from an answer to a reply.  See ingress.h.
 *
 *   path -> provider -> address and token -> size -> signature -> decode -> rates -> pipeline ... -> answer
 *
 * A refusal at any step is a row of reason.def: counted, told to the telco in its own dialect.  A USSD caller
 * always gets a page. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/ingress/ingress_private.h"

enum {
    BODY_MAX = 64 * 1024,
    /* Up to here a body is read and refused in the provider's own shape; past it the listener says 413. */
    BODY_READ = 256 * 1024,
    COMING_MAX = 16 << 20, /* of requests that are not whole yet */
    HEADER_MAX = 16 * 1024,
    CONNECTIONS = 1024,
    OTHERS = 160, /* descriptors: Redis, SMPP, staff, files, what is being sent */
    REQUEST_MS = 10000,
    IDLE_MS = 30000,
};

/* --- admission --- */

/* A signed request has its time in it: the same bytes again are a telco that did not hear us, or somebody who
 * listened.  Either hears what the first heard, and nothing is done twice. */
static enum reason replayed(struct ingress *in, struct request *r, const struct wire_request *w)
{
    const struct shape *s = w->shape;

    if (!r->provider)
        return REASON_accepted; /* the path named none: refused before */
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
    struct held *h = NULL;
    struct arena arena;

    arena_init(&arena, REQUEST_MEMORY);
    if (r.provider) {
        admission_complete(&msg, r.provider, whole->since_ms, &arena);
        r.resend = resends_take(in->resends, &msg, &(struct resend_way){ .whole = whole->id },
                                clock_mono_ms(), &arena);
        h = ingress_hold(in, &r, &msg, 1);
    }
    if (h)
        in->ops.submit(in->ops.arg, &msg, ingress_on_answer, h);
    else
        http_parts_end(in->parts, whole->id, false);
    arena_free(&arena);
}

static void submit(struct ingress *in, const struct request *r, const struct inbound *msg)
{
    struct held *h = ingress_hold(in, r, msg, 1);

    if (!h) {
        ingress_refuse(in, r, REASON_busy);
        return;
    }
    in->ops.submit(in->ops.arg, msg, ingress_on_answer, h);
    http_enough(r->http);
}

static void admit(struct ingress *in, struct request *r, const struct admission_path *path, struct arena *a)
{
    struct wire_request w;
    struct inbound msg = { .kind = INBOUND_SMS };
    struct slice *each = NULL;
    enum reason verdict;
    int items;

    if (r->http->body.n > BODY_MAX) {
        ingress_refuse(in, r, REASON_too_large);
        return;
    }
    request_wire(r->http, r->provider, in->config->public_url, a, &w);
    w.is_dlr = r->door == DOOR_DLR;
    w.session = path->session;
    w.call = path->call;
    verdict = authentic(in, r, &w);
    if (verdict == REASON_replayed && r->door == DOOR_SMS &&
        request_decode(r->dialect, r->door, &w, a, &msg) == WIRE_OK)
        r->id = msg.provider_id;
    if (verdict != REASON_accepted) {
        ingress_refuse(in, r, verdict);
        return;
    }
    items = r->dialect->items && r->door != DOOR_USSD ? r->dialect->items(&w, a, &each) : -1;
    if (items > 1) {
        ingress_batch(in, r, &w, each, (unsigned)items);
        return;
    }
    if (items == 1) {
        w.body = each[0];
        w.in_list = true;
    }
    verdict = ingress_admit(in, r, &w, a, &msg);
    if (verdict != REASON_accepted)
        ingress_refuse(in, r, verdict);
    else
        submit(in, r, &msg);
}

static void on_request(void *arg, struct http_request *req)
{
    struct ingress *in = arg;
    struct admission_path path = admission_path(req->head.path);
    struct request r = { .http = req, .door = path.door, .line = http_line(in->http, req) };
    bool put = req->head.method == HTTP1_PUT, calls;
    struct admission_caller caller;
    enum reason verdict;
    struct arena arena;

    if (path.door == DOOR_INBOX && !put) {
        emulator_inbox(in->emulator, in->config, req);
        return;
    }
    if (path.door != DOOR_NONE && path.door != DOOR_INBOX)
        r.provider = config_provider(in->config, path.provider);
    r.dialect = ingress_dialect(r.provider);
    if (!r.dialect) {
        r.provider = NULL;
        ingress_refuse(in, &r, REASON_no_such_provider);
        return;
    }
    calls = r.door == DOOR_USSD && r.dialect->calls_in_path;
    if (calls)
        admission_calls(&path);
    caller = request_caller(req, in->config);
    verdict = admission_check(r.provider, &caller, path.token);
    if (verdict == REASON_accepted && put && !calls)
        verdict = REASON_bad_shape;
    if (verdict != REASON_accepted) {
        ingress_refuse(in, &r, verdict);
        return;
    }
    arena_init(&arena, REQUEST_MEMORY);
    admit(in, &r, &path, &arena);
    arena_free(&arena);
}

static bool welcomes(void *arg, struct slice peer)
{
    const struct ingress *in = arg;

    return admission_welcomes(in->config, peer);
}

/* --- life --- */

struct ingress *ingress_open(struct loop *loop, const struct config *c, const struct ingress_ops *ops,
                             struct err *e)
{
    static const struct http_names names = { .cut = "ingress_cut_total",
                                             .odd = "ingress_odd_total",
                                             .open = "ingress_connections",
                                             .crowded = "ingress_crowded_total",
                                             .unwelcome = "ingress_unwelcome_total" };
    static const struct http_limits limits = { .names = &names,
                                               .methods = HTTP1_GET | HTTP1_POST | HTTP1_PUT,
                                               .header_bytes = HEADER_MAX,
                                               .body_bytes = BODY_READ,
                                               .connections = CONNECTIONS,
                                               .per_address = CONNECTIONS * 3 / 4,
                                               .coming_bytes = COMING_MAX,
                                               .others = OTHERS,
                                               .welcomes = welcomes,
                                               .request_ms = REQUEST_MS,
                                               .idle_ms = IDLE_MS };
    struct ingress *in = calloc(1, sizeof *in);

    if (in) {
        in->loop = loop;
        in->config = c;
        in->ops = *ops;
        in->rates = rates_new();
        in->replays = replays_new();
        in->resends = resends_new();
    }
    if (in)
        in->parts = http_parts_new(loop, c->parts_ms, on_overdue, in);
    if (!in || !in->rates || !in->replays || !in->resends || !in->parts) {
        if (in) {
            rates_free(in->rates);
            replays_free(in->replays);
            resends_free(in->resends);
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
    ingress_forget_held(in);
    ingress_batches_free(in);
    if (in->emulator)
        emulator_free(in->emulator);
    if (in->http)
        http_close(in->http);
    rates_free(in->rates);
    replays_free(in->replays);
    resends_free(in->resends);
    http_parts_free(in->parts);
    free(in);
}
