/* codec.c - see codec.h. */
#include "gateway/base/codec.h"

#include <limits.h>
#include <string.h>

#define AT(type, base, offset) ((type *)(void *)((char *)(base) + (offset)))
#define OF(type, base, offset) ((const type *)(const void *)((const char *)(base) + (offset)))

/* --- writing --- */

static void put_structs(struct node *o, const struct member *m, const void *from)
{
    unsigned n = *OF(unsigned, from, m->count);
    struct node *list = o && n ? node_list(o->arena) : NULL;

    for (unsigned i = 0; list && i < n; i++) {
        struct node *one = node_object(o->arena);

        codec_put(one, m->of, OF(char, from, m->at + i * m->of->size));
        node_add(list, one);
    }
    node_set_named(o, m->key, list);
}

static void put_texts(struct node *o, const struct member *m, const void *from)
{
    const struct slice *all = OF(struct slice, from, m->at);
    unsigned n = *OF(unsigned, from, m->count);
    struct node *list = o && n ? node_list(o->arena) : NULL;

    for (unsigned i = 0; list && i < n; i++)
        node_add(list, node_of_text(o->arena, all[i]));
    node_set_named(o, m->key, list);
}

static void put_struct(struct node *o, const struct member *m, const void *from)
{
    struct node *in = o ? node_object(o->arena) : NULL;

    codec_put(in, m->of, OF(char, from, m->at));
    if (in && in->n)
        node_set_named(o, m->key, in);
}

static void put_text(struct node *o, const struct member *m, struct slice text)
{
    if (o && text.n)
        node_set_named(o, m->key, node_of_text(o->arena, text));
}

static void put_number(struct node *o, const struct member *m, int64_t n)
{
    if (o && n)
        node_set_named(o, m->key, node_of_int(o->arena, n));
}

static void put(struct node *o, const struct member *m, const void *from)
{
    switch (m->type) {
    case MEMBER_TEXT:
        put_text(o, m, *OF(struct slice, from, m->at));
        break;
    case MEMBER_INT64:
        put_number(o, m, *OF(int64_t, from, m->at));
        break;
    case MEMBER_INT:
        put_number(o, m, *OF(int, from, m->at));
        break;
    case MEMBER_UNSIGNED:
    case MEMBER_ENUM:
        put_number(o, m, *OF(unsigned, from, m->at));
        break;
    case MEMBER_WORD:
        put_text(o, m, slice_of(m->words[*OF(unsigned, from, m->at)]));
        break;
    case MEMBER_BOOL:
        node_put_bool(o, m->key.p, *OF(bool, from, m->at));
        break;
    case MEMBER_STRUCT:
        put_struct(o, m, from);
        break;
    case MEMBER_STRUCTS:
        put_structs(o, m, from);
        break;
    case MEMBER_TEXTS:
        put_texts(o, m, from);
        break;
    }
}

void codec_put(struct node *o, const struct codec *c, const void *from)
{
    for (unsigned i = 0; o && i < c->n; i++)
        put(o, &c->members[i], from);
}

/* --- reading --- */

static bool get_number(const struct node *v, const struct member *m, void *to)
{
    int64_t n = v && v->kind == NODE_NUMBER ? v->number : 0;
    bool fits = !v || v->kind == NODE_NUMBER;

    if (m->type == MEMBER_INT64) {
        *AT(int64_t, to, m->at) = n;
    } else if (m->type == MEMBER_INT) {
        fits = fits && n >= INT_MIN && n <= INT_MAX;
        *AT(int, to, m->at) = fits ? (int)n : 0;
    } else {
        fits = fits && n >= 0 && n <= UINT_MAX && (m->type == MEMBER_UNSIGNED || n < m->max);
        *AT(unsigned, to, m->at) = fits ? (unsigned)n : 0;
    }
    return fits;
}

static bool get_word(const struct node *v, const struct member *m, void *to)
{
    *AT(unsigned, to, m->at) = 0;
    for (unsigned i = 0; v && i < m->max; i++)
        if (v->kind == NODE_TEXT && m->words[i] && slice_is(v->text, m->words[i])) {
            *AT(unsigned, to, m->at) = i;
            return true;
        }
    return !v;
}

static bool get_structs(const struct node *v, const struct member *m, void *to)
{
    unsigned *n = AT(unsigned, to, m->count);
    bool ok = !v || v->kind == NODE_LIST;

    *n = 0;
    for (const struct node *one = ok ? node_first(v) : NULL; one && *n < m->max; one = one->next)
        ok = codec_get(one, m->of, AT(char, to, m->at + (*n)++ * m->of->size)) && ok;
    return ok;
}

static bool get_texts(const struct node *v, const struct member *m, void *to)
{
    struct slice *all = AT(struct slice, to, m->at);
    unsigned *n = AT(unsigned, to, m->count);
    bool ok = !v || v->kind == NODE_LIST;

    *n = 0;
    for (const struct node *one = ok ? node_first(v) : NULL; one && *n < m->max; one = one->next) {
        ok = ok && one->kind == NODE_TEXT;
        all[(*n)++] = one->text;
    }
    return ok;
}

static bool get(const struct node *v, const struct member *m, void *to)
{
    switch (m->type) {
    case MEMBER_TEXT:
        *AT(struct slice, to, m->at) = v && v->kind == NODE_TEXT ? v->text : slice_make("", 0);
        return !v || v->kind == NODE_TEXT;
    case MEMBER_BOOL:
        *AT(bool, to, m->at) = v && v->kind == NODE_TRUE;
        return !v || v->kind == NODE_TRUE || v->kind == NODE_FALSE;
    case MEMBER_WORD:
        return get_word(v, m, to);
    case MEMBER_STRUCT:
        return codec_get(v, m->of, AT(char, to, m->at));
    case MEMBER_STRUCTS:
        return get_structs(v, m, to);
    case MEMBER_TEXTS:
        return get_texts(v, m, to);
    default:
        return get_number(v, m, to);
    }
}

bool codec_get(const struct node *object, const struct codec *c, void *to)
{
    bool ok = !object || object->kind == NODE_OBJECT;
    unsigned next = 0; /* members stand in the order of the table: the one that comes is hardly ever far */

    for (unsigned i = 0; i < c->n; i++)
        (void)get(NULL, &c->members[i], to);
    for (const struct node *v = ok ? node_first(object) : NULL; v; v = v->next)
        for (unsigned k = 0; k < c->n; k++) {
            unsigned i = (next + k) % c->n;

            if (!slice_eq(v->key, c->members[i].key))
                continue;
            ok = get(v->kind == NODE_NULL ? NULL : v, &c->members[i], to) && ok;
            next = i + 1;
            break;
        }
    return ok;
}
