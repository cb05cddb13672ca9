/* people.c - see desk/people.h. */
#include "gateway/desk/people.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/conf/places.h"
#include "gateway/desk/order.h"
#include "gateway/model/people.h"
#include "parsers/msisdn.h"

enum {
    EXPORT_MAX = 16 << 20,
    ROW_ARENA = 1 << 20,
};

struct asked {
    ctl_done *done;
    void *ctx;
    const char *ok;
};

static struct asked *asked_new(ctl_done *done, void *ctx, const char *ok)
{
    struct asked *a = malloc(sizeof *a);

    if (!a)
        abort();
    *a = (struct asked){ .done = done, .ctx = ctx, .ok = ok };
    return a;
}

static void csv_cell(struct buf *b, struct slice s, char end)
{
    bool quote = slice_find(s, ',') != (size_t)-1 || slice_find(s, '"') != (size_t)-1;

    if (quote)
        buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    if (quote)
        buf_char(b, '"');
    buf_char(b, end);
}

static void export_all(const struct directory *d, ctl_done *done, void *ctx)
{
    struct buf b;

    buf_init(&b, EXPORT_MAX);
    buf_str(&b, "msisdn,role,name,place,language,active,leader\n");
    for (unsigned i = 0; i < d->people_n; i++) {
        const struct person *p = d->people[i];

        csv_cell(&b, p->msisdn, ',');
        csv_cell(&b, slice_of(role_name(p->role)), ',');
        csv_cell(&b, p->name, ',');
        csv_cell(&b, p->place_code, ',');
        csv_cell(&b, p->language, ',');
        buf_str(&b, p->active ? "yes," : "no,");
        buf_str(&b, p->leader ? "yes\n" : "no\n");
    }
    done(ctx, b.failed ? S("error: more people than memory\n") : buf_slice(&b));
    buf_free(&b);
}

static void on_put(void *arg, enum store_rc rc)
{
    struct asked a = *(struct asked *)arg;

    free(arg);
    a.done(a.ctx, rc == STORE_OK ? slice_of(a.ok)
                                 : S("error: Redis is away; nothing is certain, say it again later\n"));
}

static void retire(const struct directory *d, struct store *store, struct slice number, ctl_done *done,
                   void *ctx)
{
    const struct person *p;
    struct person gone;
    struct msisdn m;

    if (!msisdn_parse(number, &m)) {
        done(ctx, S("error: no telephone number: write it as +6281234567890\n"));
        return;
    }
    p = directory_person(d, msisdn_slice(&m));
    if (!p) {
        done(ctx, S("error: nobody has this number; see people export\n"));
        return;
    }
    gone = *p;
    gone.active = gone.leader = false;
    store_people_put(store, &gone, 1, on_put,
                     asked_new(done, ctx, "retired: no longer told of anything, nor taken for anybody\n"));
}

static void put_row(const struct directory *d, struct store *store, struct slice row, ctl_done *done,
                    void *ctx)
{
    struct faults faults = { 0 };
    struct person *p = NULL;
    struct arena arena;
    unsigned n = 0;

    arena_init(&arena, ROW_ARENA);
    if (people_parse(row, &arena, &faults, &p, &n) != 0 || n != 1) {
        struct slice why =
            arena_printf(&arena, "error: %s\n", faults.n ? faults.lines[0] : "one row at a time");

        done(ctx, why);
    } else if (directory_unseated(d, p, n)) {
        done(ctx, S("error: there is no such place, or it is none for this role\n"));
    } else {
        store_people_put(store, p, 1, on_put, asked_new(done, ctx, "taken\n"));
    }
    faults_free(&faults);
    arena_free(&arena);
}

/* SETUJU by nobody's number: the same way as that of an SMS. */
static void approve(const struct desk *desk, struct slice nomor, ctl_done *done, void *ctx)
{
    char text[40];

    if (!slice_all_digits(nomor) || nomor.n > 10) {
        done(ctx, S("error: the number of a DAFTAR, as in people approve 48217\n"));
        return;
    }
    snprintf(text, sizeof text, "SETUJU %.*s", SLICE_ARG(nomor));
    order_desk(desk, slice_of(text), done, ctx);
}

void people_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    const struct directory *directory = &desk->rules->directory;
    struct slice rest = words, verb = slice_cut(&rest, ' ');

    rest = slice_trim(rest);
    if (slice_is(verb, "export"))
        export_all(directory, done, ctx);
    else if (slice_is(verb, "approve"))
        approve(desk, rest, done, ctx);
    else if (slice_is(verb, "retire"))
        retire(directory, desk->store, rest, done, ctx);
    else if (slice_is(verb, "put"))
        put_row(directory, desk->store, rest, done, ctx);
    else
        done(ctx, S("error: people export, approve NOMOR, retire NUMBER or put ROW\n"));
}
