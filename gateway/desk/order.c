/* order.c - see order.h. */
#include "gateway/desk/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/rnd.h"

struct ordered {
    ctl_done *done;
    void *ctx;
};

static void on_answer(void *arg, const struct answer *answer)
{
    struct ordered o = *(struct ordered *)arg;
    struct buf b;

    free(arg);
    buf_init(&b, 1024);
    if (answer->reason != REASON_command)
        buf_str(&b, "error: ");
    if (answer->reason == REASON_busy) /* nothing is kept of it: no SMS will say what came of it */
        buf_str(&b, "busy");
    else
        buf_add(&b, answer->screen.n ? answer->screen : slice_of(reason_prose(answer->reason)));
    buf_char(&b, '\n');
    o.done(o.ctx, buf_slice(&b));
    buf_free(&b);
}

void order_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct inbound in = { .kind = INBOUND_STAFF, .provider = S("operator"), .received_ms = clock_wall_ms() };
    struct ordered *o = malloc(sizeof *o);
    char id[48];

    if (!o)
        abort(); /* asked by a person, once */
    *o = (struct ordered){ done, ctx };
    snprintf(id, sizeof id, "%lld-%llu", (long long)in.received_ms,
             (unsigned long long)rnd_below(UINT64_C(1) << 62));
    if (slice_starts(words, "--by ")) {
        words = slice_skip(words, strlen("--by "));
        in.account = slice_cut(&words, ' ');
    }
    if (slice_starts(words, "--as ")) {
        words = slice_skip(words, strlen("--as "));
        in.from = slice_cut(&words, ' ');
        in.from_is_msisdn = true;
    }
    in.text = words;
    in.provider_id = slice_of(id);
    pipeline_submit(desk->pipeline, &in, on_answer, o);
}
