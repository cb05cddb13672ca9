/* names.h - where a name begins and ends, and what is none (RULINGS 14, 22, 41, 45, 54). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_NAMES_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_NAMES_H

#include "flows/understand/filling/filling.h"

/* Of the name in tokens *from..*to, with words up to `end`, only what is it; the rest is taken. */
void understand_trim_name(struct filling *, const struct field *next, unsigned end, unsigned *from,
                          unsigned *to);
/* Takes the name at token i, and the value of the field behind it where one run of words holds both; the next
 * token. */
unsigned understand_take_name(struct filling *, const struct field *name, const struct field *next,
                              unsigned i);
/* The name in tokens from..to; false when it is none (RULINGS 22). */
bool understand_name(struct filling *, unsigned from, unsigned to, struct slice *out);
/* Of the words that say a name, those that are it: `namanya salah harusnya Sri, istri pak Joko`.  False when
 * they say something else: `belum tahu`, `sebentar ya bu`. */
bool understand_said_name(const struct filling *, unsigned *from, unsigned *to);
/* The same of words without a label: one at least may be a name, no fewer than are ours, and none makes a
 * sentence of them.  `cepat bu`, `laki laki`, `lanjut lewat sms` say something else. */
bool understand_free_name(const struct filling *, unsigned *from, unsigned *to);
/* The word at token i is in no list, or people are called so. */
bool understand_may_name(const struct filling *, unsigned i);
/* There is such a word before token i. */
bool understand_named_before(const struct filling *, unsigned i);
/* The end of the name without an address or a particle behind it, which are taken: `nama Wulan bu`. */
unsigned understand_without_courtesy(const struct filling *, unsigned from, unsigned to);

#endif
