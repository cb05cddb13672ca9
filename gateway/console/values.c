/* values.c - see values.h. */
#include "gateway/console/values.h"

struct node *values_copy(const struct node *o, struct arena *a)
{
    struct node *n = NULL;

    switch (o->kind) {
    case NODE_OBJECT:
        n = node_object(a);
        for (const struct node *c = node_first(o); c; c = c->next)
            node_set_named(n, arena_copy(a, c->key), values_copy(c, a));
        break;
    case NODE_LIST:
        n = node_list(a);
        for (const struct node *c = node_first(o); c; c = c->next)
            node_add(n, values_copy(c, a));
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

void values_int(struct node *object, const char *key, int64_t n)
{
    node_set(object, key, node_of_int(object->arena, n));
}
