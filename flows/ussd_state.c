/* ussd_state.c - the session blob, written by hand and read by jansson.  See ussd_state.h. */
#include "flows/ussd_state.h"

#include <jansson.h>
#include <string.h>

enum {
    BLOB_MAX = 4096,
    NAME_MAX_BYTES = 64,
};

static const char *const places[USSD_PLACES] = {
    [USSD_MENU] = "menu",   [USSD_WAY] = "way",     [USSD_FIELD] = "field", [USSD_COUNT] = "count",
    [USSD_UNIT] = "unit",   [USSD_DOUBT] = "doubt", [USSD_ECHO] = "echo",   [USSD_NUMBER] = "number",
    [USSD_WORDS] = "words", [USSD_DONE] = "done",
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

static void put_name(struct buf *b, const char *key, struct slice v)
{
    if (slice_empty(v))
        return;
    buf_printf(b, ",\"%s\":", key);
    buf_json(b, v);
}

static void put_int(struct buf *b, const char *key, int64_t v)
{
    if (v)
        buf_printf(b, ",\"%s\":%lld", key, (long long)v);
}

/* Self-describing: text, thousandths, list, counts. */
static void put_value(struct buf *b, const struct value *v)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        buf_str(b, "null");
        break;
    case VALUE_TEXT:
        buf_json(b, v->text);
        break;
    case VALUE_NUMBER:
        buf_printf(b, "%lld", (long long)v->milli);
        break;
    case VALUE_LIST:
    case VALUE_COUNTS:
        buf_char(b, v->kind == VALUE_LIST ? '[' : '{');
        for (unsigned i = 0; i < v->n; i++) {
            if (i)
                buf_char(b, ',');
            buf_json(b, v->items[i]);
            if (v->kind == VALUE_COUNTS)
                buf_printf(b, ":%lld", (long long)v->counts[i]);
        }
        buf_char(b, v->kind == VALUE_LIST ? ']' : '}');
        break;
    }
}

static void put_fields(struct buf *b, const char *key, const struct form *f, uint32_t set)
{
    const char *sep = "";

    if (!set)
        return;
    buf_printf(b, ",\"%s\":[", key);
    for (unsigned i = 0; i < f->fields_n; i++)
        if (set >> i & 1) {
            buf_str(b, sep);
            buf_json(b, f->fields[i].name);
            sep = ",";
        }
    buf_char(b, ']');
}

static void put_form(struct buf *b, const struct ussd_state *s)
{
    const char *sep = "";

    put_name(b, "form", s->form->name);
    put_int(b, "way", s->variant);
    if (s->field >= 0)
        put_name(b, "ask", s->form->fields[s->field].name);
    buf_str(b, ",\"said\":{");
    for (unsigned i = 0; i < s->form->fields_n; i++)
        if (s->values[i].kind != VALUE_ABSENT) {
            buf_str(b, sep);
            buf_json(b, s->form->fields[i].name);
            buf_char(b, ':');
            put_value(b, &s->values[i]);
            sep = ",";
        }
    buf_char(b, '}');
    put_fields(b, "skipped", s->form, s->skipped);
    put_fields(b, "sure", s->form, s->sure);
    if (s->guess.kind != VALUE_ABSENT) {
        buf_str(b, ",\"guess\":");
        put_value(b, &s->guess);
    }
    put_name(b, "item", s->item);
    put_name(b, "who", s->who);
}

struct slice ussd_state_encode(const struct ussd_state *s, struct arena *arena)
{
    struct buf b;
    struct slice out = S("");

    buf_init(&b, BLOB_MAX);
    buf_printf(&b, "{\"v\":1,\"at\":%lld,\"place\":\"%s\"", (long long)s->at_ms, places[s->place]);
    put_name(&b, "session", s->session);
    put_int(&b, "step", s->step);
    put_name(&b, "page", s->page);
    put_int(&b, "ended", s->ended);
    put_int(&b, "over", s->over);
    put_name(&b, "menu", s->menu);
    put_int(&b, "sub", s->sub);
    put_name(&b, "dial", s->dial);
    put_name(&b, "command", s->command);
    put_name(&b, "nomor", s->nomor);
    put_int(&b, "alarmed", s->alarmed);
    put_int(&b, "timed", s->timed);
    if (s->form)
        put_form(&b, s);
    buf_char(&b, '}');
    if (!b.failed)
        out = arena_copy(arena, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* --- reading --- */

static struct slice get_text(const json_t *o, const char *key, struct arena *a)
{
    const json_t *v = json_object_get(o, key);

    return json_is_string(v) ? arena_copy(a, slice_make(json_string_value(v), json_string_length(v))) : S("");
}

static int64_t get_int(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static bool get_items(const json_t *j, struct arena *a, struct value *v)
{
    size_t n = json_is_array(j) ? json_array_size(j) : json_object_size(j), i;
    const char *key;
    json_t *item;

    v->items = ARENA_ARRAY(a, struct slice, n + 1);
    v->counts = ARENA_ARRAY(a, int64_t, n + 1);
    if (!v->items || !v->counts)
        return false;
    if (json_is_array(j)) {
        json_array_foreach(j, i, item) v->items[v->n++] = arena_str(a, json_string_value(item));
        return true;
    }
    json_object_foreach((json_t *)j, key, item)
    {
        v->items[v->n] = arena_str(a, key);
        v->counts[v->n++] = json_integer_value(item);
    }
    return true;
}

static bool get_value(const json_t *j, struct arena *a, struct value *v)
{
    *v = (struct value){ .kind = VALUE_ABSENT };
    if (json_is_string(j))
        *v = value_text(arena_copy(a, slice_make(json_string_value(j), json_string_length(j))));
    else if (json_is_integer(j))
        *v = value_number(json_integer_value(j));
    else if (json_is_array(j))
        v->kind = VALUE_LIST;
    else if (json_is_object(j))
        v->kind = VALUE_COUNTS;
    return v->kind == VALUE_TEXT || v->kind == VALUE_NUMBER ||
           (v->kind != VALUE_ABSENT && get_items(j, a, v));
}

static uint32_t get_fields(const json_t *list, const struct form *f)
{
    uint32_t set = 0;
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        int at = json_is_string(item) ? form_field(f, json_string_value(item)) : -1;

        if (at >= 0)
            set |= 1U << at;
    }
    return set;
}

/* False when the form or one of its fields went away at a reload. */
static bool get_form(const struct ruleset *rs, const json_t *o, struct arena *a, struct ussd_state *s)
{
    const char *ask = json_string_value(json_object_get(o, "ask")), *key;
    json_t *said = json_object_get(o, "said"), *guess = json_object_get(o, "guess"), *item;

    s->form = form_by_name(&rs->forms, get_text(o, "form", a));
    s->variant = (unsigned)get_int(o, "way");
    if (!s->form || s->variant >= s->form->variants_n)
        return false;
    if (ask && (s->field = form_field(s->form, ask)) < 0)
        return false;
    json_object_foreach(said, key, item)
    {
        int at = form_field(s->form, key);

        if (at < 0 || !get_value(item, a, &s->values[at]))
            return false;
    }
    if (guess && !get_value(guess, a, &s->guess))
        return false;
    s->skipped = get_fields(json_object_get(o, "skipped"), s->form);
    s->sure = get_fields(json_object_get(o, "sure"), s->form);
    s->item = get_text(o, "item", a);
    s->who = get_text(o, "who", a);
    return true;
}

/* What a place needs is there. */
static bool fits(const struct ussd_state *s)
{
    switch (s->place) {
    case USSD_WAY:
    case USSD_ECHO:
        return s->form != NULL;
    case USSD_FIELD:
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
    const char *place = json_string_value(json_object_get(o, "place"));

    if (get_int(o, "v") != 1 || !place)
        return false;
    s->session = get_text(o, "session", a);
    s->step = (unsigned)get_int(o, "step");
    s->page = get_text(o, "page", a);
    s->ended = get_int(o, "ended");
    s->at_ms = get_int(o, "at");
    s->timed = get_int(o, "timed");
    while (s->place < USSD_PLACES && strcmp(places[s->place], place) != 0)
        s->place++;
    s->over = (enum ussd_over)get_int(o, "over");
    s->menu = get_text(o, "menu", a);
    s->sub = (unsigned)get_int(o, "sub");
    s->dial = get_text(o, "dial", a);
    s->command = get_text(o, "command", a);
    s->nomor = get_text(o, "nomor", a);
    s->alarmed = get_int(o, "alarmed");
    if (s->place == USSD_PLACES || get_int(o, "over") < 0 || get_int(o, "over") > USSD_MENU_OVER)
        return false;
    if (json_object_get(o, "form") && !get_form(rs, o, a, s))
        return false;
    return fits(s);
}

bool ussd_state_decode(const struct ruleset *rs, struct slice blob, struct arena *a, struct ussd_state *s)
{
    json_t *o = blob.n ? json_loadb(blob.p, blob.n, 0, NULL) : NULL;
    bool ok;

    *s = (struct ussd_state){ .field = -1 };
    ok = o && get_state(rs, o, a, s);
    json_decref(o);
    if (!ok) {
        s->field = -1;
        s->form = NULL;
        ussd_state_clear(s);
    }
    return ok;
}
