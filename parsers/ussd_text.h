/* ussd_text.h - what USSD over HTTP has in common: accumulated input and the CON/END answer.
 *
 * Pure.  Which part of an accumulated text is new, only the session knows (flows/ussd). */
#ifndef KENTONGAN_PARSERS_USSD_TEXT_H
#define KENTONGAN_PARSERS_USSD_TEXT_H

#include "gateway/base/buf.h"

/* The 1-based step that an accumulated text ("1*2*Siti") stands for: 1 when empty, else its parts + 1. */
unsigned ussd_text_step(struct slice accumulated);
/* "CON page" or "END page". */
void ussd_text_answer(struct buf *, struct slice page, bool ends);

#endif
