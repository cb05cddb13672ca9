/* torn.c - LD_PRELOAD: a kill in the middle of a write of Redis to its append-only file.  While $TORN_FLAG is
 * a file, the next such write is cut at any of its bytes, and the process kills itself. */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool is_append_only(int fd)
{
    char link[32], path[PATH_MAX];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    return strstr(path, ".incr.aof") != NULL;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    ssize_t (*real)(int, const void *, size_t) =
        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    const char *flag = getenv("TORN_FLAG");
    size_t cut = 0;

    if (n < 2 || !flag || access(flag, F_OK) != 0 || !is_append_only(fd))
        return real(fd, bytes, n);
    if (getrandom(&cut, sizeof cut, 0) < 0)
        abort();
    (void)!real(fd, bytes, 1 + cut % (n - 1));
    return raise(SIGKILL);
}
