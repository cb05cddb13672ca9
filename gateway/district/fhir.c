/* fhir.c - see fhir.h. */
#include "gateway/district/fhir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/delivery/http_send.h"
#include "gateway/district/fhir_bundle.h"
#include "gateway/district/fhir_merge.h"
#include "gateway/district/fhir_turn.h"
#include "gateway/district/oauth.h"

enum {
    BATCH = 8, /* bundles under way at once */
    LINGER_MS = 200,
    TIMEOUT_MS = 20000,
    BUNDLE_MAX = 1 << 20,
    ARENA_MAX = 8 << 20,
    FORM_MAX = 4096,
};

struct fhir_sink;

enum step {
    SEND_BUNDLE,
    SEND_GONE, /* the batch behind it */
    ASK_PERSON,
    PUT_PERSON,
};

/* One entry on its way: a bundle, or the people of a merge one after the other. */
struct sending {
    struct fhir_sink *sink;
    struct item *item;
    struct row_list rows; /* of it that go; the batch's */
    struct buf gone;      /* the batch that is to follow; empty = none */
    enum step step;
    unsigned person; /* which one of the entry */
};

struct fhir_sink {
    struct feed *feed;
    struct http_send *http;
    const struct ruleset *rules;
    char *url, *token_url, *client_id, *client_secret, *organization;
    struct oauth oauth;
    struct item *items;          /* the batch under way */
    struct row_list rows[BATCH]; /* of each */
    unsigned items_n, open, sent;
    struct sending sending[BATCH];
    struct fhir_turn *turn;
    struct arena arena; /* of the batch */
    struct err trouble; /* of this batch: the receiver is away, or refuses us */
    uint64_t bundles;
};

/* --- the end of a batch --- */

static void one_over(struct fhir_sink *s)
{
    if (--s->open > 0)
        return;
    fhir_turn_give(s->turn);
    feed_ended(s->feed, s->trouble.text[0] ? &s->trouble : NULL);
}

static void trouble(struct fhir_sink *s, const char *what, int status)
{
    if (!s->trouble.text[0] && status)
        err_set(&s->trouble, "fhir: %s: http %d", what, status);
    else if (!s->trouble.text[0])
        err_set(&s->trouble, "fhir: %s", what);
}

/* --- bundles --- */

static bool never(int status)
{
    return status == 400 || status == 409 || status == 410 || status == 412 || status == 413 || status == 422;
}

static void refuse(struct sending *g, int status, struct slice why)
{
    g->item->refused = true;
    err_set(&g->item->reason, "http %d, %.*s", status, SLICE_ARG(slice_take(why, 90)));
}

static void on_answer(void *arg, const struct http_result *r);

/* path: empty is the base, which takes bundles; a body makes it a PUT there. */
static void request(struct sending *g, struct slice path, struct slice body, struct arena *a)
{
    struct fhir_sink *s = g->sink;
    struct wire_send w = { .get = g->step == ASK_PERSON,
                           .put = g->step == PUT_PERSON,
                           .url = path.n ? arena_printf(a, "%s/%.*s", s->url, SLICE_ARG(path))
                                         : slice_of(s->url),
                           .content_type = S("application/fhir+json"),
                           .body = body };

    w.headers[w.headers_n++] = S("Accept: application/fhir+json");
    w.headers[w.headers_n++] =
        S("Prefer: return=minimal"); /* an answer of many resources is longer than we read */
    if (s->oauth.token[0])
        w.headers[w.headers_n++] = arena_printf(a, "Authorization: Bearer %s", s->oauth.token);
    s->open++;
    if (a->failed || !http_send_start(s->http, &w, TIMEOUT_MS, on_answer, g)) {
        trouble(s, "memory is out", 0);
        g->item->later = true;
        one_over(s);
    }
}

static struct fhir_about about(const struct fhir_sink *s)
{
    return (struct fhir_about){ .map = s->rules->fhir,
                                .organization =
                                    s->organization ? slice_of(s->organization) : s->rules->district,
                                .utc_offset_min = s->rules->utc_offset_min };
}

/* The next one of the people of a merge; nothing when there is none. */
static void ask_person(struct sending *g, struct arena *a)
{
    struct fhir_about who = about(g->sink);
    struct person_row p;

    if (!fhir_merge_person(&g->rows, g->person, &p))
        return;
    g->step = ASK_PERSON;
    request(g, fhir_merge_query(&who, &p, a), S(""), a);
}

static void put_person(struct sending *g, struct slice answer, struct arena *a)
{
    struct fhir_about who = about(g->sink);
    struct person_row p;
    struct slice path;
    struct buf b;

    buf_init(&b, BUNDLE_MAX);
    if (fhir_merge_person(&g->rows, g->person, &p) && fhir_merge_put(&who, &p, answer, a, &path, &b)) {
        g->step = PUT_PERSON;
        request(g, path, buf_slice(&b), a);
    } else {
        g->person++;
        ask_person(g, a);
    }
    buf_free(&b);
}

/* It was taken; what is to follow follows. */
static void taken(struct sending *g, const struct http_result *r, struct arena *a)
{
    if (g->step == ASK_PERSON) {
        put_person(g, r->body, a);
    } else if (g->step == PUT_PERSON) {
        g->person++;
        ask_person(g, a);
    } else if (g->step == SEND_BUNDLE && g->gone.n) {
        g->step = SEND_GONE;
        request(g, S(""), buf_slice(&g->gone), a);
    } else {
        g->sink->bundles++;
    }
}

/* A status 2xx says little: a proxy, or a fault in the body, has one too. */
static void judge(struct sending *g, const struct http_result *r, struct arena *a)
{
    struct slice why = S("");
    enum fhir_verdict v =
        g->step == PUT_PERSON ? FHIR_TAKEN : fhir_verdict(r->body, g->step == SEND_GONE, a, &why);

    if (v == FHIR_REFUSED) {
        refuse(g, r->status, why);
    } else if (v == FHIR_NOT_NOW) {
        g->item->later = true;
        trouble(g->sink, arena_copy(a, why).p, r->status);
    } else {
        taken(g, r, a);
    }
}

static void on_answer(void *arg, const struct http_result *r)
{
    struct sending *g = arg;
    struct fhir_sink *s = g->sink;
    struct arena a;

    arena_init(&a, ARENA_MAX);
    if (r->outcome != HTTP_ANSWERED) {
        trouble(s, arena_printf(&a, "the receiver does not answer (%s)", r->why).p, 0);
        g->item->later = true;
    } else if (r->status >= 200 && r->status < 300) {
        judge(g, r, &a);
    } else if (never(r->status)) {
        refuse(g, r->status, fhir_fault(r->body, &a));
    } else {
        if (r->status == 401)
            oauth_drop(&s->oauth);
        g->item->later = true;
        feed_not_before(s->feed, r->retry_after_ms);
        trouble(s,
                r->status == 401 || r->status == 403 ? "the receiver refuses our credentials"
                : r->status == 404                   ? "there is nothing at this url"
                                                     : "the receiver cannot take it now",
                r->status);
    }
    arena_free(&a);
    one_over(s);
}

static void send_item(struct fhir_sink *s, unsigned i, const struct row_list *rows)
{
    struct fhir_about who = about(s);
    struct sending *g = &s->sending[i];
    struct arena a;
    struct buf bundle;

    arena_init(&a, ARENA_MAX);
    buf_init(&bundle, BUNDLE_MAX);
    buf_free(&g->gone);
    *g = (struct sending){ .sink = s, .item = &s->items[i], .rows = *rows };
    buf_init(&g->gone, BUNDLE_MAX);
    switch (fhir_bundle(&who, rows, &a, &bundle, &g->gone, &s->items[i].reason)) {
    case FHIR_READY:
        request(g, S(""), buf_slice(&bundle), &a);
        break;
    case FHIR_BROKEN:
        s->items[i].refused = true;
        break;
    case FHIR_NOTHING:
        ask_person(g, &a);
        break;
    }
    buf_free(&bundle);
    arena_free(&a);
}

/* The store has told which versions may go. */
static void on_turn(void *arg, bool known)
{
    struct fhir_sink *s = arg;

    if (!known)
        trouble(s, "whether a newer version went is not known: Redis is away", 0);
    for (unsigned i = 0; i < s->items_n && known; i++) {
        struct row_list rows;

        if (!fhir_turn_rows(s->turn, i, &s->arena, &rows))
            s->items[i].later = true;
        else if (rows.n)
            send_item(s, i, &rows);
    }
    one_over(s);
}

static void send_all(struct fhir_sink *s)
{
    arena_reset(&s->arena);
    s->open++; /* ours, until all have left */
    for (unsigned i = 0; i < s->items_n; i++)
        if (rows_all(s->items[i].body, &s->arena, &s->rows[i], &s->items[i].reason) != 0) {
            s->items[i].refused = true;
            s->rows[i].n = 0;
        }
    fhir_turn_take(s->turn, s->rows, s->items_n, on_turn, s);
}

/* --- the token: one fetch for all --- */

static void on_token(void *arg, const struct http_result *r)
{
    struct fhir_sink *s = arg;

    feed_not_before(s->feed, r->retry_after_ms);
    if (oauth_take(&s->oauth, r))
        send_all(s);
    else
        trouble(s, "no token: look at token_url, client_id and client_secret_file",
                r->outcome == HTTP_ANSWERED ? r->status : 0);
    one_over(s);
}

static void fetch_token(struct fhir_sink *s)
{
    struct buf form;
    struct wire_send w;

    buf_init(&form, FORM_MAX);
    oauth_form(&form, slice_of(s->client_id), slice_of(s->client_secret), true);
    w = (struct wire_send){ .url = slice_of(s->token_url),
                            .content_type = S("application/x-www-form-urlencoded"),
                            .body = buf_slice(&form) };
    s->open++;
    if (!http_send_start(s->http, &w, TIMEOUT_MS, on_token, s)) {
        trouble(s, "memory is out", 0);
        one_over(s);
    }
    buf_free(&form);
}

static void deliver(void *arg, struct item *items, unsigned n)
{
    struct fhir_sink *s = arg;

    s->items = items;
    s->items_n = n;
    s->trouble.text[0] = '\0';
    if (s->token_url && !oauth_live(&s->oauth))
        fetch_token(s);
    else
        send_all(s);
}

/* --- the sink --- */

static void check(const struct sink_conf *c, struct faults *x)
{
    if (!c->url.n)
        fault_add(x, c->mark, "a sink of kind fhir needs url: the base of the FHIR service");
    if (c->token_url.n && (!c->client_id.n || !c->client_secret.n))
        fault_add(x, c->mark, "token_url needs client_id and client_secret_file");
    if (!c->token_url.n && (c->client_id.n || c->client_secret.n))
        fault_add(x, c->mark, "client_id and client_secret_file do nothing without token_url");
}

static char *copy(struct slice s)
{
    return s.n ? strndup(s.p, s.n) : NULL;
}

static void close_sink(void *self)
{
    struct fhir_sink *s = self;

    http_send_free(s->http); /* no answer comes any more */
    for (unsigned i = 0; i < BATCH; i++)
        buf_free(&s->sending[i].gone);
    if (s->turn)
        fhir_turn_give(s->turn);
    fhir_turn_free(s->turn);
    feed_close(s->feed);
    if (s->client_secret)
        explicit_bzero(s->client_secret, strlen(s->client_secret));
    arena_free(&s->arena);
    free(s->url);
    free(s->token_url);
    free(s->client_id);
    free(s->client_secret);
    free(s->organization);
    oauth_drop(&s->oauth);
    free(s);
}

static void *open_sink(const struct sink_host *host, const struct sink_conf *c, struct err *e)
{
    struct fhir_sink *s = calloc(1, sizeof *s);
    struct feed_work work = { .deliver = deliver, .arg = s, .batch = BATCH, .linger_ms = LINGER_MS };
    char name[64], stream[80];

    err_set(e, "sink %.*s: out of memory", SLICE_ARG(c->name));
    if (!s)
        return NULL;
    arena_init(&s->arena, ARENA_MAX);
    s->turn = fhir_turn_new(host->store, c->name);
    s->http = http_send_new(host->loop, e);
    s->rules = host->rules;
    s->url = copy(c->url);
    s->token_url = copy(c->token_url);
    s->client_id = copy(c->client_id);
    s->client_secret = copy(c->client_secret);
    s->organization = copy(c->organization);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(c->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(c->name));
    if (s->http && s->turn)
        s->feed = feed_open(host->loop, host->store, stream, name, &work, e);
    if (s->feed)
        return s;
    close_sink(s);
    return NULL;
}

static void reload(void *self, const struct ruleset *rules)
{
    struct fhir_sink *s = self;

    s->rules = rules;
}

static const struct feed *feed(const void *self)
{
    const struct fhir_sink *s = self;

    return s->feed;
}

static void show(void *self, struct buf *b)
{
    const struct fhir_sink *s = self;

    buf_printf(b, "  bundles %llu", (unsigned long long)s->bundles);
    if (s->token_url)
        buf_printf(b, ", token %s", s->oauth.token[0] ? "held" : "none");
    buf_char(b, '\n');
}

const struct sink_kind fhir_kind = {
    .name = "fhir",
    .needs = " url ",
    .reads = " url token_url client_id client_secret_file organization profile ",
    .check = check,
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .show = show,
    .close = close_sink,
};
