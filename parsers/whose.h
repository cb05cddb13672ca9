/* whose.h - who is spoken of where a sign stands: a mother named behind her child's weight bleeds, not the
 * child.
 *
 * Pure.  The people are data, lists/siapa.yaml; whether one of them is the person of the report is for the
 * reader of the form to say. */
#ifndef KENTONGAN_PARSERS_WHOSE_H
#define KENTONGAN_PARSERS_WHOSE_H

#include "parsers/token.h"

/* Somebody who was mentioned. */
struct mention {
    struct slice code;   /* of lists/siapa.yaml: anak, ibu, lain, sapaan; empty: nobody */
    unsigned from, name; /* tokens: where it begins, and what stands behind it */
    unsigned with;       /* token behind `kata`, `dibawa`, or 0: who is named there is not ill */
    bool doubt;          /* a comma or `tapi` lies between, or a second person: hers, or the other's? */
};

/* The word at token i, which is of no sign: a person, or nothing. */
void whose_word(struct mention *, const struct tokens *, unsigned i, const struct word_list *people);
/* `suami tidak ada`: what is not there, behind that token, is somebody who would help, and no sign. */
static inline bool whose_absence(const struct mention *m, unsigned i)
{
    return slice_is(m->code, "lain") && m->name == i;
}

/* A separator, SEP_… */
void whose_separator(struct mention *, unsigned sep);

#endif
