/* facilities.c - see facilities.h. */
#include "gateway/conf/facilities.h"

#include <unistd.h>

#include "gateway/conf/csv.h"
#include "gateway/conf/secret.h"
#include "parsers/date.h"
#include "parsers/msisdn.h"
#include "parsers/nik.h"

static const char *const facility_columns[] = { "place",      "organization",        "?location",
                                                "?client_id", "?client_secret_file", NULL };
static const char *const nakes_columns[] = { "msisdn", "nik", "?ihs", NULL };

enum {
    ANY_YEAR = 2099, /* whoever is in the list was born */
};

enum facility_column {
    PLACE,
    ORGANIZATION,
    LOCATION,
    CLIENT,
    SECRET_FILE,
};

struct loader {
    const char *folder;
    const struct directory *directory;
    struct arena *arena;
    struct faults *faults;
};

/* An id of FHIR R4: it stands in URLs. */
static bool is_id(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-' || s.p[i] == '.'))
            return false;
    return s.n > 0 && s.n <= 64;
}

static void need_id(struct loader *l, const struct csv_row *row, unsigned cell, bool needed)
{
    if ((needed || row->cells[cell].n) && !is_id(row->cells[cell]))
        fault_add(l->faults, row->marks[cell],
                  "an id as the platform gave it (letters, digits, - and ., at most 64), not \"%.*s\"",
                  SLICE_ARG(row->cells[cell]));
}

static void read_credentials(struct loader *l, const struct csv_row *row, struct facility *out)
{
    struct slice path = arena_copy(l->arena, row->cells[SECRET_FILE]);

    if ((out->client_id.n > 0) != (path.n > 0))
        fault_add(l->faults, row->marks[out->client_id.n ? SECRET_FILE : CLIENT],
                  "client_id and client_secret_file go together");
    else if (path.n)
        out->client_secret = secret_load(
            path.p[0] == '/' ? path.p : arena_printf(l->arena, "%s/%.*s", l->folder, SLICE_ARG(path)).p,
            "client_secret_file", row->marks[SECRET_FILE], l->arena, l->faults);
}

static void read_facility(struct loader *l, const struct csv_row *row, struct facility_set *set)
{
    struct facility f = { .place = directory_place(l->directory, row->cells[PLACE]),
                          .organization = row->cells[ORGANIZATION],
                          .location = row->cells[LOCATION],
                          .client_id = row->cells[CLIENT] };

    if (!f.place)
        fault_add(l->faults, row->marks[PLACE], "\"%.*s\" is no code of a place",
                  SLICE_ARG(row->cells[PLACE]));
    else if (place_administrative(f.place))
        fault_add(l->faults, row->marks[PLACE], "a %s is no place that treats: rs puskesmas pustu posyandu",
                  place_level_name(f.place->level));
    else if (facility_at(set, f.place))
        fault_add(l->faults, row->marks[PLACE], "\"%.*s\" stands twice", SLICE_ARG(row->cells[PLACE]));
    need_id(l, row, ORGANIZATION, true);
    need_id(l, row, LOCATION, false);
    read_credentials(l, row, &f);
    set->facilities[set->facilities_n++] = f;
}

static void read_nakes(struct loader *l, const struct csv_row *row, struct facility_set *set)
{
    struct nakes n = { .nik = row->cells[1], .ihs = row->cells[2] };
    struct msisdn m;

    if (msisdn_parse(row->cells[0], &m))
        n.msisdn = arena_copy(l->arena, msisdn_slice(&m));
    else
        fault_add(l->faults, row->marks[0], "no telephone number: write it as +6281234567890");
    if (n.msisdn.n && nakes_of(set, n.msisdn))
        fault_add(l->faults, row->marks[0], "this number stands twice");
    if (!nik_valid(n.nik, date_days(ANY_YEAR, 12, 31)))
        fault_add(l->faults, row->marks[1],
                  "a NIK has 16 digits, with a province and a day of birth in them");
    need_id(l, row, 2, false);
    set->nakes[set->nakes_n++] = n;
}

/* False when the file is missing (which is fine) or at fault. */
static bool open_csv(struct loader *l, const char *name, const char *const *columns, struct csv *csv)
{
    struct slice path = arena_printf(l->arena, "%s/%s", l->folder, name);

    *csv = (struct csv){ 0 };
    return path.n && access(path.p, F_OK) == 0 && csv_load(path.p, columns, l->arena, l->faults, csv) == 0;
}

/* Whose puskesmas cannot log in is never sent: better known before the first record waits. */
static void warn_of_lonely(const struct loader *l, const struct facility_set *set, const struct csv *csv)
{
    bool any = false;

    for (unsigned i = 0; i < set->facilities_n; i++)
        any = any || set->facilities[i].client_id.n;
    for (unsigned i = 0; any && i < set->facilities_n; i++)
        if (set->facilities[i].place && !facility_credentials(set, set->facilities[i].place))
            fault_warn(l->faults, csv->rows[i].mark,
                       "no puskesmas above \"%.*s\" has credentials: what it reports waits",
                       SLICE_ARG(set->facilities[i].place->code));
}

int facilities_load(const char *folder, const struct directory *d, struct arena *arena, struct faults *faults,
                    struct facility_set *out)
{
    struct loader l = { .folder = folder, .directory = d, .arena = arena, .faults = faults };
    unsigned before = faults_count(faults);
    struct csv csv;

    *out = (struct facility_set){ 0 };
    if (open_csv(&l, "facilities.csv", facility_columns, &csv) &&
        (out->facilities = ARENA_ARRAY(arena, struct facility, csv.n + 1))) {
        for (unsigned i = 0; i < csv.n; i++)
            read_facility(&l, &csv.rows[i], out);
        warn_of_lonely(&l, out, &csv);
    }
    if (open_csv(&l, "nakes.csv", nakes_columns, &csv) &&
        (out->nakes = ARENA_ARRAY(arena, struct nakes, csv.n + 1)))
        for (unsigned i = 0; i < csv.n; i++)
            read_nakes(&l, &csv.rows[i], out);
    return faults_count(faults) == before && !arena->failed ? 0 : -1;
}

const struct facility *facility_at(const struct facility_set *set, const struct place *place)
{
    for (unsigned i = 0; place && i < set->facilities_n; i++)
        if (set->facilities[i].place == place)
            return &set->facilities[i];
    return NULL;
}

const struct facility *facility_credentials(const struct facility_set *set, const struct place *place)
{
    for (; place; place = place->parent) {
        const struct facility *f = facility_at(set, place);

        if (f && f->client_id.n)
            return f;
    }
    return NULL;
}

const struct nakes *nakes_of(const struct facility_set *set, struct slice msisdn)
{
    for (unsigned i = 0; msisdn.n && i < set->nakes_n; i++)
        if (slice_eq(set->nakes[i].msisdn, msisdn))
            return &set->nakes[i];
    return NULL;
}
