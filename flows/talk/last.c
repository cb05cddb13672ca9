/* last.c - see last.h. */
#include "flows/talk/last.h"

#include "flows/talk/mending.h"
#include "flows/talk/numbered.h"
#include "flows/talk/whom.h"

/* `48217 bb 9,2`, and the last report is another. */
static bool of_another(const struct reading *r, const struct last_report *last)
{
    struct slice rest = slice_trim(r->said.body);

    return numbered_other(r->state, rest) && !slice_eq(slice_cut(&rest, ' '), last->nomor);
}

/* Numbers go up. */
static bool later(struct slice nomor, struct slice than)
{
    uint64_t a, b;

    return slice_to_u64(nomor, &a) && slice_to_u64(than, &b) && a > b;
}

/* A newer question may be about what it changes, and nobody is named: `9,2` while the name of another child
 * is asked. */
static bool asked_of_another(const struct sender_state *state, const struct reading *r)
{
    const struct last_report *l = &state->last;
    bool changes = false, newer = false;

    for (unsigned d = 0; d < state->drafts_n && !r->of_last; d++) {
        newer |= later(state->drafts[d].nomor, l->nomor);
        for (unsigned i = 0; r->answer.form && i < l->form->fields_n; i++) {
            if (value_equal(&l->values[i], &r->answer.values[i]))
                continue;
            changes = true;
            if (later(state->drafts[d].nomor, l->nomor) &&
                form_field_named(state->drafts[d].form, l->form->fields[i].name) >= 0)
                return true;
        }
    }
    return newer && !changes;
}

void last_read(struct listening *h)
{
    struct reading *r = h->r;
    bool command = r->kind == READING_COMMAND;
    bool nil = r->said.kind == SAID_TURNED && r->said.turned.why == TURNED_FORM &&
               r->said.turned.form != h->state->last.form; /* `tidak ada kasus dbd` changes no W2 */

    /* `tambahan darah sedikit` behind a BUMIL is a danger first. */
    bool feared = r->said.heard.feared && h->state->last.form && form_is(h->state->last.form, FORM_PREGNANCY);

    if (!h->state->last.nomor.n || feared || !whom_spoken_of(r) || nil || r->of_n ||
        of_another(r, &h->state->last) || (command && r->stranger.n) ||
        !mending_read(h->rules, &h->state->last, command ? r->said.command.correction : r->said.body,
                      h->in->received_ms, h->a, &r->answer) ||
        asked_of_another(h->state, r))
        return;
    if (r->stranger.n) {
        r->not_last = true;
        return;
    }
    r->kind = READING_FIX;
    r->nomor = h->state->last.nomor;
}
