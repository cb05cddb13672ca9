/* smpp_parts.c - see smpp_parts.h.
 *
 * Two files take turns: the one being written, and an older one that goes when all its parts are old.
 * A frame: length of the rest (4), checksum (4), time (8), length of the name (1), name, PDU. */
#include "gateway/ingress/smpp_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/log.h"

enum {
    FRAME_HEAD = 8,
    FRAME_MAX = 32768,
    FILE_TURN = 1 << 20, /* then the other file */
    FILE_MAX = 16 << 20,
};

struct smpp_parts_log {
    char path[2][512]; /* the one being written, the older one */
    int fd;
    size_t size;
    bool older;          /* it exists */
    int64_t older_until; /* its youngest part */
    int64_t youngest;
    struct buf batch;
    size_t written;    /* by the round under way */
    bool under_way;    /* a round is: the file stays as it is */
    bool folder_due;   /* a new file is there after a power cut only when its folder is synced too */
    bool failed, lost; /* the file is not what it should be; a round was in vain */
    int why;           /* errno of the sync, from its thread */
};

static void put_number(char *p, uint64_t v, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++)
        p[i] = (char)(v >> (8 * i));
}

static uint64_t get_number(const char *p, unsigned octets)
{
    uint64_t v = 0;

    for (unsigned i = octets; i-- > 0;)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

typedef void found(void *arg, struct slice provider, int64_t at_ms, struct slice pdu);

/* One frame off the front; false at the end, or where it is torn. */
static bool take(struct slice *rest, found *f, void *arg)
{
    struct slice frame;
    uint64_t n, name;

    if (rest->n < FRAME_HEAD)
        return false;
    n = get_number(rest->p, 4);
    if (n < 9 || n > FRAME_MAX || n > rest->n - FRAME_HEAD)
        return false;
    frame = slice_take(slice_skip(*rest, FRAME_HEAD), n);
    name = (unsigned char)frame.p[8];
    if ((slice_hash(frame) & 0xFFFFFFFF) != get_number(rest->p + 4, 4) || name > n - 9)
        return false;
    f(arg, slice_take(slice_skip(frame, 9), name), (int64_t)get_number(frame.p, 8),
      slice_skip(frame, 9 + name));
    *rest = slice_skip(*rest, FRAME_HEAD + n);
    return true;
}

static bool replay(const char *path, found *f, void *arg, size_t *whole)
{
    FILE *file = fopen(path, "r");
    char *bytes = file ? malloc(FILE_MAX) : NULL;
    struct slice rest;
    size_t n = 0;

    *whole = 0;
    if (bytes) {
        n = fread(bytes, 1, FILE_MAX, file);
        rest = slice_make(bytes, n);
        while (take(&rest, f, arg))
            ;
        *whole = n - rest.n;
    }
    free(bytes);
    if (file)
        fclose(file);
    return file != NULL || errno == ENOENT;
}

static void sync_folder(const struct smpp_parts_log *l)
{
    char folder[512];
    int fd;

    snprintf(folder, sizeof folder, "%s", l->path[0]);
    *strrchr(folder, '/') = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
}

struct smpp_parts_log *smpp_parts_open(const char *state_dir, found *f, void *arg, struct err *e)
{
    struct smpp_parts_log *l = calloc(1, sizeof *l);
    char folder[480];
    size_t whole;

    if (!l || snprintf(folder, sizeof folder, "%s/parts", state_dir) >= (int)sizeof folder) {
        free(l);
        err_set(e, "%s: path too long for the parts of long SMS; choose a shorter state", state_dir);
        return NULL;
    }
    l->fd = -1;
    buf_init(&l->batch, FILE_MAX);
    snprintf(l->path[0], sizeof l->path[0], "%s/now", folder);
    snprintf(l->path[1], sizeof l->path[1], "%s/older", folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        goto bad;
    l->older = access(l->path[1], F_OK) == 0;
    l->older_until = INT64_MAX - 1;
    if (!replay(l->path[1], f, arg, &whole) || !replay(l->path[0], f, arg, &l->size))
        goto bad;
    l->fd = open(l->path[0], O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (l->fd < 0 || ftruncate(l->fd, (off_t)l->size) != 0 || lseek(l->fd, 0, SEEK_END) < 0)
        goto bad;
    sync_folder(l);
    return l;
bad:
    err_set(e, "%s: %s; the parts of long SMS are kept there, see to its rights", folder, strerror(errno));
    smpp_parts_close(l);
    return NULL;
}

void smpp_parts_close(struct smpp_parts_log *l)
{
    if (l->fd >= 0)
        close(l->fd);
    buf_free(&l->batch);
    free(l);
}

void smpp_parts_add(struct smpp_parts_log *l, struct slice provider, int64_t at_ms, struct slice pdu)
{
    char head[FRAME_HEAD + 9];
    size_t start = l->batch.n;

    put_number(head + FRAME_HEAD, (uint64_t)at_ms, 8);
    head[FRAME_HEAD + 8] = (char)provider.n;
    buf_add(&l->batch, slice_make(head, sizeof head));
    buf_add(&l->batch, provider);
    buf_add(&l->batch, pdu);
    if (!l->batch.failed) {
        struct slice frame = slice_skip(buf_slice(&l->batch), start + FRAME_HEAD);

        put_number(l->batch.p + start, frame.n, 4);
        put_number(l->batch.p + start + 4, slice_hash(frame) & 0xFFFFFFFF, 4);
    }
    if (at_ms > l->youngest)
        l->youngest = at_ms;
}

bool smpp_parts_write(struct smpp_parts_log *l)
{
    size_t done = 0;
    bool good = !l->batch.failed && l->size + l->batch.n <= FILE_MAX;

    l->under_way = true;
    l->why = good ? 0 : ENOSPC;
    while (good && done < l->batch.n) {
        ssize_t n = write(l->fd, l->batch.p + done, l->batch.n - done);

        good = n > 0 || (n < 0 && errno == EINTR);
        done += n > 0 ? (size_t)n : 0;
        l->why = good ? 0 : errno;
    }
    l->written = l->batch.n;
    buf_clear(&l->batch);
    return good && !l->failed;
}

bool smpp_parts_sync(struct smpp_parts_log *l)
{
    if (l->folder_due)
        sync_folder(l);
    if (fdatasync(l->fd) == 0)
        return true;
    l->why = errno;
    return false;
}

void smpp_parts_synced(struct smpp_parts_log *l, bool good)
{
    l->under_way = false;
    l->folder_due = l->folder_due && !good;
    if (good) {
        l->size += l->written;
        return;
    }
    l->lost = true;
    if (ftruncate(l->fd, (off_t)l->size) != 0 || lseek(l->fd, (off_t)l->size, SEEK_SET) < 0)
        l->failed = true;
    log_text(LOG_ERROR, "parts", "the parts of long SMS cannot be kept: %s; SMSCs are asked to come again",
             strerror(l->why));
}

bool smpp_parts_doubtful(const struct smpp_parts_log *l)
{
    return l->lost;
}

void smpp_parts_trim(struct smpp_parts_log *l, int64_t oldest_ms)
{
    if (l->under_way)
        return;
    if (l->older && oldest_ms > l->older_until) {
        unlink(l->path[1]);
        l->older = false;
    }
    if (oldest_ms > l->youngest && l->size && ftruncate(l->fd, 0) == 0) {
        lseek(l->fd, 0, SEEK_SET);
        l->size = 0;
        l->failed = l->lost = false;
    }
    if (l->size > FILE_TURN && !l->older && rename(l->path[0], l->path[1]) == 0) {
        int fd = open(l->path[0], O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        l->older = true;
        l->older_until = l->youngest;
        if (fd < 0) {
            l->failed = true;
            return;
        }
        close(l->fd);
        l->fd = fd;
        l->size = 0;
        l->folder_due = true;
    }
}
