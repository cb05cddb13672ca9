/* http_private.h - inside http*.c only: connections, and who makes room for whom. */
#ifndef KENTONGAN_HTTP_HTTP_PRIVATE_H
#define KENTONGAN_HTTP_HTTP_PRIVATE_H

#include <event2/listener.h>

#include "gateway/base/stat.h"
#include "gateway/http/http.h"

enum {
    BUCKETS = 1024,
};

struct conn {
    struct http *http;
    struct bufferevent *bev;
    struct conn *next; /* in its bucket */
    int64_t begun_ms;  /* when the first byte of the request under way came; 0 = none under way */
    bool held;         /* a whole request waits for its answer */
    bool fresh;        /* accepted in this turn: we hold a reference, nobody tells its end yet */
    bool heavy;        /* what it asks is so long that it is read last */
    bool known;        /* it asked something already, and was answered */
    int64_t since_ms;  /* when it came, or was answered last */
    size_t bytes;      /* of the request that is coming */
    uint64_t peer;     /* hash of its address; 0: not looked at yet */
    struct evhttp_connection *evcon;
    struct http_stream *stream; /* it is being answered without end */
    struct line *line;          /* once somebody asked for it */
};

struct http_stream {
    struct conn *conn;
    struct evhttp_request *req;
    void (*gone)(void *);
    void *arg;
};

struct http {
    unsigned magic;
    struct loop *loop;
    struct evhttp *evhttp;
    struct evhttp_bound_socket *bound;
    unsigned port;
    struct http_limits limits;
    void (*on_request)(void *, struct evhttp_request *);
    void *arg;
    struct loop_timer *sweep;
    struct conn *bucket[BUCKETS];
    unsigned conns;
    int64_t date_s;    /* of date; 0: none yet */
    char date[48];     /* as a header says it */
    size_t coming;     /* bytes of requests that are not whole yet */
    unsigned accepted; /* in this turn */
    bool paused, stopped;
    struct http *next_watched;
    struct loop_timer *resume, *lighten;
    struct stat *cut, *refused, *open, *crowded, *unwelcome;
};

/* --- http_reply.c --- */
/* Where the connection of this bufferevent hangs, or would. */
struct conn **http_conn(struct http *, const struct bufferevent *);

/* --- http_crowd.c --- */
/* Nobody is accepted for so long; callers wait in the kernel's queue. */
void http_pause(struct http *, int64_t ms);
void http_resume(void *http);
/* From now on, until it is unwatched: when descriptors are out, or memory, nobody is accepted for a while. */
void http_watch_accept(struct http *);
void http_unwatch_accept(struct http *);
/* Is there room for one that just came, or can another make it?  False: it must go. */
bool http_has_place(struct http *, struct conn *);
/* Cuts the largest of the requests that are coming until all of them are within their limit. */
void http_lighten(void *http);
/* Lowers the limits to what the process has descriptors for. */
void http_cap(struct http_limits *);

#endif
