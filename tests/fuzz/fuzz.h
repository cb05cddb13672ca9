/* fuzz.h - what the harnesses share: a check that does not go away with NDEBUG, and the sample district's
 * rules. */
#ifndef KENTONGAN_TESTS_FUZZ_H
#define KENTONGAN_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/ruleset.h"
#include "parsers/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* Valid UTF-8 without NUL. */
static inline void must_be_clean(struct slice s)
{
    must(utf8_valid(s) && (s.n == 0 || !memchr(s.p, '\0', s.n)));
}

/* Loaded once; from the root of the repository. */
static inline struct ruleset *fuzz_rules(void)
{
    static struct ruleset *rs;
    static struct arena arena;
    struct faults faults = { 0 };
    struct config *config;

    if (rs)
        return rs;
    arena_init(&arena, RULESET_ARENA);
    config = config_load("config/kentongan.yaml", &arena, &faults);
    rs = config ? ruleset_load(config, &arena, &faults) : NULL;
    for (unsigned i = 0; i < faults.n && !rs; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    must(rs != NULL);
    return rs;
}

#endif
