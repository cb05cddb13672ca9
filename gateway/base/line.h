/* line.h - does the connection that brought something still stand?  A note that outlives the connection:
 * whoever asks later holds it.
 *
 * Who owns the connection makes one, and says when it broke. */
#ifndef KENTONGAN_BASE_LINE_H
#define KENTONGAN_BASE_LINE_H

#include <stdbool.h>

struct line {
    unsigned held;
    bool broke;                /* what was said last on it may not have been heard */
    bool (*gone)(void *owner); /* asks the connection, where it would not notice by itself; may be NULL */
    void *owner;
};

/* Held once, by the owner; NULL when memory is out, which all below take for a line of which nothing is
 * known. */
struct line *line_new(void);
struct line *line_hold(struct line *);
void line_drop(struct line *);
bool line_broke(struct line *);
/* The owner's last word. */
void line_end(struct line *, bool broke);

#endif
