/* log.h - one JSON object a line on stderr: {"at":…,"level":…,"event":…, …}.
 *
 * People appear only as keyed pseudonyms (P-7F3A): log_who() is the one way to name them.  Texts of
 * messages never enter the log.  One process, one log; a run of the same event is not collapsed. */
#ifndef KENTONGAN_BASE_LOG_H
#define KENTONGAN_BASE_LOG_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

enum log_level {
    LOG_DEBUG,
    LOG_INFO,
    LOG_WARN,
    LOG_ERROR,
};

struct log_pseudonym {
    char text[12]; /* "P-7F3A" */
};

/* key: 32 random bytes kept in the state folder; without one, the process makes its own. */
void log_init(enum log_level least, const unsigned char key[32]);
/* The keyed pseudonym of a number: the same person reads the same in every line of this installation. */
struct log_pseudonym log_who(struct slice msisdn);

/* A warning or error that is said again and again is written five times in ten seconds; the rest are counted:
 * "more":1253791.
 *
 * log_event(LOG_INFO, "commit", "form", "timbang", "ms", "3", NULL): names and values in pairs, NULL ends.
 * Values are written as JSON strings. */
void log_event(enum log_level, const char *event, ...) __attribute__((sentinel));
/* A line with a sentence: {"event":…,"text":…}. */
void log_text(enum log_level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
