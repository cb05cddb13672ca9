/* directory.c - places and people, linked and indexed.  See directory.h.
 *
 * The index is open-addressed tables, places by code and people by number, and people grouped by place,
 * leaders first.  A person in it is a place in the array of people. */
#include "gateway/model/directory.h"

#include "gateway/base/arena.h"

struct directory_index {
    struct place **by_code;
    uint32_t *by_msisdn; /* 1 + its place; 0: free */
    size_t places_mask, people_mask;
    uint32_t *at_place; /* active and not pending, grouped by place */
    uint32_t *first;    /* by index of place: where its people begin in at_place; places_n + 1 */
};

static const char *const level_names[PLACE_LEVELS] = {
    "kabkota", "kecamatan", "desa", "kelurahan", "rs", "puskesmas", "pustu", "posyandu",
};

static const char *const role_names[ROLES] = {
    "kader", "bidan", "puskesmas", "rs", "kades", "camat", "dinkes",
};

#define BIT(level) (1u << (level))

enum {
    VILLAGE = BIT(PLACE_DESA) | BIT(PLACE_KELURAHAN),
};

/* What may stand above a place, and where it lies (0: nowhere, it is an administrative place itself). */
static const struct {
    unsigned parents, areas;
} levels[PLACE_LEVELS] = {
    [PLACE_KABKOTA] = { 0, 0 },
    [PLACE_KECAMATAN] = { BIT(PLACE_KABKOTA), 0 },
    [PLACE_DESA] = { BIT(PLACE_KECAMATAN), 0 },
    [PLACE_KELURAHAN] = { BIT(PLACE_KECAMATAN), 0 },
    [PLACE_RS] = { BIT(PLACE_KABKOTA) | BIT(PLACE_RS), BIT(PLACE_KECAMATAN) },
    [PLACE_PUSKESMAS] = { BIT(PLACE_RS) | BIT(PLACE_KABKOTA), BIT(PLACE_KECAMATAN) },
    [PLACE_PUSTU] = { BIT(PLACE_PUSKESMAS), VILLAGE },
    [PLACE_POSYANDU] = { BIT(PLACE_PUSTU) | BIT(PLACE_PUSKESMAS), VILLAGE },
};

static const unsigned seats[ROLES] = {
    [ROLE_KADER] = BIT(PLACE_POSYANDU),
    [ROLE_BIDAN] = BIT(PLACE_PUSTU),
    [ROLE_PUSKESMAS] = BIT(PLACE_PUSKESMAS),
    [ROLE_RS] = BIT(PLACE_RS),
    [ROLE_KADES] = VILLAGE,
    [ROLE_CAMAT] = BIT(PLACE_KECAMATAN),
    [ROLE_DINKES] = BIT(PLACE_KABKOTA),
};

const char *place_level_name(enum place_level l)
{
    return level_names[l];
}

const char *role_name(enum role r)
{
    return role_names[r];
}

bool place_level_parse(struct slice s, enum place_level *out)
{
    for (unsigned i = 0; i < PLACE_LEVELS; i++)
        if (slice_is(s, level_names[i])) {
            *out = (enum place_level)i;
            return true;
        }
    return false;
}

bool role_parse(struct slice s, enum role *out)
{
    for (unsigned i = 0; i < ROLES; i++)
        if (slice_is(s, role_names[i])) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

/* A power of two at least twice n. */
static size_t table_size(unsigned n)
{
    size_t size = 16;

    while (size < (size_t)n * 2)
        size *= 2;
    return size;
}

const struct place *directory_place(const struct directory *d, struct slice code)
{
    if (!d->index)
        return NULL;
    for (size_t i = slice_hash(code) & d->index->places_mask; d->index->by_code[i];
         i = (i + 1) & d->index->places_mask)
        if (slice_eq(d->index->by_code[i]->code, code))
            return d->index->by_code[i];
    return NULL;
}

const struct person *directory_person(const struct directory *d, struct slice msisdn)
{
    const struct directory_index *x = d->index;

    if (!x)
        return NULL;
    for (size_t i = slice_hash(msisdn) & x->people_mask; x->by_msisdn[i]; i = (i + 1) & x->people_mask)
        if (slice_eq(d->people[x->by_msisdn[i] - 1]->msisdn, msisdn))
            return d->people[x->by_msisdn[i] - 1];
    return NULL;
}

static void index_places(struct directory *d, struct faults *faults)
{
    struct directory_index *x = d->index;

    for (unsigned p = 0; p < d->places_n; p++) {
        struct place *place = &d->places[p];
        const struct place *double_ = directory_place(d, place->code);
        size_t i = slice_hash(place->code) & x->places_mask;

        if (double_) {
            fault_add(faults, place->mark, "code \"%.*s\" stands twice, first at line %u",
                      SLICE_ARG(place->code), double_->mark.line);
            continue;
        }
        while (x->by_code[i])
            i = (i + 1) & x->places_mask;
        x->by_code[i] = place;
    }
}

static void index_people(struct directory *d, struct faults *faults)
{
    struct directory_index *x = d->index;

    for (unsigned p = 0; p < d->people_n; p++) {
        const struct person *person = d->people[p];
        const struct person *double_ = directory_person(d, person->msisdn);
        size_t i = slice_hash(person->msisdn) & x->people_mask;

        if (double_) {
            fault_add(faults, person->mark,
                      "this number stands twice, first at line %u: one person, one number",
                      double_->mark.line);
            continue;
        }
        while (x->by_msisdn[i])
            i = (i + 1) & x->people_mask;
        x->by_msisdn[i] = p + 1;
    }
}

static void link_place(struct directory *d, struct place *p, struct faults *faults)
{
    if (p->level != PLACE_KABKOTA) { /* above a kabkota stands the province, which is not ours */
        p->parent = directory_place(d, p->parent_code);
        if (p->parent == NULL)
            fault_add(faults, p->mark, "parent \"%.*s\" is no code of a place", SLICE_ARG(p->parent_code));
        else if (!(levels[p->level].parents & BIT(p->parent->level)))
            fault_add(faults, p->mark, "a %s cannot stand under a %s", level_names[p->level],
                      level_names[p->parent->level]);
    }
    if (levels[p->level].areas == 0) {
        if (p->area_code.n)
            fault_add(faults, p->mark, "a %s is an area itself: leave \"area\" empty", level_names[p->level]);
        return;
    }
    p->area = directory_place(d, p->area_code);
    if (p->area == NULL)
        fault_add(faults, p->mark, "area \"%.*s\" is no code of a place", SLICE_ARG(p->area_code));
    else if (!(levels[p->level].areas & BIT(p->area->level)))
        fault_add(faults, p->mark, "a %s cannot lie in a %s: its area is the %s", level_names[p->level],
                  level_names[p->area->level], levels[p->level].areas == VILLAGE ? "village" : "kecamatan");
}

static void refuse_cycles(const struct directory *d, struct faults *faults)
{
    for (unsigned i = 0; i < d->places_n; i++) {
        const struct place *p = d->places[i].parent;

        for (unsigned steps = 0; p && p != &d->places[i] && steps < PLACE_LEVELS * 2; steps++)
            p = p->parent;
        if (p == &d->places[i])
            fault_add(faults, p->mark, "\"%.*s\" stands above itself: correct a \"parent\"",
                      SLICE_ARG(p->code));
    }
    for (unsigned i = 0; i < d->places_n; i++) { /* who climbs always comes to an end */
        unsigned steps = 0;

        for (const struct place *p = d->places[i].parent; p && steps < PLACE_LEVELS * 2; p = p->parent)
            steps++;
        if (steps == PLACE_LEVELS * 2 && faults_count(faults) == 0)
            fault_add(faults, d->places[i].mark, "more than %d levels above it", steps);
    }
}

static bool may_sit(const struct person *p, const struct place *place)
{
    return place && (seats[p->role] & BIT(place->level));
}

/* Who sits already is perhaps read by others. */
static bool seated(const struct directory *d, struct person *p)
{
    if (!p->place)
        p->place = directory_place(d, p->place_code);
    return may_sit(p, p->place);
}

static void link_person(struct directory *d, struct person *p, struct faults *faults)
{
    if (seated(d, p))
        return;
    if (!p->place)
        fault_add(faults, p->mark, "place \"%.*s\" is no code of a place", SLICE_ARG(p->place_code));
    else
        fault_add(faults, p->mark, "role %s does not sit at a %s", role_names[p->role],
                  level_names[p->place->level]);
}

/* Groups by place, leaders first, then in the order of the file: counted first, then each group is filled up
 * to where the next one begins. */
static void group_people(struct directory *d)
{
    struct directory_index *x = d->index;

    for (unsigned i = 0; i < d->people_n; i++)
        if (d->people[i]->active && !d->people[i]->pending && d->people[i]->place)
            x->first[d->people[i]->place - d->places + 1]++;
    for (unsigned p = 0; p < d->places_n; p++)
        x->first[p + 1] += x->first[p];
    for (unsigned rest = 0; rest < 2; rest++)
        for (unsigned i = 0; i < d->people_n; i++) {
            const struct person *p = d->people[i];

            if (p->active && !p->pending && p->place && p->leader == !rest)
                x->at_place[x->first[p->place - d->places]++] = i;
        }
    memmove(x->first + 1, x->first, d->places_n * sizeof *x->first);
    x->first[0] = 0;
}

static bool index_new(struct directory *d, struct arena *arena)
{
    struct directory_index *x = ARENA_NEW(arena, struct directory_index);

    d->index = x;
    if (!x)
        return false;
    x->places_mask = table_size(d->places_n) - 1;
    x->people_mask = table_size(d->people_n) - 1;
    x->by_code = ARENA_ARRAY(arena, struct place *, x->places_mask + 1);
    x->by_msisdn = ARENA_ARRAY(arena, uint32_t, x->people_mask + 1);
    x->at_place = ARENA_ARRAY(arena, uint32_t, (size_t)d->people_n + 1);
    x->first = ARENA_ARRAY(arena, uint32_t, (size_t)d->places_n + 1);
    return x->by_code && x->by_msisdn && x->at_place && x->first;
}

unsigned directory_unseated(const struct directory *d, const struct person *people, unsigned n)
{
    unsigned without = 0;

    for (unsigned i = 0; i < n; i++)
        without += !may_sit(&people[i], directory_place(d, people[i].place_code));
    return without;
}

bool directory_with_people(const struct directory *base, struct person **people, unsigned n,
                           struct arena *arena, struct directory *out)
{
    struct faults none = { 0 };
    unsigned kept = 0;

    *out = (struct directory){ .places = base->places, .places_n = base->places_n, .people = people };
    for (unsigned i = 0; i < n; i++)
        if (seated(base, people[i]))
            people[kept++] = people[i];
    out->people_n = kept;
    if (!index_new(out, arena))
        return false;
    index_places(out, &none); /* linked before: it has no faults */
    index_people(out, &none);
    group_people(out);
    faults_free(&none);
    return true;
}

int directory_link(struct directory *d, struct arena *arena, struct faults *faults)
{
    unsigned before = faults_count(faults);

    if (!index_new(d, arena)) {
        d->index = NULL;
        fault_add(faults, (struct mark){ .file = "places" },
                  "too many places and people for the memory given");
        return -1;
    }
    index_places(d, faults);
    index_people(d, faults);
    for (unsigned i = 0; i < d->places_n; i++)
        link_place(d, &d->places[i], faults);
    refuse_cycles(d, faults);
    for (unsigned i = 0; i < d->people_n; i++)
        link_person(d, d->people[i], faults);
    group_people(d);
    return faults_count(faults) == before ? 0 : -1;
}

void directory_people_at(const struct directory *d, const struct place *place,
                         void (*f)(void *arg, const struct person *), void *arg)
{
    size_t p = (size_t)(place - d->places);

    for (unsigned i = d->index->first[p]; i < d->index->first[p + 1]; i++)
        f(arg, d->people[d->index->at_place[i]]);
}

unsigned directory_people_count(const struct directory *d, const struct place *place)
{
    size_t p = (size_t)(place - d->places);

    return d->index->first[p + 1] - d->index->first[p];
}

const struct place *place_village(const struct place *p)
{
    if (p && p->area)
        p = p->area;
    return p && (BIT(p->level) & VILLAGE) ? p : NULL;
}

const struct place *place_kecamatan(const struct place *p)
{
    if (p && p->area)
        p = p->area;
    if (p && (BIT(p->level) & VILLAGE))
        p = p->parent;
    return p && p->level == PLACE_KECAMATAN ? p : NULL;
}

bool place_under(const struct place *p, const struct place *up)
{
    while (p && p != up)
        p = p->parent;
    return p != NULL;
}

bool place_administrative(const struct place *p)
{
    return p->level == PLACE_KABKOTA || p->level == PLACE_KECAMATAN || p->level == PLACE_DESA ||
           p->level == PLACE_KELURAHAN;
}

const struct place *directory_in(const struct directory *dir, const struct place *in, enum place_level level)
{
    for (unsigned i = 0; i < dir->places_n; i++) {
        const struct place *p = &dir->places[i];

        if (p->level == level &&
            (p->area == in || (in->level == PLACE_KECAMATAN && p->area && place_kecamatan(p) == in)))
            return p;
    }
    return NULL;
}

const struct place *directory_puskesmas(const struct directory *dir, const struct place *p)
{
    const struct place *served;

    if (!p)
        return NULL;
    if (place_administrative(p)) {
        served = directory_in(dir, p, PLACE_PUSTU);
        served = served ? served : directory_in(dir, p, PLACE_POSYANDU);
        served = served ? served : directory_in(dir, p, PLACE_PUSKESMAS);
        return directory_puskesmas(dir, served                    ? served
                                        : place_kecamatan(p) == p ? NULL
                                                                  : place_kecamatan(p));
    }
    while (p && p->level != PLACE_PUSKESMAS)
        p = place_administrative(p) ? NULL : p->parent;
    return p;
}
