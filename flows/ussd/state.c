/* state.c - the session as a blob.  See ussd/state.h. */
#include "flows/ussd/state.h"

#include <string.h>

#include "flows/step/blob.h"

static const char *const places[USSD_PLACES] = {
    [USSD_MENU] = "menu",   [USSD_WAY] = "way",       [USSD_FIELD] = "field", [USSD_QUESTION] = "question",
    [USSD_COUNT] = "count", [USSD_UNIT] = "unit",     [USSD_DOUBT] = "doubt", [USSD_ECHO] = "echo",
    [USSD_ASKED] = "asked", [USSD_NUMBER] = "number", [USSD_WORDS] = "words", [USSD_DONE] = "done",
};

void ussd_state_clear(struct ussd_state *s)
{
    struct ussd_state kept = { .session = s->session,
                               .step = s->step,
                               .page = s->page,
                               .ended = s->ended,
                               .at_ms = s->at_ms,
                               .timed = s->timed,
                               .field = -1 };

    *s = kept;
}

bool ussd_state_unfinished(const struct ussd_state *s)
{
    return s->place != USSD_MENU && s->place != USSD_DONE;
}

bool ussd_state_answered(const struct ussd_state *s, unsigned field)
{
    return s->values[field].kind != VALUE_ABSENT || (s->skipped >> field & 1);
}

/* --- the blob: a table of members, and by hand what a form says the names of --- */

#define STATE(key, m) MEMBER(struct ussd_state, key, m)
CODEC(state_codec, struct ussd_state, STATE(at, at_ms), MEMBER_SAID(struct ussd_state, place, place, places),
      STATE(session, session), STATE(step, step), STATE(page, page), STATE(ended, ended),
      MEMBER_ONE_OF(struct ussd_state, over, over, USSD_MENU_OVER + 1), STATE(menu, menu), STATE(sub, sub),
      STATE(dial, dial), STATE(command, command), STATE(question, question), STATE(nomor, nomor),
      STATE(alarmed, alarmed), STATE(timed, timed), STATE(way, variant), STATE(item, item), STATE(who, who),
      STATE(sex, sex), STATE(born, born));

/* A set of fields as the list of their names. */
static void put_fields(struct node *o, const char *key, const struct form *f, uint32_t set)
{
    struct slice names[FORM_FIELDS];
    unsigned n = 0;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (set >> i & 1)
            names[n++] = f->fields[i].name;
    blob_put_slices(o, key, names, n);
}

static void put_form(struct node *o, const struct ussd_state *s)
{
    node_put(o, "form", s->form->name);
    blob_put_values(o, "said", s->form, s->values);
    put_fields(o, "skipped", s->form, s->skipped);
    put_fields(o, "sure", s->form, s->sure);
    put_fields(o, "filled", s->form, s->filled);
    if (s->field < 0)
        return;
    node_put(o, "ask", s->form->fields[s->field].name);
    if (s->guess.kind != VALUE_ABSENT) {
        struct value guess[FORM_FIELDS] = { [0] = { .kind = VALUE_ABSENT } };

        guess[s->field] = s->guess;
        blob_put_values(o, "guess", s->form, guess);
    }
}

struct slice ussd_state_encode(const struct ussd_state *s, struct arena *arena)
{
    struct node *o = blob_new(arena);

    codec_put(o, &state_codec, s);
    if (s->form)
        put_form(o, s);
    return blob_done(o, arena);
}

/* --- reading --- */

static uint32_t get_fields(const struct node *o, const char *key, const struct form *f)
{
    struct slice names[FORM_FIELDS];
    unsigned n = blob_slices(o, key, names, FORM_FIELDS);
    uint32_t set = 0;

    for (unsigned i = 0; i < n; i++) {
        int at = form_field_named(f, names[i]);

        if (at >= 0)
            set |= 1U << at;
    }
    return set;
}

/* False when the form, or the field in question, went away at a reload. */
static bool get_form(const struct ruleset *rs, const struct node *o, struct arena *a, struct ussd_state *s)
{
    struct slice ask = node_text(o, "ask");
    struct value guess[FORM_FIELDS];

    s->form = form_by_name(&rs->forms, node_text(o, "form"));
    if (!s->form || s->variant >= s->form->variants_n)
        return false;
    blob_values(o, "said", s->form, s->values, a);
    s->skipped = get_fields(o, "skipped", s->form);
    s->sure = get_fields(o, "sure", s->form);
    s->filled = get_fields(o, "filled", s->form);
    if (!ask.n)
        return true;
    s->field = form_field_named(s->form, ask);
    if (s->field < 0)
        return false;
    blob_values(o, "guess", s->form, guess, a);
    s->guess = guess[s->field];
    return true;
}

/* What a place needs is there. */
static bool fits(const struct ussd_state *s)
{
    switch (s->place) {
    case USSD_WAY:
    case USSD_ECHO:
    case USSD_ASKED:
        return s->form != NULL;
    case USSD_FIELD:
    case USSD_QUESTION:
    case USSD_COUNT:
    case USSD_UNIT:
    case USSD_DOUBT:
        return s->form && s->field >= 0;
    default:
        return true;
    }
}

static bool get_state(const struct ruleset *rs, const struct node *o, struct arena *a, struct ussd_state *s)
{
    if (!codec_get(o, &state_codec, s) || !node_get(o, "place"))
        return false;
    if (node_get(o, "form") && !get_form(rs, o, a, s))
        return false;
    return fits(s);
}

bool ussd_state_decode(const struct ruleset *rs, struct slice blob, struct arena *a, struct ussd_state *s)
{
    const struct node *o = blob_parse(blob, a);
    bool ok;

    *s = (struct ussd_state){ .field = -1 };
    ok = o && get_state(rs, o, a, s);
    if (!ok)
        ussd_state_clear(s);
    return ok;
}
