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

struct log_db;

/* As sqlite_db_open(). */
enum sqlite_rc log_db_open(const char *path, int busy_ms, struct log_db **out, struct err *) MUST_CHECK;
void log_db_close(struct log_db *);

/* Stores entries of the log's stream (store/message_log.c) in one transaction. */
enum sqlite_rc log_db_store(struct log_db *, struct sqlite_item *, unsigned n, struct err *) MUST_CHECK;

/* Takes at most `most` messages away that came before before_ms, with all that belongs to them.  *gone: how
 * many; fewer than `most` means that no older one is left. */
enum sqlite_rc log_db_prune(struct log_db *, int64_t before_ms, unsigned most, unsigned *gone,
                            struct err *) MUST_CHECK;

/* For log_trace.c. */
struct sqlite_file *log_db_file(struct log_db *);

/* The life of a number, in order of time, as lines of text.  Numbers of people go through `who`; texts, which
 * may hold names, are given only with `reveal`. */
struct log_trace {
    bool reveal;
    int utc_offset_min;
    struct slice (*who)(struct slice msisdn, struct arena *); /* its pseudonym */
};
enum sqlite_rc log_db_trace(struct log_db *, struct slice nomor, const struct log_trace *, struct buf *out,
                            struct err *) MUST_CHECK;

#endif
