/* satusehat.c - see satusehat.h.  The worker alone touches the outbox: turn by turn it writes down what
 * became of the last records and takes the next ones. */
#include "gateway/district/satusehat.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/district/outbox.h"
#include "gateway/district/satusehat_send.h"
#include "gateway/district/sqlite_worker.h"

enum {
    IDLE_MS = 500,          /* what is due is looked for so often */
    AGAIN_MS = 5000,        /* after the file could not be read */
    TROUBLE_FIRST_MS = 500, /* doubled up to a minute (DISTRICT 5.1) */
    TROUBLE_MOST_MS = 60000,
    BATCH_MEMORY = 16 << 20,
    LISTED = 50,
    LIST_MAX = 64 << 10,
};

/* What the loop asks of the worker, and what that answers. */
struct turn {
    bool again, refused; /* what lacks something, what was refused, is to be looked at again */
    bool only_settle;    /* the platform is away */
    enum sqlite_rc rc;
    struct outbox_count counts[OUTBOX_STAGES];
    unsigned counts_n;
    uint64_t sent;
};

struct satusehat_sink {
    struct sqlite_worker *worker;
    struct sender *sender;
    struct loop_timer *next;
    char *path, *name;
    struct sqlite_file *file; /* the worker's */

    pthread_mutex_t lock; /* the map, for the worker */
    const struct ruleset *rules;

    struct turn turn; /* the worker's while `turning`, and so is the batch */
    struct outbox_batch batch;
    struct outbox_fate fates[OUTBOX_BATCH];
    unsigned fates_n;
    bool turning, closing;
    bool again, refused, away; /* for the next turn */

    struct outbox_count counts[OUTBOX_STAGES];
    unsigned counts_n;
    uint64_t sent;
    unsigned failures; /* in a row */
    struct stat *down;
    struct err trouble;
    int64_t trouble_ms;
};

/* --- on the worker --- */

static enum sqlite_rc ready(void *arg, struct err *e)
{
    struct satusehat_sink *s = arg;

    return s->file ? SQLITE_DB_OK : outbox_open(s->path, &s->file, e);
}

static enum sqlite_rc put(void *arg, struct item *items, unsigned n, struct err *e)
{
    struct satusehat_sink *s = arg;
    enum sqlite_rc rc;

    pthread_mutex_lock(&s->lock);
    rc = outbox_put(s->file, s->rules->fhir, items, n, e);
    pthread_mutex_unlock(&s->lock);
    return rc;
}

static void shut(void *arg)
{
    struct satusehat_sink *s = arg;

    sqlite_file_close(s->file);
    s->file = NULL;
}

/* What became of the last ones is written down before the next are taken. */
static enum sqlite_rc turn_over(struct satusehat_sink *s, struct turn *t, struct err *e)
{
    enum sqlite_rc rc = ready(s, e);

    if (rc == SQLITE_DB_OK)
        rc = outbox_settle(s->file, s->fates, s->fates_n, e);
    if (rc != SQLITE_DB_OK)
        return rc;
    s->fates_n = 0;
    arena_reset(&s->batch.arena);
    if (t->again)
        rc = outbox_again(s->file, false, e);
    if (rc == SQLITE_DB_OK && t->refused)
        rc = outbox_again(s->file, true, e);
    if (rc == SQLITE_DB_OK)
        t->again = t->refused = false;
    if (rc == SQLITE_DB_OK)
        rc = outbox_counts(s->file, t->counts, &t->counts_n, &t->sent, e);
    if (rc == SQLITE_DB_OK && !t->only_settle)
        rc = outbox_take(s->file, clock_wall_ms(), &s->batch, e);
    return rc;
}

static void turn_run(void *arg)
{
    struct satusehat_sink *s = arg;
    struct err e;

    s->batch.n = 0;
    s->turn.rc = turn_over(s, &s->turn, &e);
    if (s->turn.rc != SQLITE_DB_OK)
        s->batch.n = 0;
}

/* --- the loop's side --- */

static void turn_done(void *arg)
{
    struct satusehat_sink *s = arg;

    s->turning = false;
    if (s->closing)
        return;
    s->again = s->again || s->turn.again;
    s->refused = s->refused || s->turn.refused;
    if (s->turn.rc == SQLITE_DB_OK) {
        memcpy(s->counts, s->turn.counts, sizeof s->counts);
        s->counts_n = s->turn.counts_n;
        s->sent = s->turn.sent;
    }
    if (s->batch.n)
        sender_send(s->sender, s->rules, &s->batch);
    else if (!s->turn.only_settle) /* else the delay is set already */
        loop_timer_set(s->next, s->turn.rc == SQLITE_DB_OK ? IDLE_MS : AGAIN_MS);
}

static void turn(void *arg)
{
    struct satusehat_sink *s = arg;

    if (s->turning)
        return;
    s->turn.again = s->again;
    s->turn.refused = s->refused;
    s->turn.only_settle = s->away;
    s->again = s->refused = false;
    s->turning = sqlite_worker_ask(s->worker, turn_run, turn_done, s);
    if (!s->turning)
        loop_timer_set(s->next, AGAIN_MS);
}

static void on_next(void *arg)
{
    struct satusehat_sink *s = arg;

    s->away = false;
    if (s->turning)
        loop_timer_set(s->next, IDLE_MS);
    else
        turn(s);
}

static void hold_off(struct satusehat_sink *s, const struct err *why, int64_t after_ms)
{
    int64_t ms = (int64_t)TROUBLE_FIRST_MS << (s->failures < 7 ? s->failures : 7);

    if (ms < after_ms)
        ms = after_ms;
    if (ms > TROUBLE_MOST_MS)
        ms = TROUBLE_MOST_MS;
    log_event(s->failures++ ? LOG_WARN : LOG_ERROR, "sink_waits", "sink", s->name, "why", why->text, NULL);
    s->trouble = *why;
    s->trouble_ms = clock_wall_ms();
    s->away = true;
    s->down->value = 1;
    loop_timer_set(s->next, ms / 2 + (int64_t)rnd_below((uint64_t)ms / 2 + 1));
}

static void on_over(void *arg, const struct outbox_fate *fates, unsigned n, const struct err *trouble,
                    int64_t after_ms)
{
    struct satusehat_sink *s = arg;

    for (unsigned i = 0; i < n; i++) {
        s->fates[i] = fates[i];
        if (fates[i].stage && strcmp(fates[i].stage, OUTBOX_REFUSED) == 0)
            log_event(LOG_ERROR, "row_refused", "sink", s->name, "why",
                      arena_copy(&s->batch.arena, fates[i].why).p, NULL);
    }
    s->fates_n = n;
    if (trouble) {
        hold_off(s, trouble, after_ms);
    } else {
        if (s->failures)
            log_event(LOG_INFO, "sink_goes_on", "sink", s->name, NULL);
        s->failures = 0;
        s->down->value = 0;
    }
    turn(s);
}

/* --- what people ask --- */

static bool up(const void *self)
{
    const struct satusehat_sink *s = self;

    return s->failures == 0 && sqlite_worker_up(s->worker);
}

static void stages(void *self, sink_stage *each, void *ctx)
{
    const struct satusehat_sink *s = self;
    const struct fhir_ministry *m = s->rules->fhir->ministry;

    for (unsigned i = 0; i < s->counts_n; i++) {
        const struct ministry_stage *row = ministry_stage(m, slice_of(s->counts[i].stage));
        struct sink_stage_row out = { .name = slice_of(s->counts[i].stage),
                                      .n = s->counts[i].n,
                                      .since_ms = s->counts[i].since_ms };

        if (row) {
            out.words = row->words;
            out.who = row->who;
            out.act = row->act;
        }
        each(ctx, &out);
    }
}

struct listing {
    struct satusehat_sink *sink;
    struct slice stage; /* behind it */
    struct buf said;
    sink_said *done;
    void *ctx;
};

static void list_run(void *arg)
{
    struct listing *l = arg;
    struct err e = { "the outbox is not open" };

    if (!l->sink->file || outbox_list(l->sink->file, l->stage, LISTED, &l->said, &e) != SQLITE_DB_OK)
        buf_printf(&l->said, "error: %s\n", e.text);
    else if (!l->said.n)
        buf_str(&l->said, "nothing is in this stage\n");
}

static void list_done(void *arg)
{
    struct listing *l = arg;

    l->done(l->ctx, l->said.n ? buf_slice(&l->said) : (struct slice)S("error: the gateway is leaving\n"));
    buf_free(&l->said);
    free(l);
}

/* "list STAGE", "retry" */
static void act(void *self, struct slice words, sink_said *done, void *ctx)
{
    struct satusehat_sink *s = self;
    struct slice verb = slice_cut(&words, ' ');
    struct listing *l;

    words = slice_trim(words);
    if (slice_is(verb, "retry") && !words.n) {
        s->again = s->refused = true;
        done(ctx, S("what was refused, and what lacks something, is looked at again\n"));
        return;
    }
    if (!slice_is(verb, "list") || !words.n) {
        done(ctx, S("error: sink NAME list STAGE | retry; the stages stand in show stages\n"));
        return;
    }
    l = calloc(1, sizeof *l + words.n);
    if (l) {
        *l = (struct listing){ .sink = s, .done = done, .ctx = ctx };
        memcpy(l + 1, words.p, words.n);
        l->stage = slice_make((char *)(l + 1), words.n);
        buf_init(&l->said, LIST_MAX);
        if (sqlite_worker_ask(s->worker, list_run, list_done, l))
            return;
    }
    free(l);
    done(ctx, S("error: out of memory\n"));
}

static void show(void *self, struct buf *b)
{
    const struct satusehat_sink *s = self;

    buf_printf(b, "  platform  %s", s->failures ? "away, it is tried again" : "answers");
    if (s->failures)
        buf_printf(b, ": %s", s->trouble.text);
    buf_printf(b, "\n  sent      %llu\n", (unsigned long long)s->sent);
    for (unsigned i = 0; i < s->counts_n; i++)
        buf_printf(b, "  %-17s %llu\n", s->counts[i].stage, (unsigned long long)s->counts[i].n);
}

static const struct feed *feed(const void *self)
{
    const struct satusehat_sink *s = self;

    return sqlite_worker_feed(s->worker);
}

/* --- life --- */

static void check(const struct sink_conf *c, struct faults *x)
{
    if (!c->token_url.n)
        fault_add(x, c->mark, "profile satusehat needs token_url");
    if (c->client_id.n || c->client_secret.n || c->organization.n)
        fault_add(
            x, c->mark,
            "profile satusehat: client_id, client_secret_file and organization stand in facilities.csv, "
            "for each puskesmas its own");
}

static void reload(void *self, const struct ruleset *rules)
{
    struct satusehat_sink *s = self;

    pthread_mutex_lock(&s->lock);
    s->rules = rules;
    pthread_mutex_unlock(&s->lock);
    sender_rules(s->sender, rules);
    s->again = true;
}

static void sink_free(struct satusehat_sink *s)
{
    sender_close(s->sender);
    if (s->next)
        loop_timer_free(s->next);
    pthread_mutex_destroy(&s->lock);
    arena_free(&s->batch.arena);
    free(s->path);
    free(s->name);
    free(s);
}

static void close_sink(void *self)
{
    struct satusehat_sink *s = self;

    s->closing = true;
    sender_close(s->sender); /* no answer comes any more */
    s->sender = NULL;
    sqlite_worker_close(s->worker);
    sink_free(s);
}

static void *open_sink(const struct sink_host *host, const struct sink_conf *c, struct err *e)
{
    struct satusehat_sink *s = calloc(1, sizeof *s);
    struct sqlite_work work = {
        .ready = ready, .store = put, .close = shut, .arg = s, .kind = "satusehat", .linger_ms = 200
    };
    char name[64], stream[80];

    if (!s || !host->rules->fhir->ministry) {
        err_set(e, s ? "sink %.*s: forms/fhir/satusehat.yaml is missing" : "sink %.*s: out of memory",
                SLICE_ARG(c->name));
        free(s);
        return NULL;
    }
    err_set(e, "sink %.*s: out of memory", SLICE_ARG(c->name));
    pthread_mutex_init(&s->lock, NULL);
    arena_init(&s->batch.arena, BATCH_MEMORY);
    s->rules = host->rules;
    s->again = true; /* facilities.csv may have changed since */
    s->path = strndup(c->path.p, c->path.n);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(c->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(c->name));
    s->name = strdup(name);
    s->down =
        stat_get(STAT_GAUGE, "platform_down", "1 while the ministry's platform takes nothing; records wait",
                 "sink", stream + strlen("sink:"));
    s->next = loop_timer_new(host->loop, "satusehat", on_next, s);
    if (s->path && s->name && s->next)
        s->sender = sender_open(host->loop, c->url, c->token_url, on_over, s, e);
    if (s->sender)
        s->worker = sqlite_worker_open(host->loop, host->store, stream, name, &work, e);
    if (s->worker) {
        loop_timer_set(s->next, 0);
        return s;
    }
    sink_free(s);
    return NULL;
}

const struct sink_kind satusehat_kind = {
    .name = "fhir",
    .profile = "satusehat",
    .needs = " url ",
    .reads =
        " url token_url path profile client_id client_secret_file organization ", /* the last: see check() */
    .check = check,
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .up = up,
    .show = show,
    .stages = stages,
    .act = act,
    .close = close_sink,
};
