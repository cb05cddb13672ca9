/* http_sink.c - see http_sink.h. */
#include "gateway/district/http_sink.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/delivery/http_send.h"
#include "gateway/district/halves.h"
#include "gateway/district/suspects.h"
#include "gateway/model/record.h"

enum {
    BATCH = 100,
    LINGER_MS = 50,
    BODY_MAX = 16 << 20,
    TIMEOUT_MS = 60 * 1000,
    ROW_ARENA = 16 << 20,
    HEX = 2 * SHA256_DIGEST_SIZE + 1,
    GOOD_MAX = 64 << 10,
};

struct http_sink {
    struct feed *feed;
    struct http_send *http;
    char *name, *url, *secret;
    size_t secret_n;
    struct item *items;
    unsigned items_n, suspects;
    struct suspects known;
    struct halves halves;
    struct buf body;
    struct buf good; /* an entry that was taken: it can be sent again and changes nothing; empty: none */
    bool forgets;    /* the request under way tells to forget somebody */
    bool probing;    /* it asks whether the receiver is well */
    struct arena scratch;
    bool again; /* the request under way is a second try at once: a kept connection may have been closed */
    uint64_t doubt; /* hash of an entry that came back when all was refused; 0 = none */
    bool vouched;   /* something was taken since, or in this batch */
    int status;     /* of the last answer; 0 = none yet */
};

static void next_range(struct http_sink *s);
static void end_batch(struct http_sink *s);
static bool send(struct http_sink *s);

static void to_hex(const uint8_t digest[SHA256_DIGEST_SIZE], char out[HEX])
{
    for (unsigned i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", digest[i]);
}

/* "<seconds>.<body>" under the key. */
static void sign(const struct http_sink *s, const char *seconds, char out[HEX])
{
    struct hmac_sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];

    hmac_sha256_set_key(&ctx, s->secret_n, (const uint8_t *)s->secret);
    hmac_sha256_update(&ctx, strlen(seconds), (const uint8_t *)seconds);
    hmac_sha256_update(&ctx, 1, (const uint8_t *)".");
    hmac_sha256_update(&ctx, s->body.n, (const uint8_t *)s->body.p);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    to_hex(digest, out);
}

/* The same for the same rows, whenever they are sent. */
static void key_of(const struct http_sink *s, char out[HEX])
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&ctx);
    sha256_update(&ctx, s->body.n, (const uint8_t *)s->body.p);
    sha256_digest(&ctx, sizeof digest, digest);
    to_hex(digest, out);
}

/* --- a request --- */

static bool is_about_content(int status)
{
    return status == 400 || status == 409 || status == 413 || status == 422;
}

/* A page is what a proxy says, a portal or a login, with 200 or with anything: not the receiver. */
static bool is_page(struct slice body)
{
    struct slice text = slice_trim(body);

    return text.n && text.p[0] == '<';
}

/* Nobody is brought back: what was taken before somebody was to be forgotten is not sent again. */
static void keep_good(struct http_sink *s, struct slice body)
{
    buf_clear(&s->good);
    if (!s->forgets)
        buf_add(&s->good, body);
    if (s->good.failed)
        buf_clear(&s->good);
}

static void taken(struct http_sink *s)
{
    struct range r;

    s->vouched = true;
    if (halves_now(&s->halves, &r))
        keep_good(s, s->items[r.from].body);
    halves_done(&s->halves);
}

/* 400 has many causes, a wrong port or path among them: whether the row is one shows when another is taken.
 */
static void refused(struct http_sink *s, int status)
{
    struct range r;
    struct err why;

    if (halves_split(&s->halves) || !halves_now(&s->halves, &r))
        return;
    err_set(&why, "http: refused with status %d", status);
    if (status == 400) {
        suspect(&s->items[r.from], &why);
        s->suspects++;
    } else {
        item_refuse(&s->items[r.from], why.text);
    }
    halves_done(&s->halves);
}

static void waits(struct http_sink *s, const struct http_result *a)
{
    struct err why;

    feed_not_before(s->feed, a->retry_after_ms);
    if (a->outcome == HTTP_ANSWERED)
        err_set(&why, "http: %sstatus %d", a->status / 100 == 2 ? "a page, not the receiver, says " : "",
                a->status);
    else
        err_set(&why, "http: %s (%s)",
                a->outcome == HTTP_NOT_REACHED ? "the receiver is not reached" : "the connection was lost",
                a->why);
    feed_ended(s->feed, &why);
}

static void on_answer(void *arg, const struct http_result *a)
{
    struct http_sink *s = arg;

    if (a->outcome == HTTP_LOST && a->kept && !s->again) {
        s->again = true;
        if (send(s))
            return;
    }
    s->again = false;
    if (s->probing) {
        s->vouched = a->outcome == HTTP_ANSWERED && a->status / 100 == 2 && !is_page(a->body);
        end_batch(s);
        return;
    }
    s->status = a->outcome == HTTP_ANSWERED ? a->status : 0;
    if (a->outcome == HTTP_ANSWERED && a->status / 100 == 2 && !is_page(a->body))
        taken(s);
    else if (a->outcome == HTTP_ANSWERED && is_about_content(a->status))
        refused(s, a->status);
    else {
        waits(s, a);
        return;
    }
    next_range(s);
}

/* An entry of the batch that is put off (or one that was taken), as a hash; 0 = none. */
static bool among(const struct http_sink *s, bool later, uint64_t *hash)
{
    for (unsigned i = 0; i < s->items_n; i++) {
        uint64_t h = slice_hash(s->items[i].body);

        if (s->items[i].later == later && !s->items[i].refused && (!*hash || *hash == h)) {
            *hash = h;
            return true;
        }
    }
    return false;
}

/* Every range has had its answer. */
static void end_batch(struct http_sink *s)
{
    struct err why = suspects_fault(s->items, s->items_n);
    bool blame = s->suspects && s->vouched;

    s->probing = false;
    if (blame || (s->doubt && among(s, false, &s->doubt)))
        s->doubt = 0; /* it is known now */
    if (s->suspects && !blame)
        (void)among(s, true, &s->doubt);
    else
        suspects_judge(&s->known, s->items, s->items_n);
    feed_ended(s->feed, s->suspects && !blame ? &why : NULL);
}

/* {"sink":…,"rows":[…]}: false when there is nothing to be sent. */
static bool fill(struct http_sink *s, struct item *items, unsigned items_n)
{
    unsigned n = 0;

    s->forgets = false;
    buf_clear(&s->body);
    buf_str(&s->body, "{\"sink\":");
    buf_json(&s->body, slice_of(s->name));
    buf_str(&s->body, ",\"rows\":[");
    for (unsigned i = 0; i < items_n; i++) {
        struct rows rows = rows_begin(items[i].body, &s->scratch);
        struct row row;
        struct buf *b = &s->body;
        size_t before = b->n;
        unsigned added = 0;

        if (items[i].refused)
            continue;
        arena_reset(&s->scratch);
        while (item_row(&items[i], &rows, &row)) {
            s->forgets = s->forgets || row.kind == ROW_FORGET;
            buf_str(b, n + added++ ? "," : "");
            buf_add(b, rows_json(&rows));
        }
        if (items[i].refused)
            b->n = before;
        else
            n += added;
    }
    buf_str(&s->body, "]}");
    return n > 0;
}

static bool send(struct http_sink *s)
{
    char seconds[24], sign_header[HEX + 40], time_header[64], key_header[HEX + 24], hex[HEX];
    struct wire_send w = { .url = slice_of(s->url), .content_type = S("application/json"), .headers_n = 3 };

    if (s->body.failed)
        return false;
    snprintf(seconds, sizeof seconds, "%lld", (long long)(clock_wall_ms() / 1000));
    snprintf(time_header, sizeof time_header, "Kentongan-Timestamp: %s", seconds);
    sign(s, seconds, hex);
    snprintf(sign_header, sizeof sign_header, "Kentongan-Signature: v1=%s", hex);
    key_of(s, hex);
    snprintf(key_header, sizeof key_header, "Idempotency-Key: %s", hex);
    w.body = buf_slice(&s->body);
    w.headers[0] = slice_of(time_header);
    w.headers[1] = slice_of(sign_header);
    w.headers[2] = slice_of(key_header);
    return http_send_start(s->http, &w, TIMEOUT_MS, on_answer, s);
}

/* 400 for all of it: a row, or a wrong port or path?  What was taken before, or no row at all, is taken by a
 * receiver that is well. */
static void probe(struct http_sink *s)
{
    struct item good = { .body = buf_slice(&s->good) };

    s->probing = true;
    (void)fill(s, &good, good.body.n ? 1 : 0);
    if (!send(s))
        end_batch(s);
}

static void next_range(struct http_sink *s)
{
    struct range r;

    while (halves_now(&s->halves, &r) && !fill(s, s->items + r.from, r.to - r.from))
        halves_done(&s->halves);
    if (!halves_now(&s->halves, &r) && s->suspects && !s->vouched)
        probe(s);
    else if (!halves_now(&s->halves, &r))
        end_batch(s);
    else if (!send(s))
        feed_ended(s->feed, &(struct err){ "http: out of memory" });
}

static void deliver(void *arg, struct item *items, unsigned n)
{
    struct http_sink *s = arg;

    s->items = items;
    s->items_n = n;
    s->suspects = 0;
    s->vouched = s->vouched && s->doubt; /* what was taken before the doubt says nothing of it */
    s->halves = halves_of(n);
    next_range(s);
}

/* --- the kind --- */

static void close_sink(void *self)
{
    struct http_sink *s = self;

    http_send_free(s->http); /* no answer comes any more */
    feed_close(s->feed);
    if (s->secret)
        explicit_bzero(s->secret, s->secret_n);
    free(s->secret);
    free(s->name);
    free(s->url);
    buf_free(&s->body);
    buf_free(&s->good);
    arena_free(&s->scratch);
    free(s);
}

static void *open_sink(const struct sink_host *host, const struct sink_conf *conf, struct err *e)
{
    struct http_sink *s = calloc(1, sizeof *s);
    struct feed_work work = { .deliver = deliver, .arg = s, .batch = BATCH, .linger_ms = LINGER_MS };
    char name[64], stream[80];

    err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
    if (!s)
        return NULL;
    buf_init(&s->body, BODY_MAX);
    buf_init(&s->good, GOOD_MAX);
    arena_init(&s->scratch, ROW_ARENA);
    s->http = http_send_new(host->loop, e);
    s->name = strndup(conf->name.p, conf->name.n);
    s->url = strndup(conf->url.p, conf->url.n);
    s->secret = strndup(conf->secret.p, conf->secret.n);
    s->secret_n = conf->secret.n;
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(conf->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(conf->name));
    if (s->http && s->name && s->url && s->secret)
        s->feed = feed_open(host->loop, host->store, stream, name, &work, e);
    if (s->feed)
        return s;
    close_sink(s);
    return NULL;
}

static const struct feed *feed(const void *self)
{
    const struct http_sink *s = self;

    return s->feed;
}

static void show(void *self, struct buf *b)
{
    const struct http_sink *s = self;

    if (s->status)
        buf_printf(b, "  answered  status %d\n", s->status);
}

static void check(const struct sink_conf *conf, struct faults *faults)
{
    if (conf->secret.n > 0 && conf->secret.n < 16)
        fault_add(faults, conf->mark,
                  "secret_file: the key has %zu letters; make one of 16 or more, as by "
                  "`openssl rand -hex 32`",
                  conf->secret.n);
}

const struct sink_kind http_kind = {
    .name = "http",
    .needs = " url secret_file ",
    .reads = " url secret_file ",
    .check = check,
    .open = open_sink,
    .feed = feed,
    .show = show,
    .close = close_sink,
};
