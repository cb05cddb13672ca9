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
    struct pattern *row;
    struct pattern_code *next; /* of this thread */
    pcre2_code *code;
    pcre2_match_data *room;
    bool jit;
};

/* One for all of a thread: it only carries the limits. */
static _Thread_local pcre2_match_context *limits;
static _Thread_local struct pattern_code *compiled;

static struct pattern_code *compile(struct pattern *row)
{
    const char *shape = row->shape;
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
#ifndef PATTERN_NO_JIT /* valgrind does not know what it makes */
    c->jit = pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) == 0;
#endif
    c->row = row;
    c->next = compiled;
    compiled = c;
    return c;
}

void pattern_forget(void)
{
    for (struct pattern_code *c; (c = compiled);) {
        compiled = c->next;
        c->row->code = NULL;
        pcre2_match_data_free(c->room);
        pcre2_code_free(c->code);
        free(c);
    }
    pcre2_match_context_free(limits);
    limits = NULL;
}

bool pattern_fits(struct pattern *p, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    const PCRE2_SIZE *at;
    int n;

    if (s.n < p->shortest || (p->longest && s.n > p->longest) || !s.p || (p->digits && !slice_all_digits(s)))
        return false;
    if (!p->code)
        p->code = compile(p);
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

static pcre2_code *compile_written(struct slice shape, int *error, PCRE2_SIZE *at)
{
    return pcre2_compile((PCRE2_SPTR)(shape.n ? shape.p : ""), shape.n, PCRE2_NEVER_UTF, error, at, NULL);
}

bool pattern_compiles(struct slice shape, struct err *why)
{
    PCRE2_UCHAR text[160] = "";
    PCRE2_SIZE at = 0;
    int error = 0;
    pcre2_code *code = compile_written(shape, &error, &at);

    if (!code) {
        pcre2_get_error_message(error, text, sizeof text);
        err_set(why, "at character %zu: %s", at + 1, (const char *)text);
    }
    pcre2_code_free(code);
    return code != NULL;
}

bool pattern_find(struct slice shape, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    PCRE2_SIZE at = 0;
    int error = 0, n = -1;
    pcre2_code *code = compile_written(shape, &error, &at);
    pcre2_match_data *room = code ? pcre2_match_data_create(PATTERN_GROUPS, NULL) : NULL;
    pcre2_match_context *limit = room ? pcre2_match_context_create(NULL) : NULL;
    const PCRE2_SIZE *found;

    if (limit) {
        (void)pcre2_set_match_limit(limit, PATTERN_LIMIT_WRITTEN);
        (void)pcre2_set_depth_limit(limit, PATTERN_LIMIT_WRITTEN);
        n = pcre2_match(code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, 0, 0, room, limit);
    }
    if (n == 0) /* more groups than there is room for: the first ones are there */
        n = PATTERN_GROUPS;
    found = n > 0 ? pcre2_get_ovector_pointer(room) : NULL;
    for (int i = 0; i < PATTERN_GROUPS; i++)
        groups[i] = found && i < n && found[2 * i] != PCRE2_UNSET && found[2 * i + 1] >= found[2 * i]
                        ? slice_make(s.p + found[2 * i], found[2 * i + 1] - found[2 * i])
                        : slice_make("", 0);
    pcre2_match_context_free(limit);
    pcre2_match_data_free(room);
    pcre2_code_free(code);
    return n > 0;
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
