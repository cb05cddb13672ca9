/* ingress_answer.c - what a telco hears over HTTP, at once or when the pipeline calls back.  See
 * ingress_private.h. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/conf/texts.h"
#include "gateway/ingress/ingress_private.h"

enum {
    RETRY_AFTER_S = 10,
    HELD_MAGIC = 0x68656c64,
};

struct held {
    unsigned magic;
    struct ingress *ingress;  /* NULL: closed meanwhile */
    struct http_request *req; /* NULL: nobody waits for an answer */
    bool ussd, over;          /* over: a notice that the session ended */
    uint64_t replay, whole, resend;
    unsigned left;     /* messages of this request that are not answered yet */
    enum reason worst; /* one that is to come again makes the whole request come again */
    struct held *next, **at;
    struct slice provider, id, session, from; /* behind this struct */
    char mem[];
};

static void reply(struct ingress *in, struct http_request *req, const struct wire_answer *a)
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

const struct dialect *ingress_dialect(const struct provider_conf *p)
{
    return p ? dialect_by_name(p->dialect) : NULL;
}

static void reply_ussd(struct ingress *in, struct http_request *req, const struct provider_conf *p,
                       struct wire_page *page, const struct answer *said)
{
    struct wire_answer answer;
    struct arena arena;

    arena_init(&arena, REQUEST_MEMORY);
    page->shape = p ? p->shape : NULL;
    page->ends = said->screen.n ? said->screen_ends : true;
    page->text = said->screen.n ? said->screen : ingress_spare_page(in->ops.rules, said->reason, &arena);
    dialect_answer_ussd(ingress_dialect(p), page, &arena, &answer);
    reply(in, req, &answer);
    arena_free(&arena);
}

static void reply_outcome(struct ingress *in, struct http_request *req, const struct provider_conf *p,
                          struct wire_outcome *what)
{
    struct wire_answer answer;
    struct arena arena;

    arena_init(&arena, REQUEST_MEMORY);
    what->shape = p ? p->shape : NULL;
    dialect_answer(ingress_dialect(p), what, &arena, &answer);
    reply(in, req, &answer);
    arena_free(&arena);
}

/* What must be known of an answer by those who remember requests. */
static void remember(struct ingress *in, uint64_t replay, uint64_t whole, uint64_t resend, bool taken)
{
    if (replay)
        replays_end(in->replays, replay, taken);
    if (whole)
        http_parts_end(in->parts, whole, taken);
    resends_answered(in->resends, resend, taken, clock_mono_ms());
}

void ingress_refuse(struct ingress *in, const struct request *r, enum reason reason)
{
    bool heard = reason_http(reason) == 200;

    reason_count(reason);
    remember(in, r->replay, 0, r->resend, heard);
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

struct held *ingress_hold(struct ingress *in, const struct request *r, const struct inbound *msg,
                          unsigned left)
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
    h->resend = r->resend;
    h->left = left;
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

    remember(in, h->replay, h->whole, h->resend, reason_http(reason) == 200);
    if (!h->req)
        return;
    if (h->ussd)
        reply_ussd(in, h->req, p,
                   &(struct wire_page){ .session = h->session, .from = h->from, .over = h->over }, said);
    else
        reply_outcome(in, h->req, p, &(struct wire_outcome){ .reason = reason, .id = h->id });
}

void ingress_on_answer(void *arg, const struct answer *said)
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

void ingress_forget_held(struct ingress *in)
{
    for (struct held *h = in->held; h; h = h->next)
        h->ingress = NULL;
}
