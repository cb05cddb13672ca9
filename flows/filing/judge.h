/* judge.h - doubts that only the store knows: which child, which number, a step that no child makes
 * (SPEC 2.7).
 *
 * Pure; behind filing.h. */
#ifndef KENTONGAN_FLOWS_FILING_JUDGE_H
#define KENTONGAN_FLOWS_FILING_JUDGE_H

#include "flows/filing/work.h"

void work_judge(struct work *);

#endif
