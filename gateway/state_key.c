/* state_key.c - see state_key.h. */
#include "gateway/state_key.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/rnd.h"
#include "gateway/base/whole_file.h"

/* Bytes read; -1: there is none. */
static ssize_t read_key(const char *path, unsigned char key[32])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n;

    if (fd < 0)
        return errno == ENOENT ? -1 : 0;
    n = read(fd, key, 32);
    close(fd);
    return n > 0 ? n : 0;
}

int state_key(const char *state_dir, unsigned char key[32], struct err *e)
{
    char path[512];
    ssize_t n;

    if (mkdir(state_dir, 0700) != 0 && errno != EEXIST)
        return err_set(e, "%s: cannot make the state folder: %s", state_dir, strerror(errno));
    snprintf(path, sizeof path, "%s/key", state_dir);
    n = read_key(path, key);
    if (n == 32)
        return 0;
    /* Not silently another one: the same person would have two pseudonyms in the log. */
    if (n >= 0)
        return err_set(
            e,
            "%s: the key of the log's pseudonyms has %zd bytes, 32 are wanted: put it back from a backup "
            "(`kentongan ctl restore`), or remove the file to have a new one",
            path, n);
    rnd_bytes(key, 32);
    if (whole_file_put(path, key, 32) != 0)
        return err_set(e, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

void signal_ignore_pipe(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    sigaction(SIGPIPE, &ignore, NULL);
}
