/* redis.c - one pipelined connection.  See redis.h. */
#include "gateway/store/redis/redis.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/store/redis/address.h"
#include "gateway/store/redis/pending.h"
#include "gateway/store/redis/replies.h"

enum {
    CONNECT_MS = 2000, /* to be connected */
    ANSWER_MS = 2000,  /* for the oldest pending command: past it the connection counts as dead */
    IDLE_MS = 1000,    /* then a PING */
    TICK_MS = 250,
    BACKOFF_FIRST_MS = 50,
    BACKOFF_LAST_MS = 2000,
    OUT_MAX = 256 * 1024 * 1024,
    READ_CHUNK = 65536,
    FLUSH_AT = 8192, /* waiting bytes that leave before the turn ends: the server works meanwhile */
};

enum link_state {
    LINK_DOWN,
    LINK_CONNECTING,
    LINK_UP,
    LINK_DYING, /* lost; the pending replies are given as NULL at the end of the turn */
};

struct redis {
    struct loop *loop;
    struct redis_events events;
    struct sockaddr_storage addr;
    socklen_t addr_n;
    enum link_state state;
    int fd;
    struct event *read_ev, *write_ev;
    bool writing; /* write_ev is waited for */
    bool gathers;
    redisReader *reader;
    struct arena replies; /* of the reader: one at a time */
    struct buf out;
    size_t out_off;
    struct pendings pending;
    struct loop_timer *tick, *again;
    int64_t backoff_ms, heard_ms, connecting_ms;
    uint64_t connects;
    bool stopped;
};

static const char *state_name(enum link_state s)
{
    static const char *const names[] = { "down", "connecting", "connected", "dying" };

    return names[s];
}

static void redis_enter(struct redis *r, enum link_state to, const char *why)
{
    enum log_level level = to == LINK_DYING || r->state == LINK_DYING ? LOG_INFO : LOG_DEBUG;

    log_event(level, "redis", "from", state_name(r->state), "to", state_name(to), "why", why, NULL);
    r->state = to;
}

/* --- losing it --- */

static void close_socket(struct redis *r)
{
    if (r->read_ev)
        event_free(r->read_ev);
    if (r->write_ev)
        event_free(r->write_ev);
    r->read_ev = r->write_ev = NULL;
    r->writing = false;
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    if (r->reader)
        redisReaderFree(r->reader);
    r->reader = NULL;
    arena_free(&r->replies);
    buf_free(&r->out);
    r->out_off = 0;
}

static void plan_attempt(struct redis *r)
{
    if (r->stopped)
        return;
    loop_timer_set(r->again,
                   r->backoff_ms / 2 + (int64_t)rnd_below((uint64_t)(r->backoff_ms / 2 ? r->backoff_ms : 1)));
    r->backoff_ms = r->backoff_ms * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : r->backoff_ms * 2;
}

static void bury(void *arg)
{
    struct redis *r = arg;

    if (r->state != LINK_DYING)
        return;
    close_socket(r);
    redis_enter(r, LINK_DOWN, "");
    loop_timer_stop(r->tick);
    plan_attempt(r);
    r->events.lost(r->events.arg);
    /* What these callbacks ask for anew is answered as without a connection, in the next turn. */
    while (r->pending.n) {
        struct pending p = pending_pop(&r->pending);

        p.cb(p.arg, NULL);
    }
}

void redis_drop(struct redis *r, const char *why)
{
    if (r->state == LINK_DOWN || r->state == LINK_DYING)
        return;
    redis_enter(r, LINK_DYING, why);
    if (r->read_ev)
        event_del(r->read_ev);
    if (r->write_ev)
        event_del(r->write_ev);
    loop_soon(r->loop, bury, r);
}

/* --- bytes --- */

static void flush(void *arg)
{
    struct redis *r = arg;

    while (r->state == LINK_UP && !r->writing && r->out_off < r->out.n) {
        ssize_t n = send(r->fd, r->out.p + r->out_off, r->out.n - r->out_off, MSG_NOSIGNAL);

        if (n > 0) {
            r->out_off += (size_t)n;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            r->writing = true;
            event_add(r->write_ev, NULL);
        } else {
            redis_drop(r, strerror(errno));
            return;
        }
    }
    if (r->out_off == r->out.n) {
        if (r->out.cap > 4U * 1024 * 1024)
            buf_free(&r->out);
        buf_clear(&r->out);
        r->out_off = 0;
    }
}

static void take_replies(struct redis *r)
{
    void *reply;

    while (r->state == LINK_UP) {
        if (redisReaderGetReply(r->reader, &reply) != REDIS_OK) {
            redis_drop(r, "not RESP");
            return;
        }
        if (!reply)
            return;
        if (!r->pending.n) {
            redis_drop(r, "an answer to nothing asked");
            return;
        }
        struct pending p = pending_pop(&r->pending);

        p.cb(p.arg, reply);
        arena_reset(&r->replies);
    }
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
    static char chunk[READ_CHUNK];
    struct redis *r = arg;
    ssize_t n = recv(fd, chunk, sizeof chunk, 0);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        redis_drop(r, n == 0 ? "closed by the server" : strerror(errno));
        return;
    }
    r->heard_ms = clock_mono_ms();
    if (redisReaderFeed(r->reader, chunk, (size_t)n) != REDIS_OK) {
        redis_drop(r, "out of memory");
        return;
    }
    take_replies(r);
}

static void became_connected(struct redis *r)
{
    redis_enter(r, LINK_UP, "");
    r->connects++;
    r->heard_ms = clock_mono_ms();
    event_add(r->read_ev, NULL);
    r->events.connected(r->events.arg);
}

static void on_write(evutil_socket_t fd, short what, void *arg)
{
    struct redis *r = arg;
    int error = 0;
    socklen_t n = sizeof error;

    (void)what;
    r->writing = false;
    if (r->state == LINK_CONNECTING) {
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error) {
            redis_drop(r, strerror(error));
            return;
        }
        became_connected(r);
    }
    flush(r);
}

/* --- time --- */

static void ignore(void *arg, const redisReply *reply)
{
    (void)arg;
    (void)reply;
}

static void on_tick(void *arg)
{
    struct redis *r = arg;
    int64_t now = clock_mono_ms();

    if (r->state == LINK_CONNECTING && now - r->connecting_ms > CONNECT_MS) {
        redis_drop(r, "no connection in time");
    } else if (r->state == LINK_UP) {
        if (r->pending.n && now - r->pending.since_ms > ANSWER_MS && now - r->heard_ms > ANSWER_MS)
            redis_drop(r, "no answer in time");
        else if (!r->pending.n && now - r->heard_ms > IDLE_MS)
            redis_words(r, ignore, NULL, "PING", NULL);
    }
    if (r->state != LINK_DOWN && r->state != LINK_DYING)
        loop_timer_set(r->tick, TICK_MS);
}

static void attempt(void *arg)
{
    struct redis *r = arg;
    int one = 1;

    if (r->state != LINK_DOWN || r->stopped)
        return;
    if (r->events.before && !r->events.before(r->events.arg)) {
        plan_attempt(r);
        return;
    }
    r->fd = socket(r->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    arena_init(&r->replies, SIZE_MAX);
    r->reader = replies_reader(&r->replies);
    if (r->fd >= 0) {
        r->read_ev = event_new(loop_base(r->loop), r->fd, EV_READ | EV_PERSIST, on_read, r);
        r->write_ev = event_new(loop_base(r->loop), r->fd, EV_WRITE, on_write, r);
    }
    if (r->fd < 0 || !r->reader || !r->read_ev || !r->write_ev) {
        close_socket(r);
        plan_attempt(r);
        return;
    }
    if (r->addr.ss_family != AF_UNIX)
        setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    r->connecting_ms = clock_mono_ms();
    redis_enter(r, LINK_CONNECTING, "");
    loop_timer_set(r->tick, TICK_MS);
    if (connect(r->fd, (struct sockaddr *)&r->addr, r->addr_n) == 0) {
        became_connected(r);
    } else if (errno == EINPROGRESS) {
        r->writing = true;
        event_add(r->write_ev, NULL);
    } else {
        redis_drop(r, strerror(errno));
    }
}

/* --- life --- */

struct redis *redis_new(struct loop *loop, const char *address, const struct redis_events *events,
                        struct err *err)
{
    struct redis *r = calloc(1, sizeof *r);

    if (!r) {
        err_set(err, "redis: out of memory");
        return NULL;
    }
    if (redis_address(address, &r->addr, &r->addr_n, err) != 0) {
        free(r);
        return NULL;
    }
    r->loop = loop;
    r->events = *events;
    r->fd = -1;
    r->backoff_ms = BACKOFF_FIRST_MS;
    buf_init(&r->out, OUT_MAX);
    r->tick = loop_timer_new(loop, "redis: deadlines", on_tick, r);
    r->again = loop_timer_new(loop, "redis: connect", attempt, r);
    loop_at_turn_end(loop, flush, r);
    return r;
}

void redis_free(struct redis *r)
{
    if (!r)
        return;
    r->stopped = true;
    close_socket(r);
    r->state = LINK_DOWN;
    while (r->pending.n) {
        struct pending p = pending_pop(&r->pending);

        p.cb(p.arg, NULL);
    }
    loop_not_at_turn_end(r->loop, flush, r);
    loop_timer_free(r->tick);
    loop_timer_free(r->again);
    pending_free(&r->pending);
    loop_reap(r->loop, free, r); /* its funeral may still be waited for */
}

void redis_gathers(struct redis *r)
{
    r->gathers = true;
}

void redis_connect(struct redis *r)
{
    loop_timer_set(r->again, 0);
}

void redis_stop(struct redis *r)
{
    r->stopped = true;
    loop_timer_stop(r->again);
}

void redis_settled(struct redis *r)
{
    r->backoff_ms = BACKOFF_FIRST_MS;
}

bool redis_ready(const struct redis *r)
{
    return r->state == LINK_UP;
}

unsigned redis_pending(const struct redis *r)
{
    return r->pending.n;
}

uint64_t redis_connects(const struct redis *r)
{
    return r->connects;
}

/* --- commands --- */

/* The bytes of a command that cannot be sent are not kept: its callback will say so. */
static bool takes(const struct redis *r)
{
    return r->state == LINK_UP;
}

void redis_begin(struct redis *r, unsigned parts)
{
    if (takes(r))
        redis_format_begin(&r->out, parts);
}

void redis_part(struct redis *r, struct slice s)
{
    if (takes(r))
        redis_format_part(&r->out, s);
}

void redis_str(struct redis *r, const char *s)
{
    redis_part(r, slice_of(s));
}

void redis_i64(struct redis *r, int64_t v)
{
    if (takes(r))
        redis_format_i64(&r->out, v);
}

struct unsent {
    redis_cb *cb;
    void *arg;
};

static void answer_unsent(void *arg)
{
    struct unsent u = *(struct unsent *)arg;

    free(arg);
    u.cb(u.arg, NULL);
}

void redis_send(struct redis *r, redis_cb *cb, void *arg)
{
    struct unsent *u;

    if (r->state == LINK_UP || r->state == LINK_DYING) {
        pending_push(&r->pending, cb, arg);
        if (takes(r) && r->out.failed)
            redis_drop(r, "too many bytes waiting to be sent");
        else if (!r->gathers && (r->pending.n == 1 || r->out.n - r->out_off >= FLUSH_AT))
            flush(r);
        loop_again(r->loop);
        return;
    }
    u = malloc(sizeof *u);
    if (!u)
        abort();
    *u = (struct unsent){ cb, arg };
    loop_soon(r->loop, answer_unsent, u);
}

void redis_formatted(struct redis *r, struct slice parts)
{
    if (takes(r))
        buf_add(&r->out, parts);
}

void redis_joined(struct redis *r, const struct slice *texts, unsigned n, char between)
{
    size_t bytes = n ? n - 1 : 0;
    char head[24];

    for (unsigned i = 0; i < n; i++)
        bytes += texts[i].n;
    redis_formatted(r, slice_make(head, (size_t)snprintf(head, sizeof head, "$%zu\r\n", bytes)));
    for (unsigned i = 0; i < n; i++) {
        if (i)
            redis_formatted(r, slice_make(&between, 1));
        redis_formatted(r, texts[i]);
    }
    redis_formatted(r, S("\r\n"));
}

void redis_send_raw(struct redis *r, struct slice command, redis_cb *cb, void *arg)
{
    redis_formatted(r, command);
    redis_send(r, cb, arg);
}

void redis_words(struct redis *r, redis_cb *cb, void *arg, ...)
{
    va_list ap, count;
    unsigned n = 0;
    const char *w;

    va_start(ap, arg);
    va_copy(count, ap);
    while (va_arg(count, const char *))
        n++;
    va_end(count);
    redis_begin(r, n);
    while ((w = va_arg(ap, const char *)))
        redis_str(r, w);
    va_end(ap);
    redis_send(r, cb, arg);
}
