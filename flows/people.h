/* people.h - children: their numbers, how a report finds its child, and what is impossible for a child that
 * is known (SPEC 2.7).
 *
 * Pure.  A child lives in SUBJECT_NUMBER; two SUBJECT_NAME buckets of its posyandu (first two and last two
 * letters of the name) list it, so that a name one edit away is found too. */
#ifndef KENTONGAN_FLOWS_PEOPLE_H
#define KENTONGAN_FLOWS_PEOPLE_H

#include "flows/step.h"

enum {
    PEOPLE_WEIGHINGS = 12, /* the last so many are remembered */
};

struct weighing {
    int64_t at_ms, bb, tb; /* milli; 0 = not given */
};

struct child {
    struct slice nomor, id, nama, jk;
    struct slice tgl_lahir; /* ISO; day 01 when only the month is known */
    bool exact;
    struct slice nik, posyandu, puskesmas;
    struct weighing weighings[PEOPLE_WEIGHINGS]; /* oldest first */
    unsigned weighings_n;
};

/* "siti aminah": lower case, letters and single blanks only. */
struct slice people_key(struct slice nama, struct arena *);
/* The two buckets of a name in a posyandu, as ids of SUBJECT_NAME. */
void people_buckets(struct slice posyandu, struct slice nama, struct arena *, struct slice id[2]);

bool child_load(struct step *, struct slice nomor, struct child *out);
void child_save(struct step *, const struct child *);

/* Who a report by name is about. */
enum people_match {
    PEOPLE_NEW,
    PEOPLE_ONE, /* *out */
    PEOPLE_ASK, /* *out is the likeliest of several, or one edit away */
};

/* Looks in the two buckets; *out is what the bucket knows of the child: all but its posyandu and puskesmas.
 */
enum people_match people_match(struct step *, struct slice posyandu, const struct child *wanted,
                               struct child *out);
/* Makes the child: number, blob, buckets, person row. */
void people_make(struct step *, struct child *);
/* Day of birth from umur or tgl_lahir at a date; false when neither is given. */
bool people_birth(const struct step *, const struct form *, const struct value *values, int64_t at_ms,
                  int64_t *day, bool *exact);
/* Completed months from a day of birth to a day. */
int people_months(int64_t born, int64_t day);
/* The field whose new value is out of keeping with the child's age, or with its last weighing within 60 days;
 * or empty. */
struct slice people_doubt(const struct ruleset *, const struct child *, int64_t bb, int64_t tb,
                          int64_t at_ms);
void people_weighed(struct child *, int64_t bb, int64_t tb, int64_t at_ms);
/* A weighing of a child that is known: a report by name has loaded only the bucket, one by number only the
 * number, so a timer that is due at once brings it to both. */
void people_weigh_later(struct step *, const struct child *, int64_t bb, int64_t tb, int64_t at_ms);
void people_due(struct step *, const struct due *);
/* What is known of the child changed: blob and person row now, the bucket by a timer. */
void people_changed(struct step *, const struct child *);

#endif
