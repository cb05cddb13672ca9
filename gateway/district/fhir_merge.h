/* fhir_merge.h - two numbers that are one child, at an FHIR server: the Patient of the one is no longer
 * active and says by which it is replaced; and back (flows/care/merge.h).
 *
 * Pure.  Only a Patient that is there is changed: of a child of whom nothing was checked, nothing is sent. */
#ifndef KENTONGAN_DISTRICT_FHIR_MERGE_H
#define KENTONGAN_DISTRICT_FHIR_MERGE_H

#include "gateway/district/fhir_bundle.h"
#include "gateway/model/record.h"

/* The at'th person of an entry that has rows of people alone, which is what a merge is; false: there is none.
 */
bool fhir_merge_person(const struct row_list *, unsigned at, struct person_row *) MUST_CHECK;
/* "Patient?identifier=…": is she there? */
struct slice fhir_merge_query(const struct fhir_about *, const struct person_row *, struct arena *);
/* From the answer: the path and the resource that is to stand there.  False: nothing is to be changed. */
bool fhir_merge_put(const struct fhir_about *, const struct person_row *, struct slice answer, struct arena *,
                    struct slice *path, struct buf *out) MUST_CHECK;

#endif
