/* held.c - see held.h.  The district database first, then the message log, then Redis. */
#include "gateway/desk/held.h"

#include <stdlib.h>

#include "gateway/desk/keys.h"
#include "parsers/text.h"

enum {
    SAID_MAX = 64 << 20,
    OWN = 4 << 10,
    MEMORY = 4 << 20,
};

struct holding {
    struct desk desk; /* rules and config are not used after the first call */
    struct whom *whom;
    struct keys keys;
    struct slice asked;
    struct arena own;
    struct slice words[64];
    unsigned words_n, keys_n;
    struct buf said;
    ctl_done *done;
    void *ctx;
};

static void end(struct holding *h, struct slice said)
{
    h->done(h->ctx, said);
    buf_free(&h->said);
    arena_free(&h->own);
    arena_free(&h->keys.scratch);
    arena_free(&h->keys.shown);
    whom_free(h->whom);
    free(h);
}

/* The rows of one kind; each is JSON of the database's making already. */
static void put_rows(struct holding *h, const char *member, const char *what)
{
    unsigned n = 0;

    buf_printf(&h->said, ",\n\"%s\":[", member);
    for (const struct node *r = node_first(h->whom->rows); r; r = r->next)
        if (slice_is(node_text(r, "what"), what)) {
            buf_str(&h->said, n++ ? ",\n " : "\n ");
            buf_add(&h->said, node_text(r, "row"));
        }
    buf_char(&h->said, ']');
}

static void on_state(void *arg, enum store_rc rc, unsigned changed)
{
    struct holding *h = arg;
    unsigned n = 0;

    (void)changed;
    buf_str(&h->said, "]");
    if (rc != STORE_OK)
        buf_str(&h->said, ",\n\"missing\":\"Redis is away: what it holds is not here\"");
    buf_str(&h->said, ",\n\"also_at\":[");
    for (unsigned i = 0; i < h->desk.sinks_n; i++) {
        struct slice kind = slice_of(sink_kind_of(h->desk.sinks[i])->name);

        if (slice_is(kind, "sqlite"))
            continue;
        buf_str(&h->said, n++ ? "," : "");
        buf_json(&h->said, sink_name(h->desk.sinks[i]));
    }
    buf_str(&h->said, "]}\n");
    end(h, h->said.failed ? (struct slice)S("error: memory: more is held of this person than memory\n")
                          : buf_slice(&h->said));
}

static enum held_do each(void *arg, const struct held *key, struct buf *left)
{
    struct holding *h = arg;
    const struct held shown = keys_shown(&h->keys, key), *k = &shown;

    if (keys_hold(&h->keys, k, left) == HELD_STAYS && !h->keys.refused.n)
        return HELD_STAYS;
    h->keys.refused = S("");
    buf_str(&h->said, h->keys_n++ ? ",\n {\"key\":" : "\n {\"key\":");
    buf_json(&h->said, k->key);
    if (k->field.n) {
        buf_str(&h->said, ",\"field\":");
        buf_json(&h->said, k->field);
    }
    buf_str(&h->said, ",\"value\":");
    buf_json(&h->said, k->value);
    buf_char(&h->said, '}');
    return HELD_STAYS;
}

static void on_messages(void *arg, bool ok, unsigned n, struct slice said)
{
    struct holding *h = arg;
    struct store_seek what = { .keys = S("*"),
                               .numbers = h->whom->whose.nomor,
                               .numbers_n = h->whom->whose.nomor_n,
                               .words = h->words,
                               .words_n = h->words_n,
                               .each = each,
                               .done = on_state,
                               .arg = h };

    (void)n;
    if (!ok) {
        end(h, S("error: log: the message log cannot be read now, say it again\n"));
        return;
    }
    buf_str(&h->said, ",\n\"messages\":");
    buf_add(&h->said, said);
    buf_str(&h->said, ",\n\"state\":[");
    store_seek(h->desk.store, &what);
}

static void on_whom(void *arg, struct whom *w, struct slice why)
{
    struct holding *h = arg;

    h->whom = w;
    h->keys.whom = w;
    h->keys.pipeline = h->desk.pipeline;
    if (!w) {
        end(h, why);
        return;
    }
    for (unsigned i = 0; i < w->whose.names_n && h->words_n < sizeof h->words / sizeof *h->words; i++)
        h->words[h->words_n++] = text_folded(w->whose.names[i], &w->arena);
    if (w->whose.msisdn.n)
        h->words[h->words_n++] = whose_digits(&w->whose);
    buf_str(&h->said, "{\"of\":");
    buf_json(&h->said, h->asked);
    put_rows(h, "person", "person");
    put_rows(h, "records", "record");
    put_rows(h, "reported", "reported");
    put_rows(h, "referrals", "referral");
    put_rows(h, "alerts", "alert");
    msglog_held(h->desk.log, &w->whose, on_messages, h);
}

void held_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct holding *h;

    if (!store_up(desk->store)) {
        done(ctx, S("error: redis: Redis is away: say it again when show status is well\n"));
        return;
    }
    h = calloc(1, sizeof *h);
    if (!h)
        abort(); /* asked by a person, once */
    h->desk = *desk;
    h->done = done;
    h->ctx = ctx;
    arena_init(&h->own, OWN);
    arena_init(&h->keys.scratch, MEMORY);
    arena_init(&h->keys.shown, MEMORY);
    h->asked = arena_copy(&h->own, slice_trim(words));
    buf_init(&h->said, SAID_MAX);
    whom_find(desk, h->asked, on_whom, h);
}
