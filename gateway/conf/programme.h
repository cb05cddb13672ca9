/* programme.h - what a district plans: when each posyandu opens, how many people each place should reach, and
 * which skills a kader has shown (schedule.csv, targets.csv, competence.csv beside people.csv; SPEC 7).
 *
 * Each file may be missing: then nothing is planned.  Loaded with the directory, never changed. */
#ifndef KENTONGAN_CONF_PROGRAMME_H
#define KENTONGAN_CONF_PROGRAMME_H

#include "gateway/base/arena.h"
#include "gateway/model/directory.h"
#include "gateway/model/form.h"

struct opening {
    const struct place *posyandu;
    unsigned day;    /* of the month, 1 to 31; a shorter month opens on its last day */
    unsigned minute; /* of the day */
};

struct target {
    const struct place *place;
    unsigned year;
    struct slice group; /* code of the list kelompok */
    int64_t count;
};

enum {
    SKILLS = 25, /* DOMAIN 2 */
};

/* Skills of one kader as bits, in the order P1-P4 B1-B7 H1-H6 R1-R3 D1-D5. */
struct competence {
    struct slice msisdn;
    uint32_t skills;
};

enum competence_level {
    LEVEL_NONE,
    LEVEL_PURWA, /* all of P and B, and all of one other field */
    LEVEL_MADYA, /* … of two others */
    LEVEL_UTAMA, /* all 25 */
};

struct programme {
    struct opening *openings;
    unsigned openings_n;
    struct target *targets;
    unsigned targets_n;
    struct competence *competences;
    unsigned competences_n;
};

/* folder: where people.csv lies.  0 when no fault was added.  A skill of a number that is not in the
 * directory is kept: people come and go by import. */
int programme_load(const char *folder, const struct directory *, const struct form_set *, struct arena *,
                   struct faults *, struct programme *out) MUST_CHECK;
/* -1: no target. */
int64_t programme_target(const struct programme *, const struct place *, unsigned year, struct slice group);
/* NULL: not on the schedule. */
const struct opening *programme_opening(const struct programme *, const struct place *posyandu);
/* The day on which it opens in the month of a day (parsers/date.h). */
int64_t programme_opens(const struct opening *, int64_t day);
uint32_t programme_skills(const struct programme *, struct slice msisdn);
enum competence_level competence_level(uint32_t skills);
/* "P1" of 0; and back, -1 for no code. */
const char *skill_code(unsigned skill);
int skill_by_code(struct slice);

#endif
