/* move.h - `ctl move FROM TO`. */
#ifndef KENTONGAN_DESK_MOVE_H
#define KENTONGAN_DESK_MOVE_H

#include "gateway/desk/desk.h"

void move_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);

#endif
