/* test_smpp_text.c - data_coding both ways, long messages both ways, receipts, USSD's four habits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/smpp_receipt.h"
#include "parsers/smpp_text.h"
#include "parsers/smpp_ussd.h"

static struct arena arena;
static struct smpp_codings codings;

static int fresh(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    smpp_codings_default(&codings);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void assert_same(struct slice got, struct slice want)
{
    assert_int_equal(got.n, want.n);
    if (want.n)
        assert_memory_equal(got.p, want.p, want.n);
}

/* --- alphabets --- */

static void each_coding_is_read_as_what_it_is(void **state)
{
    static const struct {
        uint8_t coding;
        struct slice octets, text;
        bool broken;
    } rows[] = {
        { 0, SLICE("TIMBANG Siti 9,2"), SLICE("TIMBANG Siti 9,2"), false },
        { 0, SLICE("\x00\x02\x11\x1b\x65"), SLICE("@$_€"), false },
        { 0x0F, SLICE("\x00"), SLICE("@"), false },
        /* An eighth bit: not GSM-7, whatever they say. */
        { 0, SLICE("caf\xe9"), SLICE("café"), true },
        { 0, SLICE("caf\xc3\xa9"), SLICE("café"), true },
        { 1, SLICE("a@b_c$"), SLICE("a@b_c$"), false },
        { 1, SLICE("caf\xe9"), SLICE("café"), true },
        { 3, SLICE("caf\xe9"), SLICE("café"), false },
        { 3, SLICE("a\0b"), SLICE("ab"), true },
        { 8, SLICE("\x00H\x00i"), SLICE("Hi"), false },
        { 8, SLICE("\xd8\x3d\xde\x00"), SLICE("😀"), false },
        { 8, SLICE("\xd8\x3d"), SLICE("\xef\xbf\xbd"), true },
        { 8, SLICE("\x00H\x00"), SLICE("H"), true },
        { 0x18, SLICE("\x00H"), SLICE("H"), false },
        { 0x48, SLICE("\x00H"), SLICE("H"), false },
        { 0xF1, SLICE("\x00"), SLICE("@"), false },
        { 0xF5, SLICE("H"), SLICE("H"), false },
        { 4, SLICE("caf\xc3\xa9"), SLICE("café"), false },
        { 4, SLICE("caf\xe9"), SLICE("café"), true },
        { 0, SLICE(""), SLICE(""), false },
        { 3, SLICE(""), SLICE(""), false },
        { 8, SLICE(""), SLICE(""), false },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool broken = false;

        assert_same(smpp_text_decode(&codings, rows[i].coding, rows[i].octets, &arena, &broken),
                    rows[i].text);
        assert_int_equal(broken, rows[i].broken);
    }
}

static void a_provider_may_mean_something_else(void **state)
{
    bool broken = false;
    uint8_t coding;

    (void)state;
    assert_true(smpp_codings_override(&codings, S(" 0=latin1  1=gsm7 ")));
    assert_same(smpp_text_decode(&codings, 0, S("a@\xe9"), &arena, &broken), S("a@é"));
    assert_same(smpp_text_decode(&codings, 1, slice_make("\0", 1), &arena, &broken), S("@"));
    assert_false(broken);
    assert_same(smpp_text_encode(&codings, S("a@é"), &arena, &coding), S("a@\xe9"));
    assert_int_equal(coding, 0);
    /* In GSM-7, not in Latin-1. */
    assert_same(smpp_text_encode(&codings, S("€"), &arena, &coding), S("\x20\xac"));
    assert_int_equal(coding, 8);
    assert_true(smpp_codings_override(&codings, S("")));
    assert_false(smpp_codings_override(&codings, S("0=ebcdic")));
    assert_false(smpp_codings_override(&codings, S("256=gsm7")));
    assert_false(smpp_codings_override(&codings, S("gsm7")));
}

/* --- long messages --- */

static struct slice repeated(const char *letter, unsigned n)
{
    size_t one = strlen(letter);
    char *p = arena_alloc(&arena, one * n + 1);

    for (unsigned i = 0; i < n; i++)
        memcpy(p + i * one, letter, one);
    return slice_make(p, one * n);
}

/* Each part is decoded and joined in the worst order; the text is whole again. */
static void what_is_cut_is_joined_again(void **state)
{
    static const struct {
        const char *letter;
        unsigned n, parts;
        enum smpp_long how;
    } rows[] = {
        { "a", 1, 1, SMPP_LONG_UDH },       { "a", 160, 1, SMPP_LONG_UDH },
        { "a", 161, 2, SMPP_LONG_UDH },     { "€", 100, 2, SMPP_LONG_UDH },
        { "😀", 35, 1, SMPP_LONG_UDH },      { "😀", 36, 2, SMPP_LONG_UDH },
        { "é", 1000, 7, SMPP_LONG_SAR },    { "“", 300, 5, SMPP_LONG_SAR },
        { "a", 500, 1, SMPP_LONG_PAYLOAD }, { "“", 100, 1, SMPP_LONG_PAYLOAD },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct segment_set *set = segment_new(8, 1000);
        struct slice text = repeated(rows[i].letter, rows[i].n), got = S("");
        struct smpp_parts parts;
        struct segment_whole whole;

        segment_decoder(set, smpp_text_decode_part, &codings);
        assert_true(smpp_text_parts(&codings, text, rows[i].how, 300 + i, &arena, &parts));
        assert_int_equal(parts.n, rows[i].parts);
        for (unsigned k = parts.n; k-- > 0;) {
            struct smpp_pdu p = { .tlvs = parts.part[k].tlvs, .text = parts.part[k].text };
            struct segment_part s = { .coding = parts.coding, .text = smpp_payload(&p) };
            bool broken = false;

            assert_true(p.text.n <= 146 || parts.coding == 0 || parts.n == 1);
            if (parts.n == 1) {
                got = smpp_text_decode(&codings, parts.coding, s.text, &arena, &broken);
                assert_false(broken);
                continue;
            }
            if (rows[i].how == SMPP_LONG_UDH) {
                assert_int_equal(parts.part[k].esm_class, SMPP_ESM_UDHI);
                assert_int_equal(segment_udh(&s.text, &s), 1);
            } else {
                s.ref = segment_sar_ref(smpp_tlv_number(&p, SMPP_TAG_SAR_REF, 0));
                s.total = smpp_tlv_number(&p, SMPP_TAG_SAR_TOTAL, 0);
                s.seq = smpp_tlv_number(&p, SMPP_TAG_SAR_SEQ, 0);
            }
            assert_int_equal(segment_add(set, &s, 0, &arena, &whole),
                             k == 0 ? SEGMENT_COMPLETE : SEGMENT_WAITING);
            if (k == 0)
                got = whole.text;
        }
        assert_same(got, text);
        segment_free(set);
    }
}

static void headers_are_read_and_other_ones_skipped(void **state)
{
    static const struct {
        struct slice data;
        int rc;
        unsigned ref, total, seq;
        struct slice rest;
    } rows[] = {
        { SLICE("\x05\x00\x03\x2a\x02\x01hi"), 1, 42, 2, 1, SLICE("hi") },
        { SLICE("\x06\x08\x04\x01\x2a\x03\x02hi"), 1, 0x10000 | 298, 3, 2, SLICE("hi") },
        /* a port first, then the part */
        { SLICE("\x0b\x05\x04\x0b\x84\x0b\x84\x00\x03\x07\x02\x02x"), 1, 7, 2, 2, SLICE("x") },
        { SLICE("\x06\x05\x04\x0b\x84\x0b\x84x"), 0, 0, 0, 0, SLICE("x") },
        { SLICE("\x00hi"), 0, 0, 0, 0, SLICE("hi") },
        { SLICE("\x05\x00\x03\x2a"), -1, 0, 0, 0, SLICE("\x05\x00\x03\x2a") },
        { SLICE(""), -1, 0, 0, 0, SLICE("") },
        /* an element that runs over the header */
        { SLICE("\x03\x00\x03\x2ahi"), 2, 0, 0, 0, SLICE("hi") },
        { SLICE("\x05\x00\x1e\x2a\x02\x01hi"), 2, 0, 0, 0, SLICE("hi") },
        { SLICE("\x06\x00\x03\x2a\x02\x01\x00hi"), 1, 42, 2, 1, SLICE("hi") },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct segment_part p = { .ref = 0 };
        struct slice data = rows[i].data;

        assert_int_equal(segment_udh(&data, &p), rows[i].rc);
        assert_int_equal(p.ref, rows[i].ref);
        assert_int_equal(p.total, rows[i].total);
        assert_int_equal(p.seq, rows[i].seq);
        assert_same(data, rows[i].rest);
    }
}

static struct segment_part part(unsigned ref, unsigned seq, const char *text)
{
    return (struct segment_part){ .provider = S("p"),
                                  .from = S("a"),
                                  .to = S("b"),
                                  .ref = ref,
                                  .total = 2,
                                  .seq = seq,
                                  .text = slice_of(text) };
}

static enum segment_rc add(struct segment_set *set, unsigned seq, const char *text, int64_t now,
                           struct segment_whole *w)
{
    struct segment_part p = part(7, seq, text);

    return segment_add(set, &p, now, &arena, w);
}

static void a_letter_cut_by_the_phone_is_whole_again(void **state)
{
    struct segment_set *set = segment_new(8, 1000);
    struct segment_part one = part(1, 1, ""), two = part(1, 2, "");
    struct segment_whole w;

    (void)state;
    segment_decoder(set, smpp_text_decode_part, &codings);
    one.coding = two.coding = 8;
    one.text = S("\xd8\x3d");
    two.text = S("\xde\x00");
    assert_int_equal(segment_add(set, &two, 0, &arena, &w), SEGMENT_WAITING);
    assert_int_equal(segment_add(set, &one, 0, &arena, &w), SEGMENT_COMPLETE);
    assert_same(w.text, S("😀"));
    assert_false(w.broken);
    segment_free(set);
}

static void a_whole_message_stays_until_somebody_has_it(void **state)
{
    struct segment_set *set = segment_new(8, 1000);
    struct segment_whole w, again;

    (void)state;
    assert_int_equal(add(set, 1, "satu", 5, &w), SEGMENT_WAITING);
    assert_int_equal(segment_oldest_ms(set), 5);
    assert_int_equal(add(set, 2, "dua", 10, &w), SEGMENT_COMPLETE);
    assert_int_equal(add(set, 2, "dua", 20, &again), SEGMENT_COMPLETE);
    assert_int_equal(again.id, w.id);
    assert_int_equal(w.since_ms, 5);
    /* Nobody took it: it is offered again at its time, once. */
    assert_false(segment_overdue(set, 99999, &arena, &again));
    segment_later(set, w.id, 100);
    assert_false(segment_overdue(set, 99, &arena, &again));
    assert_true(segment_overdue(set, 100, &arena, &again));
    assert_same(again.text, S("satudua"));
    assert_false(again.broken);
    assert_false(segment_overdue(set, 100, &arena, &again));
    segment_done(set, w.id, 100);
    assert_int_equal(segment_waiting(set), 0);
    assert_int_equal(segment_oldest_ms(set), INT64_MAX);
    segment_free(set);
}

static void a_part_repeated_after_the_whole_is_forgotten_and_not_handed_over(void **state)
{
    struct segment_set *set = segment_new(8, 1000);
    struct segment_whole w;

    (void)state;
    add(set, 1, "satu", 0, &w);
    add(set, 2, "dua", 0, &w);
    segment_done(set, w.id, 0);
    assert_int_equal(add(set, 2, "dua", 10, &w), SEGMENT_WAITING);
    assert_false(segment_overdue(set, 5000, &arena, &w));
    assert_int_equal(segment_waiting(set), 0);
    /* But a new message under the old reference is none: its first part may well be the same. */
    assert_int_equal(add(set, 1, "satu", 6000, &w), SEGMENT_WAITING);
    assert_int_equal(add(set, 2, "tiga", 6000, &w), SEGMENT_COMPLETE);
    assert_same(w.text, S("satutiga"));
    segment_free(set);
}

static void a_reference_that_went_round_does_not_mix_two_messages(void **state)
{
    struct segment_set *set = segment_new(8, 1000);
    struct segment_whole w;

    (void)state;
    assert_int_equal(add(set, 1, "lama", 0, &w), SEGMENT_WAITING);
    assert_int_equal(add(set, 1, "baru", 100, &w), SEGMENT_WAITING);
    assert_true(segment_overdue(set, 100, &arena, &w));
    assert_same(w.text, S("lama[...]"));
    assert_true(w.broken);
    segment_done(set, w.id, 100);
    assert_int_equal(add(set, 2, "dua", 200, &w), SEGMENT_COMPLETE);
    assert_same(w.text, S("barudua"));
    segment_free(set);
}

static void half_a_figure_beside_a_gap_is_no_figure(void **state)
{
    static const struct {
        const char *part[3], *want;
    } rows[] = {
        { { "TIMBANG Siti P 14bl 9,", NULL, NULL }, "TIMBANG Siti P 14bl [...][...]" },
        { { "TIMBANG Siti P 14bl 1", NULL, ",5 76" }, "TIMBANG Siti P 14bl [...] 76" },
        { { "TIMBANG Siti P 14bl 9,2 ", NULL, "76" }, "TIMBANG Siti P 14bl 9,2 [...]" },
        { { NULL, "0,4 80", "" }, "[...] 80" },
        { { "TIMBANG#Siti#P#1", NULL, "4bl#9,2" }, "TIMBANG#Siti#P#[...]#9,2" },
        { { "RUJUK Ana 28 perdarah", NULL, "an" }, "RUJUK Ana 28 perdarah[...]an" },
        { { "12", NULL, "34" }, "[...]" },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct segment_set *set = segment_new(8, 1000);
        struct segment_whole w;

        for (unsigned k = 0; k < 3; k++) {
            struct segment_part p = part(1, k + 1, rows[i].part[k] ? rows[i].part[k] : "");

            p.total = 3;
            if (rows[i].part[k])
                assert_int_equal(segment_add(set, &p, 0, &arena, &w), SEGMENT_WAITING);
        }
        assert_true(segment_overdue(set, 1000, &arena, &w));
        assert_same(w.text, slice_of(rows[i].want));
        assert_true(w.broken);
        segment_free(set);
    }
    assert_same(segment_lone(S("9,2 76 bengkak 1"), &arena), S("[...] 76 bengkak [...]"));
}

/* --- receipts --- */

static void receipts_are_read_by_tlv_and_by_text(void **state)
{
    static const struct {
        uint8_t esm;
        const char *text;
        struct slice tlvs;
        bool receipt;
        const char *id, *state;
        bool final;
    } rows[] = {
        { 4,
          "id:171 sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:DELIVRD err:000 "
          "text:halo",
          SLICE(""), true, "171", "delivered", true },
        { 4, "ID:00AB STAT:UNDELIV ERR:1", SLICE(""), true, "00AB", "failed", true },
        { 4, "stat:EXPIRED id:9", SLICE(""), true, "9", "failed", true },
        { 4, "id: 12 stat: REJECTD", SLICE(""), true, "12", "rejected", true },
        { 4, "id:1 stat:ENROUTE", SLICE(""), true, "1", "buffered", false },
        { 4, "id:1 stat:ACCEPTED", SLICE(""), true, "1", "accepted", false },
        /* The TLVs are believed before the text. */
        { 4, "id:171 stat:UNDELIV",
          SLICE("\x00\x1e\x00\x05"
                "00AB\0"
                "\x04\x27\x00\x01\x02"),
          true, "00AB", "delivered", true },
        { 0, "",
          SLICE("\x00\x1e\x00\x02"
                "9F"
                "\x04\x27\x00\x01\x05"),
          true, "9F", "failed", true },
        { 0x20, "id:5 stat:DELIVRD", SLICE(""), true, "5", "delivered", false },
        { 4, "", SLICE(""), true, "", "accepted", false },
        { 4, "id:", SLICE(""), true, "", "accepted", false },
        { 4, "mid:3 substat:DELIVRD", SLICE(""), true, "", "accepted", false },
        /* Without a flag, but of that shape: nobody types it. */
        { 0, "id:171 stat:DELIVRD", SLICE(""), true, "171", "delivered", true },
        { 0, "sub:001 id:9 stat:UNDELIV", SLICE(""), true, "9", "failed", true },
        { 0, "RUJUK Ana 28th perdarahan id:1 stat:DELIVRD", SLICE(""), false, "", NULL, false },
        { 0, "id:171 status baik", SLICE(""), false, "", NULL, false },
        /* An id parameter beside somebody's text says nothing; an empty one least of all. */
        { 0, "RUJUK Ana 28th perdarahan",
          SLICE("\x00\x1e\x00\x02"
                "9F"),
          false, "", NULL, false },
        { 4, "id:171 stat:DELIVRD", SLICE("\x00\x1e\x00\x00"), true, "171", "delivered", true },
        { 4, "id:171 stat:DELIVRD", SLICE("\x00\x1e\x00\x01\0"), true, "171", "delivered", true },
        { 0x40, "TIMBANG", SLICE(""), false, "", NULL, false },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smpp_pdu p = { .esm_class = rows[i].esm,
                              .text = slice_of(rows[i].text),
                              .tlvs = rows[i].tlvs };
        struct smpp_receipt r;

        assert_int_equal(smpp_receipt_read(&p, &r), rows[i].receipt);
        if (!rows[i].receipt)
            continue;
        assert_same(r.id, slice_of(rows[i].id));
        assert_string_equal(r.state, rows[i].state);
        assert_int_equal(r.final, rows[i].final);
    }
}

static void what_only_claims_to_be_a_receipt_is_doubted(void **state)
{
    static const struct {
        uint8_t esm;
        const char *text;
        bool sure;
    } rows[] = {
        { 4, "id:1 stat:DELIVRD", true },
        { 0, "id:1 stat:DELIVRD", true },
        { 4, "", true },
        { 4, "RUJUK#Ana#28th#perdarahan", false },
        { 0x20, "pesan sampai", false },
        { 4, "id:1", false },
        { 4, "RUJUK Ana id:1 stat:DELIVRD", false },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smpp_pdu p = { .esm_class = rows[i].esm, .text = slice_of(rows[i].text) };
        struct smpp_receipt r;

        assert_true(smpp_receipt_read(&p, &r));
        assert_int_equal(r.sure, rows[i].sure);
    }
}

static void ids_meet_in_hex_and_decimal(void **state)
{
    static const struct {
        const char *id;
        const char *want[SMPP_IDS];
    } rows[] = {
        { "00AB", { "ab", "171" } },
        { "171", { "171", "369", "ab" } },
        { "0000", { "0" } },
        { "7", { "7" } },
        { "msg-12", { "msg-12" } },
        { "FFFFFFFFFFFFFFFFFF", { "ffffffffffffffffff" } },
        { "", { "" } },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smpp_ids ids;
        unsigned n = 0;

        smpp_receipt_ids(slice_of(rows[i].id), &ids);
        while (n < SMPP_IDS && rows[i].want[n])
            n++;
        assert_int_equal(ids.n, n);
        for (unsigned k = 0; k < n; k++)
            assert_string_equal(ids.text[k], rows[i].want[k]);
    }
}

/* --- USSD --- */

static void four_habits_of_ussd(void **state)
{
    enum {
        NO = -1
    };
    static const struct {
        const char *preset;
        const char *service_type, *text;
        int op, its, umr; /* in */
        bool is_ussd;
        enum ussd_op means;
        const char *session;
        struct slice ask, end; /* TLVs of the answers */
    } rows[] = {
        { "spec", "", "*123#", 1, 0x0502, NO, true, USSD_BEGIN, "its-5",
          SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x05\x02"), SLICE("\x05\x01\0\1\x11\x13\x83\0\2\x05\x02") },
        { "spec", "USSD", "1", 0x12, NO, NO, true, USSD_INPUT, "-", SLICE("\x05\x01\0\1\x02"),
          SLICE("\x05\x01\0\1\x11") },
        { "spec", "USSD", "", 0x81, NO, NO, true, USSD_ENDED, "-", SLICE("\x05\x01\0\1\x02"),
          SLICE("\x05\x01\0\1\x11") },
        { "tata", "USSD", "1", 0x12, 0x0704, NO, true, USSD_INPUT, "its-7",
          SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x07\x04"), SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x07\x05") },
        { "tata", "USSD", "", 0x12, 0x0705, NO, true, USSD_ENDED, "its-7",
          SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x07\x04"), SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x07\x05") },
        { "mica", "USSD", "*123#", 1, NO, 0x0102, true, USSD_BEGIN, "umr-258",
          SLICE("\x05\x01\0\1\x02\x02\x04\0\2\x01\x02"), SLICE("\x05\x01\0\1\x17\x02\x04\0\2\x01\x02") },
        { "6d", "USSD", "2", 0x12, 0x0904, NO, true, USSD_INPUT, "its-9",
          SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x09\x04"), SLICE("\x05\x01\0\1\x17\x13\x83\0\2\x09\x05") },
        { "6d", "USSD", "", 0x11, 0x0904, NO, true, USSD_ENDED, "its-9",
          SLICE("\x05\x01\0\1\x02\x13\x83\0\2\x09\x04"), SLICE("\x05\x01\0\1\x17\x13\x83\0\2\x09\x05") },
        /* No op at all: the text tells. */
        { "spec", "USSD", "*123#", NO, NO, NO, true, USSD_BEGIN, "-", SLICE("\x05\x01\0\1\x02"),
          SLICE("\x05\x01\0\1\x11") },
        { "spec", "USSD", "3", NO, NO, NO, true, USSD_INPUT, "-", SLICE("\x05\x01\0\1\x02"),
          SLICE("\x05\x01\0\1\x11") },
        { "spec", "", "TIMBANG", NO, NO, 5, false, USSD_INPUT, "", SLICE(""), SLICE("") },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct smpp_ussd_preset *preset = smpp_ussd_preset(slice_of(rows[i].preset));
        struct smpp_pdu p = { .service_type = slice_of(rows[i].service_type),
                              .text = slice_of(rows[i].text) };
        struct smpp_ussd u;
        struct buf in, out;

        assert_non_null(preset);
        buf_init(&in, 100);
        buf_init(&out, 100);
        if (rows[i].op != NO)
            smpp_tlv_put_number(&in, SMPP_TAG_USSD_SERVICE_OP, 1, (uint32_t)rows[i].op);
        if (rows[i].its != NO)
            smpp_tlv_put_number(&in, SMPP_TAG_ITS_SESSION_INFO, 2, (uint32_t)rows[i].its);
        if (rows[i].umr != NO)
            smpp_tlv_put_number(&in, SMPP_TAG_USER_MESSAGE_REFERENCE, 2, (uint32_t)rows[i].umr);
        p.tlvs = buf_slice(&in);
        assert_int_equal(smpp_ussd_read(preset, &p, &u), rows[i].is_ussd);
        if (rows[i].is_ussd) {
            assert_int_equal(u.op, rows[i].means);
            assert_string_equal(u.session, rows[i].session);
            smpp_ussd_answer(preset, &u, false, &out);
            assert_same(buf_slice(&out), rows[i].ask);
            buf_clear(&out);
            smpp_ussd_answer(preset, &u, true, &out);
            assert_same(buf_slice(&out), rows[i].end);
        }
        buf_free(&in);
        buf_free(&out);
    }
    assert_null(smpp_ussd_preset(S("huawei")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_coding_is_read_as_what_it_is, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_provider_may_mean_something_else, fresh, tidy),
        cmocka_unit_test_setup_teardown(what_is_cut_is_joined_again, fresh, tidy),
        cmocka_unit_test_setup_teardown(headers_are_read_and_other_ones_skipped, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_letter_cut_by_the_phone_is_whole_again, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_whole_message_stays_until_somebody_has_it, fresh, tidy),
        cmocka_unit_test_setup_teardown(a_part_repeated_after_the_whole_is_forgotten_and_not_handed_over,
                                        fresh, tidy),
        cmocka_unit_test_setup_teardown(a_reference_that_went_round_does_not_mix_two_messages, fresh, tidy),
        cmocka_unit_test_setup_teardown(half_a_figure_beside_a_gap_is_no_figure, fresh, tidy),
        cmocka_unit_test_setup_teardown(receipts_are_read_by_tlv_and_by_text, fresh, tidy),
        cmocka_unit_test_setup_teardown(what_only_claims_to_be_a_receipt_is_doubted, fresh, tidy),
        cmocka_unit_test_setup_teardown(ids_meet_in_hex_and_decimal, fresh, tidy),
        cmocka_unit_test(four_habits_of_ussd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
