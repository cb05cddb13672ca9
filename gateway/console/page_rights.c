/* page_rights.c - what a person may ask of the office (UU 27/2022): to be told what is held of her, and to be
 * forgotten (desk/held.h, desk/forget.h).  For admins of the whole district, since her rows lie anywhere. */
#include "gateway/console/pages.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/console/values.h"
#include "parsers/msisdn.h"

enum {
    REASON_LEAST = 5,
    REASON_MOST = 200,
    ACTS = 2000,
};

static bool all_is_mine(const struct request *r)
{
    return area_is_all(r->console->ops.rules(r->console->ops.arg), slice_of(r->area));
}

static void rights_more(struct request *r)
{
    static const char *const acts[] = { "lupakan", "salinan" };
    struct node *all = node_list(&r->arena), *rows = node_list(&r->arena);

    if (!all_is_mine(r)) {
        request_refuse(r, 403, "wilayah");
        return;
    }
    audit_read(r->console->audit, 0, ACTS, all, &r->arena);
    for (const struct node *l = node_first(all); l; l = l->next)
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
            if (slice_is(node_text(l, "act"), acts[i]))
                node_add(rows, values_copy(l, &r->arena));
    node_set(r->values, "rows", rows);
    node_put(r->values, "siapa", request_param(r, "siapa"));
    page_show(r);
}

const struct page page_rights = { .name = "hak", .more = rights_more };

struct asked {
    struct request *request;
    struct slice of; /* for the audit: a telephone's number is a pseudonym there */
};

/* "error: open 48217: prose": the page says it in its own words, salah.open. */
static void say_no(struct request *r, struct slice text)
{
    struct slice rest = slice_skip(text, strlen("error: ")), what = slice_cut(&rest, ':');
    struct slice word = slice_cut(&what, ' ');
    struct slice key = arena_printf(&r->arena, "hak.salah.%.*s", SLICE_ARG(word)), said;

    if (!catalogue_find(r->console->texts[r->english], key, &said))
        said = request_text(r, "hak.salah.lain");
    request_back(r, false, arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(said), SLICE_ARG(what)), "/hak");
}

static void on_copy(void *ctx, struct slice text)
{
    static const struct http_header more[] = {
        { "Content-Disposition", "attachment; filename=\"salinan.json\"" }, { NULL, NULL }
    };
    const struct asked *a = ctx;
    struct request *r = a->request;
    bool good = !slice_starts(text, "error:");

    if (r->console->stopped)
        return;
    request_audit(r, "salinan", a->of, slice_take(request_field(r, "alasan"), REASON_MOST),
                  good ? "ok" : "failed");
    if (good)
        request_send(r, 200, "application/json", text, more);
    else
        say_no(r, text);
}

/* What was done, and what is left for people to do: a line each, "records 12", "waits st:sink:x 2". */
static void on_forgotten(void *ctx, struct slice text)
{
    const struct asked *a = ctx;
    struct request *r = a->request;
    bool good = !slice_starts(text, "error:");
    struct node *done = node_list(&r->arena);
    struct slice rest = arena_copy(&r->arena, text);

    if (r->console->stopped)
        return;
    request_audit(r, "lupakan", a->of, slice_take(request_field(r, "alasan"), REASON_MOST),
                  good ? "ok" : "failed");
    if (!good) {
        say_no(r, text);
        return;
    }
    while (rest.n) {
        struct slice line = slice_cut(&rest, '\n'), word = slice_cut(&line, ' ');
        struct node *o = node_object(&r->arena);

        node_set(o, "kata", node_of_text(&r->arena, word));
        node_set(o, "isi", node_of_text(&r->arena, line));
        node_add(done, o);
    }
    r->values = node_object(&r->arena);
    node_set(r->values, "selesai", done);
    node_set(r->values, "rows", node_list(&r->arena));
    request_page(r, 200, "hak");
}

/* A telephone's number is a pseudonym in the audit. */
static struct slice of_audit(struct slice who, struct arena *a)
{
    struct msisdn m;

    if (slice_all_digits(who) && who.n <= 10 && who.p[0] != '0')
        return arena_copy(a, who);
    return msisdn_parse(who, &m) ? arena_str(a, log_who(msisdn_slice(&m)).text) : S("");
}

static bool is_number(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(i == 0 && s.p[i] == '+'))
            return false;
    return s.n >= 4 && s.n <= 16;
}

void act_rights(struct request *r)
{
    struct slice act = request_field(r, "apa"), who = request_field(r, "siapa"),
                 why = request_field(r, "alasan");
    bool forget = slice_is(act, "lupakan");
    struct asked *a = ARENA_NEW(&r->arena, struct asked);

    if (!all_is_mine(r)) {
        request_audit(r, "hak", S(""), S("wilayah"), "refused");
        request_refuse(r, 403, "wilayah");
        return;
    }
    if (!a || (!forget && !slice_is(act, "salinan"))) {
        request_refuse(r, 400, "cara");
        return;
    }
    /* A line break would begin another request of the desk. */
    if (!is_number(who) || why.n < REASON_LEAST || slice_find(why, '\n') != (size_t)-1 ||
        (forget && !slice_eq(who, request_field(r, "ulang")))) {
        request_back(r, false, request_text(r, "hak.kurang"), "/hak");
        return;
    }
    *a = (struct asked){ r, of_audit(who, &r->arena) };
    if (forget)
        r->console->ops.desk(r->console->ops.arg, "forget",
                             arena_printf(&r->arena, "%.*s --by %s --reason %.*s", SLICE_ARG(who), r->who,
                                          SLICE_ARG(slice_take(why, REASON_MOST))),
                             on_forgotten, a);
    else
        r->console->ops.desk(r->console->ops.arg, "export", who, on_copy, a);
}

/* --- the same by ctl --- */

struct noted {
    struct console *console;
    struct arena arena; /* of itself */
    const char *act;
    struct slice of, why;
    ctl_done *done;
    void *ctx;
};

static void on_noted(void *ctx, struct slice text)
{
    struct noted *n = ctx;
    audit_add(n->console->audit, clock_wall_ms(),
              &(struct audit_line){ .who = S("ctl"),
                                    .act = slice_of(n->act),
                                    .of = n->of,
                                    .why = n->why,
                                    .outcome = slice_starts(text, "error:") ? (struct slice)S("failed")
                                                                            : (struct slice)S("ok") });
    n->done(n->ctx, text);
    arena_free(&n->arena);
}

void console_notes(struct console *c, const char *desk, struct slice words, ctl_done **done, void **ctx)
{
    bool forget = strcmp(desk, "forget") == 0;
    struct slice person = slice_cut(&words, ' '), flag = slice_cut(&words, ' ');
    struct arena arena;
    struct noted *n;

    if (!forget && (strcmp(desk, "export") != 0 || flag.n || !is_number(person)))
        return;
    arena_init(&arena, 8192);
    n = ARENA_NEW(&arena, struct noted);
    if (!n)
        abort(); /* asked by a person, once */
    *n = (struct noted){ .console = c,
                         .act = forget ? "lupakan" : "salinan",
                         .of = of_audit(person, &arena),
                         .why = slice_is(flag, "--reason") ? arena_copy(&arena, words) : S(""),
                         .done = *done,
                         .ctx = *ctx };
    n->arena = arena;
    *done = on_noted;
    *ctx = n;
}
