/* gateway.c - the daemon: owns every room.  Start: configuration, loop, store, then (once the store serves)
 * pipeline, delivery, sinks, ingress.  Stop: the same backwards.  Nothing here knows a form or a telco. */
#include "gateway/gateway.h"

#include <event2/event.h>
#include <getopt.h>
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
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/conf/config.h"
#include "gateway/console/console.h"
#include "gateway/console/ctl.h"
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
#include "gateway/loop/loop.h"
#include "gateway/desk/audit.h"
#include "gateway/desk/backup.h"
#include "gateway/desk/move.h"
#include "gateway/desk/export.h"
#include "gateway/desk/order.h"
#include "gateway/desk/parked.h"
#include "gateway/desk/people.h"
#include "gateway/desk/rebuild.h"
#include "gateway/desk/sinks.h"
#include "gateway/pipeline/blackbox.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/state_check.h"
#include "gateway/state_key.h"
#include "gateway/store/store.h"
#include "gateway/desk/trace.h"

enum {
    DRAIN_MS = 10000, /* SPEC 7: finish commits */
    SWEEP_MS = 20,
    PATIENCE_MS = 5000,     /* with Redis at the start: then the spool takes its place */
    TIMER_MAX = 256 * 1024, /* memory for one timer */
};

struct gateway {
    struct generation *now;
    struct person *stored; /* people as the store said last, in the arena */
    unsigned stored_n;
    struct arena stored_arena;
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
    struct sink *sinks[CONFIG_SINKS];
    struct msglog *msglog;
    unsigned sinks_n;
    struct event *on_term, *on_int, *on_hup;
    struct loop_timer *sweep, *patience;
    int64_t drain_until_ms;
    bool draining, ready;
    int status;
};

/* --- configuration --- */

/* For whoever started us while nothing runs; warnings of a gateway that runs are lines of its log. */
static void print_faults(const struct faults *faults, bool runs)
{
    for (unsigned i = 0; i < faults->n; i++)
        if (runs)
            log_text(LOG_WARN, "config", "%s", faults->lines[i]);
        else
            fprintf(stderr, "%s\n", faults->lines[i]);
}

/* --- inbounds that come from inside --- */

static void submit(void *arg, const struct inbound *in, answer_cb *cb, void *cb_arg)
{
    struct gateway *g = arg;

    pipeline_submit(g->pipeline, in, cb, cb_arg);
}

static void park(void *arg, const struct inbound *in, const char *why, answer_cb *cb, void *cb_arg)
{
    struct gateway *g = arg;

    pipeline_park(g->pipeline, in, REASON_parked_error, why, cb, cb_arg);
}

static void heard(void *arg, const struct inbound *in, enum reason reason)
{
    struct gateway *g = arg;

    if (g->console)
        console_heard(g->console, in, reason);
}

static void send_now(void *arg, struct slice via, const struct sms *sms)
{
    struct gateway *g = arg;

    if (g->delivery)
        delivery_now(g->delivery, via, sms);
}

static void on_due(void *arg, struct slice id, struct slice text, int64_t due_ms)
{
    struct gateway *g = arg;
    struct inbound in;
    struct arena arena;

    arena_init(&arena, TIMER_MAX);
    if (flow_due(id, text, due_ms, clock_wall_ms(), &arena, &in))
        pipeline_submit(g->pipeline, &in, NULL, NULL);
    arena_free(&arena);
}

/* A message that the store keeps until it was carried out: of the spool, or released by people. */
struct kept {
    struct gateway *gateway;
    void *token;
    void (*done)(struct store *, void *token, bool taken);
};

static void on_replayed(void *arg, const struct answer *a)
{
    struct kept *k = arg;
    bool again = a->reason == REASON_spooled || a->reason == REASON_spool_full || a->reason == REASON_busy ||
                 a->reason == REASON_draining;

    k->done(k->gateway->store, k->token, !again);
    free(k);
}

static void replay(struct gateway *g, const struct inbound *in, void *token,
                   void (*done)(struct store *, void *, bool))
{
    struct kept *k = malloc(sizeof *k);

    if (!k) {
        done(g->store, token, false);
        return;
    }
    *k = (struct kept){ .gateway = g, .token = token, .done = done };
    pipeline_replay(g->pipeline, in, on_replayed, k);
}

static void on_spooled(void *arg, const struct inbound *in, void *token)
{
    replay(arg, in, token, store_spool_done);
}

static void on_released(void *arg, const struct inbound *in, void *token)
{
    replay(arg, in, token, store_released_done);
}

/* --- what staff and ctl ask --- */

static void not_well(struct buf *why, bool *well, const char *what, struct slice name)
{
    *well = false;
    if (!why)
        return;
    if (why->n)
        buf_char(why, ',');
    buf_printf(why, "\"%s%.*s\"", what, SLICE_ARG(name));
}

static enum staff_health health(void *arg, struct buf *why)
{
    struct gateway *g = arg;
    bool well = true;
    const struct orphan *orphans;
    unsigned orphans_n;

    if (!g->ready || g->draining)
        return STAFF_UNREADY;
    if (!store_up(g->store))
        not_well(why, &well, "redis", S(""));
    if (!store_spool_takes(g->store))
        not_well(why, &well, "spool", S(""));
    for (unsigned i = 0; i < g->sinks_n; i++)
        if (!sink_up(g->sinks[i]))
            not_well(why, &well, "sink:", sink_name(g->sinks[i]));
    if (!msglog_up(g->msglog))
        not_well(why, &well, "log", S(""));
    if (store_forgot(g->store))
        not_well(why, &well, "redis has forgotten: ctl rebuild", S(""));
    orphans = store_orphans(g->store, &orphans_n);
    for (unsigned i = 0; i < orphans_n; i++)
        not_well(why, &well, "nobody opens ", slice_of(orphans[i].name));
    if (!store_up(g->store) && !store_spool_takes(g->store))
        return STAFF_UNREADY; /* SPEC 7 */
    return well ? STAFF_OK : STAFF_DEGRADED;
}

static void show_config(void *arg, struct buf *said)
{
    struct gateway *g = arg;

    config_print(said, g->now->config);
}

static unsigned under_way(void *arg)
{
    struct gateway *g = arg;

    return g->pipeline ? pipeline_under_way(g->pipeline) : 0;
}

/* --- another configuration, other people --- */

static void swap_in(struct gateway *g, struct generation *next)
{
    next->older = g->now;
    g->now->replaced_ms = clock_mono_ms();
    g->now = next;
    if (!g->pipeline)
        return;
    pipeline_ruleset(g->pipeline, next->rules);
    ingress_reload(g->ingress, next->config, next->rules);
    smpp_in_reload(g->smpp_in, next->config, next->rules);
}

/* The people of the store in the place of those in memory. */
static bool seat_people(struct gateway *g)
{
    struct people merged;
    struct generation *next = generation_with_people(g->now, g->stored, g->stored_n, &merged);

    if (!next)
        return false;
    swap_in(g, next);
    if (merged.imports_n)
        store_people_put(g->store, merged.imports, merged.imports_n, NULL, NULL);
    return true;
}

static bool is_held(void *arg, const struct ruleset *rules)
{
    const struct gateway *g = arg;

    return pipeline_holds(g->pipeline, rules);
}

/* Old configurations go when nobody can hold them any more. */
static void free_older(struct gateway *g)
{
    generation_free_older(g->now, clock_mono_ms(), is_held, g);
}

static int reload(void *arg, struct buf *said)
{
    struct gateway *g = arg;
    struct faults faults = { 0 };
    struct generation *next;

    if (!g->ready || g->draining) {
        buf_str(said, "not now: the gateway is starting or leaving\n");
        return -1;
    }
    free_older(g);
    next = generation_load(g->now->config->file, &faults);
    if (!next) {
        buf_printf(said, "nothing was changed; %u faults:\n", faults_count(&faults));
        for (unsigned i = 0; i < faults.n; i++)
            buf_printf(said, "%s\n", faults.lines[i]);
        faults_free(&faults);
        log_event(LOG_ERROR, "reload_refused", NULL);
        return -1;
    }
    faults_free(&faults);
    swap_in(g, next);
    (void)!seat_people(g); /* memory is out: those of the file alone */
    delivery_reload(g->delivery, next->config);
    smpp_hub_reload(g->smpp, next->config);
    for (unsigned i = 0; i < g->sinks_n; i++)
        sink_reload(g->sinks[i], next->rules);
    msglog_keep(g->msglog, clock_of(next->rules, "raw_messages"));
    buf_str(said, "reloaded\n");
    log_event(LOG_INFO, "reloaded", NULL);
    return 0;
}

/* --- stopping --- */

static void stopped(void *arg)
{
    struct gateway *g = arg;

    g->store = NULL;
    loop_stop(g->loop);
}

static void close_rooms(struct gateway *g)
{
    if (g->ingress)
        ingress_close(g->ingress);
    if (g->smpp_in)
        smpp_in_close(g->smpp_in);
    if (g->signals)
        signals_close(g->signals);
    if (g->delivery)
        delivery_close(g->delivery);
    if (g->smpp)
        smpp_hub_close(g->smpp); /* the last: it calls back those who wait for an answer */
    for (unsigned i = 0; i < g->sinks_n; i++)
        sink_close(g->sinks[i]);
    msglog_close(g->msglog);
    console_stop(g->console);
    if (g->staff)
        staff_close(g->staff);
    console_close(g->console);
    if (g->ctl)
        ctl_close(g->ctl);
    g->ingress = NULL;
    g->smpp_in = NULL;
    g->smpp = NULL;
    g->signals = NULL;
    g->delivery = NULL;
    g->sinks_n = 0;
    g->msglog = NULL;
    g->staff = NULL;
    g->console = NULL;
    g->ctl = NULL;
    store_close(g->store, 5000, stopped, g);
}

static void drain(struct gateway *g)
{
    if (g->draining)
        return;
    g->draining = true;
    g->drain_until_ms = clock_mono_ms() + DRAIN_MS;
    log_event(LOG_INFO, "draining", NULL);
    if (g->ingress)
        ingress_drain(g->ingress);
    if (g->pipeline)
        pipeline_drain(g->pipeline);
    if (g->delivery)
        delivery_drain(g->delivery);
    if (g->smpp)
        smpp_hub_drain(g->smpp);
    loop_timer_set(g->sweep, 1);
}

static void on_sweep(void *arg)
{
    struct gateway *g = arg;
    unsigned left = g->pipeline ? pipeline_under_way(g->pipeline) : 0;

    if (!g->draining) {
        free_older(g);
        loop_timer_set(g->sweep, 1000);
        return;
    }
    if (g->smpp)
        left += smpp_hub_busy(g->smpp); /* to be unbound */
    if (left > 0 && clock_mono_ms() < g->drain_until_ms) {
        loop_timer_set(g->sweep, SWEEP_MS);
        return;
    }
    close_rooms(g);
}

static void on_stop_signal(evutil_socket_t sig, short what, void *arg)
{
    (void)sig;
    (void)what;
    drain(arg);
}

static void on_reload_signal(evutil_socket_t sig, short what, void *arg)
{
    struct buf said;

    (void)sig;
    (void)what;
    buf_init(&said, 65536);
    (void)!reload(arg, &said);
    if (said.p)
        log_text(LOG_INFO, "reload", "%s", said.p);
    buf_free(&said);
}

static int ctl_drain(void *arg, struct buf *said)
{
    drain(arg);
    buf_str(said, "draining: new messages are refused, commits are finished, then the gateway leaves\n");
    return 0;
}

/* --- starting --- */

/* What the indicators of a village say now comes in like cases: a signal. */
static void on_news(void *arg, struct slice line)
{
    struct gateway *g = arg;
    struct inbound in = { .kind = INBOUND_SIGNAL, .provider = S("signal"), .text = line };
    char id[64];

    in.received_ms = clock_wall_ms();
    in.provider_id =
        slice_make(id, (size_t)snprintf(id, sizeof id, "pws-%016llx-%lld",
                                        (unsigned long long)slice_hash(line), (long long)in.received_ms));
    pipeline_submit(g->pipeline, &in, NULL, NULL);
}

static int open_sinks(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;

    const struct sink_host host = {
        .loop = g->loop,
        .store = g->store,
        .rules = generation_base(g->now)->rules, /* that with the people of today may go at any time */
        .news = on_news,
        .news_arg = g,
    };

    sqlite_file_setup();
    for (unsigned i = 0; i < c->sinks_n; i++) {
        struct sink *s = sink_open(&host, &c->sinks[i], e);

        if (!s)
            return -1;
        g->sinks[g->sinks_n++] = s;
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

    return d->people_n > 0 && person_is_sample(&d->people[0]);
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
    struct ingress_ops in_ops = { .submit = submit, .park = park, .arg = g };
    struct pipeline_options options = { .blackbox = g->blackbox,
                                        .max_under_way = g->now->config->under_way,
                                        .ussd_budget = ussd_budget,
                                        .send_now = send_now,
                                        .heard = heard,
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
    g->signals = signals_open(g->loop, g->store, submit, g);
    if (!g->signals)
        return err_set(e, "out of memory");
    store_on_due(g->store, on_due, g);
    set_root(g->store);
    store_on_spooled(g->store, on_spooled, g);
    store_on_released(g->store, on_released, g);
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
    drain(g);
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

static void on_people(void *arg, const struct person *all, unsigned n)
{
    struct gateway *g = arg;

    if (g->draining)
        return;
    arena_reset(&g->stored_arena);
    g->stored = ARENA_ARRAY(&g->stored_arena, struct person, (size_t)n + 1);
    for (g->stored_n = 0; g->stored && g->stored_n < n; g->stored_n++)
        g->stored[g->stored_n] = person_copy(&all[g->stored_n], &g->stored_arena);
    if (g->stored_arena.failed || !seat_people(g)) {
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

static void on_desk(void *arg, const char *name, struct slice words, ctl_done *done, void *ctx)
{
    static const struct {
        const char *name;
        desk_fn *run;
    } desks[] = { { "people", people_desk },   { "trace", trace_desk },      { "parked", parked_desk },
                  { "move", move_desk },       { "backup", backup_desk },    { "rebuild", rebuild_desk },
                  { "drafts", drafts_desk },   { "show sinks", sinks_desk }, { "show stages", stages_desk },
                  { "sink", sink_desk },       { "order", order_desk },      { "pws", pws_desk },
                  { "signals", signals_desk }, { "audit", audit_desk },      { "export", export_desk } };
    struct gateway *g = arg;
    struct desk desk = {
        .store = g->store, .pipeline = g->pipeline, .log = g->msglog, .sinks = g->sinks, .sinks_n = g->sinks_n
    };

    if (strcmp(name, "user") == 0) {
        console_user(g->console, words, done, ctx);
        return;
    }
    if (strcmp(name, "audit") == 0 && slice_is(words, "acts")) {
        console_audit(g->console, words, done, ctx);
        return;
    }
    if (!g->ready || g->draining) {
        done(ctx, S("error: not now: the gateway is starting or leaving\n"));
        return;
    }
    desk.rules = g->now->rules;
    desk.config = g->now->config;
    desk.loop = g->loop;
    desk.utc_offset_min = g->now->config->utc_offset_min;
    for (size_t i = 0; i < sizeof desks / sizeof *desks; i++)
        if (strcmp(desks[i].name, name) == 0)
            desks[i].run(&desk, words, done, ctx);
}

static const struct config *config_now(void *arg)
{
    const struct gateway *g = arg;

    return g->now->config;
}

static const struct ruleset *rules_now(void *arg)
{
    const struct gateway *g = arg;

    return g->now->rules;
}

static void on_console(void *arg, struct http *http, struct evhttp_request *req)
{
    struct gateway *g = arg;

    console_request(g->console, http, req);
}

static int open_staff(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;
    struct staff_ops staff = { .health = health, .request = on_console, .arg = g };
    struct console_ops console = { .desk = on_desk,
                                   .health = health,
                                   .config = config_now,
                                   .rules = rules_now,
                                   .arg = g,
                                   .store = g->store };
    struct ctl_ops ctl = { .reload = reload,
                           .drain = ctl_drain,
                           .health = health,
                           .config = show_config,
                           .under_way = under_way,
                           .desk = on_desk,
                           .arg = g,
                           .store = g->store };
    char path[512];

    g->console = console_open(g->loop, &console, e);
    if (!g->console)
        return -1;
    g->staff = staff_open(g->loop, &c->staff, &staff, e);
    if (!g->staff)
        return -1;
    snprintf(path, sizeof path, "%.*s/ctl.sock", SLICE_ARG(c->state));
    g->ctl = ctl_open(g->loop, path, &ctl, e);
    return g->ctl ? 0 : -1;
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
    g->sweep = loop_timer_new(g->loop, "sweep", on_sweep, g);
    g->patience = loop_timer_new(g->loop, "patience", on_patience, g);
    loop_timer_set(g->patience, PATIENCE_MS);
    g->on_term = watch_signal(g, SIGTERM, on_stop_signal);
    g->on_int = watch_signal(g, SIGINT, on_stop_signal);
    g->on_hup = watch_signal(g, SIGHUP, on_reload_signal);
    if (open_store(g, e) != 0 || open_staff(g, e) != 0)
        return -1;
    return 0;
}

static void stop(struct gateway *g)
{
    struct event *events[] = { g->on_term, g->on_int, g->on_hup };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i])
            event_free(events[i]);
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
    arena_free(&g->stored_arena);
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
    prctl(PR_SET_DUMPABLE, 0);
    signal_ignore_pipe();
    arena_init(&g.stored_arena, RULESET_ARENA);
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
            drain(&g);
    }
    if (g.store && loop_run(g.loop) != 0)
        g.status = 1;
    stop(&g);
    return g.status;
}
