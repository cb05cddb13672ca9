/* values.c - see values.h. */
#include "gateway/console/values.h"

static struct node *copy(const struct node *o, bool all, struct arena *a)
{
    struct node *n = NULL;

    switch (o->kind) {
    case NODE_OBJECT:
        n = node_object(a);
        for (const struct node *c = node_first(o); c; c = c->next)
            if (all || !slice_starts(c->key, "_"))
                node_set_named(n, arena_copy(a, c->key), copy(c, all, a));
        break;
    case NODE_LIST:
        n = node_list(a);
        for (const struct node *c = node_first(o); c; c = c->next)
            node_add(n, copy(c, all, a));
        break;
    case NODE_NUMBER:
        return node_of_int(a, o->number);
    case NODE_TEXT:
        return node_of_text(a, arena_copy(a, o->text));
    default:
        n = ARENA_NEW(a, struct node);
        if (n)
            n->kind = o->kind;
    }
    return n;
}

struct node *values_copy(const struct node *o, struct arena *a)
{
    return copy(o, true, a);
}

struct node *values_public(const struct node *o, struct arena *a)
{
    return copy(o, false, a);
}

void values_int(struct node *object, const char *key, int64_t n)
{
    node_set(object, key, node_of_int(object->arena, n));
}

struct node *values_with(const struct node *o, const char *key, struct node *member, struct arena *a)
{
    struct node *n = node_object(a);

    for (const struct node *c = node_first(o); c; c = c->next)
        if (!slice_is(c->key, key))
            node_set_named(n, arena_copy(a, c->key), values_copy(c, a));
    node_set(n, key, member);
    return n;
}
