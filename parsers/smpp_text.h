/* smpp_text.h - data_coding to UTF-8 and back, and one text as the submit_sm's that carry it
 * (DOMAIN 8.1, 8.3).
 *
 * Pure.  Nothing that comes is refused for its letters: what cannot be read is read as Latin-1 and said so.
 */
#ifndef KENTONGAN_PARSERS_SMPP_TEXT_H
#define KENTONGAN_PARSERS_SMPP_TEXT_H

#include "gateway/base/arena.h"
#include "parsers/segment.h"
#include "parsers/smpp_pdu.h"

enum smpp_alphabet {
    SMPP_GSM7, /* one septet an octet */
    SMPP_ASCII,
    SMPP_LATIN1,
    SMPP_UCS2,
    SMPP_UTF8,
    SMPP_OCTETS, /* nobody knows: UTF-8 when it is, else Latin-1 */
};

/* What each data_coding stands for at one provider. */
struct smpp_codings {
    uint8_t of[256]; /* enum smpp_alphabet */
};
/* SMPP 3.4's own, and GSM 03.38's message classes above 0x0F. */
void smpp_codings_default(struct smpp_codings *);
/* "0=latin1 1=gsm7": gsm7 ascii latin1 ucs2 utf8 octets.  False when a word cannot be read. */
bool smpp_codings_override(struct smpp_codings *, struct slice words) MUST_CHECK;

/* Clean UTF-8 without NUL; *broken is set when something had to be mended, and left alone otherwise. */
struct slice smpp_text_decode(const struct smpp_codings *, uint8_t coding, struct slice octets,
                              struct arena *, bool *broken);
/* A segment_decode for parts of one provider; arg is a struct smpp_codings. */
struct slice smpp_text_decode_part(void *codings, struct slice provider, uint8_t coding, struct slice octets,
                                   struct arena *, bool *broken);

/* --- out --- */
enum smpp_long {
    SMPP_LONG_UDH,
    SMPP_LONG_SAR,
    SMPP_LONG_PAYLOAD,
};

struct smpp_parts {
    struct smpp_part {
        struct slice text; /* short_message, header included */
        struct slice tlvs;
        uint8_t esm_class;
    } part[SEGMENT_PARTS_MAX];
    unsigned n;
    uint8_t coding;
};
/* All parts of one SMS; ref tells long messages to one phone apart.  False when it needs more parts than
 * there may be, or the arena is full. */
bool smpp_text_parts(const struct smpp_codings *, struct slice utf8, enum smpp_long, unsigned ref,
                     struct arena *, struct smpp_parts *) MUST_CHECK;
/* One text as it stands, for USSD: the octets and their coding. */
struct slice smpp_text_encode(const struct smpp_codings *, struct slice utf8, struct arena *,
                              uint8_t *coding);

#endif
