/* page_parked.c - what could not be carried out, sent or stored: by reason, and what people make of it. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include <stdlib.h>

#include "gateway/base/log.h"
#include "gateway/console/roster.h"
#include "gateway/store/store.h"

enum {
    SHOWN = 200,
    AT_ONCE = 1000,
};

static bool all_is_mine(const struct request *r)
{
    return area_is_all(r->console->ops.rules(r->console->ops.arg), slice_of(r->area));
}

static struct slice stream_of(struct request *r, struct slice asked)
{
    return asked.n ? arena_copy(&r->arena, asked) : S("inbound");
}

/* Its name for who reads the page. */
static struct slice said_stream(struct request *r, struct slice name)
{
    struct slice to = name, kind = slice_cut(&to, ':');
    struct slice text = request_text(r, arena_printf(&r->arena, "parkir.antre.%.*s", SLICE_ARG(kind)).p);

    return arena_printf(&r->arena, "%.*s%s%.*s", SLICE_ARG(text), to.n ? " " : "", SLICE_ARG(to));
}

/* --- looking --- */

static struct slice shown_text(struct request *r, struct slice text)
{
    return r->reveal ? arena_copy(&r->arena, text)
                     : roster_mask(console_roster(r->console), slice_take(text, 400), S(""), &r->arena);
}

/* Does it fit what is looked for: all, or those with these words as they are shown? */
static bool fits(const struct node *row, struct slice words)
{
    struct slice text = node_text(row, "teks");

    if (!words.n)
        return true;
    for (size_t i = 0; i + words.n <= text.n; i++)
        if (slice_ieq(slice_make(text.p + i, words.n), words))
            return true;
    return false;
}

static void add_entry(struct request *r, struct node *list, const struct parked_entry *e)
{
    struct slice body = arena_copy(&r->arena, e->body), first = slice_cut(&body, '\n');
    const struct node *o = node_read(first, &r->arena);
    struct node *row = node_object(&r->arena);
    struct slice from = node_text(o, "from");

    node_put(row, "id", arena_copy(&r->arena, e->id));
    values_int(row, "waktu", e->parked_ms);
    values_int(row, "pertama", e->first_ms);
    values_int(row, "percobaan", e->attempts);
    node_put(row, "sebab", arena_copy(&r->arena, e->reason));
    node_put(row, "jenis", node_text(o, "kind"));
    node_put(row, "golongan", node_text(o, "class"));
    node_put(row, "nomor", node_text(o, "nomor"));
    node_put(row, "siapa", from.n ? arena_str(&r->arena, log_who(from).text) : S(""));
    node_put(row, "teks", shown_text(r, node_text(o, "text")));
    node_put_bool(row, "_ubah", r->reveal && slice_is(node_text(o, "kind"), "sms"));
    if (fits(row, slice_trim(request_param(r, "cari"))))
        node_add(list, row);
}

/* One group a reason, in the order in which it is met. */
static void add_groups(struct request *r, const struct node *rows)
{
    struct node *groups = node_list(&r->arena);

    for (const struct node *row = node_first(rows); row; row = row->next) {
        struct slice reason = node_text(row, "sebab");
        struct node *g = groups->first;

        while (g && !slice_eq(node_text(g, "sebab"), reason))
            g = g->next;
        if (!g) {
            int64_t n = 0;

            for (const struct node *other = row; other; other = other->next)
                n += slice_eq(node_text(other, "sebab"), reason);
            g = node_object(&r->arena);
            node_put(g, "sebab", reason);
            values_int(g, "n", n);
            node_set(g, "isi", node_list(&r->arena));
            node_add(groups, g);
        }
        /* A copy: a node hangs in one tree. */
        if (node_get(g, "isi")->n < SHOWN)
            node_add((struct node *)(uintptr_t)node_get(g, "isi"), values_copy(row, &r->arena));
    }
    node_set(r->values, "kelompok", groups);
}

static void on_entries(void *arg, const struct parked_entry *all, unsigned n)
{
    struct request *r = arg;
    struct node *list = node_list(&r->arena);

    if (r->console->stopped)
        return;
    for (unsigned i = 0; all && i < n; i++)
        add_entry(r, list, &all[i]);
    node_set(r->values, "rows", list);
    node_put_bool(r->values, "banyak", n == AT_ONCE);
    node_put(r->values, "cari", slice_trim(request_param(r, "cari")));
    if (r->as == AS_PAGE)
        add_groups(r, list);
    page_show(r);
}

static void on_streams(void *arg, const struct parked_stream *all, unsigned n)
{
    struct request *r = arg;
    struct node *list = node_list(&r->arena);
    struct slice stream = stream_of(r, request_param(r, "antre"));

    if (r->console->stopped)
        return;
    node_put_bool(r->values, "redis_pergi", !all);
    for (unsigned i = 0; all && i < n; i++) {
        struct node *o;

        if (!all[i].n && !slice_eq(all[i].name, stream))
            continue;
        o = node_object(&r->arena);
        node_put(o, "nama", arena_copy(&r->arena, all[i].name));
        node_put(o, "_sebut", said_stream(r, all[i].name));
        node_set(o, "banyak", node_of_int(&r->arena, (int64_t)all[i].n));
        values_int(o, "sejak", all[i].n ? all[i].oldest_ms : 0);
        node_put_bool(o, "_ini", slice_eq(all[i].name, stream));
        node_add(list, o);
    }
    node_set(r->values, "antrean", list);
    node_put(r->values, "antre", stream);
    node_put_bool(r->values, "semua_milik", all_is_mine(r));
    /* Whose they are is in their bodies alone: shown to those who may see everything. */
    if (all && all_is_mine(r) && store_parked_is(r->console->ops.store, stream))
        store_parked_read(r->console->ops.store, stream, S(""), AT_ONCE, on_entries, r);
    else
        on_entries(r, NULL, 0);
}

static void more(struct request *r)
{
    if (r->console->ops.store && store_up(r->console->ops.store))
        store_parked_streams(r->console->ops.store, on_streams, r);
    else
        on_streams(r, NULL, 0);
}

const struct page page_parked = { .name = "parkir", .more = more, .reveals = true };

/* --- acting --- */

struct acting {
    struct request *request;
    unsigned left, done, failed;
    bool drop, edit;
};

static void acting_end(struct acting *a)
{
    struct request *r = a->request;
    struct slice said = request_text(r, a->edit   ? "parkir.diubah"
                                        : a->drop ? "parkir.dibuang"
                                                  : "parkir.diulang");

    request_audit(r,
                  a->edit   ? "parkir_ubah"
                  : a->drop ? "parkir_buang"
                            : "parkir_ulang",
                  arena_printf(&r->arena, "%u", a->done), request_field(r, "alasan"),
                  a->failed ? "failed" : "ok");
    request_back(r, !a->failed,
                 arena_printf(&r->arena, "%.*s: %u%s", SLICE_ARG(said), a->done, a->failed ? " (…)" : ""),
                 "/parkir");
}

static void on_one(void *ctx, struct slice text)
{
    struct acting *a = ctx;

    if (slice_starts(text, "error:"))
        a->failed++;
    else
        a->done++;
    if (--a->left == 0 && !a->request->console->stopped)
        acting_end(a);
}

static void act_on(struct acting *a, struct slice stream, struct slice id)
{
    struct request *r = a->request;
    struct slice words = a->edit ? arena_printf(&r->arena, "edit %.*s %.*s %.*s", SLICE_ARG(stream),
                                                SLICE_ARG(id), SLICE_ARG(request_field(r, "teks")))
                         : a->drop
                             ? arena_printf(&r->arena, "drop %.*s %.*s --why %.*s", SLICE_ARG(stream),
                                            SLICE_ARG(id), SLICE_ARG(request_field(r, "mengapa")))
                             : arena_printf(&r->arena, "release %.*s %.*s", SLICE_ARG(stream), SLICE_ARG(id));

    r->console->ops.desk(r->console->ops.arg, "parked", words, on_one, a);
}

/* All of a reason that fit what was looked for: those that were counted on the page, or none. */
static void on_matching(void *arg, const struct parked_entry *all, unsigned n)
{
    struct acting *a = arg;
    struct request *r = a->request;
    struct slice stream = stream_of(r, request_field(r, "antre")), reason = request_field(r, "sebab");
    struct slice *ids = ARENA_ARRAY(&r->arena, struct slice, (size_t)n + 1);
    uint64_t counted = 0;
    unsigned found = 0;

    if (r->console->stopped)
        return;
    r->reveal = false;
    for (unsigned i = 0; all && ids && i < n; i++) {
        struct node *row = node_object(&r->arena);

        node_put(row, "teks", shown_text(r, node_text(node_read(all[i].body, &r->arena), "text")));
        if (slice_eq(all[i].reason, reason) && fits(row, request_field(r, "cari")))
            ids[found++] = arena_copy(&r->arena, all[i].id);
    }
    if (!slice_to_u64(request_field(r, "n"), &counted) || counted != found) {
        request_back(
            r, false,
            arena_printf(&r->arena, "%.*s %u", SLICE_ARG(request_text(r, "parkir.lain_jumlah")), found),
            "/parkir");
        return;
    }
    a->left = 1;
    for (unsigned i = 0; i < found; i++) {
        a->left++;
        act_on(a, stream, ids[i]);
    }
    if (--a->left == 0)
        acting_end(a);
}

void act_parked(struct request *r)
{
    struct slice act = request_field(r, "apa"), id = request_field(r, "id");
    struct slice stream = stream_of(r, request_field(r, "antre"));
    struct acting *a = ARENA_NEW(&r->arena, struct acting);

    if (!all_is_mine(r)) {
        request_audit(r, "parkir", stream, S("wilayah"), "refused");
        request_refuse(r, 403, "wilayah");
        return;
    }
    if (!a || !store_parked_is(r->console->ops.store, stream) ||
        (!slice_is(act, "ulang") && !slice_is(act, "buang") && !slice_is(act, "ubah")) ||
        slice_find(id, ' ') != (size_t)-1) {
        request_refuse(r, 400, "cara");
        return;
    }
    a->request = r;
    a->drop = slice_is(act, "buang");
    a->edit = slice_is(act, "ubah");
    if (id.n) {
        a->left = 1;
        act_on(a, stream, id);
    } else if (request_field(r, "sebab").n && !a->drop && !a->edit) {
        store_parked_read(r->console->ops.store, stream, S(""), AT_ONCE, on_matching, a);
    } else {
        request_refuse(r, 400, "cara");
    }
}
