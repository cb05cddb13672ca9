/* http.c - the listener itself: who is let in, and what is swept out.  See http.h. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/http/http_private.h"

enum {
    SWEEP_MS = 500,
    FADING_MS = 1000,  /* for a peer to read our last words and go */
    ACCEPTED_MAX = 64, /* of one turn */
};

/* --- who comes --- */

/* The numeric address of a caller, without "::ffff:". */
static const char *address_of(const struct sockaddr *from, char text[INET6_ADDRSTRLEN])
{
    const char *p = NULL;

    if (from->sa_family == AF_INET)
        p = inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, text, INET6_ADDRSTRLEN);
    else if (from->sa_family == AF_INET6)
        p = inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)from)->sin6_addr, text, INET6_ADDRSTRLEN);
    if (!p)
        return "";
    return strncmp(p, "::ffff:", 7) == 0 ? p + 7 : p;
}

/* What a caller from a wrong address hears, if it listens at all. */
static void turn_away(struct http *h, int fd)
{
    static const char no[] = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"
                             "Content-Length: 23\r\nConnection: close\r\n\r\n{\"error\":\"bad_address\"}";

    h->unwelcome->value++;
    (void)!send(fd, no, sizeof no - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    close(fd);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int n, void *arg)
{
    struct http *h = arg;
    char text[INET6_ADDRSTRLEN];
    const char *peer = address_of(from, text);
    struct conn *c;

    (void)l;
    (void)n;
    if (h->limits.welcomes && !h->limits.welcomes(h->arg, slice_of(peer)))
        turn_away(h, fd);
    else if (!(c = conn_new(h, fd, peer, http_on_read)))
        close(fd);
    else if (!http_has_place(h, c))
        conn_close(c);
    /* The rest of a crowd in the next turn. */
    if (++h->accepted == ACCEPTED_MAX)
        http_pause(h, 0);
}

struct slice http_peer(struct http_request *req)
{
    return slice_of(conn_of(req)->peer_text);
}

/* --- who stays too long --- */

/* A request that takes too long to come; a peer that says nothing, or does not take what it asked for. */
static bool is_late(const struct http *h, const struct conn *c, int64_t now)
{
    if (c->fading)
        return now - c->since_ms > FADING_MS;
    if (c->stream)
        return false;
    return (!c->held || c->out.n) && now - c->moved_ms > h->limits.idle_ms;
}

static void on_sweep(void *arg)
{
    struct http *h = arg;
    int64_t now = clock_mono_ms();

    for (struct conn *c = h->all, *next; c; c = next) {
        bool slow = c->fd >= 0 && c->begun_ms && !c->held && now - c->begun_ms > h->limits.request_ms;

        next = c->next;
        if (slow)
            h->cut->value++;
        if (slow || (c->fd >= 0 && is_late(h, c, now)))
            conn_close(c);
    }
    h->accepted = 0;
    loop_timer_set(h->sweep, SWEEP_MS);
}

/* --- life --- */

static unsigned bound_port(int fd)
{
    struct sockaddr_storage at = { 0 };
    socklen_t n = sizeof at;
    uint64_t port = 0;
    char text[8] = "";

    if (getsockname(fd, (struct sockaddr *)&at, &n) != 0 ||
        getnameinfo((struct sockaddr *)&at, n, NULL, 0, text, sizeof text, NI_NUMERICSERV) != 0 ||
        !slice_to_u64(slice_of(text), &port))
        return 0;
    return (unsigned)port;
}

static int listen_on(struct http *h, struct slice host, unsigned port, struct err *e)
{
    const struct addrinfo how = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    struct addrinfo *found = NULL;
    char name[64], service[8];
    int one = 1;

    snprintf(name, sizeof name, "%.*s", SLICE_ARG(host));
    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(name[0] ? name : NULL, service, &how, &found) == 0)
        h->listener = evconnlistener_new_bind(loop_base(h->loop), on_accept, h, flags, -1, found->ai_addr,
                                              (int)found->ai_addrlen);
    if (found)
        freeaddrinfo(found);
    if (!h->listener)
        return err_set(e, "cannot listen on %s:%u; is another program there?", name, port);
    evconnlistener_set_error_cb(h->listener, http_on_accept_error);
    /* Linux hands it on to accepted sockets: an answer is one write, and waits for nothing. */
    setsockopt(evconnlistener_get_fd(h->listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    h->port = bound_port(evconnlistener_get_fd(h->listener));
    return 0;
}

static void name_figures(struct http *h)
{
    const struct http_names *names = h->limits.names;

    h->cut = stat_get(STAT_COUNTER, names->cut, "Requests cut for taking too long to arrive.", NULL, NULL);
    h->refused =
        stat_get(STAT_COUNTER, names->odd, "Requests refused for odd or doubled headers.", NULL, NULL);
    h->open = stat_get(STAT_GAUGE, names->open, "Connections now.", NULL, NULL);
    h->crowded = stat_get(STAT_COUNTER, names->crowded,
                          "Connections given up, or turned away, because there were too many.", NULL, NULL);
    h->unwelcome = stat_get(STAT_COUNTER, names->unwelcome,
                            "Connections from addresses from which nobody may call.", NULL, NULL);
}

struct http *http_open(struct loop *loop, struct slice host, unsigned port, const struct http_limits *limits,
                       void (*on_request)(void *, struct http_request *), void *arg, struct err *e)
{
    struct http *h = calloc(1, sizeof *h);

    if (!h) {
        err_set(e, "listener: out of memory");
        return NULL;
    }
    h->loop = loop;
    h->limits = *limits;
    http_cap(&h->limits);
    h->on_request = on_request;
    h->arg = arg;
    name_figures(h);
    h->sweep = loop_timer_new(loop, "http sweep", on_sweep, h);
    h->resume = loop_timer_new(loop, "http accept", http_resume, h);
    h->lighten = loop_timer_new(loop, "http bytes", http_lighten, h);
    if (listen_on(h, host, port, e) != 0) {
        http_close(h);
        return NULL;
    }
    loop_timer_set(h->sweep, SWEEP_MS);
    return h;
}

unsigned http_port(const struct http *h)
{
    return h->port;
}

void http_stop_listening(struct http *h)
{
    if (h->listener)
        evconnlistener_free(h->listener);
    h->listener = NULL;
}

void http_close(struct http *h)
{
    http_stop_listening(h);
    loop_timer_free(h->sweep);
    loop_timer_free(h->resume);
    loop_timer_free(h->lighten);
    while (h->all)
        conn_abandon(h->all);
    free(h);
}
