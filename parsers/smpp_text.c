/* smpp_text.c - see smpp_text.h. */
#include "parsers/smpp_text.h"

#include <string.h>

#include "parsers/gsm7.h"
#include "parsers/utf8.h"

static const char *const names[] = {
    [SMPP_GSM7] = "gsm7", [SMPP_ASCII] = "ascii", [SMPP_LATIN1] = "latin1",
    [SMPP_UCS2] = "ucs2", [SMPP_UTF8] = "utf8",   [SMPP_OCTETS] = "octets",
};

/* GSM 03.38: bits 3 and 2 of a general coding with or without a message class. */
static enum smpp_alphabet by_class(unsigned coding)
{
    static const enum smpp_alphabet alphabets[] = { SMPP_GSM7, SMPP_OCTETS, SMPP_UCS2, SMPP_GSM7 };

    return alphabets[coding >> 2 & 3];
}

void smpp_codings_default(struct smpp_codings *c)
{
    for (unsigned i = 0; i < 256; i++) {
        if (i >= 0xF0)
            c->of[i] = i & 4 ? SMPP_OCTETS : SMPP_GSM7;
        else if (i >= 0xE0)
            c->of[i] = SMPP_UCS2; /* a waiting message, its text kept */
        else if (i >= 0xC0)
            c->of[i] = SMPP_GSM7;
        else if (i >= 0x10 && i < 0x80)
            c->of[i] = (uint8_t)by_class(i);
        else
            c->of[i] = SMPP_OCTETS;
    }
    c->of[0] = c->of[0x0F] = SMPP_GSM7;
    c->of[1] = SMPP_ASCII;
    c->of[3] = SMPP_LATIN1;
    c->of[8] = SMPP_UCS2;
}

bool smpp_codings_override(struct smpp_codings *c, struct slice words)
{
    while ((words = slice_trim(words)).n) {
        struct slice name = slice_cut(&words, ' '), number = slice_cut(&name, '=');
        unsigned alphabet = 0;
        uint64_t coding;

        while (alphabet <= SMPP_OCTETS && !slice_is(name, names[alphabet]))
            alphabet++;
        if (alphabet > SMPP_OCTETS || !slice_to_u64(number, &coding) || coding > 255)
            return false;
        c->of[coding] = (uint8_t)alphabet;
    }
    return true;
}

/* --- in --- */

static bool all_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80 || s.p[i] == '\0')
            return false;
    return true;
}

static bool has_high(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80)
            return true;
    return false;
}

/* Letters, digits and blanks alone, an octet each: in UCS-2 that would be Chinese throughout. */
static bool is_plain(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\r') || s.p[i] & 0x80)
            return false;
    return s.n > 1;
}

static struct slice from_ucs2(struct slice s, struct arena *a, bool *broken)
{
    struct slice text, rest;

    if (is_plain(s)) {
        *broken = true;
        return arena_copy(a, s);
    }
    text = rest = utf8_from_ucs2(s, a);
    *broken = *broken || (s.n & 1);
    while (rest.n && !*broken)
        if (utf8_next(&rest) == 0xFFFD)
            *broken = true;
    return text;
}

struct slice smpp_text_decode(const struct smpp_codings *c, uint8_t coding, struct slice s, struct arena *a,
                              bool *broken)
{
    bool mended = false;

    switch ((enum smpp_alphabet)c->of[coding]) {
    case SMPP_GSM7:
        /* A septet has no eighth bit: these are letters of another alphabet under the wrong name. */
        if (!has_high(s)) {
            s = gsm7_decode(s, a);
            break;
        }
        mended = true;
        s = utf8_clean(s, a, &mended);
        break;
    case SMPP_ASCII:
    case SMPP_LATIN1:
        mended = !all_ascii(s) && (c->of[coding] == SMPP_ASCII || memchr(s.p, '\0', s.n) != NULL);
        s = utf8_from_latin1(s, a);
        break;
    case SMPP_UCS2:
        s = from_ucs2(s, a, &mended);
        break;
    case SMPP_UTF8:
    case SMPP_OCTETS:
        s = utf8_clean(s, a, &mended);
        break;
    }
    if (mended)
        *broken = true;
    return s;
}

struct slice smpp_text_decode_part(void *codings, struct slice provider, uint8_t coding, struct slice octets,
                                   struct arena *a, bool *broken)
{
    (void)provider;
    return smpp_text_decode(codings, coding, octets, a, broken);
}

/* --- out --- */

static bool to_latin1(struct slice s, uint32_t last, struct arena *a, struct slice *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;

    if (!p)
        return false;
    while (s.n) {
        uint32_t cp = utf8_next(&s);

        if (cp > last)
            return false;
        p[n++] = (char)cp;
    }
    *out = slice_make(p, n);
    return true;
}

/* In the SMSC's default alphabet (data_coding 0), whatever that is here. */
static bool to_default(const struct smpp_codings *c, struct slice s, struct arena *a, struct slice *out)
{
    switch ((enum smpp_alphabet)c->of[0]) {
    case SMPP_GSM7:
        return gsm7_encode(s, a, out);
    case SMPP_ASCII:
        return to_latin1(s, 0x7F, a, out);
    case SMPP_LATIN1:
        return to_latin1(s, 0xFF, a, out);
    case SMPP_UTF8:
        *out = s;
        return true;
    case SMPP_UCS2:
    case SMPP_OCTETS:
        break;
    }
    return false;
}

struct slice smpp_text_encode(const struct smpp_codings *c, struct slice s, struct arena *a, uint8_t *coding)
{
    struct slice out;

    *coding = 0;
    if (gsm7_count(s, NULL) && to_default(c, s, a, &out))
        return out;
    *coding = 8;
    return utf8_to_ucs2(s, a);
}

static struct slice with_header(struct slice text, unsigned ref, unsigned total, unsigned seq,
                                struct arena *a)
{
    char *p = arena_alloc(a, text.n + 6);

    if (!p)
        return S("");
    memcpy(p, (char[]){ 5, 0, 3, (char)ref, (char)total, (char)seq }, 6);
    if (text.n)
        memcpy(p + 6, text.p, text.n);
    return slice_make(p, text.n + 6);
}

static struct slice kept(struct buf *b, struct arena *a)
{
    struct slice s = buf_into(b, a);
    return s;
}

static struct slice sar(unsigned ref, unsigned total, unsigned seq, struct arena *a)
{
    struct buf b;

    buf_init(&b, 64);
    smpp_tlv_put_number(&b, SMPP_TAG_SAR_REF, 2, ref & 0xFFFF);
    smpp_tlv_put_number(&b, SMPP_TAG_SAR_TOTAL, 1, total);
    smpp_tlv_put_number(&b, SMPP_TAG_SAR_SEQ, 1, seq);
    return kept(&b, a);
}

static void put_part(struct smpp_parts *out, unsigned i, enum smpp_long how, unsigned ref, struct arena *a)
{
    struct smpp_part *p = &out->part[i];

    if (how == SMPP_LONG_SAR) {
        p->tlvs = sar(ref, out->n, i + 1, a);
    } else {
        p->text = with_header(p->text, ref, out->n, i + 1, a);
        p->esm_class = SMPP_ESM_UDHI;
    }
}

bool smpp_text_parts(const struct smpp_codings *c, struct slice s, enum smpp_long how, unsigned ref,
                     struct arena *a, struct smpp_parts *out)
{
    struct slice part[SEGMENT_PARTS_MAX];
    struct slice whole;
    struct buf b;

    *out = (struct smpp_parts){ .n = 0 };
    whole = smpp_text_encode(c, s, a, &out->coding);
    out->n = segment_cut(s, out->coding == 0, part, SEGMENT_PARTS_MAX);
    if (out->n > SEGMENT_PARTS_MAX)
        return false;
    if (out->n == 1 && whole.n <= SMPP_SHORT_MAX) {
        out->part[0].text = whole;
        return !a->failed;
    }
    if (how == SMPP_LONG_PAYLOAD) {
        buf_init(&b, SMPP_PDU_MAX);
        smpp_tlv_put(&b, SMPP_TAG_MESSAGE_PAYLOAD, whole);
        out->n = 1;
        out->part[0].tlvs = kept(&b, a);
        return !a->failed;
    }
    for (unsigned i = 0; i < out->n; i++) {
        if (out->coding == 8)
            out->part[i].text = utf8_to_ucs2(part[i], a);
        else if (!to_default(c, part[i], a, &out->part[i].text))
            return false;
        put_part(out, i, how, ref, a);
    }
    return !a->failed;
}
