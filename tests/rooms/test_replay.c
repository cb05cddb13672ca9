/* test_replay.c - what the spool hands out while Redis is away again is answered so that it stays there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/loop/loop.h"
#include "gateway/pipeline/pipeline.h"
#include "tests/support/phone.h"
#include "tests/support/rig.h"

static struct {
    struct loop *loop;
    bool done;
    enum reason reason;
} rig;

static void on_ready(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
}

static void on_answer(void *arg, const struct answer *a)
{
    (void)arg;
    rig.done = true;
    rig.reason = a->reason;
    loop_stop(rig.loop);
}

static void on_closed(void *arg)
{
    (void)arg;
    rig.done = true;
    loop_stop(rig.loop);
}

static void run(void)
{
    rig.done = false;
    assert_int_equal(loop_run(rig.loop), 0);
    assert_true(rig.done);
}

static enum reason replayed(struct pipeline *p, const struct inbound *in)
{
    pipeline_replay(p, in, on_answer, NULL);
    run();
    return rig.reason;
}

static void what_is_kept_is_busy_and_stays(void **state)
{
    char *folder = rig_folder();
    struct err err = { "" };
    struct store_options options = {
        .district = "14.72", .state_dir = folder, .address = "127.0.0.1:1", .dup_ttl_ms = 60000
    };
    const struct inbound sms = { .kind = INBOUND_SMS,
                                 .provider = S("emulator"),
                                 .provider_id = S("1"),
                                 .from = S(PHONE_KADER),
                                 .from_is_msisdn = true,
                                 .text = S("TIMBANG Siti P 14bl 9,2 76"),
                                 .received_ms = 1 };
    struct inbound ussd = sms;
    struct store *store;
    struct pipeline *p;

    (void)state;
    ussd.kind = INBOUND_USSD;
    ussd.op = USSD_KEPT;
    ussd.session = S("s");
    log_init(LOG_ERROR, NULL);
    rig.loop = loop_new(&err);
    store = store_open(rig.loop, &options, on_ready, NULL, &err);
    assert_non_null(store);
    p = pipeline_new(rig.loop, store, phone_ruleset, &(struct pipeline_options){ .max_under_way = 10 });
    assert_non_null(p);
    assert_int_equal(replayed(p, &sms), REASON_busy);
    assert_int_equal(replayed(p, &ussd), REASON_busy);
    pipeline_free(p);
    store_close(store, 0, on_closed, NULL);
    run();
    loop_free(rig.loop);
    rig_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_kept_is_busy_and_stays) };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
