/* whom.h - whom the words of a kader name: somebody of whom she filed a report today, or somebody else.  What
 * is said of one is nothing about another, whoever was reported last (RULINGS 55, 56).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_WHOM_H
#define KENTONGAN_FLOWS_TALK_WHOM_H

#include "flows/step/drafts.h"

struct whom {
    const struct person *speaker; /* who says it; NULL: not known */
    struct slice of[READING_OF];  /* reports of today of those who are called so */
    unsigned n;
    bool many;             /* and more */
    struct slice stranger; /* a name of nobody of today, `bu Rini`; empty: there is none */
    bool led;              /* behind a word that leads to a name */
};

/* list: today_of().  *out has the speaker. */
void whom_named(const struct ruleset *, const struct sender_state *, struct slice list, struct slice text,
                struct arena *, struct whom *out);

#endif
