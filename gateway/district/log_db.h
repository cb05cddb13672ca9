/* log_db.h - one file of the message log (SPEC 7; log_files.h has them all): what came in, what went out and
 * what became of it, found by number, by the words of what came in (FTS5) and by id.
 *
 * Tables message_in, message_sms, message_part (the providers' ids and reports), message_nomor; the view
 * message_out has each SMS with its state (queued, sent, delivered, failed, expired, parked).  Every line may
 * come twice and in any order: facts are kept, the state is worked out from them by who asks.  Blocking, and
 * used by one thread at a time. */
#ifndef KENTONGAN_DISTRICT_LOG_DB_H
#define KENTONGAN_DISTRICT_LOG_DB_H

#include "gateway/base/buf.h"
#include "gateway/district/sqlite_file.h"

/* As sqlite_file_open(); sqlite_file_close() closes it. */
enum sqlite_rc log_db_open(const char *path, int busy_ms, struct sqlite_file **out, struct err *) MUST_CHECK;

/* Does a line of that moment belong into this file?  message: it is a message; else what became of an SMS. */
typedef bool log_db_wants(void *arg, int64_t at_ms, bool message);
/* Stores those lines that `wants` (NULL: all) of entries of the log's stream (store/stream/message_log.c) in
 * one transaction. */
enum sqlite_rc log_db_store(struct sqlite_file *, struct item *, unsigned n, log_db_wants *wants, void *arg,
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
/* The staff list (SPEC 2.2): drafts that expired, at most `most`, the newest first, a line each; with
 * `reveal` also what their reporters wrote.  *n: how many were there. */
enum sqlite_rc log_db_drafts(struct sqlite_file *, const struct log_trace *, unsigned most, unsigned *n,
                             struct buf *out, struct err *) MUST_CHECK;

#endif
