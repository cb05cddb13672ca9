/* ministry.h - what a record needs before the ministry's platform takes it, and what its answers mean
 * (DISTRICT 5).  Pure. */
#ifndef KENTONGAN_DISTRICT_MINISTRY_H
#define KENTONGAN_DISTRICT_MINISTRY_H

#include "gateway/base/node.h"
#include "gateway/conf/facilities.h"
#include "gateway/conf/fhir.h"
#include "gateway/model/record.h"
#include "gateway/model/ruleset.h"

/* Is it of a form, and about somebody, that the platform hears of?  Counts are nobody's; referrals stay in
 * the district, and a death is told by other ways (DISTRICT 0, 5.7). */
bool ministry_wants(const struct fhir_map *, const struct record *);

/* What the district knows of the person with a number that a record is about; all may be empty. */
struct ministry_person {
    struct slice nik, name, sex, born; /* born: an exact day */
};

/* Whom, where and by whom, as the platform has to be told. */
struct ministry_need {
    const char *stage; /* what it lacks: "needs_nik" …; NULL: nothing */
    const struct facility *credentials;
    struct slice organization, location, practitioner;
    struct slice nik; /* of the patient */
    bool mothers;     /* it is her mother's */
    struct slice name, born, gender, village;
};

void ministry_need(const struct ruleset *, const struct record *, const struct ministry_person *,
                   struct slice checked_by, struct arena *, struct ministry_need *out);
/* The query by which the patient is found, "identifier=…". */
struct slice ministry_patient_query(const struct fhir_map *, const struct ministry_need *, struct arena *);
/* The Patient to be made where there is none.  False: too little is known of her. */
bool ministry_patient(const struct fhir_map *, const struct ministry_need *, struct arena *,
                      struct buf *out) MUST_CHECK;
/* How many a search found, at most 2; *id is the first one's.  -1: it is no such answer. */
int ministry_found(struct slice answer, struct arena *, struct slice *id);
/* What the platform calls what it took: our identifier -> "Type/id", as JSON, with those of before.  Empty
 * when the answer does not fit the bundle. */
struct slice ministry_ids(struct slice bundle, struct slice answer, const struct node *before,
                          struct arena *);

/* An answer that says no. */
struct ministry_fault {
    int64_t rule; /* RuleNumber; 0 = none was said */
    enum ministry_fate fate;
    struct slice stage; /* MINISTRY_STAGE */
    struct slice why;   /* rule and place, what it means and what to do; no value, nobody's name */
};

/* The first error that is a cause: what follows from another is passed over. */
void ministry_fault(const struct fhir_ministry *, struct slice answer, struct arena *,
                    struct ministry_fault *out);

#endif
