/* log_db.h - the message log as one SQLite file (SPEC 7): what came in, what went out and what became of it,
 * found by number, by text (FTS5) and by id.
 *
 * Tables message_in, message_out (state: queued, sent, delivered, failed, expired, parked), message_part (the
 * providers' ids and reports), message_nomor.  Every line may come twice and in any order: facts are kept,
 * the state is worked out from them.  Blocking, and used by one thread at a time. */
#ifndef KENTONGAN_DISTRICT_LOG_DB_H
#define KENTONGAN_DISTRICT_LOG_DB_H

#include "gateway/base/buf.h"
#include "gateway/district/sqlite_file.h"

/* As sqlite_file_open(); sqlite_file_close() closes it. */
enum sqlite_rc log_db_open(const char *path, int busy_ms, struct sqlite_file **out, struct err *) MUST_CHECK;

/* Stores entries of the log's stream (store/message_log.c) in one transaction. */
enum sqlite_rc log_db_store(struct sqlite_file *, struct sqlite_item *, unsigned n, struct err *) MUST_CHECK;

/* Takes at most `most` messages away that came before before_ms, with all that belongs to them.  *gone: how
 * many; fewer than `most` means that no older one is left. */
enum sqlite_rc log_db_prune(struct sqlite_file *, int64_t before_ms, unsigned most, unsigned *gone,
                            struct err *) MUST_CHECK;

/* The life of a number, in order of time, as lines of text.  Numbers of people go through `who`; texts, which
 * may hold names, are given only with `reveal`. */
struct log_trace {
    bool reveal;
    int utc_offset_min;
    struct slice (*who)(struct slice msisdn, struct arena *); /* its pseudonym */
};
enum sqlite_rc log_db_trace(struct sqlite_file *, struct slice nomor, const struct log_trace *,
                            struct buf *out, struct err *) MUST_CHECK;
/* The staff list (SPEC 2.2): drafts that expired, the newest hundred first, a line each; with `reveal` also
 * what their reporters wrote. */
enum sqlite_rc log_db_drafts(struct sqlite_file *, const struct log_trace *, struct buf *out,
                             struct err *) MUST_CHECK;

#endif
