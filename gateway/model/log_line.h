/* log_line.h - what the message log is told (SPEC 7), as it stands in the stream "log"
 * (gateway/model/stream_tree.h), several in an entry. */
#ifndef KENTONGAN_MODEL_LOG_LINE_H
#define KENTONGAN_MODEL_LOG_LINE_H

#include "gateway/model/inbound.h"
#include "gateway/model/lane_sms.h"

enum log_what {
    LOG_IN,   /* a message: what it was understood as, and each SMS that it led to */
    LOG_SENT, /* what became of an SMS */
    LOG_ID,   /* the provider's id of an SMS, or of a part of one */
    LOG_DLR,  /* what the provider says of an id */
    LOG_WHATS,
};

struct log_row {
    struct slice row, id, nomor, form, status, event;
    const struct node *fields; /* of a record */
    unsigned version;
};

struct log_sms {
    struct slice by; /* in which provider's lane it was put */
    unsigned lane;
    struct lane_sms sms;
};

struct log_line {
    enum log_what what;
    int version;
    struct slice uuid, kind, provider, id, from, to, text, reason, screen, state, why;
    unsigned attempts, part; /* part: 1 of a report of one, by the provider's id */
    int64_t at_ms;
    unsigned rows_n, sms_n;
    struct log_row rows[OUTCOME_ROWS];
    struct log_sms sms[OUTCOME_SMS];
};

/* It says nothing; what is in the places of rows and SMS stays. */
void log_line_clear(struct log_line *, enum log_what);
/* Appends it. */
void log_line_encode(struct buf *, const struct log_line *);
/* The first of several, as stream_next() takes it; texts lie in it or in the arena.  False: it is broken, or
 * from a newer program. */
bool log_line_next(struct slice *rest, struct arena *, struct log_line *) MUST_CHECK;
/* Appends its rows as the month's file has them for people: a list; nothing when it has none. */
void log_rows_json(struct buf *, const struct log_line *);

#endif
