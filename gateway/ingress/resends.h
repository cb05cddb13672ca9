/* resends.h - messages to which the provider gave no id: is it a new one, or one that we have, brought again?
 *
 * RULINGS 53: the same text is a resend only while the first answer may not have been heard: its connection
 * broke since, or the answer left later than 5 s.  Otherwise it is a new message, for `YA` may be said twice.
 * Resends get the id of the first, so that the pipeline finds them to be duplicates.
 *
 * What is remembered ends with the process: then every connection broke, and the id that is made of sender,
 * text and ten minutes (SPEC 4) is the one that the first had. */
#ifndef KENTONGAN_INGRESS_RESENDS_H
#define KENTONGAN_INGRESS_RESENDS_H

#include "gateway/base/arena.h"
#include "gateway/base/line.h"
#include "gateway/model/inbound.h"

struct resends;

struct resends *resends_new(void);
void resends_free(struct resends *);

/* Where a message came from, for resends_take(). */
struct resend_way {
    struct line *line; /* who waits for the answer; NULL: nobody, or nobody knows */
    uint64_t whole;    /* of the set of parts that it was joined from, 0: of none; the same whole is the same
                          message, however often it is handed over */
};

/* Gives a message without an id one, by provider, from, to, text and received_ms, which are there.  Returns
 * what resends_answered() is to be told by; 0: nothing is to be told.  Messages with an id, and what is no
 * SMS, are left alone. */
uint64_t resends_take(struct resends *, struct inbound *, const struct resend_way *, int64_t mono_ms,
                      struct arena *);
/* Its answer leaves now.  taken: false when it was asked to come again. */
void resends_answered(struct resends *, uint64_t ticket, bool taken, int64_t mono_ms);

#endif
