/* power.c - LD_PRELOAD: what a power cut would leave.  Each time a file is synced, its inode and how long it
 * is then are added to $POWER_JOURNAL; of a folder, the inodes that stand in it.  A test that has killed
 * everybody cuts the files back to that (tests/system/power.test.mjs).  Inherited by the managed
 * redis-server. */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(const char *line)
{
    const char *path = getenv("POWER_JOURNAL");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (fd < 0)
        return;
    if (write(fd, line, strlen(line)) < 0)
        abort();
    close(fd);
}

static void note_folder(int fd)
{
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *e;
    char line[64];

    while (d && (e = readdir(d))) {
        snprintf(line, sizeof line, "named %llu\n", (unsigned long long)e->d_ino);
        note(line);
    }
    if (d)
        closedir(d);
}

/* As it stood before the sync; told after it. */
static int synced(int fd, int (*real)(int))
{
    struct stat st;
    int known = fstat(fd, &st), rc = real(fd);
    char line[96];

    if (known != 0 || rc != 0)
        return rc;
    if (S_ISDIR(st.st_mode)) {
        note_folder(fd);
    } else if (S_ISREG(st.st_mode)) {
        snprintf(line, sizeof line, "synced %llu %lld\n", (unsigned long long)st.st_ino,
                 (long long)st.st_size);
        note(line);
    }
    return rc;
}

int fsync(int fd)
{
    return synced(fd, (int (*)(int))dlsym(RTLD_NEXT, "fsync"));
}

int fdatasync(int fd)
{
    return synced(fd, (int (*)(int))dlsym(RTLD_NEXT, "fdatasync"));
}
