/* smpp_pdu.h - SMPP 3.4 on the wire: bytes in, struct or error out, and back (DOMAIN 8.3, PEERS 6.4).
 *
 * Pure, and without memory of its own: everything that is decoded points into the bytes that came, and every
 * length is checked against them first.  Unknown commands and TLVs are kept as they stand.  Must never know a
 * socket, a window or a provider: that is gateway/smpp. */
#ifndef KENTONGAN_PARSERS_SMPP_PDU_H
#define KENTONGAN_PARSERS_SMPP_PDU_H

#include "gateway/base/buf.h"

enum {
    SMPP_HEADER = 16,
    SMPP_PDU_MAX = 16384, /* what is longer is refused unseen */
    SMPP_SHORT_MAX = 254, /* octets of short_message */
    SMPP_VERSION = 0x34,
    SMPP_SEQUENCE_MAX = 0x7FFFFFFF,
};

#define SMPP_RESPONSE 0x80000000U /* the bit that makes a command its own response */

enum smpp_command {
    SMPP_BIND_RECEIVER = 0x01,
    SMPP_BIND_TRANSMITTER = 0x02,
    SMPP_SUBMIT_SM = 0x04,
    SMPP_DELIVER_SM = 0x05,
    SMPP_UNBIND = 0x06,
    SMPP_BIND_TRANSCEIVER = 0x09,
    SMPP_OUTBIND = 0x0B,
    SMPP_ENQUIRE_LINK = 0x15,
    SMPP_ALERT_NOTIFICATION = 0x102,
    SMPP_DATA_SM = 0x103,
};
#define SMPP_GENERIC_NACK SMPP_RESPONSE

enum smpp_esm {
    SMPP_ESM_TYPE = 0x3C, /* mask of the message's type */
    SMPP_ESM_RECEIPT = 0x04,
    SMPP_ESM_INTERMEDIATE = 0x20,
    SMPP_ESM_UDHI = 0x40,
};

enum smpp_tag {
    SMPP_TAG_RECEIPTED_MESSAGE_ID = 0x001E,
    SMPP_TAG_USER_MESSAGE_REFERENCE = 0x0204,
    SMPP_TAG_SAR_REF = 0x020C,
    SMPP_TAG_SAR_TOTAL = 0x020E,
    SMPP_TAG_SAR_SEQ = 0x020F,
    SMPP_TAG_SC_INTERFACE_VERSION = 0x0210,
    SMPP_TAG_NETWORK_ERROR_CODE = 0x0423,
    SMPP_TAG_MESSAGE_PAYLOAD = 0x0424,
    SMPP_TAG_MESSAGE_STATE = 0x0427,
    SMPP_TAG_USSD_SERVICE_OP = 0x0501,
    SMPP_TAG_ITS_SESSION_INFO = 0x1383,
};

/* --- what a status means to a sender --- */
#define SMPP_STATUSES(X)                                                                                     \
    X(ROK, 0x00, ACCEPTED)                                                                                   \
    X(RINVMSGLEN, 0x01, REFUSED)                                                                             \
    X(RINVCMDLEN, 0x02, REFUSED)                                                                             \
    X(RINVCMDID, 0x03, REFUSED)                                                                              \
    X(RINVBNDSTS, 0x04, LATER)                                                                               \
    X(RALYBND, 0x05, LATER)                                                                                  \
    X(RSYSERR, 0x08, LATER)                                                                                  \
    X(RINVSRCADR, 0x0A, REFUSED)                                                                             \
    X(RINVDSTADR, 0x0B, REFUSED)                                                                             \
    X(RBINDFAIL, 0x0D, LATER)                                                                                \
    X(RINVPASWD, 0x0E, LATER)                                                                                \
    X(RINVSYSID, 0x0F, LATER)                                                                                \
    X(RMSGQFUL, 0x14, THROTTLED)                                                                             \
    X(RINVSERTYP, 0x15, REFUSED)                                                                             \
    X(RSUBMITFAIL, 0x45, REFUSED)                                                                            \
    X(RINVSRCTON, 0x48, REFUSED)                                                                             \
    X(RINVSRCNPI, 0x49, REFUSED)                                                                             \
    X(RINVDSTTON, 0x50, REFUSED)                                                                             \
    X(RINVDSTNPI, 0x51, REFUSED)                                                                             \
    X(RTHROTTLED, 0x58, THROTTLED)                                                                           \
    X(RX_T_APPN, 0x64, LATER)                                                                                \
    X(RX_P_APPN, 0x65, REFUSED)                                                                              \
    X(RX_R_APPN, 0x66, REFUSED)                                                                              \
    X(RQUERYFAIL, 0x67, LATER)                                                                               \
    X(RINVTLVSTREAM, 0xC0, REFUSED)                                                                          \
    X(RTLVNOTALLWD, 0xC1, REFUSED)                                                                           \
    X(RINVTLVLEN, 0xC2, REFUSED)                                                                             \
    X(RMISSINGTLV, 0xC3, REFUSED)                                                                            \
    X(RINVTLVVAL, 0xC4, REFUSED)                                                                             \
    X(RDELIVERYFAILURE, 0xFE, LATER)                                                                         \
    X(RUNKNOWNERR, 0xFF, LATER)

enum smpp_status {
#define X(name, code, kind) SMPP_##name = (code),
    SMPP_STATUSES(X)
#undef X
};

enum smpp_verdict {
    SMPP_ACCEPTED,
    SMPP_REFUSED, /* never, as it stands */
    SMPP_LATER,
    SMPP_THROTTLED, /* later, and the whole bind is to slow down */
};
/* A status that is in no table (a vendor's own) is LATER: time decides. */
enum smpp_verdict smpp_verdict(uint32_t status);
/* "RTHROTTLED"; "vendor" where the table has none. */
const char *smpp_status_name(uint32_t status);

/* --- PDUs --- */
struct smpp_address {
    uint8_t ton, npi;
    struct slice number;
};

/* "+62812…" as SMPP has it: 62812…, TON 1, NPI 1; letters are 5/0, a short code is 0/1.  ton_npi: "auto" or
 * "TON/NPI"; false when it is neither. */
bool smpp_address_of(struct slice number, struct slice ton_npi, struct smpp_address *) MUST_CHECK;

/* One PDU.  A field that its command does not have stays empty. */
struct smpp_pdu {
    uint32_t command, status, sequence;
    struct slice whole; /* as it came; decode only */
    /* bind_*: who; bind_*_resp: system_id */
    struct slice system_id, password, system_type;
    uint8_t version;
    /* submit_sm, deliver_sm, data_sm; of a bind, `from` is its address range */
    struct slice service_type;
    struct smpp_address from, to;
    uint8_t esm_class, protocol_id, priority, registered, replace, coding, default_message;
    struct slice schedule, validity;
    struct slice text; /* short_message */
    /* submit_sm_resp, deliver_sm_resp, data_sm_resp: one octet at least on the wire, even when empty */
    struct slice message_id;
    struct slice tlvs; /* the optional parameters as they stand: smpp_tlv_next, smpp_tlv_put */
    bool half;         /* decode only: the text ends where the PDU does, and may have been longer */
};

enum smpp_frame {
    SMPP_FRAME_MORE,  /* not a whole PDU yet */
    SMPP_FRAME_WHOLE, /* its first *length bytes are one */
    SMPP_FRAME_BAD,   /* an impossible length: the stream is lost */
};
/* Looks at the first four bytes only.  *length is set for MORE (0 = unknown yet) and WHOLE. */
enum smpp_frame smpp_frame(struct slice bytes, size_t *length);

enum smpp_rc {
    SMPP_OK,
    SMPP_UNKNOWN,  /* a header that can be read, a command that we do not know: the whole is kept */
    SMPP_BAD_BODY, /* header good; a field runs over the end */
    SMPP_BAD_END,  /* fields good; the text or the optional parameters do not add up to the PDU.  What can be
                      read of both is there, see `half` */
};
/* `whole` is exactly one PDU (smpp_frame).  Slices point into it.  The header is filled in whatever comes
 * back.  A response with an error status may lack its body. */
enum smpp_rc smpp_decode(struct slice whole, struct smpp_pdu *) MUST_CHECK;
/* Appends one PDU.  False (and nothing) when a field is longer than SMPP 3.4 lets it be, holds a NUL, or the
 * whole is over SMPP_PDU_MAX. */
bool smpp_encode(struct buf *, const struct smpp_pdu *) MUST_CHECK;

struct smpp_tlv {
    uint16_t tag;
    struct slice value;
};
/* Takes one off the front; false at the end, or when the rest does not add up. */
bool smpp_tlv_next(struct slice *rest, struct smpp_tlv *);
/* The first of that tag. */
bool smpp_tlv_find(const struct smpp_pdu *, enum smpp_tag, struct slice *value);
/* A number of one to four octets; `otherwise` when it is missing or longer. */
uint32_t smpp_tlv_number(const struct smpp_pdu *, enum smpp_tag, uint32_t otherwise);
void smpp_tlv_put(struct buf *, enum smpp_tag, struct slice value);
void smpp_tlv_put_number(struct buf *, enum smpp_tag, unsigned octets, uint32_t number);

/* The text of a message wherever it stands: message_payload when there is one, else short_message. */
struct slice smpp_payload(const struct smpp_pdu *);

#endif
