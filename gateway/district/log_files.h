/* log_files.h - the message log: a file a month, `<state>/log/2026-11.db` (SPEC 7), each as log_db.h has it.
 *
 * A message stands in the file of the month in which it was received.  What became of an SMS is kept in the
 * file of its own moment, and in the first days of a month in the one before too, where the SMS may stand: so
 * lines may come twice and in any order, as in one file.  Retention removes files, never rows.
 *
 * Blocking, and used by one thread at a time.  Months are the district's. */
#ifndef KENTONGAN_DISTRICT_LOG_FILES_H
#define KENTONGAN_DISTRICT_LOG_FILES_H

#include "gateway/district/log_db.h"

struct log_files;

/* Makes the folder <state_dir>/log, 0700; a `log.db` of an earlier version becomes the file of the month in
 * which it was last written.  NULL with an error. */
struct log_files *log_files_open(const char *state_dir, int utc_offset_min, int busy_ms,
                                 struct err *) MUST_CHECK;
/* Closes the files, to begin afresh. */
void log_files_rest(struct log_files *);
/* NULL is none. */
void log_files_close(struct log_files *);

/* Opens this month's file: LATER or NEVER when it cannot be. */
enum sqlite_rc log_files_ready(struct log_files *, int64_t now_ms, struct err *) MUST_CHECK;
/* As log_db_store, each line in its file. */
enum sqlite_rc log_files_store(struct log_files *, struct item *, unsigned n, struct err *) MUST_CHECK;
/* Removes the files whose last moment is before before_ms.  How many. */
unsigned log_files_prune(struct log_files *, int64_t before_ms);

/* As log_db_trace and log_db_drafts (the newest hundred), over all files. */
enum sqlite_rc log_files_trace(struct log_files *, struct slice nomor, const struct log_trace *,
                               struct buf *out, struct err *) MUST_CHECK;
enum sqlite_rc log_files_drafts(struct log_files *, const struct log_trace *, struct buf *out,
                                struct err *) MUST_CHECK;

/* each() over all files, the oldest first, until one does not say OK. */
enum sqlite_rc log_files_each(struct log_files *,
                              enum sqlite_rc (*each)(void *arg, struct sqlite_file *, struct err *),
                              void *arg, struct err *) MUST_CHECK;

/* A month as its file is called: 2026-11 is 2026 * 12 + 10.  For those who read the files by themselves. */
int log_files_month(int64_t at_ms, int utc_offset_min);
/* The months that are there, oldest first, at most `most`.  How many. */
unsigned log_files_months(const char *state_dir, int *months, unsigned most);
/* The path of a month's file. */
void log_files_path(const char *state_dir, int month, char *path, size_t n);

#endif
