/* record.h - rows for the district database (SPEC 5) and how they go to its sinks.
 *
 * Each is an object, "v":1 and "row" first, packed (gateway/model/stream_tree.h); Redis only carries them. An
 * earlier version wrote a line of JSON for each, which is read the same; what leaves the house and what
 * people read is that JSON still.  Unknown members are kept by nobody and refused by nobody; an unknown
 * version is an error. */
#ifndef KENTONGAN_MODEL_RECORD_H
#define KENTONGAN_MODEL_RECORD_H

#include "gateway/base/err.h"
#include "gateway/base/node.h"

enum row_kind {
    ROW_RECORD,
    ROW_REFERRAL_EVENT,
    ROW_ALERT_EVENT,
    ROW_PERSON,
    ROW_FORGET,
};

struct record {
    struct slice id; /* UUID: the same for the same report however often it is sent */
    struct slice nomor, form, klaster;
    unsigned version;             /* 1 upwards */
    struct slice at, received_at; /* RFC 3339 with offset */
    struct slice reporter, role, place, posyandu, person_id;
    const struct node *fields, *findings; /* an object, a list: row_tree(), or as they were read */
    struct slice status;                  /* valid checked corrected cancelled */
    struct slice provider, message_id;
    struct slice checked_by; /* of a version that is checked: who said CEK; empty = not one with a number */
};

/* referral_event and alert_event have one shape. */
struct event_row {
    struct slice id, of, nomor, event, at, who, role, place, words;
    struct slice disease,
        rules; /* of an alert: what it is about; "signal_cases/1 …", what it was judged by */
};

struct person_row {
    struct slice id, nomor, nama, jk, tgl_lahir;
    bool tgl_lahir_exact;
    struct slice nik, posyandu;
    struct slice merged_into; /* id of the person that it is one with; empty: none */
};

/* What was held under these numbers is taken out of every sink, and never taken in again under them: the
 * tombstone.  It names nobody but a number of a telephone that is itself to be forgotten. */
struct forget_row {
    struct slice id, at, account, why;
    const struct node *nomor, *persons; /* lists: numbers of reports and people; ids of the people */
    struct slice who;                   /* a number that reported or acted; empty: none */
};

struct row {
    enum row_kind kind;
    union {
        struct record record;
        struct event_row event;
        struct person_row person;
        struct forget_row forget;
    };
};

/* A part of a row, as the row takes it.  NULL stays so. */
const struct node *row_tree(struct node *, struct arena *);
void rows_encode(struct buf *, const struct row *, unsigned n);
/* Reading them, one after the other; texts lie in the body or in the arena. */
struct rows {
    struct arena *arena;
    struct slice rest; /* of the body */
    struct slice last; /* the row that was read last, as it stands there */
};
struct rows rows_begin(struct slice body, struct arena *);
/* 1: a row; 0: there are no more; -1 and a fault text: broken, or of a version that this program does not
 * know. */
int rows_next(struct rows *, struct row *out, struct err *) MUST_CHECK;
/* All of a body at once. */
struct row_list {
    const struct row *all;
    unsigned n;
};
int rows_all(struct slice body, struct arena *, struct row_list *, struct err *) MUST_CHECK;
/* The one that was read last, for people and receivers: as JSON. */
struct slice rows_json(const struct rows *);

#endif
