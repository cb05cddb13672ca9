/* smpp_ussd.c - see smpp_ussd.h.  Sources: SMPP 3.4 5.3.2.44, and vumi's processors for the three others. */
#include "parsers/smpp_ussd.h"

#include <stdio.h>

enum {
    OPS = 5,
    NO_OP = -1,
    END_BIT = 1, /* of the second octet of its_session_info */
};

struct smpp_ussd_preset {
    const char *name;
    int begin[OPS], input[OPS], ended[OPS]; /* ussd_service_op of what comes in; closed by NO_OP */
    int ask, end;                           /* of what goes out */
    bool end_bit;      /* its_session_info says in its last bit that the session is over, both ways */
    bool by_reference; /* user_message_reference counts the sessions, not its_session_info */
};

static const struct smpp_ussd_preset presets[] = {
    { .name = "spec",
      .begin = { 0x01, 0x00, NO_OP },
      .input = { 0x12, NO_OP },
      .ended = { 0x13, 0x11, 0x10, 0x81, NO_OP },
      .ask = 0x02,
      .end = 0x11 },
    { .name = "tata",
      .begin = { 0x01, NO_OP },
      .input = { 0x12, NO_OP },
      .ended = { 0x11, 0x13, 0x81, NO_OP },
      .ask = 0x02,
      .end = 0x02,
      .end_bit = true },
    { .name = "mica",
      .begin = { 0x01, NO_OP },
      .input = { 0x12, NO_OP },
      .ended = { 0x11, 0x13, 0x81, NO_OP },
      .ask = 0x02,
      .end = 0x17,
      .by_reference = true },
    { .name = "6d",
      .begin = { 0x01, NO_OP },
      .input = { 0x12, NO_OP },
      .ended = { 0x11, 0x13, 0x81, NO_OP },
      .ask = 0x02,
      .end = 0x17,
      .end_bit = true },
};

const struct smpp_ussd_preset *smpp_ussd_preset(struct slice name)
{
    for (unsigned i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (slice_is(name, presets[i].name))
            return &presets[i];
    return NULL;
}

static bool has(const int ops[OPS], uint32_t op)
{
    for (unsigned i = 0; i < OPS && ops[i] != NO_OP; i++)
        if ((uint32_t)ops[i] == op)
            return true;
    return false;
}

/* A telco that sends no op at all marks the dial by its text: "*123#". */
static enum ussd_op op_of(const struct smpp_ussd_preset *p, uint32_t op, struct slice text)
{
    if (has(p->begin, op))
        return USSD_BEGIN;
    if (has(p->ended, op))
        return USSD_ENDED;
    if (has(p->input, op))
        return USSD_INPUT;
    return slice_starts(text, "*") || slice_starts(text, "#") ? USSD_BEGIN : USSD_INPUT;
}

bool smpp_ussd_read(const struct smpp_ussd_preset *p, const struct smpp_pdu *pdu, struct smpp_ussd *out)
{
    uint32_t op = smpp_tlv_number(pdu, SMPP_TAG_USSD_SERVICE_OP, SMPP_USSD_NONE);

    *out = (struct smpp_ussd){ .its = smpp_tlv_number(pdu, SMPP_TAG_ITS_SESSION_INFO, SMPP_USSD_NONE),
                               .umr = smpp_tlv_number(pdu, SMPP_TAG_USER_MESSAGE_REFERENCE, SMPP_USSD_NONE) };
    if (op == SMPP_USSD_NONE && !slice_ieq(pdu->service_type, S("USSD")))
        return false;
    out->op = op_of(p, op, smpp_payload(pdu));
    if (p->end_bit && out->its != SMPP_USSD_NONE && (out->its & END_BIT))
        out->op = USSD_ENDED;
    if (p->by_reference && out->umr != SMPP_USSD_NONE)
        snprintf(out->session, sizeof out->session, "umr-%u", out->umr & 0xFFFF);
    else if (out->its != SMPP_USSD_NONE)
        snprintf(out->session, sizeof out->session, "its-%u", out->its >> 8 & 0xFF);
    else
        snprintf(out->session, sizeof out->session, "-");
    return true;
}

void smpp_ussd_answer(const struct smpp_ussd_preset *p, const struct smpp_ussd *u, bool ends,
                      struct buf *tlvs)
{
    smpp_tlv_put_number(tlvs, SMPP_TAG_USSD_SERVICE_OP, 1, (uint32_t)(ends ? p->end : p->ask));
    if (u->its != SMPP_USSD_NONE) {
        uint32_t its = u->its & 0xFFFF;

        if (p->end_bit)
            its = (its & ~(uint32_t)END_BIT) | (ends ? END_BIT : 0);
        smpp_tlv_put_number(tlvs, SMPP_TAG_ITS_SESSION_INFO, 2, its);
    }
    if (u->umr != SMPP_USSD_NONE)
        smpp_tlv_put_number(tlvs, SMPP_TAG_USER_MESSAGE_REFERENCE, 2, u->umr & 0xFFFF);
}
