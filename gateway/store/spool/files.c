/* files.c - the spool's files: read, adopted at start, written, deleted.  See spool.c. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/store/spool/inside.h"

static void file_name(char *out, uint64_t number)
{
    snprintf(out, SPOOL_NAME_MAX, "%016llx.spool", (unsigned long long)number);
}

char *spool_file_read(struct spool *p, uint64_t number, size_t *size)
{
    char name[SPOOL_NAME_MAX], *bytes = NULL;
    struct stat st;
    int fd;

    file_name(name, number);
    fd = openat(p->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && (bytes = malloc((size_t)st.st_size + 1))) {
        size_t at = 0;
        ssize_t n;

        while (at < (size_t)st.st_size && (n = read(fd, bytes + at, (size_t)st.st_size - at)) > 0)
            at += (size_t)n;
        *size = at;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

void spool_file_free(struct spool_file *f)
{
    for (unsigned i = 0; i < f->entries_n; i++)
        free(f->entries[i].key);
    free(f->entries);
    free(f->bytes);
    free(f);
}

/* All of it was taken. */
void spool_file_remove(struct spool *p, struct spool_file *f)
{
    struct spool_file **at = &p->files;
    char name[SPOOL_NAME_MAX];

    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    if (!f->next)
        p->files_end = at;
    file_name(name, f->number);
    if (unlinkat(p->folder_fd, name, 0) != 0)
        log_text(LOG_WARN, "spool", "a file whose messages were all taken cannot be deleted (%s)",
                 strerror(errno));
    p->total -= f->size;
    spool_file_free(f);
}

static void files_add(struct spool *p, uint64_t number, size_t size)
{
    struct spool_file *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    f->number = number;
    f->size = size;
    *p->files_end = f;
    p->files_end = &f->next;
}

/* At start: cuts a torn tail; an empty file goes. */
static void adopt(struct spool *p, uint64_t number)
{
    char name[SPOOL_NAME_MAX];
    size_t size = 0, whole;
    char *bytes = spool_file_read(p, number, &size);
    struct slice rest = slice_make(bytes, size), text, lost;
    int fd;

    if (!bytes)
        return;
    while (frame_take(&rest, &text, &lost))
        p->kept++;
    /* Damaged, not torn: people may read something in it. */
    whole = lost.n && frame_at(lost, &text) == FRAME_DAMAGED ? size : size - lost.n;
    file_name(name, number);
    if (whole < size) {
        log_text(LOG_WARN, "spool", "%zu bytes behind the last whole message of %s are cut off", size - whole,
                 name);
        fd = openat(p->folder_fd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t)whole) != 0 || fdatasync(fd) != 0)
            log_text(LOG_WARN, "spool", "%s cannot be cut (%s)", name, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    free(bytes);
    if (whole) {
        files_add(p, number, whole);
        p->total += whole;
    } else {
        unlinkat(p->folder_fd, name, 0);
    }
}

static int number_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

int spool_adopt(struct spool *p, struct err *err)
{
    DIR *d = opendir(p->folder);
    uint64_t *numbers = NULL;
    size_t n = 0, cap = 0;
    const struct dirent *e;

    if (!d)
        return err_set(err, "spool: %s cannot be read (%s)", p->folder, strerror(errno));
    while ((e = readdir(d))) {
        char *end;
        unsigned long long number = strtoull(e->d_name, &end, 16);

        if (end != e->d_name + 16 || strcmp(end, ".spool") != 0)
            continue;
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            numbers = realloc(numbers, cap * sizeof *numbers);
            if (!numbers)
                abort();
        }
        numbers[n++] = number;
    }
    closedir(d);
    if (n)
        qsort(numbers, n, sizeof *numbers, number_order);
    for (size_t i = 0; i < n; i++) {
        adopt(p, numbers[i]);
        p->number = numbers[i];
    }
    free(numbers);
    return 0;
}

void spool_seal(struct spool *p)
{
    if (p->fd < 0)
        return;
    close(p->fd);
    p->fd = -1;
    if (p->size)
        files_add(p, p->number, p->size);
    p->size = 0;
}

static bool open_next(struct spool *p)
{
    char name[SPOOL_NAME_MAX];

    p->size = 0;
    file_name(name, ++p->number);
    p->fd = openat(p->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    p->sync_folder = p->fd >= 0; /* or the file may be gone after a power cut */
    return p->fd >= 0;
}

static void leave_file(struct spool *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    p->size = 0;
}

static bool is_at(const char *path, int fd)
{
    struct stat named, open;

    return stat(path, &named) == 0 && fstat(fd, &open) == 0 && named.st_ino == open.st_ino &&
           named.st_dev == open.st_dev;
}

/* Somebody took the folder or the file away: what is written to a file without a name is lost to all. Another
 * one is begun. */
static void look_after(struct spool *p)
{
    struct stat st;
    int fd;

    if (!is_at(p->folder, p->folder_fd)) {
        log_event(LOG_ERROR, "spool_gone", "what", "the folder was moved or removed: made anew", NULL);
        (void)!mkdir(p->folder, 0700);
        fd = open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
            return; /* the next write says so */
        close(p->folder_fd);
        p->folder_fd = fd;
        leave_file(p);
    } else if (p->fd >= 0 && fstat(p->fd, &st) == 0 && st.st_nlink == 0) {
        log_event(LOG_ERROR, "spool_gone", "what", "a file was removed", NULL);
        leave_file(p);
    }
}

bool spool_write(struct spool *p)
{
    size_t at = 0;

    look_after(p);
    if (p->fd < 0 && !open_next(p))
        return false;
    while (at < p->batch.n) {
        ssize_t n = write(p->fd, p->batch.p + at, p->batch.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

bool spool_sync(const struct spool *p)
{
    return (!p->sync_folder || fsync(p->folder_fd) == 0) && fdatasync(p->fd) == 0;
}
