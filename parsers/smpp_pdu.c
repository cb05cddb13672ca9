/* smpp_pdu.c - see smpp_pdu.h.
 *
 * Every command's body is a row of field letters, read and written by the same two loops, so that what we
 * write is what we read. */
#include "parsers/smpp_pdu.h"

#include <stddef.h>
#include <string.h>

enum {
    CSTRING_MAX = 255, /* what we read: SMSCs overstep SMPP's own limits */
};

static uint32_t get32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static uint16_t get16(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint16_t)(u[0] << 8 | u[1]);
}

static void put32(char *p, uint32_t v)
{
    p[0] = (char)(v >> 24);
    p[1] = (char)(v >> 16);
    p[2] = (char)(v >> 8);
    p[3] = (char)v;
}

/* --- statuses --- */

static const struct {
    uint32_t code;
    enum smpp_verdict verdict;
    const char *name;
} statuses[] = {
#define X(name, code, kind) { (code), SMPP_##kind, #name },
    SMPP_STATUSES(X)
#undef X
};

enum {
    STATUSES = sizeof statuses / sizeof statuses[0],
};

enum smpp_verdict smpp_verdict(uint32_t status)
{
    for (unsigned i = 0; i < STATUSES; i++)
        if (statuses[i].code == status)
            return statuses[i].verdict;
    return SMPP_LATER;
}

const char *smpp_status_name(uint32_t status)
{
    for (unsigned i = 0; i < STATUSES; i++)
        if (statuses[i].code == status)
            return statuses[i].name;
    return "vendor";
}

/* --- bodies as rows of fields --- */

enum field_kind {
    FIELD_END,
    FIELD_OCTET,
    FIELD_STRING, /* ends in a NUL */
    FIELD_TEXT,   /* an octet of length, then so many */
    FIELD_TLVS,
};

struct field {
    enum field_kind kind;
    uint16_t offset, max; /* max: of a string, with its NUL, as SMPP 3.4 has it */
};

#define AT(member) offsetof(struct smpp_pdu, member)
#define ADDRESS(member, max)                                                                                 \
    { FIELD_OCTET, AT(member.ton), 0 }, { FIELD_OCTET, AT(member.npi), 0 },                                  \
    {                                                                                                        \
        FIELD_STRING, AT(member.number), max                                                                 \
    }

static const struct field bind_fields[] = {
    { FIELD_STRING, AT(system_id), 16 },
    { FIELD_STRING, AT(password), 9 },
    { FIELD_STRING, AT(system_type), 13 },
    { FIELD_OCTET, AT(version), 0 },
    ADDRESS(from, 41),
    { FIELD_END, 0, 0 },
};
static const struct field bind_resp_fields[] = {
    { FIELD_STRING, AT(system_id), 16 },
    { FIELD_TLVS, 0, 0 },
    { FIELD_END, 0, 0 },
};
static const struct field outbind_fields[] = {
    { FIELD_STRING, AT(system_id), 16 },
    { FIELD_STRING, AT(password), 9 },
    { FIELD_END, 0, 0 },
};
/* submit_sm and deliver_sm */
static const struct field sm_fields[] = {
    { FIELD_STRING, AT(service_type), 6 },
    ADDRESS(from, 21),
    ADDRESS(to, 21),
    { FIELD_OCTET, AT(esm_class), 0 },
    { FIELD_OCTET, AT(protocol_id), 0 },
    { FIELD_OCTET, AT(priority), 0 },
    { FIELD_STRING, AT(schedule), 17 },
    { FIELD_STRING, AT(validity), 17 },
    { FIELD_OCTET, AT(registered), 0 },
    { FIELD_OCTET, AT(replace), 0 },
    { FIELD_OCTET, AT(coding), 0 },
    { FIELD_OCTET, AT(default_message), 0 },
    { FIELD_TEXT, AT(text), 0 },
    { FIELD_TLVS, 0, 0 },
    { FIELD_END, 0, 0 },
};
static const struct field data_fields[] = {
    { FIELD_STRING, AT(service_type), 6 },
    ADDRESS(from, 65),
    ADDRESS(to, 65),
    { FIELD_OCTET, AT(esm_class), 0 },
    { FIELD_OCTET, AT(registered), 0 },
    { FIELD_OCTET, AT(coding), 0 },
    { FIELD_TLVS, 0, 0 },
    { FIELD_END, 0, 0 },
};
static const struct field sm_resp_fields[] = {
    { FIELD_STRING, AT(message_id), 65 },
    { FIELD_TLVS, 0, 0 },
    { FIELD_END, 0, 0 },
};
static const struct field alert_fields[] = {
    ADDRESS(from, 65),
    ADDRESS(to, 65),
    { FIELD_TLVS, 0, 0 },
    { FIELD_END, 0, 0 },
};
static const struct field no_fields[] = { { FIELD_END, 0, 0 } };

static const struct field *fields_of(uint32_t command)
{
    switch (command) {
    case SMPP_BIND_RECEIVER:
    case SMPP_BIND_TRANSMITTER:
    case SMPP_BIND_TRANSCEIVER:
        return bind_fields;
    case SMPP_BIND_RECEIVER | SMPP_RESPONSE:
    case SMPP_BIND_TRANSMITTER | SMPP_RESPONSE:
    case SMPP_BIND_TRANSCEIVER | SMPP_RESPONSE:
        return bind_resp_fields;
    case SMPP_OUTBIND:
        return outbind_fields;
    case SMPP_SUBMIT_SM:
    case SMPP_DELIVER_SM:
        return sm_fields;
    case SMPP_DATA_SM:
        return data_fields;
    case SMPP_SUBMIT_SM | SMPP_RESPONSE:
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
    case SMPP_DATA_SM | SMPP_RESPONSE:
        return sm_resp_fields;
    case SMPP_ALERT_NOTIFICATION:
        return alert_fields;
    case SMPP_UNBIND:
    case SMPP_UNBIND | SMPP_RESPONSE:
    case SMPP_ENQUIRE_LINK:
    case SMPP_ENQUIRE_LINK | SMPP_RESPONSE:
    case SMPP_GENERIC_NACK:
        return no_fields;
    default:
        return NULL;
    }
}

/* --- decode --- */

enum smpp_frame smpp_frame(struct slice bytes, size_t *length)
{
    uint32_t n;

    *length = 0;
    if (bytes.n < 4)
        return SMPP_FRAME_MORE;
    n = get32(bytes.p);
    if (n < SMPP_HEADER || n > SMPP_PDU_MAX)
        return SMPP_FRAME_BAD;
    *length = n;
    return bytes.n < n ? SMPP_FRAME_MORE : SMPP_FRAME_WHOLE;
}

static bool take_string(struct slice *rest, struct slice *out)
{
    size_t n = slice_find(slice_take(*rest, CSTRING_MAX), '\0');

    if (n == (size_t)-1)
        return false;
    *out = slice_take(*rest, n);
    *rest = slice_skip(*rest, n + 1);
    return true;
}

/* A text that is said to be longer than its PDU is what there is. */
static enum smpp_rc take_text(struct slice *rest, struct smpp_pdu *pdu)
{
    size_t n;

    if (rest->n < 1)
        return SMPP_BAD_BODY;
    n = (unsigned char)rest->p[0];
    pdu->half = rest->n - 1 < n;
    pdu->text = slice_take(slice_skip(*rest, 1), n);
    *rest = slice_skip(*rest, n + 1);
    return pdu->half ? SMPP_BAD_END : SMPP_OK;
}

bool smpp_tlv_next(struct slice *rest, struct smpp_tlv *tlv)
{
    size_t n;

    if (rest->n < 4)
        return false;
    n = get16(rest->p + 2);
    if (rest->n - 4 < n)
        return false;
    tlv->tag = get16(rest->p);
    tlv->value = slice_take(slice_skip(*rest, 4), n);
    *rest = slice_skip(*rest, 4 + n);
    return true;
}

/* Could a parameter begin like this?  Four letters would be one of 8 kB and more. */
static bool is_tag(struct slice left)
{
    for (size_t i = 0; i < 4 && i < left.n; i++)
        if ((unsigned char)left.p[i] < 0x20)
            return true;
    return left.n < 4;
}

/* What is left over is a parameter that was cut, or the end of a text whose length was a lie. */
static void take_left(struct slice left, struct smpp_pdu *pdu)
{
    bool text = pdu->text.n && pdu->tlvs.n == 0 && !is_tag(left);

    if (left.n > 4 && get16(left.p) == SMPP_TAG_MESSAGE_PAYLOAD && !pdu->text.n)
        pdu->text = slice_skip(left, 4);
    else if (text)
        pdu->text.n += left.n; /* they touch */
    else
        return;
    pdu->half = true;
}

static enum smpp_rc take_tlvs(struct slice *rest, struct smpp_pdu *pdu)
{
    struct slice left = *rest;
    struct smpp_tlv tlv;

    while (smpp_tlv_next(&left, &tlv))
        ;
    pdu->tlvs = slice_take(*rest, rest->n - left.n);
    *rest = slice_skip(*rest, rest->n);
    if (!left.n)
        return SMPP_OK;
    take_left(left, pdu);
    return SMPP_BAD_END;
}

static enum smpp_rc take_field(const struct field *f, struct slice *rest, struct smpp_pdu *pdu)
{
    void *at = (char *)pdu + f->offset;

    switch (f->kind) {
    case FIELD_OCTET:
        if (rest->n < 1)
            return SMPP_BAD_BODY;
        *(uint8_t *)at = (uint8_t)rest->p[0];
        *rest = slice_skip(*rest, 1);
        return SMPP_OK;
    case FIELD_STRING:
        return take_string(rest, at) ? SMPP_OK : SMPP_BAD_BODY;
    case FIELD_TEXT:
        return take_text(rest, pdu);
    case FIELD_TLVS:
        return take_tlvs(rest, pdu);
    case FIELD_END:
        break;
    }
    return SMPP_OK;
}

enum smpp_rc smpp_decode(struct slice whole, struct smpp_pdu *pdu)
{
    const struct field *f;
    struct slice rest;
    enum smpp_rc rc = SMPP_OK;

    *pdu = (struct smpp_pdu){ .command = 0 };
    if (whole.n < SMPP_HEADER)
        return SMPP_BAD_BODY;
    pdu->command = get32(whole.p + 4);
    pdu->status = get32(whole.p + 8);
    pdu->sequence = get32(whole.p + 12);
    pdu->whole = whole;
    rest = slice_skip(whole, SMPP_HEADER);
    f = fields_of(pdu->command);
    if (!f)
        return SMPP_UNKNOWN;
    /* Many SMSCs leave the body out of a response, some even when it is a good one. */
    if ((pdu->command & SMPP_RESPONSE) && rest.n == 0)
        return SMPP_OK;
    for (; f->kind != FIELD_END && rc == SMPP_OK; f++)
        rc = take_field(f, &rest, pdu);
    return rc;
}

/* --- encode --- */

static bool put_field(struct buf *b, const struct field *f, const struct smpp_pdu *pdu)
{
    const void *at = (const char *)pdu + f->offset;
    const struct slice *s = at;

    switch (f->kind) {
    case FIELD_OCTET:
        buf_char(b, *(const char *)at);
        break;
    case FIELD_STRING:
        if (s->n >= f->max || slice_find(*s, '\0') != (size_t)-1)
            return false;
        buf_add(b, *s);
        buf_char(b, '\0');
        break;
    case FIELD_TEXT:
        if (s->n > SMPP_SHORT_MAX)
            return false;
        buf_char(b, (char)s->n);
        buf_add(b, *s);
        break;
    case FIELD_TLVS:
        buf_add(b, pdu->tlvs);
        break;
    case FIELD_END:
        break;
    }
    return true;
}

bool smpp_encode(struct buf *b, const struct smpp_pdu *pdu)
{
    const struct field *f = fields_of(pdu->command);
    size_t start = b->n;
    char header[SMPP_HEADER] = { 0 };
    bool fits = f != NULL;

    buf_add(b, slice_make(header, sizeof header));
    for (; fits && f->kind != FIELD_END; f++)
        fits = put_field(b, f, pdu);
    if (!fits || b->failed || b->n - start > SMPP_PDU_MAX) {
        b->n = b->failed ? b->n : start;
        return false;
    }
    put32(b->p + start, (uint32_t)(b->n - start));
    put32(b->p + start + 4, pdu->command);
    put32(b->p + start + 8, pdu->status);
    put32(b->p + start + 12, pdu->sequence);
    return true;
}

/* --- addresses --- */

enum {
    SHORT_CODE = 8, /* digits, at most */
};

bool smpp_address_of(struct slice number, struct slice ton_npi, struct smpp_address *out)
{
    bool plus = slice_starts(number, "+");
    uint64_t ton = 1, npi = 1;
    struct slice rest = ton_npi, first = slice_cut(&rest, '/');

    number = slice_skip(number, plus);
    if (!slice_all_digits(number)) {
        ton = 5;
        npi = 0;
    } else if (!plus && number.n <= SHORT_CODE) {
        ton = 0;
    }
    if (ton_npi.n && !slice_is(ton_npi, "auto") &&
        (!slice_to_u64(first, &ton) || !slice_to_u64(rest, &npi) || ton > 255 || npi > 255))
        return false;
    *out = (struct smpp_address){ .ton = (uint8_t)ton, .npi = (uint8_t)npi, .number = number };
    return true;
}

/* --- optional parameters --- */

bool smpp_tlv_find(const struct smpp_pdu *pdu, enum smpp_tag tag, struct slice *value)
{
    struct slice rest = pdu->tlvs;
    struct smpp_tlv tlv;

    while (smpp_tlv_next(&rest, &tlv))
        if (tlv.tag == (uint16_t)tag) {
            *value = tlv.value;
            return true;
        }
    return false;
}

uint32_t smpp_tlv_number(const struct smpp_pdu *pdu, enum smpp_tag tag, uint32_t otherwise)
{
    struct slice v;
    uint32_t n = 0;

    if (!smpp_tlv_find(pdu, tag, &v) || v.n < 1 || v.n > 4)
        return otherwise;
    for (size_t i = 0; i < v.n; i++)
        n = n << 8 | (unsigned char)v.p[i];
    return n;
}

void smpp_tlv_put(struct buf *b, enum smpp_tag tag, struct slice value)
{
    char head[4] = { (char)((unsigned)tag >> 8), (char)tag, (char)(value.n >> 8), (char)value.n };

    buf_add(b, slice_make(head, sizeof head));
    buf_add(b, value);
}

void smpp_tlv_put_number(struct buf *b, enum smpp_tag tag, unsigned octets, uint32_t number)
{
    char v[4];

    put32(v, number);
    smpp_tlv_put(b, tag, slice_make(v + 4 - octets, octets));
}

struct slice smpp_payload(const struct smpp_pdu *pdu)
{
    struct slice v;

    return smpp_tlv_find(pdu, SMPP_TAG_MESSAGE_PAYLOAD, &v) ? v : pdu->text;
}
