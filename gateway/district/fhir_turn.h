/* fhir_turn.h - which rows of a batch may go to an FHIR server now: an older version of a record never takes
 * the place of a newer one, whichever gateway sends them and in whatever order they come back from a retry.
 *
 * A batch at a time: take, rows of each item, give.  What went is known to the store (store_newest_take). */
#ifndef KENTONGAN_DISTRICT_FHIR_TURN_H
#define KENTONGAN_DISTRICT_FHIR_TURN_H

#include "gateway/district/item.h"
#include "gateway/store/store.h"

struct fhir_turn;

/* NULL when memory is out. */
struct fhir_turn *fhir_turn_new(struct store *, struct slice sink);
/* NULL is none.  No answer comes any more. */
void fhir_turn_free(struct fhir_turn *);
/* rows: of each item; they must live until they are given back.  done exactly once, perhaps inside this call;
 * known is false when it cannot be told now. */
void fhir_turn_take(struct fhir_turn *, const struct row_list *rows, unsigned n,
                    void (*done)(void *arg, bool known), void *arg);
/* The rows of an item that may go.  False: not now. */
bool fhir_turn_rows(const struct fhir_turn *, unsigned item, struct arena *, struct row_list *) MUST_CHECK;
/* The batch is over. */
void fhir_turn_give(struct fhir_turn *);

#endif
