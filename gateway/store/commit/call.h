/* call.h - commits under way, and those that leave together. */
#ifndef KENTONGAN_STORE_COMMIT_CALL_H
#define KENTONGAN_STORE_COMMIT_CALL_H

#include "gateway/store/commit/private.h"

enum {
    CALL_COMMITS = 32, /* in one call: it must not hold Redis up for longer than some ms */
};

struct commit {
    struct store *store;
    struct commit *next, *prev;
    struct commit_parts parts;
    uint64_t number;   /* alone.c */
    uint64_t plain_in; /* the time of being alone in which it may go as plain commands; 0: it may not */
    bool sent, under_way;
    int64_t unsent_by_ms, resend_by_ms;
    struct commit_effects effects;
    store_commit_cb *cb;
    void *arg;
    enum store_rc rc; /* when it ends by itself */
};

struct call {
    struct store *store;
    unsigned n;
    unsigned plain; /* so many of them, the first, go as plain commands */
    struct commit *commits[CALL_COMMITS];
    unsigned ends[CALL_COMMITS]; /* of each plain one: how many commands there were with it */
    unsigned commands;           /* in the transaction */
    unsigned stored;             /* of which so many, the first, are entries with the plain ones' rows */
    unsigned rows;               /* plain ones that have any */
};

/* All by the commit function: done is called with the call and its verdicts. */
void call_function(struct call *, redis_cb *done);
/* The plain ones first and the others by the function, in one transaction: done is called with the call and
 * the replies; that of the function, if there are others, is the last. */
void call_transaction(struct call *, redis_cb *done);

#endif
