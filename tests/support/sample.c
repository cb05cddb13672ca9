/* sample.c - see sample.h. */
#include "tests/support/sample.h"

#include <stdio.h>

#include "gateway/conf/config.h"

static struct arena arena;
static struct ruleset *rules;

const struct ruleset *sample_rules(void)
{
    struct faults faults = { 0 };
    struct config *config;

    arena_init(&arena, RULESET_ARENA);
    config = config_load("config/kentongan.yaml", &arena, &faults);
    rules = config ? ruleset_load(config, &arena, &faults) : NULL;
    for (unsigned i = 0; i < faults.n && !rules; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    if (!rules)
        fprintf(stderr, "run from the top folder: no configuration\n");
    faults_free(&faults);
    return rules;
}

void sample_free(void)
{
    ruleset_free(rules);
    arena_free(&arena);
}
