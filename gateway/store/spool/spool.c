/* spool.c - messages kept on disk while Redis is away (SPEC 6).
 *
 * Files of frames under <state>/spool, named by number: length, checksum, then the inbound as text.  All
 * frames of a turn are written and synced once at its end; only then is anyone told.  A file is deleted when
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
static bool has_room(const struct spool *p)
{
    static const char nothing[ROOM_BYTES];
    int fd = openat(p->folder_fd, "room", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, nothing, sizeof nothing) == (ssize_t)sizeof nothing && fdatasync(fd) == 0;

    if (fd >= 0)
        close(fd);
    unlinkat(p->folder_fd, "room", 0);
    return ok;
}

static void enter_broken(struct spool *p, bool broken)
{
    if (p->broken == broken)
        return;
    p->broken = broken;
    if (broken)
        log_text(LOG_ERROR, "spool", "messages cannot be kept in %s (%s): free space there", p->folder,
                 strerror(errno));
    else
        log_text(LOG_INFO, "spool", "messages can be kept in %s again", p->folder);
}

static void on_probe(void *arg)
{
    struct spool *p = arg;

    if (p->broken || !p->store->up)
        enter_broken(p, !has_room(p));
    loop_timer_set(p->probe, p->broken ? PROBE_BROKEN_MS : PROBE_MS);
}

bool store_spool_takes(const struct store *s)
{
    return !s->spool->broken && s->spool->total < SPOOL_MAX - FRAME_MAX;
}

void spool_turn_end(void *arg)
{
    struct spool *p = ((struct store *)arg)->spool;
    struct told *told = p->told;
    unsigned n = p->told_n;
    bool ok = true;

    if (!n)
        return;
    if (p->batch.n) {
        ok = spool_write(p);
        if (ok) {
            p->size += p->batch.n;
            enter_broken(p, false);
        } else {
            enter_broken(p, true);
            p->total -= p->batch.n;
            if (p->fd >= 0 && ftruncate(p->fd, (off_t)p->size) != 0)
                log_text(LOG_WARN, "spool", "what was half written stays (%s)", strerror(errno));
            spool_seal(p);
        }
        if (p->size >= FILE_MAX)
            spool_seal(p);
        buf_clear(&p->batch);
    }
    p->told = NULL;
    p->told_n = p->told_cap = 0;
    for (unsigned i = 0; i < n; i++) {
        enum spool_rc rc = told[i].written && !ok ? SPOOL_FAILED : told[i].rc;

        p->store->figures.spooled += told[i].written && ok;
        p->kept += told[i].written && ok;
        told[i].f(told[i].arg, rc);
    }
    free(told);
    spool_plan(p, SPOOL_AGAIN_MS); /* spooled although Redis is up: it may take it now */
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

    if (!spool_is_out(p, in)) {
        t.rc = add_frame(p, in);
        t.written = t.rc == SPOOL_OK;
    }
    if (p->told_n == p->told_cap) {
        p->told_cap = p->told_cap ? p->told_cap * 2 : 64;
        p->told = realloc(p->told, p->told_cap * sizeof *p->told);
        if (!p->told)
            abort();
    }
    p->told[p->told_n++] = t;
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
    p->fd = p->folder_fd = -1;
    p->files_end = &p->files;
    buf_init(&p->batch, SPOOL_MAX);
    p->again = loop_timer_new(s->loop, "store: spool", spool_hand_out, p);
    p->probe = loop_timer_new(s->loop, "store: spool's room", on_probe, p);
    loop_timer_set(p->probe, PROBE_MS);
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
    for (unsigned i = 0; i < p->told_n; i++)
        p->told[i].f(p->told[i].arg, SPOOL_FAILED);
    free(p->told);
    for (struct spool_file *f = p->files, *next; f; f = next) {
        next = f->next;
        spool_file_free(f);
    }
    if (p->fd >= 0)
        close(p->fd);
    if (p->folder_fd >= 0)
        close(p->folder_fd);
    loop_timer_free(p->again);
    loop_timer_free(p->probe);
    buf_free(&p->batch);
    free(p->folder);
    free(p);
}
