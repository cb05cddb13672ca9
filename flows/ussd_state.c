/* ussd_state.c - the session as a blob.  See ussd_state.h. */
#include "flows/ussd_state.h"

#include <string.h>

#include "flows/blob.h"

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

/* --- writing --- */

/* A set of fields as the list of their names. */
static void put_fields(json_t *o, const char *key, const struct form *f, uint32_t set)
{
    struct slice names[FORM_FIELDS];
    unsigned n = 0;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (set >> i & 1)
            names[n++] = f->fields[i].name;
    blob_put_slices(o, key, names, n);
}

static void put_form(json_t *o, const struct ussd_state *s)
{
    blob_put(o, "form", s->form->name);
    blob_put_int(o, "way", s->variant);
    blob_put_values(o, "said", s->form, s->values);
    put_fields(o, "skipped", s->form, s->skipped);
    put_fields(o, "sure", s->form, s->sure);
    put_fields(o, "filled", s->form, s->filled);
    blob_put(o, "item", s->item);
    blob_put(o, "who", s->who);
    if (s->field < 0)
        return;
    blob_put(o, "ask", s->form->fields[s->field].name);
    if (s->guess.kind != VALUE_ABSENT) {
        struct value guess[FORM_FIELDS] = { [0] = { .kind = VALUE_ABSENT } };

        guess[s->field] = s->guess;
        blob_put_values(o, "guess", s->form, guess);
    }
}

struct slice ussd_state_encode(const struct ussd_state *s, struct arena *arena)
{
    json_t *o = blob_new();

    blob_put_int(o, "at", s->at_ms);
    blob_put(o, "place", slice_of(places[s->place]));
    blob_put(o, "session", s->session);
    blob_put_int(o, "step", s->step);
    blob_put(o, "page", s->page);
    blob_put_bool(o, "ended", s->ended);
    blob_put_int(o, "over", s->over);
    blob_put(o, "menu", s->menu);
    blob_put_int(o, "sub", s->sub);
    blob_put(o, "dial", s->dial);
    blob_put(o, "command", s->command);
    blob_put(o, "question", s->question);
    blob_put(o, "nomor", s->nomor);
    blob_put_bool(o, "alarmed", s->alarmed);
    blob_put_bool(o, "timed", s->timed);
    if (s->form)
        put_form(o, s);
    return blob_done(o, arena);
}

/* --- reading --- */

static uint32_t get_fields(const json_t *o, const char *key, const struct form *f, struct arena *a)
{
    struct slice names[FORM_FIELDS];
    unsigned n = blob_slices(o, key, names, FORM_FIELDS, a);
    uint32_t set = 0;

    for (unsigned i = 0; i < n; i++) {
        int at = form_field_named(f, names[i]);

        if (at >= 0)
            set |= 1U << at;
    }
    return set;
}

/* False when the form, or the field in question, went away at a reload. */
static bool get_form(const struct ruleset *rs, const json_t *o, struct arena *a, struct ussd_state *s)
{
    struct slice ask = blob_slice(o, "ask", a);
    struct value guess[FORM_FIELDS];

    s->form = form_by_name(&rs->forms, blob_slice(o, "form", a));
    s->variant = (unsigned)blob_int(o, "way");
    if (!s->form || s->variant >= s->form->variants_n)
        return false;
    blob_values(o, "said", s->form, s->values, a);
    s->skipped = get_fields(o, "skipped", s->form, a);
    s->sure = get_fields(o, "sure", s->form, a);
    s->filled = get_fields(o, "filled", s->form, a);
    s->item = blob_slice(o, "item", a);
    s->who = blob_slice(o, "who", a);
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

static bool get_state(const struct ruleset *rs, const json_t *o, struct arena *a, struct ussd_state *s)
{
    struct slice place = blob_slice(o, "place", a);
    int64_t over = blob_int(o, "over");

    s->session = blob_slice(o, "session", a);
    s->step = (unsigned)blob_int(o, "step");
    s->page = blob_slice(o, "page", a);
    s->ended = blob_bool(o, "ended");
    s->at_ms = blob_int(o, "at");
    s->timed = blob_bool(o, "timed");
    s->menu = blob_slice(o, "menu", a);
    s->sub = (unsigned)blob_int(o, "sub");
    s->dial = blob_slice(o, "dial", a);
    s->command = blob_slice(o, "command", a);
    s->question = blob_slice(o, "question", a);
    s->nomor = blob_slice(o, "nomor", a);
    s->alarmed = blob_bool(o, "alarmed");
    while (s->place < USSD_PLACES && !slice_is(place, places[s->place]))
        s->place++;
    if (s->place == USSD_PLACES || over < 0 || over > USSD_MENU_OVER)
        return false;
    s->over = (enum ussd_over)over;
    if (json_object_get(o, "form") && !get_form(rs, o, a, s))
        return false;
    return fits(s);
}

bool ussd_state_decode(const struct ruleset *rs, struct slice blob, struct arena *a, struct ussd_state *s)
{
    json_t *o = blob_parse(blob);
    bool ok;

    *s = (struct ussd_state){ .field = -1 };
    ok = o && get_state(rs, o, a, s);
    json_decref(o);
    if (!ok)
        ussd_state_clear(s);
    return ok;
}
