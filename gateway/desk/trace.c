/* trace.c - see desk/trace.h.  First the log on its own thread, then one load. */
#include "gateway/desk/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "flows/care/subject_report.h"
#include "flows/step/blob.h"
#include "gateway/base/node.h"

enum {
    ANSWER_MAX = 1 << 20,
    MEMORY = 1 << 20,
};

struct tracing {
    struct store *store;
    ctl_done *done;
    void *ctx;
    bool reveal, found;
    char nomor[24];
    struct subject subject;
    struct arena arena;
    struct buf text;
};

static void tracing_end(struct tracing *t)
{
    t->done(t->ctx, buf_slice(&t->text));
    buf_free(&t->text);
    arena_free(&t->arena);
    free(t);
}

static void put(struct buf *b, const char *name, struct slice value)
{
    if (value.n)
        buf_printf(b, " %s%s%.*s", name, *name ? " " : "", SLICE_ARG(value));
}

/* Where a referral is, is its level; whether anybody still waits for it, its state. */
static void put_state(struct buf *b, const struct node *referral)
{
    static const char *const states[] = { [REFERRAL_SENT] = "sent",
                                          [REFERRAL_TAKEN] = "taken",
                                          [REFERRAL_ARRIVED] = "arrived",
                                          [REFERRAL_MISSED] = "missed",
                                          [REFERRAL_DONE] = "ended: done",
                                          [REFERRAL_CANCELLED] = "ended: cancelled",
                                          [REFERRAL_EXPIRED] = "expired, nobody answered" };
    int64_t state = node_int(referral, "state");

    if (state > REFERRAL_NONE && state <= REFERRAL_EXPIRED)
        buf_printf(b, ", referral %s", states[state]);
}

static void on_loaded(void *arg, enum store_rc rc)
{
    struct tracing *t = arg;
    const struct node *o;
    struct slice said;

    if (rc != STORE_OK) {
        buf_str(&t->text, "now: Redis is away\n");
    } else if (!t->subject.rev) {
        buf_str(&t->text, t->found ? "now: nothing is open under this number\n"
                                   : "error: nothing is known of this number\n");
    } else {
        said = blob_shown(t->subject.blob, &t->arena);
        o = node_read(said, &t->arena);
        buf_str(&t->text, "now:");
        put(&t->text, "a", node_text(o, "kind"));
        put(&t->text, "of form", node_text(o, "form"));
        put(&t->text, "", node_text(o, "status"));
        put(&t->text, "urgency", node_text(node_get(o, "referral"), "urgency"));
        put(&t->text, "at level", node_text(node_get(o, "referral"), "level"));
        put_state(&t->text, node_get(o, "referral"));
        buf_char(&t->text, '\n');
        if (t->reveal)
            buf_printf(&t->text, "     %.*s\n", SLICE_ARG(said));
    }
    tracing_end(t);
}

static void on_traced(void *arg, bool ok, struct slice text)
{
    struct tracing *t = arg;

    t->found = ok && text.n;
    if (!ok)
        buf_printf(&t->text, "error: %.*s\n", SLICE_ARG(text));
    else
        buf_add(&t->text, text);
    t->subject.ref = (struct subject_ref){ .kind = SUBJECT_NUMBER, .id = slice_of(t->nomor) };
    if (ok && store_up(t->store))
        store_load(t->store, NULL, &t->subject, 1, &t->arena, on_loaded, t);
    else if (ok)
        on_loaded(t, STORE_UNAVAILABLE);
    else
        tracing_end(t);
}

void trace_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct slice rest = words, nomor = slice_trim(slice_cut(&rest, ' '));
    struct tracing *t;

    rest = slice_trim(rest);
    if (!slice_all_digits(nomor) || nomor.n >= sizeof t->nomor || (rest.n && !slice_is(rest, "--reveal"))) {
        done(ctx, S("error: trace NOMOR [--reveal], for example: trace 48217\n"));
        return;
    }
    t = calloc(1, sizeof *t);
    if (!t)
        abort(); /* asked by a person, once */
    t->store = desk->store;
    t->done = done;
    t->ctx = ctx;
    t->reveal = rest.n > 0;
    snprintf(t->nomor, sizeof t->nomor, "%.*s", SLICE_ARG(nomor));
    arena_init(&t->arena, MEMORY);
    buf_init(&t->text, ANSWER_MAX);
    msglog_trace(desk->log, nomor, t->reveal, desk->utc_offset_min, on_traced, t);
}

/* --- drafts that expired --- */

struct listing {
    ctl_done *done;
    void *ctx;
};

static void on_drafts(void *arg, bool ok, struct slice text)
{
    struct listing l = *(struct listing *)arg;
    struct buf b;

    free(arg);
    buf_init(&b, ANSWER_MAX);
    if (!ok)
        buf_printf(&b, "error: %.*s\n", SLICE_ARG(text));
    else if (!text.n)
        buf_str(&b, "no report was left unfinished\n");
    else
        buf_add(&b, text);
    l.done(l.ctx, buf_slice(&b));
    buf_free(&b);
}

void drafts_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct listing *l;

    if (words.n && !slice_is(words, "--reveal")) {
        done(ctx, S("error: drafts [--reveal]: reports that nobody completed in time\n"));
        return;
    }
    l = malloc(sizeof *l);
    if (!l)
        abort(); /* asked by a person, once */
    *l = (struct listing){ done, ctx };
    msglog_drafts(desk->log, words.n > 0, desk->utc_offset_min, on_drafts, l);
}
