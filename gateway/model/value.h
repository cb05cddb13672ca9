/* value.h - what one field of a report holds, in its canonical form (SPEC 2.2).
 *
 * Numbers are thousandths in an int64, never floating point: 9.2 kg is 9200, and what was typed is what is
 * stored.  Slices live in the arena of the message. */
#ifndef KENTONGAN_MODEL_VALUE_H
#define KENTONGAN_MODEL_VALUE_H

#include "gateway/base/arena.h"
#include "gateway/base/node.h"

enum value_kind {
    VALUE_ABSENT = 0,
    VALUE_TEXT,   /* canonical text: "Siti Aminah", "P", "14bl", "120/80", "2026-11-20", "diare" */
    VALUE_NUMBER, /* milli */
    VALUE_LIST,   /* items: codes in the order typed, no doubles */
    VALUE_COUNTS, /* items and milli counts side by side: W2's {"A":5,"X":120} */
};

struct value {
    enum value_kind kind;
    unsigned n; /* of items, counts */
    struct slice text;
    int64_t milli;
    struct slice *items;
    int64_t *counts;
    struct slice label; /* upper case: the label that it was typed with ("PB"); empty when by position */
};

struct value value_text(struct slice);
struct value value_number(int64_t milli);
bool value_equal(const struct value *, const struct value *);
/* As it is stored: 9.2, not 9200 (VALUE_COUNTS as an object); NULL when it is absent. */
struct node *value_node(const struct value *, struct arena *);
/* For people: decimal comma, lists joined by ", ", as in an SMS: "9,2", "kabur, bengkak". */
void value_say(struct buf *, const struct value *);
/* "9.2" or "9" from 9200 or 9000; `mark` is the decimal mark. */
void number_print(struct buf *, int64_t milli, char mark);

#endif
