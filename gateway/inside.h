/* inside.h - the daemon's state, for its own files alone: gateway.c starts it, gateway_inbound.c takes what
 * comes from inside, gateway_staff.c serves staff and ctl, gateway_reload.c exchanges the configuration,
 * gateway_drain.c stops. */
#ifndef KENTONGAN_GATEWAY_INSIDE_H
#define KENTONGAN_GATEWAY_INSIDE_H

#include "gateway/conf/config.h"
#include "gateway/loop/loop.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/store/store.h"

struct event;

struct gateway {
    struct generation *now;
    struct loop *loop;
    struct store *store;
    struct blackbox *blackbox;
    struct inbound suspect; /* crashed the last life, if suspected */
    bool suspected;
    struct pipeline *pipeline;
    struct delivery *delivery;
    struct ingress *ingress;
    struct smpp_hub *smpp;
    struct smpp_in *smpp_in;
    struct signals *signals;
    struct staff *staff;
    struct console *console;
    struct ctl *ctl;
    struct reload *reload;
    struct sink *sinks[CONFIG_SINKS];
    struct msglog *msglog;
    unsigned sinks_n;
    struct event *on_term, *on_int, *on_hup;
    struct loop_timer *sweep, *patience;
    int64_t drain_until_ms;
    bool draining, ready;
    int status;
};

/* --- gateway_inbound.c --- */
/* Into the pipeline (struct ingress_ops, pipeline_options, sink_host and the store's calls; arg is the
 * gateway). */
void gateway_submit(void *gateway, const struct inbound *, answer_cb *, void *cb_arg);
void gateway_park(void *gateway, const struct inbound *, const char *why, answer_cb *, void *cb_arg);
void gateway_heard(void *gateway, const struct inbound *, enum reason);
void gateway_send_now(void *gateway, struct slice via, const struct sms *);
void gateway_expect(void *gateway, struct slice via, const struct sms *, int64_t after_ms);
void gateway_on_due(void *gateway, struct slice id, struct slice text, int64_t due_ms);
void gateway_on_spooled(void *gateway, const struct inbound *, void *token);
void gateway_on_released(void *gateway, const struct inbound *, void *token);
/* What the indicators of a village say now comes in like cases: a signal. */
void gateway_on_news(void *gateway, struct slice line);

/* --- gateway_staff.c --- */
int gateway_open_staff(struct gateway *, struct err *) MUST_CHECK;

/* --- gateway_reload.c --- */
/* From now on g->reload can be asked (reload.h). */
int gateway_open_reload(struct gateway *, struct err *) MUST_CHECK;
/* The people of the store in the place of those in memory. */
bool gateway_seat_people(struct gateway *, const struct person *const *stored, unsigned n) MUST_CHECK;
/* Old configurations go when nobody can hold them any more. */
void gateway_free_older(struct gateway *);

/* --- gateway_drain.c --- */
/* New messages are refused, commits are finished, then every room is closed and the loop ends. */
void gateway_drain(struct gateway *);
void gateway_on_sweep(void *gateway);

#endif
