/* tasks_list.h - the list of the visits that a posyandu owes, as tasks.c works on it; for nobody else.
 *
 * Pure.  A person has one task at most. */
#ifndef KENTONGAN_FLOWS_CARE_TASKS_LIST_H
#define KENTONGAN_FLOWS_CARE_TASKS_LIST_H

#include "flows/care/tasks.h"

enum {
    TASKS = 40,
    GONE = 24, /* of the people who died, so many are remembered */
};

struct task {
    struct slice anak, nama, why; /* anak: the child's number; empty for others */
    struct slice dose;            /* overdue: "MR 1", "BCG dll"; empty: none */
    int64_t day;                  /* since when */
};

struct tasks {
    struct slice id;
    struct task all[TASKS];
    unsigned n;
    struct slice gone[GONE]; /* keys of people who died: nobody is sent to look for them */
    unsigned gone_n;
};

struct slice tasks_list_id(struct slice posyandu, struct arena *);
void tasks_load(struct step *, struct slice posyandu, struct tasks *out);
void tasks_save(struct step *, const struct tasks *);

/* Who died: where among `gone`, or -1; false when that was known. */
int tasks_gone_at(const struct step *, const struct tasks *, struct slice nama);
bool tasks_set_gone(const struct step *, struct tasks *, struct slice nama, bool gone);

/* Not for the dead. */
void tasks_add(struct step *, struct tasks *, struct slice anak, struct slice nama, struct slice why);
void tasks_remove(struct tasks *, unsigned i);
/* The task of a child, of a name ("Siti" is Siti Aminah when no other task is a Siti's); -1: none. */
int tasks_of_child(const struct tasks *, struct slice anak);
int tasks_of_name(struct step *, const struct tasks *, struct slice nama);

/* Why a child is to be visited now, beside its doses; empty: for nothing else. */
void tasks_set_why(struct step *, struct tasks *, const struct child *, struct slice why);
/* Which dose it lacks, for people; empty: none.  False when the list stays as it was. */
bool tasks_set_dose(struct step *, struct tasks *, const struct child *, struct slice dose);

#endif
