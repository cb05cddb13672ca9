/* turns.h - who comes after whom: messages of one sender one by one, and a message that lost its subjects to
 * others too often before those others.
 *
 * A turn is a part of a job; it belongs to the job and must outlive its place here. */
#ifndef KENTONGAN_PIPELINE_TURNS_H
#define KENTONGAN_PIPELINE_TURNS_H

#include "flows/flow.h"
#include "gateway/loop/loop.h"

enum {
    TURN_LANES = 4096, /* senders are spread over so many; two that share one just wait for each other */
};

struct turn {
    struct turn *next_in_lane;        /* waits behind the lane's head */
    struct turn *holders_next;        /* in turns->holders */
    struct turn *waiting, *wait_next; /* those that wait for this holder; the next one in such a list */
    struct turns *all;
    unsigned lane;                            /* TURN_LANES: none */
    struct subject_ref held[INTENT_SUBJECTS]; /* in the job's arena */
    unsigned held_n;
    bool holds;
};

struct turn_lane {
    struct turn *first; /* the one that runs */
    unsigned n;
};

struct turns {
    struct loop *loop;
    void (*start)(struct turn *); /* its time has come (again); never inside a call of these functions */
    struct turn_lane lanes[TURN_LANES];
    struct turn *holders;
};

/* How many are in the lane of this sender. */
unsigned turns_before(const struct turns *, struct slice sender);
/* Into the lane of its sender (empty: none); an urgent one right behind the one that runs.  True: it may
 * start at once. */
bool turn_enter(struct turns *, struct turn *, struct slice sender, bool urgent) MUST_CHECK;
/* Out of everything; those behind it start. */
void turn_leave(struct turn *);
/* From now on others that name these subjects wait for it.  Their names are copied into the arena. */
void turn_hold(struct turn *, const struct subject_ref *, unsigned n, struct arena *);
/* True when it now waits, in order of arrival, for one who holds one of these subjects.  It holds nothing
 * meanwhile: two that waited for each other would wait for ever. */
bool turn_must_wait(struct turn *, const struct subject_ref *, unsigned n) MUST_CHECK;

#endif
