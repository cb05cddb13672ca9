/* store_rig.h - a store on a managed redis-server in a temporary folder, for the tests of the store. */
#ifndef KENTONGAN_TESTS_ROOMS_STORE_RIG_H
#define KENTONGAN_TESTS_ROOMS_STORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/store.h"
#include "tests/support/rig.h"

#define RIG_UNUSED __attribute__((unused))

static struct {
    char *folder;
    struct loop *loop;
    struct store *store;
    struct arena arena;
    bool ready, closed;
    struct err ready_err;
    struct loop_timer *late;
    bool too_late;
} rig;

static const char *const sinks[] = { "lokal", "lain" };
#ifndef RIG_PROVIDERS
#define RIG_PROVIDERS "emulator", "kannel"
#endif
static const char *const providers[] = { RIG_PROVIDERS };

static RIG_UNUSED void on_ready(void *arg, const struct err *err)
{
    (void)arg;
    rig.ready = true;
    if (err)
        rig.ready_err = *err;
    else
        rig.ready_err.text[0] = '\0';
}

static RIG_UNUSED void on_closed(void *arg)
{
    (void)arg;
    rig.closed = true;
}

static RIG_UNUSED void stop_if(void *arg)
{
    const bool *flag = arg;

    if (*flag)
        loop_stop(rig.loop);
}

static RIG_UNUSED void on_late(void *arg)
{
    (void)arg;
    rig.too_late = true;
    loop_stop(rig.loop);
}

/* Turns the loop until *flag, at most a minute. */
static RIG_UNUSED void wait_for(bool *flag)
{
    rig.too_late = false;
    loop_timer_set(rig.late, 60000);
    loop_at_turn_end(rig.loop, stop_if, flag);
    if (!*flag)
        assert_int_equal(loop_run(rig.loop), 0);
    loop_not_at_turn_end(rig.loop, stop_if, flag);
    loop_timer_stop(rig.late);
    if (rig.too_late && !*flag)
        fail_msg("waited a minute in vain");
}

static RIG_UNUSED struct store_options options(void)
{
    return (struct store_options){
        .district = "19.06",
        .state_dir = rig.folder,
        .managed = true,
        .strict = true,
        .sinks = sinks,
        .sinks_n = 2,
        .providers = providers,
        .providers_n = 2,
        .dup_ttl_ms = 60000,
    };
}

static RIG_UNUSED void open_store(void)
{
    struct store_options o = options();
    struct err err = { "" };

    rig.ready = false;
    rig.store = store_open(rig.loop, &o, on_ready, NULL, &err);
    if (!rig.store)
        fail_msg("%s", err.text);
    wait_for(&rig.ready);
    assert_string_equal(rig.ready_err.text, "");
    assert_true(store_up(rig.store));
}

static RIG_UNUSED void close_store(void)
{
    rig.closed = false;
    store_close(rig.store, 3000, on_closed, NULL);
    wait_for(&rig.closed);
    rig.store = NULL;
}

static RIG_UNUSED int set_up(void **state)
{
    struct err err;

    (void)state;
    log_init(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR, NULL);
    rig.folder = rig_folder();
    rig.loop = loop_new(&err);
    rig.late = loop_timer_new(rig.loop, "late", on_late, NULL);
    arena_init(&rig.arena, 1 << 22);
    open_store();
    return 0;
}

static RIG_UNUSED int tear_down(void **state)
{
    (void)state;
    if (rig.store)
        close_store();
    arena_free(&rig.arena);
    loop_timer_free(rig.late);
    loop_free(rig.loop);
    rig_folder_remove(rig.folder);
    return 0;
}

/* --- asking --- */

struct answer {
    bool done;
    enum store_rc rc;
};

static RIG_UNUSED void on_answer(void *arg, enum store_rc rc)
{
    struct answer *a = arg;

    assert_false(a->done);
    a->done = true;
    a->rc = rc;
}

static RIG_UNUSED enum store_rc commit(const struct inbound *in, const struct outcome *o)
{
    struct answer a = { 0 };

    store_commit(rig.store, in, "emulator", o, NULL, on_answer, &a);
    assert_false(a.done);
    wait_for(&a.done);
    return a.rc;
}

static RIG_UNUSED enum store_rc load(const struct inbound *in, struct subject *subjects, unsigned n)
{
    struct answer a = { 0 };
    struct store_seen seen = { .in = in };

    store_load(rig.store, &seen, subjects, n, &rig.arena, on_answer, &a);
    assert_false(a.done);
    wait_for(&a.done);
    return a.rc;
}

static RIG_UNUSED redisContext *raw(void)
{
    char path[256];
    redisContext *c;

    snprintf(path, sizeof path, "%s/redis/redis.sock", rig.folder);
    c = redisConnectUnix(path);
    assert_non_null(c);
    assert_int_equal(c->err, 0);
    return c;
}

static RIG_UNUSED long long raw_int(const char *command, const char *key)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, "%s %s", command, key);
    long long n = r->integer;

    assert_int_equal(r->type, REDIS_REPLY_INTEGER);
    freeReplyObject(r);
    redisFree(c);
    return n;
}

static RIG_UNUSED struct inbound sms_from(const char *id)
{
    return (struct inbound){
        .kind = INBOUND_SMS,
        .provider = S("emulator"),
        .provider_id = slice_of(id),
        .from = S("+6281200000001"),
        .from_is_msisdn = true,
        .text = S("TIMBANG siti"),
        .received_ms = 1,
    };
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
