/* fuzz_csv.c - any bytes as a CSV file: no crash, and every fault has a place. */
#include <stdlib.h>

#include "gateway/conf/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const columns[] = { "a", "b", "?c", NULL };
    struct faults faults = { 0 };
    struct arena arena;
    struct csv csv;

    arena_init(&arena, 4 << 20);
    if (csv_parse(slice_make((const char *)data, size), "x", columns, &arena, &faults, &csv) != 0 &&
        faults.n == 0 && !arena.failed)
        abort();
    for (unsigned i = 0; i < csv.n; i++)
        for (unsigned c = 0; c < 3; c++)
            if (csv.rows[i].cells[c].n > size || csv.rows[i].marks[c].line == 0)
                abort();
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}
