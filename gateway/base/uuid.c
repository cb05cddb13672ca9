/* uuid.c - see uuid.h.  By hand: several are made for every message, and printf is what that would be spent
 * on.
 */
#include "gateway/base/uuid.h"

static struct uuid_text text_of(const uint8_t bytes[16], unsigned version)
{
    static const char hex[] = "0123456789abcdef";
    struct uuid_text out;
    unsigned n = 0;

    for (unsigned i = 0; i < 16; i++) {
        uint8_t d = bytes[i];

        if (i == 6)
            d = (uint8_t)((d & 0x0f) | version << 4);
        if (i == 8)
            d = (uint8_t)((d & 0x3f) | 0x80); /* the variant of RFC 9562 */
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out.text[n++] = '-';
        out.text[n++] = hex[d >> 4];
        out.text[n++] = hex[d & 15];
    }
    out.text[n] = '\0';
    return out;
}

struct uuid_text uuid5_text(const uint8_t digest[16])
{
    return text_of(digest, 5);
}

struct uuid_text uuid8_text(int64_t ms, const uint8_t digest[16])
{
    uint8_t bytes[16];

    for (unsigned i = 0; i < 16; i++)
        bytes[i] = i < 6 ? (uint8_t)((uint64_t)ms >> (40 - 8 * i)) : digest[i];
    return text_of(bytes, 8);
}
