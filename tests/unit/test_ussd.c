/* test_ussd.c - what a caller meets: the ways of a weighing, of a referral, of a drop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/support/phone.h"

/* --- the ways of one weighing --- */

static void a_kader_sees_her_five_choices(void **state)
{
    (void)state;
    phone_dial();
    phone_says("1 Timbang\n2 Ibu hamil\n3 Kasus\n4 Rujuk\n5 Lainnya");
    assert_false(phone.ended);
}

static void a_weighing_is_nine_steps_and_ends_with_its_number_and_a_receipt(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>10,4>80");
    phone_says("Budi Santoso");
    phone_says("10,4");
    phone_says("1 Kirim");
    assert_int_equal(phone_records(), 0);
    phone_type("1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 1);
    assert_string_equal(
        phone_record(0),
        "timbang {\"nama\":\"Budi Santoso\",\"jk\":\"L\",\"umur\":\"20bl\",\"bb\":10.4,\"tb\":80}");
    assert_int_equal(phone_sms_to(PHONE_KADER), 1);
    assert_string_equal(phone.store.reason, "accepted");
    assert_false(phone_waits());
}

static void nothing_measured_is_a_zero_and_triple_zero_goes_back(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>10,4");
    phone_says("0 Lewati");
    phone_says("000 Kembali");
    phone_type("000");
    phone_says("Berat");
    phone_type_all("10,5>0>1");
    assert_int_equal(phone_records(), 1);
    assert_string_equal(phone_record(0),
                        "timbang {\"nama\":\"Budi Santoso\",\"jk\":\"L\",\"umur\":\"20bl\",\"bb\":10.5}");
}

static void a_known_child_is_named_by_its_number(void **state)
{
    char nomor[16] = "";
    const char *at;

    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>10,4>80>1");
    at = strstr(phone.page, "anak ");
    assert_non_null(at);
    sscanf(at + 5, "%15[0-9]", nomor);
    phone_pass(24 * 60 * PHONE_MINUTE); /* a second weighing of the day would be asked about */
    phone_dial();
    phone_type_all("1>2>1235");
    phone_says("salah");
    phone_type(nomor);
    phone_says("Budi Santoso");
    phone_type_all("10,6>81");
    phone_says("10,6");
    phone_says("Budi Santoso");
    phone_type("1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 2);
}

static const struct place *puskesmas_of(const struct person *p)
{
    const struct place *at = p->place;

    while (at && at->level != PLACE_PUSKESMAS)
        at = at->parent;
    return at;
}

static void a_child_of_another_puskesmas_has_no_name_here(void **state)
{
    const struct directory *d = &phone_ruleset->directory;
    const struct place *home = puskesmas_of(directory_person(d, S(PHONE_KADER)));
    char nomor[16] = "";
    unsigned far = 0;

    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>10,4>80>1");
    sscanf(strstr(phone.page, "anak ") + 5, "%15[0-9]", nomor);
    while (far < d->people_n && (d->people[far]->role != ROLE_KADER || puskesmas_of(d->people[far]) == home))
        far++;
    assert_true(far < d->people_n);
    snprintf(phone.from, sizeof phone.from, "%.*s", SLICE_ARG(d->people[far]->msisdn));
    phone_dial();
    phone_type_all("1>2");
    phone_type(nomor);
    phone_says("tidak ada");
    assert_null(strstr(phone.page, "Budi"));
}

static void a_missing_decimal_mark_is_filled_and_the_echo_asks(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>104");
    phone_says("Tinggi");
    phone_type("80");
    phone_says("10,4kg?");
    phone_type_all("0>000");
    phone_says("Berat");
    phone_type_all("10,5>80");
    phone_says("10,5kg");
    assert_null(strchr(phone.page, 0x3f));
    phone_type_all("0>000>104>80>1");
    assert_non_null(strstr(phone_record(0), "\"bb\":10.4"));
}

static void an_implausible_weight_is_asked_back(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>30");
    phone_says("Benar?");
    phone_type("2");
    phone_says("Berat");
    phone_type_all("10,4>80>1");
    assert_int_equal(phone_records(), 1);
}

static void what_cannot_be_read_is_asked_again_with_an_example(void **state)
{
    static const struct {
        const char *inputs, *says;
    } cases[] = {
        { "7", "Pilihan tidak ada" },
        { "1>1>1a", "Tidak terbaca" },
        { "1>1>Budi>3", "Pilihan tidak ada" },
        { "1>1>Budi>1>xx", "Tidak terbaca" },
        { "1>1>Budi>1>99", "Di luar batas" },
        { "1>1>Budi>1>20>berat", "Tidak terbaca" },
        { "1>1>Budi>1>20>10,4>10", "Di luar batas" },
        { "1>1>Budi>1>20>10,4>80>5", "Pilihan tidak ada" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        phone_new();
        phone_dial();
        phone_type_all(cases[i].inputs);
        phone_says(cases[i].says);
        assert_int_equal(phone_records(), 0);
    }
}

static void zero_goes_back_and_double_zero_to_the_first_page_without_losing_the_report(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    phone_type("0");
    phone_says("1 Timbang");
    phone_type_all("1>1>Budi>0");
    phone_says("Nama");
    phone_type_all("Budi>1>00");
    phone_says("1 Timbang");
    phone_says("9 Lanjutkan");
    phone_type("9");
    phone_says("Umur");
    phone_type_all("20>10,4>80>1");
    assert_int_equal(phone_records(), 1);
}

static void the_dial_itself_may_carry_the_first_inputs(void **state)
{
    (void)state;
    snprintf(phone.code, sizeof phone.code, "*123*1*1#");
    phone_dial();
    phone_says("Nama");
    phone_type("Budi");
    snprintf(phone.code, sizeof phone.code, "*123#");
    phone_type("1");
    phone_says("Umur");
}

static void dialled_along_inputs_never_send(void **state)
{
    (void)state;
    snprintf(phone.code, sizeof phone.code, "*123*3*1*1*3*0*99*1#");
    phone_dial();
    assert_int_equal(phone_records(), 0);
    assert_false(phone.ended);
}

static void a_repeated_request_gets_the_same_page_and_changes_nothing(void **state)
{
    char before[400];

    (void)state;
    snprintf(phone.session, sizeof phone.session, "at-1");
    phone_request(USSD_BEGIN, "", 1);
    phone_request(USSD_INPUT, "1", 2);
    phone_request(USSD_INPUT, "1*1", 3);
    phone_request(USSD_INPUT, "1*1*Budi", 4);
    snprintf(before, sizeof before, "%s", phone.page);
    phone_request(USSD_INPUT, "1*1*Budi", 4);
    assert_string_equal(phone.page, before);
    assert_int_equal(phone.store.writes, 0);
    phone_request(USSD_INPUT, "1*1*Budi*1", 5);
    phone_request(USSD_INPUT, "1*1*Budi*1*20", 6);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4", 7);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80", 8);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80*1", 9);
    assert_true(phone.ended);
    snprintf(before, sizeof before, "%s", phone.page);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80*1", 9);
    assert_true(phone.ended);
    assert_string_equal(phone.page, before);
    assert_int_equal(phone_records(), 1);
    assert_int_equal(phone.store.sms_n, 1);
}

static void a_star_in_an_answer_is_part_of_the_answer(void **state)
{
    (void)state;
    snprintf(phone.session, sizeof phone.session, "at-2");
    phone_request(USSD_BEGIN, "", 1);
    phone_request(USSD_INPUT, "2", 2);
    phone_request(USSD_INPUT, "2*Sri", 3);
    phone_request(USSD_INPUT, "2*Sri*30", 4);
    phone_says("Tekanan darah");
    phone_request(USSD_INPUT, "2*Sri*30*120*80", 6);
    assert_int_equal(phone.state.values[form_field(phone.state.form, "td")].kind, VALUE_TEXT);
}

static void the_end_of_a_session_keeps_what_was_said(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi");
    phone_request(USSD_ENDED, "", 0);
    assert_int_equal(phone.store.writes, 0);
    phone_dial();
    phone_says("1 Lanjut\n2 Mulai baru");
    phone_type("1");
    phone_says("Jenis kelamin");
}

static void begin_anew_leaves_the_old_dialogue(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi>1");
    phone_dial();
    phone_type("2");
    phone_says("1 Timbang");
    phone_dial();
    phone_says("1 Timbang");
}

static void after_15_minutes_it_is_a_draft_told_by_one_sms_a_day(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20");
    phone_pass(14 * PHONE_MINUTE);
    assert_int_equal(phone_sms_to(PHONE_KADER), 0);
    phone_pass(2 * PHONE_MINUTE);
    assert_int_equal(phone_sms_to(PHONE_KADER), 1);
    phone_sms(PHONE_KADER, "BB");
    assert_int_equal(phone_records(), 0);
    phone_dial();
    phone_says("1 Timbang");
    phone_type_all("1>1>Ani>2>20");
    phone_pass(20 * PHONE_MINUTE);
    assert_int_equal(phone_sms_to(PHONE_KADER), 1);
}

static void a_draft_is_finished_where_it_stands(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20");
    phone_pass(16 * PHONE_MINUTE);
    phone_dial();
    phone_says("6 Lengkapi");
    phone_type("6");
    phone_says("Berat");
    phone_type_all("10,4>80");
    phone_says("Budi Santoso");
    phone_type("1");
    assert_int_equal(phone_records(), 1);
    assert_false(phone_waits());
    phone_dial();
    assert_null(strstr(phone.page, "6 "));
}

static void a_name_one_letter_away_is_asked_on_the_page(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>20>10,4>80>1");
    phone_pass(24 * 60 * PHONE_MINUTE);
    phone_dial();
    phone_type_all("1>1>Budi Santosa>1>20>10,5>80>1");
    assert_false(phone.ended);
    phone_says("Budi Santoso");
    phone_says("1 Ya 2 Bukan");
    assert_int_equal(phone_records(), 1);
    phone_dial();
    phone_type("1");
    phone_says("1 Ya 2 Bukan");
    phone_type("1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 2);
}

static void a_slow_writer_keeps_her_dialogue_while_she_writes(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi Santoso");
    phone_pass(10 * PHONE_MINUTE);
    phone_type("1");
    phone_pass(10 * PHONE_MINUTE);
    assert_int_equal(phone_sms_to(PHONE_KADER), 0);
    phone_type_all("20>10,4>80>1");
    assert_int_equal(phone_records(), 1);
    assert_false(phone_waits());
}

static void an_emergency_does_not_wait_for_the_end(void **state)
{
    unsigned told;

    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28>1");
    told = phone_sms_to(PHONE_BIDAN);
    assert_true(told >= 1);
    phone_sms(PHONE_BIDAN, "BELUM LENGKAP");
    assert_int_equal(phone_records(), 0);
    phone_type("1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 1);
}

static void a_referral_that_drops_goes_out_as_it_is(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28>11");
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 0);
    phone_request(USSD_ENDED, "", 0);
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 1);
    phone_sms(PHONE_BIDAN, "BELUM LENGKAP");
    phone_request(USSD_ENDED, "", 0);
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 1);
    phone_dial();
    phone_type_all("1>1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 1);
}

static void a_referral_by_the_number_of_a_report(void **state)
{
    char nomor[16] = "";

    (void)state;
    phone_dial();
    phone_type_all("2>Sri>30>12080>999>999>999>999>999");
    phone_says("Sri");
    phone_type("1");
    assert_true(phone.ended);
    sscanf(phone.page, "Diterima %15[0-9]", nomor);
    assert_string_not_equal(nomor, "");
    phone_dial();
    phone_type_all("4>2");
    phone_type(nomor);
    phone_says("1 Kirim");
    phone_type("1");
    assert_int_equal(phone_records(), 2);
    phone_sms(PHONE_BIDAN, "Sri");
}

static void who_is_not_known_hears_how_to_register(void **state)
{
    (void)state;
    snprintf(phone.from, sizeof phone.from, "+6281299999999");
    phone_dial();
    assert_true(phone.ended);
    phone_says("DAFTAR");
    assert_int_equal(phone.store.writes, 0);
    snprintf(phone.from, sizeof phone.from, "Telkomsel");
    phone_dial();
    assert_true(phone.ended);
}

static void staff_answer_a_referral_by_number(void **state)
{
    char nomor[16] = "", inputs[40];
    const char *at;

    (void)state;
    phone_dial();
    phone_type_all("4>1>Ana>28>1>1");
    assert_true(phone.ended);
    for (unsigned i = 0; i < phone.store.sms_n; i++)
        if (strcmp(phone.store.sms[i].to, PHONE_BIDAN) == 0 &&
            (at = strstr(phone.store.sms[i].text, "TERIMA ")))
            sscanf(at + 7, "%15[0-9]", nomor);
    assert_string_not_equal(nomor, "");
    snprintf(phone.from, sizeof phone.from, PHONE_BIDAN);
    phone_dial();
    phone_type("1");
    phone_says("1 TERIMA\n2 TOLAK\n3 HADIR\n4 TIDAK HADIR\n5 SELESAI");
    snprintf(inputs, sizeof inputs, "1>%s", nomor);
    phone_type_all(inputs);
    assert_true(phone.ended);
    phone_says(nomor);
    phone_sms(PHONE_KADER, nomor);
}

static void a_report_goes_on_by_sms(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1");
    phone_says("Lewat SMS");
    phone_type("1");
    assert_true(phone.ended);
    phone_says("NAMA");
    assert_int_equal(phone_records(), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, phone_begin, phone_end)
    const struct CMUnitTest tests[] = {
        CASE(a_kader_sees_her_five_choices),
        CASE(a_weighing_is_nine_steps_and_ends_with_its_number_and_a_receipt),
        CASE(nothing_measured_is_a_zero_and_triple_zero_goes_back),
        CASE(a_known_child_is_named_by_its_number),
        CASE(a_child_of_another_puskesmas_has_no_name_here),
        CASE(a_missing_decimal_mark_is_filled_and_the_echo_asks),
        CASE(an_implausible_weight_is_asked_back),
        CASE(what_cannot_be_read_is_asked_again_with_an_example),
        CASE(zero_goes_back_and_double_zero_to_the_first_page_without_losing_the_report),
        CASE(the_dial_itself_may_carry_the_first_inputs),
        CASE(dialled_along_inputs_never_send),
        CASE(a_repeated_request_gets_the_same_page_and_changes_nothing),
        CASE(a_star_in_an_answer_is_part_of_the_answer),
        CASE(the_end_of_a_session_keeps_what_was_said),
        CASE(begin_anew_leaves_the_old_dialogue),
        CASE(after_15_minutes_it_is_a_draft_told_by_one_sms_a_day),
        CASE(a_draft_is_finished_where_it_stands),
        CASE(a_name_one_letter_away_is_asked_on_the_page),
        CASE(a_slow_writer_keeps_her_dialogue_while_she_writes),
        CASE(an_emergency_does_not_wait_for_the_end),
        CASE(a_referral_that_drops_goes_out_as_it_is),
        CASE(a_referral_by_the_number_of_a_report),
        CASE(who_is_not_known_hears_how_to_register),
        CASE(staff_answer_a_referral_by_number),
        CASE(a_report_goes_on_by_sms),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
