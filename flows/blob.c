/* blob.c - JSON of subjects.  See blob.h. */
#include "flows/blob.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

enum {
    VERSION = 1
};

json_t *blob_parse(struct slice s)
{
    json_t *o = s.n ? json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL) : NULL;

    if (o && (!json_is_object(o) || json_integer_value(json_object_get(o, "v")) != VERSION)) {
        json_decref(o);
        o = NULL;
    }
    return o;
}

json_t *blob_new(void)
{
    json_t *o = json_object();

    blob_put_int(o, "v", VERSION);
    return o;
}

struct slice blob_done(json_t *o, struct arena *a)
{
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    struct slice s = slice_make("", 0);

    json_decref(o);
    if (text)
        s = arena_str(a, text);
    else
        a->failed = true;
    free(text);
    return s;
}

static struct slice string_of(const json_t *s, struct arena *a)
{
    return json_is_string(s) ? arena_copy(a, slice_make(json_string_value(s), json_string_length(s)))
                             : slice_make("", 0);
}

struct slice blob_slice(const json_t *o, const char *key, struct arena *a)
{
    return string_of(json_object_get(o, key), a);
}

int64_t blob_int(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

bool blob_bool(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

void blob_put(json_t *o, const char *key, struct slice s)
{
    if (s.n)
        json_object_set_new(o, key, json_stringn(s.p, s.n));
}

void blob_put_int(json_t *o, const char *key, int64_t n)
{
    if (n)
        json_object_set_new(o, key, json_integer(n));
}

void blob_put_bool(json_t *o, const char *key, bool b)
{
    if (b)
        json_object_set_new(o, key, json_true());
}

unsigned blob_slices(const json_t *o, const char *key, struct slice *out, unsigned max, struct arena *a)
{
    const json_t *list = json_object_get(o, key);
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(list) && n < max; i++)
        out[n++] = string_of(json_array_get(list, i), a);
    return n;
}

void blob_put_slices(json_t *o, const char *key, const struct slice *items, unsigned n)
{
    json_t *list;

    if (!n)
        return;
    list = json_array();
    for (unsigned i = 0; i < n; i++)
        json_array_append_new(list, json_stringn(items[i].p ? items[i].p : "", items[i].n));
    json_object_set_new(o, key, list);
}

static json_t *value_to_json(const struct value *v)
{
    json_t *j;

    switch (v->kind) {
    case VALUE_TEXT:
        return json_stringn(v->text.p, v->text.n);
    case VALUE_NUMBER:
        return json_integer(v->milli);
    case VALUE_LIST:
        j = json_array();
        for (unsigned i = 0; i < v->n; i++)
            json_array_append_new(j, json_stringn(v->items[i].p, v->items[i].n));
        return j;
    case VALUE_COUNTS:
        j = json_object();
        for (unsigned i = 0; i < v->n; i++)
            json_object_setn_new(j, v->items[i].p, v->items[i].n, json_integer(v->counts[i]));
        return j;
    case VALUE_ABSENT:
        break;
    }
    return NULL;
}

static const char *key_of(const struct field *f, char out[64])
{
    snprintf(out, 64, "%.*s", SLICE_ARG(f->name));
    return out;
}

void blob_put_faults(json_t *o, const char *key, const struct form *form, const uint8_t *faults)
{
    json_t *all = json_object();
    char name[64];

    for (unsigned i = 0; i < form->fields_n; i++)
        if (faults[i])
            blob_put_int(all, key_of(&form->fields[i], name), faults[i]);
    json_object_set_new(o, key, all);
}

void blob_faults(const json_t *o, const char *key, const struct form *form, uint8_t *faults)
{
    char name[64];

    for (unsigned i = 0; i < form->fields_n; i++)
        faults[i] = (uint8_t)blob_int(json_object_get(o, key), key_of(&form->fields[i], name));
}

void blob_put_values(json_t *o, const char *key, const struct form *form, const struct value *values)
{
    json_t *all = json_object();

    for (unsigned i = 0; form && i < form->fields_n; i++) {
        char name[64];

        if (values[i].kind != VALUE_ABSENT)
            json_object_set_new(all, key_of(&form->fields[i], name), value_to_json(&values[i]));
    }
    json_object_set_new(o, key, all);
}

static struct value list_from(const json_t *list, struct arena *a)
{
    struct value v = { .kind = VALUE_LIST };

    v.items = ARENA_ARRAY(a, struct slice, json_array_size(list) + 1);
    for (size_t i = 0; v.items && i < json_array_size(list); i++)
        v.items[v.n++] = string_of(json_array_get(list, i), a);
    return v;
}

static struct value counts_from(json_t *o, struct arena *a)
{
    struct value v = { .kind = VALUE_COUNTS };
    const char *key;
    json_t *count;

    v.items = ARENA_ARRAY(a, struct slice, json_object_size(o) + 1);
    v.counts = ARENA_ARRAY(a, int64_t, json_object_size(o) + 1);
    if (!v.items || !v.counts)
        return v;
    json_object_foreach(o, key, count)
    {
        v.items[v.n] = arena_str(a, key);
        v.counts[v.n++] = json_integer_value(count);
    }
    return v;
}

static struct value value_from(json_t *j, struct arena *a)
{
    if (json_is_string(j))
        return value_text(string_of(j, a));
    if (json_is_integer(j))
        return value_number(json_integer_value(j));
    if (json_is_array(j))
        return list_from(j, a);
    if (json_is_object(j))
        return counts_from(j, a);
    return (struct value){ .kind = VALUE_ABSENT };
}

void blob_values(const json_t *o, const char *key, const struct form *form, struct value *values,
                 struct arena *a)
{
    const json_t *all = json_object_get(o, key);

    memset(values, 0, FORM_FIELDS * sizeof *values);
    for (unsigned i = 0; form && i < form->fields_n; i++) {
        char name[64];

        values[i] = value_from(json_object_get(all, key_of(&form->fields[i], name)), a);
    }
}
