/* apart.h - one SMS to what is asked of several people, or to one whom it names: `Rafa 11,2, Keyla betul`,
 * `48217 11,2 48225 7,8`.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_APART_H
#define KENTONGAN_FLOWS_TALK_APART_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* Each part of the text that an open question's number or name leads is its answer; they become parts of the
 * message, each with its own outcome.  False, and nothing changed: no part is one, or whose it is is not
 * clear. */
bool apart_read(const struct ruleset *, struct sender_state *, int64_t at_ms, struct arena *,
                struct reading *);
/* The same beside an emergency, which is heard by itself: the parts without a danger that answer something
 * follow it, `rafa 11,2, keyla kejang`. */
void apart_beside(const struct ruleset *, struct sender_state *, int64_t at_ms, struct arena *,
                  struct reading *);
/* `betul semua` to several questions: a yes to each that asks whether its value is right; the others are
 * asked again.  False, and nothing changed: it says anything else. */
bool apart_yes_to_all(const struct ruleset *, struct sender_state *, struct arena *, struct reading *);

#endif
