/* fuzz_packed.c - packed trees: whatever bytes come, reading ends; what was read is packed and read the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "flows/step/blob.h"
#include "gateway/model/record.h"
#include "tests/fuzz/fuzz.h"

/* The tree without what it was read from, but for a fraction. */
static void forget(struct node *o)
{
    int64_t whole;

    o->packed = slice_make("", 0);
    if (o->kind != NODE_NUMBER || slice_to_i64(o->raw, &whole))
        o->raw = slice_make("", 0);
    for (struct node *c = o->first; c; c = c->next)
        forget(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice bytes = slice_make((const char *)data, n), shown;
    struct arena a;
    struct buf once, twice, packed;
    struct row_list rows;
    struct node *o;

    arena_init(&a, 1 << 20);
    buf_init(&once, 1 << 20);
    buf_init(&twice, 1 << 20);
    buf_init(&packed, 1 << 20);
    (void)blob_is_foreign(bytes, &a);
    if (rows_all(bytes, &a, &rows, NULL) == 0)
        rows_encode(&packed, rows.all, rows.n);
    buf_clear(&packed);
    shown = blob_shown(bytes, &a);
    o = (struct node *)(uintptr_t)node_unpack(bytes, blob_names(), &a);
    if (!o && n && data[0] == PACKED && shown.n)
        abort();
    if (o) {
        forget(o);
        node_write(&once, o);
        node_pack(&packed, o, blob_names());
        o = (struct node *)(uintptr_t)node_unpack(buf_slice(&packed), blob_names(), &a);
        if (!o && !a.failed)
            abort();
        if (o) {
            node_write(&twice, o);
            if (!slice_eq(buf_slice(&once), buf_slice(&twice)))
                abort();
        }
    }
    buf_free(&once);
    buf_free(&twice);
    buf_free(&packed);
    arena_free(&a);
    return 0;
}
