/* card.h - the pocket card (kartu saku): one sheet of A4, printed on both sides and folded into four, with
 * all that one role types.  HTML with its style inside; it asks for nothing from anywhere.
 *
 * Made from the forms, their word lists, the catalogue, the rights and the menu of the role: a form that is
 * added under config/forms/ stands on the card by itself.  Pure. */
#ifndef KENTONGAN_FLOWS_PRINT_CARD_H
#define KENTONGAN_FLOWS_PRINT_CARD_H

#include "gateway/base/buf.h"
#include "gateway/model/ruleset.h"

/* Give the buffer 256 KiB: it is failed when that was too little. */
void card_write(struct buf *, const struct ruleset *, enum role, struct arena *);

#endif
