/* ussd_text.c - see ussd_text.h. */
#include "parsers/ussd_text.h"

unsigned ussd_text_step(struct slice all)
{
    unsigned step = all.n ? 2 : 1;

    for (size_t i = 0; i < all.n; i++)
        step += all.p[i] == '*';
    return step;
}

void ussd_text_answer(struct buf *b, struct slice page, bool ends)
{
    buf_str(b, ends ? "END " : "CON ");
    buf_add(b, page);
}
