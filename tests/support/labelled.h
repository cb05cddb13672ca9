/* labelled.h - the labelled messages of tests/corpus: body, status, form, expectation, with tabs between; the
 * first line of each file says how.
 *
 * Status and the field of an error may be alternatives, `a|b`.  Among the fields `x=` says that there is none
 * of them, and `never=1` that the message must not be accepted.  A fifth cell `E1`, `-` or `*` says whether
 * staff must be told at once (yes, no, open); any other one, and what stands behind, is for the reader. */
#ifndef KENTONGAN_TESTS_SUPPORT_LABELLED_H
#define KENTONGAN_TESTS_SUPPORT_LABELLED_H

#include "gateway/base/slice.h"

enum {
    LABELLED_MAX = 16000,
};

struct labelled {
    char *line; /* as it stands in the file */
    char *status, *form, *expect, *told;
    struct slice text; /* the body, `\n` in it made a newline */
    char *cells;       /* what the others point into */
};

/* Adds the messages of a file to rows[*n…]; ends the program when it cannot be read. */
void labelled_read(const char *path, struct labelled *rows, unsigned *n);
void labelled_free(struct labelled *rows, unsigned n);

#endif
