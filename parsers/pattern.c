/* pattern.c - shapes by PCRE2.  See pattern.h. */
#include "parsers/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/text.h"

enum {
    INT_DIGITS = 9
};

struct pattern_code {
    pcre2_code *code;
    pcre2_match_data *room;
    bool jit;
};

/* One for all: it only carries the limits. */
static pcre2_match_context *limits;

static struct pattern_code *compile(const char *shape)
{
    struct pattern_code *c = calloc(1, sizeof *c);
    PCRE2_SIZE at = 0;
    int error = 0;

    if (c)
        c->code = pcre2_compile((PCRE2_SPTR)shape, PCRE2_ZERO_TERMINATED,
                                PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY,
                                &error, &at, NULL);
    if (c && c->code)
        c->room = pcre2_match_data_create(PATTERN_GROUPS, NULL);
    if (!limits)
        limits = pcre2_match_context_create(NULL);
    if (!c || !c->room || !limits) {
        fprintf(stderr, "pattern: %s does not compile at %zu (error %d), or there is no memory\n", shape, at,
                error);
        abort();
    }
    (void)pcre2_set_match_limit(limits, PATTERN_LIMIT);
    (void)pcre2_set_depth_limit(limits, PATTERN_LIMIT);
    c->jit = pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) == 0;
    return c;
}

bool pattern_fits(struct pattern *p, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    const PCRE2_SIZE *at;
    int n;

    if (s.n < p->shortest || (p->longest && s.n > p->longest) || !s.p)
        return false;
    if (!p->code)
        p->code = compile(p->shape);
    n = p->code->jit ? pcre2_jit_match(p->code->code, (PCRE2_SPTR)s.p, s.n, 0, 0, p->code->room, limits)
                     : pcre2_match(p->code->code, (PCRE2_SPTR)s.p, s.n, 0, 0, p->code->room, limits);
    if (n <= 0) /* no match, or over the limit; 0 = more groups than there is room for */
        return false;
    at = pcre2_get_ovector_pointer(p->code->room);
    for (int i = 0; i < PATTERN_GROUPS; i++)
        groups[i] = i < n && at[2 * i] != PCRE2_UNSET
                        ? (struct slice){ .p = s.p + at[2 * i], .n = at[2 * i + 1] - at[2 * i] }
                        : (struct slice){ 0 };
    return true;
}

int pattern_first(struct pattern *rows, unsigned n, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    for (unsigned i = 0; i < n; i++)
        if (pattern_fits(&rows[i], s, groups))
            return (int)i;
    return -1;
}

int pattern_int(struct slice s)
{
    int v = 0;

    if (s.n > INT_DIGITS)
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!text_is_digit(s.p[i]))
            return 0;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}
