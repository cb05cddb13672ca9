/* segment.h - how many SMS a text costs, where it is cut, and long messages put together again (DOMAIN 8.1,
 * 8.5).
 *
 * Pure: the time is an argument.  Parts of two people never mix: the key holds the sender. */
#ifndef KENTONGAN_PARSERS_SEGMENT_H
#define KENTONGAN_PARSERS_SEGMENT_H

#include "gateway/base/arena.h"

/* True when every letter is in GSM-7; *parts is 1 for an empty text.  Parts hold 160/153 septets or 70/67
 * units; an escape pair and a surrogate pair are never split. */
bool segment_parts(struct slice utf8, unsigned *parts);

/* --- joining --- */
enum {
    SEGMENT_PARTS_MAX = 32,
};

struct segment_part {
    struct slice provider, from, to;
    unsigned ref, total, seq; /* seq counts from 1 */
    struct slice text;        /* UTF-8 */
};

struct segment_set; /* parts that wait for the others */

struct segment_set *segment_new(unsigned max_messages, int64_t wait_ms);
void segment_free(struct segment_set *);

enum segment_rc {
    SEGMENT_WAITING,  /* taken, others are missing */
    SEGMENT_COMPLETE, /* *whole is the text, in the arena */
    SEGMENT_REPEATED, /* this part is here already */
    SEGMENT_BAD,      /* impossible numbers: treat it as a message of its own */
    SEGMENT_FULL,     /* no room: treat it as a message of its own */
};
enum segment_rc segment_add(struct segment_set *, const struct segment_part *, int64_t now_ms, struct arena *,
                            struct slice *whole);
/* Hands over what came of one message whose time is up: its parts in order, with `[...]` for what is missing.
 * False when none is due.  provider, from, to and the text are copied into the arena. */
bool segment_overdue(struct segment_set *, int64_t now_ms, struct arena *, struct segment_part *out);

#endif
