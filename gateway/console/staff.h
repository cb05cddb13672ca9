/* staff.h - the listener for staff and for monitoring (SPEC 7): /livez /readyz /metrics /version, which carry
 * no name, number or village and are answered from memory within the turn.  Everything else is the console's
 * (console.h). */
#ifndef KENTONGAN_CONSOLE_STAFF_H
#define KENTONGAN_CONSOLE_STAFF_H

#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/conf/config.h"
#include "gateway/loop/loop.h"

enum staff_health {
    STAFF_OK,
    STAFF_DEGRADED, /* messages are taken, something behind is away */
    STAFF_UNREADY,  /* starting, draining, or neither Redis nor the spool takes messages */
};

/* "ok", "degraded", "unready" */
const char *staff_health_name(enum staff_health);

struct http;
struct http_request;

struct staff_ops {
    /* why: NULL, or gets what is away as JSON strings with commas between (`"redis","sink:lokal"`). */
    enum staff_health (*health)(void *arg, struct buf *why);
    /* Any other request, to be answered by http_reply; NULL: there is nothing else. */
    void (*request)(void *arg, struct http *, struct http_request *);
    void *arg;
};

struct staff;

/* Listens.  The ops are copied.  NULL with an error that names the address. */
struct staff *staff_open(struct loop *, const struct address *, const struct staff_ops *, struct err *);
unsigned staff_port(const struct staff *);
void staff_close(struct staff *);

#endif
