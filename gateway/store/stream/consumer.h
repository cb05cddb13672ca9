/* consumer.h - a consumer of one stream, for the files of this room alone: what it holds (held.c), what it
 * says became of it (verdicts.c), how it reads (consumer.c), and what was in other hands (takeover.c). */
#ifndef KENTONGAN_STORE_STREAM_CONSUMER_H
#define KENTONGAN_STORE_STREAM_CONSUMER_H

#include "gateway/base/clock.h"
#include "gateway/store/stream/private.h"

enum {
    POLL_MS = 1000,
    ID_MAX = 44,
    HELD_BUCKETS = 512, /* a sink holds some thousand */
};

/* What became of one piece. */
struct fate {
    int64_t due_ms; /* it is tried again then; 0: it is not */
    char *reason;   /* why it is parked; NULL: it is not */
};

/* One entry that was handed out: in pieces, if it is a bundle (shared.lua).  It ends with the last of them,
 * so that it is dealt with by one call and comes again as a whole when we die before. */
struct held {
    struct held *next; /* in its bucket */
    char id[ID_MAX];
    unsigned attempts;
    int64_t first_ms;
    unsigned doubts;       /* the consumer's, when it was known to be ours */
    unsigned pieces, left; /* 0 left: it has ended, and held_drop() keeps it */
    bool scattered;        /* not all of them are done */
    struct fate fates[];   /* of each piece */
};

/* A call about entries, kept until it is answered. */
struct saying {
    struct consumer *consumer;
    struct saying *next;
    struct buf command;
    bool under_way;
    int64_t back_ms; /* a retry: when it comes back */
};

struct consumer {
    struct store *store;
    struct consumer *next, **self;
    char *stream;
    uint64_t bit;
    unsigned window, under_way; /* pieces */
    unsigned fattest;           /* most pieces of an entry of the last read */
    void (*on_entry)(void *, const struct entry *);
    void *arg;
    struct held *buckets[HELD_BUCKETS];
    struct buf done;            /* ids of this turn, each as a part of a command */
    struct buf bundles, pieces; /* those of bundles, and of how many each is */
    unsigned done_n, bundles_n; /* all, and the bundles among them */
    struct saying *sayings;
    struct loop_timer *poll;
    unsigned asking;  /* replies of ours still to come */
    bool reading;     /* a read is under way */
    bool reading_own; /* of what we had already, not of new ones */
    bool recovering;  /* our own entries that we do not hold are not all read yet */
    bool strangers;   /* they may have been in the hands of someone who died */
    char recovered[ID_MAX];
    bool sought;   /* since Redis is up, what stands in nobody's name was looked for */
    bool again;    /* it is looked for once more, some time after Redis came up */
    bool nameless; /* some of what we hold, or are to read, may stand in nobody's name */
    bool restart;  /* they are to be read again from the first on */
    bool more;     /* there may be unread entries */
    bool woken;    /* there are new ones, which the read under way may not know of */
    bool look;     /* look again at the end of this turn */
    bool closed;
    unsigned doubts; /* so often others may have taken what we hold */
    bool doubting;   /* Redis is asked what of it is ours */
    int64_t claim_at_ms;
    struct clock_watch clock;
};

/* --- held.c --- */
/* Where it hangs, or would. */
struct held **held_place(const struct consumer *, struct slice id);
/* A new one, in its place. */
struct held *held_new(struct consumer *, struct held **at, const struct entry *, unsigned pieces);
/* A piece ends. Answers its entry when that was the last: for held_drop(). NULL: others are left, or it is
 * not ours. */
struct held *held_end(struct consumer *, struct slice id, int64_t due_ms, const char *reason);
/* Off the table, as soon as no read of what we had can still bring it: Redis may have carried that out before
 * it heard of the end. NULL is none. */
void held_drop(struct consumer *, struct held *);
/* Such a read is over. */
void held_sweep(struct consumer *);
void consumer_free(void *consumer);
/* It is closed, and nothing is to come. */
bool consumer_over(const struct consumer *);
/* A reply to one of its calls is here: call it last. */
void consumer_replied(struct consumer *);
/* The same, of a reply that is only told when it is a refusal. */
void consumer_ignore(void *consumer, const redisReply *);
/* Its key of this kind ("st", "wait", "parked"); *k is its memory. */
struct slice consumer_key(const struct consumer *, struct key *k, const char *kind);
/* What was read but never arrived here comes again; what is held is not given out twice. */
void consumer_recover(struct consumer *);
/* What was handed out in nobody's name becomes ours, to be read again; strangers: as recovered. */
void consumer_seek(struct consumer *, bool strangers);
/* It looks for what comes back at the latest then. */
void consumer_poll_by(struct consumer *, int64_t due_ms);

/* --- verdicts.c --- */
/* What is done, by one call. */
void consumer_say_done(struct consumer *);
/* Sends it (again): it is kept until it is answered. */
void consumer_say(struct saying *);

#endif
