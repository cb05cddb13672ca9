/* buf.h - a growing buffer that is born with a limit and fails stickily: append freely, ask once. */
#ifndef KENTONGAN_BASE_BUF_H
#define KENTONGAN_BASE_BUF_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/base/slice.h"

struct buf {
    char *p; /* NUL-terminated when not NULL */
    size_t n, cap, max;
    bool failed;  /* the limit or memory was reached; what is in it is cut */
    bool starved; /* it was memory; buf_clear() does not forget it */
};

void buf_init(struct buf *, size_t max_bytes);
void buf_free(struct buf *);
/* Gives back what this thread keeps for its next buffers. */
void buf_forget(void);
void buf_clear(struct buf *);
void buf_add(struct buf *, struct slice);
/* Here, so that the length of a literal is known. */
static inline void buf_str(struct buf *b, const char *cstr)
{
    buf_add(b, slice_of(cstr));
}
void buf_char(struct buf *, char c);
void buf_printf(struct buf *, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_i64(struct buf *, int64_t);
/* n more bytes, already counted as there: to be filled in at once.  NULL: it failed. */
char *buf_more(struct buf *, size_t n);
/* s as a JSON string with quotes; s must be valid UTF-8 (it is everywhere behind ingress). */
void buf_json(struct buf *, struct slice s);
/* Its end: what is in it, copied into the arena, which fails when the buffer was starved.  Then what was
 * built is not taken for the whole. */
struct slice buf_into(struct buf *, struct arena *);
/* A borrowed view, valid until the next change. */
struct slice buf_slice(const struct buf *);

#endif
