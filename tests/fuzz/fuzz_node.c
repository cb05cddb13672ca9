/* fuzz_node.c - our own JSON: whatever bytes come, reading ends; what was read is written and read the same.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The tree without what it was read from. */
static void forget_raw(struct node *o)
{
    if (o->kind != NODE_NUMBER)
        o->raw = slice_make("", 0);
    for (struct node *c = o->first; c; c = c->next)
        forget_raw(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct buf once, twice;
    struct node *o;

    arena_init(&a, 1 << 20);
    buf_init(&once, 1 << 20);
    buf_init(&twice, 1 << 20);
    o = (struct node *)(uintptr_t)node_read(slice_make((const char *)data, n), &a);
    if (o) {
        forget_raw(o);
        node_write(&once, o);
        o = (struct node *)(uintptr_t)node_read(buf_slice(&once), &a);
        if (!o && !a.failed)
            abort();
        if (o) {
            forget_raw(o);
            node_write(&twice, o);
            if (!slice_eq(buf_slice(&once), buf_slice(&twice)))
                abort();
        }
    }
    buf_free(&once);
    buf_free(&twice);
    arena_free(&a);
    return 0;
}
