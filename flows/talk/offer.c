/* offer.c - see offer.h. */
#include "flows/talk/offer.h"

#include "flows/step/drafts.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/words.h"

void offer_show(struct step *s, struct slice line)
{
    s->state->offer = line;
    s->state->offer_ms = s->now_ms;
    s->state->changed = true;
}

bool offer_meant(struct step *s, const struct turned *t, struct slice *text)
{
    struct slice command = reply_command(t->command, s->arena);
    const struct text_fill f[] = { { "perintah", command }, { "nomor", t->nomor } };

    if (t->why != TURNED_WORDS || !t->nomor.n || t->instead || s->state->drafts_n ||
        words_ask(s->reading->said.body) || !command_acts(t->command))
        return false;
    offer_show(s, arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(command), SLICE_ARG(t->nomor)));
    *text = step_text(s, s->language, "turned.meant", FILLS(f));
    return true;
}

/* `tidak jadi`, and no number: of the line that she was shown.  To BATAL it may be a yes: only a plain no is
 * none. */
static bool refuses_line(const struct step *s, bool batal)
{
    const struct reading *r = s->reading;
    const struct command *c = &r->said.command;
    enum answer_word says = WORD_NONE;

    if (s->state->drafts_n || r->said.emergency || r->of_n || r->thanks)
        return false;
    if (r->kind == READING_COMMAND)
        return !c->nomor.n && (c->kind == COMMAND_TIDAK || (c->kind == COMMAND_BATAL && !batal));
    if (r->kind == READING_WORDS) /* to no question */
        says = (enum answer_word)r->words;
    else if (r->kind == READING_NOTHING)
        says = words_answer(s->rules, NULL, r->said.body, s->arena);
    return says == WORD_NO ||
           (!batal && (says == WORD_CANCEL ||
                       (r->kind == READING_NOTHING && words_say(s->rules, "batal", r->said.body, s->arena))));
}

bool offer_dropped(struct step *s)
{
    struct slice line = s->state->offer, command = slice_cut(&line, ' '), nomor = slice_cut(&line, ' ');
    const struct text_fill f[] = { { "perintah", command }, { "nomor", nomor } };

    s->state->offer = slice_make("", 0);
    s->state->changed = true;
    if (!refuses_line(s, slice_eq(command, reply_command(COMMAND_BATAL, s->arena))))
        return false;
    step_reason(s, "talk");
    step_answer(s, nomor, step_text(s, s->language, "turned.holds", FILLS(f)));
    return true;
}
