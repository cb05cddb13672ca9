/* offer.h - the line that a sender was shown last, `KOREKSI 48217 TB 74`: a yes is that line, a no leaves it.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_OFFER_H
#define KENTONGAN_FLOWS_TALK_OFFER_H

#include "flows/step/step.h"

/* For a quarter of an hour, and while nothing else is said. */
void offer_show(struct step *, struct slice line);
/* `pasien sudah datang 48217`: whether she means HADIR, a yes says (RULINGS 44); not where she asks.  *text:
 * it is asked.  False: nothing is offered. */
bool offer_meant(struct step *, const struct turned *, struct slice *text);
/* Whatever is said now, the line is taken up or passed over.  True: it was refused, `tidak jadi`, and that is
 * answered. */
bool offer_dropped(struct step *);

#endif
