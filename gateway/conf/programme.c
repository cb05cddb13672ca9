/* programme.c - schedule, targets and competences.  See programme.h. */
#include "gateway/conf/programme.h"

#include <unistd.h>

#include "gateway/conf/csv.h"
#include "parsers/date.h"
#include "parsers/msisdn.h"

static const char *const opening_columns[] = { "posyandu", "day_of_month", "time", NULL };
static const char *const target_columns[] = { "place", "year", "group", "count", NULL };
static const char *const competence_columns[] = { "msisdn", "code", "date", "?assessor", NULL };

static const char *const codes[SKILLS] = {
    "P1", "P2", "P3", "P4", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "H1", "H2",
    "H3", "H4", "H5", "H6", "R1", "R2", "R3", "D1", "D2", "D3", "D4", "D5",
};

const char *skill_code(unsigned skill)
{
    return skill < SKILLS ? codes[skill] : "";
}

int skill_by_code(struct slice code)
{
    for (int i = 0; i < SKILLS; i++)
        if (slice_is(code, codes[i]))
            return i;
    return -1;
}

static bool whole_field(uint32_t skills, char field)
{
    for (int i = 0; i < SKILLS; i++)
        if (codes[i][0] == field && !(skills & UINT32_C(1) << i))
            return false;
    return true;
}

enum competence_level competence_level(uint32_t skills)
{
    int others = whole_field(skills, 'H') + whole_field(skills, 'R') + whole_field(skills, 'D');

    if (!whole_field(skills, 'P') || !whole_field(skills, 'B') || others == 0)
        return LEVEL_NONE;
    return others == 3 ? LEVEL_UTAMA : others == 2 ? LEVEL_MADYA : LEVEL_PURWA;
}

struct loader {
    const char *folder;
    const struct directory *directory;
    const struct form_set *forms;
    struct arena *arena;
    struct faults *faults;
};

/* False when the file is missing (which is fine) or at fault. */
static bool open_csv(struct loader *l, const char *name, const char *const *columns, struct csv *csv)
{
    struct slice path = arena_printf(l->arena, "%s/%s", l->folder, name);

    *csv = (struct csv){ 0 };
    return path.n && access(path.p, F_OK) == 0 && csv_load(path.p, columns, l->arena, l->faults, csv) == 0;
}

static const struct place *place_of(struct loader *l, const struct csv_row *row, unsigned cell)
{
    const struct place *p = directory_place(l->directory, row->cells[cell]);

    if (!p)
        fault_add(l->faults, row->marks[cell], "\"%.*s\" is no code of a place", SLICE_ARG(row->cells[cell]));
    return p;
}

static bool number_of(struct loader *l, const struct csv_row *row, unsigned cell, int64_t min, int64_t max,
                      int64_t *out)
{
    if (slice_to_i64(row->cells[cell], out) && *out >= min && *out <= max)
        return true;
    fault_add(l->faults, row->marks[cell], "a whole number from %lld to %lld, not \"%.*s\"", (long long)min,
              (long long)max, SLICE_ARG(row->cells[cell]));
    return false;
}

/* "08:00" */
static bool minute_of(struct slice s, unsigned *out)
{
    struct slice hour = slice_cut(&s, ':');
    uint64_t h, m;

    if (!slice_to_u64(hour, &h) || s.n != 2 || !slice_to_u64(s, &m) || h > 23 || m > 59)
        return false;
    *out = (unsigned)(h * 60 + m);
    return true;
}

static void read_openings(struct loader *l, struct programme *out)
{
    struct csv csv;

    if (!open_csv(l, "schedule.csv", opening_columns, &csv))
        return;
    out->openings = ARENA_ARRAY(l->arena, struct opening, csv.n + 1);
    for (unsigned i = 0; out->openings && i < csv.n; i++) {
        const struct csv_row *row = &csv.rows[i];
        struct opening o = { .posyandu = place_of(l, row, 0) };
        int64_t day = 0;

        if (o.posyandu && o.posyandu->level != PLACE_POSYANDU)
            fault_add(l->faults, row->marks[0], "a schedule is of a posyandu");
        else if (o.posyandu && programme_opening(out, o.posyandu))
            fault_add(l->faults, row->marks[0], "this posyandu stands twice");
        if (!minute_of(row->cells[2], &o.minute))
            fault_add(l->faults, row->marks[2], "a time such as 08:00");
        if (number_of(l, row, 1, 1, 31, &day))
            o.day = (unsigned)day;
        out->openings[out->openings_n++] = o;
    }
}

static void read_targets(struct loader *l, struct programme *out)
{
    const struct word_list *groups = list_by_name(l->forms, S("kelompok"));
    struct csv csv;

    if (!open_csv(l, "targets.csv", target_columns, &csv))
        return;
    out->targets = ARENA_ARRAY(l->arena, struct target, csv.n + 1);
    for (unsigned i = 0; out->targets && i < csv.n; i++) {
        const struct csv_row *row = &csv.rows[i];
        struct target t = { .place = place_of(l, row, 0), .group = row->cells[2] };
        int64_t year = 0;

        if (number_of(l, row, 1, 2000, 2100, &year))
            t.year = (unsigned)year;
        if (groups && !word_by_code(groups, t.group))
            fault_add(l->faults, row->marks[2], "\"%.*s\" is no code of the list kelompok",
                      SLICE_ARG(t.group));
        if (number_of(l, row, 3, 0, 10000000, &t.count) &&
            programme_target(out, t.place, t.year, t.group) >= 0)
            fault_add(l->faults, row->mark, "this place, year and group stand twice");
        out->targets[out->targets_n++] = t;
    }
}

static void read_competences(struct loader *l, struct programme *out)
{
    struct csv csv;

    if (!open_csv(l, "competence.csv", competence_columns, &csv))
        return;
    out->competences = ARENA_ARRAY(l->arena, struct competence, csv.n + 1);
    for (unsigned i = 0; out->competences && i < csv.n; i++) {
        const struct csv_row *row = &csv.rows[i];
        int skill = skill_by_code(row->cells[1]);
        struct msisdn m;
        unsigned at = 0;
        int64_t day;

        if (skill < 0)
            fault_add(l->faults, row->marks[1],
                      "a skill is P1-P4, B1-B7, H1-H6, R1-R3 or D1-D5; not \"%.*s\"",
                      SLICE_ARG(row->cells[1]));
        if (!date_parse_iso(row->cells[2], &day))
            fault_add(l->faults, row->marks[2], "a date such as 2026-03-14");
        if (!msisdn_parse(row->cells[0], &m)) {
            fault_add(l->faults, row->marks[0], "no telephone number: write it as +6281234567890");
            continue;
        }
        while (at < out->competences_n && !slice_eq(out->competences[at].msisdn, msisdn_slice(&m)))
            at++;
        if (at == out->competences_n)
            out->competences[out->competences_n++].msisdn = arena_copy(l->arena, msisdn_slice(&m));
        if (skill >= 0)
            out->competences[at].skills |= UINT32_C(1) << skill;
    }
}

int programme_load(const char *folder, const struct directory *directory, const struct form_set *forms,
                   struct arena *arena, struct faults *faults, struct programme *out)
{
    struct loader l = {
        .folder = folder, .directory = directory, .forms = forms, .arena = arena, .faults = faults
    };
    unsigned before = faults_count(faults);

    *out = (struct programme){ 0 };
    read_openings(&l, out);
    read_targets(&l, out);
    read_competences(&l, out);
    return faults_count(faults) == before ? 0 : -1;
}

int64_t programme_target(const struct programme *p, const struct place *place, unsigned year,
                         struct slice group)
{
    for (unsigned i = 0; i < p->targets_n; i++)
        if (p->targets[i].place == place && p->targets[i].year == year &&
            slice_eq(p->targets[i].group, group))
            return p->targets[i].count;
    return -1;
}

const struct opening *programme_opening(const struct programme *p, const struct place *posyandu)
{
    for (unsigned i = 0; i < p->openings_n; i++)
        if (p->openings[i].posyandu == posyandu)
            return &p->openings[i];
    return NULL;
}

int64_t programme_opens(const struct opening *o, int64_t day)
{
    struct date c = date_of_days(day);
    int64_t first = date_days(c.year, c.month, 1), last = date_month_after(day) - 1;

    return first + o->day - 1 < last ? first + o->day - 1 : last;
}

uint32_t programme_skills(const struct programme *p, struct slice msisdn)
{
    for (unsigned i = 0; i < p->competences_n; i++)
        if (slice_eq(p->competences[i].msisdn, msisdn))
            return p->competences[i].skills;
    return 0;
}
