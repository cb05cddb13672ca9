/* figures_keeper.c - see figures_keeper.h. */
#include "gateway/district/figures_keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/district/figures_copy.h"
#include "gateway/district/figures_count.h"
#include "gateway/district/figures_news.h"
#include "gateway/district/figures_print.h"
#include "gateway/district/figures_rows.h"

enum {
    FIGURES_MS = 1000, /* figures that are due are looked for so often */
    TROUBLE_MS = 30 * 1000,
    BUSY_MS = 5 * 60 * 1000, /* so long it waits for a backlog of records at most */
    PWS_MAX = 1 << 19,
    NEWS_MS = 5000, /* villages are told of so often at most */
    NEWS_MAX = 1 << 18,
    STEP_MEMORY = 64 << 20,
};

struct figures_keeper {
    struct figures_thread thread;
    struct loop_timer *timer;
    pthread_mutex_t lock; /* held while figures are counted: some ms */
    const struct ruleset *rules;
    char *copy_path;
    void (*tell)(void *arg, struct slice line);
    void *tell_arg;
    int64_t counted_ms; /* when the last step was over; monotonic */

    /* The thread's while a step is under way, else the loop's. */
    struct sqlite_file *copy;
    int64_t took_ms; /* by the last step */
    int64_t news_ms; /* when news were looked for last */
    struct buf news; /* of villages whose figures changed */
    struct err trouble;
    char news_month[16], news_since[40];
    char after[80]; /* the unit that was counted last */
    bool left;      /* more are due */
    bool copied;    /* the copy says what the database says */
    bool news_due;  /* something was counted since */

    bool rows_due; /* under the lock: table indicator is to be filled, figures perhaps made anew */
    bool asked;    /* a step is under way */
    bool leaving;
};

/* `ctl pws`: a question on its way to the thread and back. */
struct question {
    struct figures_keeper *keeper;
    struct slice place, month; /* behind it */
    bool anew;
    struct buf said;
    sink_said *done;
    void *ctx;
};

/* --- on the thread --- */

/* Some seconds' changes at once; all of them when another month is told. */
static int look_for_news(struct figures_keeper *k, const struct figures_db *db, struct err *e)
{
    int64_t now = clock_wall_ms();
    char month[16];
    int rc;

    figures_news_month(k->rules, now, month);
    if (strcmp(month, k->news_month) != 0) {
        snprintf(k->news_month, sizeof k->news_month, "%s", month);
        k->news_since[0] = '\0';
        k->news_due = true;
    }
    if (!k->news_due || k->news.n || now - k->news_ms < NEWS_MS)
        return 0;
    rc = figures_news(db, k->rules, month, k->news_since, &k->news, e);
    if (rc != 0)
        buf_clear(&k->news);
    figures_time(now - FIGURES_MS, k->news_since, sizeof k->news_since);
    k->news_ms = now;
    k->news_due = false;
    return rc;
}

/* The copy is made whole again after anything went wrong with it. */
static int keep_copy(struct figures_keeper *k, const struct figures_db *db, const struct figures_step *step,
                     struct err *e)
{
    if (!k->copy && figures_copy_open(k->copy_path, &k->copy, e))
        return -1;
    k->copied = k->copied ? figures_copy_changed(k->copy, step, e) == 0
                          : figures_copy_all(k->copy, db, k->rules, e) == 0;
    return k->copied ? 0 : -1;
}

/* Figures are counted by the rules of now; a reload waits for the step under way. */
static int count(struct figures_keeper *k, const struct figures_db *db, struct arena *arena, struct err *e)
{
    struct figures_step step = { .arena = arena };
    int rc = 0;

    memcpy(step.after, k->after, sizeof step.after);
    if (k->rows_due) {
        rc = figures_rows(db, k->rules, false, e);
        k->rows_due = rc != 0;
        k->copied = false;
    }
    if (rc == 0)
        rc = figures_step(db, k->rules, clock_wall_ms(), &step, e);
    memcpy(k->after, step.after, sizeof k->after);
    k->left = rc == 0 && step.left;
    k->news_due = k->news_due || step.changed;
    if (rc == 0 && k->copy_path)
        rc = keep_copy(k, db, &step, e);
    if (rc == 0 && k->tell)
        rc = look_for_news(k, db, e);
    return rc;
}

static void count_run(void *arg)
{
    struct figures_keeper *k = arg;
    const struct figures_db *db = k->thread.db(k->thread.self);
    int64_t from = clock_mono_ms();
    struct arena arena;
    struct err e = { "" };

    k->left = false;
    if (!db)
        return;
    arena_init(&arena, STEP_MEMORY);
    pthread_mutex_lock(&k->lock);
    if (count(k, db, &arena, &e) == 0)
        e.text[0] = '\0';
    pthread_mutex_unlock(&k->lock);
    arena_free(&arena);
    k->trouble = e;
    k->took_ms = clock_mono_ms() - from;
}

static void question_run(void *arg)
{
    struct question *q = arg;
    struct figures_keeper *k = q->keeper;
    const struct figures_db *db = k->thread.db(k->thread.self);
    struct err e = { "the district database is not open" };
    int rc = -1;

    pthread_mutex_lock(&k->lock);
    if (db && q->anew)
        rc = figures_rows(db, k->rules, true, &e);
    else if (db)
        rc = figures_print(db, k->rules, q->place, q->month, &q->said, &e);
    k->copied = k->copied && !q->anew;
    pthread_mutex_unlock(&k->lock);
    if (rc != 0) {
        buf_clear(&q->said);
        buf_printf(&q->said, "error: %s\n", e.text);
    } else if (q->anew) {
        buf_str(&q->said, "all figures are counted anew from the records; it may take some minutes\n");
    } else if (!q->said.n) {
        buf_str(&q->said, "nothing was counted there in that month\n");
    }
}

/* --- in the loop --- */

static void count_done(void *arg)
{
    struct figures_keeper *k = arg;
    struct slice rest = buf_slice(&k->news);

    k->asked = false;
    k->counted_ms = clock_mono_ms();
    while (!k->leaving && rest.n)
        k->tell(k->tell_arg, slice_cut(&rest, '\n'));
    buf_clear(&k->news);
    if (!k->leaving)
        loop_timer_set(k->timer, k->trouble.text[0] ? TROUBLE_MS
                                 : k->left          ? k->thread.rest * (k->took_ms + 1)
                                                    : FIGURES_MS);
}

static void on_timer(void *arg)
{
    struct figures_keeper *k = arg;

    bool waits =
        k->thread.busy && k->thread.busy(k->thread.self) && clock_mono_ms() - k->counted_ms < BUSY_MS;

    if (!k->asked && !waits)
        k->asked = k->thread.ask(k->thread.self, count_run, count_done, k);
    if (!k->asked)
        loop_timer_set(k->timer, FIGURES_MS);
}

static void question_done(void *arg)
{
    struct question *q = arg;

    q->done(q->ctx, q->said.n ? buf_slice(&q->said) : (struct slice)S("error: the gateway is leaving\n"));
    buf_free(&q->said);
    free(q);
}

void figures_keeper_ask(struct figures_keeper *k, const struct sink_asked *asked, sink_said *done, void *ctx)
{
    struct question *q = calloc(1, sizeof *q + asked->place.n + asked->month.n);
    char *text;

    if (q) {
        text = (char *)(q + 1);
        *q = (struct question){ .keeper = k, .anew = asked->anew, .done = done, .ctx = ctx };
        if (asked->place.n)
            memcpy(text, asked->place.p, asked->place.n);
        if (asked->month.n)
            memcpy(text + asked->place.n, asked->month.p, asked->month.n);
        q->place = slice_make(text, asked->place.n);
        q->month = slice_make(text + asked->place.n, asked->month.n);
        buf_init(&q->said, PWS_MAX);
        if (k->thread.ask(k->thread.self, question_run, question_done, q))
            return;
    }
    free(q);
    done(ctx, S("error: out of memory\n"));
}

void figures_keeper_reload(struct figures_keeper *k, const struct ruleset *rules)
{
    if (k->thread.cut) /* else it might wait for the loop, which waits for the lock */
        k->thread.cut(k->thread.self, true);
    pthread_mutex_lock(&k->lock);
    k->rules = rules;
    k->rows_due = true;
    pthread_mutex_unlock(&k->lock);
    if (k->thread.cut)
        k->thread.cut(k->thread.self, false);
}

void figures_keeper_show(const struct figures_keeper *k, struct buf *b)
{
    if (!k->asked && k->trouble.text[0])
        buf_printf(b, "  figures   not counted: %s\n", k->trouble.text);
}

/* --- life --- */

struct figures_keeper *figures_keeper_new(const struct sink_host *host, const struct figures_thread *thread)
{
    struct figures_keeper *k = calloc(1, sizeof *k);

    if (!k)
        return NULL;
    pthread_mutex_init(&k->lock, NULL);
    buf_init(&k->news, NEWS_MAX);
    k->thread = *thread;
    k->rules = host->rules;
    k->rows_due = true;
    k->tell = host->news;
    k->tell_arg = host->news_arg;
    k->copy_path = host->figures ? strdup(host->figures) : NULL;
    k->timer = loop_timer_new(host->loop, "figures", on_timer, k);
    if (k->timer && !k->copy_path == !host->figures) {
        loop_timer_set(k->timer, FIGURES_MS);
        return k;
    }
    figures_keeper_free(k);
    return NULL;
}

void figures_keeper_leave(struct figures_keeper *k)
{
    k->leaving = true;
    loop_timer_stop(k->timer);
    if (k->thread.cut)
        k->thread.cut(k->thread.self, true);
}

void figures_keeper_free(struct figures_keeper *k)
{
    if (!k)
        return;
    if (k->timer)
        loop_timer_free(k->timer);
    sqlite_file_close(k->copy);
    pthread_mutex_destroy(&k->lock);
    buf_free(&k->news);
    free(k->copy_path);
    free(k);
}
