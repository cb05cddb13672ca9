/* secret.h - a secret that lies in a file of its own, its first line. */
#ifndef KENTONGAN_CONF_SECRET_H
#define KENTONGAN_CONF_SECRET_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

/* Can the file be read, and by nobody else?  False with a fault at `at`; what others could read is warned of.
 * `what` is the key or column that names it. */
bool secret_file_check(const char *path, const char *what, struct mark at, struct faults *) MUST_CHECK;
/* The secret, in the arena; empty with a fault at `at`. */
struct slice secret_load(const char *path, const char *what, struct mark at, struct arena *, struct faults *);

#endif
