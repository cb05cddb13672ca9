/* doses.h - immunisation: which doses a child has had, and which are overdue by the schedule of config/rules/
 * (DOMAIN 1.4, 1.6).
 *
 * Pure.  What a child has had stands with it (child.h) as "bcg,opv1", as reports of vaccines told it; only
 * what becomes overdue after the child was first reported is asked for.  One timer a child waits for its next
 * dose. */
#ifndef KENTONGAN_FLOWS_CARE_DOSES_H
#define KENTONGAN_FLOWS_CARE_DOSES_H

#include "flows/care/child.h"

struct doses_owed {
    unsigned n;
    struct slice first; /* the code that is overdue longest; empty when n is 0 */
    int64_t next;       /* the day on which to look again; 0 = never */
};

void doses_look(const struct step *, const struct child *, struct doses_owed *out);

/* The codes that a report of vaccines tells; empty for any other form. */
struct slice doses_of(const struct form *, const struct value *, struct arena *);
/* A list of codes without, or with, those of another. */
struct slice doses_without(struct slice had, struct slice codes, struct arena *);
struct slice doses_with(struct slice had, struct slice codes, struct arena *);

/* Sets the timer "dosis" (tasks_doses) for the day on which to look again. */
void doses_wait(struct step *, const struct child *);
/* A report about the child came: looks at once when it changed what is owed (changed) or something is. */
void doses_reported(struct step *, const struct child *, bool changed);
/* A visit about a dose was made: nobody is sent for it again before the row dose_again says so. */
void doses_visited(struct step *, struct slice nomor, struct slice posyandu);

#endif
