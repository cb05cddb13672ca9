/* whose.h - about whom something is, as far as the bytes that we keep say it: for what a person may ask to be
 * told of, and to be forgotten (SPEC 7: export, forget).
 *
 * Pure.  A patient is known by numbers (her own and those of all that was reported of her), and by her name
 * where people of her posyandu speak; a number of a telephone by itself. */
#ifndef KENTONGAN_MODEL_WHOSE_H
#define KENTONGAN_MODEL_WHOSE_H

#include "gateway/base/node.h"

struct whose {
    struct slice *nomor, *names, *near; /* near: numbers of those who may have said her name */
    unsigned nomor_n, names_n, near_n;
    struct slice msisdn; /* of a telephone; then there are no numbers of reports */
};

/* How far a name counts as hers. */
enum whose_name {
    WHOSE_NUMBER,   /* not at all: namesakes stand beside her */
    WHOSE_NAMELESS, /* where nothing else says whose it is */
    WHOSE_NAME,
};

bool whose_nomor(const struct whose *, struct slice nomor);
/* The digits of the telephone's number that stand in it however it is written: 812… of +62812… and 0812…. */
struct slice whose_digits(const struct whose *);
bool whose_near(const struct whose *, struct slice msisdn);
/* Does a text that people typed, or that was said to them, name her? */
bool whose_text(const struct whose *, struct slice text, enum whose_name);
/* Does any text of this JSON? */
bool whose_json(const struct whose *, const struct node *, enum whose_name);
/* What is left of an object when she is taken out: items of lists that say it of her go, else the member of
 * the object itself; a telephone's number becomes empty.  NULL: nothing is of her, or the arena is full. */
const struct node *whose_without(const struct whose *, const struct node *object, enum whose_name,
                                 struct arena *);

#endif
