/* episode.h - an episode of one disease in one village: its two blobs, its events, and telling people of it.
 *
 * Pure; behind alert.h, which decides. */
#ifndef KENTONGAN_FLOWS_ALERT_EPISODE_H
#define KENTONGAN_FLOWS_ALERT_EPISODE_H

#include "flows/alert/same_case.h"
#include "flows/alert/threshold.h"

enum {
    EPISODE_HEADS = 8,
};

struct episode {
    struct slice nomor, id, village, disease, puskesmas;
    bool by_name;
    int64_t single;              /* by name: cases from which the heads hear too */
    struct slice verdict;        /* "", "benar", "bukan" */
    struct slice rules;          /* versions of what it was judged by when it began */
    struct threshold_mean usual; /* of the weeks before, at the last judgement */
    int history;                 /* weeks reported of the last head_weeks */
    int64_t before;              /* a puskesmas: last week's cases */
    int week;                    /* a puskesmas: number of the week; not kept */
    int64_t count, day;          /* cases at the last judgement, and its day (since 1970); of a puskesmas: its
                                    week's Sunday */
    int64_t told;                /* cases when the heads heard last; 0 = never */
    int64_t staff_told;          /* cases when the staff heard last */
    int64_t told_day, staff_day; /* the day of those figures */
    bool late;                   /* staff heard of days that were over then */
    int64_t heard, staff_heard; /* cases that the last SMS to them said; told and staff_told fall with them */
    int64_t said;               /* what is corrected in this step; not kept */
    struct slice heads[EPISODE_HEADS]; /* who of them has had it */
    unsigned heads_n;
    bool camat;              /* the camat was told too */
    bool ok;                 /* a head said OK */
    bool ralat;              /* taken back, once */
    bool fallen;             /* its cases were taken back: over */
    int64_t until_ms;        /* when it closes, if nothing comes; it can still be taken back then */
    bool closed;             /* it has; not kept */
    struct same_cases cases; /* reported by name, also before it begins */
    struct slice list;       /* MSISDNs with commas, who were told in this step; not kept */
    struct slice by;         /* MSISDN of who reported the newest case; not kept */
    struct slice words;      /* what she says of it; not kept */
};

/* SUBJECT_EPISODE, known for as long after its end as reports can be corrected; false when there is none: *e
 * then has village, disease and cases alone. */
bool episode_load(struct step *, struct slice village, struct slice disease, struct episode *e);
void episode_save(struct step *, const struct episode *);
/* SUBJECT_NUMBER: what BENAR, BUKAN and OK find. */
bool episode_number_load(struct step *, struct slice nomor, struct episode *e);
void episode_number_save(struct step *, const struct episode *);
void episode_event(struct step *, const struct episode *, const char *name, struct slice words);
/* A timer that names both blobs: at once for news of one to the other, or a clock. */
void episode_pass_on(struct step *, const struct episode *, const char *act, int64_t in_ms);

/* For people: heads read <5. */
struct slice episode_count(struct step *, int64_t n, bool head);
/* "7 hr: 8, biasa 1,2/mg" */
struct slice episode_arithmetic(struct step *, const struct episode *);
struct slice episode_disease(const struct step *, struct slice slug);
void episode_tell(struct step *, struct episode *, struct slice to, const char *key, bool head);
/* Its days are over: a late report. */
bool episode_late(const struct step *, const struct episode *);
void episode_tell_staff(struct step *, struct episode *, const char *key);
/* It waits for them no more: somebody has settled it. */
void episode_list_staff(struct step *, struct episode *);
/* Two reports that are probably about one case. */
void episode_tell_same(struct step *, struct episode *, const struct same_case *);
void episode_tell_heads(struct step *, struct episode *, const char *key);
/* Whoever of them has had it. */
void episode_tell_told(struct step *, struct episode *, const char *key);
void episode_tell_camat(struct step *, struct episode *);
/* Of heads who have had fewer cases. */
const char *episode_more_words(const struct step *, const struct episode *);

#endif
