/* before.h - numbers that are no field's, or not certain, by what stands beside them (RULINGS 46, 50). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_BEFORE_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_BEFORE_H

#include "flows/understand/filling/filling.h"

/* Marks numbers that are no field's, or not certain (RULINGS 46, 50). */
void understand_before(struct filling *);
/* How many words at token i make the value before it doubtful, and belong to it: `bukan 92`, `lebih`. */
unsigned understand_doubt_behind(const struct filling *, unsigned i);
/* The number at token i is somebody else's, `suaminya td 180/110`, or a pressure where the form has none.
 * Where that begins; i: it is not. */
unsigned understand_measured(const struct filling *, unsigned i);
/* A label, of one word, of a measure of any form: `suhu`, `gula`. */
bool understand_measures(const struct form_set *, struct slice word);
/* Token i behind a number counts groups where people are to be counted: `1 keluarga`, `2 rt`. */
bool understand_of_groups(const struct filling *, unsigned i);
/* Tokens from..to are of nothing that this report has a field for. */
void understand_mark_other(struct filling *, unsigned from, unsigned to);
/* difference.c: what is said behind number i of more or less: another time's or person's, `turun 2 ons dari
 * bulan lalu`, is no field's; what parsers/amount.c does not take off makes the value doubtful. */
void understand_difference(struct filling *, unsigned i);
/* Two readings of one thing, by their size: `10,5 atau 10,2`. */
bool understand_alike(const struct filling *, unsigned a, unsigned b);
bool understand_becomes(const struct filling *, unsigned i); /* `jadi 9,2`, behind a difference */
/* Behind a word of that code the number is how many she has, `anak 2`, but no `anak 2 th`; what was given; a
 * year. */
bool understand_has_so_many(const struct filling *, unsigned i, struct slice code);
/* What is counted there is no field's: the `kali` of `2 kali`. */
bool understand_counts(const struct filling *, unsigned i);
bool understand_grows(const struct filling *, unsigned i); /* `bb turun | jadi 8,9`: no other value */
/* A label of the form ends right before token i. */
bool understand_behind_label(const struct filling *, unsigned i);
/* counted.c: `5x`; `G3P2A0`; `anak ketiga`; `24th` of a mother; `k4 belum`: from token i on, no value. */
void understand_times(struct filling *, unsigned i);
void understand_parity(struct filling *, unsigned i);
void understand_ordinal(struct filling *, unsigned i);
void understand_counts_other(struct filling *, unsigned i);
void understand_unasked_age(struct filling *, unsigned i);
void understand_undone(struct filling *, unsigned i);
/* either.c: words of which the first is token i stand between two values, one of which is so: `atau`. */
bool understand_either(const struct filling *, unsigned i, unsigned *used);
/* `5 s/d 10`, `9,2 sampai 9,5`, `antara 5 dan 6`: the last token of what begins with number i, or i. */
unsigned understand_range_end(const struct filling *, unsigned i);
unsigned understand_day_at(const struct filling *, unsigned i); /* the tokens of a date; 0: none */
bool understand_keeps_signs(const struct form *); /* a field for signs, or for words about them */

#endif
