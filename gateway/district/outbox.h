/* outbox.h - what waits to be sent to the ministry's platform: a file of its own, for what a record lacks may
 * be long in coming, and people ask what it is (SPEC 5, stages).
 *
 * One row a record, its newest version: in the stage `ready` (to be sent when its time comes), `needs_…` (it
 * lacks something), `refused` (people look at it) or `sent` (its ids are kept: a correction is put in their
 * place).  Beside it the persons that records are about, and what the platform calls a NIK.
 *
 * Blocking, and used by one thread at a time, as sqlite_file.h. */
#ifndef KENTONGAN_DISTRICT_OUTBOX_H
#define KENTONGAN_DISTRICT_OUTBOX_H

#include "gateway/conf/fhir.h"
#include "gateway/district/sqlite_file.h"

#define OUTBOX_READY   "ready"
#define OUTBOX_REFUSED "refused"
#define OUTBOX_SENT    "sent"

enum {
    OUTBOX_STAGES = 16,
    OUTBOX_BATCH = 8, /* records under way at once */
};

/* A record to be sent.  person_…: what the district knows of the person with a number, if it has one. */
struct outbox_row {
    struct slice id, body; /* body: the record's row (model/record.h) */
    struct slice checked_by;
    struct slice person_nik, person_name, person_sex, person_born; /* born: an exact day, or empty */
    struct slice ihs; /* what the platform calls whoever has the person's NIK, or else the report's */
    struct slice ids; /* JSON, our identifier -> "Observation/…"; empty = nothing of it was sent */
    unsigned version, tries;
};

struct outbox_batch {
    struct arena arena; /* of all slices */
    struct outbox_row rows[OUTBOX_BATCH];
    unsigned n;
};

/* What became of one. */
struct outbox_fate {
    struct slice id;
    unsigned version;  /* a newer one that came meanwhile stays as it is */
    const char *stage; /* lives as long as the program or the ruleset; NULL: it is none of the platform's */
    int64_t due_ms;    /* ready: not before; wall */
    struct slice why;  /* code and place of a fault, never a value; may be empty */
    struct slice ids;  /* empty: as before */
    struct slice nik, ihs; /* what the platform calls this person; empty: nothing was learnt */
};

struct outbox_count {
    char stage[24];
    uint64_t n;
    int64_t since_ms; /* the oldest; wall */
};

/* LATER or NEVER as sqlite_file_open(). */
enum sqlite_rc outbox_open(const char *path, struct sqlite_file **out, struct err *) MUST_CHECK;
/* Takes the rows of items in; a row that cannot be read refuses its item. */
enum sqlite_rc outbox_put(struct sqlite_file *, const struct fhir_map *, struct item *, unsigned n,
                          struct err *) MUST_CHECK;
/* All that lacks something is looked at again: facilities.csv or nakes.csv may have changed.  refused: also
 * what was refused. */
enum sqlite_rc outbox_again(struct sqlite_file *, bool refused, struct err *) MUST_CHECK;
enum sqlite_rc outbox_settle(struct sqlite_file *, const struct outbox_fate *, unsigned n,
                             struct err *) MUST_CHECK;
/* The rows that are due, the longest waiting first. */
enum sqlite_rc outbox_take(struct sqlite_file *, int64_t now_ms, struct outbox_batch *,
                           struct err *) MUST_CHECK;
/* All stages but `sent`, and how many were sent. */
enum sqlite_rc outbox_counts(struct sqlite_file *, struct outbox_count out[OUTBOX_STAGES], unsigned *n,
                             uint64_t *sent, struct err *) MUST_CHECK;
/* The latest faults of a stage, "NOMOR VERSION: why", a line each, for people. */
enum sqlite_rc outbox_list(struct sqlite_file *, struct slice stage, unsigned most, struct buf *,
                           struct err *) MUST_CHECK;

#endif
