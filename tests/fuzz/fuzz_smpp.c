/* fuzz_smpp.c - whatever an SMSC may send: frames, PDUs, receipts, texts, USSD marks, long messages.
 *
 * Besides the sanitizers: what decodes must be written again as it was (response bodies may gain their empty
 * message id), and text is always clean UTF-8. */
#include "parsers/segment.h"
#include "parsers/smpp_pdu.h"
#include "parsers/smpp_receipt.h"
#include "parsers/smpp_text.h"
#include "parsers/smpp_ussd.h"
#include "tests/fuzz/fuzz.h"

static void must_write_the_same(const struct smpp_pdu *p, struct slice whole)
{
    struct smpp_pdu again;
    struct buf b;

    buf_init(&b, SMPP_PDU_MAX);
    if (smpp_encode(&b, p) && b.n == whole.n) {
        must(smpp_decode(buf_slice(&b), &again) == SMPP_OK);
        must(slice_eq(again.text, p->text) && slice_eq(again.tlvs, p->tlvs));
        must(memcmp(b.p + 4, whole.p + 4, b.n - 4) == 0);
    }
    buf_free(&b);
}

static void as_message(struct smpp_pdu *p, struct segment_set *set, struct arena *a)
{
    static const char *const presets[] = { "spec", "tata", "mica", "6d" };
    struct segment_part part = { .provider = S("p"), .from = p->from.number, .to = p->to.number };
    struct smpp_codings codings;
    struct segment_whole whole;
    struct smpp_receipt receipt;
    struct smpp_parts parts;
    struct smpp_ussd ussd;
    struct smpp_ids ids;
    bool broken = false;
    struct slice text;

    smpp_codings_default(&codings);
    if (smpp_receipt_read(p, &receipt))
        smpp_receipt_ids(receipt.id, &ids);
    for (unsigned i = 0; i < 4; i++)
        smpp_ussd_read(smpp_ussd_preset(slice_of(presets[i])), p, &ussd);
    part.text = smpp_payload(p);
    part.coding = p->coding;
    text = smpp_text_decode(&codings, p->coding, part.text, a, &broken);
    must_be_clean(text);
    if (smpp_text_parts(&codings, text, p->priority % 3, p->sequence, a, &parts))
        must(parts.n >= 1 && parts.n <= SEGMENT_PARTS_MAX);
    if ((p->esm_class & SMPP_ESM_UDHI) && segment_udh(&part.text, &part) == 1 &&
        segment_add(set, &part, p->sequence, a, &whole) == SEGMENT_COMPLETE) {
        must_be_clean(whole.text);
        segment_done(set, whole.id, p->sequence);
    }
    while (segment_overdue(set, (int64_t)p->sequence * 2, a, &whole)) {
        must_be_clean(whole.text);
        segment_done(set, whole.id, p->sequence);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size);
    struct segment_set *set = segment_new(16, 1000);
    struct smpp_codings codings;
    struct arena a;
    size_t n;

    arena_init(&a, 8 << 20);
    smpp_codings_default(&codings);
    segment_decoder(set, smpp_text_decode_part, &codings);
    while (smpp_frame(rest, &n) == SMPP_FRAME_WHOLE) {
        struct slice whole = slice_take(rest, n);
        struct smpp_pdu p;

        if (smpp_decode(whole, &p) == SMPP_OK) {
            must_write_the_same(&p, whole);
            as_message(&p, set, &a);
        }
        rest = slice_skip(rest, n);
    }
    segment_free(set);
    arena_free(&a);
    return 0;
}
