/* flow.h - the two pure functions on which all leans (DESIGN 4): read what was said, then step.
 *
 * Neither knows a clock, the network, Redis or chance: time, ids and leased numbers are arguments. Everything
 * they return lives in the arena of the job.  They never fail for what a person typed: that is an outcome. */
#ifndef KENTONGAN_FLOWS_FLOW_H
#define KENTONGAN_FLOWS_FLOW_H

#include "flows/step/context.h"

/* The inbound that a timer of the due set becomes: INBOUND_TIMER, or the SMS that it brings back
 * (approval.h).  False when the arena is full; the timer is handed out again. */
bool flow_due(struct slice id, struct slice text, int64_t due_ms, int64_t now_ms, struct arena *,
              struct inbound *out) MUST_CHECK;

/* Parses in, in the light of the sender's drafts, open questions and session; names the subjects. */
enum read_rc flow_read(const struct ruleset *, const struct sender *, const struct inbound *, int64_t now_ms,
                       struct arena *, struct intent *out) MUST_CHECK;
/* Decides.  *out is empty: outcome_new(). */
enum step_rc flow_step(const struct ruleset *, const struct context *seen, const struct intent *,
                       const struct lease *ids, int64_t now_ms, struct arena *,
                       struct outcome *out) MUST_CHECK;

/* The timer that must always wait: it sets what places are reminded of (flows/care/reminders.h). */
void flow_root(struct slice *id, struct slice *text);

#endif
