/* places.h - places.csv and people.csv into a linked struct directory (SPEC 7). */
#ifndef KENTONGAN_CONF_PLACES_H
#define KENTONGAN_CONF_PLACES_H

#include "gateway/base/arena.h"
#include "gateway/model/directory.h"

/* Reads both files (people_path NULL: places alone), normalises numbers, links and indexes.  Places without
 * people on the way of a referral are warned of.  Returns 0 when no fault was added. */
int places_load(const char *places_path, const char *people_path, struct arena *, struct faults *,
                struct directory *out) MUST_CHECK;
/* People alone, as `people import` reads them: not linked. */
int people_load(const char *path, struct arena *, struct faults *, struct person **out,
                unsigned *n) MUST_CHECK;
/* Rows without the header, in the order of SPEC 7. */
int people_parse(struct slice rows, struct arena *, struct faults *, struct person **out,
                 unsigned *n) MUST_CHECK;

#endif
