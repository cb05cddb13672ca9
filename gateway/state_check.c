/* state_check.c - see state_check.h. */
#include "gateway/state_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"

enum {
    DEPTH = 3, /* state/redis/appendonlydir/file */
};

static int check_one(const char *path, const struct stat *st, struct err *e)
{
    if (S_ISLNK(st->st_mode))
        return err_set(
            e, "%s is a link: none is followed in the state folder; put what it leads to in its place", path);
    if (st->st_uid != geteuid())
        return err_set(e, "%s belongs to another user: chown -R %u %s, or run as that user", path,
                       (unsigned)geteuid(), path);
    if (!S_ISSOCK(st->st_mode) && (st->st_mode & (S_IWGRP | S_IWOTH)))
        return err_set(e, "%s can be written by others: chmod go= %s", path, path);
    if (S_ISDIR(st->st_mode) && (st->st_mode & (S_IRWXG | S_IRWXO)))
        log_text(LOG_WARN, "state", "%s can be read by others: chmod 700 %s", path, path);
    return 0;
}

static int walk(const char *path, unsigned depth, struct err *e)
{
    DIR *d = opendir(path);
    struct dirent *entry;
    int rc = 0;

    if (!d)
        return err_set(e, "%s: %s", path, strerror(errno));
    while (rc == 0 && (entry = readdir(d))) {
        char below[1024];
        struct stat st;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue; /* a managed Redis may be at work: what went away meanwhile is no danger */
        rc = check_one(below, &st, e);
        if (rc == 0 && S_ISDIR(st.st_mode) && depth < DEPTH)
            rc = walk(below, depth + 1, e);
    }
    closedir(d);
    return rc;
}

int state_check(const char *state_dir, struct err *e)
{
    struct stat st;

    if (mkdir(state_dir, 0700) != 0 && errno != EEXIST)
        return err_set(e, "%s: cannot make the state folder: %s", state_dir, strerror(errno));
    /* The folder itself may lie elsewhere: the operator named it. */
    if (stat(state_dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(e, "%s is no folder: choose another state", state_dir);
    if (check_one(state_dir, &st, e) != 0)
        return -1;
    return walk(state_dir, 1, e);
}
