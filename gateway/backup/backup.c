/* backup.c - see backup.h. */
#include "gateway/backup/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/backup/seal.h"

enum {
    PATH_BYTES = 4096,
    NAME_BYTES = 300,
    BUSY_MS = 5000,
    SAID = 4096,
};

#define BASE     "redis/appendonlydir/appendonly.aof.1.base.rdb"
#define MANIFEST "redis/appendonlydir/appendonly.aof.manifest"

struct backup {
    struct loop_wake *wake;
    pthread_t thread;
    char state[PATH_BYTES], file[PATH_BYTES], key_file[PATH_BYTES], redis[PATH_BYTES], work[PATH_BYTES];
    char sinks[CONFIG_SINKS][PATH_BYTES];
    unsigned sinks_n, files;
    struct seal *seal;
    struct backup_told told;
    struct err err;
    bool works; /* the folder for it is ours */
    bool failed;
    char said[SAID];
    size_t said_n;
};

static void say(struct backup *b, const char *line, const char *what)
{
    int n = snprintf(b->said + b->said_n, sizeof b->said - b->said_n, line, what);

    if (n > 0 && (size_t)n < sizeof b->said - b->said_n)
        b->said_n += (size_t)n;
}

/* --- in the thread --- */

static int put(struct backup *b, const char *path, const char *name)
{
    b->files++;
    return seal_add(b->seal, path, name, &b->err);
}

/* A file of the state folder, if it is there. */
static int put_if(struct backup *b, const char *name)
{
    char path[PATH_BYTES + NAME_BYTES];

    snprintf(path, sizeof path, "%s/%s", b->state, name);
    return access(path, F_OK) == 0 ? put(b, path, name) : 0;
}

static int put_folder(struct backup *b, const char *folder, const char *suffix,
                      int (*f)(struct backup *, const char *name))
{
    char path[PATH_BYTES + NAME_BYTES], name[NAME_BYTES];
    const struct dirent *e;
    int rc = 0;
    DIR *d;

    snprintf(path, sizeof path, "%s/%s", b->state, folder);
    d = opendir(path);
    while (d && rc == 0 && (e = readdir(d)))
        if (slice_ends(slice_of(e->d_name), suffix) &&
            snprintf(name, sizeof name, "%s/%s", folder, e->d_name) < (int)sizeof name)
            rc = f(b, name);
    if (d)
        closedir(d);
    return rc;
}

/* SQLite copies it whole, while others write. */
static int put_database(struct backup *b, const char *path, const char *name)
{
    char copy[PATH_BYTES + 32];
    sqlite3 *from = NULL, *to = NULL;
    sqlite3_backup *job = NULL;
    int rc;

    snprintf(copy, sizeof copy, "%s/copy.db", b->work);
    unlink(copy);
    rc = sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_open(copy, &to);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(from, BUSY_MS);
        job = sqlite3_backup_init(to, "main", from, "main");
        rc = job ? sqlite3_backup_step(job, -1) : sqlite3_errcode(to);
        sqlite3_backup_finish(job);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    sqlite3_close(to);
    sqlite3_close(from);
    if (rc != SQLITE_OK)
        return err_set(&b->err, "%s cannot be copied (%s)", path, sqlite3_errstr(rc));
    rc = put(b, copy, name);
    unlink(copy);
    return rc;
}

static int put_log(struct backup *b, const char *name)
{
    char path[PATH_BYTES + NAME_BYTES];

    snprintf(path, sizeof path, "%s/%s", b->state, name);
    return put_database(b, path, name);
}

static int put_sinks(struct backup *b)
{
    size_t n = strlen(b->state);

    for (unsigned i = 0; i < b->sinks_n; i++) {
        const char *path = b->sinks[i];

        if (strncmp(path, b->state, n) != 0 || path[n] != '/')
            say(b, "not in it: %s, which does not lie in the state folder\n", path);
        else if (access(path, F_OK) == 0 && put_database(b, path, path + n + 1) != 0)
            return -1;
    }
    return 0;
}

/* As Redis finds its data when it starts. */
static int put_redis(struct backup *b)
{
    static const char manifest[] = "file appendonly.aof.1.base.rdb seq 1 type b\n";
    char path[PATH_BYTES + 32];
    int fd, rc;

    if (!b->redis[0]) {
        say(b, "not in it: Redis, which %s: back it up where it runs\n", "is not managed");
        return 0;
    }
    snprintf(path, sizeof path, "%s/manifest", b->work);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    rc = fd < 0 || write(fd, manifest, sizeof manifest - 1) != (ssize_t)sizeof manifest - 1;
    if (fd >= 0)
        close(fd);
    if (rc)
        return err_set(&b->err, "%s cannot be written (%s)", path, strerror(errno));
    if (put(b, b->redis, BASE) != 0)
        return -1;
    unlink(b->redis);
    return put(b, path, MANIFEST);
}

static int put_all(struct backup *b)
{
    /* Key of the pseudonyms, highest number; accounts, their acts and addresses of the console. */
    static const char *const single[] = { "key", "seq", "accounts.json", "audit.jsonl", "console.key" };

    if (put_redis(b) != 0 || put_sinks(b) != 0 || put_folder(b, "log", ".db", put_log) != 0)
        return -1;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (put_if(b, single[i]) != 0)
            return -1;
    return 0;
}

void backup_sweep(const char *state_dir)
{
    static const char *const ours[] = { "backup/manifest", "backup/copy.db", "backup/copy.db-journal",
                                        "redis/dump.rdb" };
    char path[PATH_BYTES + 32];

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        snprintf(path, sizeof path, "%s/%s", state_dir, ours[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/backup", state_dir);
    rmdir(path);
}

static void *work(void *arg)
{
    struct backup *b = arg;

    b->failed = put_all(b) != 0;
    if (b->failed)
        seal_drop(b->seal);
    else
        b->failed = seal_close(b->seal, &b->err) != 0;
    backup_sweep(b->state);
    loop_wake(b->wake);
    return NULL;
}

/* --- in the loop --- */

static void end(struct backup *b)
{
    if (!b->failed)
        say(b, "written: %s\n", b->file);
    b->told.f(b->told.arg, slice_make(b->said, b->said_n), b->failed ? &b->err : NULL);
    if (b->wake)
        loop_wake_free(b->wake);
    free(b);
}

static void on_worked(void *arg)
{
    struct backup *b = arg;

    pthread_join(b->thread, NULL);
    end(b);
}

static void fail(struct backup *b)
{
    b->failed = true;
    if (b->seal)
        seal_drop(b->seal);
    if (b->works)
        backup_sweep(b->state);
    end(b);
}

static void on_redis(void *arg, const char *path, const struct err *why)
{
    struct backup *b = arg;

    if (why)
        b->err = *why;
    else if (path)
        snprintf(b->redis, sizeof b->redis, "%s", path);
    if (!why && pthread_create(&b->thread, NULL, work, b) == 0)
        return;
    if (!why)
        err_set(&b->err, "no thread to be had");
    fail(b);
}

void backup_key_path(const struct config *c, char *out, size_t n)
{
    const char *slash = strrchr(c->file, '/');

    snprintf(out, n, "%.*sbackup.key", slash ? (int)(slash - c->file) + 1 : 0, c->file);
}

static int begin(struct backup *b, struct loop *loop, const struct config *c)
{
    unsigned char key[SEAL_KEY];
    bool made;

    b->wake = loop_wake_new(loop, on_worked, b);
    if (!b->wake)
        return err_set(&b->err, "out of memory");
    if (seal_key(b->key_file, true, &made, key, &b->err) != 0)
        return -1;
    if (made)
        say(b, "a key was made: %s.  Keep a copy of it elsewhere: without it nobody can read the backup.\n",
            b->key_file);
    snprintf(b->state, sizeof b->state, "%.*s", SLICE_ARG(c->state));
    snprintf(b->work, sizeof b->work, "%.*s/backup", PATH_BYTES - 16, b->state);
    if (mkdir(b->work, 0700) != 0)
        return err_set(&b->err, errno == EEXIST ? "another backup is under way (%s)" : "%s cannot be made",
                       b->work);
    b->works = true;
    for (unsigned i = 0; i < c->sinks_n; i++)
        if (c->sinks[i].path.n)
            snprintf(b->sinks[b->sinks_n++], PATH_BYTES, "%.*s", SLICE_ARG(c->sinks[i].path));
    b->seal = seal_create(b->file, key, &b->err);
    explicit_bzero(key, sizeof key);
    return b->seal && put_folder(b, "spool", ".spool", put_if) == 0 ? 0 : -1;
}

void backup_take(struct loop *loop, struct store *store, const struct config *c, const char *file,
                 const char *key_file, struct backup_told told)
{
    struct backup *b = calloc(1, sizeof *b);

    if (!b)
        abort(); /* asked by a person, once */
    b->told = told;
    snprintf(b->file, sizeof b->file, "%s", file);
    snprintf(b->key_file, sizeof b->key_file, "%s", key_file);
    if (begin(b, loop, c) != 0) {
        fail(b);
        return;
    }
    if (c->redis_managed && !store_snapshot(store, on_redis, b)) {
        err_set(&b->err, "Redis is away: see `show status`");
        fail(b);
    } else if (!c->redis_managed) {
        on_redis(b, NULL, NULL);
    }
}

/* --- restoring --- */

static bool is_there(const char *state_dir, const char *name)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%s/%s", state_dir, name);
    return access(path, F_OK) == 0;
}

int backup_restore(const char *file, const char *key_file, const char *state_dir, unsigned *files,
                   struct err *e)
{
    static const char *const ours[] = { "redis/appendonlydir", "district.db", "log",        "key", "seq",
                                        "accounts.json",       "audit.jsonl", "console.key" };
    unsigned char key[SEAL_KEY];
    char path[PATH_BYTES];
    bool made;
    int fd, rc;

    *files = 0;
    if (mkdir(state_dir, 0700) != 0 && errno != EEXIST)
        return err_set(e, "%s cannot be made (%s)", state_dir, strerror(errno));
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (is_there(state_dir, ours[i]))
            return err_set(e, "%s/%s is there already: nothing is overwritten.  Move the folder away first",
                           state_dir, ours[i]);
    snprintf(path, sizeof path, "%s/gateway.lock", state_dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (fd >= 0)
            close(fd);
        return err_set(e, "a gateway runs on %s: stop it first", state_dir);
    }
    rc = seal_key(key_file, false, &made, key, e);
    if (rc == 0)
        rc = seal_extract(file, key, state_dir, files, e);
    explicit_bzero(key, sizeof key);
    close(fd);
    return rc;
}
