/* test_http.c - the listener by itself: a client in another thread says bytes and hears what comes back. */
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
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/http/http.h"

enum {
    LARGE = 4 << 20, /* more than sockets take at once */
    HEARD = 4 * LARGE,
    BODY_MAX = 1 << 20,
};

struct world {
    struct loop *loop;
    struct loop_wake *wake;
    struct loop_timer *later;
    struct http *http;
    char *large;
    /* the client: says, hears as far as `until`, says the rest */
    const char *say, *until, *rest;
    size_t rest_n;
    bool half, leaves; /* ends its side when all is said; goes away when it heard so far */
    char *heard;
    size_t heard_n;
    /* the server */
    struct http_request *held;
    struct http_stream *stream;
    unsigned gone;
};

/* --- the client --- */

static void hear(struct world *w, int fd, const char *until)
{
    ssize_t n;

    while (!(until && strstr(w->heard, until)) && w->heard_n < HEARD - 1 &&
           (n = recv(fd, w->heard + w->heard_n, HEARD - 1 - w->heard_n, 0)) > 0) {
        w->heard_n += (size_t)n;
        w->heard[w->heard_n] = '\0';
    }
}

static void *client(void *arg)
{
    struct world *w = arg;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(w->http)) };
    struct timeval patience = { .tv_sec = 20 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    w->heard_n = 0;
    w->heard[0] = '\0';
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        (void)!send(fd, w->say, strlen(w->say), MSG_NOSIGNAL);
        if (w->until)
            hear(w, fd, w->until);
        if (w->rest)
            (void)!send(fd, w->rest, w->rest_n, MSG_NOSIGNAL);
        if (w->half)
            shutdown(fd, SHUT_WR);
        if (!w->leaves)
            hear(w, fd, NULL);
    }
    close(fd);
    if (!w->leaves)
        loop_wake(w->wake);
    return NULL;
}

static const char *talk(struct world *w, const char *say)
{
    pthread_t t;

    w->say = say;
    assert_int_equal(pthread_create(&t, NULL, client, w), 0);
    assert_int_equal(loop_run(w->loop), 0);
    pthread_join(t, NULL);
    return w->heard;
}

static const char *talk_on(struct world *w, const char *say, const char *until, const char *rest)
{
    w->until = until;
    w->rest = rest;
    w->rest_n = strlen(rest);
    return talk(w, say);
}

/* --- the server --- */

static void echo(struct world *w, struct http_request *req)
{
    http_reply(w->http, req, &(struct http_reply){ .status = 200, .body = req->body });
}

static void on_later(void *arg)
{
    struct world *w = arg;

    echo(w, w->held);
}

static void on_gone(void *arg)
{
    struct world *w = arg;

    w->gone++;
    loop_stop(w->loop);
}

static void on_wake(void *arg)
{
    loop_stop(((struct world *)arg)->loop);
}

static void on_request(void *arg, struct http_request *req)
{
    struct world *w = arg;

    if (slice_is(req->head.path, "/later")) {
        w->held = req;
        loop_timer_set(w->later, 100);
    } else if (slice_is(req->head.path, "/enough")) {
        w->held = req;
        http_enough(req);
        loop_timer_set(w->later, 100);
    } else if (slice_is(req->head.path, "/large")) {
        http_reply(w->http, req, &(struct http_reply){ .status = 200, .body = slice_make(w->large, LARGE) });
    } else if (slice_starts(req->head.path, "/stream")) {
        w->stream = http_stream_begin(w->http, req, "text/event-stream", NULL, on_gone, w);
        assert_non_null(w->stream);
        assert_true(http_stream_send(w->stream, S("satu\n"), 1000));
        assert_true(http_stream_send(w->stream, S("dua\n"), 1000));
        if (slice_is(req->head.path, "/stream/ends"))
            http_stream_end(w->stream);
    } else {
        echo(w, req);
    }
}

static int set_up(void **state)
{
    static const struct http_names names = { "t_cut", "t_odd", "t_open", "t_crowded", "t_unwelcome" };
    static const struct http_limits limits = { .names = &names,
                                               .methods = HTTP1_GET | HTTP1_HEAD | HTTP1_POST,
                                               .header_bytes = 4096,
                                               .body_bytes = BODY_MAX,
                                               .connections = 16,
                                               .coming_bytes = 8 << 20,
                                               .request_ms = 10000,
                                               .idle_ms = 30000 };
    struct world *w = calloc(1, sizeof *w);
    struct err e = { "" };

    w->heard = malloc(HEARD);
    w->large = malloc(LARGE);
    memset(w->large, 'x', LARGE);
    w->loop = loop_new(&e);
    w->wake = loop_wake_new(w->loop, on_wake, w);
    w->later = loop_timer_new(w->loop, "later", on_later, w);
    w->http = http_open(w->loop, S("127.0.0.1"), 0, &limits, on_request, w, &e);
    assert_non_null(w->http);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    http_close(w->http);
    loop_timer_free(w->later);
    loop_wake_free(w->wake);
    loop_free(w->loop);
    free(w->heard);
    free(w->large);
    free(w);
    return 0;
}

static unsigned count(const char *in, const char *what)
{
    unsigned n = 0;

    for (const char *p = in; (p = strstr(p, what)) != NULL; p++)
        n++;
    return n;
}

/* --- what is shown --- */

static void a_body_in_chunks_and_the_request_behind_it(void **state)
{
    const char *heard = talk(*state, "\r\nPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                                     "4;x=y\r\ndefg\r\n0\r\n\r\nPOST / HTTP/1.1\r\nConnection: close\r\n"
                                     "Content-Length: 2\r\n\r\nhi");

    assert_int_equal(count(heard, "HTTP/1.1 200 OK\r\n"), 2);
    assert_non_null(strstr(heard, "\r\nContent-Length: 7\r\n\r\nabcdefgHTTP/1.1 200"));
    assert_non_null(strstr(heard, "\r\nConnection: close\r\n"));
    assert_string_equal(heard + strlen(heard) - 4, "\r\nhi");
}

static void who_asks_whether_to_go_on_is_told_to(void **state)
{
    const char *heard = talk_on(*state,
                                "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
                                "Connection: close\r\n\r\n",
                                "HTTP/1.1 100 Continue\r\n\r\n", "hallo");

    assert_int_equal(count(heard, "HTTP/1.1 200 OK"), 1);
    assert_string_equal(heard + strlen(heard) - 5, "hallo");
}

static void an_old_client_is_kept_only_where_it_asks_for_it(void **state)
{
    const char *heard = talk(*state, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n"
                                     "GET / HTTP/1.0\r\n\r\n");

    assert_int_equal(count(heard, "HTTP/1.1 200 OK"), 2);
    assert_int_equal(count(heard, "Connection: keep-alive"), 1);
    assert_int_equal(count(heard, "Connection: close"), 1);
}

static void who_says_no_more_still_hears_all_answers(void **state)
{
    struct world *w = *state;

    w->half = true;
    assert_int_equal(count(talk(w, "POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\na"
                                   "POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\nb"),
                           "HTTP/1.1 200 OK"),
                     2);
    assert_int_equal(w->heard[w->heard_n - 1], 'b');
}

static void the_head_alone_says_how_long_the_rest_would_be(void **state)
{
    const char *heard = talk(*state, "HEAD /large HTTP/1.1\r\nConnection: close\r\n\r\n");

    assert_non_null(strstr(heard, "\r\nContent-Length: 4194304\r\n"));
    assert_string_equal(heard + strlen(heard) - 4, "\r\n\r\n");
}

/* The second is not even looked at before the first has left. */
static void large_answers_wait_for_who_reads_them(void **state)
{
    struct world *w = *state;
    unsigned heads;

    talk(w,
         "GET /large HTTP/1.1\r\n\r\nGET /large HTTP/1.1\r\n\r\nGET /large HTTP/1.1\r\nConnection: close\r\n"
         "\r\n");
    heads = count(w->heard, "HTTP/1.1 200 OK");
    assert_int_equal(heads, 3);
    assert_true(w->heard_n > (size_t)3 * LARGE && w->heard_n < (size_t)3 * LARGE + 1000);
}

/* It goes on sending: to close at once would be a reset, and the answer lost. */
static void what_nobody_needs_any_more_is_gone_before_the_answer(void **state)
{
    char say[9000];
    int head = snprintf(say, sizeof say, "POST /enough HTTP/1.1\r\nContent-Length: 8000\r\n\r\n");
    const char *heard;

    memset(say + head, 'x', 8000);
    say[head + 8000] = '\0';
    heard = talk_on(*state, say, "Content-Length: 0\r\n\r\n",
                    "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    assert_int_equal(count(heard, "HTTP/1.1 200 OK"), 2);
    assert_string_equal(heard + strlen(heard) - 4, "\r\nhi");
}

static void what_is_too_large_hears_so_while_it_still_comes(void **state)
{
    struct world *w = *state;

    w->rest = w->large;
    w->rest_n = LARGE;
    talk(w, "POST / HTTP/1.1\r\nContent-Length: 4194304\r\n\r\n");
    assert_memory_equal(w->heard, "HTTP/1.1 413 Payload Too Large\r\n", 32);
    talk(w, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n");
    assert_memory_equal(w->heard, "HTTP/1.1 413 Payload Too Large\r\n", 32);
}

static void a_head_that_is_too_long_hears_that_it_is(void **state)
{
    struct world *w = *state;

    w->rest = w->large;
    w->rest_n = LARGE;
    talk(w, "GET /pesan?cari=");
    assert_memory_equal(w->heard, "HTTP/1.1 431 Request Header Fields Too Large\r\n", 46);
    assert_non_null(strstr(w->heard, "{\"error\":\"headers_too_large\"}"));
}

static void an_answer_without_end_comes_part_by_part(void **state)
{
    const char *heard =
        talk(*state, "GET /stream/ends HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n"
                     "\r\n");

    assert_non_null(strstr(heard,
                           "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsatu\n\r\n4\r\ndua\n\r\n0\r\n\r\n"
                           "HTTP/1.1 200 OK\r\n"));
    heard = talk(*state, "GET /stream/ends HTTP/1.0\r\n\r\n");
    assert_null(strstr(heard, "chunked"));
    assert_string_equal(heard + strlen(heard) - 13, "\r\n\r\nsatu\ndua\n");
}

static void the_end_of_who_listens_is_told_once(void **state)
{
    struct world *w = *state;

    w->until = "dua";
    w->leaves = true;
    talk(w, "GET /stream HTTP/1.1\r\n\r\n");
    assert_int_equal(w->gone, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_body_in_chunks_and_the_request_behind_it),
        CASE(who_asks_whether_to_go_on_is_told_to),
        CASE(an_old_client_is_kept_only_where_it_asks_for_it),
        CASE(who_says_no_more_still_hears_all_answers),
        CASE(the_head_alone_says_how_long_the_rest_would_be),
        CASE(large_answers_wait_for_who_reads_them),
        CASE(what_nobody_needs_any_more_is_gone_before_the_answer),
        CASE(what_is_too_large_hears_so_while_it_still_comes),
        CASE(a_head_that_is_too_long_hears_that_it_is),
        CASE(an_answer_without_end_comes_part_by_part),
        CASE(the_end_of_who_listens_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
