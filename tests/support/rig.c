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

const char *rig_path(const char *folder, const char *name)
{
    static char paths[4][320];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void rig_write(const char *folder, const char *name, const char *text)
{
    FILE *f = fopen(rig_path(folder, name), "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}
