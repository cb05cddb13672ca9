/* pws.h - the week's picture of a village (PWS, pemantauan wilayah setempat): this week's cases by disease
 * against the mean of the four weeks before, in one SMS (SPEC 1, 2.3, 7; DOMAIN 1.5).
 *
 * Pure.  Names villages and diseases only; never a person or a smaller place.  Heads read `<5` for what is
 * under five, and of by-name diseases only those that an alert has told them of.  Asked for by PWS [desa],
 * and sent to the kades and the camat when the epidemiological week (Sunday to Saturday) is over. */
#ifndef KENTONGAN_FLOWS_ALERT_PWS_H
#define KENTONGAN_FLOWS_ALERT_PWS_H

#include "flows/step/step.h"
#include "gateway/base/node.h"

/* flow_read: the subjects of a signal's village, of PWS and of its timer.  False when the intent is full. */
bool pws_subject_of(struct slice village, struct intent *);
bool pws_subjects(const struct ruleset *, const struct sender *, const struct command *, struct arena *,
                  struct intent *);
bool pws_due_subjects(const struct ruleset *, const struct due *, struct intent *);

/* A signal brought the days of a disease in a village: {"2026-11-21":3}.  read_ms: when they were read; an
 * older reading never replaces a newer one. */
void pws_count(struct step *, struct slice village, struct slice disease, const struct node *days,
               int64_t read_ms);
/* Was any case of anything counted in the village between these days?  Kept for ten weeks, by week. */
bool pws_reported(const struct step *, struct slice village, int64_t from, int64_t to);
/* Whether the heads may read of this by-name disease. */
void pws_heads(struct step *, struct slice village, struct slice disease, bool may);
/* A signal brought what the indicators of a village say:
 * {"month":"2026-11","rows":[["D/S",42,68]],"worst":["KF lengkap",1,11]}. */
void pws_figures(struct step *, struct slice village, const struct node *figures);
void pws_answer(struct step *, const struct command *);
/* The week is over. */
void pws_due(struct step *, const struct due *);

#endif
