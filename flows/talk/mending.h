/* mending.h - a correction that is not typed as `KOREKSI 48217 BB 9,3`: what it says against the report that
 * it is about.  Never carried out: it is shown as the ready line, which is (RULINGS 52, 56).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_MENDING_H
#define KENTONGAN_FLOWS_TALK_MENDING_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* The report as it would be: by a label, by the report typed again in full, by the number that one of its
 * values is nearest to.  Without a form: it is not clear which of its values is wrong.  False when nothing in
 * the text is about it. */
bool mending_read(const struct ruleset *, const struct last_report *about, struct slice text, int64_t at_ms,
                  struct arena *, struct report *out);

#endif
