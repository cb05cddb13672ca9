/* codec.h - how the members of a struct are kept: one table, both ways, so that what is written is what is
 * read.  Written as bytes (gateway/base/packed.h), straight from the struct; read out of a tree, of bytes or
 * of JSON that an earlier version wrote.
 *
 * Pure; no telecom word in it.  What is empty, 0 or false is left out and reads so when it is absent. Members
 * of a newer program are passed over.  A table's names, and their numbers NAME_…, are bytes in the store:
 * none is ever given another meaning. */
#ifndef KENTONGAN_BASE_CODEC_H
#define KENTONGAN_BASE_CODEC_H

#include <stddef.h>

#include "gateway/base/err.h"
#include "gateway/base/packed.h"

enum member_type {
    MEMBER_TEXT,     /* struct slice */
    MEMBER_INT64,    /* int64_t */
    MEMBER_INT,      /* int */
    MEMBER_UNSIGNED, /* unsigned */
    MEMBER_BOOL,     /* bool */
    MEMBER_FLAG,     /* bool that is written when it is false too */
    MEMBER_FIXED,    /* nothing of the struct: the number `max`, which whoever reads looks for */
    MEMBER_ENUM,     /* an enum from 0 up to and without `max`, kept as its number */
    MEMBER_WORD,     /* an enum, kept as its word of `words` */
    MEMBER_STRUCT,   /* a struct of table `of`; one with nothing in it is left out */
    MEMBER_STRUCTS,  /* `max` structs of table `of`, how many: unsigned at `count` */
    MEMBER_TEXTS,    /* `max` slices, how many: unsigned at `count` */
    MEMBER_NODE, /* const struct node *: a tree that node_packed() made, or that was read; NULL is left out */
};

struct member {
    struct slice key;
    unsigned char number; /* of its name, where it is packed */
    enum member_type type;
    size_t at;    /* offset of the member */
    size_t count; /* offset of how many there are */
    unsigned max;
    const struct codec *of;
    const char *const *words;
};

struct codec {
    size_t size; /* of the struct */
    const struct member *members;
    unsigned n;
};

/* CODEC(name, struct type, MEMBER(struct type, key, member), ...): members in the order in which they are
 * written.  SHARED_CODEC: one that other files name too. */
#define CODEC_MEMBERS(name, ...) static const struct member name##_members[] = { __VA_ARGS__ }
#define CODEC_TABLE(name, st)                                                                                \
    {                                                                                                        \
        sizeof(st), name##_members, sizeof name##_members / sizeof name##_members[0]                         \
    }
#define CODEC(name, st, ...)                                                                                 \
    CODEC_MEMBERS(name, __VA_ARGS__);                                                                        \
    static const struct codec name = CODEC_TABLE(name, st)
#define SHARED_CODEC(name, st, ...)                                                                          \
    CODEC_MEMBERS(name, __VA_ARGS__);                                                                        \
    const struct codec name = CODEC_TABLE(name, st)

#define MEMBER_TYPE(st, m)                                                                                   \
    _Generic(((st *)0)->m, struct slice                                                                      \
             : MEMBER_TEXT, int64_t                                                                          \
             : MEMBER_INT64, int                                                                             \
             : MEMBER_INT, unsigned                                                                          \
             : MEMBER_UNSIGNED, bool                                                                         \
             : MEMBER_BOOL, const struct node *                                                              \
             : MEMBER_NODE)
#define MEMBER_PLACES(st, m) ((unsigned)(sizeof(((st *)0)->m) / sizeof(((st *)0)->m[0])))

#define MEMBER(st, k, m)                                                                                     \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_TYPE(st, m), .at = offsetof(st, m)              \
    }
#define MEMBER_ALWAYS(st, k, m)                                                                              \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_FLAG, .at = offsetof(st, m)                     \
    }
#define MEMBER_VERSION(k, is)                                                                                \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_FIXED, .max = (is)                              \
    }
#define MEMBER_ONE_OF(st, k, m, most)                                                                        \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_ENUM, .at = offsetof(st, m), .max = (most)      \
    }
#define MEMBER_SAID(st, k, m, list)                                                                          \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_WORD, .at = offsetof(st, m), .words = (list),   \
        .max = (unsigned)(sizeof(list) / sizeof((list)[0]))                                                  \
    }
#define MEMBER_IN(st, k, m, table)                                                                           \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_STRUCT, .at = offsetof(st, m), .of = &(table)   \
    }
#define MEMBER_LIST(st, k, m, many, table)                                                                   \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_STRUCTS, .at = offsetof(st, m),                 \
        .count = offsetof(st, many), .max = MEMBER_PLACES(st, m), .of = &(table)                             \
    }
#define MEMBER_SLICES(st, k, m, many)                                                                        \
    {                                                                                                        \
        .key = SLICE(#k), .number = NAME_##k, .type = MEMBER_TEXTS, .at = offsetof(st, m),                   \
        .count = offsetof(st, many), .max = MEMBER_PLACES(st, m)                                             \
    }

/* Hangs the members of *from into the object, packed, in its arena. */
void codec_put(struct node *object, const struct codec *, const void *from);
/* Appends it as node_pack() would. */
void codec_pack(struct buf *, const struct codec *, const void *from);
/* Sets every member of the table in *to; object may be NULL.  False when one that is there is of another kind
 * than the table says, or out of its range: it reads as absent then, and *to is not to be relied on. */
bool codec_get(const struct node *object, const struct codec *, void *to);
/* The same of an object as packed bytes, into what is zero; false also when they are broken. */
bool codec_unpack(struct packed_reader *, const struct codec *, void *to);

#endif
