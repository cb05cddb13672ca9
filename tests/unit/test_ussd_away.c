/* test_ussd_away.c - what a page says while the store is away: who is told, what is kept, what comes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "flows/outage.h"
#include "tests/support/phone.h"

static struct outcome out;
static struct inbound keep;
static struct arena arena;

/* The request reaches a gateway without a store, which remembers the session or not. */
static void while_away(enum ussd_op op, const char *text, unsigned step, bool remembered)
{
    static char session[40];
    struct sender sender = { .msisdn = slice_of(phone.from),
                             .person = directory_person(&phone_ruleset->directory, slice_of(phone.from)) };
    struct inbound in = { .kind = INBOUND_USSD,
                          .provider = S("emulator"),
                          .from = slice_of(phone.from),
                          .from_is_msisdn = true,
                          .session = slice_of(phone.session),
                          .service_code = S("*123#"),
                          .text = slice_of(text),
                          .op = op,
                          .step = step,
                          .received_ms = phone.store.now_ms };

    snprintf(session, sizeof session, "%s/*123#", phone.from);
    arena_free(&arena);
    arena_init(&arena, 4 << 20);
    sender.session.ref = (struct subject_ref){ .kind = SUBJECT_SESSION, .id = slice_of(session) };
    if (remembered)
        sender.session.blob = mem_blob(&phone.store, SUBJECT_SESSION, slice_of(session));
    memset(&out, 0, sizeof out);
    assert_int_equal(
        flow_outage(phone_ruleset, &sender, &in, OUTAGE_REDIS, phone.store.now_ms, &arena, &out, &keep),
        STEP_OK);
    assert_true(out.screen_ends);
    assert_in_range(out.screen.n, 1, 182);
}

static bool told(const char *to, const char *part)
{
    for (unsigned i = 0; i < out.sms_n; i++) {
        char text[400];

        snprintf(text, sizeof text, "%.*s", SLICE_ARG(out.sms[i].text));
        if (slice_is(out.sms[i].to, to) && strstr(text, part))
            return true;
    }
    return false;
}

static bool page_has(const char *part)
{
    char text[400];

    snprintf(text, sizeof text, "%.*s", SLICE_ARG(out.screen));
    return strstr(text, part) != NULL;
}

static void carried_out_later(void)
{
    struct inbound in = keep;

    phone.store.now_ms += 60000;
    mem_in(&phone.store, &in);
}

static void the_reason_of_a_referral_is_told_and_kept(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28");
    while_away(USSD_INPUT, "1", 0, true);
    assert_true(told(PHONE_BIDAN, "Ana 28th perdarahan"));
    assert_true(told(PHONE_KADER, "sudah diberi tahu"));
    assert_true(page_has("sudah diberi tahu"));
    assert_true(page_has("coba lagi"));
    assert_true(keep.urgent);
    carried_out_later();
    phone_sms(PHONE_BIDAN, "BELUM LENGKAP");
    phone_dial();
    phone_says("1 Lanjut");
    phone_type("1");
    phone_says("Ana 28th perdarahan");
    phone_type("1");
    assert_int_equal(phone_records(), 1);
}

static void a_reason_that_is_no_e1_is_told_too(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28");
    while_away(USSD_INPUT, "demam tinggi", 0, true);
    assert_true(told(PHONE_BIDAN, "demam tinggi"));
}

static void a_sign_in_a_list_is_told(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("2>Sri>30>120*80>999>999>999>999");
    phone_says("Tanda bahaya");
    while_away(USSD_INPUT, "kejang", 0, true);
    assert_true(told(PHONE_BIDAN, "kejang"));
    assert_true(keep.provider.n > 0);
}

static void what_is_no_danger_is_not_kept_and_says_whom_to_call(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1");
    while_away(USSD_INPUT, "Kejora Santoso", 0, true); /* a name */
    assert_int_equal(out.sms_n, 0);
    assert_int_equal(keep.provider.n, 0);
    assert_true(page_has("Coba lagi"));
    assert_true(page_has("0812"));
    while_away(USSD_BEGIN, "", 0, true);
    assert_int_equal(out.sms_n, 0);
}

static void without_the_session_the_repeated_inputs_say_it_all(void **state)
{
    (void)state;
    snprintf(phone.session, sizeof phone.session, "at-1");
    while_away(USSD_INPUT, "4*1*Ana*28*1", 6, false);
    assert_true(told(PHONE_BIDAN, "Ana 28th perdarahan"));
    carried_out_later();
    phone_sms(PHONE_BIDAN, "BELUM LENGKAP");
}

static void without_the_session_letters_may_say_it(void **state)
{
    (void)state;
    snprintf(phone.session, sizeof phone.session, "s-1");
    while_away(USSD_INPUT, "bu ana perdarahan hebat", 0, false);
    assert_true(told(PHONE_BIDAN, "bu ana perdarahan hebat"));
    assert_int_equal(keep.kind, INBOUND_SMS);
    while_away(USSD_INPUT, "1", 0, false);
    assert_int_equal(out.sms_n, 0);
}

static void danger_in_letters_is_told_and_kept_as_an_sms(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1");
    while_away(USSD_INPUT, "bu ana perdarahan hebat", 0, true);
    assert_true(told(PHONE_BIDAN, "bu ana perdarahan hebat"));
    assert_int_equal(keep.kind, INBOUND_SMS);
    assert_true(slice_is(keep.text, "bu ana perdarahan hebat"));
    snprintf(phone.session, sizeof phone.session, "at-3");
    phone_request(USSD_BEGIN, "", 1);
    phone_request(USSD_INPUT, "2", 2);
    phone_request(USSD_INPUT, "2*2", 3);
    while_away(USSD_INPUT, "2*2*bu ana perdarahan hebat", 4, true);
    assert_true(slice_is(keep.text, "bu ana perdarahan hebat"));
}

static void whom_staff_know_of_is_not_told_twice(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28>1");
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 1);
    while_away(USSD_INPUT, "1", 0, true);
    assert_int_equal(out.sms_n, 0);
    while_away(USSD_ENDED, "", 0, true);
    assert_int_equal(out.sms_n, 0);
}

static void whoever_went_on_meanwhile_keeps_her_dialogue(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28");
    while_away(USSD_INPUT, "1", 0, true);
    phone_dial();
    phone_type_all("2>1>1>Budi");
    carried_out_later();
    phone_sms(PHONE_BIDAN, "Ana");
    phone_dial();
    phone_type("1");
    phone_says("Jenis kelamin");
}

static void the_end_of_a_session_tells_a_reason(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28");
    phone_type("demam tinggi");
    while_away(USSD_ENDED, "", 0, true);
    assert_true(told(PHONE_BIDAN, "demam tinggi"));
}

static int begin(void **state)
{
    arena_init(&arena, 4 << 20);
    return phone_begin(state);
}

static int end(void **state)
{
    arena_free(&arena);
    return phone_end(state);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(the_reason_of_a_referral_is_told_and_kept),
        CASE(a_reason_that_is_no_e1_is_told_too),
        CASE(a_sign_in_a_list_is_told),
        CASE(what_is_no_danger_is_not_kept_and_says_whom_to_call),
        CASE(without_the_session_the_repeated_inputs_say_it_all),
        CASE(without_the_session_letters_may_say_it),
        CASE(danger_in_letters_is_told_and_kept_as_an_sms),
        CASE(whom_staff_know_of_is_not_told_twice),
        CASE(whoever_went_on_meanwhile_keeps_her_dialogue),
        CASE(the_end_of_a_session_tells_a_reason),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
