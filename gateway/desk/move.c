/* move.c - `ctl move FROM TO`: what waits for a provider or sink that is no longer configured goes to another
 * one. */
#include "gateway/desk/move.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME = 80,
};

struct asked {
    struct store *store;
    char from[NAME], to[NAME];
    unsigned lane, lanes; /* sinks have one stream, providers one a lane */
    uint64_t moved;
    ctl_done *done;
    void *ctx;
};

static void stream(char out[NAME], const char *name, const struct asked *a)
{
    if (a->lanes > 1)
        snprintf(out, NAME, "%.*s:%u", NAME - 3, name, a->lane);
    else
        snprintf(out, NAME, "%s", name);
}

static void say(struct asked *a, enum store_rc rc)
{
    char text[200];
    int n;

    if (rc == STORE_OK)
        n = snprintf(text, sizeof text, "moved %llu from %s to %s\n", (unsigned long long)a->moved, a->from,
                     a->to);
    else
        n = snprintf(text, sizeof text, "error: Redis was away after %llu were moved: say it again\n",
                     (unsigned long long)a->moved);
    a->done(a->ctx, slice_make(text, (size_t)n));
    free(a);
}

static void next(struct asked *a);

static void on_moved(void *arg, enum store_rc rc, uint64_t moved)
{
    struct asked *a = arg;

    a->moved += moved;
    if (rc == STORE_OK && ++a->lane < a->lanes)
        next(a);
    else
        say(a, rc);
}

static void next(struct asked *a)
{
    char from[NAME], to[NAME];

    stream(from, a->from, a);
    stream(to, a->to, a);
    store_move(a->store, slice_of(from), slice_of(to), on_moved, a);
}

static bool opened(struct asked *a, const char *name)
{
    char text[NAME];

    a->lane = 0;
    stream(text, name, a);
    return store_stream_opened(a->store, slice_of(text));
}

static bool is_kind(struct slice name, const char *kind)
{
    return slice_starts(name, kind) && name.n > strlen(kind) && name.n < NAME - 3;
}

void move_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct slice to = words, from = slice_cut(&to, ' ');
    bool sms = is_kind(from, "sms:") && is_kind(to, "sms:"),
         sink = is_kind(from, "sink:") && is_kind(to, "sink:");
    struct asked *a = sms || sink ? calloc(1, sizeof *a) : NULL;
    char text[200];

    if (!a) {
        done(ctx, S("error: say what waits and who takes it, as show queues names them: move sms:OLD "
                    "sms:NEW, or move "
                    "sink:OLD sink:NEW\n"));
        return;
    }
    *a = (struct asked){ .store = desk->store, .lanes = sms ? STORE_LANES : 1, .done = done, .ctx = ctx };
    memcpy(a->from, from.p, from.n);
    memcpy(a->to, to.p, to.n);
    text[0] = '\0';
    if (opened(a, a->from))
        snprintf(text, sizeof text, "error: %s is in use: what waits there goes by itself\n", a->from);
    else if (!opened(a, a->to))
        snprintf(text, sizeof text, "error: nobody opens %s: choose one that is configured\n", a->to);
    if (text[0]) {
        done(ctx, slice_of(text));
        free(a);
        return;
    }
    next(a);
}
