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

/* Behind one that was packed: a line ends, or it is the last. */
static void line_end(struct slice *rest, bool whole)
{
    bool more = whole && rest->n && rest->p[0] == '\n';

    *rest = more ? slice_skip(*rest, 1) : slice_make("", 0);
}

const struct node *stream_next(struct slice *rest, struct arena *a)
{
    const struct node *o;

    if (!rest->n || rest->p[0] != PACKED)
        return node_read(slice_cut(rest, '\n'), a);
    o = node_unpack_next(rest, &names, a);
    line_end(rest, o != NULL);
    return o;
}

bool stream_take(struct slice *rest, const struct codec *codec, struct arena *a, void *to)
{
    struct packed_reader r = { (const unsigned char *)rest->p + 1, (const unsigned char *)rest->p + rest->n,
                               &names, a };
    const struct node *o;
    bool whole;

    if (!rest->n || rest->p[0] != PACKED) {
        o = node_read(slice_cut(rest, '\n'), a);
        return o && codec_get(o, codec, to);
    }
    whole = codec_unpack(&r, codec, to);
    *rest = slice_make((const char *)r.p, (size_t)(r.end - r.p));
    line_end(rest, whole);
    return whole;
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
