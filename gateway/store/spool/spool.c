/* spool.c - messages kept on disk while Redis is away (SPEC 6).
 *
 * Files of frames under <state>/spool, named by number: length, checksum, then the inbound as text.  All
 * frames of a turn are written at its end and synced on a thread, for a disk may take seconds; only then is
 * anyone told.  What comes meanwhile is the next batch.  A file is deleted when
 * each of its messages was taken; a crash before that takes all of them again, which the duplicate keys make
 * harmless.  A torn frame at the end of a file was never acknowledged, and is cut off; a damaged one costs
 * itself alone, and its bytes are kept in <state>/spool/damaged for people. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/model/inbound_text.h"
#include "gateway/store/spool/inside.h"

enum {
    SPOOL_MAX = 64 * 1024 * 1024, /* all files together */
    FILE_MAX = 1024 * 1024,       /* then the next one */
    PROBE_MS = 5000,
    PROBE_BROKEN_MS = 1000,
    ROOM_BYTES = 64 * 1024,
};

/* --- writing --- */

/* Is there room?  Asked by a frame's worth of bytes that are thrown away, and only while it matters: Redis is
 * away, or the last write failed. */
static bool has_room(int folder)
{
    static const char nothing[ROOM_BYTES];
    int fd = openat(folder, "room", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, nothing, sizeof nothing) == (ssize_t)sizeof nothing && fdatasync(fd) == 0;

    if (fd >= 0)
        close(fd);
    unlinkat(folder, "room", 0);
    return ok;
}

static void enter_broken(struct spool *p, bool broken, int why)
{
    if (p->broken == broken)
        return;
    p->broken = broken;
    if (broken)
        log_text(LOG_ERROR, "spool", "messages cannot be kept in %s (%s): free space there", p->folder,
                 strerror(why));
    else
        log_text(LOG_INFO, "spool", "messages can be kept in %s again", p->folder);
}

static void run_probe(void *arg, unsigned thread)
{
    struct spool *p = arg;

    (void)thread;
    errno = 0;
    p->probe_ok = has_room(p->probe_fd);
    p->probe_errno = errno;
}

static void on_probed(void *arg)
{
    struct spool *p = arg;

    close(p->probe_fd);
    p->probe_fd = -1;
    enter_broken(p, !p->probe_ok, p->probe_errno);
}

static void on_probe(void *arg)
{
    struct spool *p = arg;

    loop_timer_set(p->probe, p->broken ? PROBE_BROKEN_MS : PROBE_MS);
    if (p->probe_fd >= 0 || (!p->broken && p->store->up))
        return;
    p->probe_fd = fcntl(p->folder_fd, F_DUPFD_CLOEXEC, 3);
    if (p->probe_fd >= 0 && !crew_ask(p->crew, run_probe, on_probed, p)) {
        close(p->probe_fd);
        p->probe_fd = -1;
    }
}

bool store_spool_takes(const struct store *s)
{
    return !s->spool->broken && s->spool->total < SPOOL_MAX - FRAME_MAX;
}

static void tell_all(struct spool *p, struct tellings *all, bool ok)
{
    struct tellings now = *all;

    *all = (struct tellings){ 0 };
    for (unsigned i = 0; i < now.n; i++) {
        const struct told *t = &now.list[i];

        p->store->figures.spooled += t->written && ok;
        p->kept += t->written && ok;
        t->f(t->arg, t->written && !ok ? SPOOL_FAILED : t->rc);
    }
    free(now.list);
    spool_plan(p, SPOOL_AGAIN_MS); /* spooled although Redis is up: it may take it now */
}

/* Off the end of the file again; p->size is what it was. */
static void take_back(struct spool *p, size_t bytes, int why)
{
    enter_broken(p, true, why);
    p->total -= bytes;
    if (p->fd >= 0 && ftruncate(p->fd, (off_t)p->size) != 0)
        log_text(LOG_WARN, "spool", "what was half written stays (%s)", strerror(errno));
    spool_seal(p);
}

static void run_sync(void *arg, unsigned thread)
{
    struct spool *p = arg;

    (void)thread;
    p->sync_ok = spool_sync(p);
    p->sync_errno = errno;
}

static void on_synced(void *arg)
{
    struct spool *p = arg;

    p->sync_folder = false;
    if (p->sync_ok) {
        p->size += p->sync_bytes;
        enter_broken(p, false, 0);
        if (p->size >= FILE_MAX)
            spool_seal(p);
    } else {
        take_back(p, p->sync_bytes, p->sync_errno);
    }
    tell_all(p, &p->syncing, p->sync_ok);
    loop_again(p->store->loop);
}

/* One sync at a time: what gathers meanwhile is the next. */
void spool_turn_end(void *arg)
{
    struct spool *p = ((struct store *)arg)->spool;
    bool written;

    if (!p->told.n || spool_is_syncing(p))
        return;
    if (!p->batch.n) {
        tell_all(p, &p->told, true);
        return;
    }
    written = spool_write(p);
    p->sync_bytes = p->batch.n;
    buf_clear(&p->batch);
    if (!written) {
        take_back(p, p->sync_bytes, errno);
        tell_all(p, &p->told, false);
        return;
    }
    p->syncing = p->told;
    p->told = (struct tellings){ 0 };
    if (!crew_ask(p->crew, run_sync, on_synced, p)) { /* no memory: the loop waits for the disk */
        run_sync(p, 0);
        on_synced(p);
    }
}

static enum spool_rc add_frame(struct spool *p, const struct inbound *in)
{
    struct buf text;
    enum spool_rc rc = SPOOL_FAILED;

    buf_init(&text, FRAME_MAX);
    inbound_encode(&text, in);
    if (text.failed) {
        rc = SPOOL_FAILED;
    } else if (p->total + FRAME_HEAD + text.n > SPOOL_MAX) {
        rc = SPOOL_FULL;
    } else {
        frame_add(&p->batch, buf_slice(&text));
        p->total += FRAME_HEAD + text.n;
        rc = SPOOL_OK;
    }
    buf_free(&text);
    return rc;
}

void store_spool(struct store *s, const struct inbound *in, void (*f)(void *arg, enum spool_rc), void *arg)
{
    struct spool *p = s->spool;
    struct told t = { .f = f, .arg = arg, .rc = SPOOL_OK };
    struct tellings *all = &p->told;

    if (!spool_is_out(p, in)) {
        t.rc = add_frame(p, in);
        t.written = t.rc == SPOOL_OK;
    }
    if (all->n == all->cap) {
        all->cap = all->cap ? all->cap * 2 : 64;
        all->list = realloc(all->list, all->cap * sizeof *all->list);
        if (!all->list)
            abort();
    }
    all->list[all->n++] = t;
    loop_again(s->loop);
}

uint64_t store_spool_kept(const struct store *s)
{
    return s->spool->kept;
}

/* --- life --- */

struct spool *spool_open(struct store *s, struct err *err)
{
    struct spool *p = calloc(1, sizeof *p);
    char path[4096];

    if (!p) {
        err_set(err, "spool: out of memory");
        return NULL;
    }
    p->store = s;
    p->fd = p->folder_fd = p->probe_fd = -1;
    p->files_end = &p->files;
    buf_init(&p->batch, SPOOL_MAX);
    p->again = loop_timer_new(s->loop, "store: spool", spool_hand_out, p);
    p->probe = loop_timer_new(s->loop, "store: spool's room", on_probe, p);
    loop_timer_set(p->probe, PROBE_MS);
    p->crew = crew_new(s->loop, 2, 8);
    if (!p->crew) {
        err_set(err, "spool: no thread can be started");
        spool_free(p);
        return NULL;
    }
    snprintf(path, sizeof path, "%s/spool", s->state_dir);
    p->folder = strdup(path);
    if (!p->folder || (mkdir(path, 0700) != 0 && errno != EEXIST) ||
        (p->folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        err_set(err, "spool: the folder %s cannot be used (%s)", path, strerror(errno));
        spool_free(p);
        return NULL;
    }
    if (spool_adopt(p, err) != 0) {
        spool_free(p);
        return NULL;
    }
    return p;
}

void spool_free(struct spool *p)
{
    if (!p)
        return;
    crew_free(p->crew, NULL);
    for (unsigned i = 0; i < p->syncing.n; i++)
        p->syncing.list[i].f(p->syncing.list[i].arg, SPOOL_FAILED);
    for (unsigned i = 0; i < p->told.n; i++)
        p->told.list[i].f(p->told.list[i].arg, SPOOL_FAILED);
    free(p->syncing.list);
    free(p->told.list);
    for (struct spool_file *f = p->files, *next; f; f = next) {
        next = f->next;
        spool_file_free(f);
    }
    if (p->fd >= 0)
        close(p->fd);
    if (p->folder_fd >= 0)
        close(p->folder_fd);
    if (p->probe_fd >= 0)
        close(p->probe_fd);
    loop_timer_free(p->again);
    loop_timer_free(p->probe);
    buf_free(&p->batch);
    free(p->folder);
    free(p);
}
