/* loop.h - the event loop: turns, hooks at the end of a turn, named timers, deferred free.
 *
 * One thread.  loop_run() turns libevent with EVLOOP_ONCE and runs the hooks after each turn, in the order
 * added: that is where commits are flushed, spools fsynced and dead objects freed. */
#ifndef KENTONGAN_LOOP_LOOP_H
#define KENTONGAN_LOOP_LOOP_H

#include <stdint.h>

#include "gateway/base/err.h"

struct loop;
struct event_base;
struct loop_timer;

struct loop *loop_new(struct err *);
/* Frees all; timers still pending are dropped without a call. */
void loop_free(struct loop *);
struct event_base *loop_base(struct loop *);
/* Until loop_stop().  Returns 0, or -1 when libevent failed. */
int loop_run(struct loop *) MUST_CHECK;
void loop_stop(struct loop *);
/* Start-up is over: turns are counted from now on. */
void loop_count(struct loop *);
/* f runs at the end of every turn. */
void loop_at_turn_end(struct loop *, void (*f)(void *), void *arg);
void loop_not_at_turn_end(struct loop *, void (*f)(void *), void *arg);
/* The next turn starts without waiting: for a hook that left work to an earlier one. */
void loop_again(struct loop *);
/* Called where much may come at once: a turn that had its time ends here, and what else is ready waits for
 * the next, so that no hook waits longer. */
void loop_enough(struct loop *);
/* The priority (libevent's) of whoever sends more than anybody needs to: a few of them in each look at what
 * is ready, behind all others. */
enum {
    LOOP_ORDINARY = 1,
    LOOP_LAST = 2,
};
/* f(obj) at the end of this turn: nothing dies inside a callback about it. */
void loop_reap(struct loop *, void (*f)(void *), void *obj);
/* f runs once at the end of this turn: the way to call back "later, never inside the call that queued it". */
void loop_soon(struct loop *, void (*f)(void *), void *arg);

/* A one-shot timer; the name is for `ctl show`.  Setting it again moves it. */
struct loop_timer *loop_timer_new(struct loop *, const char *name, void (*f)(void *), void *arg);
void loop_timer_set(struct loop_timer *, int64_t after_ms);
void loop_timer_stop(struct loop_timer *);
void loop_timer_free(struct loop_timer *);
/* f(arg) in the loop's thread after loop_wake() from any thread. */
struct loop_wake *loop_wake_new(struct loop *, void (*f)(void *), void *arg);
void loop_wake(struct loop_wake *); /* async-signal-safe and thread-safe */
void loop_wake_free(struct loop_wake *);

#endif
