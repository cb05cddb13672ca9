/* packed.h - a tree (node.h) as few bytes, for what a program keeps and people do not read: a quarter to a
 * half of its JSON, and read without looking at each letter.
 *
 * The first byte is PACKED, with which no JSON begins; then one value.  A value's first byte has its type in
 * the upper three bits, its length, count or small number in the lower five.  Members have their name's
 * number in a table, or the name itself.  A text that is a uuid, a date or a time is kept as that
 * number and read back letter for letter; any other stands there as it is, and no byte beside it is a digit:
 * who looks for a number among bytes (forget.lua: speaks) finds it as in JSON.
 *
 * A number of a name is never given to another (tests/unit/test_packed.c); a name that a newer program added
 * is passed over with its value. */
#ifndef KENTONGAN_BASE_PACKED_H
#define KENTONGAN_BASE_PACKED_H

#include "gateway/base/node.h"

enum {
    PACKED = 1,
    PACKED_NAMES = 192, /* numbers of names are below, not 0, and none of the digits 48 to 57 */
};

struct packed_name {
    uint64_t order; /* PACKED_ORDER(text), by which they are sorted */
    struct slice text;
    uint8_t number;
};

struct packed_names {
    const struct packed_name *sorted;
    unsigned n;
    const struct slice *by_number; /* PACKED_NAMES of them; empty: there is none */
};

/* Of a literal: its first six bytes, its last and its length. */
#define PACKED_BYTE(s, i)                                                                                    \
    ((uint64_t)(unsigned char)(sizeof(s) > (i) + 1 ? (s)[sizeof(s) > (i) + 1 ? (i) : 0] : 0)                 \
     << (56 - 8 * (i)))
#define PACKED_ORDER(s)                                                                                      \
    (PACKED_BYTE(s, 0) | PACKED_BYTE(s, 1) | PACKED_BYTE(s, 2) | PACKED_BYTE(s, 3) | PACKED_BYTE(s, 4) |     \
     PACKED_BYTE(s, 5) | (uint64_t)(unsigned char)(s)[sizeof(s) - 2] << 8 | (sizeof(s) - 1))

/* Of a .def of NAME(number, text): each of these is NAME once. */
#define PACKED_SORTED(i, text)   { PACKED_ORDER(#text), SLICE(#text), i },
#define PACKED_NUMBERED(i, text) [i] = SLICE(#text),

/* What a table writes by itself (codec.c): each returns its end, and is no longer than PACKED_PART and its
 * text.  A name is one byte with a number, else one and its letters, of which there are at most 62. */
enum {
    PACKED_PART = 32,
};
unsigned char *packed_name(unsigned char *, struct slice, unsigned number);
unsigned char *packed_object(unsigned char *, size_t members);
unsigned char *packed_list(unsigned char *, size_t items);
unsigned char *packed_simple(unsigned char *, enum node_kind);
unsigned char *packed_number(unsigned char *, int64_t);
unsigned char *packed_text(unsigned char *, struct slice);

/* And what a table reads by itself.  Each is false when there is no such thing; what comes is not looked at
 * twice. */
struct packed_reader {
    const unsigned char *p, *end;
    const struct packed_names *names;
    struct arena *arena; /* of trees and of texts that do not stand there as they are */
};
/* The beginning of an object, and how many members follow. */
bool packed_take_object(struct packed_reader *, size_t *n);
/* The same of a list and its items. */
bool packed_take_list(struct packed_reader *, size_t *n);
/* The name of a member: its number, or 0 and its letters. */
bool packed_take_name(struct packed_reader *, unsigned *number, struct slice *letters);
/* A text. */
bool packed_take_text(struct packed_reader *, struct slice *);
/* A value, into a node that is zero. */
bool packed_take(struct packed_reader *, struct node *);

/* Appends it. */
void node_pack(struct buf *, const struct node *, const struct packed_names *);
/* The same tree with its bytes beside it (node.h: packed), for a part that is written more than once.  NULL
 * stays so. */
const struct node *node_packed(struct node *, const struct packed_names *, struct arena *);
/* What node_pack() wrote, whatever bytes come; texts of the tree lie in them or in the arena.  NULL: it is
 * none of ours, or the arena is full. */
const struct node *node_unpack(struct slice, const struct packed_names *, struct arena *);
/* The first of several, one behind the other; *rest: what is behind it. */
const struct node *node_unpack_next(struct slice *rest, const struct packed_names *, struct arena *);
/* The same of what was kept: packed, or JSON that an earlier version wrote. */
const struct node *node_kept(struct slice, const struct packed_names *, struct arena *);
/* What was kept, for people: as JSON, in the arena; empty when it is broken. */
struct slice node_shown(struct slice, const struct packed_names *, struct arena *);

#endif
