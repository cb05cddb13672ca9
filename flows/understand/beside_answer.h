/* beside_answer.h - what answer.c takes of what stands beside an answer or a correction: beside_answer.c.
 *
 * Private to flows/understand. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_BESIDE_ANSWER_H
#define KENTONGAN_FLOWS_UNDERSTAND_BESIDE_ANSWER_H

#include "flows/understand/filling/filling.h"

/* Signs that are said beside the answer (`110/70 pusing`), with those that were known. */
void understand_signs_beside(struct filling *, const struct report *known);
/* Those that were known stay beside those that are heard now. */
void understand_keep_signs(struct filling *, const struct report *known);
/* All that no label took are signs: `KOREKSI 48217 bb 9,3 kejang`. */
bool understand_only_signs_left(const struct filling *);
/* `nama Sari 28th`, `28th namanya Sari`: the age right behind a labelled name or before it, with its unit. */
void understand_age_beside(struct filling *);

/* `bu ana 28 tahun`, `rini 30 minggu` where the name is asked: the value behind it, with its unit, up to
 * `end`; where the name ends. */
unsigned understand_behind_name(struct filling *, unsigned end);
/* `2 th Reno`: the value before it; where the name begins. */
unsigned understand_before_name(struct filling *);
/* `bu lastri umur 26 th`, `umur 2 th namanya Reno` where the name is asked: what stands before the labels, or
 * behind them. */
void understand_name_beside(struct filling *, const struct field *name);

/* The first word that does not belong to what stands behind it: `kira2 9,2`. */
unsigned understand_first_word(const struct filling *);

#endif
