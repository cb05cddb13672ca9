/* console.c - see console.h: from a request to its route, and who may take it. */
#include "gateway/console/console.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/whole_file.h"
#include "gateway/console/given.h"
#include "gateway/console/login.h"
#include "gateway/console/request.h"
#include "gateway/console/values.h"
#include "gateway/console/www.h"
#include "parsers/text.h"

enum {
    HASHERS = 2,
    HASHES_WAITING = 16,
    CSV_ROWS = 20000,
    CATALOGUE_MEMORY = 8 << 20,
};

/* --- what came in --- */

/* Behind a proxy on this machine: whom it speaks for. */
static struct slice address_of(struct request *r)
{
    struct slice peer = http_peer(r->req), chain = request_header(r, "X-Forwarded-For");
    struct slice last = S("");

    if (!config_is_loopback(peer) || !chain.n)
        return arena_copy(&r->arena, peer);
    while (chain.n)
        last = slice_trim(slice_cut(&chain, ','));
    return arena_copy(&r->arena, slice_take(last, 45));
}

static struct slice cookie_of(const struct request *r, const char *name)
{
    struct slice rest = request_header(r, "Cookie");

    while (rest.n) {
        struct slice pair = slice_trim(slice_cut(&rest, ';')), called = slice_cut(&pair, '=');

        if (slice_is(called, name))
            return pair;
    }
    return S("");
}

static void clean(struct params *p, struct arena *a)
{
    for (unsigned i = 0; i < p->n; i++) {
        p->item[i].name = text_valid_utf8(p->item[i].name, a);
        p->item[i].value = text_valid_utf8(p->item[i].value, a);
    }
}

static void read_body(struct request *r)
{
    params_add_query(&r->form, arena_copy(&r->arena, r->req->body), &r->arena);
    clean(&r->form, &r->arena);
}

/* Parameters called _x are what we give (given.h): nobody's to say. */
static void drop_ours(struct params *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->n; i++)
        if (!slice_starts(p->item[i].name, "_"))
            p->item[n++] = p->item[i];
    p->n = n;
}

static void read_path(struct request *r)
{
    r->path = text_valid_utf8(query_unescape(r->req->head.path, false, &r->arena), &r->arena);
    params_add_query(&r->params, arena_copy(&r->arena, r->req->head.query), &r->arena);
    drop_ours(&r->params);
    clean(&r->params, &r->arena);
    if (slice_ends(r->path, ".csv"))
        r->as = AS_CSV;
    else if (slice_ends(r->path, ".json"))
        r->as = AS_JSON;
    if (r->as == AS_PAGE)
        return;
    r->path = slice_take(r->path, r->path.n - (r->as == AS_CSV ? 4 : 5));
    if (!r->path.n)
        r->path = S("/");
}

/* --- the route --- */

static bool takes(struct request *r, const char *pattern)
{
    struct slice want = slice_of(pattern), have = r->path;

    while (want.n && have.n) {
        struct slice w = slice_cut(&want, '/'), h = slice_cut(&have, '/');

        if (w.n && w.p[0] == ':') {
            if (!h.n || h.n > 80 || r->params.n == PARAMS_MAX)
                return false;
            /* First, so that no query can stand in its place. */
            memmove(&r->params.item[1], &r->params.item[0], r->params.n * sizeof r->params.item[0]);
            r->params.item[0] = (struct param){ slice_skip(w, 1), h };
            r->params.n++;
        } else if (!slice_eq(w, h)) {
            return false;
        }
    }
    return !want.n && !have.n;
}

static const struct route *route_of(struct request *r)
{
    for (unsigned i = 0; i < console_routes_n; i++) {
        unsigned before = r->params.n;

        if (takes(r, console_routes[i].path))
            return &console_routes[i];
        if (r->params.n != before) { /* half a fit */
            memmove(&r->params.item[0], &r->params.item[1], before * sizeof r->params.item[0]);
            r->params.n = before;
        }
    }
    return NULL;
}

/* --- who may --- */

/* "https://konsol.example" is ours when it is what the browser says it asked. */
static bool origin_ok(const struct request *r, bool must)
{
    struct slice origin = request_header(r, "Origin"), host = request_header(r, "Host");
    struct slice site = request_header(r, "Sec-Fetch-Site");

    if (site.n && !slice_is(site, "same-origin") && !slice_is(site, "none"))
        return false;
    if (!origin.n)
        return !must;
    if (slice_starts(origin, "http://"))
        origin = slice_skip(origin, 7);
    else if (slice_starts(origin, "https://"))
        origin = slice_skip(origin, 8);
    else
        return false;
    return host.n && slice_eq(origin, host);
}

static void nobody_here(struct request *r)
{
    if (r->as != AS_PAGE || slice_is(r->path, "/arus"))
        request_send(r, 401, "text/plain; charset=utf-8", S("401\n"), NULL);
    else
        request_redirect(r, S("/masuk"));
}

static void refuse_act(struct request *r, const char *why)
{
    request_audit(r, r->path.p, S(""), slice_of(why), "refused");
    request_refuse(r, 403, why);
}

static void on_guarded(void *arg, const struct node *what)
{
    struct request *r = arg;

    r->now_ms = clock_wall_ms();
    if (r->console->stopped)
        return;
    r->values = values_copy(what, &r->arena);
    if (node_get(what, r->route->guard->name))
        r->route->act(r);
    else if (node_bool(what, "elsewhere"))
        refuse_act(r, "wilayah");
    else
        request_refuse(r, 404, "tidak_ada");
}

static bool ask(struct request *r, const struct reader_part *parts, unsigned n,
                void (*done)(void *, const struct node *))
{
    struct reader_ask a = { .parts = parts,
                            .parts_n = n,
                            .params = &r->params,
                            .area = slice_of(r->area),
                            .who = slice_of(r->who),
                            .now_ms = r->now_ms,
                            .reveal = r->reveal,
                            .most = r->as == AS_CSV ? CSV_ROWS : 0 };
    struct roster *roster = console_roster(r->console);

    given_add(r);
    return roster && reader_ask(r->console->reader, roster, &a, done, r);
}

static void act(struct request *r)
{
    read_body(r);
    if (!origin_ok(r, true)) {
        refuse_act(r, "asal");
    } else if (!session_token_ok(r->session, request_field(r, "token"))) {
        refuse_act(r, "token");
    } else if (!r->route->act) {
        request_refuse(r, 405, "cara");
    } else if (r->role < r->route->act_least) {
        refuse_act(r, "peran");
    } else if (r->route->reasoned && !request_field(r, "alasan").n) {
        request_back(r, false, request_text(r, "umum.tanpa_alasan"), r->path.p);
    } else if (!r->route->guard) {
        r->route->act(r);
    } else if (!ask(r, r->route->guard, 1, on_guarded)) {
        request_refuse(r, 503, "sibuk");
    }
}

/* --- a page --- */

static void on_answers(void *arg, const struct node *what)
{
    struct request *r = arg;
    const struct page *page = r->route->page;
    bool one = page->parts[0].kind == READ_ONE || page->parts[0].kind == READ_LOG_ONE;

    if (r->console->stopped)
        return;
    if (one && !node_get(what, page->parts[0].name)) {
        if (node_bool(what, "elsewhere"))
            refuse_act(r, "wilayah");
        else if (node_bool(what, "away"))
            request_refuse(r, 503, "sibuk");
        else
            request_refuse(r, 404, "tidak_ada");
        return;
    }
    /* The answers are the reader's: what is shown later must be the request's own. */
    r->values = values_copy(what, &r->arena);
    if (page->more)
        page->more(r);
    else
        page_show(r);
}

static void show(struct request *r)
{
    const struct page *page = r->route->page;

    r->reveal = page && page->reveals && session_may_see(r->session, r->path, r->now_ms);
    if (r->route->get) {
        r->route->get(r);
    } else if (!page) {
        request_refuse(r, 405, "cara");
    } else if (!page->parts_n) {
        r->values = node_object(&r->arena);
        if (page->more)
            page->more(r);
        else
            page_show(r);
    } else {
        if (!ask(r, page->parts, page->parts_n, on_answers))
            request_refuse(r, 503, "sibuk");
    }
}

static void asset(struct request *r)
{
    static const struct http_header more[] = { { "Content-Encoding", "gzip" },
                                               { "Cache-Control", "public, max-age=31536000, immutable" },
                                               { NULL, NULL } };
    struct slice body;
    const char *type;

    if (www_asset(slice_skip(r->path, strlen("/aset/")), &body, &type))
        request_send(r, 200, type, body, more);
    else
        request_send(r, 404, "text/plain; charset=utf-8", S("404\n"), NULL);
}

static void take(struct request *r)
{
    if (slice_starts(r->path, "/aset/")) {
        asset(r);
        return;
    }
    if (r->session) {
        r->session_serial = r->session->serial;
        r->role = r->session->role;
        memcpy(r->who, r->session->name, sizeof r->who);
        memcpy(r->area, r->session->area, sizeof r->area);
    }
    if (slice_is(r->path, "/masuk") && r->as == AS_PAGE) {
        if (r->is_post)
            read_body(r);
        if (r->is_post && !origin_ok(r, false))
            refuse_act(r, "asal");
        else if (r->is_post)
            login_post(r);
        else
            login_get(r);
        return;
    }
    if (!r->session) {
        nobody_here(r);
        return;
    }
    r->route = route_of(r);
    if (!r->route)
        request_refuse(r, 404, "tidak_ada");
    else if (r->role < r->route->least)
        refuse_act(r, "peran");
    else if (r->is_post)
        act(r);
    else if (slice_is(r->path, "/arus") && !origin_ok(r, false))
        refuse_act(r, "asal");
    else
        show(r);
}

void console_request(struct console *c, struct http *http, struct http_request *req)
{
    struct request *r = calloc(1, sizeof *r);

    c->http = http;
    if (!r) {
        http_reply(http, req, &(struct http_reply){ .status = 503, .retry_after_s = 5 });
        return;
    }
    r->console = c;
    r->http = http;
    r->req = req;
    r->at = &c->requests;
    r->next = c->requests;
    if (r->next)
        r->next->at = &r->next;
    c->requests = r;
    arena_init(&r->arena, REQUEST_MEMORY);
    r->now_ms = clock_wall_ms();
    r->is_post = req->head.method == HTTP1_POST;
    r->address = address_of(r);
    read_path(r);
    r->session = session_find(c->sessions, cookie_of(r, "kentongan"), r->now_ms);
    r->english = slice_is(request_param(r, "bahasa"), "en") ||
                 (!request_param(r, "bahasa").n && slice_is(cookie_of(r, "bahasa"), "en"));
    r->chooses = request_param(r, "bahasa").n > 0;
    take(r);
}

void console_heard(struct console *c, const struct inbound *in, enum reason reason)
{
    live_heard(c->live, in, reason);
}

/* --- life --- */

static int read_key(const char *path, unsigned char key[32], struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, key, 32);

    if (fd >= 0)
        close(fd);
    if (n == 32)
        return 0;
    rnd_bytes(key, 32);
    return whole_file_put(path, key, 32) == 0 ? 0 : err_set(e, "%s: %s", path, strerror(errno));
}

static int read_texts(struct console *c, struct err *e)
{
    static const char *const languages[LANGUAGES] = { "id", "en" };
    struct faults faults = { 0 };

    for (unsigned i = 0; i < LANGUAGES; i++)
        c->texts[i] = catalogue_load(c->ops.config(c->ops.arg)->texts, languages[i], &c->arena, &faults);
    if (faults_count(&faults) || !c->texts[0] || !c->texts[1])
        err_set(e, "console: %s", faults.n ? faults.lines[0] : "no catalogue");
    faults_free(&faults);
    return c->texts[0] && c->texts[1] ? 0 : -1;
}

static int open_files(struct console *c, struct err *e)
{
    const struct config *config = c->ops.config(c->ops.arg);
    char state[400], path[512], district[512] = "";

    snprintf(state, sizeof state, "%.*s", SLICE_ARG(config->state));
    (void)config_district_file(config, district, sizeof district);
    snprintf(path, sizeof path, "%s/console.key", state);
    if (read_key(path, c->key, e) != 0 || read_texts(c, e) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/accounts.json", state);
    c->accounts = accounts_open(path, e);
    snprintf(path, sizeof path, "%s/audit.jsonl", state);
    c->audit = c->accounts ? audit_open(path, e) : NULL;
    if (!c->audit)
        return -1;
    c->reader = reader_open(c->loop, district, state);
    return c->reader ? 0 : err_set(e, "console: out of memory");
}

struct console *console_open(struct loop *loop, const struct console_ops *ops, struct err *e)
{
    struct console *c = calloc(1, sizeof *c);

    if (!c || sodium_init() < 0) {
        free(c);
        err_set(e, "console: out of memory");
        return NULL;
    }
    c->loop = loop;
    c->ops = *ops;
    arena_init(&c->arena, CATALOGUE_MEMORY);
    c->sessions = sessions_new();
    c->hashers = crew_new(loop, HASHERS, HASHES_WAITING);
    c->live = live_new(c);
    if (!c->sessions || !c->hashers || !c->live)
        err_set(e, "console: out of memory");
    else if (open_files(c, e) == 0)
        return c;
    console_close(c);
    return NULL;
}

void console_stop(struct console *c)
{
    if (!c)
        return;
    c->stopped = true;
    live_close_all(c->live);
}

void console_close(struct console *c)
{
    if (!c)
        return;
    c->stopped = true;
    crew_free(c->hashers, free);
    reader_close(c->reader);
    live_free(c->live);
    while (c->requests)
        request_end(c->requests);
    sessions_free(c->sessions);
    accounts_close(c->accounts);
    audit_close(c->audit);
    roster_drop(c->roster);
    arena_free(&c->arena);
    arena_free(&c->map_arena);
    free(c);
}
