/* child.h - children: their numbers, how a report finds its child, and what is impossible for a child that
 * is known (SPEC 2.7).
 *
 * Pure.  A child lives in SUBJECT_NUMBER; two SUBJECT_NAME buckets of its posyandu (first and last letters of
 * the name) list it, so that a name one edit away is found too, and a third one by NIK.
 *
 * Four letters each, of short names two: whatever one edit does to nine letters, four of an end stay.  So
 * a list has few children, however many the posyandu has.  A name one edit away may stand with the other
 * kind, and former versions took two letters of all: both are looked at. */
#ifndef KENTONGAN_FLOWS_CARE_CHILD_H
#define KENTONGAN_FLOWS_CARE_CHILD_H

#include "flows/step/step.h"
#include "gateway/base/codec.h"

enum {
    CHILD_WEIGHINGS = 12, /* the last so many are remembered */
};
#define CHILD_KEPT_MS (INT64_C(86400000) * 365 * 7) /* a child is followed to 71 months */

struct weighing {
    int64_t at_ms, bb, tb; /* milli; 0 = not given */
    struct slice nomor;    /* of the report; empty: of before this was kept */
};

struct child {
    struct slice nomor, id, nama, jk;
    struct slice tgl_lahir; /* ISO; day 01 when only the month is known */
    bool exact;
    struct slice nik, posyandu, puskesmas;
    struct weighing weighings[CHILD_WEIGHINGS]; /* oldest first */
    unsigned weighings_n;
    struct weighing birth; /* of the LAHIR that made it; at_ms 0: made otherwise */
    struct slice doses;    /* vaccines that it had: "bcg,opv1", doses.h */
    int64_t since;         /* the day on which it was first known; 0 = today */
    int64_t dose_visit;    /* the day of the last visit about a dose; 0 = none */
};

/* "siti aminah": lower case, letters and single blanks only. */
struct slice child_key(struct slice nama, struct arena *);
/* The same of a child's name, by which it is found: `By Rina`, `Bayi Ny Rina` and the baby of Rina are "bayi
 * rina" (RULINGS 54; the words are the list `sebutan`). */
struct slice child_name_key(const struct ruleset *, struct slice nama, struct arena *);
/* A person as people call her, `Bu Rina`, `Ny. Rina` and `Rina` alike: "rina"; a baby is its own. */
struct slice child_called(const struct ruleset *, struct slice nama, struct arena *);
/* "Bayi Rina": what the baby of this mother is called until it has a name. */
struct slice child_of_mother(const struct ruleset *, struct slice mother, struct arena *);
enum {
    CHILD_LISTED = 3,  /* first letters, last letters, NIK: where a child stands */
    CHILD_BUCKETS = 5, /* then first and last letters of the other kind, where it may */
};

/* The buckets of a child of this child_name_key() in its posyandu, as ids of SUBJECT_NAME; empty: there is
 * none, as without a NIK. */
void child_buckets(struct slice posyandu, struct slice key, struct slice nik, struct arena *,
                   struct slice id[CHILD_BUCKETS]);

extern const struct codec weighing_codec;
/* A child as its number keeps it. */
extern const struct codec child_codec;
/* What a report remembers of the child at its weighing: sex, birth and weighings, oldest first. */
extern const struct codec child_before_codec;
/* A number that was merged into another (merge.h) gives that child, whose number it is then. */
bool child_load(struct step *, struct slice nomor, struct child *out);
/* False for a merged number too: what is about to be written must be the child that was loaded. */
bool child_load_own(struct step *, struct slice nomor, struct child *out);
void child_save(struct step *, const struct child *);
/* Its blob, to be ended by blob_done. */
struct node *child_encode(struct step *, const struct child *);
/* The person row; merged_into: the id of the child that it is one with, or empty. */
void child_row(struct step *, const struct child *, struct slice merged_into);
/* Puts a child into its lists. */
void child_list(struct step *, const struct child *);
/* The same of a child that stands there, by a timer that knows them; one that stands with the other kind of
 * letters, as former versions had it, moves.  The list of the last letters has no weighings: it is written
 * only when `changed`. */
void child_list_anew(struct step *, const struct due *, const struct child *, bool changed);
/* Takes a number off a bucket, if it stands there. */
void child_unlist(struct step *, struct slice bucket, struct slice nomor);

/* Who a report by name is about. */
enum child_match {
    CHILD_NEW,
    CHILD_ONE, /* *out */
    CHILD_ASK, /* *out is the likeliest of several, or one edit away */
};

/* Looks in the buckets; *out is what the bucket knows of the child: all but its posyandu and puskesmas.
 * *other: another one of exactly this name, as twins are; without a number when there is none. */
enum child_match child_match(struct step *, struct slice posyandu, const struct child *wanted,
                             struct child *out, struct child *other);
/* A baby of this mother whose birth was reported, on this day or about it: a twin, or the same one typed anew
 * (RULINGS 54). */
bool child_born_before(struct step *, const struct child *wanted, struct child *out);
/* The weighing of the same day; NULL when there is none. */
const struct weighing *child_weighed_on(const struct step *, const struct child *, int64_t at_ms);
/* Makes the child: number, blob, buckets, person row. */
void child_make(struct step *, struct child *);
/* Day of birth from umur or tgl_lahir at a date; false when neither is given. */
bool child_birth(const struct step *, const struct form *, const struct value *values, int64_t at_ms,
                 int64_t *day, bool *exact);
/* Which new value is out of keeping with the child's age, or with its last weighing within 60 days:
 * AS_WEIGHT, AS_HEIGHT or AS_NOTHING.  tb_label: what tb was typed with (PB, TB), or empty. */
enum meaning child_doubt(const struct ruleset *, const struct child *, int64_t bb, int64_t tb,
                         struct slice tb_label, int64_t at_ms);
void child_weighed(struct child *, const struct weighing *);
/* A weighing, and a NIK that was not known, of a child that is: a report by name has loaded only the buckets,
 * one by number only the number, so a timer that is due at once brings them to both.  doses: vaccines that it
 * had (doses.h), likewise. */
void child_weigh_later(struct step *, const struct child *, const struct weighing *, struct slice doses);
void child_due(struct step *, const struct due *);

/* A report of this child was corrected or cancelled: its weighing is replaced or taken away, its birth or sex
 * put right.  The child is not loaded then: timers do it. */
struct child_fix {
    struct slice nomor; /* the child's */
    struct weighing weighing;
    bool cancelled;
    struct slice tgl_lahir, jk; /* empty: as they were */
    bool exact;
    struct slice doses, undone; /* vaccines of the new version, and of the old one */
};
void child_fix(struct step *, const struct child_fix *);
/* What is known of the child changed: blob and person row now, the bucket by a timer. */
void child_changed(struct step *, const struct child *);

#endif
