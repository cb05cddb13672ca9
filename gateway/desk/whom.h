/* whom.h - about whom a request of staff is: a patient by her number or by that of any report of hers, or
 * the number of a telephone; with all that the district database holds of her. */
#ifndef KENTONGAN_DESK_WHOM_H
#define KENTONGAN_DESK_WHOM_H

#include "gateway/desk/desk.h"
#include "gateway/model/whose.h"

struct whom {
    struct arena arena; /* of all that is here, and of itself */
    struct whose whose;
    struct slice *posyandu, *persons; /* codes; ids */
    unsigned posyandu_n, persons_n;
    unsigned rows_n;
    struct slice open;       /* the number of a referral of hers that is not ended; empty: none */
    struct slice child;      /* the number of a child whose birth was reported under her name; empty: none */
    const struct node *rows; /* of the database: {"what":"record","row":"{…}"}, a list */
};

/* done: exactly once, later or now; it owns what it is given and ends it by whom_free().  why: there is
 * nobody, "error: …", and no whom. */
typedef void whom_cb(void *arg, struct whom *, struct slice why);
void whom_find(const struct desk *, struct slice person, whom_cb *done, void *arg);
void whom_free(struct whom *);

#endif
