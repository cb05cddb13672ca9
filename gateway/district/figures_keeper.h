/* figures_keeper.h - keeps the tables of indicators of one district database up to date, on a thread of that
 * database: counts what is due, tells what villages say now, answers `ctl pws`.
 *
 * In the loop, but where it says thread. */
#ifndef KENTONGAN_DISTRICT_FIGURES_KEEPER_H
#define KENTONGAN_DISTRICT_FIGURES_KEEPER_H

#include "gateway/district/figures_db.h"
#include "gateway/district/sink.h"

struct figures_keeper;

/* The thread of a database. */
struct figures_thread {
    void *self;
    int rest; /* so many times as long as a step took, before the next: others work there too */
    /* run(arg) on the thread, then done(arg) in the loop, never inside this call; at the end done alone. */
    bool (*ask)(void *self, void (*run)(void *), void (*done)(void *), void *arg);
    /* On the thread: NULL while the database is not open. */
    const struct figures_db *(*db)(void *self);
    /* In the loop: counting can wait some minutes, for there is much to store.  May be NULL. */
    bool (*busy)(void *self);
    /* In the loop: what the thread asks fails at once from now on, or no more.  NULL: it never waits for
     * long. */
    void (*cut)(void *self, bool on);
};

/* NULL when memory is out.  The host and what is in it outlive it. */
struct figures_keeper *figures_keeper_new(const struct sink_host *, const struct figures_thread *);
/* Other rows, places or targets; those of before are not looked at any more when it returns. */
void figures_keeper_reload(struct figures_keeper *, const struct ruleset *);
/* As sink_kind.pws. */
void figures_keeper_ask(struct figures_keeper *, const struct sink_asked *, sink_said *done, void *ctx);
/* Nothing is told or asked any more; the thread may still be at work. */
void figures_keeper_leave(struct figures_keeper *);
/* When the thread is gone.  NULL is none. */
void figures_keeper_free(struct figures_keeper *);
/* What is wrong with the counting; empty: nothing. */
void figures_keeper_show(const struct figures_keeper *, struct buf *);

#endif
