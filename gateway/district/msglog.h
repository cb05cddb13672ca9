/* msglog.h - the message log `<state>/log/2026-11.db` … (SPEC 7, log_files.h): consumer of the stream "log",
 * retention, and what people ask of it.
 *
 * It is never in the way: while the file cannot be written entries wait in Redis, whose stream is bounded and
 * loses its oldest, never a record. */
#ifndef KENTONGAN_DISTRICT_MSGLOG_H
#define KENTONGAN_DISTRICT_MSGLOG_H

#include "gateway/base/buf.h"
#include "gateway/loop/loop.h"
#include "gateway/model/whose.h"
#include "gateway/store/store.h"

struct msglog;

/* Opens or creates the files, 0600.  keep_ms: retention of raw messages (the row raw_messages).  NULL
 * with an error. */
struct msglog *msglog_open(struct loop *, struct store *, const char *state_dir, int utc_offset_min,
                           int64_t keep_ms, struct err *);
/* A reload: another retention. */
void msglog_keep(struct msglog *, int64_t keep_ms);
/* Before the store is closed. */
void msglog_close(struct msglog *);
/* False while the file cannot be written. */
bool msglog_up(const struct msglog *);

/* The life of a number as text (log_db.h), later, in the loop; text is valid during the call.  ok is false
 * when the log cannot be read; then text says why. */
typedef void msglog_trace_cb(void *arg, bool ok, struct slice text);
void msglog_trace(struct msglog *, struct slice nomor, bool reveal, int utc_offset_min, msglog_trace_cb *,
                  void *arg);
/* The drafts that expired, likewise. */
void msglog_drafts(struct msglog *, bool reveal, int utc_offset_min, msglog_trace_cb *, void *arg);

/* What all files hold of somebody, an array of JSON objects; and that they hold it no more (log_forget.h).
 * whose must live until done, which comes later, in the loop; n: texts that went. */
typedef void msglog_whose_cb(void *arg, bool ok, unsigned n, struct slice said);
void msglog_held(struct msglog *, const struct whose *, msglog_whose_cb *, void *arg);
void msglog_forget(struct msglog *, const struct whose *, msglog_whose_cb *, void *arg);

#endif
