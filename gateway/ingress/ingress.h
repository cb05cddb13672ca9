/* ingress.h - the telco's way in over HTTP: one request becomes one inbound, one answer goes back.
 *
 * The answer is given when the pipeline calls back, that is after the commit or the spool (DESIGN 1b). */
#ifndef KENTONGAN_INGRESS_INGRESS_H
#define KENTONGAN_INGRESS_INGRESS_H

#include "gateway/base/err.h"
#include "gateway/conf/config.h"
#include "gateway/delivery/delivery.h"
#include "gateway/loop/loop.h"
#include "gateway/model/inbound.h"
#include "gateway/model/ruleset.h"
#include "gateway/pipeline/pipeline.h"

struct ingress;

struct ingress_ops {
    /* Copies the inbound; calls back exactly once. */
    void (*submit)(void *arg, const struct inbound *, answer_cb *, void *cb_arg);
    /* The same for what nobody can read: kept for people.  why is a string of the program; may be NULL. */
    void (*park)(void *arg, const struct inbound *, const char *why, answer_cb *, void *cb_arg);
    void *arg;
    struct delivery *delivery;   /* for the emulator's inbox; may be NULL */
    const struct ruleset *rules; /* for the words of a refused USSD step; may be NULL */
};

/* Listens on config->listen.  The configuration and the rules are borrowed until the next reload or close. */
struct ingress *ingress_open(struct loop *, const struct config *, const struct ingress_ops *, struct err *);
unsigned ingress_port(const struct ingress *);
/* Providers, tokens, limits and words; a changed `listen` needs a restart. */
void ingress_reload(struct ingress *, const struct config *, const struct ruleset *);
/* Stops listening; requests that are held are still answered, and each connection closes with its answer. */
void ingress_drain(struct ingress *);
void ingress_close(struct ingress *);
/* What a USSD caller reads when a step has no page of its own.  rules may be NULL. */
struct slice ingress_spare_page(const struct ruleset *, enum reason, struct arena *);

#endif
