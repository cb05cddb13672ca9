/* begin.h - a part of an SMS as it begins: what it is before anybody has heard it.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_BEGIN_H
#define KENTONGAN_FLOWS_TALK_BEGIN_H

#include "flows/step/reading.h"

/* Its kind, its hash, and the doubts that a whole message raises about its reports. */
void begin_part(struct reading *, struct arena *);

#endif
