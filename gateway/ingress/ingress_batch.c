/* ingress_batch.c - a body with a list of messages, taken a few at a time.  See ingress_private.h.
 *
 * A list of thousands must not stop the loop: so many milliseconds of each turn, and so many of its messages
 * under way at once. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/ingress/ingress_private.h"

enum {
    TURN_US = 4000,
    UNDER_WAY = 16,
};

struct batch {
    struct ingress *ingress; /* NULL: closed meanwhile */
    struct batch *next, **at;
    struct held *held;
    struct arena arena; /* of all below */
    struct slice provider;
    enum door door;
    struct line *line;
    const struct slice *each;
    unsigned n, done, under_way, refused;
    struct buf rest; /* those that nobody can read, as they came */
    enum reason why; /* the last of them was refused */
    bool soon, inside;
};

/* One message of it, in the hands of the pipeline. */
struct item {
    struct batch *batch;
    uint64_t resend;
};

static void batch_run(void *);

static void batch_free(void *arg)
{
    struct batch *b = arg;

    line_drop(b->line);
    buf_free(&b->rest);
    arena_free(&b->arena);
    free(b);
}

static void run_soon(struct batch *b)
{
    if (b->soon || !b->ingress)
        return;
    b->soon = true;
    loop_soon(b->ingress->loop, batch_run, b);
}

static void unlist(struct batch *b)
{
    if (!b->at)
        return;
    *b->at = b->next;
    if (b->next)
        b->next->at = b->at;
    b->at = NULL;
}

static void on_parked(void *arg, const struct answer *said)
{
    ingress_on_answer(arg, said);
}

/* All were looked at and answered.  What could not be read is kept for people, unless the telco hears of it:
 * then all of it comes again. */
static void batch_end(struct batch *b)
{
    struct ingress *in = b->ingress;
    struct inbound lost = { .kind = INBOUND_SMS,
                            .provider = b->provider,
                            .text = buf_slice(&b->rest),
                            .text_was_broken = true,
                            .received_ms = clock_wall_ms() };
    struct answer last = { .reason = b->refused == b->n ? b->why : REASON_accepted };

    unlist(b);
    if (b->rest.n && b->refused < b->n && in->ops.park)
        in->ops.park(in->ops.arg, &lost, "item of a list that nobody can read", on_parked, b->held);
    else
        ingress_on_answer(b->held, &last);
    loop_reap(in->loop, batch_free, b);
}

static void on_item(void *arg, const struct answer *said)
{
    struct item *i = arg;
    struct batch *b = i->batch;

    b->under_way--;
    if (b->ingress) {
        resends_answered(b->ingress->resends, i->resend, reason_http(said->reason) == 200, clock_mono_ms());
        ingress_on_answer(b->held, said);
        run_soon(b);
    } else if (b->under_way == 0 && !b->inside && !b->soon) {
        batch_free(b);
    }
    free(i);
}

static void refuse_item(struct batch *b, struct slice raw, enum reason reason)
{
    reason_count(reason);
    b->refused++;
    b->why = reason;
    if (b->door == DOOR_SMS && reason == REASON_bad_shape && raw.n) {
        if (b->rest.n)
            buf_char(&b->rest, '\n');
        buf_add(&b->rest, raw);
    }
    ingress_on_answer(b->held,
                      &(struct answer){ .reason = reason_http(reason) == 503 ? reason : REASON_accepted });
}

static void take_item(struct batch *b, const struct provider_conf *p, struct slice raw)
{
    struct ingress *in = b->ingress;
    struct request r = { .provider = p, .dialect = ingress_dialect(p), .door = b->door, .line = b->line };
    struct wire_request w = { .method = S("POST"),
                              .body = raw,
                              .content_type = S("application/json"),
                              .now_ms = clock_wall_ms(),
                              .shape = p->shape,
                              .is_dlr = b->door == DOOR_DLR,
                              .in_list = true };
    struct item *i = malloc(sizeof *i);
    struct inbound msg;
    struct arena arena;
    enum reason reason;

    arena_init(&arena, REQUEST_MEMORY);
    reason = i ? ingress_admit(in, &r, &w, &arena, &msg) : REASON_busy;
    if (reason == REASON_accepted) {
        *i = (struct item){ .batch = b, .resend = r.resend };
        b->under_way++;
        in->ops.submit(in->ops.arg, &msg, on_item, i);
    } else {
        free(i);
        refuse_item(b, raw, reason);
    }
    arena_free(&arena);
}

static void batch_run(void *arg)
{
    struct batch *b = arg;
    const struct provider_conf *p = b->ingress ? config_provider(b->ingress->config, b->provider) : NULL;
    int64_t until = clock_mono_us() + TURN_US;

    b->soon = false;
    b->inside = true;
    while (b->ingress && b->done < b->n && b->under_way < UNDER_WAY && clock_mono_us() < until) {
        struct slice raw = b->each[b->done++];

        if (p && ingress_dialect(p))
            take_item(b, p, raw);
        else
            refuse_item(b, slice_make("", 0), REASON_busy); /* gone with a reload: it comes again */
    }
    b->inside = false;
    if (!b->ingress) {
        if (b->under_way == 0)
            batch_free(b);
    } else if (b->done == b->n && b->under_way == 0) {
        if (!b->soon)
            batch_end(b);
    } else if (b->done < b->n && b->under_way < UNDER_WAY) {
        run_soon(b);
    }
}

void ingress_batch(struct ingress *in, const struct request *r, const struct wire_request *w,
                   const struct slice *each, unsigned n)
{
    struct batch *b = calloc(1, sizeof *b);
    struct slice *list = NULL;

    if (b) {
        arena_init(&b->arena, REQUEST_MEMORY);
        buf_init(&b->rest, w->body.n + n + 64);
        list = ARENA_ARRAY(&b->arena, struct slice, n);
        b->provider = arena_copy(&b->arena, r->provider->name);
        b->held = list ? ingress_hold(in, r, &(struct inbound){ .kind = INBOUND_SMS }, n + 1) : NULL;
    }
    if (!b || !b->held) {
        if (b)
            batch_free(b);
        ingress_refuse(in, r, REASON_busy);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        list[i] = arena_copy(&b->arena, each[i]);
    b->each = list;
    b->n = n;
    b->ingress = in;
    b->door = r->door;
    b->line = line_hold(r->line);
    b->next = in->batches;
    if (b->next)
        b->next->at = &b->next;
    b->at = &in->batches;
    in->batches = b;
    batch_run(b);
}

void ingress_batches_free(struct ingress *in)
{
    for (struct batch *b = in->batches, *next; b; b = next) {
        next = b->next;
        b->at = NULL;
        b->ingress = NULL;
        if (!b->soon && !b->under_way)
            batch_free(b);
    }
    in->batches = NULL;
}
