/* destination.h - where a referral goes, and why (RULINGS 36, 46, 52). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_DESTINATION_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_DESTINATION_H

#include "flows/understand/filling/filling.h"

/* A destination (RULINGS 36) begins at token i; *keep: the word itself belongs to it. */
bool understand_destination(const struct filling *, unsigned i, bool *keep);
/* The same, of one that the list has: it ends a name. */
bool understand_destination_named(const struct filling *, unsigned i);
/* Takes the place that begins there; signs and all behind them are why she goes.  The next token. */
unsigned understand_take_destination(struct filling *, unsigned from);
/* The same from a reason on: to the end of its part, the place that stands in it apart. */
unsigned understand_take_reason(struct filling *, const struct field *why, unsigned from);
/* Signs that are left behind the head: `rujuk 48217 kejang`, `… kejang umur 28th perdarahan`. */
void understand_reason_behind(struct filling *, unsigned from);

#endif
