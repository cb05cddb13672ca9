/* backup.h - `ctl backup FILE`: the state folder of a running gateway in one sealed file (SPEC 7).
 *
 * In this order, so that nothing is missing and what stands twice does no harm: the spool, Redis (a
 * snapshot), the `sqlite` sinks and the message log (copies that SQLite makes), the key and the highest
 * number.  A thread of its own reads and seals; the loop only waits for Redis. */
#ifndef KENTONGAN_BACKUP_BACKUP_H
#define KENTONGAN_BACKUP_BACKUP_H

#include "gateway/base/err.h"
#include "gateway/conf/config.h"
#include "gateway/loop/loop.h"
#include "gateway/store/store.h"

/* f is called once: with what was written, or with an error.  file is absolute. */
struct backup_told {
    void (*f)(void *arg, struct slice said, const struct err *);
    void *arg;
};
void backup_take(struct loop *, struct store *, const struct config *, const char *file, const char *key_file,
                 struct backup_told);
/* What a backup that was cut off left behind, when none is under way. */
void backup_sweep(const char *state_dir);
/* The key file that is meant when none is named: backup.key beside the configuration. */
void backup_key_path(const struct config *, char *out, size_t n);

/* What a sealed file holds, into the (empty) state folder of a gateway that does not run. */
int backup_restore(const char *file, const char *key_file, const char *state_dir, unsigned *files,
                   struct err *) MUST_CHECK;

#endif
