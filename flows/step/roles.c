/* roles.c - rights as a table.  See roles.h. */
#include "flows/step/roles.h"

#include "flows/step/drafts.h"

#define R(r)   (1u << (r))
#define KADER  R(ROLE_KADER)
#define STAFF  (R(ROLE_BIDAN) | R(ROLE_PUSKESMAS) | R(ROLE_RS) | R(ROLE_DINKES))
#define HEADS  (R(ROLE_KADES) | R(ROLE_CAMAT))
#define ALL    (KADER | STAFF | HEADS)
#define NOBODY R(ROLES) /* who is not registered */

bool roles_may_report(enum role role, const struct form *form)
{
    static const unsigned rights[] = {
        [FORM_BY_HEALTH] = KADER | STAFF,
        [FORM_BY_STAFF] = STAFF,
        [FORM_BY_ALL] = ALL,
    };

    return rights[form->reporters] & R(role);
}

bool roles_may_command(const struct person *p, enum command_kind kind)
{
    static const unsigned rights[COMMANDS] = {
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = who,
#include "flows/understand/commands.def"
    };

    return (unsigned)kind < COMMANDS && (rights[kind] & (p ? R(p->role) : NOBODY));
}

struct slice roles_stranger(struct step *s)
{
    bool asked = s->state->request.n > 0 || (s->seen->sender->person && s->seen->sender->person->pending);
    const struct text_fill f[] = { { "hp", step_help_phone(s) } };

    return step_text(s, s->language, asked ? "stranger.pending" : "stranger.kept", f, 1);
}

void roles_refuse(struct step *s)
{
    struct slice today = step_day(s, s->now_ms);

    step_reason(s, s->person ? "command_refused" : "unknown_sender");
    if (slice_eq(s->state->refused_on, today))
        return;
    s->state->refused_on = today;
    s->state->changed = true;
    step_answer(s, slice_make("", 0),
                s->person ? step_text(s, s->language, "refused.role", NULL, 0) : roles_stranger(s));
}

bool roles_chain(const struct step *s, const struct person *p, struct slice posting)
{
    const struct place *at = directory_place(&s->rules->directory, posting);

    return p && p->place && (R(p->role) & STAFF) && (p->role == ROLE_DINKES || place_under(at, p->place));
}
