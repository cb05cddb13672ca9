/* store.c - opening and closing, the greeting of a fresh connection, durability checks, up and down.
 *
 * Everything else of the store lives in a file of its own and is told here when Redis comes and goes. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/store/store_private.h"

/* commit.lua, linked in as it stands (Makefile). */
extern const char commit_lua[] __asm__("_binary_gateway_store_commit_lua_start");
extern const char commit_lua_end[] __asm__("_binary_gateway_store_commit_lua_end");

enum {
    VERIFY_MS = 60000,
    CLOSE_TICK_MS = 20
};

struct slice store_key(const struct store *s, struct key *k, const char *kind, struct slice a, struct slice b)
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    int n = snprintf(k->text, sizeof k->text, "{%s}%s:", s->district, kind);
    size_t at = (size_t)n;

    if (a.n + b.n + 2 + at <= sizeof k->text) {
        memcpy(k->text + at, a.p, a.n);
        at += a.n;
        if (b.n) {
            k->text[at++] = ':';
            memcpy(k->text + at, b.p, b.n);
            at += b.n;
        }
        return slice_make(k->text, at);
    }
    sha256_init(&ctx);
    sha256_update(&ctx, a.n, (const uint8_t *)a.p);
    sha256_update(&ctx, 1, (const uint8_t *)":");
    sha256_update(&ctx, b.n, (const uint8_t *)b.p);
    sha256_digest(&ctx, sizeof digest, digest);
    k->text[at++] = '#';
    for (unsigned i = 0; i < sizeof digest; i++)
        at += (size_t)snprintf(k->text + at, sizeof k->text - at, "%02x", digest[i]);
    return slice_make(k->text, at);
}

/* --- up and down --- */

static void enter_up(struct store *s, bool up)
{
    if (s->up == up)
        return;
    log_event(up ? LOG_INFO : LOG_WARN, "store", "from", s->up ? "up" : "down", "to", up ? "up" : "down",
              NULL);
    s->up = up;
    for (unsigned i = 0; i < s->watchers_n; i++)
        s->watchers[i].f(s->watchers[i].arg, up);
}

static void tell_ready(struct store *s, const struct err *err)
{
    void (*ready)(void *, const struct err *) = s->ready;

    s->ready = NULL;
    if (ready)
        ready(s->ready_arg, err);
}

bool store_up(const struct store *s)
{
    return s->up;
}

void store_watch(struct store *s, void (*f)(void *, bool up), void *arg)
{
    if (s->watchers_n == STORE_WATCHERS)
        abort(); /* watchers are made at start-up, by code */
    s->watchers[s->watchers_n].f = f;
    s->watchers[s->watchers_n++].arg = arg;
}

void store_refused(struct store *s, const redisReply *reply)
{
    char why[120];

    snprintf(why, sizeof why, "refused: %.*s", SLICE_ARG(slice_take(slice_make(reply->str, reply->len), 90)));
    log_text(LOG_ERROR, "store", "redis refuses to serve (%s)", why);
    redis_drop(s->redis, why);
}

/* --- the greeting: password, library, sequence, durability --- */

static void greeting_fault(struct store *s, const char *text)
{
    if (!s->greeting.text[0])
        err_set(&s->greeting, "%s", text);
}

static void greeting_ended(struct store *s)
{
    if (--s->greetings)
        return;
    if (s->greeting.text[0]) {
        log_text(LOG_ERROR, "store", "%s", s->greeting.text);
        redis_drop(s->redis, "the greeting failed");
        tell_ready(s, &s->greeting);
        return;
    }
    if (s->up)
        return;
    redis_settled(s->redis);
    consumers_up(s); /* groups first: what follows may write to their streams */
    message_log_up(s);
    enter_up(s, true);
    loop_timer_set(s->verify, VERIFY_MS);
    commits_up(s);
    lease_up(s);
    due_up(s);
    people_changed_now(s);
    tell_ready(s, NULL);
    spool_up(s);
}

static void on_greeting(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (!reply)
        return; /* lost: the next connection greets again */
    if (reply->type == REDIS_REPLY_ERROR) {
        struct err e;

        err_set(&e, "redis refuses the greeting: %.*s: look at redis.address and redis.password_file",
                SLICE_ARG(slice_take(slice_make(reply->str, reply->len), 160)));
        greeting_fault(s, e.text);
    }
    greeting_ended(s);
}

/* Nobody's fault and over soon: not to be told as the reason why it never can. */
static void on_loading(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "LOADING", 7) == 0) {
        log_text(LOG_INFO, "store", "redis is still loading its data");
        redis_drop(s->redis, "loading");
        return;
    }
    on_greeting(arg, reply);
}

static void durability(struct store *s, const char *what)
{
    struct err e;

    err_set(&e,
            "this Redis may forget what it acknowledged (%s): set appendonly yes, appendfsync always, "
            "no-appendfsync-on-rewrite no, maxmemory-policy noeviction, or durability: loose",
            what);
    if (s->strict)
        greeting_fault(s, e.text);
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
    struct store *s = arg;

    if (!reply)
        return;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool found = false;

        for (size_t j = 0; reply->type == REDIS_REPLY_ARRAY && j + 1 < reply->elements; j += 2)
            if (slice_is(redis_slice(reply->element[j]), wanted[i].name))
                found = slice_is(redis_slice(reply->element[j + 1]), wanted[i].value);
        if (!found) {
            durability(s, wanted[i].name);
            break;
        }
    }
    greeting_ended(s);
}

static void on_persistence(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_STRING || !strstr(reply->str, "aof_last_write_status:ok"))
        durability(s, "its last write to disk failed");
    greeting_ended(s);
}

static void ask_durability(struct store *s)
{
    s->greetings += 2;
    redis_words(s->redis, on_config, s, "CONFIG", "GET", "appendonly", "appendfsync",
                "no-appendfsync-on-rewrite", "maxmemory-policy", NULL);
    redis_words(s->redis, on_persistence, s, "INFO", "persistence", NULL);
}

/* Every minute while up: the same questions as in the greeting. */
static void verify(void *arg)
{
    struct store *s = arg;

    if (!s->up)
        return;
    s->greeting.text[0] = '\0';
    s->greetings = 0;
    ask_durability(s);
    loop_timer_set(s->verify, VERIFY_MS);
}

/* The password is read anew each time, so that it may be changed without a restart. */
static void greet_password(struct store *s)
{
    char text[256];
    ssize_t n;
    int fd;
    struct slice word;

    if (!s->password_file)
        return;
    fd = open(s->password_file, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    if (n <= 0) {
        greeting_fault(s, "redis.password_file cannot be read, or is empty");
        return;
    }
    word = slice_trim(slice_make(text, (size_t)n));
    s->greetings++;
    redis_begin(s->redis, 2);
    redis_str(s->redis, "AUTH");
    redis_part(s->redis, word);
    redis_send(s->redis, on_greeting, s);
    explicit_bzero(text, sizeof text);
}

static void on_connected(void *arg)
{
    struct store *s = arg;
    struct key k;

    s->greeting.text[0] = '\0';
    s->greetings = 2;
    greet_password(s);
    redis_begin(s->redis, 4);
    redis_str(s->redis, "FUNCTION");
    redis_str(s->redis, "LOAD");
    redis_str(s->redis, "REPLACE");
    // cppcheck-suppress comparePointers ; the two ends of one thing
    redis_part(s->redis, slice_make(commit_lua, (size_t)(commit_lua_end - commit_lua)));
    redis_send(s->redis, on_loading, s);
    /* Bodies of numbers begin at 100 (SPEC 2.4). */
    redis_begin(s->redis, 4);
    redis_str(s->redis, "SET");
    redis_part(s->redis, store_key(s, &k, "seq", S(""), S("")));
    redis_str(s->redis, "99");
    redis_str(s->redis, "NX");
    redis_send(s->redis, on_greeting, s);
    ask_durability(s);
}

static bool on_before(void *arg)
{
    struct store *s = arg;
    struct err e;

    if (!s->managed)
        return true;
    if (managed_ensure(s->managed))
        return true;
    if (managed_fault(s->managed) && s->ready) {
        err_set(&e, "%s", managed_fault(s->managed));
        tell_ready(s, &e);
    }
    return false;
}

static void on_lost(void *arg)
{
    struct store *s = arg;
    bool was_up = s->up;

    loop_timer_stop(s->verify);
    enter_up(s, false);
    if (was_up) {
        commits_down(s);
        lease_down(s);
        due_down(s);
        people_down(s);
        consumers_down(s);
    }
}

/* --- opening --- */

static int make_folder(const char *path, struct err *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return 0;
    return err_set(err, "state: the folder %s cannot be made (%s)", path, strerror(errno));
}

static int lock_state(struct store *s, struct err *err)
{
    char path[4096], pid[24];
    ssize_t n;

    if ((size_t)snprintf(path, sizeof path, "%s/gateway.lock", s->state_dir) >= sizeof path)
        return err_set(err, "state: the path is too long");
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return err_set(err, "state: %s cannot be opened (%s)", path, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        n = read(s->lock_fd, pid, sizeof pid - 1);
        pid[n > 0 ? n : 0] = '\0';
        pid[strcspn(pid, "\n")] = '\0';
        return err_set(err,
                       "another gateway (process %s) already runs on the state folder %s: stop it first, or "
                       "give this one another `state:` folder",
                       pid[0] ? pid : "unknown", s->state_dir);
    }
    n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, pid, (size_t)n, 0) != n)
        return err_set(err, "state: %s cannot be written (%s)", path, strerror(errno));
    return 0;
}

static int name_consumer(struct store *s, struct err *err)
{
    char host[48];
    struct stat st;

    if (gethostname(host, sizeof host) != 0)
        snprintf(host, sizeof host, "host");
    host[sizeof host - 1] = '\0';
    if (stat(s->state_dir, &st) != 0)
        return err_set(err, "state: %s cannot be read (%s)", s->state_dir, strerror(errno));
    snprintf(s->consumer_name, sizeof s->consumer_name, "%s-%llx-%llx", host, (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    return 0;
}

static int copy_options(struct store *s, const struct store_options *o, struct err *err)
{
    if (o->sinks_n > STORE_SINKS || o->providers_n > STORE_PROVIDERS)
        return err_set(err, "at most %d sinks and %d providers", STORE_SINKS, STORE_PROVIDERS);
    s->district = strdup(o->district);
    s->state_dir = realpath(o->state_dir, NULL);
    s->password_file = o->password_file ? strdup(o->password_file) : NULL;
    s->strict = o->strict;
    s->default_provider = o->default_provider;
    s->dup_ttl_ms = o->dup_ttl_ms > 0 ? o->dup_ttl_ms : INT64_C(7) * 86400 * 1000;
    for (unsigned i = 0; i < o->sinks_n; i++)
        s->sinks[s->sinks_n++] = strdup(o->sinks[i]);
    for (unsigned i = 0; i < o->providers_n; i++)
        s->providers[s->providers_n++] = strdup(o->providers[i]);
    if (!s->state_dir || !s->district || strlen(s->district) > 64)
        return err_set(err, "state: %s cannot be found (%s)", o->state_dir, strerror(errno));
    return 0;
}

static void store_free(struct store *s)
{
    s->freeing = true;
    loop_not_at_turn_end(s->loop, consumers_turn_end, s);
    loop_not_at_turn_end(s->loop, message_log_turn_end, s);
    loop_not_at_turn_end(s->loop, spool_turn_end, s);
    redis_free(s->redis);
    consumers_free(s);
    commits_free(s);
    lease_free(s->lease);
    due_free(s->due);
    people_free(s->people);
    message_log_free(s->message_log);
    spool_free(s->spool);
    managed_free(s->managed, s->closing);
    loop_timer_free(s->verify);
    loop_timer_free(s->commit_tick);
    loop_timer_free(s->close_tick);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    for (unsigned i = 0; i < s->sinks_n; i++)
        free(s->sinks[i]);
    for (unsigned i = 0; i < s->providers_n; i++)
        free(s->providers[i]);
    free(s->district);
    free(s->state_dir);
    free(s->password_file);
    free(s);
}

static void close_step(void *arg);

static int open_parts(struct store *s, const struct store_options *o, struct err *err)
{
    struct redis_events events = { on_before, on_connected, on_lost, s };

    if (make_folder(o->state_dir, err) != 0 || copy_options(s, o, err) != 0 || lock_state(s, err) != 0 ||
        name_consumer(s, err) != 0)
        return -1;
    if (o->managed && !(s->managed = managed_new(s->loop, s->state_dir, err)))
        return -1;
    if (!(s->spool = spool_open(s, err)))
        return -1;
    /* Before the hook of the connection: what these say leaves in the same turn. */
    loop_at_turn_end(s->loop, spool_turn_end, s);
    loop_at_turn_end(s->loop, message_log_turn_end, s); /* before the entry that it is about is done */
    loop_at_turn_end(s->loop, consumers_turn_end, s);
    s->redis = redis_new(s->loop, s->managed ? managed_address(s->managed) : o->address, &events, err);
    return s->redis ? 0 : -1;
}

struct store *store_open(struct loop *loop, const struct store_options *o,
                         void (*ready)(void *, const struct err *), void *arg, struct err *err)
{
    struct store *s = calloc(1, sizeof *s);

    if (!s) {
        err_set(err, "the store cannot start: out of memory");
        return NULL;
    }
    s->loop = loop;
    s->lock_fd = -1;
    s->commit_id = rnd_u64();
    s->message_log = message_log_new(s);
    s->commit_tick = loop_timer_new(loop, "store: commits", commits_tick, s);
    s->verify = loop_timer_new(loop, "store: durability", verify, s);
    s->close_tick = loop_timer_new(loop, "store: close", close_step, s);
    if (open_parts(s, o, err) != 0) {
        store_free(s);
        return NULL;
    }
    s->ready = ready;
    s->ready_arg = arg;
    s->lease = lease_new(s);
    s->due = due_new(s);
    s->people = people_new(s);
    redis_connect(s->redis);
    return s;
}

/* --- closing --- */

static void finish_close(void *arg)
{
    struct store *s = arg;
    void (*done)(void *) = s->closed;
    void *done_arg = s->closed_arg;

    store_free(s);
    if (done)
        done(done_arg);
}

/* First the commits under way, then a managed server's end; both within the time given. */
static void close_step(void *arg)
{
    struct store *s = arg;
    int64_t now = clock_mono_ms();
    bool late = now >= s->close_by_ms;

    if (!late && s->up && (s->commits_n || redis_pending(s->redis))) {
        loop_timer_set(s->close_tick, CLOSE_TICK_MS);
        return;
    }
    redis_stop(s->redis);
    if (!s->managed) {
        loop_reap(s->loop, finish_close, s);
        return;
    }
    if (!s->closing) {
        s->closing = true;
        managed_stop(s->managed);
        s->close_by_ms = (late ? now : s->close_by_ms) + 2000; /* its last fsync */
    }
    if (managed_gone(s->managed) || now >= s->close_by_ms)
        loop_reap(s->loop, finish_close, s);
    else
        loop_timer_set(s->close_tick, CLOSE_TICK_MS);
}

void store_close(struct store *s, int64_t ms, void (*done)(void *), void *arg)
{
    s->ready = NULL;
    s->closed = done;
    s->closed_arg = arg;
    s->close_by_ms = clock_mono_ms() + ms;
    loop_timer_set(s->close_tick, 0);
}
