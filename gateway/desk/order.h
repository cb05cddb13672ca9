/* order.h - a command as an SMS says it (`BENAR 51139`, `TERIMA 48217`), carried out for staff at a screen.
 */
#ifndef KENTONGAN_DESK_ORDER_H
#define KENTONGAN_DESK_ORDER_H

#include "gateway/desk/desk.h"

/* words: the text, or "--as NUMBER " and the text: said for the person of this number, who telephoned; she
 * hears the answer too.  "--by ACCOUNT " before it: noted by this account, whose act it is then; she hears
 * that it was.  Without, it is said by nobody's number with every right: who may ask is the asker's
 * to know. The answer is what an SMS would have said; it begins with "error:" when the command was not
 * carried out; "error: busy" when nothing of it is kept. */
desk_fn order_desk;

#endif
