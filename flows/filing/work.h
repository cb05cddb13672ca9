/* work.h - one report on its way through filing: shared by filing.c, judge.c and alarm.c of this room, by
 * nobody else.  They stand above work.c, filing.c above them all. */
#ifndef KENTONGAN_FLOWS_FILING_WORK_H
#define KENTONGAN_FLOWS_FILING_WORK_H

#include "flows/step/drafts.h"
#include "flows/filing/filing.h"
#include "flows/care/findings.h"
#include "flows/care/child.h"

/* One report under way. */
struct work {
    struct step *s;
    const struct filing *f;
    struct filed *out;
    struct report report; /* a copy: status and error may be worsened by what the store knows */
    struct filed_report filed;
    struct child child;
    bool known;                      /* child is a child that was there before */
    bool fresh;                      /* a child is to be made */
    struct value shown[FORM_FIELDS]; /* values with the child's name filled in, for the echo */
    enum asking asking;
    struct child offered, other; /* ASK_CHILD: which one; other: of several of one name */
    enum number_kind wrong;      /* the number given is one of these instead */
    bool far;                    /* the number given belongs to another puskesmas */
    bool none;                   /* the number given is nobody's */
    struct slice before;         /* ASK_TWIN, ASK_AGAIN: the number of the report before */
    struct weighing earlier;     /* ASK_AGAIN: what it said */
    struct slice why;            /* of a doubt that only the store knows; else empty */
    enum urgency was;            /* what its version before said, corrected or not complete */
    bool calmed;                 /* those who had the danger that it said before hear that it is none */
};

/* Number, id, reporter, times. */
void work_begin(struct work *);
/* What a report as it is kept says: its findings, and an E1 of what is not complete. */
enum urgency work_found(struct step *, const struct filed_report *);
/* It is what the sender filed last, and one of hers of today. */
void work_last(struct work *);
struct slice work_label(const struct report *, enum meaning); /* that it was typed with; or empty */
bool work_about_child(const struct form *);
bool work_is_referral(const struct form *);
struct slice work_puskesmas(const struct step *, const struct place *); /* its code, or empty */
/* The report that a RUJUK is about. */
bool work_about(const struct work *, struct filed_report *other);

#endif
