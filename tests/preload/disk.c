/* disk.c - LD_PRELOAD: a disk that is full while the file $DISK_FULL_FLAG exists; one that is broken (EIO,
 * also from every sync) while EIO stands in that file; one whose every sync takes 1.5 s while SLOW does.
 * Inherited by the managed redis-server.  Only files are on it; sockets, pipes and the terminal are not. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    SLOW = 4 /* bytes in the flag */
};

static int full(int fd)
{
    const char *flag = getenv("DISK_FULL_FLAG");
    struct stat st, said;

    if (!flag || stat(flag, &said) != 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    errno = said.st_size ? EIO : ENOSPC;
    return said.st_size != SLOW;
}

/* Before a sync. */
static void drag(int fd)
{
    const char *flag = getenv("DISK_FULL_FLAG");
    struct stat st, said;

    if (flag && stat(flag, &said) == 0 && said.st_size == SLOW && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        usleep(1500000);
}

/* A full disk syncs what it has; a broken one does not. */
static int broken(int fd)
{
    return full(fd) && errno == EIO;
}

typedef ssize_t write_f(int, const void *, size_t);
typedef ssize_t writev_f(int, const struct iovec *, int);
typedef ssize_t pwrite_f(int, const void *, size_t, off_t);
typedef int fallocate_f(int, off_t, off_t);

ssize_t write(int fd, const void *p, size_t n)
{
    static write_f *real;

    if (!real)
        real = (write_f *)dlsym(RTLD_NEXT, "write");
    return full(fd) ? -1 : real(fd, p, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return full(fd) ? -1 : ((writev_f *)dlsym(RTLD_NEXT, "writev"))(fd, v, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return full(fd) ? -1 : ((pwrite_f *)dlsym(RTLD_NEXT, "pwrite"))(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    return full(fd) ? -1 : ((pwrite_f *)dlsym(RTLD_NEXT, "pwrite64"))(fd, p, n, at);
}

int posix_fallocate(int fd, off_t at, off_t n)
{
    return full(fd) ? ENOSPC : ((fallocate_f *)dlsym(RTLD_NEXT, "posix_fallocate"))(fd, at, n);
}

int posix_fallocate64(int fd, off_t at, off_t n)
{
    return posix_fallocate(fd, at, n);
}

typedef int sync_f(int);

int fsync(int fd)
{
    drag(fd);
    return broken(fd) ? -1 : ((sync_f *)dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd)
{
    drag(fd);
    return broken(fd) ? -1 : ((sync_f *)dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
