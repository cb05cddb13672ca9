/* uuid.h - the text of UUIDs made of a name: version 5 (RFC 9562 5.5), and version 8 (5.8) that begins with a
 * time, so that what is made together stands together in an index. */
#ifndef KENTONGAN_BASE_UUID_H
#define KENTONGAN_BASE_UUID_H

#include <stdint.h>

struct uuid_text {
    char text[37]; /* "xxxxxxxx-xxxx-5xxx-…" and a NUL */
};

/* From the first 16 bytes of a SHA-1 digest over namespace and name. */
struct uuid_text uuid5_text(const uint8_t digest[16]);
/* The first 48 bits are the time (Unix, ms), the rest is of the digest. */
struct uuid_text uuid8_text(int64_t ms, const uint8_t digest[16]);

#endif
