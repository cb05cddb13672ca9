/* alarm.h - who else hears of a report: emergencies at once, dangers of the day, deaths, what only staff may
 * hear, and the reports of people who are not registered (SPEC 2.2, 2.3, 2.5).
 *
 * Pure; behind filing.h. */
#ifndef KENTONGAN_FLOWS_FILING_ALARM_H
#define KENTONGAN_FLOWS_FILING_ALARM_H

#include "flows/filing/referral.h"
#include "flows/filing/work.h"

enum {
    ALARM_WORDS = 50, /* bytes: what every SMS to staff has room for, the name in it */
    ALARM_NAMED = 64, /* with a name before them */
    ALARM_KEPT = 100, /* what is kept of her words: an SMS shows as much as it has room for */
};

/* True when staff are to be told at once. */
bool work_alarms(const struct work *);
/* Who, why, how urgent and where to, as far as it is certain. */
void work_opening(struct work *, const struct findings *, struct referral_opening *);
/* Tells them, or what a correction changed.  found: of an accepted report, else NULL. */
void work_alarm(struct work *, bool incomplete, const struct findings *found);
void work_tell_staff(struct work *, const struct findings *);
void work_tell_reporter(struct work *);
void work_stranger(struct work *); /* the sender is not registered */

#endif
