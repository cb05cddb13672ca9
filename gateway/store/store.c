/* store.c - opening and closing, up and down.
 *
 * Everything else of the store lives in a file of its own and is told here when Redis comes and goes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/store/commit/private.h"
#include "gateway/store/private.h"
#include "gateway/store/redis/managed.h"
#include "gateway/store/redis/shared.h"
#include "gateway/store/spool/private.h"
#include "gateway/store/store.h"
#include "gateway/store/stream/private.h"

enum {
    CLOSE_TICK_MS = 20,
};

/* --- up and down --- */

static void enter_up(struct store *s, bool up)
{
    if (s->up == up)
        return;
    log_event(up ? LOG_INFO : LOG_WARN, "store", "from", s->up ? "up" : "down", "to", up ? "up" : "down",
              NULL);
    s->up = up;
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

const char *store_trouble(const struct store *s)
{
    if (s->up)
        return NULL;
    return s->trouble.text[0] ? s->trouble.text : "no Redis answers: see redis.address, and whether it runs";
}

/* The wires are greeted. */
static void came_up(struct store *s)
{
    recall_clear(s->recall); /* it may have come back as another */
    audit_up(s);             /* what came before is counted before anything is added */
    consumers_up(s);         /* groups first: what follows may write to their streams */
    message_log_up(s);
    enter_up(s, true);
    commits_up(s);
    lease_up(s);
    due_up(s);
    people_changed_now(s);
    peers_up(s);
    orphans_up(s);
    tell_ready(s, NULL);
    spool_up(s);
}

static void went_down(struct store *s)
{
    if (!s->up)
        return;
    enter_up(s, false);
    alone_over(s, false);
    commits_down(s);
    lease_down(s);
    due_down(s);
    people_down(s);
    peers_down(s);
    orphans_down(s);
    consumers_down(s);
}

static const struct store_tell tell = {
    .up = came_up, .down = went_down, .ready = tell_ready, .committing = consumers_wake
};

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
    /* Only for the message above: on a full disk it is left out. */
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, pid, (size_t)n, 0) != n)
        log_text(LOG_WARN, "store", "%s cannot be written (%s)", path, strerror(errno));
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
    loop_not_at_turn_end(s->loop, commits_turn_end, s);
    loop_not_at_turn_end(s->loop, consumers_turn_end, s);
    loop_not_at_turn_end(s->loop, message_log_turn_end, s);
    loop_not_at_turn_end(s->loop, receipts_turn_end, s);
    loop_not_at_turn_end(s->loop, spool_turn_end, s);
    wires_free(s->wires);
    consumers_free(s);
    released_free(s);
    commits_free(s);
    alone_free(s->alone);
    recall_free(s->recall);
    lease_free(s->lease);
    due_free(s->due);
    people_free(s->people);
    peers_free(s->peers);
    orphans_free(s->orphans);
    audit_free(s->audit);
    message_log_free(s->message_log);
    receipts_free(s->receipts);
    spool_free(s->spool);
    managed_free(s->managed, s->closing);
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
    if (make_folder(o->state_dir, err) != 0 || copy_options(s, o, err) != 0 || lock_state(s, err) != 0 ||
        name_consumer(s, err) != 0)
        return -1;
    if (o->managed && !(s->managed = managed_new(s->loop, s->state_dir, err)))
        return -1;
    if (!(s->spool = spool_open(s, err)))
        return -1;
    /* Before the hook of the connection: what these say leaves in the same turn.  Commits first: what is
     * small and behind them is carried out in the same turn of Redis, and shares its sync. */
    loop_at_turn_end(s->loop, spool_turn_end, s);
    loop_at_turn_end(s->loop, commits_turn_end, s);
    loop_at_turn_end(s->loop, message_log_turn_end, s); /* before the entry that it is about is done */
    loop_at_turn_end(s->loop, receipts_turn_end, s);
    loop_at_turn_end(s->loop, consumers_turn_end, s); /* reads what the commits before it add */
    s->wires = wires_new(s, s->managed ? managed_address(s->managed) : o->address, err);
    return s->wires ? 0 : -1;
}

struct store *store_open(struct loop *loop, const struct store_options *o,
                         void (*ready)(void *, const struct err *), void *arg, struct err *err)
{
    struct store *s = calloc(1, sizeof *s);

    if (!s) {
        err_set(err, "the store cannot start: out of memory");
        return NULL;
    }
    s->tell = &tell;
    s->loop = loop;
    s->lock_fd = -1;
    s->commit_id = rnd_u64();
    s->alone = alone_new();
    s->recall = recall_new();
    s->message_log = message_log_new(s);
    s->receipts = receipts_new(s);
    s->commit_tick = loop_timer_new(loop, "store: commits", commits_tick, s);
    s->close_tick = loop_timer_new(loop, "store: close", close_step, s);
    if (open_parts(s, o, err) != 0) {
        store_free(s);
        return NULL;
    }
    s->ready = ready;
    s->ready_arg = arg;
    s->lease = lease_new(s, o->seen_body);
    s->due = due_new(s);
    s->people = people_new(s);
    s->peers = peers_new(s);
    s->orphans = orphans_new(s);
    s->audit = audit_new(s);
    wires_connect(s->wires);
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

    if (!late && ((s->up && (s->commits_n || wires_pending(s->wires))) || spool_is_syncing(s->spool))) {
        loop_timer_set(s->close_tick, CLOSE_TICK_MS);
        return;
    }
    wires_stop(s->wires);
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
