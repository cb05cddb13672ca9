/* ctl.h - the operator's socket <state>/ctl.sock (0600): one request line, one answer in text, then it
 * closes.
 *
 * Requests are rows of one table in ctl.c.  An answer that begins with "error:" is a failure.  But for
 * `people` and what --reveal was said to, shows counts and states only: no number, name or text of a message.
 */
#ifndef KENTONGAN_CONSOLE_CTL_H
#define KENTONGAN_CONSOLE_CTL_H

#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/console/staff.h"
#include "gateway/loop/loop.h"
#include "gateway/store/store.h"

/* What the gateway lends.  A function that is NULL makes its request answer that it is not there. */

/* Text is the whole answer, valid during the call; it begins with "error:" when it is a failure. */
typedef void ctl_done(void *ctx, struct slice text);

struct ctl_ops {
    int (*drain)(void *arg, struct buf *said); /* -1: refused; said tells why */
    enum staff_health (*health)(void *arg, struct buf *why);
    void (*config)(void *arg, struct buf *said); /* the configuration in force, secrets left out */
    unsigned (*under_way)(void *arg);            /* messages being carried out */
    /* A request of the desk of that name, with the words that follow: done exactly once, now or later. */
    void (*desk)(void *arg, const char *name, struct slice words, ctl_done *done, void *ctx);
    void *arg;
    struct store *store; /* may be NULL */
};

struct ctl;

/* Listens on path; a socket left by a dead gateway is replaced, a living one refused.  The ops are copied.
 * NULL with an error. */
struct ctl *ctl_open(struct loop *, const char *path, const struct ctl_ops *, struct err *);
/* Removes the socket; answers still to come go nowhere.  Call it before the store is closed. */
void ctl_close(struct ctl *);

#endif
