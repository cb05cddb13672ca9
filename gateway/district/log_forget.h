/* log_forget.h - one file of the message log without somebody (SPEC 7: export, forget): her texts go out of
 * the rows, out of the index of words and out of the file itself; the rows stay, so that the counts of what
 * came and went do. */
#ifndef KENTONGAN_DISTRICT_LOG_FORGET_H
#define KENTONGAN_DISTRICT_LOG_FORGET_H

#include "gateway/district/log_db.h"
#include "gateway/model/whose.h"

/* *n: how many messages and SMS lost their text.  Slow: the index is merged into one, and what is free in the
 * file is overwritten. */
enum sqlite_rc log_db_forget(struct sqlite_file *, const struct whose *, unsigned *n,
                             struct err *) MUST_CHECK;
/* What is held of her, a JSON object a line: {"direction":"in","at":…,"text":…}. */
enum sqlite_rc log_db_held(struct sqlite_file *, const struct whose *, struct buf *out,
                           struct err *) MUST_CHECK;

#endif
