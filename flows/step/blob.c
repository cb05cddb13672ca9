/* blob.c - see blob.h. */
#include "flows/step/blob.h"

#include <string.h>

enum {
    VERSION = 1,
    BLOB_MAX = 4 << 20,
};

#define SPELT(text)
#define NAME PACKED_SORTED
static const struct packed_name sorted[] = {
#include "flows/step/names.def"
};
#undef NAME
#define NAME PACKED_NUMBERED
static const struct slice by_number[PACKED_NAMES] = {
#include "flows/step/names.def"
};
#undef NAME
#undef SPELT

static const struct packed_names names = { sorted, sizeof sorted / sizeof *sorted, by_number };

const struct packed_names *blob_names(void)
{
    return &names;
}

const struct node *blob_parse(struct slice s, struct arena *a)
{
    const struct node *o = node_kept(s, &names, a);

    return node_int(o, "v") == VERSION ? o : NULL;
}

/* An object of not too many members, and the first of them "v":1. */
static bool begins_ours(struct slice s)
{
    return s.n > 3 && s.p[0] == PACKED && s.p[2] == NAME_v && s.p[3] == (1 << 5 | VERSION);
}

bool blob_is_foreign(struct slice s, struct arena *a)
{
    if (!s.n || begins_ours(s) || slice_starts(s, "{\"v\":1,") || slice_is(s, "{\"v\":1}"))
        return false;
    return blob_parse(s, a) == NULL;
}

struct node *blob_new(struct arena *a)
{
    struct node *o = node_object(a);

    node_put_int(o, "v", VERSION);
    return o;
}

struct slice blob_done(const struct node *o, struct arena *a)
{
    struct slice s = slice_make("", 0);
    struct buf b;

    buf_init(&b, BLOB_MAX);
    if (o)
        node_pack(&b, o, &names);
    a->failed = a->failed || b.failed || !o;
    if (!b.failed)
        s = buf_into(&b, a);
    buf_free(&b);
    return s;
}

struct slice blob_shown(struct slice s, struct arena *a)
{
    return node_shown(s, &names, a);
}

unsigned blob_slices(const struct node *o, const char *key, struct slice *out, unsigned max)
{
    const struct node *list = node_get(o, key);
    unsigned n = 0;

    for (const struct node *c = node_first(list); c && n < max; c = c->next)
        out[n++] = c->text;
    return n;
}

void blob_put_slices(struct node *o, const char *key, const struct slice *items, unsigned n)
{
    struct node *list = o && n ? node_list(o->arena) : NULL;

    for (unsigned i = 0; list && i < n; i++)
        node_add(list, node_of_text(o->arena, items[i]));
    node_set(o, key, list);
}

void blob_put_faults(struct node *o, const char *key, const struct form *form, const uint8_t *faults)
{
    struct node *all = o ? node_object(o->arena) : NULL;

    for (unsigned i = 0; all && i < form->fields_n; i++)
        if (faults[i])
            node_set_named(all, form->fields[i].name, node_of_int(o->arena, faults[i]));
    node_set(o, key, all);
}

void blob_faults(const struct node *o, const char *key, const struct form *form, uint8_t *faults)
{
    memset(faults, 0, form->fields_n * sizeof *faults);
    for (const struct node *c = node_first(node_get(o, key)); c; c = c->next) {
        int i = form_field_named(form, c->key);

        if (i >= 0)
            faults[i] = (uint8_t)c->number;
    }
}

static struct node *node_of_value(struct arena *a, const struct value *v)
{
    struct node *o = NULL;

    switch (v->kind) {
    case VALUE_TEXT:
        return node_of_text(a, v->text);
    case VALUE_NUMBER:
        return node_of_int(a, v->milli);
    case VALUE_LIST:
        o = node_list(a);
        for (unsigned i = 0; i < v->n; i++)
            node_add(o, node_of_text(a, v->items[i]));
        break;
    case VALUE_COUNTS:
        o = node_object(a);
        for (unsigned i = 0; i < v->n; i++)
            node_set_named(o, v->items[i], node_of_int(a, v->counts[i]));
        break;
    case VALUE_ABSENT:
        break;
    }
    return o;
}

void blob_put_values(struct node *o, const char *key, const struct form *form, const struct value *values)
{
    struct node *all = o ? node_object(o->arena) : NULL, *labels = o ? node_object(o->arena) : NULL;

    for (unsigned i = 0; all && labels && form && i < form->fields_n; i++) {
        node_set_named(all, form->fields[i].name, node_of_value(o->arena, &values[i]));
        if (values[i].kind == VALUE_NUMBER && values[i].label.n)
            node_set_named(labels, form->fields[i].name, node_of_text(o->arena, values[i].label));
    }
    node_set(o, key, all);
    node_set(o, "labels", labels && labels->n ? labels : NULL);
}

static struct value value_of_node(const struct node *o, struct arena *a)
{
    struct value v = { .kind = VALUE_ABSENT };

    if (!o)
        return v;
    if (o->kind == NODE_TEXT)
        return value_text(o->text);
    if (o->kind == NODE_NUMBER)
        return value_number(o->number);
    if (o->kind != NODE_LIST && o->kind != NODE_OBJECT)
        return v;
    v.kind = o->kind == NODE_LIST ? VALUE_LIST : VALUE_COUNTS;
    v.items = ARENA_ARRAY(a, struct slice, o->n + 1);
    v.counts = o->kind == NODE_LIST ? NULL : ARENA_ARRAY(a, int64_t, o->n + 1);
    if (!v.items || (o->kind == NODE_OBJECT && !v.counts))
        return v;
    for (const struct node *c = o->first; c; c = c->next) {
        v.items[v.n] = o->kind == NODE_LIST ? c->text : c->key;
        if (v.counts)
            v.counts[v.n] = c->number;
        v.n++;
    }
    return v;
}

void blob_values(const struct node *o, const char *key, const struct form *form, struct value *values,
                 struct arena *a)
{
    memset(values, 0, FORM_FIELDS * sizeof *values);
    for (const struct node *c = node_first(node_get(o, key)); form && c; c = c->next) {
        int i = form_field_named(form, c->key);

        if (i >= 0)
            values[i] = value_of_node(c, a);
    }
    for (const struct node *c = node_first(node_get(o, "labels")); form && c; c = c->next) {
        int i = form_field_named(form, c->key);

        if (i >= 0 && values[i].kind == VALUE_NUMBER)
            values[i].label = c->text;
    }
}
