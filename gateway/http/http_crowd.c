/* http_crowd.c - too many at the door: who makes room, and when nobody is let in.  See http_private.h. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "gateway/base/log.h"
#include "gateway/http/http_private.h"

enum {
    SHORT_MS = 200, /* how long nobody is accepted when descriptors are out */
    CONNECTIONS_MIN = 16,
};

/* Callers wait in the kernel's queue meanwhile. */
void http_pause(struct http *h, int64_t ms)
{
    if (!h->listener || h->paused)
        return;
    h->paused = true;
    evconnlistener_disable(h->listener);
    loop_timer_set(h->resume, ms);
}

void http_resume(void *arg)
{
    struct http *h = arg;

    h->accepted = 0;
    h->paused = false;
    if (h->listener)
        evconnlistener_enable(h->listener);
}

/* The loop would turn for nothing until there are descriptors again. */
void http_on_accept_error(struct evconnlistener *l, void *arg)
{
    struct http *h = arg;
    int why = errno;

    (void)l;
    log_event(LOG_WARN, "accept", "listener", h->limits.names->open, "why", strerror(why), NULL);
    http_pause(h, SHORT_MS);
}

/* Of those that wait for nothing (nothing was asked whole, or all was answered), the one to go: a stranger
 * before one that was answered before, the longest first.  peer NULL: of any address. */
static struct conn *least_missed(struct http *h, const uint64_t *peer, const struct conn *but)
{
    struct conn *worst = NULL;

    for (struct conn *c = h->all; c; c = c->next)
        if (c->fd >= 0 && !c->held && c != but && (!peer || c->peer == *peer) &&
            (!worst || (worst->known && !c->known) ||
             (worst->known == c->known && c->since_ms < worst->since_ms)))
            worst = c;
    return worst;
}

static unsigned count_of(const struct http *h, uint64_t peer)
{
    unsigned n = 0;

    for (const struct conn *c = h->all; c; c = c->next)
        n += c->fd >= 0 && c->peer == peer;
    return n;
}

/* Makes room for one that just came, or turns it away: false. */
bool http_has_place(struct http *h, struct conn *c)
{
    bool crowd = count_of(h, c->peer) > h->limits.per_address;
    struct conn *gone = NULL;

    if (!crowd && h->conns <= h->limits.connections)
        return true;
    gone = least_missed(h, crowd ? &c->peer : NULL, c);
    h->crowded->value++;
    log_event(LOG_WARN, "listener_crowded", "listener", h->limits.names->open, "by",
              crowd ? "one address" : "many", NULL);
    if (gone)
        conn_close(gone);
    return gone != NULL;
}

static struct conn *heaviest(struct http *h)
{
    struct conn *most = NULL;

    for (struct conn *c = h->all; c; c = c->next)
        if (c->fd >= 0 && !c->held && c->bytes && (!most || c->bytes > most->bytes))
            most = c;
    return most;
}

void http_lighten(void *arg)
{
    struct http *h = arg;
    struct conn *c;

    while (h->coming > h->limits.coming_bytes && (c = heaviest(h)) != NULL) {
        h->crowded->value++;
        log_event(LOG_WARN, "listener_crowded", "listener", h->limits.names->open, "by", "bytes", NULL);
        conn_close(c);
    }
}

/* What the process has descriptors for. */
void http_cap(struct http_limits *l)
{
    struct rlimit have;

    if (getrlimit(RLIMIT_NOFILE, &have) == 0 && have.rlim_cur < l->connections + l->others)
        l->connections = have.rlim_cur > l->others + CONNECTIONS_MIN ? (unsigned)have.rlim_cur - l->others
                                                                     : CONNECTIONS_MIN;
    if (!l->per_address || l->per_address > l->connections)
        l->per_address = l->connections;
}
