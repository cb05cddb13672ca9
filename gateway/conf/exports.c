/* exports.c - see exports.h. */
#include "gateway/conf/exports.h"

#include <unistd.h>

#include "gateway/conf/yaml.h"

/* One statement is made of it, and it only reads. */
static struct slice sql(struct yaml *map, const char *key, struct faults *faults)
{
    struct slice s = yaml_need(map, key, faults) ? yaml_text(map, key, "", faults) : S("");

    if (slice_find(s, ';') != (size_t)-1)
        fault_add(faults, yaml_get(map, key)->mark, "%s: an expression without ;", key);
    return s;
}

static void read_column(struct yaml *row, struct export *out, struct faults *faults)
{
    struct slice as = yaml_text(row, "as", "", faults);
    struct export_column c = { .head = yaml_text(row, "head", "", faults),
                               .is = sql(row, "is", faults),
                               .place = slice_is(as, "place") };

    if (as.n && !c.place)
        fault_add(faults, row->mark, "as: place, or nothing");
    if (!c.head.n)
        fault_add(faults, row->mark, "head: what stands above the column is missing");
    yaml_done(row, faults);
    if (out->columns_n == EXPORT_COLUMNS)
        fault_add(faults, row->mark, "more than %d columns", EXPORT_COLUMNS);
    else
        out->columns[out->columns_n++] = c;
}

static void read_export(struct yaml *map, struct export *out, struct faults *faults)
{
    struct yaml *columns = yaml_list(map, "columns", faults);

    out->name = map->key;
    out->words = yaml_text(map, "words", "", faults);
    out->from = sql(map, "from", faults);
    out->month = sql(map, "month", faults);
    out->place = sql(map, "place", faults);
    out->posyandu = sql(map, "posyandu", faults);
    out->order = sql(map, "order", faults);
    YAML_EACH(row, columns)
    read_column(row, out, faults);
    if (!out->columns_n)
        fault_add(faults, map->mark, "columns are missing");
    yaml_done(map, faults);
}

const struct export_set *exports_load(const char *folder, struct arena *a, struct faults *faults)
{
    struct export_set *set = ARENA_NEW(a, struct export_set);
    struct slice path = arena_printf(a, "%s/" EXPORTS_FILE, folder);
    unsigned before = faults_count(faults);
    struct yaml *doc;

    if (!set || access(path.p, F_OK) != 0)
        return set;
    doc = yaml_load(path.p, a, faults);
    set->all = doc ? ARENA_ARRAY(a, struct export, doc->n + 1) : NULL;
    if (!set->all)
        return NULL;
    YAML_EACH(map, doc)
    {
        map->asked = true;
        if (map->kind == YAML_MAP)
            read_export(map, &set->all[set->n++], faults);
        else
            fault_add(faults, map->mark, "\"%.*s\" takes a map: words, from, columns …", SLICE_ARG(map->key));
    }
    return faults_count(faults) == before ? set : NULL;
}

const struct export *export_of(const struct export_set *set, struct slice name)
{
    for (unsigned i = 0; set && i < set->n; i++)
        if (slice_eq(set->all[i].name, name))
            return &set->all[i];
    return NULL;
}
