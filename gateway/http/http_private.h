/* http_private.h - inside http*.c only: connections, their bytes, and who makes room for whom. */
#ifndef KENTONGAN_HTTP_HTTP_PRIVATE_H
#define KENTONGAN_HTTP_HTTP_PRIVATE_H

#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>

#include "gateway/base/buf.h"
#include "gateway/base/stat.h"
#include "gateway/http/http.h"

enum {
    READ_CHUNK = 16384, /* bytes of one look at a connection */
};

struct conn {
    struct http_request req; /* first: the one is found by the other */
    struct http *http;
    struct conn *next, **at;      /* of all */
    int fd;                       /* -1: it ended, and its request is not answered yet */
    struct event *in_ev, *out_ev; /* out_ev: made when the peer was slow for the first time */
    char peer_text[INET6_ADDRSTRLEN];
    uint64_t peer; /* hash of it */
    struct buf in, out;
    size_t seen;            /* of `in`: as far as the end of a head was looked for */
    size_t head_n, whole_n; /* bytes of the head, of the request; 0: not whole yet */
    const char *head_at;    /* where the bytes stood when the head was read */
    struct http1_chunks chunks;
    size_t out_at;              /* of `out`: what left already */
    int64_t begun_ms;           /* when the first byte of the request under way came; 0 = none under way */
    int64_t since_ms;           /* when it came, or was answered last */
    int64_t moved_ms;           /* when any byte came or went */
    size_t bytes;               /* of the request that is coming */
    bool held;                  /* a whole request waits for its answer */
    bool spent;                 /* its bytes are gone already (http_enough) */
    bool heavy;                 /* what it asks is so long that it is read last */
    bool known;                 /* it asked something already, and was answered */
    bool again;                 /* more of `in` is to be looked at, without reading */
    bool deaf;                  /* not read from: what comes waits in the kernel */
    bool left;                  /* the peer says nothing more */
    bool ends, lingers;         /* with what stands in `out`; and what comes meanwhile is thrown away */
    bool fading;                /* all is said; thrown away until the peer ends it too */
    struct http_stream *stream; /* it is being answered without end */
    struct line *line;          /* once somebody asked for it */
};

struct http_stream {
    struct conn *conn;
    void (*gone)(void *);
    void *arg;
};

struct http {
    struct loop *loop;
    struct evconnlistener *listener; /* NULL: stopped */
    unsigned port;
    struct http_limits limits;
    void (*on_request)(void *, struct http_request *);
    void *arg;
    struct loop_timer *sweep;
    struct conn *all;
    unsigned conns;
    int64_t date_s;    /* of date; 0: none yet */
    char date[48];     /* as a header says it */
    size_t coming;     /* bytes of requests that are not whole yet */
    unsigned accepted; /* in this turn */
    bool paused;
    struct loop_timer *resume, *lighten;
    struct stat *cut, *refused, *open, *crowded, *unwelcome;
    char chunk[READ_CHUNK];
};

/* --- http_conn.c: a connection's life, and what it says --- */
struct conn *conn_new(struct http *, int fd, const char *peer, event_callback_fn on_read);
static inline struct conn *conn_of(struct http_request *req)
{
    return (struct conn *)req;
}
/* It ends now.  Its memory stays until the end of the turn, or until its request is answered. */
void conn_close(struct conn *);
/* The listener goes: with a request that nobody will answer any more. */
void conn_abandon(struct conn *);
/* What was added to `out` leaves; the connection may be over then. */
void conn_send(struct conn *);
/* Its request is over; whoever answers has added all to `out`. */
void conn_answered(struct conn *);
/* Nothing more is read from it until it has answered. */
void conn_deafen(struct conn *);
void conn_hear(struct conn *);

/* --- http_read.c --- */
/* libevent's callback of a connection. */
void http_on_read(evutil_socket_t, short what, void *conn);

/* --- http_crowd.c --- */
/* Nobody is accepted for so long; callers wait in the kernel's queue. */
void http_pause(struct http *, int64_t ms);
void http_resume(void *http);
/* libevent's callback: when descriptors are out, or memory, nobody is accepted for a while. */
void http_on_accept_error(struct evconnlistener *, void *http);
/* Is there room for one that just came, or can another make it?  False: it must go. */
bool http_has_place(struct http *, struct conn *);
/* Cuts the largest of the requests that are coming until all of them are within their limit. */
void http_lighten(void *http);
/* Lowers the limits to what the process has descriptors for. */
void http_cap(struct http_limits *);

#endif
