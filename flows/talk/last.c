/* last.c - see last.h. */
#include "flows/talk/last.h"

#include <string.h>

#include "flows/talk/mending.h"
#include "flows/talk/numbered.h"
#include "flows/talk/whom.h"
#include "parsers/text.h"

/* `48217 bb 9,2`, and the last report is another. */
static bool of_another(const struct reading *r, const struct last_report *last)
{
    struct slice rest = slice_trim(r->said.body);

    return numbered_other(r->state, rest) && !slice_eq(slice_cut(&rest, ' '), last->nomor);
}

/* A newer question may be about what it changes, and nobody is named: `9,2` while the name of another child
 * is asked. */
static bool asked_of_another(const struct sender_state *state, const struct reading *r)
{
    const struct last_report *l = &state->last;
    bool changes = false, newer = false;

    for (unsigned d = 0; d < state->drafts_n && !r->of_last; d++) {
        newer |= open_later(state->drafts[d].nomor, l->nomor);
        for (unsigned i = 0; r->answer.form && i < l->form->fields_n; i++) {
            if (value_equal(&l->values[i], &r->answer.values[i]))
                continue;
            changes = true;
            if (open_later(state->drafts[d].nomor, l->nomor) &&
                form_field_named(state->drafts[d].form, l->form->fields[i].name) >= 0)
                return true;
        }
    }
    return newer && !changes;
}

static bool says_no(const struct listening *h, struct slice text)
{
    const struct form_set *forms = &h->rules->forms;
    struct slice rest = text_folded(text, h->a);

    while (rest.n)
        if (list_find(forms->words.negators, slice_cut(&rest, ' ')))
            return true;
    return false;
}

/* The last report with what the line would add that she was shown: `bukan 14 tapi 15` is of that 14. */
static struct last_report as_shown(struct listening *h, struct slice text)
{
    struct last_report l = h->state->last;
    struct slice line = h->state->offer, command = slice_cut(&line, ' '), nomor = slice_cut(&line, ' ');
    struct report *known = ARENA_NEW(h->a, struct report), *fixed = ARENA_NEW(h->a, struct report);

    if (!known || !fixed || !slice_is(command, "KOREKSI") || !slice_eq(nomor, l.nomor) || !says_no(h, text))
        return l;
    known->form = l.form;
    memcpy(known->values, l.values, sizeof known->values);
    if (!understand_correction(h->rules, known, line, h->in->received_ms, h->a, fixed))
        return l;
    for (unsigned i = 0; i < l.form->fields_n; i++)
        if (known->values[i].kind == VALUE_ABSENT)
            known->values[i] = fixed->values[i];
    l.values = known->values;
    return l;
}

/* What the line would have added, and her words leave as it is, is not said. */
static void not_shown(const struct last_report *last, const struct last_report *shown, struct report *r)
{
    for (unsigned i = 0; r->form && i < last->form->fields_n; i++)
        if (last->values[i].kind == VALUE_ABSENT && value_equal(&r->values[i], &shown->values[i]))
            r->values[i] = last->values[i];
}

void last_read(struct listening *h)
{
    struct reading *r = h->r;
    struct slice text = r->kind == READING_COMMAND ? r->said.command.correction : r->said.body;
    struct last_report about;
    bool command = r->kind == READING_COMMAND;
    bool nil = r->said.kind == SAID_TURNED && r->said.turned.why == TURNED_FORM &&
               r->said.turned.form != h->state->last.form; /* `tidak ada kasus dbd` changes no W2 */

    /* `tambahan darah sedikit` behind a BUMIL is a danger first. */
    const struct form *form = h->state->last.form;

    if (!h->state->last.nomor.n || !form || (r->said.heard.feared && form_is(form, FORM_PREGNANCY)))
        return;
    about = as_shown(h, text);
    if (!whom_spoken_of(r) || nil || r->of_n || of_another(r, &h->state->last) ||
        (command && r->stranger.n) ||
        !mending_read(h->rules, &about, text, h->in->received_ms, h->a, &r->answer) ||
        asked_of_another(h->state, r))
        return;
    not_shown(&h->state->last, &about, &r->answer);
    if (r->stranger.n) {
        r->not_last = true;
        return;
    }
    r->kind = READING_FIX;
    r->nomor = h->state->last.nomor;
}
