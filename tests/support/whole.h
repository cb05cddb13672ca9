/* whole.h - what must hold for whatever was understood of any bytes (SPEC 2.2, 2.6): one of the outcomes, and
 * nothing accepted that lacks a field or holds a figure out of its range. */
#ifndef KENTONGAN_TESTS_SUPPORT_WHOLE_H
#define KENTONGAN_TESTS_SUPPORT_WHOLE_H

#include "flows/understand/understanding.h"

/* What does not hold; NULL when all does. */
const char *whole_fault(const struct said *);

#endif
