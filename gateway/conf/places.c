/* places.c - places.csv and people.csv.  See places.h. */
#include "gateway/conf/places.h"

#include "gateway/conf/csv.h"
#include "gateway/model/people.h"
#include "parsers/msisdn.h"

static const char *const place_columns[] = { "code", "level", "name", "parent", "?area", NULL };
static const char *const person_columns[] = { "msisdn",    "role",    "name",    "place",
                                              "?language", "?active", "?leader", NULL };

/* Letters, digits and dots: a code stands in keys, SMS and URLs. */
static bool is_code(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '.'))
            return false;
    return s.n > 0 && s.n <= 13;
}

/* Kemendagri codes say by their form what they are: 19.06, 19.06.01, 19.06.01.2004 (2: desa, 1: kelurahan).
 */
static bool code_fits(struct slice code, enum place_level level)
{
    bool dotted = slice_find(code, '.') != (size_t)-1;

    switch (level) {
    case PLACE_KABKOTA:
        return dotted && code.n == 5;
    case PLACE_KECAMATAN:
        return dotted && code.n == 8;
    case PLACE_DESA:
        return dotted && code.n == 13 && code.p[9] == '2';
    case PLACE_KELURAHAN:
        return dotted && code.n == 13 && code.p[9] == '1';
    default:
        return !dotted;
    }
}

static bool is_name(struct slice s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return false;
    return s.n > 0 && s.n <= max;
}

static void read_place(const struct csv_row *row, struct faults *faults, struct place *out)
{
    *out = (struct place){ .code = row->cells[0],
                           .name = row->cells[2],
                           .parent_code = row->cells[3],
                           .area_code = row->cells[4],
                           .mark = row->mark };
    if (!is_code(out->code))
        fault_add(faults, row->marks[0], "a code is digits, capitals and dots, at most 13; not \"%.*s\"",
                  SLICE_ARG(out->code));
    if (!place_level_parse(row->cells[1], &out->level))
        fault_add(
            faults, row->marks[1],
            "level is one of kabkota kecamatan desa kelurahan rs puskesmas pustu posyandu; not \"%.*s\"",
            SLICE_ARG(row->cells[1]));
    else if (is_code(out->code) && !code_fits(out->code, out->level))
        fault_add(faults, row->marks[0],
                  "code \"%.*s\" is none of a %s (19.06, 19.06.01, 19.06.01.2004, PSY001)",
                  SLICE_ARG(out->code), place_level_name(out->level));
    if (!is_name(out->name, 60))
        fault_add(faults, row->marks[2], "a name has 1 to 60 characters");
}

static int read_places(const char *path, struct arena *arena, struct faults *faults, struct directory *out)
{
    unsigned before = faults_count(faults);
    struct csv csv;

    if (csv_load(path, place_columns, arena, faults, &csv) != 0)
        return -1;
    out->places = ARENA_ARRAY(arena, struct place, csv.n + 1);
    if (!out->places)
        return -1;
    out->places_n = csv.n;
    for (unsigned i = 0; i < csv.n; i++)
        read_place(&csv.rows[i], faults, &out->places[i]);
    if (csv.n == 0)
        fault_add(faults, (struct mark){ .file = path }, "no place in it");
    return faults_count(faults) == before ? 0 : -1;
}

static bool read_flag(const struct csv_row *row, unsigned cell, bool fallback, struct faults *faults)
{
    static const char *const yes[] = { "yes", "ya", "1", "true" }, *const no[] = { "no", "tidak", "0",
                                                                                   "false" };

    if (row->cells[cell].n == 0)
        return fallback;
    for (unsigned i = 0; i < 4; i++) {
        if (slice_is(row->cells[cell], yes[i]))
            return true;
        if (slice_is(row->cells[cell], no[i]))
            return false;
    }
    fault_add(faults, row->marks[cell], "yes or no, not \"%.*s\"", SLICE_ARG(row->cells[cell]));
    return fallback;
}

static void read_person(const struct csv_row *row, struct arena *arena, struct faults *faults,
                        struct person *out)
{
    struct msisdn m;

    *out = (struct person){ .name = row->cells[2], .place_code = row->cells[3], .mark = row->mark };
    if (msisdn_parse(row->cells[0], &m))
        out->msisdn = arena_copy(arena, msisdn_slice(&m));
    else
        fault_add(faults, row->marks[0], "no telephone number: write it as +6281234567890");
    if (!role_parse(row->cells[1], &out->role))
        fault_add(faults, row->marks[1],
                  "role is one of kader bidan puskesmas rs kades camat dinkes; not \"%.*s\"",
                  SLICE_ARG(row->cells[1]));
    if (!is_name(out->name, 60))
        fault_add(faults, row->marks[2], "a name has 1 to 60 characters");
    out->language = row->cells[4];
    if (out->language.n > 8)
        fault_add(faults, row->marks[4], "a language is a short code such as id");
    out->active = read_flag(row, 5, true, faults);
    out->leader = read_flag(row, 6, false, faults);
}

static int read_people(const struct csv *csv, struct arena *arena, struct faults *faults, struct person **out,
                       unsigned *n)
{
    unsigned before = faults_count(faults);

    *out = ARENA_ARRAY(arena, struct person, csv->n + 1);
    if (!*out)
        return -1;
    for (unsigned i = 0; i < csv->n; i++)
        read_person(&csv->rows[i], arena, faults, &(*out)[i]);
    *n = csv->n;
    return faults_count(faults) == before ? 0 : -1;
}

int people_load(const char *path, struct arena *arena, struct faults *faults, struct person **out,
                unsigned *n)
{
    struct csv csv;

    *n = 0;
    return csv_load(path, person_columns, arena, faults, &csv) == 0 ? read_people(&csv, arena, faults, out, n)
                                                                    : -1;
}

int people_parse(struct slice rows, struct arena *arena, struct faults *faults, struct person **out,
                 unsigned *n)
{
    /* The header in the hand of the rows: "," or the ";" of Excel. */
    const char *header = slice_find(rows, ',') == (size_t)-1
                             ? "msisdn;role;name;place;language;active;leader"
                             : "msisdn,role,name,place,language,active,leader";
    struct slice text = arena_printf(arena, "%s\n%.*s\n", header, SLICE_ARG(rows));
    struct csv csv;

    *n = 0;
    return csv_parse(text, "row", person_columns, arena, faults, &csv) == 0
               ? read_people(&csv, arena, faults, out, n)
               : -1;
}

/* A referral skips a place without people; the operator should know which. */
static void warn_of_empty(const struct directory *d, struct faults *faults)
{
    unsigned n = 0;
    const struct place *first = NULL;

    for (unsigned i = 0; i < d->places_n; i++) {
        const struct place *p = &d->places[i];

        if ((p->level == PLACE_PUSTU || p->level == PLACE_PUSKESMAS || p->level == PLACE_RS) &&
            directory_people_count(d, p) == 0) {
            first = first ? first : p;
            n++;
        }
    }
    if (n)
        fault_warn(
            faults, first->mark,
            "%u pustu, puskesmas or rs have no active person, this one first: referrals skip them upwards",
            n);
}

/* The people of the file, who may be those of the store too. */
static int load_people(const char *path, struct arena *arena, struct faults *faults, struct directory *out)
{
    struct person *all;

    if (people_load(path, arena, faults, &all, &out->people_n) != 0)
        return -1;
    out->people = ARENA_ARRAY(arena, struct person *, (size_t)out->people_n + 1);
    if (!out->people)
        return -1;
    for (unsigned i = 0; i < out->people_n; i++) {
        all[i].imported = person_hash(&all[i]);
        out->people[i] = &all[i];
    }
    return 0;
}

int places_load(const char *places_path, const char *people_path, struct arena *arena, struct faults *faults,
                struct directory *out)
{
    *out = (struct directory){ 0 };
    if (read_places(places_path, arena, faults, out) != 0)
        return -1;
    if (people_path && load_people(people_path, arena, faults, out) != 0)
        return -1;
    if (directory_link(out, arena, faults) != 0)
        return -1;
    if (people_path)
        warn_of_empty(out, faults);
    return 0;
}
