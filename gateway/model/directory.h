/* directory.h - places and people of the district, in memory (SPEC 7). */
#ifndef KENTONGAN_MODEL_DIRECTORY_H
#define KENTONGAN_MODEL_DIRECTORY_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

enum place_level {
    PLACE_KABKOTA,
    PLACE_KECAMATAN,
    PLACE_DESA,
    PLACE_KELURAHAN,
    PLACE_RS,
    PLACE_PUSKESMAS,
    PLACE_PUSTU,
    PLACE_POSYANDU,
    PLACE_LEVELS,
};

enum role {
    ROLE_KADER,
    ROLE_BIDAN,
    ROLE_PUSKESMAS,
    ROLE_RS,
    ROLE_KADES,
    ROLE_CAMAT,
    ROLE_DINKES,
    ROLES,
};

const char *place_level_name(enum place_level); /* "kabkota" … as in places.csv */
const char *role_name(enum role);
bool place_level_parse(struct slice, enum place_level *);
bool role_parse(struct slice, enum role *);

struct place {
    struct slice code, name;
    enum place_level level;
    const struct place *parent; /* the next level that can treat, or the next larger administrative place */
    const struct place *area;   /* the administrative place it lies in; NULL for administrative places */
    struct slice parent_code, area_code;
    struct mark mark;
};

struct person {
    struct slice msisdn; /* "+62…" */
    enum role role;
    bool active, leader, pending;
    struct slice name;
    const struct place *place;
    struct slice place_code;
    struct slice language;
    uint64_t imported; /* what the row of people.csv said when it was imported (people.h); 0 = never */
    struct mark mark;
};

/* Arrays owned by the arena they were loaded into; hash tables are private to directory.c.  Directories of
 * the same places share the people that are the same in both. */
struct directory {
    struct place *places;
    unsigned places_n;
    struct person **people;
    unsigned people_n;
    struct directory_index *index;
};

struct arena;
/* Resolves parents, areas and the places of people, and builds the look-ups.  Faults: unknown codes, doubles,
 * cycles, a role at the wrong level.  Returns 0 when none was added. */
int directory_link(struct directory *, struct arena *, struct faults *) MUST_CHECK;
/* The same places with other people: *out shares the places of a linked directory, which must outlive it, and
 * takes over the array.  People whose place is gone, or is none for their role, are left out.  False when the
 * arena is full. */
bool directory_with_people(const struct directory *, struct person **, unsigned n, struct arena *,
                           struct directory *out) MUST_CHECK;
/* How many of them would be left out. */
unsigned directory_unseated(const struct directory *, const struct person *, unsigned n);
const struct place *directory_place(const struct directory *, struct slice code);
const struct person *directory_person(const struct directory *, struct slice msisdn);
/* Calls f for each active, not pending person who sits at exactly this place; leaders first. */
void directory_people_at(const struct directory *, const struct place *,
                         void (*f)(void *arg, const struct person *), void *arg);
unsigned directory_people_count(const struct directory *, const struct place *);
/* The village (desa, kelurahan) that a place lies in or is; NULL above villages. */
const struct place *place_village(const struct place *);
const struct place *place_kecamatan(const struct place *);
/* A kabkota, kecamatan, desa or kelurahan, not a place that treats. */
bool place_administrative(const struct place *);
/* The first place of a level that lies in an administrative place; NULL. */
const struct place *directory_in(const struct directory *, const struct place *in, enum place_level);
/* The puskesmas above a place that treats, or that serves an administrative one; NULL. */
const struct place *directory_puskesmas(const struct directory *, const struct place *);
/* True when `up` is `p` or stands above it by parent. */
bool place_under(const struct place *p, const struct place *up);

#endif
