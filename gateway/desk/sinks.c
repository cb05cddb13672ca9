/* sinks.c - see sinks.h. */
#include "gateway/desk/sinks.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/node.h"
#include "parsers/date.h"

#define NO_DATABASE "error: no sink is a database (kind sqlite or postgres)\n"

enum {
    ANSWER_MAX = 1 << 20,
};

/* The text is made at once; only the queues come later, each into its line. */
struct showing {
    ctl_done *done;
    void *ctx;
    unsigned left, n;
    bool json;
    struct line {
        struct showing *showing;
        struct buf head, tail;
        struct slice name, kind; /* the sink's: it outlives this */
        struct feed_figures figures;
        struct store_queue queue;
        bool lost;
    } lines[CONFIG_SINKS];
};

/* "12 s", "3 h" */
static void put_age(struct buf *b, int64_t ms)
{
    int64_t s = ms / 1000;

    if (s < 120)
        buf_printf(b, "%lld s", (long long)(s > 0 ? s : 0));
    else if (s < 2 * 3600)
        buf_printf(b, "%lld min", (long long)(s / 60));
    else if (s < 2 * 86400)
        buf_printf(b, "%lld h", (long long)(s / 3600));
    else
        buf_printf(b, "%lld days", (long long)(s / 86400));
}

static void put_member(struct buf *b, const char *name, struct slice text)
{
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, text);
}

/* For the console: what a page says in its own words. */
static void put_json(struct buf *b, const struct line *l)
{
    buf_str(b, b->n > 1 ? ",{\"nama\":" : "{\"nama\":");
    buf_json(b, l->name);
    put_member(b, "jenis", l->kind);
    put_member(b, "keadaan", l->figures.up ? S("ok") : S("pergi"));
    buf_printf(b, ",\"antre\":%llu,\"sejak\":%lld,\"parkir\":%llu,\"tersimpan\":%llu",
               (unsigned long long)l->queue.waiting, (long long)l->queue.oldest_ms,
               (unsigned long long)l->queue.parked, (unsigned long long)l->figures.stored);
    put_member(b, "kendala", slice_of(l->figures.trouble.text));
    buf_char(b, '}');
}

static void say_json(struct showing *w)
{
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    buf_char(&b, '[');
    for (unsigned i = 0; i < w->n; i++) {
        put_json(&b, &w->lines[i]);
        buf_free(&w->lines[i].head);
        buf_free(&w->lines[i].tail);
    }
    buf_char(&b, ']');
    w->done(w->ctx, buf_slice(&b));
    buf_free(&b);
    free(w);
}

static void say(struct showing *w)
{
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    for (unsigned i = 0; i < w->n; i++) {
        struct line *l = &w->lines[i];

        buf_add(&b, buf_slice(&l->head));
        if (l->lost) {
            buf_str(&b, "  queue     unknown: Redis is away\n");
        } else {
            buf_printf(&b, "  queue     %llu", (unsigned long long)l->queue.waiting);
            if (l->queue.oldest_ms) {
                buf_str(&b, ", the oldest for ");
                put_age(&b, clock_wall_ms() - l->queue.oldest_ms);
            }
            buf_printf(&b, "\n  parked    %llu\n", (unsigned long long)l->queue.parked);
        }
        buf_add(&b, buf_slice(&l->tail));
        buf_free(&l->head);
        buf_free(&l->tail);
    }
    if (!w->n)
        buf_str(&b, "no sinks\n");
    w->done(w->ctx, buf_slice(&b));
    buf_free(&b);
    free(w);
}

static void on_queue(void *arg, const struct store_queue *q)
{
    struct line *l = arg;
    struct showing *w = l->showing;

    l->lost = !q;
    if (q)
        l->queue = *q;
    if (--w->left == 0)
        (w->json ? say_json : say)(w);
}

static void put_sink(struct line *l, struct sink *s)
{
    struct feed_figures f;

    buf_init(&l->head, 4096);
    buf_init(&l->tail, ANSWER_MAX / CONFIG_SINKS);
    sink_figures(s, &f);
    l->name = sink_name(s);
    l->kind = slice_of(sink_kind_of(s)->name);
    l->figures = f;
    buf_printf(&l->head, "%.*s (%s)\n  circuit   %s\n", SLICE_ARG(sink_name(s)), sink_kind_of(s)->name,
               f.up ? "closed: rows are delivered" : "open: the destination is away, it is tried again");
    if (f.trouble.text[0]) {
        buf_str(&l->tail, "  trouble   ");
        put_age(&l->tail, clock_wall_ms() - f.trouble_ms);
        buf_printf(&l->tail, " ago: %s\n", f.trouble.text);
    }
    buf_printf(&l->tail, "  stored    %llu since start, %.1f a second; tried again %llu\n",
               (unsigned long long)f.stored, f.per_second, (unsigned long long)f.retried);
    sink_show(s, &l->tail);
}

void sinks_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct showing *w = calloc(1, sizeof *w);

    if (!w) {
        done(ctx, S("error: out of memory\n"));
        return;
    }
    w->done = done;
    w->ctx = ctx;
    w->json = slice_is(words, "--json");
    w->n = w->left = desk->sinks_n;
    for (unsigned i = 0; i < w->n; i++) {
        w->lines[i].showing = w;
        put_sink(&w->lines[i], desk->sinks[i]);
    }
    if (!w->n)
        (w->json ? say_json : say)(w);
    for (unsigned i = 0, n = desk->sinks_n; i < n; i++) {
        char stream[80];

        snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(sink_name(desk->sinks[i])));
        store_queue(desk->store, slice_of(stream), on_queue, &w->lines[i]);
    }
}

struct staging {
    struct buf *said;
    struct slice sink;
};

static void put_stage_json(void *ctx, const struct sink_stage_row *row)
{
    const struct staging *s = ctx;

    buf_str(s->said, s->said->n > 1 ? ",{\"tujuan\":" : "{\"tujuan\":");
    buf_json(s->said, s->sink);
    put_member(s->said, "tahap", row->name);
    buf_printf(s->said, ",\"n\":%llu,\"sejak\":%lld", (unsigned long long)row->n, (long long)row->since_ms);
    put_member(s->said, "kata", row->words);
    put_member(s->said, "siapa", row->who);
    put_member(s->said, "cara", row->act);
    buf_char(s->said, '}');
}

static void put_stage(void *ctx, const struct sink_stage_row *row)
{
    const struct staging *s = ctx;

    if (!s->said->n)
        buf_printf(s->said, "%-12s %-17s %8s  oldest\n", "sink", "stage", "records");
    buf_printf(s->said, "%-12.*s %-17.*s %8llu  ", SLICE_ARG(s->sink), SLICE_ARG(row->name),
               (unsigned long long)row->n);
    put_age(s->said, clock_wall_ms() - row->since_ms);
    buf_char(s->said, '\n');
    if (row->words.n)
        buf_printf(s->said, "             %.*s. %.*s: %.*s\n", SLICE_ARG(row->words), SLICE_ARG(row->who),
                   SLICE_ARG(row->act));
}

void stages_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    bool json = slice_is(words, "--json");
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    buf_str(&b, json ? "[" : "");
    for (unsigned i = 0; i < desk->sinks_n; i++) {
        struct staging s = { &b, sink_name(desk->sinks[i]) };

        sink_stages(desk->sinks[i], json ? put_stage_json : put_stage, &s);
    }
    if (json)
        buf_char(&b, ']');
    else if (!b.n)
        buf_str(&b, "nothing waits in a stage\n");
    done(ctx, buf_slice(&b));
    buf_free(&b);
}

void sink_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct slice name = slice_cut(&words, ' ');
    struct sink *s = NULL;
    struct buf b;

    for (unsigned i = 0; i < desk->sinks_n; i++)
        if (slice_eq(sink_name(desk->sinks[i]), name))
            s = desk->sinks[i];
    words = slice_trim(words);
    if (!s) {
        done(ctx,
             S("error: sink NAME schema; NAME of the ministry's platform also: list STAGE, retry.  The names "
               "stand in show sinks\n"));
        return;
    }
    if (!slice_is(words, "schema")) {
        if (!sink_act(s, words, done, ctx))
            done(ctx, S("error: sink NAME schema\n"));
        return;
    }
    buf_init(&b, ANSWER_MAX);
    if (!sink_schema(s, &b))
        buf_str(&b, "error: a sink of this kind has no schema of tables\n");
    done(ctx, buf_slice(&b));
    buf_free(&b);
}

/* "2026-11" of now, in the district's time. */
static struct slice thdate_is_month(const struct desk *desk, char out[16])
{
    time_t at = (time_t)(clock_wall_ms() / 1000 + (int64_t)desk->utc_offset_min * 60);
    struct tm tm;

    gmtime_r(&at, &tm);
    return slice_make(out, strftime(out, 16, "%Y-%m", &tm));
}

void pws_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    char month[16];
    struct sink_asked asked = { .month = thdate_is_month(desk, month) };
    bool good = true;

    while (words.n && good) {
        struct slice word = slice_cut(&words, ' ');

        words = slice_trim(words);
        if (slice_is(word, "--anew"))
            asked.anew = true;
        else if (slice_is(word, "--place"))
            asked.place = slice_cut(&words, ' ');
        else if (slice_is(word, "--month"))
            asked.month = slice_cut(&words, ' ');
        else
            good = false;
    }
    if (!good || !date_is_month(asked.month) ||
        (asked.place.n && !directory_place(&desk->rules->directory, asked.place))) {
        done(ctx, S("error: pws [--place CODE] [--month 2026-11] | --anew; CODE as in places.csv\n"));
        return;
    }
    for (unsigned i = 0; i < desk->sinks_n; i++)
        if (sink_pws(desk->sinks[i], &asked, done, ctx))
            return;
    done(ctx, S(NO_DATABASE));
}

/* --- what became of signals --- */

struct signals_asked {
    ctl_done *done;
    void *ctx;
};

static void print_signal(struct buf *b, const struct node *row)
{
    static const char *const columns[] = { "sinyal", "benar", "bukan", "belum", "ralat" };
    const struct node *true_in_hundred = node_get(row, "nilai");

    if (!b->n)
        buf_printf(b, "%-18s %8s %7s %7s %7s %7s %8s\n", "disease", "signals", "benar", "bukan", "open",
                   "ralat", "true");
    buf_printf(b, "%-18.*s", SLICE_ARG(node_text(row, "penyakit")));
    for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++)
        buf_printf(b, " %*lld", i == 0 ? 8 : 7, (long long)node_int(row, columns[i]));
    if (true_in_hundred && true_in_hundred->kind == NODE_NUMBER)
        buf_printf(b, " %7.*s%%\n", SLICE_ARG(true_in_hundred->raw));
    else
        buf_str(b, "        -\n");
}

static void on_signals(void *ctx, struct slice text)
{
    struct signals_asked *q = ctx;
    struct arena a;
    struct buf b;

    arena_init(&a, ANSWER_MAX);
    buf_init(&b, ANSWER_MAX);
    for (const struct node *row = node_first(node_read(text, &a)); row; row = row->next)
        print_signal(&b, row);
    if (!b.n)
        buf_add(&b, slice_starts(text, "error:") ? text : (struct slice)S("no signals yet\n"));
    q->done(q->ctx, buf_slice(&b));
    buf_free(&b);
    arena_free(&a);
    free(q);
}

void signals_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct signals_asked *q = malloc(sizeof *q);

    (void)words;
    if (!q) {
        done(ctx, S("error: out of memory\n"));
        return;
    }
    *q = (struct signals_asked){ done, ctx };
    for (unsigned i = 0; i < desk->sinks_n; i++)
        if (sink_ask(desk->sinks[i],
                     S("SELECT penyakit, sinyal, benar, bukan, belum, ralat, nilai FROM nilai_sinyal"
                       " ORDER BY sinyal DESC, penyakit"),
                     on_signals, q))
            return;
    free(q);
    done(ctx, S(NO_DATABASE));
}
