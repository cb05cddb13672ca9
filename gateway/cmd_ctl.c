/* cmd_ctl.c - `kentongan ctl`: says one line to the socket of a running gateway and prints the answer. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/cmd.h"
#include "gateway/conf/config.h"

enum {
    CONFIG_ARENA = 64 << 20,
    LINE_MAX_BYTES = 1024,
    PATIENCE_S = 15,
};

static void usage(FILE *to)
{
    fprintf(to, "Usage: kentongan ctl [-c FILE] REQUEST\n\n"
                "Asks the gateway that runs on this configuration (its socket is <state>/ctl.sock):\n"
                "  show status|queues|sessions|reasons|config\n"
                "  reload         read the configuration again; a bad file changes nothing\n"
                "  drain          finish what is under way and leave\n"
                "  help           all that it knows\n\n"
                "Example: kentongan ctl show queues\n");
}

/* <state>/ctl.sock of that configuration. */
static int socket_path(const char *config, struct sockaddr_un *addr)
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
        fprintf(stderr, "kentongan ctl: the path of `state` is too long for a socket\n");
    }
    faults_free(&faults);
    arena_free(&arena);
    return rc;
}

static int dial(const struct sockaddr_un *addr)
{
    struct timeval patience = { .tv_sec = PATIENCE_S };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)addr, sizeof *addr) != 0) {
        fprintf(stderr, "kentongan ctl: %s: %s; is the gateway running on this configuration?\n",
                addr->sun_path, strerror(errno));
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
        fprintf(stderr, "kentongan ctl: no answer\n");
    return failed;
}

int cmd_ctl(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *config = config_default_path();
    struct buf line;
    int c, fd, rc = 1;

    while ((c = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
        if (c != 'c') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        config = optarg;
    }
    if (optind == argc) {
        usage(stderr);
        return 2;
    }
    buf_init(&line, LINE_MAX_BYTES);
    for (int i = optind; i < argc; i++) {
        buf_str(&line, argv[i]);
        buf_char(&line, i + 1 < argc ? ' ' : '\n');
    }
    if (!line.failed && socket_path(config, &addr) == 0 && (fd = dial(&addr)) >= 0) {
        if (write(fd, line.p, line.n) == (ssize_t)line.n)
            rc = print_answer(fd);
        close(fd);
    }
    buf_free(&line);
    return rc;
}
