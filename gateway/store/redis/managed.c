/* managed.c - a private redis-server under <state>/redis: started when none lives, taken over when one does.
 *
 * Whether one lives is told by a lock on <state>/redis/redis.lock: the server inherits the locked descriptor
 * and holds it until the moment it dies, however the gateway ended.  It stays in its own process group, so
 * that Ctrl-C ends the gateway first.  Never started twice, never run by a shell. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/redis/aof_tail.h"
#include "gateway/store/redis/managed.h"

enum {
    START_FIRST_MS = 250, /* between starts of a server that ends at once: doubles */
    START_LAST_MS = 10000,
    STARTS_MAX = 2, /* in vain, before it is called unusable */
    LIVED_MS = 5000,
    PATH_BYTES = 1024,
    LOCK_FD = 3,
    ROOM_BYTES = 1024 * 1024, /* free before it is started */
    ROOM_MS = 1000,           /* between looks for them */
};

struct managed {
    struct loop *loop;
    char binary[PATH_BYTES], folder[PATH_BYTES], lock[PATH_BYTES + 16], conf[PATH_BYTES + 16];
    char address[PATH_BYTES + 32];
    char tail[PATH_BYTES + 320]; /* the file of the append-only log that is written to; "": none yet */
    pid_t child;                 /* ours, 0 when it was taken over */
    int64_t started_ms, wait_ms, not_before_ms;
    unsigned in_vain;
    bool stopping, no_room;
    struct err fault;
};

static int find_binary(struct managed *m, struct err *err)
{
    const char *path = getenv("PATH");
    struct slice rest = slice_of(path ? path : "");
    static const char *const more[] = { "/usr/bin", "/usr/local/bin", "/usr/sbin" };

    while (rest.n) {
        struct slice dir = slice_cut(&rest, ':');

        snprintf(m->binary, sizeof m->binary, "%.*s/redis-server", SLICE_ARG(dir));
        if (dir.n && dir.p[0] == '/' && access(m->binary, X_OK) == 0)
            return 0;
    }
    for (unsigned i = 0; i < sizeof more / sizeof *more; i++) {
        snprintf(m->binary, sizeof m->binary, "%s/redis-server", more[i]);
        if (access(m->binary, X_OK) == 0)
            return 0;
    }
    return err_set(err,
                   "redis: managed: no redis-server on the PATH: install the package redis-server, or set "
                   "redis.address");
}

/* A path as redis.conf wants it: in quotes, with quotes and backslashes escaped. */
static void quote(struct buf *b, const char *name, const char *value)
{
    buf_str(b, name);
    buf_str(b, " \"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            buf_char(b, '\\');
        buf_char(b, *value);
    }
    buf_str(b, "\"\n");
}

/* The append-only file is rewritten when it has doubled, from 512 MB on: what is replayed at a start takes 3
 * s then, and a bulk load is not written twice every few seconds. */
static int write_conf(struct managed *m, struct err *err)
{
    struct buf b;
    int fd, rc = 0;

    buf_init(&b, 16384);
    buf_str(&b, "# Written by the gateway at each start: changes are lost.\n"
                "port 0\nunixsocketperm 600\ndaemonize no\nloglevel warning\n"
                "appendonly yes\nappendfsync always\nno-appendfsync-on-rewrite no\n"
                "aof-use-rdb-preamble yes\naof-load-truncated yes\nauto-aof-rewrite-percentage 100\n"
                "auto-aof-rewrite-min-size 512mb\nsave \"\"\nmaxmemory-policy noeviction\n"
                "databases 1\ntimeout 0\nset-proc-title no\n");
    quote(&b, "dir", m->folder);
    quote(&b, "unixsocket", m->address + strlen("unix:"));
    quote(&b, "logfile", "redis.log");
    fd = open(m->conf, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (b.failed || fd < 0 || write(fd, b.p, b.n) != (ssize_t)b.n)
        rc = err_set(err, "redis: managed: %s cannot be written (%s)", m->conf, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_free(&b);
    return rc;
}

struct managed *managed_new(struct loop *loop, const char *state_dir, struct err *err)
{
    struct managed *m = calloc(1, sizeof *m);

    if (!m) {
        err_set(err, "redis: out of memory");
        return NULL;
    }
    m->loop = loop;
    m->wait_ms = START_FIRST_MS;
    if (strlen(state_dir) > sizeof((struct sockaddr_un *)0)->sun_path - sizeof "/redis/redis.sock") {
        err_set(err, "state: the path is too long for a socket beneath it: choose a shorter one");
        goto fail;
    }
    snprintf(m->folder, sizeof m->folder, "%s/redis", state_dir);
    snprintf(m->lock, sizeof m->lock, "%s/redis.lock", m->folder);
    snprintf(m->conf, sizeof m->conf, "%s/redis.conf", m->folder);
    snprintf(m->address, sizeof m->address, "unix:%s/redis.sock", m->folder);
    if (find_binary(m, err) != 0)
        goto fail;
    if (mkdir(m->folder, 0700) != 0 && errno != EEXIST) {
        err_set(err, "redis: managed: %s cannot be made (%s)", m->folder, strerror(errno));
        goto fail;
    }
    return m;
fail:
    free(m);
    return NULL;
}

const char *managed_address(const struct managed *m)
{
    return m->address;
}

/* The locked descriptor when no server lives, else -1. */
static int take_lock(const struct managed *m)
{
    int fd = open(m->lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Between fork and exec only calls that are safe there. */
static _Noreturn void become_redis(const struct managed *m, int lock)
{
    char *const argv[] = { (char *)"redis-server", (char *)m->conf, NULL };
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    setpgid(0, 0);
    umask(077);
    for (int sig = 1; sig < 32; sig++) {
        struct sigaction sa;

        memset(&sa, 0, sizeof sa);
        sa.sa_handler = SIG_DFL;
        sigaction(sig, &sa, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    if (lock == LOCK_FD) {
        if (fcntl(lock, F_SETFD, 0) != 0)
            _exit(126);
    } else if (dup2(lock, LOCK_FD) < 0) {
        _exit(126);
    }
    close_range(LOCK_FD + 1, ~0U, 0);
    aof_mend(m->tail);
    execv(m->binary, argv);
    _exit(127);
}

static void note_pid(int lock, pid_t pid)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)pid);

    /* Only used to ask a server to end whose socket does not answer: a missing one costs a wait. */
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)n, 0) != n)
        log_text(LOG_WARN, "redis", "the process id of redis-server cannot be noted");
}

static bool start(struct managed *m, int lock)
{
    pid_t pid = fork();

    if (pid == 0)
        become_redis(m, lock);
    if (pid < 0) {
        err_set(&m->fault, "redis: managed: no process can be made (%s)", strerror(errno));
        close(lock);
        return false;
    }
    note_pid(lock, pid);
    close(lock); /* the server's copy holds it now */
    m->child = pid;
    m->started_ms = clock_mono_ms();
    log_event(LOG_INFO, "redis", "managed", "started", NULL);
    return true;
}

/* Into a full disk it would be started in vain, again and again: it ends at its first write. */
static bool has_room(struct managed *m)
{
    char path[PATH_BYTES + 16];
    int fd, rc = -1;
    bool no_room;

    snprintf(path, sizeof path, "%s/room", m->folder);
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        rc = posix_fallocate(fd, 0, ROOM_BYTES);
        close(fd);
        unlink(path);
    }
    no_room = rc != 0;
    if (no_room != m->no_room)
        log_text(no_room ? LOG_ERROR : LOG_INFO, "redis",
                 no_room ? "no room in %s (%s): redis-server is started when there is some: free space there"
                         : "room in %s again",
                 m->folder, strerror(rc > 0 ? rc : errno));
    m->no_room = no_room;
    if (no_room)
        err_set(&m->fault, "no room in %s: free space there", m->folder);
    return !no_room;
}

/* 12 of appendonly.aof.12.incr.aof */
static uint64_t aof_number(struct slice name)
{
    struct slice part = { 0 };
    uint64_t n;

    for (int i = 0; i < 3; i++)
        part = slice_cut(&name, '.');
    return slice_to_u64(part, &n) ? n : 0;
}

/* Files of the append-only log without their manifest: redis-server would begin anew, over them. */
static bool has_manifest(struct managed *m)
{
    char path[PATH_BYTES + 32];
    bool files = false, manifest = false;
    const struct dirent *e;
    uint64_t last = 0;
    DIR *d;

    m->tail[0] = '\0';
    snprintf(path, sizeof path, "%s/appendonlydir", m->folder);
    d = opendir(path);
    while (d && (e = readdir(d))) {
        struct slice name = slice_of(e->d_name);

        files = files || slice_ends(name, ".aof") || slice_ends(name, ".rdb");
        manifest = manifest || slice_ends(name, ".manifest");
        if (slice_ends(name, ".incr.aof") && aof_number(name) >= last) {
            last = aof_number(name);
            snprintf(m->tail, sizeof m->tail, "%s/%s", path, e->d_name);
        }
    }
    if (d)
        closedir(d);
    if (files && !manifest)
        err_set(&m->fault,
                "the manifest of %s is gone: restore a backup (`kentongan ctl restore`), or move that folder "
                "away and "
                "refill Redis with `kentongan ctl rebuild`",
                path);
    return !files || manifest;
}

static void reap_child(struct managed *m)
{
    int64_t now = clock_mono_ms();
    int status;

    if (!m->child || waitpid(m->child, &status, WNOHANG) != m->child)
        return;
    m->child = 0;
    log_text(LOG_WARN, "redis", "the managed redis-server ended (%s %d)",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (WIFSIGNALED(status) || now - m->started_ms > LIVED_MS) {
        m->in_vain = 0;
        m->wait_ms = START_FIRST_MS;
        return;
    }
    m->not_before_ms = now + m->wait_ms;
    m->wait_ms = m->wait_ms * 2 > START_LAST_MS ? START_LAST_MS : m->wait_ms * 2;
    if (++m->in_vain >= STARTS_MAX)
        err_set(
            &m->fault,
            "redis-server ends as soon as it is started, see %s/redis.log: mend it with `redis-check-aof "
            "--fix`, "
            "restore a backup (`kentongan ctl restore`), or move appendonlydir away and refill Redis with "
            "`kentongan ctl rebuild`",
            m->folder);
}

bool managed_ensure(struct managed *m)
{
    int lock;

    reap_child(m);
    if (m->stopping || clock_mono_ms() < m->not_before_ms)
        return false;
    lock = take_lock(m);
    if (lock < 0)
        return true; /* one lives, or is on its way out: the connection will tell */
    if (has_manifest(m) && has_room(m) && write_conf(m, &m->fault) == 0)
        return start(m, lock);
    close(lock);
    m->not_before_ms = clock_mono_ms() + ROOM_MS;
    return false;
}

const char *managed_fault(const struct managed *m)
{
    return m->fault.text[0] ? m->fault.text : NULL;
}

void managed_stop(struct managed *m)
{
    char text[24];
    uint64_t pid;
    int fd = open(m->lock, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);

    m->stopping = true;
    if (n > 0 && slice_to_u64(slice_trim(slice_make(text, (size_t)n)), &pid) && pid > 1 &&
        flock(fd, LOCK_SH | LOCK_NB) != 0)
        kill((pid_t)pid, SIGTERM); /* it lives: Redis ends cleanly on SIGTERM, last fsync included */
    if (fd >= 0)
        close(fd);
}

bool managed_gone(struct managed *m)
{
    int lock;

    reap_child(m);
    lock = take_lock(m);
    if (lock < 0)
        return false;
    close(lock);
    return true;
}

void managed_free(struct managed *m, bool remove_socket)
{
    if (!m)
        return;
    if (remove_socket && managed_gone(m))
        unlink(m->address + strlen("unix:"));
    free(m);
}
