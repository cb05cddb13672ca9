/* hello.c - the least that an HTTP server can do: libevent's evhttp that says one line to everything.  The
 * bench measures us beside it, and Kannel asks it for its answers.  Prints its port.
 *
 *   hello TEXT */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/bench/bench.h"

static void on_request(struct evhttp_request *r, void *text)
{
    struct evbuffer *body = evhttp_request_get_output_buffer(r);

    evhttp_add_header(evhttp_request_get_output_headers(r), "Content-Type", "text/plain");
    evbuffer_add_reference(body, text, strlen(text), NULL, NULL);
    evhttp_send_reply(r, 200, "OK", NULL);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct evhttp *http = evhttp_new(base);
    struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    struct sockaddr_in at;
    socklen_t n = sizeof at;
    int on = 1;

    if (argc != 2 || !s)
        bench_die("hello TEXT");
    signal(SIGPIPE, SIG_IGN);
    setsockopt(evhttp_bound_socket_get_fd(s), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&at, &n);
    evhttp_set_gencb(http, on_request, argv[1]);
    printf("port %d\n", ntohs(at.sin_port));
    fflush(stdout);
    return event_base_dispatch(base) < 0;
}
