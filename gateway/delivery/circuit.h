/* circuit.h - is a provider well?  A small state machine over the ends of its attempts and, for SMPP, over
 * whether a bind stands.
 *
 * It must never send, hold or move an SMS: it only says how the provider is; route.h draws the conclusion.
 * Knows no clock: times are arguments, of the monotonic clock in milliseconds. */
#ifndef KENTONGAN_DELIVERY_CIRCUIT_H
#define KENTONGAN_DELIVERY_CIRCUIT_H

#include <stdbool.h>
#include <stdint.h>

struct stat;

enum {
    CIRCUIT_FAILURES = 5,            /* in a row open it */
    CIRCUIT_HURRY_MS = 1000,         /* a bind may be gone while an emergency waits */
    CIRCUIT_LONGEST_MS = 10 * 60000, /* most that it is left alone between two probes */
};

enum circuit_state {
    CIRCUIT_CLOSED,  /* well */
    CIRCUIT_OPEN,    /* down: left alone until until_ms */
    CIRCUIT_PROBING, /* one SMS at a time finds out */
};

struct circuit {
    enum circuit_state state;
    unsigned failed;           /* attempts in a row */
    bool gone;                 /* no bind stands: nothing to probe with */
    int64_t patience_ms;       /* how long a bind may be gone, and the first wait */
    int64_t wait_ms, until_ms; /* this wait, and its end; gone: when it counts as down */
    const char *name;          /* of the provider, who owns it */
    struct stat *gauge, *opened;
};

/* name: of the provider; outlives the circuit. */
void circuit_init(struct circuit *, const char *name, int64_t patience_ms);
/* The provider took an SMS. */
void circuit_well(struct circuit *, int64_t now_ms);
/* It did not take one now, or its answer was lost.  urgent: one such is enough, for somebody can help out. */
void circuit_failed(struct circuit *, bool urgent, int64_t now_ms);
/* It refused one for good: no word about it when it is well, no proof of health when it is probed. */
void circuit_refused(struct circuit *, int64_t now_ms);
/* An emergency waits for a bind that is gone, and somebody can help out: it counts as down soon. */
void circuit_hurry(struct circuit *, int64_t now_ms);
/* SMPP: whether a bind stands. */
void circuit_bound(struct circuit *, bool bound, int64_t now_ms);
/* Carries out what time alone decides.  Returns how long until it wants to be asked again; -1: never. */
int64_t circuit_tick(struct circuit *, int64_t now_ms);

#endif
