/* test_ussd_keys.c - the rule for keys on every page, what is offered to whom, dates, screenings, menus by
 * role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/phone.h"

static void not_said(const char *part)
{
    for (unsigned turn = 0; turn < 8; turn++) {
        if (strstr(phone.page, part))
            fail_msg("\"%s\" on the page:\n%s", part, phone.page);
        if (!strstr(phone.page, "98 Lagi"))
            return;
        phone_type("98");
    }
}

/* On some turn of the page. */
static void said(const char *part)
{
    for (unsigned turn = 0; turn < 8; turn++) {
        if (strstr(phone.page, part))
            return;
        phone_type("98");
    }
    fail_msg("\"%s\" on no turn of the page:\n%s", part, phone.page);
}

/* The digits in front of an option, wherever the page stands in its turns. */
static const char *digits_before(const char *option)
{
    static char digits[8];

    for (unsigned turn = 0; turn < 8; turn++) {
        for (const char *line = phone.page; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
            size_t n = strspn(line, "0123456789");

            if (n && n < sizeof digits && line[n] == ' ' &&
                strncmp(line + n + 1, option, strlen(option)) == 0) {
                snprintf(digits, sizeof digits, "%.*s", (int)n, line);
                return digits;
            }
        }
        phone_type("98");
    }
    fail_msg("no option \"%s\" on the page:\n%s", option, phone.page);
    return "";
}

static void choose(const char *option)
{
    phone_type(digits_before(option));
}

/* --- keys --- */

static void zero_goes_back_from_a_number_that_may_be_left_out(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("2>Sri>30>120*80");
    phone_says("Berat");
    phone_says("999 Lewati");
    phone_says("0 Kembali");
    assert_null(strstr(phone.page, "000"));
    phone_type("0");
    phone_says("Tekanan darah");
    phone_type_all("120*80>999");
    phone_says("Lingkar lengan");
    phone_type("0");
    phone_says("Berat");
}

static void skipping_has_the_same_digits_on_numbers_lists_and_texts(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("2>Sri>30>120*80>999>999>999");
    phone_says("Tablet");
    phone_says("999 Lewati");
    phone_says("000 Kembali");
    phone_type("999");
    phone_says("Tanda bahaya");
    phone_says("999 Lewati");
    phone_type("999");
    phone_says("1 Kirim");
    phone_type("1");
    assert_string_equal(phone_record(0), "bumil {\"nama\":\"Sri\",\"ukh\":30,\"td\":\"120/80\"}");
    phone_dial();
    phone_type_all("3>1>1>2");
    phone_says("Lokasi");
    phone_says("999 Lewati");
    phone_type("999");
    phone_says("1 Kirim");
}

static void a_zero_that_is_a_value_keeps_triple_zero_for_back(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi>1");
    phone_says("Umur");
    phone_says("000 Kembali");
    phone_type_all("20>10,4");
    phone_says("0 Lewati");
    phone_says("000 Kembali");
    phone_type("0");
    phone_says("1 Kirim");
    phone_dial();
    phone_type("2");
    phone_type("2");
    phone_type_all("Sri>30>120*80>999>999>999>0");
    phone_says("Tanda bahaya");
}

static void ninety_eight_is_a_number_where_numbers_are_asked(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("5");
    choose("Usia dewasa");
    phone_type_all("Hasan>1>40>130*80>98>98>999>98>999");
    phone_says("1 Kirim");
    phone_type("1");
    assert_string_equal(
        phone_record(0),
        "dewasa {\"nama\":\"Hasan\",\"jk\":\"L\",\"umur\":\"40th\",\"td\":\"130/80\",\"gds\":98,"
        "\"bb\":98,\"lp\":98}");
}

static void back_from_the_echo_keeps_a_list(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Imunisasi");
    phone_type_all("1>Dinda>2>9");
    choose("BCG");
    choose("polio 1");
    phone_type("99");
    phone_says("BCG, polio 1");
    phone_type("0");
    phone_says("BCG, polio 1");
    phone_says("99 Selesai");
    phone_type("99");
    phone_says("BCG, polio 1");
    phone_says("1 Kirim");
    /* Two pages back, and the list is still there. */
    phone_type_all("0>0");
    phone_says("Umur");
    phone_type("9");
    phone_says("1 Kirim");
    phone_says("BCG, polio 1");
}

static void what_was_chosen_by_mistake_is_taken_out_by_its_digit(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Imunisasi");
    phone_type_all("1>Dinda>2>9");
    choose("BCG");
    choose("MR 1");
    choose("hapus BCG");
    phone_type("99");
    phone_says("MR 1");
    assert_null(strstr(phone.page, "BCG"));
}

static void back_over_answered_pages_keeps_their_answers(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi>1>20>104>80");
    phone_says("10,4kg?");
    phone_type_all("0>000");
    phone_says("Berat");
    phone_type("0");
    phone_says("Umur");
    phone_type("21");
    phone_says("1 Kirim");
    phone_says("21bl BB 10,4kg? TB 80cm");
}

static void back_from_the_echo_of_a_screening_keeps_the_answers_before(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Skrining");
    phone_type_all("Hasan>1>50");
    choose("TBC");
    phone_type_all("1>2>2>1");
    phone_says("1 Kirim");
    phone_type("0");
    phone_says("4/4");
    phone_type_all("2>1");
    assert_true(phone.ended);
    assert_non_null(strstr(phone_record(0), "\"jawaban\":\"YTTT\""));
}

/* --- dates --- */

static void open_birth(void)
{
    phone_dial();
    phone_type("5");
    choose("Kelahiran");
    phone_type_all("Yanti>1");
    phone_says("1 Hari ini\n2 Kemarin");
}

static void a_day_is_chosen_or_typed_and_never_guessed(void **state)
{
    (void)state;
    open_birth();
    phone_type("1");
    phone_says("Berat lahir");
    phone_type("0");
    phone_says("1 Hari ini");
    phone_type_all("2>3100>48>999>1");
    assert_non_null(strstr(phone_record(0), "\"tgl\":\"2026-11-20\""));
    phone_new();
    open_birth();
    phone_type("15");
    phone_says("2026-11-15");
    phone_says("1 Ya");
    phone_type("1");
    phone_says("Berat lahir");
    phone_new();
    open_birth();
    phone_type("15*11");
    phone_says("Berat lahir");
    phone_new();
    open_birth();
    phone_type("3");
    phone_says("2026-11-03");
    phone_says("1 Ya");
    phone_type("2");
    phone_says("1 Hari ini");
}

static void today_is_the_day_that_the_page_showed(void **state)
{
    (void)state;
    phone.store.now_ms += 17 * 60 * PHONE_MINUTE - 50 * 1000; /* ten to midnight, in seconds */
    open_birth();
    phone_pass(20 * 1000);
    phone_type_all("1>3100>48>999>1");
    assert_non_null(strstr(phone_record(0), "\"tgl\":\"2026-11-21\""));
}

/* --- what is offered to whom --- */

static void a_man_is_not_asked_about_a_child_in_the_womb(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Usia dewasa");
    phone_type_all("Hasan>1>40>130*80>999>999>999>999");
    phone_says("Tanda bahaya");
    not_said("janin");
    not_said("ketuban");
    not_said("menyusu");
    not_said("tali pusat");
    said("dada");
    phone_new();
    phone_dial();
    phone_type_all("2>Sri>30>120*80>999>999>999>999");
    phone_says("Tanda bahaya");
    said("gerakan janin");
    not_said("tali pusat");
}

static void a_newborn_has_the_signs_of_a_newborn(void **state)
{
    (void)state;
    open_birth();
    phone_type_all("1>3100>48");
    phone_says("Tanda bahaya");
    not_said("janin");
    not_said("pelo");
    not_said("payudara");
    said("tidak mau menyusu");
    said("tali pusat");
}

static void reasons_of_a_referral_fit_the_age(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("4>1>Pak Hasan>60");
    phone_says("Alasan");
    not_said("janin");
    not_said("ketuban");
    not_said("bayi tidak mau");
    phone_new();
    phone_dial();
    phone_type_all("4>1>Bu Ana>28");
    said("gerakan janin");
    not_said("bayi tidak mau");
    phone_new();
    phone_dial();
    phone_type_all("4>1>Dede>5>2");
    phone_says("Alasan");
    said("bayi tidak mau");
    not_said("janin");
}

static void vaccines_fit_the_age(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Imunisasi");
    phone_type_all("1>Dinda>2>2");
    not_said("MR 1");
    said("DPT 1");
}

static void a_boy_is_not_asked_for_iron_tablets(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Usia sekolah");
    phone_type_all("Rudi>1>10>30>140>18>999>999");
    phone_says("1 Kirim");
    phone_new();
    phone_dial();
    phone_type("5");
    choose("Usia sekolah");
    phone_type_all("Lala>2>16>45>150>24>12>110*70");
    phone_says("Tablet");
}

/* --- screenings --- */

static void puma_is_asked_question_by_question(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Skrining");
    phone_type_all("Hasan>1>62");
    choose("PUMA");
    phone_says("1/5");
    phone_says("rokok");
    phone_says("1 kurang dari 20\n2 20 sampai 30\n3 lebih dari 30");
    phone_type("3");
    phone_says("2/5");
    phone_says("1 Ya\n2 Tidak");
    phone_type_all("1>2>1>2");
    phone_says("1 Kirim");
    phone_says("lebih dari 30");
    phone_says("Ya: ");
    phone_type("1");
    assert_non_null(strstr(phone_record(0), "\"jawaban\":\"2YTYT\""));
    phone_says("PPOK");
    phone_new();
    phone_dial();
    phone_type("5");
    choose("Skrining");
    phone_type_all("Rina>2>25");
    not_said("PUMA"); /* from 40 on */
}

static void a_screening_is_echoed_before_it_is_sent(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Skrining");
    phone_type_all("Hasan>1>50");
    choose("TBC");
    phone_type_all("1>2>2>1");
    phone_says("Ya: batuk, kontak");
    phone_says("1 Kirim");
}

static void question_17_goes_to_nakes_and_into_no_sms(void **state)
{
    (void)state;
    phone_dial();
    phone_type("5");
    choose("Skrining");
    phone_type_all("Rina>2>30");
    choose("SRQ");
    for (unsigned i = 1; i <= 20; i++)
        phone_type(i == 17 ? "1" : "2");
    phone_says("1 Kirim");
    phone_type("1");
    assert_true(phone.ended);
    assert_non_null(strstr(phone_record(0), "TTTTTTTTTTTTTTTTYTTT"));
    for (unsigned i = 0; i < phone.store.sms_n; i++) {
        assert_null(strstr(phone.store.sms[i].text, "hidup"));
        assert_null(strstr(phone.store.sms[i].text, "SRQ 17"));
        assert_null(strstr(phone.store.sms[i].text, "YT"));
    }
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 1);
}

/* --- danger in letters, wherever they are typed --- */

static void danger_typed_where_something_else_is_asked_is_told_at_once(void **state)
{
    static const struct {
        const char *inputs, *typed;
    } cases[] = {
        { "1>1", "kejang" },
        { "2", "Bu Ana perdarahan hebat" },
        { "3>1>1>2", "ada yang kejang di rt 4" },
        { "1>1>Budi>1", "14 kejang tolong" },
        { "", "tolong bu ana perdarahan" },
        { "2>Sri>30", "tidak sadar" },
        { "5>13", "bayi biru tidak bernapas kejang" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        phone_new();
        phone_dial();
        if (cases[i].inputs[0])
            phone_type_all(cases[i].inputs);
        phone_type(cases[i].typed);
        if (!phone.ended || phone_sms_to(PHONE_BIDAN) != 1)
            fail_msg("%s: %u told, page:\n%s", cases[i].typed, phone_sms_to(PHONE_BIDAN), phone.page);
        assert_int_equal(phone_sms_to(PHONE_KADER), 1);
    }
    phone_new();
    phone_dial();
    phone_type_all("1>1>Budi>1>kejang");
    phone_dial();
    phone_says("1 Lanjut");
    phone_type("1");
    phone_says("Umur");
}

static void signs_where_signs_are_asked_and_names_are_none(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Kejora Biru");
    phone_says("Jenis kelamin");
    phone_dial();
    phone_type("2");
    phone_type_all("5");
    choose("Kematian");
    phone_type_all("Imah>2>70>1>kejang");
    phone_says("1 Kirim");
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 0);
    phone_dial();
    phone_type("2");
    phone_type_all("2>Sri>30>120*80>999>999>999>999>kejang");
    assert_false(phone.ended);
    phone_says("99 Selesai");
    assert_int_equal(phone_sms_to(PHONE_BIDAN), 1);
}

/* --- the weekly report --- */

static void a_week_without_cases_is_reported_by_digits(void **state)
{
    (void)state;
    snprintf(phone.from, sizeof phone.from, PHONE_PUSKESMAS);
    phone_dial();
    choose("Lapor");
    choose("W2");
    phone_type("46");
    choose("Nihil");
    phone_says("1 Kirim");
    phone_type("1");
    assert_true(phone.ended);
    assert_non_null(strstr(phone_record(0), "\"nihil\":true"));
}

static void a_week_with_its_total(void **state)
{
    (void)state;
    snprintf(phone.from, sizeof phone.from, PHONE_PUSKESMAS);
    phone_dial();
    choose("Lapor");
    choose("W2");
    phone_type("46");
    choose("diare");
    phone_type("5");
    not_said("Nihil");
    choose("diare = 5");
    phone_type("6");
    choose("Jumlah kunjungan");
    phone_type("98");
    phone_type_all("99>1");
    assert_true(phone.ended);
    assert_non_null(strstr(phone_record(0), "\"A\":6,\"X\":98"));
}

/* --- another dialogue in the middle of one --- */

static void another_form_does_not_throw_the_first_away_unasked(void **state)
{
    (void)state;
    phone_dial();
    phone_type_all("1>1>Budi>1>00>2");
    phone_says("Belum selesai: Timbang");
    phone_says("1 Lanjut\n2 Mulai baru");
    phone_type("1");
    phone_says("Umur");
    phone_type_all("00>2>2");
    phone_says("Nama ibu");
    phone_type_all("0>1>1>Ani>1>00>5");
    choose("Status");
    phone_says("Belum selesai");
    phone_type("2");
    phone_says("Nomor laporan");
    phone_dial();
    phone_says("Belum selesai: Status");
    phone_type("2");
    phone_says("1 Timbang");
    phone_type_all("1>1>Ani>1>00>2");
    phone_says("Belum selesai");
    phone_dial();
    phone_says("Belum selesai");
    phone_type("2");
    phone_says("1 Timbang");
}

/* --- menus --- */

static const char *somebody(enum role role)
{
    const struct directory *d = &phone_ruleset->directory;

    for (unsigned i = 0; i < d->people_n; i++)
        if (d->people[i]->role == role && d->people[i]->active) {
            snprintf(phone.from, sizeof phone.from, "%.*s", SLICE_ARG(d->people[i]->msisdn));
            return phone.from;
        }
    fail_msg("nobody of this role");
    return "";
}

static void every_role_has_a_menu_of_its_own(void **state)
{
    static const struct {
        enum role role;
        const char *has[4], *hasnt;
    } menus[] = {
        { ROLE_KADER, { "Timbang", "Lainnya" }, "TERIMA" },
        { ROLE_BIDAN, { "Jawab rujukan", "Verifikasi", "Lapor" }, NULL },
        { ROLE_PUSKESMAS, { "Jawab rujukan", "Verifikasi", "Lapor" }, NULL },
        { ROLE_RS, { "Jawab rujukan", "Lapor" }, NULL },
        { ROLE_KADES, { "OK peringatan", "PWS", "Lapor" }, "Timbang" },
        { ROLE_CAMAT, { "OK peringatan", "PWS", "Lapor" }, "Timbang" },
        { ROLE_DINKES, { "Jawab rujukan", "Verifikasi", "PWS" }, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof menus / sizeof *menus; i++) {
        phone_new();
        somebody(menus[i].role);
        phone_dial();
        assert_false(phone.ended);
        for (unsigned k = 0; k < 4 && menus[i].has[k]; k++)
            said(menus[i].has[k]);
        if (menus[i].hasnt)
            not_said(menus[i].hasnt);
    }
}

static void a_camat_asks_for_a_village_by_digits(void **state)
{
    (void)state;
    somebody(ROLE_CAMAT);
    phone_dial();
    choose("Angka kasus");
    assert_false(phone.ended);
    choose("Kelubi");
    assert_true(phone.ended);
    phone_says("Kelubi");
}

static void a_village_head_reports_an_event_and_nothing_of_the_clinic(void **state)
{
    (void)state;
    somebody(ROLE_KADES);
    phone_dial();
    choose("Lapor");
    said("Kejadian");
    not_said("Ibu hamil");
    choose("Kejadian");
    choose("keracunan");
    phone_type_all("8>999>1");
    assert_true(phone.ended);
    assert_int_equal(phone_records(), 1);
}

static void a_stranger_hears_what_to_send(void **state)
{
    (void)state;
    snprintf(phone.from, sizeof phone.from, "+6281299999999");
    phone_dial();
    assert_true(phone.ended);
    phone_says("DAFTAR");
    phone_says("nama posyandu");
    phone_says("98120");
    assert_null(strstr(phone.page, "kode posyandu"));
}

/* --- the wire --- */

static void a_session_id_used_again_after_its_end_is_a_new_dial(void **state)
{
    (void)state;
    snprintf(phone.session, sizeof phone.session, "at-9");
    phone_request(USSD_BEGIN, "", 1);
    phone_request(USSD_INPUT, "5", 2);
    phone_request(USSD_INPUT, "5*98", 3);
    phone_request(USSD_INPUT, "5*98*98", 4);
    phone_type_all("");
    phone_new();
    snprintf(phone.session, sizeof phone.session, "at-9");
    phone_request(USSD_BEGIN, "", 1);
    phone_request(USSD_INPUT, "1", 2);
    phone_request(USSD_INPUT, "1*1", 3);
    phone_request(USSD_INPUT, "1*1*Budi", 4);
    phone_request(USSD_INPUT, "1*1*Budi*1", 5);
    phone_request(USSD_INPUT, "1*1*Budi*1*20", 6);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4", 7);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80", 8);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80*1", 9);
    assert_true(phone.ended);
    phone_request(USSD_INPUT, "1*1*Budi*1*20*10,4*80*1", 9);
    assert_true(phone.ended);
    phone_request(USSD_BEGIN, "", 1);
    assert_false(phone.ended);
    phone_says("1 Timbang");
    phone_request(USSD_INPUT, "1", 2);
    phone_says("Anak baru");
    assert_int_equal(phone_records(), 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, phone_begin, phone_end)
    const struct CMUnitTest tests[] = {
        CASE(zero_goes_back_from_a_number_that_may_be_left_out),
        CASE(skipping_has_the_same_digits_on_numbers_lists_and_texts),
        CASE(a_zero_that_is_a_value_keeps_triple_zero_for_back),
        CASE(ninety_eight_is_a_number_where_numbers_are_asked),
        CASE(back_from_the_echo_keeps_a_list),
        CASE(what_was_chosen_by_mistake_is_taken_out_by_its_digit),
        CASE(back_over_answered_pages_keeps_their_answers),
        CASE(back_from_the_echo_of_a_screening_keeps_the_answers_before),
        CASE(a_day_is_chosen_or_typed_and_never_guessed),
        CASE(today_is_the_day_that_the_page_showed),
        CASE(a_man_is_not_asked_about_a_child_in_the_womb),
        CASE(a_newborn_has_the_signs_of_a_newborn),
        CASE(reasons_of_a_referral_fit_the_age),
        CASE(vaccines_fit_the_age),
        CASE(a_boy_is_not_asked_for_iron_tablets),
        CASE(puma_is_asked_question_by_question),
        CASE(a_screening_is_echoed_before_it_is_sent),
        CASE(question_17_goes_to_nakes_and_into_no_sms),
        CASE(danger_typed_where_something_else_is_asked_is_told_at_once),
        CASE(signs_where_signs_are_asked_and_names_are_none),
        CASE(a_week_without_cases_is_reported_by_digits),
        CASE(a_week_with_its_total),
        CASE(another_form_does_not_throw_the_first_away_unasked),
        CASE(every_role_has_a_menu_of_its_own),
        CASE(a_camat_asks_for_a_village_by_digits),
        CASE(a_village_head_reports_an_event_and_nothing_of_the_clinic),
        CASE(a_stranger_hears_what_to_send),
        CASE(a_session_id_used_again_after_its_end_is_a_new_dial),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
