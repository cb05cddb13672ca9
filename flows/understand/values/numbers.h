/* numbers.h - numbers behind the head, and words in their place (RULINGS 1, 10, 15, 18, 25, 26). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_NUMBERS_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_NUMBERS_H

#include "flows/understand/filling/filling.h"

void understand_numbers(struct filling *, unsigned from);
/* A number that no field takes makes the one before it doubtful, or the last. */
void understand_leftover(struct filling *, unsigned i);
/* `130/80 kiri 140/90 kanan`: of two that differ neither is taken unasked (RULINGS 18). */
bool understand_second_pressure(struct filling *, unsigned i);

enum part_kind {
    PART_EMPTY,  /* nothing */
    PART_OPEN,   /* no such words: a number or a label stands there, or the slot does not decide */
    PART_WORDS,  /* signs, a remark: the words use up the place of the number */
    PART_UNREAD, /* they can only be the number */
};

enum part_kind understand_words_there(const struct filling *, unsigned i);
/* The numeric field that stands by its label or unit in the part that begins at token i; NULL: none. */
const struct field *understand_named_there(const struct filling *, unsigned i);
/* The token behind the first of the last required field. */
unsigned understand_behind_required(const struct filling *);
/* The token behind the part that begins at token i. */
unsigned understand_part_end(const struct filling *, unsigned i);
/* The place behind the required fields, at token i, is that of a list: `KUNJ#Ali#tbc#baik#37`. */
bool understand_list_first(const struct filling *, unsigned i);
/* `#tidak cek#`, `#kosong#` say what `#-#` does (RULINGS 1); before all else is read. */
void understand_not_given(struct filling *);
/* `#10,5 (kemarin 10,2)#80`: a second number with words in a slot is of those words; when labels are read. */
void understand_beside_value(struct filling *);
/* A required field right behind the head has such words in its place: `KEGIATAN#penyuluhan#abc` (RULINGS 2).
 */
void understand_unread_part(struct filling *);
/* `18bl lahir 20/5/25#10,5`, `L laki laki#`: token i and what follows is left of a part whose value was read,
 * and in the next stands what is due.  It is passed over, and asked about where it says otherwise. */
bool understand_rest_of_part(struct filling *, const struct field *due, unsigned i);
/* Numbers whose explicit unit is certain, before lists take the words (RULINGS 20). */
void understand_units(struct filling *, unsigned from);
/* Behind the required fields: a unit that no field takes makes what stands behind a word that word's,
 * `amlodipin 10 mg`, `perokok 30 th`. */
void understand_foreign_units(struct filling *, unsigned from);
/* `18bl lahir 20/5/25`: her age at token i, where a label has the day of her birth: both must agree. */
bool understand_born_behind(struct filling *, const struct field *age, unsigned i, unsigned *next);
/* Of a value that cannot be read, the bare numbers behind it may be anybody's: none is kept for the draft. */
void understand_forget(struct filling *);
/* `#1041#Siti#10,5#80`: the number at token i is what was due in the place before, which held something else.
 */
bool understand_astray(struct filling *, unsigned i, struct got *);
/* `#110/70#30#60`: the number at token i may be what is due and was passed over. */
bool understand_passed(struct filling *, unsigned i);

#endif
