/* known.h - a cry for help for somebody of whom she filed a report today: who it is need not be asked.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_KNOWN_H
#define KENTONGAN_FLOWS_TALK_KNOWN_H

#include "flows/step/drafts.h"
#include "flows/talk/listening.h"

/* `budi kejang`: puts the name, and the age where the last report has it, into the referral that the words
 * were made into.  Nothing where the words may be about somebody else: `ibunya budi`, `pak budi`. */
void known_patient(struct listening *);

/* `anak jatuh dari pohon` behind `tolong bu`, which is asked about still: one call, and staff hear it now. */
void known_call(struct listening *);

#endif
