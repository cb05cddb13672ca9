/* catalogue.c - see catalogue.h. */
#include "gateway/console/catalogue.h"

#include "gateway/conf/yaml.h"

enum {
    BUCKETS = 1024,
};

struct entry {
    struct slice key, text;
    struct entry *next, *after;
};

struct catalogue {
    struct entry *bucket[BUCKETS];
    struct entry *first, **end;
};

static void collect(struct catalogue *c, struct slice before, struct yaml *y, struct arena *a,
                    struct faults *faults)
{
    YAML_EACH(child, y)
    {
        struct slice key =
            before.n ? arena_printf(a, "%.*s.%.*s", SLICE_ARG(before), SLICE_ARG(child->key)) : child->key;
        struct entry *e;

        if (child->kind == YAML_MAP) {
            collect(c, key, child, a, faults);
            continue;
        }
        if (child->kind != YAML_SCALAR) {
            fault_add(faults, child->mark, "a text or a group of texts, not a list");
            continue;
        }
        e = ARENA_NEW(a, struct entry);
        if (!e)
            return;
        *e = (struct entry){ .key = key, .text = child->text };
        e->next = c->bucket[slice_hash(key) % BUCKETS];
        c->bucket[slice_hash(key) % BUCKETS] = e;
        *c->end = e;
        c->end = &e->after;
    }
}

struct catalogue *catalogue_load(struct slice folder, const char *language, struct arena *a,
                                 struct faults *faults)
{
    struct slice path = arena_printf(a, "%.*s/%s-console.yaml", SLICE_ARG(folder), language);
    struct catalogue *c = ARENA_NEW(a, struct catalogue);
    struct yaml *y = yaml_load(path.p, a, faults);

    if (!y || !c)
        return NULL;
    c->end = &c->first;
    collect(c, S(""), y, a, faults);
    return c;
}

bool catalogue_find(const struct catalogue *c, struct slice key, struct slice *text)
{
    for (const struct entry *e = c ? c->bucket[slice_hash(key) % BUCKETS] : NULL; e; e = e->next)
        if (slice_eq(e->key, key)) {
            *text = e->text;
            return true;
        }
    return false;
}

void catalogue_each(const struct catalogue *c, void (*f)(void *, struct slice), void *arg)
{
    for (const struct entry *e = c->first; e; e = e->after)
        f(arg, e->key);
}
