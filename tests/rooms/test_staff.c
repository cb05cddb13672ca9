/* test_staff.c - the staff listener and the operator's socket, asked by a real client from another thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/console/ctl.h"
#include "gateway/console/staff.h"

struct world {
    struct loop *loop;
    struct loop_wake *wake;
    char folder[64], path[96];
    enum staff_health health;
    unsigned reloads;
    /* one exchange */
    int fd;
    const char *say;
    char heard[65536];
};

/* --- the client's side --- */

static void *exchange(void *arg)
{
    struct world *w = arg;
    size_t n = 0;
    ssize_t got;

    assert_int_equal(write(w->fd, w->say, strlen(w->say)), (ssize_t)strlen(w->say));
    while (n < sizeof w->heard - 1 && (got = read(w->fd, w->heard + n, sizeof w->heard - 1 - n)) > 0)
        n += (size_t)got;
    w->heard[n] = '\0';
    close(w->fd);
    loop_wake(w->wake);
    return NULL;
}

static void on_wake(void *arg)
{
    struct world *w = arg;

    loop_stop(w->loop);
}

/* Says it on the socket and runs the loop until the other side has closed. */
static const char *talk(struct world *w, int fd, const char *say)
{
    pthread_t client;
    struct timeval patience = { .tv_sec = 10 };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    w->fd = fd;
    w->say = say;
    assert_int_equal(pthread_create(&client, NULL, exchange, w), 0);
    assert_int_equal(loop_run(w->loop), 0);
    pthread_join(client, NULL);
    return w->heard;
}

static const char *http(struct world *w, const struct staff *s, const char *request)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)staff_port(s)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return talk(w, fd, request);
}

static const char *ctl_say(struct world *w, const char *line)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(to.sun_path, sizeof to.sun_path, "%s", w->path);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return talk(w, fd, line);
}

/* --- the gateway's side --- */

static enum staff_health health(void *arg, struct buf *why)
{
    (void)why;
    return ((struct world *)arg)->health;
}

static void desk(void *arg, const char *name, struct slice words, ctl_done *done, void *ctx)
{
    struct world *w = arg;

    assert_string_equal(name, "reload");
    assert_int_equal(words.n, 0);
    done(ctx, w->reloads++ ? S("error: nothing was changed\n") : S("reloaded\n"));
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err e = { "" };

    snprintf(w->folder, sizeof w->folder, "/tmp/kentongan-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/ctl.sock", w->folder);
    w->loop = loop_new(&e);
    assert_non_null(w->loop);
    w->wake = loop_wake_new(w->loop, on_wake, w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    loop_wake_free(w->wake);
    loop_free(w->loop);
    assert_int_equal(rmdir(w->folder), 0); /* nothing was left behind */
    free(w);
    return 0;
}

static const struct address anywhere = { .host = SLICE("127.0.0.1"), .port = 0 };

static struct staff *open_staff(struct world *w)
{
    struct staff_ops ops = { .health = health, .arg = w };
    struct err e = { "" };
    struct staff *s = staff_open(w->loop, &anywhere, &ops, &e);

    assert_string_equal(e.text, "");
    assert_non_null(s);
    return s;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void readiness_follows_the_health_of_the_gateway(void **state)
{
    static const struct {
        enum staff_health health;
        const char *line, *body;
    } cases[] = {
        { STAFF_OK, "HTTP/1.1 200 ", "{\"status\":\"ok\"}" },
        { STAFF_DEGRADED, "HTTP/1.1 200 ", "{\"status\":\"degraded\"}" },
        { STAFF_UNREADY, "HTTP/1.1 503 ", "{\"status\":\"unready\"}" },
    };
    struct world *w = *state;
    struct staff *s = open_staff(w);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w->health = cases[i].health;
        assert_memory_equal(http(w, s, GET("/readyz")), cases[i].line, strlen(cases[i].line));
        assert_non_null(strstr(w->heard, cases[i].body));
        assert_memory_equal(http(w, s, GET("/livez")), "HTTP/1.1 200 ", 13);
    }
    staff_close(s);
}

static void odd_doubled_and_half_requests_get_nothing(void **state)
{
    static const char *const odd[] = {
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\nConnection: "
        "close\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\nConnection: close\r\n\r\n",
    };
    struct world *w = *state;
    struct staff *s = open_staff(w);

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_memory_equal(http(w, s, odd[i]), "HTTP/1.1 400 ", 13);
    /* Whoever does not come to an end is cut, though the client has patience. */
    assert_string_equal(http(w, s, "GET / HTTP/1.1\r\nHost: "), "");
    assert_memory_equal(http(w, s, GET("/livez")), "HTTP/1.1 200 ", 13);
    assert_memory_equal(http(w, s, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), "HTTP/1.1 501 ",
                        13);
    staff_close(s);
}

static void metrics_and_version_are_there_and_nothing_else(void **state)
{
    struct world *w = *state;
    struct staff *s = open_staff(w);

    assert_non_null(strstr(http(w, s, GET("/metrics")), "\n# TYPE kentongan_up_seconds gauge\n"));
    assert_non_null(strstr(http(w, s, GET("/version")), "\"version\":\""));
    assert_memory_equal(http(w, s, GET("/")), "HTTP/1.1 404 ", 13);
    assert_non_null(strstr(w->heard, "Content-Security-Policy: default-src 'none'"));
    assert_memory_equal(http(w, s, GET("/metrics/../etc/passwd")), "HTTP/1.1 404 ", 13);
    assert_memory_equal(
        http(w, s, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        "HTTP/1.1 501 ", 13);
    assert_memory_equal(http(w, s, "rubbish\r\n\r\n"), "HTTP/1.1 400 ", 13);
    staff_close(s);
}

static void an_address_that_is_taken_is_named(void **state)
{
    struct world *w = *state;
    struct staff *s = open_staff(w);
    struct staff_ops ops = { .health = health, .arg = w };
    struct address same = { .host = S("127.0.0.1"), .port = staff_port(s) };
    struct err e = { "" };

    assert_null(staff_open(w->loop, &same, &ops, &e));
    assert_non_null(strstr(e.text, "cannot listen on 127.0.0.1:"));
    staff_close(s);
}

static struct ctl *open_ctl(struct world *w)
{
    struct ctl_ops ops = { .desk = desk, .health = health, .arg = w };
    struct err e = { "" };
    struct ctl *c = ctl_open(w->loop, w->path, &ops, &e);

    assert_string_equal(e.text, "");
    assert_non_null(c);
    return c;
}

static void the_socket_answers_each_request_and_closes(void **state)
{
    struct world *w = *state;
    struct ctl *c = open_ctl(w);

    w->health = STAFF_DEGRADED;
    assert_non_null(strstr(ctl_say(w, "show status\n"), "health                 degraded\n"));
    assert_non_null(strstr(ctl_say(w, "show reasons\r\n"), "unknown_keyword "));
    assert_non_null(strstr(ctl_say(w, "help\n"), "show queues"));
    assert_memory_equal(ctl_say(w, "make coffee\n"), "error: no such request", 22);
    assert_non_null(strstr(w->heard, "show queues"));
    assert_string_equal(ctl_say(w, "reload\n"), "reloaded\n");
    assert_string_equal(ctl_say(w, "reload\n"), "error: nothing was changed\n");
    assert_string_equal(ctl_say(w, "drain\n"), "error: not available\n");
    ctl_close(c);
}

static void a_line_without_end_is_cut_off(void **state)
{
    struct world *w = *state;
    struct ctl *c = open_ctl(w);
    char line[4096];

    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_string_equal(ctl_say(w, line), "");
    ctl_close(c);
}

static void only_the_owner_may_use_the_socket(void **state)
{
    struct world *w = *state;
    struct ctl *c = open_ctl(w);
    struct stat about;

    assert_int_equal(stat(w->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    ctl_close(c);
}

static void a_living_socket_is_refused_and_a_dead_one_replaced(void **state)
{
    struct world *w = *state;
    struct ctl *c = open_ctl(w);
    struct ctl_ops ops = { .arg = w };
    struct err e = { "" };
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd;

    assert_null(ctl_open(w->loop, w->path, &ops, &e));
    assert_non_null(strstr(e.text, "another gateway"));
    assert_non_null(strstr(ctl_say(w, "help\n"), "show status"));
    ctl_close(c);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", w->path);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    c = open_ctl(w);
    assert_non_null(strstr(ctl_say(w, "help\n"), "show status"));
    ctl_close(c);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(readiness_follows_the_health_of_the_gateway),
        CASE(odd_doubled_and_half_requests_get_nothing),
        CASE(metrics_and_version_are_there_and_nothing_else),
        CASE(an_address_that_is_taken_is_named),
        CASE(the_socket_answers_each_request_and_closes),
        CASE(a_line_without_end_is_cut_off),
        CASE(only_the_owner_may_use_the_socket),
        CASE(a_living_socket_is_refused_and_a_dead_one_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
