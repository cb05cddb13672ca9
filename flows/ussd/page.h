/* page.h - how a USSD page looks: note, question, numbered options, keys; 98 turns a long one.
 *
 * Pure.  Never longer than 182 septets.  Decides nothing. */
#ifndef KENTONGAN_FLOWS_USSD_PAGE_H
#define KENTONGAN_FLOWS_USSD_PAGE_H

#include "flows/ussd/options.h"

/* What a page is made of; `sub` turns it.  Also for the check at load. */
struct ussd_page {
    struct slice note, head;
    struct slice line[USSD_OPTIONS + 2];
    unsigned n;
    struct slice foot; /* "0 Kembali"; empty = none */
};

void ussd_page_make(const struct ussd_context *, const struct ussd_state *, struct slice note,
                    struct ussd_page *out);
/* The page as the caller sees it: cut into turns of at most 182 septets, turn `sub` (modulo their number). */
struct slice ussd_page_render(const struct ussd_page *, unsigned sub, struct slice more, struct arena *);
/* Makes and renders. */
/* All of it stands on one page, with the note. */
bool ussd_page_fits(const struct ussd_context *, const struct ussd_state *, struct slice note);
struct slice ussd_page_text(const struct ussd_context *, const struct ussd_state *, struct slice note);

#endif
