/* before.h - what before.c asks of its neighbours, counted.c and difference.c (RULINGS 46, 50).
 *
 * Private to flows/understand. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_BEFORE_H
#define KENTONGAN_FLOWS_UNDERSTAND_BEFORE_H

#include "flows/understand/understand.h"

/* Tokens from..to are of nothing that this report has a field for. */
void understand_mark_other(struct filling *, unsigned from, unsigned to);
/* difference.c: what is said behind number i of more or less: another time's or person's, `turun 2 ons dari
 * bulan lalu`, is no field's; what parsers/amount.c does not take off makes the value doubtful. */
void understand_difference(struct filling *, unsigned i);
bool understand_becomes(const struct filling *, unsigned i); /* `jadi 9,2`, behind a difference */
/* counted.c: `5x`; `G3P2A0`; `anak ketiga`; `24th` of a mother; `k4 belum`: from token i on, no value. */
void understand_times(struct filling *, unsigned i);
void understand_parity(struct filling *, unsigned i);
void understand_ordinal(struct filling *, unsigned i);
void understand_counts_other(struct filling *, unsigned i);
void understand_unasked_age(struct filling *, unsigned i);
void understand_undone(struct filling *, unsigned i);
unsigned understand_day_at(const struct filling *, unsigned i); /* the tokens of a date; 0: none */
bool understand_keeps_signs(const struct form *); /* a field for signs, or for words about them */

#endif
