/* whom.h - whom the words of a kader name: somebody of whom she filed a report today, or somebody else.  What
 * is said of one is nothing about another, whoever was reported last (RULINGS 55, 56).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_WHOM_H
#define KENTONGAN_FLOWS_TALK_WHOM_H

#include "flows/talk/listening.h"

/* It is looked for whom the words name: not of an answer that names nobody else, nor of what is no command of
 * hers. */
bool whom_spoken_of(const struct reading *);
/* Her reports of today that it may be about, other than the last one; or that it is about nobody of today. */
void whom_read(struct listening *);

#endif
