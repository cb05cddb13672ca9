/* test_signals.c - the judge's ear: one inbound for each tally, ended after its answer.  The consumer, the
 * store and the pipeline are played by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/district/signals.h"

struct consumer {
    void (*on_entry)(void *, const struct entry *);
    void *arg;
    unsigned done, retried, parked;
    bool open;
};

static struct consumer played;
static enum store_rc tally_rc;
static char submitted[1024], submitted_id[64], places[128];
static answer_cb *pending;
static void *pending_arg;

struct consumer *consumer_open(struct store *s, const char *stream, unsigned window,
                               void (*on_entry)(void *arg, const struct entry *), void *arg)
{
    (void)s;
    assert_string_equal(stream, "tally");
    assert_true(window > 0);
    played = (struct consumer){ .on_entry = on_entry, .arg = arg, .open = true };
    return &played;
}

void consumer_close(struct consumer *c)
{
    c->open = false;
}

void consumer_done(struct consumer *c, struct slice id)
{
    assert_true(slice_is(id, "7-1"));
    c->done++;
}

void consumer_retry(struct consumer *c, struct slice id, int64_t due_ms)
{
    assert_true(slice_is(id, "7-1") && due_ms > 0);
    c->retried++;
}

void consumer_park(struct consumer *c, struct slice id, const char *reason)
{
    assert_true(slice_is(id, "7-1") && strlen(reason) > 0);
    c->parked++;
}

void store_tally_read(struct store *s, struct slice place, struct slice disease,
                      void (*f)(void *arg, enum store_rc, struct slice json), void *arg)
{
    (void)s;
    assert_true(slice_is(disease, "diare"));
    snprintf(places + strlen(places), sizeof places - strlen(places), "%.*s ", SLICE_ARG(place));
    f(arg, tally_rc,
      slice_is(place, "PKM01") ? (struct slice)S("{\"2026-11-20\":4}")
                               : (struct slice)S("{\"2026-11-21\":5}"));
}

static void submit(void *to, const struct inbound *in, answer_cb *cb, void *arg)
{
    assert_ptr_equal(to, &played);
    assert_int_equal(in->kind, INBOUND_SIGNAL);
    assert_true(slice_is(in->provider, "signal"));
    assert_true(in->received_ms > 0);
    snprintf(submitted, sizeof submitted, "%.*s", SLICE_ARG(in->text));
    snprintf(submitted_id, sizeof submitted_id, "%.*s", SLICE_ARG(in->provider_id));
    pending = cb;
    pending_arg = arg;
}

static void answer(enum reason reason)
{
    struct answer a = { .reason = reason };
    answer_cb *cb = pending;

    assert_non_null(cb);
    pending = NULL;
    cb(pending_arg, &a);
}

static struct signals *open_with(const char *tally)
{
    struct signals *s;

    tally_rc = STORE_OK;
    submitted[0] = submitted_id[0] = places[0] = '\0';
    pending = NULL;
    s = signals_open(NULL, NULL, submit, &played);
    assert_non_null(s);
    played.on_entry(played.arg, &(struct entry){ .id = S("7-1"), .body = slice_of(tally) });
    return s;
}

#define TALLY                                                                                                \
    "{\"v\":1,\"village\":\"19.06.01.2004\",\"disease\":\"diare\",\"day\":\"2026-11-21\","                   \
    "\"puskesmas\":\"PKM01\",\"by\":\"+6281200000001\",\"nomor\":\"48217\",\"who\":\"ani P\",\"delta\":1}"

static void a_tally_comes_in_as_a_signal_and_is_done_after_the_answer(void **state)
{
    struct signals *s = open_with(TALLY);

    (void)state;
    assert_string_equal(places, "19.06.01.2004 PKM01 ");
    assert_string_equal(submitted,
                        "{\"village\":\"19.06.01.2004\",\"disease\":\"diare\",\"day\":\"2026-11-21\","
                        "\"puskesmas\":\"PKM01\",\"by\":\"+6281200000001\",\"nomor\":\"48217\","
                        "\"who\":\"ani P\",\"delta\":1,\"village_days\":{\"2026-11-21\":5},"
                        "\"puskesmas_days\":{\"2026-11-20\":4}}");
    assert_string_equal(submitted_id, "7-1");
    assert_int_equal(played.done, 0);
    answer(REASON_signal);
    assert_int_equal(played.done, 1);
    signals_close(s);
}

static void one_judged_before_is_done(void **state)
{
    struct signals *s = open_with(TALLY);

    (void)state;
    answer(REASON_duplicate);
    assert_int_equal(played.done, 1);
    signals_close(s);
}

static void a_refusal_is_tried_again(void **state)
{
    static const enum reason refusals[] = { REASON_busy, REASON_draining };

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct signals *s = open_with(TALLY);

        answer(refusals[i]);
        assert_int_equal(played.done, 0);
        assert_int_equal(played.retried, 1);
        signals_close(s);
    }
}

static void without_its_counts_it_waits(void **state)
{
    struct signals *s;

    (void)state;
    s = open_with("{\"village\":\"19.06.01.2004\",\"disease\":\"diare\",\"day\":\"2026-11-21\"}");
    assert_non_null(strstr(submitted, "\"puskesmas_days\":{}"));
    answer(REASON_signal);
    tally_rc = STORE_UNAVAILABLE;
    played.on_entry(played.arg, &(struct entry){ .id = S("7-1"), .body = S(TALLY) });
    assert_null(pending);
    assert_int_equal(played.retried, 1);
    signals_close(s);
}

static void what_is_no_tally_is_parked(void **state)
{
    static const char *const cases[] = { "", "[]", "{", "{\"village\":1,\"disease\":\"diare\",\"day\":\"x\"}",
                                         "{\"village\":\"19.06.01.2004\"}" };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signals *s = open_with(cases[i]);

        assert_int_equal(played.parked, 1);
        assert_null(pending);
        signals_close(s);
    }
}

static void an_answer_after_the_end_ends_nothing(void **state)
{
    struct signals *s = open_with(TALLY);

    (void)state;
    signals_close(s);
    assert_false(played.open);
    answer(REASON_signal);
    assert_int_equal(played.done + played.retried + played.parked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tally_comes_in_as_a_signal_and_is_done_after_the_answer),
        cmocka_unit_test(one_judged_before_is_done),
        cmocka_unit_test(a_refusal_is_tried_again),
        cmocka_unit_test(without_its_counts_it_waits),
        cmocka_unit_test(what_is_no_tally_is_parked),
        cmocka_unit_test(an_answer_after_the_end_ends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
