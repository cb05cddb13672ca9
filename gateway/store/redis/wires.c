/* wires.c - the connections to Redis: opening, greeting, durability checks.
 *
 * They stand and fall together: the store is up when all are connected and greeted, and when one is lost the
 * others go too.  The first carries all that is not of one sender.  Redis takes at most 16 KiB from each in a
 * turn and syncs its file once a turn, so with more of them more messages share a sync. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/store/redis/managed.h"
#include "gateway/store/redis/shared.h"

/* The *.lua of the store, linked in as one (Makefile). */
extern const char functions[] __asm__("_binary_functions_lua_start");
extern const char functions_end[] __asm__("_binary_functions_lua_end");

enum {
    WIRES = 5,
    VERIFY_MS = 60000,
};

struct wire {
    struct wires *all;
    struct redis *redis;
};

struct wires {
    struct store *store;
    struct wire wire[WIRES];
    struct loop_timer *verify;
    struct err fault;   /* the first thing that went wrong in the greeting */
    unsigned greetings; /* replies of it still to come, and wires still to connect */
};

struct redis *wire_of(const struct store *s, struct slice sender)
{
    if (slice_empty(sender))
        return s->redis;
    return s->wires->wire[1 + slice_hash(sender) % (WIRES - 1)].redis;
}

unsigned wires_pending(const struct wires *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < WIRES; i++)
        n += redis_pending(w->wire[i].redis);
    return n;
}

static void drop_all(struct wires *w, const char *why)
{
    for (unsigned i = 0; i < WIRES; i++)
        redis_drop(w->wire[i].redis, why);
}

void store_refused(struct store *s, const redisReply *reply)
{
    char why[120];

    snprintf(why, sizeof why, "refused: %.*s", SLICE_ARG(slice_take(slice_make(reply->str, reply->len), 90)));
    log_text(LOG_ERROR, "store", "redis refuses to serve (%s)", why);
    err_set(&s->trouble, "redis refuses to serve (%s)", why);
    drop_all(s->wires, why);
}

void store_ignore(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(s, reply);
}

/* --- the greeting: password, library, durability --- */

static void greeting_fault(struct wires *w, const char *text)
{
    if (!w->fault.text[0])
        err_set(&w->fault, "%s", text);
}

static void greeting_ended(struct wires *w)
{
    struct store *s = w->store;

    if (--w->greetings)
        return;
    if (w->fault.text[0]) {
        log_text(LOG_ERROR, "store", "%s", w->fault.text);
        s->trouble = w->fault;
        drop_all(w, "the greeting failed");
        s->tell->ready(s, &w->fault);
        return;
    }
    if (s->up)
        return;
    s->trouble.text[0] = '\0';
    for (unsigned i = 0; i < WIRES; i++)
        redis_settled(w->wire[i].redis);
    loop_timer_set(w->verify, VERIFY_MS);
    s->tell->up(s);
}

static void on_greeting(void *arg, const redisReply *reply)
{
    struct wires *w = arg;

    if (!reply)
        return; /* lost: the next connection greets again */
    if (reply->type == REDIS_REPLY_ERROR) {
        struct err e;

        err_set(&e, "redis refuses the greeting: %.*s: look at redis.address and redis.password_file",
                SLICE_ARG(slice_take(slice_make(reply->str, reply->len), 160)));
        greeting_fault(w, e.text);
    }
    greeting_ended(w);
}

/* Nobody's fault and over soon: not to be told as the reason why it never can. */
static void on_loading(void *arg, const redisReply *reply)
{
    struct wires *w = arg;

    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "LOADING", 7) == 0) {
        log_text(LOG_INFO, "store", "redis is still loading its data");
        err_set(&w->store->trouble, "redis is still loading its data: wait");
        drop_all(w, "loading");
        return;
    }
    on_greeting(arg, reply);
}

static void durability(struct wires *w, const char *what)
{
    struct err e;

    err_set(&e,
            "this Redis may forget what it acknowledged (%s): set appendonly yes, appendfsync always, "
            "no-appendfsync-on-rewrite no, maxmemory-policy noeviction, or durability: loose",
            what);
    if (w->store->strict)
        greeting_fault(w, e.text);
    else
        log_text(LOG_ERROR, "durability", "%s", e.text);
}

static void on_config(void *arg, const redisReply *reply)
{
    static const struct {
        const char *name, *value;
    } wanted[] = {
        { "appendonly", "yes" },
        { "appendfsync", "always" },
        { "no-appendfsync-on-rewrite", "no" },
        { "maxmemory-policy", "noeviction" },
    };
    struct wires *w = arg;

    if (!reply)
        return;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool found = false;

        for (size_t j = 0; reply->type == REDIS_REPLY_ARRAY && j + 1 < reply->elements; j += 2)
            if (slice_is(redis_slice(reply->element[j]), wanted[i].name))
                found = slice_is(redis_slice(reply->element[j + 1]), wanted[i].value);
        if (!found) {
            durability(w, wanted[i].name);
            break;
        }
    }
    greeting_ended(w);
}

static void on_rewrite(void *arg, const redisReply *reply)
{
    (void)arg;
    if (reply && reply->type == REDIS_REPLY_ERROR) /* another gateway was first, or we may not: asked again */
        log_text(LOG_INFO, "store", "redis does not rewrite its file: %.*s",
                 SLICE_ARG(slice_take(slice_make(reply->str, reply->len), 120)));
}

/* A Redis that died while it wrote a transaction keeps the MULTI of it, and half of what was in it is carried
 * out at the start after the next: the duplicate key of a message whose rows never were, say.  Of the managed
 * one it is cut off before the start (aof_tail.h); any other is asked to write its file anew, once after each
 * start.  Not before that MULTI has its EXEC: Redis refuses a file that ends without, unless it is the last.
 */
static void file_anew(struct wires *w)
{
    struct redis *r = w->wire[0].redis;
    struct key k;

    redis_words(r, on_rewrite, w, "MULTI", NULL);
    redis_begin(r, 3); /* of one command alone neither MULTI nor EXEC would be written */
    redis_str(r, "SET");
    redis_part(r, store_key(w->store, &k, "whole", S(""), S("")));
    redis_str(r, "1");
    redis_send(r, on_rewrite, w);
    redis_begin(r, 2);
    redis_str(r, "DEL");
    redis_part(r, store_key(w->store, &k, "whole", S(""), S("")));
    redis_send(r, on_rewrite, w);
    redis_words(r, on_rewrite, w, "EXEC", NULL);
    redis_words(r, on_rewrite, w, "BGREWRITEAOF", NULL);
}

static void on_persistence(void *arg, const redisReply *reply)
{
    struct wires *w = arg;
    const char *text = reply && reply->type == REDIS_REPLY_STRING ? reply->str : "";

    if (!reply)
        return;
    if (!strstr(text, "aof_last_write_status:ok"))
        durability(w, "its last write to disk failed");
    if (!w->store->managed && strstr(text, "aof_enabled:1") && strstr(text, "aof_rewrite_in_progress:0") &&
        strstr(text, "aof_last_rewrite_time_sec:-1"))
        file_anew(w);
    greeting_ended(w);
}

static void ask_durability(struct wires *w)
{
    struct redis *r = w->wire[0].redis;

    w->greetings += 2;
    redis_words(r, on_config, w, "CONFIG", "GET", "appendonly", "appendfsync", "no-appendfsync-on-rewrite",
                "maxmemory-policy", NULL);
    redis_words(r, on_persistence, w, "INFO", "persistence", NULL);
}

/* Every minute while up: the same questions as in the greeting. */
static void verify(void *arg)
{
    struct wires *w = arg;

    if (!w->store->up)
        return;
    w->fault.text[0] = '\0';
    w->greetings = 0;
    ask_durability(w);
    loop_timer_set(w->verify, VERIFY_MS);
}

/* The password is read anew each time, so that it may be changed without a restart. */
static void greet_password(struct wire *wire)
{
    struct wires *w = wire->all;
    char text[256];
    ssize_t n;
    int fd;

    if (!w->store->password_file)
        return;
    fd = open(w->store->password_file, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    if (n <= 0) {
        greeting_fault(w, "redis.password_file cannot be read, or is empty");
        return;
    }
    w->greetings++;
    redis_begin(wire->redis, 2);
    redis_str(wire->redis, "AUTH");
    redis_part(wire->redis, slice_trim(slice_make(text, (size_t)n)));
    redis_send(wire->redis, on_greeting, w);
    explicit_bzero(text, sizeof text);
}

/* What is asked once, when all are there. */
static void greet(struct wires *w)
{
    struct redis *r = w->wire[0].redis;

    w->greetings++;
    redis_begin(r, 4);
    redis_str(r, "FUNCTION");
    redis_str(r, "LOAD");
    redis_str(r, "REPLACE");
    // cppcheck-suppress comparePointers ; the two ends of one thing
    redis_part(r, slice_make(functions, (size_t)(functions_end - functions)));
    redis_send(r, on_loading, w);
    ask_durability(w);
}

static bool all_connected(const struct wires *w)
{
    for (unsigned i = 0; i < WIRES; i++)
        if (!redis_ready(w->wire[i].redis))
            return false;
    return true;
}

/* The first one calls the others. */
static void on_connected(void *arg)
{
    struct wire *wire = arg;
    struct wires *w = wire->all;

    if (wire == &w->wire[0]) {
        w->fault.text[0] = '\0';
        w->greetings = WIRES;
        for (unsigned i = 1; i < WIRES; i++)
            redis_connect(w->wire[i].redis);
    }
    greet_password(wire);
    if (all_connected(w))
        greet(w);
    greeting_ended(w);
}

static bool on_before(void *arg)
{
    const struct wire *wire = arg;
    struct wires *w = wire->all;
    struct store *s = w->store;

    if (wire != &w->wire[0])
        return redis_ready(w->wire[0].redis);
    if (!s->managed || managed_ensure(s->managed))
        return true;
    if (managed_fault(s->managed)) /* not for ever: it may be mended while we serve from the spool */
        err_set(&s->trouble, "%s", managed_fault(s->managed));
    return false;
}

static void on_lost(void *arg)
{
    struct wires *w = ((struct wire *)arg)->all;

    loop_timer_stop(w->verify);
    w->store->tell->down(w->store);
    drop_all(w, "another one was lost");
}

/* --- life --- */

struct wires *wires_new(struct store *s, const char *address, struct err *err)
{
    struct wires *w = calloc(1, sizeof *w);

    if (!w) {
        err_set(err, "redis: out of memory");
        return NULL;
    }
    w->store = s;
    w->verify = loop_timer_new(s->loop, "store: durability", verify, w);
    for (unsigned i = 0; i < WIRES; i++) {
        struct redis_events events = { on_before, on_connected, on_lost, &w->wire[i] };

        w->wire[i].all = w;
        w->wire[i].redis = redis_new(s->loop, address, &events, err);
        if (!w->wire[i].redis) {
            wires_free(w);
            return NULL;
        }
    }
    s->redis = w->wire[0].redis;
    redis_gathers(s->redis);
    return w;
}

void wires_free(struct wires *w)
{
    if (!w)
        return;
    for (unsigned i = 0; i < WIRES; i++)
        redis_free(w->wire[i].redis);
    loop_timer_free(w->verify);
    free(w);
}

void wires_connect(struct wires *w)
{
    redis_connect(w->wire[0].redis);
}

void wires_stop(struct wires *w)
{
    for (unsigned i = 0; i < WIRES; i++)
        redis_stop(w->wire[i].redis);
}
