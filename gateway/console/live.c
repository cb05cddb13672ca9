/* live.c - /arus: who watches sees a line for each message as it is carried out.
 *
 * The last lines are kept, so that a browser that lost the line goes on where it was (Last-Event-ID).  A
 * frame leaves five times a second at most, with at most FRAME_LINES lines and the number of the others; one
 * who reads too slowly is skipped and told how many lines that were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/console/request.h"
#include "gateway/store/store.h"

enum {
    RING = 1024,
    FRAME_MS = 200,
    FRAME_LINES = 40,
    BEAT_MS = 15000,
    OUT_MOST = 256 * 1024,
    WATCHERS = 100,
    LINE_MEMORY = 64 * 1024,
};

struct live_line {
    char *json;
    char place[32]; /* of whose message it is; empty: nobody's, shown to those who see everything */
};

struct watcher {
    struct live *live;
    struct http_stream *stream;
    struct watcher *next;
    uint64_t next_line; /* the first that it has not had */
    uint64_t skipped;
    unsigned session_serial;
    char area[ACCOUNT_AREA];
    bool gone;
};

struct live {
    struct console *console;
    struct loop_timer *frame;
    struct live_line ring[RING];
    uint64_t n; /* lines so far */
    struct watcher *watchers;
    unsigned watchers_n;
    int64_t beat_ms;
};

/* --- lines --- */

static void put(struct buf *b, const char *name, struct slice value)
{
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, value);
}

void live_heard(struct live *l, const struct inbound *in, enum reason reason)
{
    const struct ruleset *rules = l->console->ops.rules(l->console->ops.arg);
    const struct person *p = directory_person(&rules->directory, in->from);
    struct live_line *line = &l->ring[l->n % RING];
    struct roster *roster;
    struct arena a;
    struct buf b;

    if (!l->watchers)
        return;
    roster = console_roster(l->console);
    if (!roster)
        return;
    arena_init(&a, LINE_MEMORY * 4);
    buf_init(&b, LINE_MEMORY);
    buf_printf(&b, "{\"id\":\"%s\",\"at\":%lld", in->kind == INBOUND_SMS ? store_message_uuid(in).text : "",
               (long long)in->received_ms);
    put(&b, "kind", in->kind == INBOUND_USSD ? S("ussd") : S("sms"));
    put(&b, "provider", in->provider);
    put(&b, "who", slice_of(log_who(in->from).text));
    put(&b, "role", p ? slice_of(role_name(p->role)) : S(""));
    put(&b, "place", p && p->place ? p->place->name : S(""));
    put(&b, "desa", p && p->place && place_village(p->place) ? place_village(p->place)->code : S(""));
    put(&b, "reason", slice_of(reason_name(reason)));
    put(&b, "text", roster_mask(roster, slice_take(in->text, 400), S(""), &a));
    buf_char(&b, '}');
    free(line->json);
    line->json = b.failed ? NULL : strndup(b.p, b.n);
    snprintf(line->place, sizeof line->place, "%.*s", SLICE_ARG(p ? p->place_code : S("")));
    l->n++;
    buf_free(&b);
    arena_free(&a);
}

/* --- frames --- */

static bool may_see(const struct live *l, const struct watcher *w, const struct live_line *line)
{
    const struct ruleset *rules = l->console->ops.rules(l->console->ops.arg);

    return area_has(rules, slice_of(w->area), directory_place(&rules->directory, slice_of(line->place)));
}

static void frame(struct live *l, struct watcher *w, bool beat)
{
    uint64_t oldest = l->n > RING ? l->n - RING : 0;
    unsigned lines = 0;
    struct buf b;

    if (w->next_line < oldest) {
        w->skipped += oldest - w->next_line;
        w->next_line = oldest;
    }
    if (w->next_line == l->n && !beat)
        return;
    buf_init(&b, OUT_MOST);
    for (uint64_t i = w->next_line; i < l->n; i++) {
        const struct live_line *line = &l->ring[i % RING];

        if (!line->json || !may_see(l, w, line))
            continue;
        if (lines++ < FRAME_LINES)
            buf_printf(&b, "id: %llu\nevent: pesan\ndata: %s\n\n", (unsigned long long)i + 1, line->json);
        else
            w->skipped++;
    }
    if (w->skipped)
        buf_printf(&b, "event: lewat\ndata: %llu\n\n", (unsigned long long)w->skipped);
    if (beat)
        buf_str(&b, ": hidup\n\n");
    if (b.n && !b.failed && http_stream_send(w->stream, buf_slice(&b), OUT_MOST))
        w->skipped = 0;
    else
        w->skipped += lines < FRAME_LINES ? lines : FRAME_LINES;
    w->next_line = l->n;
    buf_free(&b);
}

static void on_gone(void *arg)
{
    struct watcher *w = arg;

    w->gone = true; /* freed by the next frame: it may be in the middle of one */
}

static void bury(struct live *l)
{
    struct watcher **at = &l->watchers;

    while (*at) {
        struct watcher *w = *at;

        if (w->gone) {
            *at = w->next;
            l->watchers_n--;
            free(w);
        } else {
            at = &w->next;
        }
    }
}

static void on_frame(void *arg)
{
    struct live *l = arg;
    int64_t now = clock_mono_ms();
    bool beat = now - l->beat_ms > BEAT_MS;

    if (beat)
        l->beat_ms = now;
    for (struct watcher *w = l->watchers; w; w = w->next) {
        if (w->gone)
            continue;
        if (!session_by_serial(l->console->sessions, w->session_serial)) {
            w->gone = true;
            http_stream_end(w->stream);
            continue;
        }
        frame(l, w, beat);
    }
    bury(l);
    if (l->watchers)
        loop_timer_set(l->frame, FRAME_MS);
}

/* --- watchers --- */

static uint64_t last_id(struct request *r, const struct live *l)
{
    struct slice s = request_header(r, "Last-Event-ID");
    uint64_t id = 0;

    return slice_to_u64(s, &id) && id <= l->n ? id : l->n;
}

void live_watch(struct request *r)
{
    static const struct http_header more[] = { { "X-Accel-Buffering", "no" },
                                               { "X-Content-Type-Options", "nosniff" },
                                               { NULL, NULL } };
    struct live *l = r->console->live;
    struct watcher *w = l->watchers_n < WATCHERS ? calloc(1, sizeof *w) : NULL;

    if (!w) {
        request_refuse(r, 503, "sibuk");
        return;
    }
    w->live = l;
    w->session_serial = r->session_serial;
    memcpy(w->area, r->area, sizeof w->area);
    w->next_line = last_id(r, l);
    w->stream = http_stream_begin(r->http, r->req, "text/event-stream; charset=utf-8", more, on_gone, w);
    request_end(r);
    if (!w->stream) {
        free(w);
        return;
    }
    (void)http_stream_send(w->stream, S("retry: 2000\n\n"), OUT_MOST);
    w->next = l->watchers;
    l->watchers = w;
    l->watchers_n++;
    loop_timer_set(l->frame, FRAME_MS);
}

void live_close_all(struct live *l)
{
    for (struct watcher *w = l->watchers; w; w = w->next)
        if (!w->gone) {
            w->gone = true;
            http_stream_end(w->stream);
        }
}

struct live *live_new(struct console *c)
{
    struct live *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->console = c;
    l->frame = loop_timer_new(c->loop, "console: live lines", on_frame, l);
    if (l->frame)
        return l;
    free(l);
    return NULL;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    for (struct watcher *w = l->watchers; w; w = w->next)
        w->gone = true;
    bury(l);
    for (unsigned i = 0; i < RING; i++)
        free(l->ring[i].json);
    loop_timer_free(l->frame);
    free(l);
}
