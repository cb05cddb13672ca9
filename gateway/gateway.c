/* gateway.c - the daemon: owns every room.  Start: configuration, loop, store, then (once the store serves)
 * pipeline, delivery, sinks, ingress.  Stop: the same backwards.  Nothing here knows a form or a telco. */
#include "gateway/gateway.h"

#include <event2/event.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "flows/rows/clocks.h"
#include "flows/flow.h"
#include "flows/ruleset.h"
#include "gateway/backup/backup.h"
#include "gateway/base/log.h"
#include "gateway/conf/config.h"
#include "gateway/console/console.h"
#include "gateway/console/staff.h"
#include "gateway/delivery/delivery.h"
#include "gateway/district/msglog.h"
#include "gateway/district/numbers.h"
#include "gateway/district/signals.h"
#include "gateway/district/sink.h"
#include "gateway/district/sqlite_file.h"
#include "gateway/generation.h"
#include "gateway/ingress/ingress.h"
#include "gateway/ingress/smpp_in.h"
#include "gateway/inside.h"
#include "gateway/loop/loop.h"
#include "gateway/pipeline/blackbox.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/reload.h"
#include "gateway/state_check.h"
#include "gateway/state_key.h"
#include "gateway/store/store.h"

enum {
    PATIENCE_MS = 5000, /* with Redis at the start: then the spool takes its place */
    /* Bytes that the kernel has back when they are freed: long texts leave no holes behind.  More than an
     * arena takes at a time (arena.c). */
    LARGE = 48 * 1024,
};

/* For whoever started us while nothing runs; warnings of a gateway that runs are lines of its log. */
static void print_faults(const struct faults *faults, bool runs)
{
    for (unsigned i = 0; i < faults->n; i++)
        if (runs)
            log_text(LOG_WARN, "config", "%s", faults->lines[i]);
        else
            fprintf(stderr, "%s\n", faults->lines[i]);
}

static void on_stop_signal(evutil_socket_t sig, short what, void *arg)
{
    (void)sig;
    (void)what;
    gateway_drain(arg);
}

static void on_reload_said(void *ctx, struct slice text)
{
    (void)ctx;
    log_text(LOG_INFO, "reload", "%.*s", SLICE_ARG(text));
}

static void on_reload_signal(evutil_socket_t sig, short what, void *arg)
{
    struct gateway *g = arg;

    (void)sig;
    (void)what;
    if (g->ready && !g->draining)
        reload_ask(g->reload, g->now->config->file, on_reload_said, NULL);
}

static int open_sinks(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;
    struct sink_host host = {
        .loop = g->loop,
        .store = g->store,
        .rules = generation_base(g->now)->rules, /* that with the people of today may go at any time */
        .news = gateway_on_news,
        .news_arg = g,
    };
    char figures[512];

    host.figures = config_district_file(c, figures, sizeof figures) ? figures : NULL;
    for (unsigned i = 0; i < c->sinks_n; i++) {
        struct sink *s = sink_open(&host, &c->sinks[i], e);

        if (!s)
            return -1;
        g->sinks[g->sinks_n++] = s;
        if (sink_kind_of(s)->pws) { /* one database speaks for all */
            host.news = NULL;
            host.figures = NULL;
        }
    }
    g->msglog = msglog_open(g->loop, g->store, c->state.p, g->now->rules->utc_offset_min,
                            clock_of(g->now->rules, "raw_messages"), e);
    return g->msglog ? 0 : -1;
}

/* The sample district serves to be tried: somebody can log in at once. */
static void on_first_account(void *arg, const char *name, const char *password)
{
    const struct gateway *g = arg;

    printf("  log in   http://%.*s:%u/masuk  as %s, password %s\n", SLICE_ARG(g->now->config->staff.host),
           staff_port(g->staff), name, password);
    fflush(stdout);
}

static bool is_sample(const struct gateway *g)
{
    const struct directory *d = &g->now->rules->directory;

    return d->people_n > 0 && person_is_sample(d->people[0]);
}

static void banner(const struct gateway *g)
{
    const struct config *c = g->now->config;

    printf("Kentongan serves %.*s.\n"
           "  telco    http://%.*s:%u   (SMS, USSD, delivery reports)\n"
           "  staff    http://%.*s:%u/  (console, health, metrics)\n"
           "  handset  build/kentongan phone        in another terminal\n"
           "  stop     Ctrl-C; queued work stays in %.*s\n",
           SLICE_ARG(g->now->rules->district), SLICE_ARG(c->listen.host), ingress_port(g->ingress),
           SLICE_ARG(c->staff.host), staff_port(g->staff), SLICE_ARG(c->state));
    fflush(stdout);
}

static unsigned ussd_budget(void *arg, struct slice provider)
{
    const struct gateway *g = arg;

    return config_ussd_budget(g->now->config, provider);
}

static void set_root(struct store *s)
{
    struct slice id, text;

    flow_root(&id, &text);
    store_due_root(s, id, text);
}

static int open_rooms(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;
    struct ingress_ops in_ops = { .submit = gateway_submit, .park = gateway_park, .arg = g };
    struct pipeline_options options = { .blackbox = g->blackbox,
                                        .max_under_way = g->now->config->under_way,
                                        .ussd_budget = ussd_budget,
                                        .send_now = gateway_send_now,
                                        .expect = gateway_expect,
                                        .heard = gateway_heard,
                                        .arg = g };

    g->pipeline = pipeline_new(g->loop, g->store, g->now->rules, &options);
    if (!g->pipeline)
        return err_set(e, "out of memory");
    if (g->suspected)
        pipeline_park(g->pipeline, &g->suspect, REASON_parked_crash,
                      "it crashed the program when it was read", NULL, NULL);
    g->delivery = delivery_open(g->loop, g->store, c, e);
    if (!g->delivery || open_sinks(g, e) != 0)
        return -1;
    g->signals = signals_open(g->loop, g->store, gateway_submit, g);
    if (!g->signals)
        return err_set(e, "out of memory");
    store_on_due(g->store, gateway_on_due, g);
    set_root(g->store);
    store_on_spooled(g->store, gateway_on_spooled, g);
    store_on_released(g->store, gateway_on_released, g);
    in_ops.delivery = g->delivery;
    in_ops.rules = g->now->rules;
    g->smpp = smpp_hub_open(g->loop, c, e);
    if (!g->smpp)
        return -1;
    delivery_smpp(g->delivery, g->smpp);
    g->smpp_in = smpp_in_open(g->loop, g->smpp, g->store, c, &in_ops, e);
    if (!g->smpp_in)
        return -1;
    g->ingress = ingress_open(g->loop, c, &in_ops, e);
    return g->ingress ? 0 : -1;
}

static void give_up(struct gateway *g, const char *why)
{
    fprintf(stderr, "kentongan serve: %s\n", why);
    g->status = 1;
    gateway_drain(g);
}

/* Everything that needs to know people is opened: those of the store, or of the file when Redis is away. */
static void serve(struct gateway *g)
{
    struct err e = { "" };

    if (open_rooms(g, &e) != 0) {
        give_up(g, e.text);
        return;
    }
    g->ready = true;
    loop_timer_set(g->sweep, 1000);
    loop_count(g->loop);
    log_event(LOG_INFO, "serving", NULL);
    banner(g);
    if (is_sample(g))
        (void)console_first_account(g->console, on_first_account, g);
}

/* Redis is not here yet: messages go to the spool, emergencies out from memory. */
static void on_patience(void *arg)
{
    struct gateway *g = arg;

    if (g->ready || g->draining)
        return;
    fprintf(stderr,
            "kentongan serve: serving without Redis: %s.\n"
            "  Messages are kept in %.*s/spool and taken when it is back; see `kentongan ctl show status`.\n",
            store_trouble(g->store) ? store_trouble(g->store) : "it is slow to begin",
            SLICE_ARG(g->now->config->state));
    serve(g);
}

static void on_people(void *arg, const struct person *const *all, unsigned n)
{
    struct gateway *g = arg;

    if (g->draining)
        return;
    if (!gateway_seat_people(g, all, n)) {
        log_event(LOG_ERROR, "people", "why", "more people than memory", NULL);
        if (!g->ready)
            give_up(g, "more people than memory");
        return;
    }
    if (g->ready) {
        log_event(LOG_INFO, "people", NULL);
        return;
    }
    serve(g);
}

static void on_store_ready(void *arg, const struct err *why)
{
    struct gateway *g = arg;

    if (why)
        give_up(g, why->text);
    else
        store_on_people(g->store, on_people, g);
}

static int open_store(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;
    const char *sinks[CONFIG_SINKS], *providers[CONFIG_PROVIDERS];
    struct store_options o = {
        .district =
            arena_copy(&g->now->arena, g->now->rules->district).p, /* a cell of places.csv: ends in no NUL */
        .state_dir = c->state.p,
        .managed = c->redis_managed,
        .address = c->redis_address.n ? c->redis_address.p : NULL,
        .password_file = c->redis_password_file.n ? c->redis_password_file.p : NULL,
        .strict = c->strict,
        .sinks = sinks,
        .sinks_n = c->sinks_n,
        .providers = providers,
        .providers_n = c->providers_n,
        .seen_body = numbers_seen(c),
        .dup_ttl_ms = clock_of(g->now->rules, "duplicate"),
    };

    for (unsigned i = 0; i < c->sinks_n; i++)
        sinks[i] = c->sinks[i].name.p;
    for (unsigned i = 0; i < c->providers_n; i++) {
        providers[i] = c->providers[i].name.p;
        if (slice_eq(c->providers[i].name, c->default_provider))
            o.default_provider = i;
    }
    g->store = store_open(g->loop, &o, on_store_ready, g, e);
    return g->store ? 0 : -1;
}

static struct event *watch_signal(struct gateway *g, int sig, event_callback_fn f)
{
    struct event *ev = evsignal_new(loop_base(g->loop), sig, f, g);

    if (ev)
        event_add(ev, NULL);
    return ev;
}

/* As many as the system lets us have: listeners keep their crowds below it (http.h). */
static void raise_descriptors(void)
{
    struct rlimit have;

    if (getrlimit(RLIMIT_NOFILE, &have) == 0 && have.rlim_cur < have.rlim_max) {
        have.rlim_cur = have.rlim_max;
        (void)!setrlimit(RLIMIT_NOFILE, &have);
    }
}

static void on_libevent_says(int severity, const char *text)
{
    log_event(severity >= EVENT_LOG_WARN ? LOG_WARN : LOG_DEBUG, "libevent", "why", text, NULL);
}

static int start(struct gateway *g, struct err *e)
{
    unsigned char key[32];
    char path[512];

    if (state_check(g->now->config->state.p, e) != 0)
        return -1;
    if (state_key(g->now->config->state.p, key, e) != 0)
        return -1;
    log_init(LOG_INFO, key);
    if (!sqlite_file_setup())
        log_text(LOG_ERROR, "sqlite", "it was in use before it was set up: its threads wait for each other");
    raise_descriptors();
    event_set_log_callback(on_libevent_says);
    g->loop = loop_new(e);
    if (!g->loop)
        return -1;
    snprintf(path, sizeof path, "%s/blackbox", g->now->config->state.p);
    g->blackbox = blackbox_open(path, &g->now->arena, &g->suspect, &g->suspected, e);
    if (!g->blackbox)
        return -1;
    blackbox_catch_signals(g->blackbox);
    g->sweep = loop_timer_new(g->loop, "sweep", gateway_on_sweep, g);
    g->patience = loop_timer_new(g->loop, "patience", on_patience, g);
    loop_timer_set(g->patience, PATIENCE_MS);
    g->on_term = watch_signal(g, SIGTERM, on_stop_signal);
    g->on_int = watch_signal(g, SIGINT, on_stop_signal);
    g->on_hup = watch_signal(g, SIGHUP, on_reload_signal);
    if (gateway_open_reload(g, e) != 0 || open_store(g, e) != 0)
        return -1;
    backup_sweep(g->now->config->state.p); /* the folder is ours: the store has its lock */
    return gateway_open_staff(g, e);
}

static void stop(struct gateway *g)
{
    struct event *events[] = { g->on_term, g->on_int, g->on_hup };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i])
            event_free(events[i]);
    reload_free(g->reload);
    if (g->sweep)
        loop_timer_free(g->sweep);
    if (g->patience)
        loop_timer_free(g->patience);
    if (g->pipeline)
        pipeline_free(g->pipeline);
    if (g->blackbox)
        blackbox_close(g->blackbox);
    if (g->loop)
        loop_free(g->loop);
    generation_free_all(g->now);
}

static void usage(FILE *to)
{
    fprintf(to, "Usage: kentongan serve [-c FILE]\n\n"
                "Runs the gateway until SIGTERM; SIGHUP reloads the configuration.\n"
                "Without -c: ./config/kentongan.yaml, else /etc/kentongan/kentongan.yaml.\n\n"
                "Example: kentongan serve -c config/kentongan.yaml\n");
}

int cmd_serve(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct gateway g = { 0 };
    struct faults faults = { 0 };
    struct err e = { "" };
    const char *path = config_default_path();
    int c;

    while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (c != 'c') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        path = optarg;
    }
    umask(077);
    (void)mallopt(M_MMAP_THRESHOLD, LARGE);
    prctl(PR_SET_DUMPABLE, 0);
    signal_ignore_pipe();
    g.now = generation_load(path, &faults);
    print_faults(&faults, g.now != NULL);
    faults_free(&faults);
    if (!g.now) {
        fprintf(stderr,
                "kentongan serve: the configuration has faults; mend them, then see `kentongan check`\n");
        return 1;
    }
    if (start(&g, &e) != 0) {
        fprintf(stderr, "kentongan serve: %s\n", e.text);
        g.status = 1;
        if (g.store)
            gateway_drain(&g);
    }
    if (g.store && loop_run(g.loop) != 0)
        g.status = 1;
    stop(&g);
    return g.status;
}
