/* rig.c - see rig.h. */
#include "tests/support/rig.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *rig_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    char path[200];

    snprintf(path, sizeof path, "%s/ktXXXXXX", tmp && strlen(tmp) < 60 ? tmp : "/tmp");
    if (!mkdtemp(path))
        abort();
    return strdup(path);
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
    (void)st;
    (void)what;
    (void)ftw;
    return remove(path);
}

void rig_folder_remove(char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}
