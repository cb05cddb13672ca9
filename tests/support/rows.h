/* rows.h - rows in tests, written and read as JSON. */
#ifndef KENTONGAN_TESTS_SUPPORT_ROWS_H
#define KENTONGAN_TESTS_SUPPORT_ROWS_H

#include <stdio.h>

#include "gateway/model/record.h"
#include "gateway/model/stream_tree.h"

/* fields or findings of a row; lives as long as the arena. */
static inline const struct node *row_part(const char *json, struct arena *a)
{
    return row_tree((struct node *)(uintptr_t)node_read(arena_str(a, json), a), a);
}

/* What went through a stream, as people read it. */
static inline void shown_in(char *out, size_t size, struct slice body)
{
    struct arena a;

    arena_init(&a, 16 << 20);
    body = stream_shown(body, &a);
    snprintf(out, size, "%.*s", SLICE_ARG(body));
    arena_free(&a);
}

#endif
