/* ask.h - a report that is not certain becomes a draft with a number and one question (SPEC 2.2, RULINGS 55).
 *
 * Pure; behind filing.h. */
#ifndef KENTONGAN_FLOWS_FILING_ASK_H
#define KENTONGAN_FLOWS_FILING_ASK_H

#include "flows/filing/work.h"

/* The draft, its clock, and the question. */
void work_ask(struct work *);

#endif
