/* frame.h - one message in a file of the spool: length, checksum, then the inbound as text.  Pure. */
#ifndef KENTONGAN_STORE_SPOOL_FRAME_H
#define KENTONGAN_STORE_SPOOL_FRAME_H

#include "gateway/base/buf.h"

enum {
    FRAME_MAX = 256 * 1024,
    FRAME_HEAD = 8,
};

enum frame {
    FRAME_WHOLE,
    FRAME_TORN,    /* the file ends in the middle of it */
    FRAME_DAMAGED, /* whole by its length, or of no sense */
};

/* Adds the frame of this text. */
void frame_add(struct buf *, struct slice text);
/* The frame at the beginning of rest; *text borrows from it. */
enum frame frame_at(struct slice rest, struct slice *text);
/* The next whole frame of *rest, and in *lost what stands before it and cannot be read.  False at the end:
 * what is left in *lost is a torn tail or damaged. */
bool frame_take(struct slice *rest, struct slice *text, struct slice *lost);

#endif
