/* crew.h - threads for what would block the loop: password hashes, questions to databases.
 *
 * A job runs on one of the threads, then its end runs in the loop.  Nothing here knows what a job does. */
#ifndef KENTONGAN_LOOP_CREW_H
#define KENTONGAN_LOOP_CREW_H

#include "gateway/base/err.h"
#include "gateway/loop/loop.h"

struct crew;

/* `threads` (1 … 8) of them; at most `waiting` jobs wait.  NULL when there is no memory or no thread. */
struct crew *crew_new(struct loop *, unsigned threads, unsigned waiting);
/* run(arg, thread) on a thread, thread counting from 0, then done(arg) in the loop, never inside this call.
 * False when too many wait already: neither is called. */
bool crew_ask(struct crew *, void (*run)(void *arg, unsigned thread), void (*done)(void *arg),
              void *arg) MUST_CHECK;
/* Waits for the jobs at work; `drop` is called for those whose end has not run. */
void crew_free(struct crew *, void (*drop)(void *arg));

#endif
