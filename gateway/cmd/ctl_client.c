/* ctl_client.c - see ctl_client.h. */
#include "gateway/cmd/ctl_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/conf/config.h"

enum {
    CONFIG_ARENA = 64 << 20,
    LINE_MAX_BYTES = 1024,
    PATIENCE_S = 15,
    PATIENCE_LONG_S = 3600, /* what reads or writes all of the state */
};

int ctl_client_path(const char *config, struct sockaddr_un *addr)
{
    struct arena arena;
    struct faults faults = { 0 };
    const struct config *c;
    int rc = -1;

    arena_init(&arena, CONFIG_ARENA);
    c = config_load(config, &arena, &faults);
    if (!c) {
        for (unsigned i = 0; i < faults.n; i++)
            fprintf(stderr, "%s\n", faults.lines[i]);
    } else if (snprintf(addr->sun_path, sizeof addr->sun_path, "%.*s/ctl.sock", SLICE_ARG(c->state)) <
               (int)sizeof addr->sun_path) {
        rc = 0;
    } else {
        fprintf(stderr, "kentongan: the path of `state` is too long for a socket\n");
    }
    faults_free(&faults);
    arena_free(&arena);
    return rc;
}

static int dial(const struct sockaddr_un *addr, int patience_s)
{
    struct timeval patience = { .tv_sec = patience_s };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)addr, sizeof *addr) != 0) {
        fprintf(stderr, "kentongan: %s: %s; is the gateway running on this configuration?\n", addr->sun_path,
                strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* Prints the answer.  0, or 1 for one that begins with "error:" or none at all. */
static int print_answer(int fd)
{
    char part[4096];
    ssize_t n;
    bool first = true, failed = true;

    while ((n = read(fd, part, sizeof part)) > 0) {
        if (first)
            failed = n >= 6 && memcmp(part, "error:", 6) == 0;
        first = false;
        fwrite(part, 1, (size_t)n, failed ? stderr : stdout);
    }
    if (first)
        fprintf(stderr, "kentongan: no answer\n");
    return failed;
}

int ctl_client_ask(const struct sockaddr_un *addr, struct slice line)
{
    struct buf b;
    bool slow = slice_starts(line, "backup") || slice_starts(line, "rebuild") ||
                slice_starts(line, "export") || slice_starts(line, "forget");
    int fd, rc = 1;

    buf_init(&b, LINE_MAX_BYTES);
    buf_add(&b, line);
    buf_char(&b, '\n');
    if (b.failed)
        fprintf(stderr, "kentongan: longer than %d bytes\n", LINE_MAX_BYTES - 1);
    else if ((fd = dial(addr, slow ? PATIENCE_LONG_S : PATIENCE_S)) >= 0) {
        if (write(fd, b.p, b.n) == (ssize_t)b.n)
            rc = print_answer(fd);
        close(fd);
    }
    buf_free(&b);
    return rc;
}
