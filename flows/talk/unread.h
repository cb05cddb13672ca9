/* unread.h - what stays unread of a question: words that say why it cannot be answered are heard as that, and
 * nobody hears the same sentence over and over.  The second time she is shown how to answer, the third time
 * staff of the next level are asked to call her, once a draft.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_UNREAD_H
#define KENTONGAN_FLOWS_TALK_UNREAD_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* Of a text that is nothing else: why what is asked is not answered, as reading->words. */
void unread_read(struct listening *);

/* The question that a message is about, as it stood before it. */
struct unread {
    struct slice nomor; /* empty: about none */
    struct slice field;
    enum asking asking;
    struct value *values; /* FORM_FIELDS */
};

void unread_before(struct step *, struct unread *out);
/* Behind the step: where nothing came of the message, that is counted, and another answer given. */
void unread_after(struct step *, const struct unread *);

/* It cannot be measured, and the report needs it: what to do, and that the draft waits. */
void unread_needed(struct step *, struct draft *);
/* `nanti ya bu`: how long it waits. */
void unread_waits(struct step *, struct draft *);

#endif
