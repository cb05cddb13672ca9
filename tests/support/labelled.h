/* labelled.h - the labelled messages of tests/corpus: body, status, form, expectation, with tabs between; the
 * first line of each file says how, and what stands behind them is for the reader. */
#ifndef KENTONGAN_TESTS_SUPPORT_LABELLED_H
#define KENTONGAN_TESTS_SUPPORT_LABELLED_H

#include "gateway/base/slice.h"

enum {
    LABELLED_MAX = 4000,
};

struct labelled {
    char *line; /* as it stands in the file */
    char *status, *form, *expect;
    struct slice text; /* the body, `\n` in it made a newline */
    char *cells;       /* what the others point into */
};

/* Adds the messages of a file to rows[*n…]; ends the program when it cannot be read. */
void labelled_read(const char *path, struct labelled *rows, unsigned *n);
void labelled_free(struct labelled *rows, unsigned n);

#endif
