/* test_smpp_pdu.c - SMPP PDUs: golden bytes of node-smpp, a message cut at every byte, hostile lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/smpp_pdu.h"

static struct buf bytes, made;

static int fresh(void **state)
{
    (void)state;
    buf_init(&bytes, 1 << 16);
    buf_init(&made, 1 << 16);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    buf_free(&bytes);
    buf_free(&made);
    return 0;
}

static struct slice from_hex(const char *hex)
{
    buf_clear(&bytes);
    for (; hex[0]; hex += 2)
        buf_char(&bytes, (char)strtol((char[]){ hex[0], hex[1], '\0' }, NULL, 16));
    return buf_slice(&bytes);
}

#define assert_slice(s, lit)                                                                                 \
    do {                                                                                                     \
        struct slice got_ = (s), want_ = S(lit);                                                             \
        assert_int_equal(got_.n, want_.n);                                                                   \
        assert_memory_equal(got_.p, want_.p, want_.n);                                                       \
    } while (0)

/* Made by node-smpp 0.5.1. */
#define SUBMIT_UDH                                                                                           \
    "0000003e000000040000000000000007000500494e464f00010136323831323030303030303031004000000000010000000c05" \
    "00032a020148616c6f2040"
#define DELIVER_USSD                                                                                         \
    "0000004500000005000000007fffffff5553534400010136323831323030303030303031000000313233000000000000000000" \
    "00052a313233230501000101138300020502"
#define DELIVER_PAYLOAD                                                                                      \
    "000000310000000500000000000000010000003632380000003938313230000000000000000008000004240004d83dde00"
#define DELIVER_SAR                                                                                          \
    "0000003c00000005000000000000000100000036323800000039383132300000000000000000000003647561020c0002012c02" \
    "0e000103020f000102"
#define BIND_RESP   "0000001a800000090000000000000001534d5343000210000134"
#define SUBMIT_RESP "000000158000000400000000000000093030414200"
#define BIND        "00000019000000090000000000000001750070000034000000"

static const char *const golden[] = {
    SUBMIT_UDH,
    DELIVER_USSD,
    DELIVER_PAYLOAD,
    DELIVER_SAR,
    BIND_RESP,
    SUBMIT_RESP,
    BIND,
    "00000010000000150000000000000003", /* enquire_link */
    "00000010800000000000000300000000", /* generic_nack RINVCMDID */
};

static void what_a_foreign_program_wrote_is_read(void **state)
{
    struct smpp_pdu p;
    struct slice v;

    (void)state;
    assert_int_equal(smpp_decode(from_hex(SUBMIT_UDH), &p), SMPP_OK);
    assert_int_equal(p.command, SMPP_SUBMIT_SM);
    assert_int_equal(p.sequence, 7);
    assert_slice(p.from.number, "INFO");
    assert_int_equal(p.from.ton, 5);
    assert_slice(p.to.number, "6281200000001");
    assert_int_equal(p.to.ton, 1);
    assert_int_equal(p.to.npi, 1);
    assert_int_equal(p.esm_class, SMPP_ESM_UDHI);
    assert_int_equal(p.registered, 1);
    assert_slice(p.text, "\x05\x00\x03\x2a\x02\x01Halo @");

    assert_int_equal(smpp_decode(from_hex(DELIVER_USSD), &p), SMPP_OK);
    assert_int_equal(p.sequence, SMPP_SEQUENCE_MAX);
    assert_slice(p.service_type, "USSD");
    assert_slice(p.text, "*123#");
    assert_int_equal(smpp_tlv_number(&p, SMPP_TAG_USSD_SERVICE_OP, 99), 1);
    assert_int_equal(smpp_tlv_number(&p, SMPP_TAG_ITS_SESSION_INFO, 0), 0x0502);
    assert_int_equal(smpp_tlv_number(&p, SMPP_TAG_USER_MESSAGE_REFERENCE, 77), 77);

    assert_int_equal(smpp_decode(from_hex(DELIVER_PAYLOAD), &p), SMPP_OK);
    assert_int_equal(p.coding, 8);
    assert_int_equal(p.text.n, 0);
    assert_slice(smpp_payload(&p), "\xd8\x3d\xde\x00");

    assert_int_equal(smpp_decode(from_hex(DELIVER_SAR), &p), SMPP_OK);
    assert_int_equal(smpp_tlv_number(&p, SMPP_TAG_SAR_REF, 0), 300);
    assert_slice(smpp_payload(&p), "dua");

    assert_int_equal(smpp_decode(from_hex(BIND_RESP), &p), SMPP_OK);
    assert_slice(p.system_id, "SMSC");
    assert_true(smpp_tlv_find(&p, SMPP_TAG_SC_INTERFACE_VERSION, &v));
    assert_slice(v, "\x34");

    assert_int_equal(smpp_decode(from_hex(SUBMIT_RESP), &p), SMPP_OK);
    assert_slice(p.message_id, "00AB");
}

static void what_is_read_is_written_byte_for_byte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        struct slice s = from_hex(golden[i]);
        struct smpp_pdu p;
        size_t n;

        assert_int_equal(smpp_frame(s, &n), SMPP_FRAME_WHOLE);
        assert_int_equal(n, s.n);
        assert_int_equal(smpp_decode(s, &p), SMPP_OK);
        buf_clear(&made);
        assert_true(smpp_encode(&made, &p));
        assert_int_equal(made.n, s.n);
        assert_memory_equal(made.p, s.p, s.n);
    }
}

/* As it comes from the network: the frame waits; and as a liar sends it: the length says that it is whole. */
static void a_message_cut_at_every_byte_waits_or_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        struct slice whole = from_hex(golden[i]);

        for (size_t n = 0; n < whole.n; n++) {
            char *copy = malloc(n ? n : 1); /* exactly so long: ASan sees a step too far */
            struct smpp_pdu p;
            struct slice cut;
            size_t length;
            enum smpp_rc rc;

            memcpy(copy, whole.p, n);
            cut = slice_make(copy, n);
            assert_int_equal(smpp_frame(cut, &length), SMPP_FRAME_MORE);
            assert_int_equal(length, n < 4 ? 0 : whole.n);
            if (n >= SMPP_HEADER) {
                rc = smpp_decode(cut, &p);
                /* A response may lack its body, a row of whole TLVs may be shorter. */
                if (rc == SMPP_OK)
                    assert_true(n == SMPP_HEADER || p.tlvs.n > 0 || p.tlvs.p == cut.p + n);
            }
            free(copy);
        }
    }
}

static void impossible_lengths_are_refused_unseen(void **state)
{
    static const struct {
        const char *hex;
        enum smpp_frame frame;
    } rows[] = {
        { "00000000", SMPP_FRAME_BAD },   { "0000000f", SMPP_FRAME_BAD },
        { "00000010", SMPP_FRAME_MORE },  { "00004000", SMPP_FRAME_MORE },
        { "00004001", SMPP_FRAME_BAD },   { "7fffffff", SMPP_FRAME_BAD },
        { "ffffffff", SMPP_FRAME_BAD },   { "80000010", SMPP_FRAME_BAD },
        { "485454502f", SMPP_FRAME_BAD }, /* "HTTP/" */
    };
    size_t n;

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(smpp_frame(from_hex(rows[i].hex), &n), rows[i].frame);
}

static void fields_that_run_over_the_end_are_named(void **state)
{
    static const struct {
        const char *hex;
        enum smpp_rc rc;
    } rows[] = {
        /* deliver_sm, sm_length 255 with two octets behind it */
        { "00000029000000050000000000000001000000363238000000393831323000000000000000000000ff6162",
          SMPP_BAD_END },
        /* a string without an end */
        { "00000014000000050000000000000001414141", SMPP_BAD_BODY },
        { "000000138000000400000000000000013031", SMPP_BAD_BODY },
        /* a TLV that says 65,535 octets */
        { "000000178000000400000000000000013000042400ff", SMPP_BAD_END },
        /* half a TLV header */
        { "00000015800000040000000000000001300004", SMPP_BAD_END },
        /* no body at all where there must be one, and where there need not be one */
        { "00000010000000050000000000000001", SMPP_BAD_BODY },
        { "00000010800000040000005800000001", SMPP_OK },
        { "00000010800000090000000e00000001", SMPP_OK },
        /* commands that nobody here knows */
        { "00000012000000030000000000000001ffff", SMPP_UNKNOWN },
        { "00000010000101010000000000000001", SMPP_UNKNOWN },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smpp_pdu p;

        assert_int_equal(smpp_decode(from_hex(rows[i].hex), &p), rows[i].rc);
        assert_int_equal(p.sequence, 1);
    }
}

static void unknown_tlvs_are_kept(void **state)
{
    struct smpp_pdu p;
    struct smpp_tlv t;
    struct slice rest;

    (void)state;
    assert_int_equal(smpp_decode(from_hex("0000001b80000004000000000000000130003fff000299881400"
                                          "0000"),
                                 &p),
                     SMPP_OK);
    rest = p.tlvs;
    assert_true(smpp_tlv_next(&rest, &t));
    assert_int_equal(t.tag, 0x3FFF);
    assert_slice(t.value, "\x99\x88");
    assert_true(smpp_tlv_next(&rest, &t));
    assert_int_equal(t.tag, 0x1400);
    assert_int_equal(t.value.n, 0);
    assert_false(smpp_tlv_next(&rest, &t));
}

static void a_response_always_carries_the_empty_message_id(void **state)
{
    struct smpp_pdu p = { .command = SMPP_DELIVER_SM | SMPP_RESPONSE,
                          .status = SMPP_RX_T_APPN,
                          .sequence = 0x01020304 };

    (void)state;
    assert_true(smpp_encode(&made, &p));
    assert_slice(buf_slice(&made), "\x00\x00\x00\x11\x80\x00\x00\x05\x00\x00\x00\x64\x01\x02\x03\x04\x00");
}

static void what_does_not_fit_is_not_written(void **state)
{
    char many[300];
    struct smpp_pdu p = { .command = SMPP_SUBMIT_SM };

    (void)state;
    memset(many, 'x', sizeof many);
    p.text = slice_make(many, 254);
    assert_true(smpp_encode(&made, &p));
    buf_clear(&made);
    p.text = slice_make(many, 255);
    assert_false(smpp_encode(&made, &p));
    p.text = S("");
    p.to.number = slice_make(many, 20);
    assert_true(smpp_encode(&made, &p));
    buf_clear(&made);
    p.to.number = slice_make(many, 21);
    assert_false(smpp_encode(&made, &p));
    p.to.number = slice_make("a\0b", 3);
    assert_false(smpp_encode(&made, &p));
    assert_int_equal(made.n, 0);
    p = (struct smpp_pdu){ .command = 0x7777 };
    assert_false(smpp_encode(&made, &p));
}

static void statuses_say_what_to_do(void **state)
{
    static const struct {
        uint32_t status;
        enum smpp_verdict verdict;
        const char *name;
    } rows[] = {
        { 0x00, SMPP_ACCEPTED, "ROK" },        { 0x58, SMPP_THROTTLED, "RTHROTTLED" },
        { 0x14, SMPP_THROTTLED, "RMSGQFUL" },  { 0x08, SMPP_LATER, "RSYSERR" },
        { 0x64, SMPP_LATER, "RX_T_APPN" },     { 0x0B, SMPP_REFUSED, "RINVDSTADR" },
        { 0x45, SMPP_REFUSED, "RSUBMITFAIL" }, { 0x0400, SMPP_LATER, "vendor" },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(smpp_verdict(rows[i].status), rows[i].verdict);
        assert_string_equal(smpp_status_name(rows[i].status), rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_foreign_program_wrote_is_read, fresh, tidy),
        cmocka_unit_test_setup_teardown(what_is_read_is_written_byte_for_byte, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_message_cut_at_every_byte_waits_or_is_refused, fresh, tidy),
        cmocka_unit_test_setup_teardown(impossible_lengths_are_refused_unseen, fresh, tidy),
        cmocka_unit_test_setup_teardown(fields_that_run_over_the_end_are_named, fresh, tidy),
        cmocka_unit_test_setup_teardown(unknown_tlvs_are_kept, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_response_always_carries_the_empty_message_id, fresh, tidy),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_not_written, fresh, tidy),
        cmocka_unit_test(statuses_say_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
