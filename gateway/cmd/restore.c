/* restore.c - `kentongan ctl restore FILE`: by itself, because the gateway does not run. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/backup/backup.h"
#include "gateway/cmd/cmd.h"
#include "gateway/cmd/restore.h"
#include "gateway/conf/config.h"

enum {
    CONFIG_ARENA = 64 << 20,
    PATH_BYTES = 4096,
};

int ctl_restore(const char *config, int argc, char **argv)
{
    struct arena arena;
    struct faults faults = { 0 };
    const struct config *c;
    struct err e = { "" };
    char key[PATH_BYTES];
    unsigned files;
    int rc = 1;

    if (argc != 1 && !(argc == 3 && strcmp(argv[1], "--key") == 0)) {
        fprintf(stderr, "kentongan ctl restore FILE [--key KEYFILE]\n");
        return 2;
    }
    umask(077);
    arena_init(&arena, CONFIG_ARENA);
    c = config_load(config, &arena, &faults);
    for (unsigned i = 0; i < faults.n; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    if (c) {
        backup_key_path(c, key, sizeof key);
        if (backup_restore(argv[0], argc == 3 ? argv[2] : key, c->state.p, &files, &e) == 0) {
            printf("restored: %u files into %.*s; start the gateway now\n", files, SLICE_ARG(c->state));
            rc = 0;
        } else {
            fprintf(stderr, "error: %s\n", e.text);
        }
    }
    faults_free(&faults);
    arena_free(&arena);
    return rc;
}
