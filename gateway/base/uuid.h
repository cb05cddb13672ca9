/* uuid.h - the text of a name-based UUID, version 5 (RFC 4122 4.3). */
#ifndef KENTONGAN_BASE_UUID_H
#define KENTONGAN_BASE_UUID_H

#include <stdint.h>

struct uuid_text {
    char text[37]; /* "xxxxxxxx-xxxx-5xxx-…" and a NUL */
};

/* From the first 16 bytes of a SHA-1 digest over namespace and name. */
struct uuid_text uuid5_text(const uint8_t digest[16]);

#endif
