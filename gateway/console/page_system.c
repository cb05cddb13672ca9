/* page_system.c - how the gateway itself does: sinks, queues, health; accounts and audit. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/stat.h"
#include "gateway/console/login.h"
#include "gateway/store/store.h"

static void put_text(struct node *o, const char *name, struct request *r, struct slice s)
{
    node_set(o, name, node_of_text(&r->arena, arena_copy(&r->arena, s)));
}

/* --- sinks --- */

static void on_sinks(void *ctx, struct slice text)
{
    struct request *r = ctx;
    struct node *lines = node_list(&r->arena);

    if (r->console->stopped)
        return;
    while (text.n) {
        struct node *o = node_object(&r->arena);

        put_text(o, "baris", r, slice_cut(&text, '\n'));
        node_add(lines, o);
    }
    node_set(r->values, "lines", lines);
    page_show(r);
}

static void sinks_more(struct request *r)
{
    const struct config *c = r->console->ops.config(r->console->ops.arg);
    struct node *list = node_list(&r->arena);

    for (unsigned i = 0; i < c->sinks_n; i++) {
        struct node *o = node_object(&r->arena);

        put_text(o, "nama", r, c->sinks[i].name);
        put_text(o, "jenis", r, c->sinks[i].kind);
        node_add(list, o);
    }
    node_set(r->values, "rows", list);
    r->console->ops.desk(r->console->ops.arg, "show sinks", S(""), on_sinks, r);
}

const struct page page_sinks = { .name = "kirim", .more = sinks_more };

/* --- the gateway --- */

static void figure(struct request *r, struct node *list, const char *name, int64_t n)
{
    struct node *o = node_object(&r->arena);

    node_put(o, "nama", slice_of(name));
    node_set(o, "nilai", node_of_int(&r->arena, n));
    node_add(list, o);
}

static void on_figures(void *arg, const struct store_figures *f)
{
    struct request *r = arg;
    struct node *list = node_list(&r->arena);
    struct buf why;

    if (r->console->stopped)
        return;
    buf_init(&why, 1024);
    put_text(r->values, "keadaan", r,
             slice_of(staff_health_name(r->console->ops.health(r->console->ops.arg, &why))));
    put_text(r->values, "sebab", r, buf_slice(&why));
    buf_free(&why);
    node_put_bool(r->values, "redis", f != NULL);
    if (f) {
        figure(r, list, "sink_waiting", (int64_t)f->sink_waiting);
        figure(r, list, "lane_waiting", (int64_t)f->lane_waiting);
        figure(r, list, "log_waiting", (int64_t)f->log_waiting);
        figure(r, list, "due_waiting", (int64_t)f->due_waiting);
        figure(r, list, "spooled", (int64_t)f->spooled);
        figure(r, list, "parked", (int64_t)f->parked);
        figure(r, list, "commits", (int64_t)f->commits);
        figure(r, list, "conflicts", (int64_t)f->conflicts);
        figure(r, list, "duplicates", (int64_t)f->duplicates);
        figure(r, list, "reconnects", (int64_t)f->reconnects);
    }
    node_set(r->values, "rows", list);
    page_show(r);
}

struct listing {
    struct request *request;
    struct node *reasons;
};

static void each_figure(void *arg, const char *name, const char *label, const char *value, uint64_t n)
{
    struct listing *l = arg;
    struct node *o;

    if (strcmp(name, "messages_total") != 0 || !n || !label || strcmp(label, "reason") != 0)
        return;
    o = node_object(&l->request->arena);
    node_put(o, "hasil", slice_of(value));
    node_set(o, "n", node_of_int(&l->request->arena, (int64_t)n));
    node_add(l->reasons, o);
}

static void system_more(struct request *r)
{
    struct listing l = { r, node_list(&r->arena) };

    stat_each(each_figure, &l);
    node_set(r->values, "hasil", l.reasons);
    if (r->console->ops.store && store_up(r->console->ops.store))
        store_figures(r->console->ops.store, on_figures, r);
    else
        on_figures(r, NULL);
}

const struct page page_system = { .name = "sistem", .more = system_more };

/* --- accounts, audit --- */

const struct page page_accounts = { .name = "akun", .more = login_accounts };
const struct page page_password = { .name = "sandi" };

enum {
    LINES = 100,
};

/* The lines of one act alone, of those that are kept in memory. */
static struct node *only(struct request *r, const struct node *all, const char *act)
{
    struct node *list = node_list(&r->arena);

    for (const struct node *l = node_first(all); l; l = l->next)
        if (slice_starts(node_text(l, "act"), act))
            node_add(list, values_copy(l, &r->arena));
    return list;
}

static void audit_more(struct request *r)
{
    struct node *list = node_list(&r->arena);
    struct slice act = request_param(r, "tindakan");
    int64_t before = 0;

    if (!slice_to_i64(request_param(r, "before"), &before))
        before = 0;
    audit_read(r->console->audit, before, r->as == AS_PAGE && !act.n ? LINES : 2000, list, &r->arena);
    if (list->n == LINES && list->last && r->as == AS_PAGE && !act.n)
        values_int(r->values, "next", node_int(list->last, "n"));
    node_set(r->values, "rows", act.n ? only(r, list, arena_copy(&r->arena, act).p) : list);
    page_show(r);
}

const struct page page_audit = { .name = "audit", .more = audit_more };

/* --- breaches: noted in the audit, with the clock of UU 27/2022 article 46 --- */

enum {
    BREACH_HOURS = 72,
};

static bool was_told(const struct node *all, int64_t n)
{
    for (const struct node *l = node_first(all); l; l = l->next)
        if (slice_is(node_text(l, "act"), "insiden_lapor")) {
            int64_t of = 0;

            if (slice_to_i64(node_text(l, "of"), &of) && of == n)
                return true;
        }
    return false;
}

static void breach_more(struct request *r)
{
    struct node *list = node_list(&r->arena), *rows = node_list(&r->arena);

    audit_read(r->console->audit, 0, 2000, list, &r->arena);
    for (const struct node *l = node_first(list); l; l = l->next) {
        struct node *o;
        int64_t due = node_int(l, "at") + INT64_C(3600000) * BREACH_HOURS;
        bool told;

        if (!slice_is(node_text(l, "act"), "insiden"))
            continue;
        o = values_copy(l, &r->arena);
        told = was_told(list, node_int(l, "n"));
        values_int(o, "tenggat", due);
        node_put_bool(o, "dilaporkan", told);
        node_put_bool(o, "lewat", !told && r->now_ms > due);
        node_add(rows, o);
    }
    node_set(r->values, "rows", rows);
    page_show(r);
}

const struct page page_breach = { .name = "insiden", .more = breach_more };

void act_breach(struct request *r)
{
    struct slice why = slice_take(request_field(r, "alasan"), 300), of = request_field(r, "nomor");
    bool told = slice_is(request_field(r, "apa"), "lapor");

    if (why.n < 5 || (told && !slice_all_digits(of))) {
        request_back(r, false, request_text(r, "insiden.kurang"), "/insiden");
        return;
    }
    request_audit(r, told ? "insiden_lapor" : "insiden", told ? of : S(""), why, "ok");
    request_back(r, true, request_text(r, "insiden.dicatat"), "/insiden");
}
