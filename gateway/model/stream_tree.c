/* stream_tree.c - see stream_tree.h. */
#include "gateway/model/stream_tree.h"

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

struct slice stream_shown(struct slice s, struct arena *a)
{
    return node_shown(s, &names, a);
}
