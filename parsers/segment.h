/* segment.h - how many SMS a text costs, where it is cut, and long messages put together again (DOMAIN 8.1,
 * 8.5).
 *
 * Pure: the time is an argument.  Parts of two people never mix: the key holds the sender. */
#ifndef KENTONGAN_PARSERS_SEGMENT_H
#define KENTONGAN_PARSERS_SEGMENT_H

#include "gateway/base/arena.h"

enum {
    SEGMENT_PARTS_MAX = 32,
};

/* True when every letter is in GSM-7; *parts is 1 for an empty text.  Parts hold 160/153 septets or 70/67
 * units; an escape pair and a surrogate pair are never split. */
bool segment_parts(struct slice utf8, unsigned *parts);
/* The same cut, shown: up to `max` slices of the text itself.  Returns how many there would be. */
unsigned segment_cut(struct slice utf8, bool gsm7, struct slice *parts, unsigned max);

/* --- which part of what --- */
struct segment_part {
    struct slice provider, from, to;
    unsigned ref, total, seq; /* seq counts from 1 */
    uint8_t coding;           /* for the decoder */
    struct slice text;        /* octets as they came where there is a decoder, else UTF-8 */
};

/* Cuts the user data header off the front of *data.  1: a part of a long message, ref, total and seq are set
 * (8-bit and 16-bit references never meet); 0: a header about other things; 2: an element runs over its
 * end, so that this may have been a part; -1: no header can be there, and nothing is cut. */
int segment_udh(struct slice *data, struct segment_part *);
/* Reference by SAR TLVs, kept apart from those of headers. */
unsigned segment_sar_ref(unsigned ref);

/* --- joining --- */
struct segment_set; /* parts that wait for the others */

/* Octets of one coding to UTF-8; parts that follow each other in one coding are decoded together, so that
 * what was cut in the middle of a letter is whole again. */
typedef struct slice segment_decode(void *arg, struct slice provider, uint8_t coding, struct slice octets,
                                    struct arena *, bool *broken);

struct segment_set *segment_new(unsigned max_messages, int64_t wait_ms);
void segment_decoder(struct segment_set *, segment_decode *, void *arg);
void segment_wait(struct segment_set *, int64_t wait_ms);
void segment_free(struct segment_set *);

struct segment_whole {
    uint64_t id; /* for segment_done and segment_later */
    struct slice provider, from, to, text;
    int64_t since_ms; /* when its first part came */
    bool broken;      /* the decoder had to mend it, or parts are missing */
};

enum segment_rc {
    SEGMENT_WAITING,  /* taken, others are missing */
    SEGMENT_COMPLETE, /* *whole is filled in; it stays here until segment_done() */
    SEGMENT_REPEATED, /* this part is here already, others are missing */
    SEGMENT_BAD,      /* impossible numbers: segment_lone */
    SEGMENT_FULL,     /* no room: it is to come again */
};
/* A last part that comes again before segment_done() is COMPLETE again.  A part that differs from the one
 * which is here under the same numbers begins a new message; the old one is overdue at once. */
enum segment_rc segment_add(struct segment_set *, const struct segment_part *, int64_t now_ms, struct arena *,
                            struct segment_whole *);
/* What came of one message whose time is up: its parts in order, with `[...]` for what is missing, and
 * without a figure that touches such a gap: half of one is a wrong value.  False
 * when none is due.  A message that holds nothing but repeats of one that was done is dropped. */
bool segment_overdue(struct segment_set *, int64_t now_ms, struct arena *, struct segment_whole *);
/* A part of which nobody can say where it belongs: as if a gap were on both its sides. */
struct slice segment_lone(struct slice utf8, struct arena *);
/* A text that may lack its end. */
struct slice segment_half(struct slice utf8, struct arena *);
/* Was exactly this part in a message that was done?  Then it is a repeat and nothing waits for it. */
bool segment_was_done(const struct segment_set *, const struct segment_part *, int64_t now_ms);
/* It is somebody else's now. */
void segment_done(struct segment_set *, uint64_t id, int64_t now_ms);
/* Nobody took it: it is due at that time. */
void segment_later(struct segment_set *, uint64_t id, int64_t due_ms);
/* When the oldest that is still here came; INT64_MAX when none is. */
int64_t segment_oldest_ms(const struct segment_set *);
unsigned segment_waiting(const struct segment_set *);

#endif
