/* generation.c - see generation.h. */
#include "gateway/generation.h"

#include <stdlib.h>

#include "gateway/district/sink.h"

static void generation_free(struct generation *g)
{
    ruleset_free(g->rules);
    arena_free(&g->arena);
    free(g);
}

static struct generation *generation_new(void)
{
    struct generation *g = calloc(1, sizeof *g);

    if (g)
        arena_init(&g->arena, RULESET_ARENA);
    return g;
}

struct generation *generation_load(const char *path, struct faults *faults)
{
    struct generation *g = generation_new();

    if (!g)
        return NULL;
    g->config = config_load(path, &g->arena, faults);
    if (g->config)
        g->rules = ruleset_load(g->config, &g->arena, faults);
    if (g->config)
        sinks_check(g->config, faults);
    if (g->rules && faults_count(faults) == 0)
        return g;
    generation_free(g);
    return NULL;
}

struct generation *generation_with_people(struct generation *of, const struct person *stored,
                                          unsigned stored_n, struct people *merged)
{
    struct generation *base = of->base ? of->base : of, *g = generation_new();
    const struct directory *file = &base->rules->directory;

    if (!g)
        return NULL;
    g->base = base;
    g->config = base->config;
    if (people_merge(file->people, file->people_n, stored, stored_n, &g->arena, merged))
        g->rules = ruleset_with_people(base->rules, merged, &g->arena);
    if (g->rules)
        return g;
    generation_free(g);
    return NULL;
}

void generation_free_older(struct generation *now)
{
    struct generation **at = &now->older;

    while (*at) {
        struct generation *old = *at;

        if (old == now->base) {
            at = &old->older;
            continue;
        }
        *at = old->older;
        generation_free(old);
    }
}

void generation_free_all(struct generation *now)
{
    while (now) {
        struct generation *older = now->older;

        generation_free(now);
        now = older;
    }
}
