/* apart.h - one SMS to what is asked of several people, or to one whom it names: `Rafa 11,2, Keyla betul`,
 * `48217 11,2 48225 7,8`.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_APART_H
#define KENTONGAN_FLOWS_TALK_APART_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* Each part of the text that an open question's number or name leads is its answer; they become parts of the
 * message, each with its own outcome.  Nothing changes where no part is one, or whose it is is not
 * clear. */
void apart_read(struct listening *);
/* The same beside an emergency, which is heard by itself: the parts without a danger that answer something
 * follow it, `rafa 11,2, keyla kejang`. */
void apart_beside(struct listening *);
/* `betul semua` to several questions: a yes to each that asks whether its value is right; the others are
 * asked again.  Nothing changes where it says anything else. */
void apart_yes_to_all(struct listening *);

#endif
