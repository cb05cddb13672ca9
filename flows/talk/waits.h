/* waits.h - words of one whose patient is on the way, or was awaited and did not come: those who have the
 * case hear them (SPEC 1, 2.2).  Also to be named before a step: the numbers. */
#ifndef KENTONGAN_FLOWS_TALK_WAITS_H
#define KENTONGAN_FLOWS_TALK_WAITS_H

#include "flows/step/step.h"
#include "flows/step/reading.h"
#include "flows/talk/listening.h"

/* `belum terima` says it of the command; more words say something to somebody. */
bool waits_talks(struct slice text);
/* The case whose number stands in the reading's words, or empty. */
struct slice waits_named(const struct reading *, struct arena *);
/* The same, else the case of the patient who is named, else her report of today; or empty. */
struct slice waits_whom(const struct ruleset *, const struct reading *, struct arena *);
/* Words that nobody understands (`bidannya kok belum datang`, `48217 ban bocor`) of the case that they name,
 * within an hour after a report of that, or by a stranger while his emergency is open: the answer says whom
 * to call.  False: nobody is waited for. */
bool waits_passed_on(struct step *);
/* The same while a case waits for its patient's name, of words about another: one who is named, or whom she
 * reported after it. */
bool waits_of_other(struct step *);
/* She filed a report within the hour, and the words name no other number. */
bool waits_of_last(const struct step *);
/* While a draft asks: the words are no answer to it, and a case waits for who says them.  They are about that
 * case, and the draft stands (SPEC 1, 2.2). */
bool waits_beside_draft(const struct ruleset *, const struct reading *, struct arena *);
/* Those who have that one, or whom the words name, as an open case hear them; what is answered is the
 * caller's. */
void waits_hear(struct step *);
/* The case of staff that their words are about: by number or name, or the only one that waits for them. */
struct slice waits_of_staff(const struct ruleset *, const struct reading *, struct arena *);
/* Words of staff who have that case and answer nothing: whoever reported her hears them.  *hp: her telephone.
 * False: there is no such case, or it is their own report. */
bool waits_passed_back(struct step *, struct slice *hp);
/* The case that words about a sign which has ended are about: by number or name, or where they name nobody
 * the only open one; or empty. */
struct slice waits_of_news(const struct ruleset *, const struct reading *, struct arena *);
/* Her case that an emergency of the same sign which names nobody and goes on is about: `masih pendarahan bu`.
 */
struct slice waits_goes_on(const struct ruleset *, const struct reading *, struct arena *);
/* It has ended, of a patient whom staff know: who has her hears it, or of staff whoever reported her, and
 * nobody is called anew.  False: it is said of nobody known, or says more. */
bool waits_ended(struct step *);
/* The same of words that ask to be fetched, for the reading's number. */
bool waits_told(struct step *);

/* `benar bu sudah saya cek` to the question of a weight is no answer either. */
void waits_no_answer(struct listening *);
/* `rujuk ke pkm`, `pasien meninggal` of staff with one case: words about that patient, and no report of
 * somebody who has no name. */
void waits_nameless(struct listening *);

#endif
