/* emulator.c - see emulator.h. */
#include "gateway/ingress/emulator.h"

#include <stdlib.h>

#include "gateway/ingress/request.h"
#include "gateway/model/reason.h"
#include "parsers/msisdn.h"
#include "parsers/query.h"

enum {
    WAIT_MAX_S = 60,
    WAITING_MAX = 64, /* handsets; past it one is answered at once: who waits has a connection for good */
    ANSWER_MAX = 64 * 1024 * 1024,
    QUERY_MEMORY = 64 * 1024,
};

struct emulator {
    struct http *http;
    struct inbox *inbox;
    struct waiting *first;
    unsigned waiting_n;
    bool releasing;
};

struct waiting {
    struct emulator *emulator;
    struct http_request *req;
    struct inbox_wait *wait;
    struct waiting *next, **at;
    struct msisdn who;
    uint64_t after;
    int offset_min;
};

struct emulator *emulator_new(struct http *http, struct inbox *inbox)
{
    struct emulator *e = calloc(1, sizeof *e);

    if (e) {
        e->http = http;
        e->inbox = inbox;
    }
    return e;
}

static void refuse(struct emulator *e, struct http_request *req, enum reason reason)
{
    struct arena arena;
    struct slice body;

    reason_count(reason);
    arena_init(&arena, 1024);
    body = arena_printf(&arena, "{\"error\":\"%s\"}", reason_name(reason));
    http_reply(e->http, req,
               &(struct http_reply){
                   .status = reason_http(reason), .content_type = "application/json", .body = body });
    arena_free(&arena);
}

static void answer(struct waiting *w)
{
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    inbox_print(w->emulator->inbox, msisdn_slice(&w->who), w->after, w->offset_min, &b);
    http_reply(
        w->emulator->http, w->req,
        &(struct http_reply){ .status = 200, .content_type = "application/json", .body = buf_slice(&b) });
    buf_free(&b);
}

static void on_ready(void *arg)
{
    struct waiting *w = arg;

    answer(w);
    w->emulator->waiting_n--;
    *w->at = w->next;
    if (w->next)
        w->next->at = w->at;
    free(w);
}

static const struct provider_conf *emulator_provider(const struct config *c)
{
    for (unsigned i = 0; i < c->providers_n; i++)
        if (slice_is(c->providers[i].dialect, "emulator"))
            return &c->providers[i];
    return NULL;
}

void emulator_inbox(struct emulator *e, const struct config *c, struct http_request *req)
{
    const struct provider_conf *p = emulator_provider(c);
    struct waiting now = { .emulator = e, .req = req, .offset_min = c->utc_offset_min }, *w;
    struct params f = { .n = 0 };
    struct admission_caller caller;
    struct arena arena;
    uint64_t wait_s = 0;
    bool filled;

    if (!p || !e->inbox) {
        refuse(e, req, REASON_no_such_provider);
        return;
    }
    caller = request_caller(req, c);
    if (admission_check(p, &caller, p->token) != REASON_accepted) {
        refuse(e, req, REASON_bad_address);
        return;
    }
    arena_init(&arena, QUERY_MEMORY);
    params_add_query(&f, req->head.query, &arena);
    filled = params_get(&f, PARAM_NAMES("msisdn")).n > 0;
    if (filled && !msisdn_parse(slice_trim(params_get(&f, PARAM_NAMES("msisdn"))), &now.who)) {
        arena_free(&arena);
        refuse(e, req, REASON_bad_shape);
        return;
    }
    if (!slice_to_u64(params_get(&f, PARAM_NAMES("wait")), &wait_s) || wait_s > WAIT_MAX_S)
        wait_s = params_get(&f, PARAM_NAMES("wait")).n ? WAIT_MAX_S : 0;
    if (!slice_to_u64(params_get(&f, PARAM_NAMES("after")), &now.after))
        now.after = 0;
    arena_free(&arena);
    w = wait_s && !e->releasing && e->waiting_n < WAITING_MAX ? malloc(sizeof *w) : NULL;
    if (!w) {
        answer(&now);
        return;
    }
    *w = now;
    w->next = e->first;
    if (w->next)
        w->next->at = &w->next;
    w->at = &e->first;
    e->first = w;
    e->waiting_n++;
    w->wait = inbox_wait(e->inbox, msisdn_slice(&w->who), w->after, (int64_t)wait_s * 1000, on_ready, w);
    if (!w->wait)
        on_ready(w);
}

void emulator_release(struct emulator *e)
{
    e->releasing = true;
    for (struct waiting *w = e->first, *next; w; w = next) {
        next = w->next;
        inbox_wait_cancel(w->wait);
        answer(w);
        free(w);
    }
    e->first = NULL;
    e->waiting_n = 0;
}

void emulator_free(struct emulator *e)
{
    for (struct waiting *w = e->first, *next; w; w = next) {
        next = w->next;
        inbox_wait_cancel(w->wait);
        free(w);
    }
    free(e);
}
