/* gateway_staff.c - the side of the staff: health, console, ctl and its desks. */
#include <stdio.h>
#include <string.h>

#include "gateway/console/console.h"
#include "gateway/console/ctl.h"
#include "gateway/console/staff.h"
#include "gateway/desk/audit.h"
#include "gateway/desk/backup.h"
#include "gateway/desk/export.h"
#include "gateway/desk/forget.h"
#include "gateway/desk/move.h"
#include "gateway/desk/order.h"
#include "gateway/desk/parked.h"
#include "gateway/desk/people.h"
#include "gateway/desk/rebuild.h"
#include "gateway/desk/sinks.h"
#include "gateway/desk/trace.h"
#include "gateway/district/msglog.h"
#include "gateway/district/sink.h"
#include "gateway/generation.h"
#include "gateway/inside.h"
#include "gateway/reload.h"

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

static void ask_reload(struct gateway *g, struct slice words, ctl_done *done, void *ctx)
{
    if (words.n)
        done(ctx, S("error: reload takes no words: it reads the file that the gateway was started with\n"));
    else
        reload_ask(g->reload, g->now->config->file, done, ctx);
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
                  { "signals", signals_desk }, { "audit", audit_desk },      { "export", export_desk },
                  { "forget", forget_desk } };
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
    if (strcmp(name, "reload") == 0) {
        ask_reload(g, words, done, ctx);
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

/* Said by ctl: what is done with a person's data is noted (console.h). */
static void on_ctl(void *arg, const char *name, struct slice words, ctl_done *done, void *ctx)
{
    struct gateway *g = arg;

    console_notes(g->console, name, words, &done, &ctx);
    on_desk(arg, name, words, done, ctx);
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

static void on_console(void *arg, struct http *http, struct http_request *req)
{
    struct gateway *g = arg;

    console_request(g->console, http, req);
}

static int ctl_drain(void *arg, struct buf *said)
{
    gateway_drain(arg);
    buf_str(said, "draining: new messages are refused, commits are finished, then the gateway leaves\n");
    return 0;
}

int gateway_open_staff(struct gateway *g, struct err *e)
{
    const struct config *c = g->now->config;
    struct staff_ops staff = { .health = health, .request = on_console, .arg = g };
    struct console_ops console = { .desk = on_desk,
                                   .health = health,
                                   .config = config_now,
                                   .rules = rules_now,
                                   .arg = g,
                                   .store = g->store };
    struct ctl_ops ctl = { .drain = ctl_drain,
                           .health = health,
                           .config = show_config,
                           .under_way = under_way,
                           .desk = on_ctl,
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
