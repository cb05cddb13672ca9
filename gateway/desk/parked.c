/* parked.c - see desk/parked.h. */
#include "gateway/desk/parked.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/log.h"
#include "gateway/base/node.h"
#include "gateway/model/inbound_text.h"

enum {
    ANSWER_MAX = 1 << 20,
    SHOWN = 100,
    AT_ONCE = 1000,
    MEMORY = 1 << 20,
};

static const char help[] =
    "parked                             how many wait in each stream, and since when\n"
    "parked STREAM [--reveal]           the oldest hundred of it; with --reveal also what they hold\n"
    "parked release STREAM ID|all       back to where it came from, when the reason is gone:\n"
    "                                   an SMS is sent if its time is not over, a row is stored, a message "
    "is\n"
    "                                   carried out under its own id, so that nothing is done twice\n"
    "parked drop STREAM ID --why WORD   away for good; WORD is done, test, spam or old\n"
    "parked edit inbound ID TEXT        carried out with this text in the place of its own, under an id of "
    "its "
    "own;\n"
    "                                   the parked one goes when that is done\n"
    "\n"
    "Example: parked inbound\n"
    "         parked release inbound 1764313920000-0\n";

#define AWAY "error: Redis is away: nothing can be seen or changed now; see show status\n"

struct asked {
    struct store *store;
    ctl_done *done;
    void *ctx;
    int utc_offset_min;
    bool reveal;
    struct slice stream, id, why, text;
    struct pipeline *pipeline;
    unsigned left, released, gone, never, unknown;
    struct arena arena; /* holds the words, each ended by a NUL, and itself */
};

static void asked_end(struct asked *a, struct slice text)
{
    a->done(a->ctx, text);
    arena_free(&a->arena);
}

static void put_time(const struct asked *a, struct buf *b, int64_t ms)
{
    time_t at = (time_t)(ms / 1000 + (int64_t)a->utc_offset_min * 60);
    char text[32];
    struct tm tm;

    gmtime_r(&at, &tm);
    if (strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
        buf_str(b, text);
}

/* --- looking --- */

static void on_streams(void *arg, const struct parked_stream *all, unsigned n)
{
    struct asked *a = arg;
    bool any = false;
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    for (unsigned i = 0; i < n; i++) {
        if (!all[i].n)
            continue;
        if (!any)
            buf_printf(&b, "%-22s %10s  oldest\n", "stream", "parked");
        any = true;
        buf_printf(&b, "%-22.*s %10llu  ", SLICE_ARG(all[i].name), (unsigned long long)all[i].n);
        put_time(a, &b, all[i].oldest_ms);
        buf_char(&b, '\n');
    }
    if (!any)
        buf_str(&b, all ? "nothing is parked\n" : AWAY);
    asked_end(a, buf_slice(&b));
    buf_free(&b);
}

/* What may be said of a body without naming anybody: kind of a message, class and number of an SMS. */
static void put_about(struct buf *b, struct slice body)
{
    static const char *const members[] = { "kind", "class", "nomor" };
    struct arena scratch;
    const struct node *o;

    arena_init(&scratch, MEMORY);
    o = node_read(arena_copy(&scratch, slice_cut(&body, '\n')), &scratch);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct slice value = node_text(o, members[i]);

        if (value.n)
            buf_printf(b, " %.*s", SLICE_ARG(value));
    }
    arena_free(&scratch);
}

static void on_shown(void *arg, const struct parked_entry *all, unsigned n)
{
    struct asked *a = arg;
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    for (unsigned i = 0; i < n; i++) {
        const struct parked_entry *e = &all[i];

        buf_printf(&b, "%.*s  ", SLICE_ARG(e->id));
        put_time(a, &b, e->parked_ms);
        buf_str(&b, "  from ");
        put_time(a, &b, e->first_ms);
        buf_printf(&b, "  attempts %u ", e->attempts);
        put_about(&b, e->body);
        buf_printf(&b, ": %.*s\n", SLICE_ARG(e->reason));
        if (a->reveal)
            buf_printf(&b, "    %.*s\n", SLICE_ARG(e->body));
    }
    if (!n)
        buf_str(&b, all ? "nothing is parked in this stream\n" : AWAY);
    else if (n == SHOWN)
        buf_printf(&b, "… the oldest %d\n", SHOWN);
    if (b.failed)
        buf_str(&b, "\n… the answer is too long: ask without --reveal\n");
    asked_end(a, buf_slice(&b));
    buf_free(&b);
}

/* --- releasing --- */

static void audit(const struct asked *a, const char *event, const char *how)
{
    log_event(LOG_WARN, event, "stream", a->stream.p, "entry", a->id.n ? a->id.p : "all", "how", how, NULL);
}

static void released_all(struct asked *a)
{
    char counts[96];
    struct buf b;

    snprintf(counts, sizeof counts, "released %u, gone before %u, refused %u, uncertain %u", a->released,
             a->gone, a->never, a->unknown);
    audit(a, "parked_released", counts);
    buf_init(&b, ANSWER_MAX);
    if (!a->released)
        buf_str(&b, "error: nothing was released\n");
    else
        buf_printf(&b, "released %u\n", a->released);
    if (a->gone)
        buf_printf(&b, "%u were gone before: somebody else released or dropped them\n", a->gone);
    if (a->never)
        buf_printf(
            &b,
            "%u cannot be released: a USSD step, whose caller is no longer on the line, or broken; see "
            "parked %.*s, then parked drop\n",
            a->never, SLICE_ARG(a->stream));
    if (a->unknown)
        buf_printf(&b, "of %u nothing is certain, Redis was away: see parked %.*s\n", a->unknown,
                   SLICE_ARG(a->stream));
    if (a->released == AT_ONCE)
        buf_str(&b, "there may be more: say it again\n");
    asked_end(a, buf_slice(&b));
    buf_free(&b);
}

static void on_released(void *arg, enum parked_rc rc)
{
    struct asked *a = arg;

    a->released += rc == PARKED_OK;
    a->gone += rc == PARKED_GONE;
    a->never += rc == PARKED_NEVER;
    a->unknown += rc == PARKED_UNKNOWN;
    if (--a->left == 0)
        released_all(a);
}

static void on_found(void *arg, const struct parked_entry *all, unsigned n)
{
    struct asked *a = arg;

    if (!all) {
        asked_end(a, S(AWAY));
        return;
    }
    if (!n) {
        asked_end(a, S("error: nothing of that is parked; see parked, then parked STREAM\n"));
        return;
    }
    a->left = n;
    for (unsigned i = 0; i < n; i++)
        store_parked_release(a->store, a->stream, &all[i], on_released, a);
}

/* --- dropping --- */

static void on_dropped(void *arg, enum parked_rc rc)
{
    struct asked *a = arg;

    if (rc == PARKED_OK)
        audit(a, "parked_dropped", a->why.p);
    asked_end(a, rc == PARKED_OK ? S("dropped\n")
                 : rc == PARKED_GONE
                     ? S("error: nothing is parked under this id; see parked STREAM\n")
                     : S("error: Redis was away and nothing is certain: see parked STREAM\n"));
}

static bool is_why(struct slice word)
{
    static const char *const words[] = { "done", "test", "spam", "old" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(word, words[i]))
            return true;
    return false;
}

/* "1764313920000-0" */
static bool is_id(struct slice id)
{
    struct slice rest = id, ms = slice_cut(&rest, '-');

    return ms.n && ms.n < 20 && rest.n && rest.n < 20 && slice_all_digits(ms) && slice_all_digits(rest);
}

/* --- with another text --- */

static struct slice word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    return slice_cut(rest, ' ');
}

static void on_edited_gone(void *arg, enum parked_rc rc)
{
    struct asked *a = arg;

    audit(a, "parked_edited", rc == PARKED_OK ? "carried out" : "carried out, the parked one is there still");
    asked_end(a, S("carried out\n"));
}

static void on_edited(void *arg, const struct answer *answer)
{
    struct asked *a = arg;

    if (reason_http(answer->reason) >= 300) {
        asked_end(a, S("error: it could not be carried out now and stays parked; say it again later\n"));
        return;
    }
    store_parked_drop(a->store, a->stream, a->id, on_edited_gone, a);
}

static void on_to_edit(void *arg, const struct parked_entry *all, unsigned n)
{
    struct asked *a = arg;
    struct inbound in;
    struct err e = { "" };

    if (!all || !n) {
        asked_end(a, all ? S("error: nothing is parked under this id; see parked STREAM\n") : S(AWAY));
        return;
    }
    if (inbound_decode(arena_copy(&a->arena, all[0].body), &a->arena, &in, &e) != 0 ||
        in.kind != INBOUND_SMS) {
        asked_end(a, S("error: only an SMS has a text that can be changed\n"));
        return;
    }
    in.text = a->text;
    /* The same change said twice is carried out once. */
    in.provider_id = arena_printf(&a->arena, "%.*s/%016llx", SLICE_ARG(in.provider_id),
                                  (unsigned long long)slice_hash(a->text));
    pipeline_submit(a->pipeline, &in, on_edited, a);
}

static void edit(struct asked *a, struct slice rest)
{
    a->id = arena_copy(&a->arena, word(&rest));
    a->text = arena_copy(&a->arena, slice_trim(rest));
    if (!slice_is(a->stream, "inbound") || !is_id(a->id) || !a->text.n)
        asked_end(a, S("error: parked edit inbound ID TEXT; see parked inbound\n"));
    else
        store_parked_read(a->store, a->stream, a->id, 1, on_to_edit, a);
}

/* --- the words --- */

static void change(struct asked *a, bool drop, struct slice rest)
{
    struct slice flag;

    a->id = word(&rest);
    flag = word(&rest);
    a->why = slice_trim(rest);
    if (drop && (!slice_is(flag, "--why") || !is_why(a->why))) {
        asked_end(a, S("error: say why, in one word: parked drop STREAM ID --why done|test|spam|old\n"));
    } else if (!drop && flag.n) {
        asked_end(a, S("error: parked release STREAM ID, or parked release STREAM all\n"));
    } else if (!drop && slice_is(a->id, "all")) {
        a->id = S("");
        store_parked_read(a->store, a->stream, a->id, AT_ONCE, on_found, a);
    } else if (!is_id(a->id)) {
        asked_end(a, S("error: which one?  An id stands in front of each line of parked STREAM, as in "
                       "1764313920000-0\n"));
    } else if (drop) {
        a->id = arena_copy(&a->arena, a->id);
        a->why = arena_copy(&a->arena, a->why);
        store_parked_drop(a->store, a->stream, a->id, on_dropped, a);
    } else {
        a->id = arena_copy(&a->arena, a->id);
        store_parked_read(a->store, a->stream, a->id, 1, on_found, a);
    }
}

void parked_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct store *store = desk->store;
    struct slice rest = words, verb = word(&rest);
    bool drop = slice_is(verb, "drop"), edits = slice_is(verb, "edit"),
         changes = drop || edits || slice_is(verb, "release");
    struct arena arena;
    struct asked *a;

    if (slice_is(verb, "--help") || slice_is(verb, "help")) {
        done(ctx, slice_of(help));
        return;
    }
    arena_init(&arena, MEMORY);
    a = ARENA_NEW(&arena, struct asked);
    if (!a)
        abort(); /* asked by a person, once */
    *a = (struct asked){ .store = store, .done = done, .ctx = ctx, .utc_offset_min = desk->utc_offset_min };
    a->pipeline = desk->pipeline;
    a->stream = arena_copy(&arena, changes ? word(&rest) : verb);
    a->arena = arena;
    rest = slice_trim(rest);
    a->reveal = slice_is(rest, "--reveal");
    if (verb.n && !store_parked_is(store, a->stream))
        asked_end(a, S("error: there is no such stream; see parked, or parked --help\n"));
    else if (edits)
        edit(a, rest);
    else if (changes)
        change(a, drop, rest);
    else if (rest.n && !a->reveal)
        asked_end(a, S("error: parked STREAM [--reveal]; see parked --help\n"));
    else if (verb.n)
        store_parked_read(store, a->stream, S(""), SHOWN, on_shown, a);
    else
        store_parked_streams(store, on_streams, a);
}
