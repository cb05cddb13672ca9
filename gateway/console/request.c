/* request.c - see request.h: what comes in made plain, and the ways to answer. */
#include "gateway/console/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "gateway/base/csv_cell.h"
#include "gateway/console/values.h"
#include "parsers/text.h"

static const struct http_header guards[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    /* Not no-referrer: with it a browser says `Origin: null` of its own forms. */
    { "Referrer-Policy", "same-origin" },
    { "Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
                                 " connect-src 'self'; form-action 'self'; base-uri 'none';"
                                 " frame-ancestors 'none'" },
};

enum {
    GUARDS = sizeof guards / sizeof *guards,
    HEADERS = GUARDS + 8,
    SQUEEZE_FROM = 1400, /* bytes of one packet */
};

struct slice request_param(const struct request *r, const char *name)
{
    const char *const names[] = { name, NULL };

    return params_get(&r->params, names);
}

struct slice request_field(const struct request *r, const char *name)
{
    const char *const names[] = { name, NULL };

    return slice_trim(params_get(&r->form, names));
}

struct slice request_header(const struct request *r, const char *name)
{
    return http1_header(&r->req->head, name);
}

struct session *request_session(const struct request *r)
{
    return session_by_serial(r->console->sessions, r->session_serial);
}

struct slice request_text(const struct request *r, const char *key)
{
    struct slice text = slice_of(key);

    (void)catalogue_find(r->console->texts[r->english], slice_of(key), &text);
    return text;
}

void request_audit(const struct request *r, const char *act, struct slice of, struct slice why,
                   const char *outcome)
{
    audit_add(r->console->audit, r->now_ms,
              &(struct audit_line){ .who = slice_of(r->who),
                                    .role = r->role ? slice_of(account_role_name(r->role)) : S(""),
                                    .address = r->address,
                                    .act = slice_of(act),
                                    .of = of,
                                    .why = why,
                                    .outcome = slice_of(outcome) });
}

void request_end(struct request *r)
{
    *r->at = r->next;
    if (r->next)
        r->next->at = r->at;
    arena_free(&r->arena);
    free(r);
}

/* A page of rows is a tenth of its size on the line.  False: as it is. */
static bool squeeze(struct request *r, struct slice body, struct slice *small)
{
    z_stream z = { 0 };
    uLong room = compressBound((uLong)body.n) + 32;
    char *out = arena_raw(&r->arena, room);
    bool done;

    if (!out || deflateInit2(&z, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (Bytef *)(uintptr_t)body.p;
    z.avail_in = (uInt)body.n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    *small = slice_make(out, z.total_out);
    deflateEnd(&z);
    return done;
}

static bool accepts_gzip(const struct request *r)
{
    struct slice all = request_header(r, "Accept-Encoding");

    while (all.n)
        if (slice_starts(slice_trim(slice_cut(&all, ',')), "gzip"))
            return true;
    return false;
}

static bool may_squeeze(const struct request *r, const char *type, struct slice body)
{
    return body.n >= SQUEEZE_FROM && accepts_gzip(r) &&
           (strncmp(type, "text/html", 9) == 0 || strncmp(type, "text/csv", 8) == 0 ||
            strcmp(type, "application/json") == 0);
}

void request_send(struct request *r, int status, const char *type, struct slice body,
                  const struct http_header *more)
{
    struct http_header all[HEADERS] = { { NULL, NULL } };
    unsigned n = 0;

    if (may_squeeze(r, type, body) && squeeze(r, body, &body))
        all[n++] = (struct http_header){ "Content-Encoding", "gzip" };

    for (unsigned i = 0; i < GUARDS; i++)
        all[n++] = guards[i];
    if (r->chooses)
        all[n++] =
            (struct http_header){ "Set-Cookie",
                                  r->english ? "bahasa=en; Path=/; SameSite=Strict; Max-Age=31536000"
                                             : "bahasa=id; Path=/; SameSite=Strict; Max-Age=31536000" };
    for (; more && more->name && n < HEADERS - 1; more++)
        all[n++] = *more;
    all[n] = (struct http_header){ NULL, NULL };
    http_reply(r->http, r->req,
               &(struct http_reply){ .status = status,
                                     .content_type = type,
                                     .body = body,
                                     .retry_after_s = status == 503 || status == 429 ? 30 : 0,
                                     .headers = all });
    request_end(r);
}

void request_redirect(struct request *r, struct slice to)
{
    /* Ours alone, whatever a form said. */
    bool ours = slice_starts(to, "/") && !slice_starts(to, "//") && slice_find(to, '\\') == (size_t)-1 &&
                slice_find(to, '\n') == (size_t)-1 && slice_find(to, '\r') == (size_t)-1;
    struct http_header more[] = { { "Location", ours ? arena_copy(&r->arena, to).p : "/" }, { NULL, NULL } };

    request_send(r, 303, "text/plain; charset=utf-8", S(""), more);
}

void request_back(struct request *r, bool good, struct slice said, const char *back)
{
    struct session *s = request_session(r);
    struct slice to = request_field(r, "kembali");

    if (s)
        session_say(s, good, said);
    request_redirect(r, to.n ? to : slice_of(back));
}

/* --- pages --- */

/* `kuncil=nilai&…` of this page without its key, for links to the same question in another shape. */
static struct slice query_without_key(struct request *r)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 8192);
    for (unsigned i = 0; i < r->params.n; i++) {
        const struct param *p = &r->params.item[i];

        if (slice_is(p->name, "before") || slice_is(p->name, "bahasa") || slice_starts(p->name, "_") ||
            !p->value.n)
            continue;
        query_pair(&b, arena_copy(&r->arena, p->name).p, p->value);
    }
    s = arena_copy(&r->arena, buf_slice(&b));
    buf_free(&b);
    return s;
}

static struct node *asked(struct request *r)
{
    struct node *q = node_object(&r->arena);

    for (unsigned i = 0; i < r->params.n; i++)
        if (!node_get_named(q, r->params.item[i].name))
            node_set_named(
                q, r->params.item[i].name,
                node_of_text(&r->arena, session_kept(request_session(r), r->params.item[i].value)));
    return q;
}

static const struct {
    const char *path, *key;
    enum account_role least;
} menu[] = {
    { "/", "menu.hari", ACCOUNT_VIEWER },
    { "/pesan", "menu.pesan", ACCOUNT_VIEWER },
    { "/parkir", "menu.parkir", ACCOUNT_VIEWER },
    { "/rujukan", "menu.rujukan", ACCOUNT_VIEWER },
    { "/sinyal", "menu.sinyal", ACCOUNT_VIEWER },
    { "/pws", "menu.pws", ACCOUNT_VIEWER },
    { "/kelengkapan", "menu.kelengkapan", ACCOUNT_VIEWER },
    { "/orang", "menu.orang", ACCOUNT_VIEWER },
    { "/tempat", "menu.tempat", ACCOUNT_VIEWER },
    { "/kirim", "menu.kirim", ACCOUNT_VIEWER },
    { "/sistem", "menu.sistem", ACCOUNT_VIEWER },
    { "/akun", "menu.akun", ACCOUNT_ADMIN },
    { "/audit", "menu.audit", ACCOUNT_ADMIN },
};

static struct node *menu_of(struct request *r)
{
    struct node *list = node_list(&r->arena);

    for (size_t i = 0; i < sizeof menu / sizeof *menu; i++) {
        struct node *o;
        size_t n = strlen(menu[i].path);

        if (r->role < menu[i].least)
            continue;
        o = node_object(&r->arena);
        node_put(o, "path", slice_of(menu[i].path));
        node_put(o, "text", request_text(r, menu[i].key));
        node_put_bool(o, "here",
                      slice_is(r->path, menu[i].path) ||
                          (n > 1 && slice_starts(r->path, menu[i].path) && r->path.p[n] == '/'));
        node_add(list, o);
    }
    return list;
}

/* What stands around every page. */
static struct node *around(struct request *r, const char *template)
{
    struct node *o = node_object(&r->arena), *said;
    struct session *s = request_session(r);
    const struct place *area =
        directory_place(&r->console->ops.rules(r->console->ops.arg)->directory, slice_of(r->area));
    struct slice title = S(""), key = arena_printf(&r->arena, "%s.judul", template);

    (void)catalogue_find(r->console->texts[r->english], key, &title);
    node_put(o, "title", title);
    node_put(o, "lang", r->english ? S("en") : S("id"));
    node_put_bool(o, "english", r->english);
    node_put(o, "path", r->path);
    node_put(o, "qs", query_without_key(r));
    node_set(o, "q", asked(r));
    node_put_int(o, "now", r->now_ms);
    node_put_bool(o, "revealed", r->reveal);
    node_put(o, "district", r->console->ops.rules(r->console->ops.arg)->district);
    if (!s)
        return o;
    node_put(o, "who", slice_of(r->who));
    node_put(o, "role", slice_of(account_role_name(r->role)));
    node_put(o, "area", area ? area->name : slice_of(r->area));
    node_put_bool(o, "officer", r->role >= ACCOUNT_OFFICER);
    node_put_bool(o, "admin", r->role >= ACCOUNT_ADMIN);
    node_put_bool(o, "can_reveal",
                  r->route && r->route->page && r->route->page->reveals && r->role >= ACCOUNT_OFFICER &&
                      !r->reveal);
    node_put(o, "token", slice_of(s->token));
    node_put_bool(o, "once", s->once);
    node_set(o, "menu", menu_of(r));
    said = node_object(&r->arena);
    if (s->said[0]) {
        node_put(said, "text", arena_str(&r->arena, s->said));
        node_put_bool(said, "good", s->said_good);
        node_set(o, "said", said);
        s->said[0] = '\0';
    }
    return o;
}

void request_page(struct request *r, int status, const char *template)
{
    struct view_look look = { .texts = r->console->texts[r->english],
                              .utc_offset_min = r->console->ops.rules(r->console->ops.arg)->utc_offset_min,
                              .now_ms = r->now_ms };
    struct node *outer = around(r, template);
    struct slice whole;
    struct buf b;

    buf_init(&b, PAGE_MAX);
    view_render(&b, "kepala", r->values, outer, &look);
    view_render(&b, template, r->values, outer, &look);
    view_render(&b, "kaki", r->values, outer, &look);
    whole = buf_slice(&b);
    request_send(r, b.failed ? 500 : status, "text/html; charset=utf-8", whole, NULL);
    buf_free(&b);
}

void request_refuse(struct request *r, int status, const char *key)
{
    char whole[64];
    struct slice text;

    snprintf(whole, sizeof whole, "salah.%s", key);
    text = request_text(r, whole);
    if (r->as != AS_PAGE) {
        request_send(r, status, "text/plain; charset=utf-8",
                     arena_printf(&r->arena, "%.*s\n", SLICE_ARG(text)), NULL);
        return;
    }
    r->values = node_object(&r->arena);
    node_put(r->values, "why", text);
    node_put_int(r->values, "status", status);
    request_page(r, status, "salah");
}

/* --- CSV and JSON --- */

static struct slice cell_of(const struct node *o, struct arena *a)
{
    if (o->kind == NODE_NUMBER)
        return arena_printf(a, "%lld", (long long)o->number);
    return o->kind == NODE_TEXT ? o->text : S("");
}

static const struct node *table_of(const struct request *r)
{
    const struct node *rows = node_get(r->values, "rows");

    if (rows && rows->kind == NODE_LIST)
        return rows;
    for (const struct node *o = node_first(r->values); o; o = o->next)
        if (o->kind == NODE_LIST)
            return o;
    return NULL;
}

/* What the names of columns are taken from: the first row, else the head that the reader left. */
static const struct node *head_of(struct request *r, const struct node *rows)
{
    const struct node *first = node_first(rows);

    if (first || !rows)
        return first;
    return node_get(r->values, arena_printf(&r->arena, "_%.*s", SLICE_ARG(rows->key)).p);
}

/* A sheet reads a moment as date and time of the district; ms and RFC 3339 are for programs. */
static struct slice sheet_cell(const struct request *r, const struct node *o, struct arena *a)
{
    static const char *const none[] = { "tenggat", "sejak" }; /* 0: there is none */
    int64_t ms = o->kind == NODE_NUMBER && o->number >= INT64_C(1000000000000) ? o->number : 0;
    char text[32];
    struct tm tm;
    time_t at;

    for (size_t i = 0; o->kind == NODE_NUMBER && o->number == 0 && i < sizeof none / sizeof *none; i++)
        if (slice_is(o->key, none[i]))
            return S("");
    if (!ms && (o->kind != NODE_TEXT || o->text.n < 20 || !text_rfc3339(o->text, &ms)))
        return cell_of(o, a);
    at = (time_t)(ms / 1000 + (int64_t)r->console->ops.rules(r->console->ops.arg)->utc_offset_min * 60);
    gmtime_r(&at, &tm);
    return strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) ? arena_copy(a, slice_of(text))
                                                                 : cell_of(o, a);
}

static void put_line(struct request *r, struct buf *b, const struct node *row, bool names, char sep)
{
    bool any = false;

    for (const struct node *c = node_first(row); c; c = c->next) {
        if (c->key.n && c->key.p[0] == '_')
            continue;
        if (any)
            buf_char(b, sep);
        csv_cell(b, names ? c->key : sheet_cell(r, c, &r->arena));
        any = true;
    }
    buf_str(b, "\r\n");
}

static void put_csv(struct request *r, struct buf *b, char sep)
{
    const struct node *rows = table_of(r), *head = head_of(r, rows);

    buf_str(b, "\xEF\xBB\xBF");
    if (head)
        put_line(r, b, head, true, sep);
    for (const struct node *row = node_first(rows); row; row = row->next)
        put_line(r, b, row, false, sep);
}

static void send_csv(struct request *r)
{
    struct slice sep = request_param(r, "sep");
    struct http_header more[] = { { "Content-Disposition", "attachment; filename=\"kentongan.csv\"" },
                                  { NULL, NULL } };
    struct buf b;

    buf_init(&b, PAGE_MAX);
    put_csv(r, &b, slice_is(sep, ";") ? ';' : ',');
    request_send(r, 200, "text/csv; charset=utf-8", buf_slice(&b), more);
    buf_free(&b);
}

static void send_json(struct request *r)
{
    struct buf b;

    buf_init(&b, PAGE_MAX);
    node_write(&b, values_public(r->values, &r->arena));
    buf_char(&b, '\n');
    request_send(r, 200, "application/json", buf_slice(&b), NULL);
    buf_free(&b);
}

/* The key of the last row, when there may be more behind it. */
static void put_next(struct request *r)
{
    const struct reader_part *p = r->route->page->parts_n ? &r->route->page->parts[0] : NULL;
    const struct node *rows = p ? node_get(r->values, p->name) : NULL;
    const struct node *key;

    if (!rows || rows->kind != NODE_LIST || !p->limit || rows->n < p->limit)
        return;
    key = node_get(rows->last, "_key");
    if (key)
        node_put(r->values, "next", cell_of(key, &r->arena));
}

void page_show(struct request *r)
{
    if (r->as != AS_CSV)
        put_next(r);
    if (r->as == AS_CSV)
        send_csv(r);
    else if (r->as == AS_JSON)
        send_json(r);
    else
        request_page(r, 200, r->route->page->name);
}
