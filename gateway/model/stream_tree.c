/* stream_tree.c - see stream_tree.h. */
#include "gateway/model/stream_tree.h"

enum {
    SHOWN_MAX = 4 << 20,
};

#define NAME PACKED_SORTED
static const struct packed_name sorted[] = {
#include "gateway/model/stream_names.def"
};
#undef NAME
#define NAME PACKED_NUMBERED
static const struct slice by_number[PACKED_NAMES] = {
#include "gateway/model/stream_names.def"
};
#undef NAME

static const struct packed_names names = { sorted, sizeof sorted / sizeof *sorted, by_number };

const struct packed_names *stream_names(void)
{
    return &names;
}

const struct node *stream_read(struct slice s, struct arena *a)
{
    return node_kept(s, &names, a);
}

const struct node *stream_next(struct slice *rest, struct arena *a)
{
    const struct node *o;

    if (!rest->n || rest->p[0] != PACKED)
        return node_read(slice_cut(rest, '\n'), a);
    o = node_unpack_next(rest, &names, a);
    if (o && rest->n && rest->p[0] == '\n')
        *rest = slice_skip(*rest, 1);
    else if (!o || rest->n)
        *rest = slice_make("", 0);
    return o;
}

struct slice stream_shown(struct slice s, struct arena *a)
{
    struct buf b;

    if (!s.n || s.p[0] != PACKED)
        return s;
    buf_init(&b, SHOWN_MAX);
    while (s.n) {
        const struct node *o = stream_next(&s, a);

        if (o && b.n)
            buf_char(&b, '\n');
        if (o)
            node_write(&b, o);
    }
    a->failed = a->failed || b.failed;
    s = b.failed ? slice_make("", 0) : buf_into(&b, a);
    buf_free(&b);
    return s;
}
