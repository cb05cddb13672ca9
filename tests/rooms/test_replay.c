/* test_replay.c - what the spool hands out while Redis is away again is answered so that it stays there. */
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "gateway/base/log.h"
#include "gateway/loop/loop.h"
#include "gateway/pipeline/pipeline.h"
#include "tests/support/phone.h"
#include "tests/support/rig.h"

static struct {
    struct loop *loop;
    char *folder;
    struct store *store;
    struct pipeline *pipeline;
    bool done;
    enum reason reason;
} rig;

static void on_ready(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
    rig.done = true;
    loop_stop(rig.loop);
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

static enum reason replayed(const struct inbound *in)
{
    pipeline_replay(rig.pipeline, in, on_answer, NULL);
    run();
    return rig.reason;
}

static const struct inbound sms = { .kind = INBOUND_SMS,
                                    .provider = S("emulator"),
                                    .provider_id = S("1"),
                                    .from = S(PHONE_KADER),
                                    .from_is_msisdn = true,
                                    .text = S("TIMBANG Siti P 14bl 9,2 76"),
                                    .received_ms = 1 };
static const struct inbound ussd = { .kind = INBOUND_USSD,
                                     .op = USSD_KEPT,
                                     .session = S("s"),
                                     .provider = S("emulator"),
                                     .provider_id = S("2"),
                                     .from = S(PHONE_KADER),
                                     .from_is_msisdn = true,
                                     .received_ms = 1 };

static unsigned at_once(void *arg, struct slice provider)
{
    (void)arg;
    (void)provider;
    return 1;
}

static void begin(const char *address)
{
    struct err err = { "" };
    const struct store_options options = { .district = "14.72",
                                           .managed = !address,
                                           .address = address,
                                           .state_dir = rig.folder = rig_folder(),
                                           .dup_ttl_ms = 60000 };

    log_init(LOG_ERROR, NULL);
    rig.loop = loop_new(&err);
    rig.store = store_open(rig.loop, &options, on_ready, NULL, &err);
    assert_non_null(rig.store);
    if (!address)
        run();
    rig.pipeline = pipeline_new(rig.loop, rig.store, phone_ruleset,
                                &(struct pipeline_options){ .max_under_way = 10, .ussd_budget = at_once });
    assert_non_null(rig.pipeline);
}

static void end(void)
{
    pipeline_free(rig.pipeline);
    store_close(rig.store, 3000, on_closed, NULL);
    run();
    loop_free(rig.loop);
    rig_folder_remove(rig.folder);
}

static void what_is_kept_stays_while_redis_is_away(void **state)
{
    (void)state;
    begin("127.0.0.1:1");
    assert_int_equal(replayed(&sms), REASON_busy);
    assert_int_equal(replayed(&ussd), REASON_busy);
    end();
}

static int redis_pid(void)
{
    char path[256];
    redisContext *c;
    redisReply *r;
    int pid;

    snprintf(path, sizeof path, "%s/redis/redis.sock", rig.folder);
    c = redisConnectUnix(path);
    assert_true(c && !c->err);
    r = redisCommand(c, "INFO server");
    pid = atoi(strstr(r->str, "process_id:") + strlen("process_id:"));
    freeReplyObject(r);
    redisFree(c);
    return pid;
}

/* Nobody waits for its page. */
static void what_is_kept_has_all_the_time_it_needs(void **state)
{
    int pid;

    (void)state;
    begin(NULL);
    pid = redis_pid();
    kill(pid, SIGSTOP);
    assert_int_equal(replayed(&ussd), REASON_busy);
    kill(pid, SIGCONT);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_stays_while_redis_is_away),
        cmocka_unit_test(what_is_kept_has_all_the_time_it_needs),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
