/* record.h - rows for the district database (SPEC 5) and their versioned text form.
 *
 * The text form is one JSON object with "v":1 and "row" first; a sink decodes it, Redis only carries it.
 * Unknown keys are kept by nobody and refused by nobody; an unknown version is an error. */
#ifndef KENTONGAN_MODEL_RECORD_H
#define KENTONGAN_MODEL_RECORD_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"

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
    struct slice fields, findings; /* JSON text: an object, an array */
    struct slice status;           /* valid checked corrected cancelled */
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
    struct slice nomor, persons; /* JSON arrays: numbers of reports and people; ids of the people */
    struct slice who;            /* a number that reported or acted; empty: none */
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

void row_encode(struct buf *, const struct row *);
/* Slices of *out live in the arena.  -1 and a fault text for broken text or an unknown version. */
int row_decode(struct slice text, struct arena *, struct row *out, struct err *) MUST_CHECK;

#endif
