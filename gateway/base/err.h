/* err.h - errors that people read: where, what, and what to do next.
 *
 * A fallible function returns 0 or a module's enum and fills a `struct err` (one thing went wrong) or adds
 * to `struct faults` (a file may have many).  MUST_CHECK on each of them. */
#ifndef KENTONGAN_BASE_ERR_H
#define KENTONGAN_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct err {
    char text[320]; /* one sentence: place, fault, remedy; never a name, number or secret */
};

/* Fills e (may be NULL) and returns -1, so that `return err_set(e, …)` reads well. */
int err_set(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A place in a file of configuration; line and col count from 1; line 0 = the whole file, told as 1:1. */
struct mark {
    const char *file; /* lives as long as the configuration that it marks */
    unsigned line, col;
};

/* Every fault of a configuration, in the order found, as `FILE:LINE:COL: text`. */
struct faults {
    char **lines;
    unsigned n, cap;
    unsigned warnings; /* lines that begin with "warning" after their place; not counted as faults */
};

void fault_add(struct faults *, struct mark, const char *fmt, ...) PRINTF_LIKE(3, 4);
void fault_warn(struct faults *, struct mark, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Number of real faults (warnings left out). */
unsigned faults_count(const struct faults *);
void faults_free(struct faults *);

#endif
