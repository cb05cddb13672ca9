/* generation.c - see generation.h. */
#include "gateway/generation.h"

#include <malloc.h>
#include <stdlib.h>

enum {
    GRACE_MS = 500, /* threads of sinks finish what they have in hand */
};

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
    struct arena scratch;

    if (!g)
        return NULL;
    arena_init(&scratch, RULESET_ARENA);
    g->arena.scratch = &scratch;
    g->config = config_load(path, &g->arena, faults);
    if (g->config)
        g->rules = ruleset_load(g->config, &g->arena, faults);
    if (g->config)
        sinks_check(g->config, faults);
    g->arena.scratch = NULL;
    arena_free(&scratch);
    if (g->rules && faults_count(faults) == 0)
        return g;
    generation_free(g);
    return NULL;
}

struct generation *generation_with_people(struct generation *of, const struct person *const *stored,
                                          unsigned stored_n, struct arena *scratch, struct people *merged)
{
    struct generation *base = of->base ? of->base : of, *g = generation_new();
    const struct directory *file = &base->rules->directory;

    if (!g)
        return NULL;
    g->base = base;
    g->config = base->config;
    g->arena.scratch = scratch;
    if (people_merge(file->people, file->people_n, stored, stored_n, &g->arena, merged))
        g->rules = ruleset_with_people(base->rules, merged, &g->arena);
    g->arena.scratch = NULL;
    g->stored = merged->stored;
    g->stored_n = merged->stored_n;
    if (g->rules)
        return g;
    generation_free(g);
    return NULL;
}

static bool is_leant_on(const struct generation *now, const struct generation *base)
{
    for (const struct generation *g = now; g; g = g->older)
        if (g->base == base)
            return true;
    return false;
}

void generation_free_older(struct generation *now, int64_t mono_ms,
                           bool (*held)(void *, const struct ruleset *), void *arg)
{
    struct generation **at = &now->older;
    bool freed = false;

    while (*at) {
        struct generation *old = *at;

        if (mono_ms - old->replaced_ms < GRACE_MS || held(arg, old->rules) || is_leant_on(now, old)) {
            at = &old->older;
            continue;
        }
        *at = old->older;
        generation_free(old);
        freed = true;
    }
    if (freed)
        malloc_trim(0); /* some megabytes each, in many small pieces */
}

void generation_free_all(struct generation *now)
{
    while (now) {
        struct generation *older = now->older;

        generation_free(now);
        now = older;
    }
}
