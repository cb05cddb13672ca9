/* lane.h - SMS in the hands of this room, and the queues in which they wait their turn.
 *
 * A sending is one SMS that was taken from its lane in the store.  It must be in exactly one place: waiting
 * in a queue (its lane's, or a helper's), or under way at a provider.  One that goes by another provider too
 * leaves a straggler behind: an attempt whose SMS is no longer its own (hedge.c).  Sits under provider.c;
 * knows neither windows nor attempts. */
#ifndef KENTONGAN_DELIVERY_LANE_H
#define KENTONGAN_DELIVERY_LANE_H

#include "gateway/base/arena.h"
#include "gateway/store/store.h"

struct provider;
struct smpp_send;
struct budget_question;
struct loop_timer;

enum {
    LANE_JOB_MEMORY = 256 * 1024
};

/* How urgent: a lane's number here.  Each goes before all behind it. */
enum rank {
    RANK_EMERGENCY,
    RANK_ANSWER,
    RANK_ALERT, /* this and below wait for the morning */
    RANK_BULK,
    RANKS,
};

struct sending {
    unsigned magic;
    struct lane *lane;
    struct lane *queue;         /* in which it waits */
    struct provider *by;        /* who tries it, while it is under way */
    struct sending *next, **at; /* in the lane's queue, or among those under way */
    struct slice id;            /* of the entry */
    struct lane_sms sms;
    unsigned attempts;
    int64_t first_ms;
    bool recovered;
    int64_t due_ms;                   /* in the lane past the store: not before */
    bool expected;                    /* it will come out of the store too (expected.c) */
    struct smpp_send *smpp;           /* while it is under way by submit_sm */
    struct loop_timer *cut;           /* of a bind that does not answer, where another could send it */
    struct loop_timer *patience;      /* an emergency's, until it goes by another too */
    int64_t began_ms;                 /* this attempt, monotonic */
    uint32_t tried;                   /* by whom since it was taken: bits of delivery's providers */
    struct sending *heir;             /* a straggler's: who has its SMS now, or another straggler */
    struct sending *straggler;        /* the other way */
    bool straggles, taken;            /* taken: a straggler's provider took it, nothing else counts */
    struct budget_question *question; /* while it is under way to hear whether its number had enough */
    int64_t day;                      /* local, in which it is counted */
    bool counted;
    struct arena arena; /* holds all above */
};

struct lane {
    struct provider *home; /* whose lane it is, whoever carries it now */
    unsigned number;
    struct consumer *consumer;       /* NULL: the lane past the store (delivery_now) */
    struct sending *waiting, **last; /* first in, first out */
    unsigned taken, waiting_n;       /* taken: waiting or under way */
};

void lane_init(struct lane *, struct provider *home, unsigned number);
/* A sending of this lane from what the store or delivery_now() gave; NULL with *why when it is no SMS or
 * there is no memory.  Not queued yet. */
struct sending *sending_from_entry(struct lane *, const struct entry *, struct err *why);
struct sending *sending_from_sms(struct lane *, const struct sms *, int64_t now_ms);
/* Aborts on anything else. */
struct sending *sending_of(void *arg);
void sending_free(struct sending *);
/* One with the same SMS and its custody: the lane's place and the entry; j is a straggler from now on.  NULL
 * when memory is out, and nothing changed.  Not queued yet. */
struct sending *sending_heir(struct sending *j);
/* Out of the row of stragglers and heirs. */
void sending_part(struct sending *);

void lane_add(struct lane *, struct sending *);
/* The rank of its class, whatever lane it is in: the one past the store holds emergencies and answers. */
enum rank sending_rank(const struct sending *);
/* Takes out the first that is due at now_ms (wall) and of this rank or above: one that waits for its next try
 * holds up nobody. */
struct sending *lane_first(struct lane *, int64_t now_ms, enum rank least);
/* The first that is like that one; NULL: none is. */
struct sending *lane_find(const struct lane *, bool (*like)(const struct sending *, const struct sending *),
                          const struct sending *);
/* Takes it out of the queue in which it waits. */
void lane_leave(struct sending *);
/* Is there one? */
bool lane_has(const struct lane *, int64_t now_ms, enum rank least);
/* When its next one is due; INT64_MAX: none waits. */
int64_t lane_due_ms(const struct lane *);
/* Frees all that waits. */
void lane_clear(struct lane *);

/* --- the list of those under way --- */
void sending_list(struct sending **head, struct sending *);
void sending_unlist(struct sending *);

#endif
