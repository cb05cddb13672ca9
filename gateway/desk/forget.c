/* forget.c - see forget.h.
 *
 * Looking comes first, and may refuse.  Then Redis, so that nothing works with her any more; the tombstone
 * to every sink, behind what was said before; when the message log has stored what waited for it, its files;
 * at last a look at what is left, which is told. */
#include "gateway/desk/forget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/desk/keys.h"
#include "gateway/model/record.h"
#include "parsers/text.h"

enum {
    SAID_MAX = 64 << 10,
    ROW_MAX = 1 << 20,
    MEMORY = 4 << 20,
    OWN = 16 << 10,
    REASON_LEAST = 5,
    LOOKS = 60, /* for the log and the sinks to store what waits */
    LOOK_MS = 500,
    LEFT = 32, /* kinds of keys that are told of */
};

struct forgetting {
    struct desk desk; /* rules and config are not used after the first call */
    struct whom *whom;
    struct slice account, why;
    struct slice words[64]; /* for Redis, in lower case */
    unsigned words_n;
    struct loop_timer *again;
    unsigned looks, gone, texts, pass;
    bool changing;
    struct {
        char key[64];
        unsigned n;
    } left[LEFT];
    unsigned left_n;
    struct keys keys;
    struct arena own; /* what was said at the beginning */
    ctl_done *done;
    void *ctx;
};

static void end(struct forgetting *f, struct slice said)
{
    f->done(f->ctx, said);
    if (f->again)
        loop_timer_free(f->again);
    arena_free(&f->keys.scratch);
    arena_free(&f->keys.shown);
    arena_free(&f->own);
    whom_free(f->whom);
    free(f);
}

static void refuse(struct forgetting *f, const char *word, struct slice about, const char *prose)
{
    struct buf b;

    buf_init(&b, 1024);
    buf_printf(&b, "error: %s%s%.*s: %s\n", word, about.n ? " " : "", SLICE_ARG(about), prose);
    end(f, buf_slice(&b));
    buf_free(&b);
}

/* --- looking at Redis --- */

/* "st:sink:lokal", "s:sender" */
static void note_left(struct forgetting *f, struct slice key)
{
    struct slice rest = key;
    unsigned i = 0;

    if (slice_starts(key, "s:")) {
        (void)slice_cut(&rest, ':');
        (void)slice_cut(&rest, ':');
        key = slice_take(key, key.n - rest.n - 1);
    }
    key = slice_take(key, sizeof f->left[0].key - 1);
    while (i < f->left_n && !slice_is(key, f->left[i].key))
        i++;
    if (i == LEFT)
        return;
    if (i == f->left_n)
        memcpy(f->left[f->left_n++].key, key.p, key.n);
    f->left[i].n++;
}

/* Is what waits in a stream of hers?  It is stored soon, and forgotten there. */
static bool waits(struct forgetting *f, const struct held *h)
{
    const struct whose *w = &f->whom->whose;
    struct slice v = h->value;

    if (!slice_starts(h->key, "st:") && !slice_starts(h->key, "waitt:") && !slice_starts(h->key, "parked:"))
        return false;
    return slice_find(v, '"') != (size_t)-1 && whose_text(w, v, WHOSE_NAME);
}

static enum held_do each(void *arg, const struct held *key, struct buf *left)
{
    struct forgetting *f = arg;
    const struct held shown = keys_shown(&f->keys, key), *h = &shown;
    enum held_do what = keys_hold(&f->keys, h, left);

    if (f->changing)
        return what;
    if (what != HELD_STAYS || waits(f, h))
        note_left(f, h->key);
    return HELD_STAYS;
}

static void seek(struct forgetting *f, const char *keys, void (*done)(void *, enum store_rc, unsigned))
{
    struct store_seek what = { .keys = slice_of(keys),
                               .numbers = f->whom->whose.nomor,
                               .numbers_n = f->whom->whose.nomor_n,
                               .words = f->words,
                               .words_n = f->words_n,
                               .each = each,
                               .done = done,
                               .arg = f };

    memset(f->left, 0, sizeof f->left);
    f->left_n = 0;
    store_seek(f->desk.store, &what);
}

static bool gone_away(struct forgetting *f, enum store_rc rc)
{
    if (rc == STORE_OK)
        return false;
    refuse(f, "redis", S(""), "Redis went away: say it again, nothing is done twice");
    return true;
}

/* --- the steps, the last first --- */

static void on_left(void *arg, enum store_rc rc, unsigned changed)
{
    struct forgetting *f = arg;
    struct buf b;

    (void)changed;
    if (gone_away(f, rc))
        return;
    store_rewrite(f->desk.store);
    buf_init(&b, SAID_MAX);
    buf_printf(&b, "forgotten\nrecords %u\ntexts %u\nredis %u\n", f->whom->rows_n, f->texts, f->gone);
    for (unsigned i = 0; i < f->left_n; i++)
        buf_printf(&b, "waits %s %u\n", f->left[i].key, f->left[i].n);
    for (unsigned i = 0; i < f->desk.sinks_n; i++) {
        const struct sink_kind *kind = sink_kind_of(f->desk.sinks[i]);

        if (slice_is(slice_of(kind->name), "http") || slice_is(slice_of(kind->name), "fhir"))
            buf_printf(&b, "there %s %.*s: what it was sent before is withdrawn there, by its people\n",
                       kind->name, SLICE_ARG(sink_name(f->desk.sinks[i])));
    }
    if (f->whom->child.n)
        buf_printf(&b, "child %.*s: born under her name, a person of its own\n", SLICE_ARG(f->whom->child));
    buf_str(&b, "backups made before hold it still: make a new one, and put the old ones away\n");
    log_text(LOG_INFO, "forgotten", "%u records, %u texts, %u in Redis", f->whom->rows_n, f->texts, f->gone);
    end(f, buf_slice(&b));
    buf_free(&b);
}

static void on_log(void *arg, bool ok, unsigned n, struct slice said)
{
    struct forgetting *f = arg;

    (void)said;
    f->texts = n;
    if (!ok) {
        refuse(f, "log", S(""), "the message log is busy: say it again with the same words in a minute");
        return;
    }
    f->changing = false;
    seek(f, "*", on_left);
}

static void look_again(void *arg);

/* Until the log has what waits for it, and those sinks that can be written; one that is away has its
 * tombstone behind what waits. */
static void on_waiting(void *arg, enum store_rc rc, unsigned changed)
{
    struct forgetting *f = arg;
    bool log = false, sink = false;

    (void)changed;
    if (gone_away(f, rc))
        return;
    for (unsigned i = 0; i < f->left_n; i++) {
        log = log || slice_is(slice_of(f->left[i].key), "st:log");
        for (unsigned k = 0; k < f->desk.sinks_n; k++)
            sink = sink || (sink_up(f->desk.sinks[k]) && slice_starts(slice_of(f->left[i].key), "st:sink:") &&
                            slice_eq(slice_skip(slice_of(f->left[i].key), strlen("st:sink:")),
                                     sink_name(f->desk.sinks[k])));
    }
    if ((log || sink) && f->looks++ < LOOKS) {
        loop_timer_set(f->again, LOOK_MS);
        return;
    }
    if (log)
        refuse(f, "log", S(""), "the message log does not store what waits for it: see show status");
    else
        msglog_forget(f->desk.log, &f->whom->whose, on_log, f);
}

static void look_again(void *arg)
{
    seek(arg, "st:*", on_waiting);
}

static void on_told(void *arg, enum store_rc rc)
{
    struct forgetting *f = arg;

    if (gone_away(f, rc))
        return;
    f->changing = false;
    look_again(f);
}

static struct slice now_text(struct arena *a)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    char text[32];
    struct tm tm;

    gmtime_r(&now, &tm);
    text[strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm)] = '\0';
    return arena_str(a, text);
}

/* A list of them, as a row takes it; NULL: there are none. */
static const struct node *row_list(const struct slice *all, unsigned n, struct arena *a)
{
    struct node *list = n ? node_list(a) : NULL;

    for (unsigned i = 0; i < n; i++)
        node_add(list, node_of_text(a, all[i]));
    return row_tree(list, a);
}

static void tell_sinks(struct forgetting *f)
{
    const struct whom *w = f->whom;
    struct row row = { .kind = ROW_FORGET };
    struct buf body;

    arena_reset(&f->keys.scratch);
    buf_init(&body, ROW_MAX);
    row.forget.id = arena_printf(&f->keys.scratch, "%lld", (long long)clock_wall_ms());
    row.forget.at = now_text(&f->keys.scratch);
    row.forget.account = f->account;
    row.forget.why = f->why;
    row.forget.nomor = row_list(w->whose.nomor, w->whose.nomor_n, &f->keys.scratch);
    row.forget.persons = row_list(w->persons, w->persons_n, &f->keys.scratch);
    row.forget.who = w->whose.msisdn;
    rows_encode(&body, &row, 1);
    store_tell_sinks(f->desk.store, buf_slice(&body), on_told, f);
    buf_free(&body);
}

/* What changed while it was looked at is looked at again. */
static void on_gone(void *arg, enum store_rc rc, unsigned changed)
{
    struct forgetting *f = arg;

    if (gone_away(f, rc))
        return;
    f->gone += changed;
    if (changed && f->pass++ < 5)
        seek(f, "*", on_gone);
    else
        tell_sinks(f);
}

static void on_looked(void *arg, enum store_rc rc, unsigned changed)
{
    struct forgetting *f = arg;
    struct buf b;

    (void)changed;
    if (gone_away(f, rc))
        return;
    if (f->keys.refused.n) {
        buf_init(&b, 512);
        buf_printf(&b, "error: %.*s\n", SLICE_ARG(f->keys.refused));
        end(f, buf_slice(&b));
        buf_free(&b);
        return;
    }
    f->changing = true;
    seek(f, "*", on_gone);
}

/* --- the beginning --- */

static void add_words(struct forgetting *f)
{
    const struct whose *w = &f->whom->whose;

    for (unsigned i = 0; i < w->names_n && f->words_n < sizeof f->words / sizeof *f->words; i++)
        f->words[f->words_n++] = text_folded(w->names[i], &f->whom->arena);
    if (w->msisdn.n)
        f->words[f->words_n++] = whose_digits(w);
}

static void on_whom(void *arg, struct whom *w, struct slice why)
{
    struct forgetting *f = arg;
    const struct person *p;

    f->whom = w;
    f->keys.whom = w;
    f->keys.pipeline = f->desk.pipeline;
    if (!w) {
        end(f, why);
        return;
    }
    p = directory_person(&pipeline_rules(f->desk.pipeline)->directory, w->whose.msisdn);
    add_words(f);
    if (p && p->active)
        refuse(f, "active", S(""),
               "somebody works here by this number: `people retire` it first, and take it out of "
               "people.csv");
    else if (w->open.n)
        refuse(f, "open", w->open,
               "a referral of this person is open: it ends with SELESAI or BATAL and its number, then say it "
               "again");
    else
        seek(f, "*", on_looked);
}

void forget_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct forgetting *f = calloc(1, sizeof *f);
    struct slice person = slice_cut(&words, ' '), flag, account = S("operator");

    if (!f)
        abort(); /* asked by a person, once */
    f->desk = *desk;
    f->done = done;
    f->ctx = ctx;
    arena_init(&f->keys.scratch, MEMORY);
    arena_init(&f->keys.shown, MEMORY);
    arena_init(&f->own, OWN);
    words = slice_trim(words);
    flag = slice_cut(&words, ' ');
    if (slice_is(flag, "--by")) {
        account = slice_cut(&words, ' ');
        flag = slice_cut(&words, ' ');
    }
    words = slice_trim(words);
    if (person.n && slice_is(flag, "--reason") && words.n && words.n < REASON_LEAST) {
        refuse(f, "words", S(""), "the reason is too short: whoever reads it in a year must know why");
        return;
    }
    if (!person.n || !slice_is(flag, "--reason") || words.n < REASON_LEAST) {
        refuse(f, "words", S(""),
               "forget PERSON --reason TEXT: the number of a child, of a report, or of a telephone");
        return;
    }
    if (!store_up(desk->store) || store_spool_kept(desk->store)) {
        refuse(f, "redis", S(""),
               "Redis is away, or messages wait in the spool: say it again when show status is well");
        return;
    }
    f->account = arena_copy(&f->own, account);
    f->why = arena_copy(&f->own, words);
    f->again = loop_timer_new(desk->loop, "forget", look_again, f);
    whom_find(desk, person, on_whom, f);
}
