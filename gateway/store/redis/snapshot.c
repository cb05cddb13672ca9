/* snapshot.c - all of a managed Redis in one file, while it works: BGSAVE, waited for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/redis/shared.h"

enum {
    LOOK_MS = 200,
    PATIENCE = 10 * 60 * 1000 / LOOK_MS,
};

struct snapshot {
    struct store *store;
    struct loop_timer *look;
    unsigned looks;
    void (*f)(void *, const char *, const struct err *);
    void *arg;
};

static void end(struct snapshot *n, const char *why)
{
    char path[4096];
    struct err e;

    snprintf(path, sizeof path, "%s/redis/dump.rdb", n->store->state_dir);
    if (why)
        err_set(&e, "Redis cannot be saved (%s)", why);
    n->f(n->arg, why ? NULL : path, why ? &e : NULL);
    loop_timer_free(n->look);
    free(n);
}

static void on_look(void *arg, const redisReply *reply)
{
    struct snapshot *n = arg;

    if (!reply || reply->type != REDIS_REPLY_STRING)
        end(n, "it went away");
    else if (strstr(reply->str, "rdb_bgsave_in_progress:1"))
        n->looks++ < PATIENCE ? loop_timer_set(n->look, LOOK_MS) : end(n, "it takes too long");
    else
        end(n, strstr(reply->str, "rdb_last_bgsave_status:ok") ? NULL : "is the disk full? see redis.log");
}

static void look(void *arg)
{
    struct snapshot *n = arg;

    redis_words(n->store->redis, on_look, n, "INFO", "persistence", NULL);
}

static void on_begun(void *arg, const redisReply *reply)
{
    struct snapshot *n = arg;

    if (!reply)
        end(n, "it went away");
    else if (reply->type == REDIS_REPLY_ERROR)
        end(n, reply->str);
    else
        loop_timer_set(n->look, LOOK_MS);
}

bool store_snapshot(struct store *s, void (*f)(void *arg, const char *path, const struct err *), void *arg)
{
    struct snapshot *n = s->managed && s->up ? calloc(1, sizeof *n) : NULL;

    if (!n)
        return false;
    n->store = s;
    n->f = f;
    n->arg = arg;
    n->look = loop_timer_new(s->loop, "store: snapshot", look, n);
    redis_words(s->redis, on_begun, n, "BGSAVE", NULL);
    return true;
}
