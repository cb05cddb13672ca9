/* text_file.c - see text_file.h. */
#include "gateway/conf/text_file.h"

#include <errno.h>
#include <stdio.h>

#include "gateway/conf/plain.h"

enum {
    MOST = 256 << 10,
};

int text_file_load(const char *folder, const char *name, struct arena *arena, struct faults *faults,
                   struct slice *out)
{
    struct mark m = { .file = arena_printf(arena, "%s/%s", folder, name).p };
    FILE *f = m.file ? plain_open(m.file) : NULL;
    char *p = f ? arena_raw(arena_scratch(arena), MOST + 1) : NULL;
    size_t n = p ? fread(p, 1, MOST + 1, f) : 0;
    bool good = f ? p && !ferror(f) && n <= MOST : m.file && errno == ENOENT;

    if (f)
        fclose(f);
    if (good) {
        *out = p ? arena_copy(arena, slice_make(p, n)) : S("");
        return 0;
    }
    fault_add(faults, m, "%s", n > MOST ? "over 256 KiB" : "cannot be read");
    return -1;
}
