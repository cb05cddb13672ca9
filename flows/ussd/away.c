/* away.c - what a request says while the store is away.  See ussd.h.
 *
 * Pure.  The dialogue is walked as ever, by the state that memory has of it; where it has none, a telco that
 * repeats all inputs has said everything in the text.  Nothing is filed here. */
#include "flows/filing/filing.h"
#include "flows/step/reply.h"
#include "flows/ussd/turn.h"
#include "flows/ussd/ussd.h"

static struct slice words_of(const struct ussd_state *s, struct arena *a)
{
    struct slice echo = reply_echo(s->form, s->values, a);

    return arena_printf(a, "%.*s%s%.*s %.*s", SLICE_ARG(s->form->title), s->who.n ? " " : "",
                        SLICE_ARG(s->who), SLICE_ARG(echo));
}

bool ussd_away(const struct ruleset *rs, const struct sender *who, const struct inbound *in, int64_t now_ms,
               struct arena *a, struct ussd_away *out)
{
    struct intent *intent = ARENA_NEW(a, struct intent);
    const struct ussd_turn *t;

    *out = (struct ussd_away){ .known = who->session.blob.n > 0 };
    if (!intent || ussd_read(rs, who, in, now_ms, a, intent) != READ_OK)
        return false;
    t = intent->reading->ussd;
    if (t->cry)
        out->cry = t->walk.said;
    if ((t->kind != USSD_TURN_INPUT && t->kind != USSD_TURN_OVER) || !t->walk.report || t->state.alarmed ||
        !filing_alarms(t->walk.report))
        return true;
    out->urgent = true;
    out->words = words_of(&t->state, a);
    out->state = ussd_state_encode(&t->state, a);
    return !a->failed;
}
