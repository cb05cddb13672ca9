/* starve.h - a step of a dialogue when memory runs out: carried out again and again beside the dialogue, each
 * time with another allocation failing.  It must say that there was no memory, or come to the very same
 * outcome: one that understood less for want of memory would be the worst defect there is. */
#ifndef KENTONGAN_TESTS_UNIT_STARVE_H
#define KENTONGAN_TESTS_UNIT_STARVE_H

#include "tests/support/mem_store.h"

/* For mem_store's `look`.  STARVE=1 tries every step and every allocation, else one in so many (default 16).
 */
void starve(struct mem_store *, const struct inbound *, const struct sender *);
/* How often something was made to fail, and how often it was said; for the end of the run. */
void starve_told(unsigned *failed, unsigned *said);

#endif
