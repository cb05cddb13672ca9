/* backup.c - `ctl backup FILE [--key KEYFILE]`. */
#include "gateway/desk/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/backup/backup.h"
#include "gateway/base/log.h"

enum {
    PATH_BYTES = 4096,
};

struct asked {
    ctl_done *done;
    void *ctx;
};

static void on_taken(void *arg, struct slice said, const struct err *why)
{
    struct asked a = *(struct asked *)arg;
    char text[PATH_BYTES];
    int n;

    free(arg);
    if (!why) {
        log_event(LOG_INFO, "backup", NULL);
        a.done(a.ctx, said);
        return;
    }
    log_text(LOG_ERROR, "backup", "%s", why->text);
    n = snprintf(text, sizeof text, "error: %s\n", why->text);
    a.done(a.ctx, slice_make(text, (size_t)n));
}

void backup_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct slice rest = words, file = slice_cut(&rest, ' '), flag = slice_cut(&rest, ' ');
    char path[PATH_BYTES], key[PATH_BYTES];
    struct asked *a;

    rest = slice_trim(rest);
    if (!file.n || file.p[0] != '/' || (flag.n && !(slice_is(flag, "--key") && rest.n && rest.p[0] == '/'))) {
        done(ctx, S("error: backup FILE [--key KEYFILE], without blanks in the names\n"));
        return;
    }
    snprintf(path, sizeof path, "%.*s", SLICE_ARG(file));
    if (rest.n)
        snprintf(key, sizeof key, "%.*s", SLICE_ARG(rest));
    else
        backup_key_path(desk->config, key, sizeof key);
    a = malloc(sizeof *a);
    if (!a)
        abort(); /* asked by a person, once */
    *a = (struct asked){ done, ctx };
    backup_take(desk->loop, desk->store, desk->config, path, key, (struct backup_told){ on_taken, a });
}
