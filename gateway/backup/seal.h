/* seal.h - files in one sealed file: libsodium's secretstream under a key of its own (SPEC 7).
 *
 *   "KTGB1\n", the stream's header, then frames: length of the sealed bytes (4 bytes, little-endian), those
 * bytes. Opened, the frames are one run of bytes: for each file the length of its name (2), its size (8),
 * name, content. The last frame is marked: a file that was cut off is known as such. Blocking: for a thread
 * of its own, or a command. */
#ifndef KENTONGAN_BACKUP_SEAL_H
#define KENTONGAN_BACKUP_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

enum {
    SEAL_KEY = 32,
};

/* The key in `path`, 64 hex digits.  make: one that is not there is made, 0600; *made says so. */
int seal_key(const char *path, bool make, bool *made, unsigned char key[SEAL_KEY], struct err *) MUST_CHECK;

struct seal;

/* Writes <path>.part; seal_close() gives it its name once all of it is on the disk. */
struct seal *seal_create(const char *path, const unsigned char key[SEAL_KEY], struct err *) MUST_CHECK;
/* The file `path` as `name`, as long as it is when it is opened. */
int seal_add(struct seal *, const char *path, const char *name, struct err *) MUST_CHECK;
int seal_close(struct seal *, struct err *) MUST_CHECK;
/* Given up: nothing is left of it. */
void seal_drop(struct seal *);

/* Writes every file of a sealed one below `folder`, 0600 in folders 0700; none may be there already.  Names
 * that lead elsewhere are refused.  *files: how many. */
int seal_extract(const char *path, const unsigned char key[SEAL_KEY], const char *folder, unsigned *files,
                 struct err *) MUST_CHECK;

#endif
