/* merge.h - two numbers that are one child, and back: staff say so at a screen (flows/talk/office.h).
 *
 * Pure.  The number that goes stays good: its blob names the other ("into"), carries what was known of both,
 * so that a report by the old number is judged and filed as one of the child that stays (child_load follows),
 * and keeps both children as they were ("was", "kept") for the way back.  Rows: a person has "merged_into";
 * its records stay as they were, and whoever counts persons follows it. */
#ifndef KENTONGAN_FLOWS_CARE_MERGE_H
#define KENTONGAN_FLOWS_CARE_MERGE_H

#include "flows/care/child.h"

enum merge_rc {
    MERGE_DONE,
    MERGE_NO_CHILD, /* one of the numbers is no child's, or is merged already */
    MERGE_SAME,
    MERGE_SEX, /* they differ: that is put right first */
};

/* Both numbers are loaded (SUBJECT_NUMBER). */
enum merge_rc merge_children(struct step *, struct slice from, struct slice into);
/* Takes it back: what was reported since stays with the child that it went to. */
enum merge_rc merge_undo(struct step *, struct slice from);
/* The number that a merged one leads to; empty when it is none. */
struct slice merge_into(struct slice blob, struct arena *);

#endif
