/* audit.c - see audit.h.
 *
 * The counts are of one moment; why something is parked is asked after them, a stream at a time. */
#include "gateway/desk/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/node.h"
#include "gateway/conf/texts.h"

enum {
    MEMORY = 8 << 20,
    ANSWER_MAX = 1 << 20,
    LOOKED_AT = 1000, /* of what is parked in one stream */
    REASONS_MAX = 8,  /* that are told of one stream */
};

struct why {
    struct slice reason;
    uint64_t n;
};

/* A stream, or the parked messages (its stream is then all zero but for its name). */
struct audited {
    struct store_audit_stream of;
    struct slice trouble;
    struct why whys[REASONS_MAX];
    unsigned whys_n;
};

struct asked {
    struct store *store;
    struct slice language;
    const struct text_set *texts;
    ctl_done *done;
    void *ctx;
    bool json;
    int utc_offset_min;
    unsigned under_way;
    struct desk desk;
    struct store_audit audit;
    bool away;
    struct audited *rows; /* the parked messages, then each stream */
    unsigned rows_n, next;
    struct buf out;
    struct arena arena; /* holds all above, and itself */
};

/* --- for people --- */

static void say(struct asked *a, const char *indent, const char *key, const struct text_fill *fills,
                unsigned n)
{
    buf_str(&a->out, indent);
    buf_add(&a->out, text_fill(a->texts, a->language, key, fills, n, &a->arena));
    buf_char(&a->out, '\n');
}

static struct slice number(struct asked *a, int64_t n)
{
    return arena_printf(&a->arena, "%lld", (long long)n);
}

static struct slice clock_text(struct asked *a, int64_t ms, const char *format)
{
    time_t at = (time_t)(ms / 1000 + (int64_t)a->utc_offset_min * 60);
    char text[32];
    struct tm tm;

    gmtime_r(&at, &tm);
    return arena_copy(&a->arena, slice_make(text, strftime(text, sizeof text, format, &tm)));
}

/* A line of counts: n1, n2 … in order. */
static void say_counts(struct asked *a, const char *key, struct slice stream, const int64_t *counts,
                       unsigned n)
{
    static const char *const slots[] = { "n1", "n2", "n3", "n4", "n5", "n6", "n7" };
    struct text_fill fills[8] = { { "aliran", stream } };

    for (unsigned i = 0; i < n && i < sizeof slots / sizeof *slots; i++)
        fills[i + 1] = (struct text_fill){ slots[i], number(a, counts[i]) };
    say(a, "", key, fills, n + 1);
}

static void say_when(struct asked *a, const char *indent, const char *key, int64_t ms, uint64_t in_hand)
{
    const struct text_fill fills[] = { { "tanggal", clock_text(a, ms, "%Y-%m-%d") },
                                       { "jam", clock_text(a, ms, "%H:%M") },
                                       { "n1", number(a, (int64_t)in_hand) } };

    say(a, indent, key, fills, 3);
}

static void say_whys(struct asked *a, const struct audited *r)
{
    if (r->trouble.n)
        say(a, "  ", "audit.why", &(struct text_fill){ "rincian", r->trouble }, 1);
    for (unsigned i = 0; i < r->whys_n; i++) {
        const struct text_fill fills[] = { { "n1", number(a, (int64_t)r->whys[i].n) },
                                           { "rincian", r->whys[i].reason } };

        say(a, "  ", "audit.parked_why", fills, 2);
    }
}

static void say_missing(struct asked *a, const char *name, int64_t missing)
{
    if (missing)
        say_counts(a, "audit.missing", slice_of(name), &missing, 1);
}

static void say_messages(struct asked *a)
{
    const struct store_audit *u = &a->audit;
    const int64_t messages[] = { (int64_t)(u->carried_out + u->parked_first + u->spooled),
                                 (int64_t)u->carried_out, (int64_t)u->parked_first, (int64_t)u->spooled,
                                 a->under_way };
    const int64_t parked[] = { (int64_t)u->parkings, (int64_t)u->parked, (int64_t)u->released,
                               (int64_t)u->dropped };
    const int64_t rows = (int64_t)u->with_rows, way = (int64_t)u->on_their_way;

    say_when(a, "", "audit.since", u->since_ms, 0);
    say_counts(a, "audit.messages", S(""), messages, 5);
    say_counts(a, "audit.rows", S(""), &rows, 1);
    say_counts(a, "audit.parked", S(""), parked, 4);
    say_whys(a, &a->rows[0]);
    if (way)
        say_counts(a, "audit.on_their_way", S(""), &way, 1);
}

static void say_stream(struct asked *a, const struct audited *r)
{
    const struct store_audit_stream *s = &r->of;
    const int64_t counts[] = { s->entered,        (int64_t)s->done,   (int64_t)s->waiting,
                               (int64_t)s->again, (int64_t)s->parked, (int64_t)s->dropped,
                               (int64_t)s->moved };

    say_counts(a, "audit.stream", slice_of(s->name), counts, 7);
    if (!s->opened)
        say(a, "  ", "audit.orphan", NULL, 0);
    if (s->waiting + s->again)
        say_when(a, "  ", "audit.oldest", s->oldest_ms, s->in_hand);
    say_whys(a, r);
}

static bool is_quiet(const struct store_audit_stream *s)
{
    return s->opened && !s->entered && !s->missing && !s->parked;
}

static void answer_people(struct asked *a)
{
    int64_t all = a->audit.missing != 0;

    say_messages(a);
    for (unsigned i = 1; i < a->rows_n; i++)
        if (!is_quiet(&a->rows[i].of))
            say_stream(a, &a->rows[i]);
    say_missing(a, "inbound", a->audit.missing);
    for (unsigned i = 1; i < a->rows_n; i++) {
        say_missing(a, a->rows[i].of.name, a->rows[i].of.missing);
        all += a->rows[i].of.missing != 0;
    }
    if (!all)
        say(a, "", "audit.adds_up", NULL, 0);
}

/* --- for programs --- */

static void put(struct buf *b, const char *name, int64_t n)
{
    buf_printf(b, ",\"%s\":%lld", name, (long long)n);
}

static void put_whys(struct buf *b, const struct audited *r)
{
    if (r->trouble.n) {
        buf_str(b, ",\"why\":");
        buf_json(b, r->trouble);
    }
    buf_str(b, ",\"parked_why\":{");
    for (unsigned i = 0; i < r->whys_n; i++) {
        if (i)
            buf_char(b, ',');
        buf_json(b, r->whys[i].reason);
        buf_printf(b, ":%llu", (unsigned long long)r->whys[i].n);
    }
    buf_str(b, "}");
}

static void put_stream(struct buf *b, const struct audited *r)
{
    const struct store_audit_stream *s = &r->of;

    buf_str(b, "{\"name\":");
    buf_json(b, slice_of(s->name));
    buf_printf(b, ",\"configured\":%s", s->opened ? "true" : "false");
    put(b, "entered", s->entered);
    put(b, "done", (int64_t)s->done);
    put(b, "waiting", (int64_t)s->waiting);
    put(b, "again", (int64_t)s->again);
    put(b, "parked", (int64_t)s->parked);
    put(b, "dropped", (int64_t)s->dropped);
    put(b, "moved", (int64_t)s->moved);
    put(b, "in_hand", (int64_t)s->in_hand);
    put(b, "oldest_ms", s->oldest_ms);
    put(b, "missing", s->missing);
    put_whys(b, r);
    buf_str(b, "}");
}

static void answer_json(struct asked *a)
{
    const struct store_audit *u = &a->audit;
    struct buf *b = &a->out;
    bool good = u->missing == 0;

    buf_printf(b, "{\"since_ms\":%lld", (long long)u->since_ms);
    put(b, "accepted", (int64_t)(u->carried_out + u->parked_first + u->spooled));
    put(b, "carried_out", (int64_t)u->carried_out);
    put(b, "parked_first", (int64_t)u->parked_first);
    put(b, "spooled", (int64_t)u->spooled);
    put(b, "under_way", a->under_way);
    put(b, "with_rows", (int64_t)u->with_rows);
    buf_printf(b, ",\"parked\":{\"entered\":%llu", (unsigned long long)u->parkings);
    put(b, "waiting", (int64_t)u->parked);
    put(b, "released", (int64_t)u->released);
    put(b, "dropped", (int64_t)u->dropped);
    put(b, "on_their_way", (int64_t)u->on_their_way);
    put(b, "carried_out", (int64_t)u->carried_again);
    put(b, "missing", u->missing);
    put_whys(b, &a->rows[0]);
    buf_str(b, "},\"streams\":[");
    for (unsigned i = 1; i < a->rows_n; i++) {
        if (i > 1)
            buf_char(b, ',');
        put_stream(b, &a->rows[i]);
        good = good && a->rows[i].of.missing == 0;
    }
    buf_printf(b, "],\"adds_up\":%s}\n", good ? "true" : "false");
}

static void answer_away(struct asked *a)
{
    const char *why = store_trouble(a->store);
    const int64_t counts[] = { (int64_t)store_spool_kept(a->store), a->under_way };

    if (a->json) {
        buf_printf(&a->out, "{\"redis\":\"away\",\"spooled\":%lld,\"under_way\":%lld}\n",
                   (long long)counts[0], (long long)counts[1]);
        return;
    }
    say(a, "", "audit.away", &(struct text_fill){ "rincian", slice_of(why ? why : "?") }, 1);
    say_counts(a, "audit.away_spool", S(""), counts, 2);
}

/* --- asking --- */

static void end(struct asked *a)
{
    struct buf out;

    if (a->away)
        answer_away(a);
    else if (a->json)
        answer_json(a);
    else
        answer_people(a);
    out = a->out;
    a->done(a->ctx, out.failed ? S("error: out of memory\n") : buf_slice(&out));
    buf_free(&out);
    arena_free(&a->arena);
}

static void add_why(struct asked *a, struct audited *r, struct slice reason)
{
    for (unsigned i = 0; i < r->whys_n; i++)
        if (slice_eq(r->whys[i].reason, reason)) {
            r->whys[i].n++;
            return;
        }
    if (r->whys_n < REASONS_MAX)
        r->whys[r->whys_n++] = (struct why){ arena_copy(&a->arena, reason), 1 };
}

static void ask_next(struct asked *a);

static void on_parked(void *arg, const struct parked_entry *all, unsigned n)
{
    struct asked *a = arg;

    for (unsigned i = 0; i < n; i++)
        add_why(a, &a->rows[a->next], all[i].reason);
    a->next++;
    ask_next(a);
}

/* Why is it parked? */
static void ask_next(struct asked *a)
{
    while (a->next < a->rows_n && !a->rows[a->next].of.parked)
        a->next++;
    if (a->next == a->rows_n)
        end(a);
    else
        store_parked_read(a->store, slice_of(a->rows[a->next].of.name), S(""), LOOKED_AT, on_parked, a);
}

static struct slice trouble_of(struct asked *a, const char *stream)
{
    struct slice name = slice_of(stream);
    struct feed_figures f;

    for (unsigned i = 0; slice_starts(name, "sink:") && i < a->desk.sinks_n; i++) {
        if (!slice_eq(sink_name(a->desk.sinks[i]), slice_skip(name, 5)))
            continue;
        sink_figures(a->desk.sinks[i], &f);
        if (!f.up)
            return arena_copy(&a->arena, slice_of(f.trouble.text));
    }
    return S("");
}

static void on_audit(void *arg, const struct store_audit *u)
{
    struct asked *a = arg;

    a->rows = u ? ARENA_ARRAY(&a->arena, struct audited, u->streams_n + 1) : NULL;
    a->away = !a->rows;
    if (a->away) {
        end(a);
        return;
    }
    a->audit = *u;
    a->rows_n = u->streams_n + 1;
    a->rows[0] = (struct audited){ .of = { .name = "inbound", .parked = u->parked } };
    for (unsigned i = 0; i < u->streams_n; i++) {
        struct store_audit_stream of = u->streams[i];

        of.name = arena_str(&a->arena, of.name).p;
        a->rows[i + 1] = (struct audited){ .of = of, .trouble = trouble_of(a, u->streams[i].name) };
    }
    ask_next(a);
}

void audit_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct arena arena;
    struct asked *a;

    if (words.n && !slice_is(words, "--json")) {
        done(ctx, S("error: audit [--json], or audit acts\n"));
        return;
    }
    arena_init(&arena, MEMORY);
    a = ARENA_NEW(&arena, struct asked);
    if (!a) {
        done(ctx, S("error: out of memory\n"));
        return;
    }
    *a = (struct asked){ .store = desk->store,
                         .done = done,
                         .ctx = ctx,
                         .json = words.n > 0,
                         .utc_offset_min = desk->utc_offset_min,
                         .under_way = pipeline_under_way(desk->pipeline),
                         .desk = *desk,
                         .language = desk->rules->language,
                         .texts = desk->rules->texts,
                         .arena = arena };
    buf_init(&a->out, ANSWER_MAX);
    store_audit(desk->store, on_audit, a);
}
