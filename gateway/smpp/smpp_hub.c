/* smpp_hub.c - see smpp_hub.h. */
#include "gateway/smpp/smpp_hub.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"

enum {
    LINKS = 16, /* of one provider: 8 binds, each tx and rx */
    CONF_BYTES = 16384,
};

struct smpp_provider {
    struct smpp_hub *hub;
    struct arena arena; /* of what is below */
    struct provider_conf conf;
    struct smpp_habits habits;
    struct smpp_link *links[LINKS];
    unsigned links_n;
    unsigned ref;
    double tokens; /* requests that the rate allows now */
    int64_t tokens_ms;
};

struct smpp_hub {
    struct loop *loop;
    struct smpp_provider *providers[CONFIG_PROVIDERS];
    unsigned providers_n;
    void (*on_request)(void *, struct smpp_provider *, const struct smpp_ticket *, const struct smpp_pdu *);
    void *request_arg;
    void (*on_change)(void *, struct smpp_provider *);
    void *change_arg;
};

static void on_request(void *arg, const struct smpp_ticket *t, const struct smpp_pdu *pdu)
{
    struct smpp_provider *p = arg;

    if (p->hub->on_request)
        p->hub->on_request(p->hub->request_arg, p, t, pdu);
    else
        smpp_link_answer(t, SMPP_RX_T_APPN);
}

static void on_change(void *arg, struct smpp_link *l)
{
    struct smpp_provider *p = arg;

    (void)l;
    if (p->hub->on_change)
        p->hub->on_change(p->hub->change_arg, p);
}

/* --- configuration --- */

static void copy_conf(struct smpp_provider *p, const struct provider_conf *c)
{
    struct arena *a = &p->arena;

    p->conf = (struct provider_conf){ .name = arena_copy(a, c->name),
                                      .host = arena_copy(a, c->host),
                                      .system_id = arena_copy(a, c->system_id),
                                      .password = arena_copy(a, c->password),
                                      .system_type = arena_copy(a, c->system_type),
                                      .bind = arena_copy(a, c->bind),
                                      .ussd = arena_copy(a, c->ussd),
                                      .data_coding = arena_copy(a, c->data_coding),
                                      .long_sms = arena_copy(a, c->long_sms),
                                      .source_addr = arena_copy(a, c->source_addr),
                                      .dest_addr = arena_copy(a, c->dest_addr),
                                      .port = c->port,
                                      .window = c->window,
                                      .rate = c->rate,
                                      .binds = c->binds,
                                      .enquire_ms = c->enquire_ms,
                                      .response_ms = c->response_ms,
                                      .receipts = c->receipts };
    p->habits = (struct smpp_habits){ .name = p->conf.name.p,
                                      .ussd = smpp_ussd_preset(p->conf.ussd),
                                      .source_ton_npi = p->conf.source_addr,
                                      .dest_ton_npi = p->conf.dest_addr,
                                      .receipts = p->conf.receipts };
    if (slice_is(p->conf.long_sms, "sar"))
        p->habits.long_sms = SMPP_LONG_SAR;
    else if (slice_is(p->conf.long_sms, "payload"))
        p->habits.long_sms = SMPP_LONG_PAYLOAD;
    smpp_codings_default(&p->habits.codings);
    (void)!smpp_codings_override(&p->habits.codings, p->conf.data_coding); /* checked when it was loaded */
}

static bool same_conf(const struct provider_conf *a, const struct provider_conf *b)
{
    return slice_eq(a->host, b->host) && slice_eq(a->system_id, b->system_id) &&
           slice_eq(a->password, b->password) && slice_eq(a->system_type, b->system_type) &&
           slice_eq(a->bind, b->bind) && slice_eq(a->ussd, b->ussd) &&
           slice_eq(a->data_coding, b->data_coding) && slice_eq(a->long_sms, b->long_sms) &&
           slice_eq(a->source_addr, b->source_addr) && slice_eq(a->dest_addr, b->dest_addr) &&
           a->port == b->port && a->window == b->window && a->rate == b->rate && a->binds == b->binds &&
           a->enquire_ms == b->enquire_ms && a->response_ms == b->response_ms && a->receipts == b->receipts;
}

void smpp_hub_reload(struct smpp_hub *h, const struct config *c)
{
    for (unsigned i = 0; i < h->providers_n; i++) {
        const struct provider_conf *now = config_provider(c, h->providers[i]->conf.name);

        if (!now || !slice_is(now->dialect, "smpp") || !same_conf(now, &h->providers[i]->conf))
            log_event(LOG_WARN, "provider_needs_restart", "provider", h->providers[i]->conf.name.p, NULL);
    }
}

/* --- life --- */

static bool open_link(struct smpp_provider *p, enum smpp_mode mode)
{
    struct smpp_link_conf c = { .provider = p->conf.name.p,
                                .host = p->conf.host,
                                .port = p->conf.port,
                                .system_id = p->conf.system_id,
                                .password = p->conf.password,
                                .system_type = p->conf.system_type,
                                .mode = mode,
                                .window = p->conf.window,
                                .enquire_ms = p->conf.enquire_ms,
                                .response_ms = p->conf.response_ms };
    struct smpp_link_ops ops = { .on_request = on_request, .on_change = on_change, .arg = p };
    struct smpp_link *l = p->links_n < LINKS ? smpp_link_open(p->hub->loop, &c, &ops) : NULL;

    if (l)
        p->links[p->links_n++] = l;
    return l != NULL;
}

static bool open_provider(struct smpp_hub *h, const struct provider_conf *c)
{
    struct smpp_provider *p = calloc(1, sizeof *p);
    bool good = p != NULL;

    if (!p)
        return false;
    p->hub = h;
    h->providers[h->providers_n++] = p;
    arena_init(&p->arena, CONF_BYTES);
    copy_conf(p, c);
    p->ref = (unsigned)rnd_below(65536);
    p->tokens_ms = clock_mono_ms();
    p->tokens = 1;
    for (unsigned i = 0; good && i < p->conf.binds; i++)
        good = slice_is(p->conf.bind, "tx+rx") ? open_link(p, SMPP_TX) && open_link(p, SMPP_RX)
                                               : open_link(p, SMPP_TRX);
    return good && !p->arena.failed;
}

struct smpp_hub *smpp_hub_open(struct loop *loop, const struct config *c, struct err *e)
{
    struct smpp_hub *h = calloc(1, sizeof *h);
    bool good = h != NULL;

    if (h)
        h->loop = loop;
    for (unsigned i = 0; good && i < c->providers_n; i++)
        if (slice_is(c->providers[i].dialect, "smpp"))
            good = open_provider(h, &c->providers[i]);
    if (good)
        return h;
    if (h)
        smpp_hub_close(h);
    err_set(e, "smpp: out of memory");
    return NULL;
}

void smpp_hub_on_request(struct smpp_hub *h,
                         void (*f)(void *, struct smpp_provider *, const struct smpp_ticket *,
                                   const struct smpp_pdu *),
                         void *arg)
{
    h->on_request = f;
    h->request_arg = arg;
}

void smpp_hub_on_change(struct smpp_hub *h, void (*f)(void *, struct smpp_provider *), void *arg)
{
    h->on_change = f;
    h->change_arg = arg;
}

struct smpp_provider *smpp_hub_provider(struct smpp_hub *h, struct slice name)
{
    for (unsigned i = 0; i < h->providers_n; i++)
        if (slice_eq(h->providers[i]->conf.name, name))
            return h->providers[i];
    return NULL;
}

static unsigned count(const struct smpp_hub *h, bool (*f)(const struct smpp_link *))
{
    unsigned n = 0;

    for (unsigned i = 0; i < h->providers_n; i++)
        for (unsigned k = 0; k < h->providers[i]->links_n; k++)
            n += f(h->providers[i]->links[k]);
    return n;
}

void smpp_hub_drain(struct smpp_hub *h)
{
    for (unsigned i = 0; i < h->providers_n; i++)
        for (unsigned k = 0; k < h->providers[i]->links_n; k++)
            smpp_link_drain(h->providers[i]->links[k]);
}

unsigned smpp_hub_busy(const struct smpp_hub *h)
{
    return count(h, smpp_link_busy);
}

void smpp_hub_close(struct smpp_hub *h)
{
    h->on_change = NULL;
    h->on_request = NULL;
    for (unsigned i = 0; i < h->providers_n; i++) {
        struct smpp_provider *p = h->providers[i];

        for (unsigned k = 0; k < p->links_n; k++)
            smpp_link_close(p->links[k]);
        arena_free(&p->arena);
        free(p);
    }
    free(h);
}

/* --- one provider --- */

const struct smpp_habits *smpp_provider_habits(const struct smpp_provider *p)
{
    return &p->habits;
}

unsigned smpp_provider_ref(struct smpp_provider *p)
{
    return p->ref = (p->ref + 1) & 0xFFFF;
}

bool smpp_provider_ready(const struct smpp_provider *p)
{
    for (unsigned i = 0; i < p->links_n; i++)
        if (smpp_link_sends(p->links[i]) && !smpp_link_pause_ms(p->links[i]))
            return true;
    return false;
}

bool smpp_provider_bound(const struct smpp_provider *p)
{
    for (unsigned i = 0; i < p->links_n; i++)
        if (smpp_link_sends(p->links[i]))
            return true;
    return false;
}

unsigned smpp_provider_room(const struct smpp_provider *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->links_n; i++)
        n += smpp_link_room(p->links[i]);
    return n;
}

unsigned smpp_provider_under_way(const struct smpp_provider *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->links_n; i++)
        n += smpp_link_under_way(p->links[i]);
    return n;
}

static int64_t rate_wait_ms(struct smpp_provider *p, bool emergency)
{
    double needed = emergency || p->conf.rate < 10 ? 1 : 2;
    int64_t now;

    if (!p->conf.rate)
        return 0;
    now = clock_mono_ms();
    p->tokens += (double)(now - p->tokens_ms) * p->conf.rate / 1000;
    p->tokens_ms = now;
    /* A tenth of a second's worth may go at once: SMSCs that count per second count strictly. */
    if (p->tokens > 1 + p->conf.rate / 10.0)
        p->tokens = 1 + p->conf.rate / 10.0;
    return p->tokens >= needed ? 0 : (int64_t)((needed - p->tokens) * 1000 / p->conf.rate) + 1;
}

int64_t smpp_provider_wait_ms(struct smpp_provider *p, bool emergency)
{
    int64_t pause = INT64_MAX, rate = rate_wait_ms(p, emergency);

    for (unsigned i = 0; i < p->links_n; i++)
        if (smpp_link_sends(p->links[i]) && smpp_link_pause_ms(p->links[i]) < pause)
            pause = smpp_link_pause_ms(p->links[i]);
    if (pause == INT64_MAX)
        pause = 0;
    return pause > rate ? pause : rate;
}

bool smpp_provider_send(struct smpp_provider *p, struct smpp_link *by, struct smpp_pdu *pdu, smpp_sent_cb *cb,
                        void *arg)
{
    struct smpp_link *best = by && smpp_link_room(by) ? by : NULL;

    for (unsigned i = 0; !(by && best == by) && i < p->links_n; i++)
        if (smpp_link_room(p->links[i]) > (best ? smpp_link_room(best) : 0))
            best = p->links[i];
    if (!best || !smpp_link_send(best, pdu, cb, arg))
        return false;
    if (p->conf.rate)
        p->tokens -= 1;
    return true;
}
