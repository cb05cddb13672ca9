/* page_system.c - how the gateway itself does: sinks, queues, health; accounts and audit. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "gateway/base/stat.h"
#include "gateway/console/login.h"
#include "gateway/store/store.h"

static void put_text(struct node *o, const char *name, struct request *r, struct slice s)
{
    node_set(o, name, node_of_text(&r->arena, arena_copy(&r->arena, s)));
}

/* --- sinks --- */

static void on_stages(void *ctx, struct slice text)
{
    struct request *r = ctx;
    const struct node *all = node_read(arena_copy(&r->arena, text), &r->arena);

    if (r->console->stopped)
        return;
    node_set(r->values, "tahap", all ? values_copy(all, &r->arena) : node_list(&r->arena));
    page_show(r);
}

static void on_sinks(void *ctx, struct slice text)
{
    struct request *r = ctx;
    const struct node *all = node_read(arena_copy(&r->arena, text), &r->arena);

    if (r->console->stopped)
        return;
    node_set(r->values, "rows", all ? values_copy(all, &r->arena) : node_list(&r->arena));
    r->console->ops.desk(r->console->ops.arg, "show stages", S("--json"), on_stages, r);
}

static void sinks_more(struct request *r)
{
    r->console->ops.desk(r->console->ops.arg, "show sinks", S("--json"), on_sinks, r);
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
    for (size_t i = 0; i < why.n; i++) /* a list of JSON: "redis","sink:lokal" */
        why.p[i] = why.p[i] == '"' ? ' ' : why.p[i];
    put_text(r->values, "sebab", r, slice_trim(buf_slice(&why)));
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
    int64_t binds; /* -1: no provider is reached by SMPP */
};

static void each_figure(void *arg, const char *name, const char *label, const char *value, uint64_t n)
{
    struct listing *l = arg;
    struct node *o;

    if (strcmp(name, "smpp_bound") == 0)
        l->binds = (int64_t)n;
    if (strcmp(name, "messages_total") != 0 || !n || !label || strcmp(label, "reason") != 0)
        return;
    o = node_object(&l->request->arena);
    node_put(o, "hasil", slice_of(value));
    node_set(o, "n", node_of_int(&l->request->arena, (int64_t)n));
    node_add(l->reasons, o);
}

static void system_more(struct request *r)
{
    struct listing l = { r, node_list(&r->arena), -1 };
    const struct config *c = r->console->ops.config(r->console->ops.arg);
    struct store *store = r->console->ops.store;
    struct statvfs disk;

    stat_each(each_figure, &l);
    node_set(r->values, "hasil", l.reasons);
    node_put_bool(r->values, "ada_smpp", l.binds >= 0);
    values_int(r->values, "smpp", l.binds);
    values_int(r->values, "jam", r->now_ms);
    put_text(r->values, "zona", r, c->timezone);
    put_text(r->values, "redis_sebab", r, store && !store_up(store) ? slice_of(store_trouble(store)) : S(""));
    node_put_bool(r->values, "tampung_terima", store && store_spool_takes(store));
    if (statvfs(c->state.p, &disk) == 0)
        values_int(r->values, "disk", (int64_t)(disk.f_bavail * (uint64_t)disk.f_frsize >> 20));
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

/* The lines that she may read, of those that are kept in memory; of one act alone, if it is named. */
static struct node *only(struct request *r, const struct node *all, const char *act)
{
    struct node *list = node_list(&r->arena);

    for (const struct node *l = node_first(all); l; l = l->next)
        if (slice_starts(node_text(l, "act"), act) &&
            account_is_mine(r, accounts_find(r->console->accounts, node_text(l, "who"))))
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
    node_set(r->values, "rows", only(r, list, arena_copy(&r->arena, act).p));
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

        if (!slice_is(node_text(l, "act"), "insiden") ||
            !account_is_mine(r, accounts_find(r->console->accounts, node_text(l, "who"))))
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
