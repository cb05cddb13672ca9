/* ussd.h - USSD dialogues: one input in, one page out, everything said so far kept in one small blob.
 *
 * Pure.  Menus (config/menus/) and forms (config/forms/) are data; here stands how they are walked.  flow.c
 * hands over every INBOUND_USSD and the timer "ussd".  Must never file what was not echoed and sent by `1`.
 */
#ifndef KENTONGAN_FLOWS_USSD_USSD_H
#define KENTONGAN_FLOWS_USSD_USSD_H

#include "flows/step/context.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"

enum {
    USSD_SESSION_MS = 24 * 60 * 60 * 1000, /* life of the blob */
    USSD_REPEAT_MS = 15 * 60 * 1000,       /* the last page is kept for a repeat */
};

/* `*123*1*2#` is the service code `*123#` with "1*2" dialled along: one session, whatever was dialled.  To be
 * called before the session is loaded. */
void ussd_dialled(const struct ruleset *, struct inbound *);

/* The same contracts as flow_read and flow_step, but for what a page says as a command (below).  A timer is
 * one whose text has "t":"ussd": it names the session and the sender as subjects. */
enum read_rc ussd_read(const struct ruleset *, const struct sender *, const struct inbound *, int64_t now_ms,
                       struct arena *, struct intent *out) MUST_CHECK;
enum step_rc ussd_step(const struct ruleset *, const struct context *seen, const struct intent *,
                       const struct lease *ids, int64_t now_ms, struct arena *,
                       struct outcome *out) MUST_CHECK;

struct reading; /* flows/step/reading.h, of a USSD request */

/* What the page says as an SMS would; NULL when it says nothing of that kind.  flow.c reads it, hands the
 * reading over, and has it carried out before ussd_step, which makes a page of the answer. */
const struct inbound *ussd_said(const struct reading *page);
void ussd_read_command(struct reading *page, struct reading *command);
struct reading *ussd_command_of(const struct reading *page);

/* What a request says while the store is away, by what is remembered of its dialogue (who->session) or, where
 * that is not known, by its text alone. */
struct ussd_away {
    bool known;         /* the dialogue is */
    bool urgent;        /* an E1, or a referral with its reason, that staff were not told of yet */
    struct slice words; /* for staff: "Rujukan Ana 28th perdarahan" */
    struct slice cry;   /* words of danger on any page: as an SMS says it */
    struct slice state; /* the dialogue with it: as the text of a USSD_KEPT it is carried out later */
};

/* False when the arena is full. */
bool ussd_away(const struct ruleset *, const struct sender *, const struct inbound *, int64_t now_ms,
               struct arena *, struct ussd_away *out) MUST_CHECK;

/* Walks every menu and every form: each entry leads somewhere, each page is reached and ends, every text
 * exists and every page fits 182 septets at its longest fill.  Faults name the menu's or form's place. */
void ussd_check(const struct ruleset *, struct faults *);
/* The whole dialogue in Graphviz. */
void ussd_graph(const struct ruleset *, struct buf *);

#endif
