/* chat.h - what a reporter says beside reports, commands and answers: whether it arrived, how it is done,
 * that nothing is to be changed, how somebody is.  She is answered kindly, and nothing is stored.
 *
 * Pure.  What may be a danger, and words for those who have an open case, are heard before it. */
#ifndef KENTONGAN_FLOWS_TALK_CHAT_H
#define KENTONGAN_FLOWS_TALK_CHAT_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* Thanks, and nothing but what is said around them: `oh iya makasih bu`. */
bool chat_thanks(const struct ruleset *, struct slice text, struct arena *);
/* Nothing is to be changed: `sudah benar` to a line that changes something is no yes to it. */
bool chat_keeps(const struct ruleset *, struct slice text, struct arena *);
/* The number of the report that she may ask after; empty: none of this day. */
struct slice chat_about(const struct sender_state *);
/* `?`, `halo bu`, `gimana bu`: nothing but that she waits.  asked: something is, and `gimana` is no such
 * word. */
bool chat_nudges(const struct ruleset *, struct slice text, bool asked, struct arena *);
/* That, or `iya`, `baik bu`, while a referral of hers is open: how it stands; those who have it are not
 * disturbed. */
bool chat_of_case(struct step *);
/* While something is asked: did it arrive, how is it done?  The question stays. */
bool chat_while_asked(struct step *);
/* Else: true when it is such talk, and answered. */
bool chat_answered(struct step *);

#endif
