/* shape.c - see shape.h. */
#include "parsers/shape.h"

struct shape *shape_copy_send(const struct shape *from, struct arena *a)
{
    struct shape *to = ARENA_NEW(a, struct shape);
    const struct shape_send *s = &from->send;

    if (!to)
        return NULL;
    to->send = (struct shape_send){ .method = arena_copy(a, s->method),
                                    .type = arena_copy(a, s->type),
                                    .body = arena_copy(a, s->body),
                                    .number = arena_copy(a, s->number),
                                    .taken = arena_copy(a, s->taken),
                                    .refused = arena_copy(a, s->refused),
                                    .throttled = arena_copy(a, s->throttled),
                                    .later = arena_copy(a, s->later),
                                    .id = arena_copy(a, s->id),
                                    .headers_n = s->headers_n };
    for (unsigned i = 0; i < s->headers_n; i++)
        to->send.headers[i] = arena_copy(a, s->headers[i]);
    return to;
}
