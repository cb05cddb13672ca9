/* last.h - a value for the report that was sent last, said without its number.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_LAST_H
#define KENTONGAN_FLOWS_TALK_LAST_H

#include "flows/talk/listening.h"

/* `bb 9,2`, `salah bu, harusnya 9.2`, up to an hour after a single report (RULINGS 56). */
void last_read(struct listening *);

#endif
