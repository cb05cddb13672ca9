/* pattern.h - named shapes of one token as regular expressions: rows of a table, tried in order, the first
 * that fits the whole slice gives its groups.
 *
 * PCRE2, compiled at first use and kept for the life of the thread; JIT where the machine has it.  Bytes, no
 * UTF; anchored at both ends.  Hostile input costs at most PATTERN_LIMIT steps: what costs more does not fit.
 * Pure, but for one thread: a row owns the room in which it is matched.  Rows that outlive a call are
 * _Thread_local: a configuration is read on a thread of its own. */
#ifndef KENTONGAN_PARSERS_PATTERN_H
#define KENTONGAN_PARSERS_PATTERN_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

enum {
    PATTERN_GROUPS = 6, /* the whole and five groups */
    PATTERN_LIMIT = 2000,
    PATTERN_LIMIT_WRITTEN = 100000,
};

struct pattern {
    const char *shape;
    unsigned shortest, longest; /* bytes that can fit at all; longest 0: no end */
    bool digits;                /* nothing else is in what fits */
    struct pattern_code *code;  /* private to pattern.c; NULL until first used */
};

/* True when the whole of s has the shape.  groups[0] is s, the others what ( ) caught, empty where nothing
 * was. A shape that does not compile is a mistake of this program: it aborts. */
bool pattern_fits(struct pattern *, struct slice s, struct slice groups[PATTERN_GROUPS]) MUST_CHECK;

/* The first row that fits, or -1. */
int pattern_first(struct pattern *rows, unsigned n, struct slice s,
                  struct slice groups[PATTERN_GROUPS]) MUST_CHECK;

/* What this thread compiled, freed: the last thing that a thread does with them, or they are compiled anew.
 */
void pattern_forget(void);

/* A pattern that people wrote in a configuration.  False, with PCRE2's words and place, when it does not
 * compile.
 */
bool pattern_compiles(struct slice shape, struct err *why) MUST_CHECK;
/* Does it stand anywhere in s?  groups as above; compiled anew at each call (an SMS is sent more seldom than
 * a message is read), and nothing is kept.  What does not compile, or costs more than PATTERN_LIMIT_WRITTEN
 * steps, is not found. */
bool pattern_find(struct slice shape, struct slice s, struct slice groups[PATTERN_GROUPS]) MUST_CHECK;

/* Digits of a group as a number; 0 when there are none, or more than nine. */
int pattern_int(struct slice group);

#endif
