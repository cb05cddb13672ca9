/* console.h - the pages of district staff (SPEC 8): who may see what, pages out of the district database and
 * the message log, acts that go the way of ctl.
 *
 * Runs in the loop; files are read and passwords hashed on threads.  Everything that changes the district
 * goes through a desk (desk.h), as with ctl, and is noted in the audit. */
#ifndef KENTONGAN_CONSOLE_CONSOLE_H
#define KENTONGAN_CONSOLE_CONSOLE_H

#include "gateway/conf/config.h"
#include "gateway/console/ctl.h"
#include "gateway/http/http.h"
#include "gateway/model/inbound.h"
#include "gateway/model/reason.h"
#include "gateway/model/ruleset.h"

struct console;

/* What the gateway lends. */
struct console_ops {
    /* A request of the desk of that name, as in ctl_ops. */
    void (*desk)(void *arg, const char *name, struct slice words, ctl_done *done, void *ctx);
    enum staff_health (*health)(void *arg, struct buf *why); /* as staff_ops */
    const struct config *(*config)(void *arg);
    const struct ruleset *(*rules)(void *arg); /* changes at a reload and when people change */
    void *arg;
    struct store *store;
};

/* Opens accounts, audit and catalogues below config's `state` and `texts`.  NULL with an error. */
struct console *console_open(struct loop *, const struct console_ops *, struct err *);
/* Before the listener is closed: requests that wait are answered by nobody any more. */
void console_stop(struct console *);
/* After it. */
void console_close(struct console *);
/* Answers it, now or later; anything but the four machine paths. */
void console_request(struct console *, struct http *, struct http_request *);
/* A message that was carried out: a line for those who watch. */
void console_heard(struct console *, const struct inbound *, enum reason);
/* `ctl user …` and `ctl audit`, as a desk. */
void console_user(struct console *, struct slice words, ctl_done *, void *ctx);
void console_audit(struct console *, struct slice words, ctl_done *, void *ctx);
/* What `ctl` does with a person's data (`export PERSON`, `forget`) becomes a line of the audit when it is
 * done: *done and *ctx are replaced by ones that write it. */
void console_notes(struct console *, const char *desk, struct slice words, ctl_done **done, void **ctx);
/* A sample admin, made anew with a password that is given out once, if there is no account yet and the
 * district is the sample; false: there are accounts. */
bool console_first_account(struct console *, void (*made)(void *arg, const char *name, const char *password),
                           void *arg);

#endif
