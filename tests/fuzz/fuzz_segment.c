/* fuzz_segment.c - long SMS: what we cut comes together again as it was, in whatever order; and any bytes as
 * parts end in clean text.
 *
 * First byte even: the rest is a text, cut and joined (second byte: the order).  Odd: parts, each of six
 * bytes (time, reference, total, number, coding, length) and its octets, a user data header among them where
 * the length is odd. */
#include "parsers/segment.h"
#include "parsers/smpp_text.h"
#include "tests/fuzz/fuzz.h"

static void cut_and_join(struct slice text, unsigned turn, enum smpp_long how, struct segment_set *set,
                         const struct smpp_codings *codings, struct arena *a)
{
    struct segment_whole whole;
    struct smpp_parts parts;
    bool broken = false;

    if (!smpp_text_parts(codings, text, how, 77, a, &parts))
        return;
    if (parts.n == 1) {
        /* UCS-2 of signs that nobody writes, such as U+2924, is ASCII under a wrong name: it is read so, and
         * said. */
        must(slice_eq(smpp_text_decode(codings, parts.coding, parts.part[0].text, a, &broken), text) ||
             broken || a->failed);
        return;
    }
    for (unsigned i = 0; i < parts.n; i++) {
        struct smpp_part *one = &parts.part[(i + turn) % parts.n];
        struct segment_part part = {
            .provider = S("p"), .from = S("+6281"), .to = S("98120"), .coding = parts.coding
        };
        enum segment_rc rc;

        part.text = one->text;
        must(segment_udh(&part.text, &part) == 1 && part.total == parts.n);
        rc = segment_add(set, &part, 1000 + i, a, &whole);
        must(rc == (i + 1 == parts.n ? SEGMENT_COMPLETE : SEGMENT_WAITING) || a->failed);
    }
    must(a->failed || whole.broken || slice_eq(whole.text, text));
    segment_done(set, whole.id, 2000);
    must(segment_waiting(set) == 0);
}

static void any_parts(struct slice rest, struct segment_set *set, struct arena *a)
{
    struct segment_whole whole;
    int64_t now = 1000;

    while (rest.n >= 6) {
        const uint8_t *b = (const uint8_t *)rest.p;
        struct segment_part part = { .provider = S("p"),
                                     .from = b[1] & 1 ? S("+6281") : S("+6282"),
                                     .to = S("98120"),
                                     .ref = b[1] / 2,
                                     .total = b[2],
                                     .seq = b[3],
                                     .coding = b[4] };
        unsigned n = b[5] / 2;
        bool header = b[5] & 1;

        now += (int64_t)b[0] * 20;
        rest = slice_skip(rest, 6);
        part.text = slice_take(rest, n);
        rest = slice_skip(rest, n);
        if (header && segment_udh(&part.text, &part) != 1)
            continue;
        if (segment_add(set, &part, now, a, &whole) == SEGMENT_COMPLETE) {
            must_be_clean(whole.text);
            segment_done(set, whole.id, now);
        }
        while (segment_overdue(set, now, a, &whole)) {
            must_be_clean(whole.text);
            must_be_clean(segment_lone(whole.text, a));
            segment_done(set, whole.id, now);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment_set *set = segment_new(16, 1000);
    struct smpp_codings codings;
    struct slice rest;
    struct arena a;

    if (size < 2) {
        segment_free(set);
        return 0;
    }
    rest = slice_make((const char *)data + 2, size - 2);
    arena_init(&a, 8 << 20);
    smpp_codings_default(&codings);
    segment_decoder(set, smpp_text_decode_part, &codings);
    if (data[0] & 1)
        any_parts(rest, set, &a);
    else
        cut_and_join(utf8_clean(rest, &a, NULL), data[1], SMPP_LONG_UDH, set, &codings, &a);
    segment_free(set);
    arena_free(&a);
    return 0;
}
