/* findings.h - what the rules say to a filed report: JSON for the record, words for the receipt (SPEC 2.5).
 *
 * Pure.  The thresholds are rows of config/rules; each finding carries its row's id and version. */
#ifndef KENTONGAN_FLOWS_CARE_FINDINGS_H
#define KENTONGAN_FLOWS_CARE_FINDINGS_H

#include "flows/care/child.h"
#include "flows/care/subject_report.h"
#include "gateway/conf/rules.h"

struct findings {
    struct slice json;  /* [{"id":"bumil.td_berat","v":1,"class":"E1","say":"TD tinggi"}] */
    struct slice say;   /* for an SMS: the most urgent ones, without those for nakes only */
    struct slice told;  /* for staff: the same, each with the value that shows it */
    struct slice brief; /* for the day's list: the most urgent one */
    struct slice act;   /* what to do about the most urgent one */
    enum urgency worst;
    bool private; /* one of them is for staff alone (SRQ question 17) */
};

/* child: whom the report is about, with its earlier weighings; NULL = nobody is known. */
void findings_of(struct step *, const struct report *, const struct child *, const struct filed_report *,
                 struct findings *out);
/* Of a report that is not whole: the worst that its certain values show, and in *say all dangers, with their
 * values ("TD sangat tinggi 170/110, bengkak"); empty where no SMS may say it. */
enum urgency findings_certain(const struct ruleset *, const struct form *, const struct value *values,
                              const uint8_t *faults, struct arena *, struct slice *say);
/* The findings of a record with their values, the most urgent first: why a RUJUK of its number is made. */
struct slice findings_told(const struct filed_report *, struct arena *);

#endif
