/* packed_text.h - texts that say a number, as that number (packed.c): a uuid, a date, a time.  Read back they
 * are the same letter for letter; a text of which that is not so has no such form. */
#ifndef KENTONGAN_BASE_PACKED_TEXT_H
#define KENTONGAN_BASE_PACKED_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/slice.h"

enum {
    PACKED_TEXT_BYTES = 17, /* the form and what follows it, at most */
    PACKED_TEXT_MAX = 36,
};

/* Has it the length of one?  Most have not. */
static inline bool packed_text_may(struct slice s)
{
    return s.n == 36 || s.n == 25 || s.n == 10;
}
/* Its form, below 32, and behind it its bytes: how many those are, with it.  0: it has none. */
unsigned packed_text_put(struct slice, unsigned char out[PACKED_TEXT_BYTES]);
/* How many bytes are to follow this form; 0: there is no such form. */
unsigned packed_text_bytes(unsigned form);
/* The length of the text that they say, written without a NUL; 0: they say none. */
unsigned packed_text_get(unsigned form, const unsigned char *bytes, char out[PACKED_TEXT_MAX]);

#endif
