/* rules_cutoffs.c - the WHO growth cut-offs: loaded, checked, looked up.  See rules.h.
 *
 * A table is dense: each index and sex has every x from its first to its last in one step. */
#include <string.h>

#include "gateway/conf/csv.h"
#include "gateway/conf/rules_rows.h"

static const char *const columns[] = { "index",  "sex", "x",   "sd3neg", "sd2neg", "sd1neg",
                                       "median", "sd1", "sd2", "sd3",    NULL };

static const struct {
    const char *name;
    int64_t step;
} indexes[GROWTH_INDEXES] = {
    [GROWTH_BB_U] = { "bb_u", 1000 },     [GROWTH_TB_U] = { "tb_u", 1000 },
    [GROWTH_BB_PB] = { "bb_pb", 500 },    [GROWTH_BB_TB] = { "bb_tb", 500 },
    [GROWTH_IMT_U] = { "imt_u", 1000 },   [GROWTH_LK_U] = { "lk_u", 1000 },
    [GROWTH_LILA_U] = { "lila_u", 1000 },
};

static bool milli(struct slice s, int64_t *out)
{
    struct yaml node = { .kind = YAML_SCALAR, .text = s };

    return yaml_scalar_milli(&node, out);
}

static struct cutoff_table *table_of(struct rule_set *set, const struct csv_row *row)
{
    for (unsigned i = 0; i < GROWTH_INDEXES; i++)
        if (slice_is(row->cells[0], indexes[i].name) &&
            (slice_is(row->cells[1], "L") || slice_is(row->cells[1], "P")))
            return &set->cutoffs[i][slice_is(row->cells[1], "P")];
    return NULL;
}

static void read_row(struct rule_set *set, const struct csv_row *row, unsigned most, struct arena *arena,
                     struct faults *faults)
{
    struct cutoff_table *t = table_of(set, row);
    int64_t x, *out;

    if (!t) {
        fault_add(faults, row->mark, "no index and sex that are known here");
        return;
    }
    if (!t->rows) {
        t->step = indexes[(t - &set->cutoffs[0][0]) / 2].step;
        t->rows = arena_calloc(arena, most, sizeof *t->rows);
        if (!t->rows)
            return;
    }
    if (!milli(row->cells[2], &x) || (t->n && x != t->max + t->step)) {
        fault_add(faults, row->marks[2], "x must follow the row before in steps of %lld.%lld",
                  (long long)(t->step / 1000), (long long)(t->step % 1000 / 100));
        return;
    }
    t->min = t->n ? t->min : x;
    t->max = x;
    out = t->rows[t->n++];
    for (unsigned sd = 0; sd < GROWTH_SDS; sd++)
        if (!milli(row->cells[3 + sd], &out[sd]) || (sd && out[sd] <= out[sd - 1]))
            fault_add(faults, row->marks[3 + sd], "cut-offs are numbers that rise from left to right");
}

int rules_cutoffs_load(const char *path, struct arena *arena, struct faults *faults, struct rule_set *set)
{
    unsigned before = faults_count(faults);
    struct arena scratch;
    struct csv csv;

    arena_init(&scratch, 16 << 20);
    if (csv_load(path, columns, &scratch, faults, &csv) == 0) {
        for (unsigned i = 0; i < csv.n; i++)
            read_row(set, &csv.rows[i], 160, arena, faults);
        for (unsigned i = 0; i < GROWTH_INDEXES * 2; i++)
            if (set->cutoffs[i / 2][i % 2].n < 2)
                fault_add(faults, (struct mark){ .file = path }, "index %s lacks sex %s", indexes[i / 2].name,
                          i % 2 ? "P" : "L");
    }
    arena_free(&scratch);
    return faults_count(faults) == before ? 0 : -1;
}

bool rules_cutoffs(const struct rule_set *set, enum growth_index index, struct slice sex, int64_t x,
                   int64_t out[GROWTH_SDS])
{
    const struct cutoff_table *t = &set->cutoffs[index][slice_is(sex, "P")];
    int64_t below, part;

    if ((!slice_is(sex, "L") && !slice_is(sex, "P")) || !t->n || x < t->min || x > t->max)
        return false;
    below = (x - t->min) / t->step;
    part = (x - t->min) % t->step;
    for (unsigned sd = 0; sd < GROWTH_SDS; sd++) {
        int64_t a = t->rows[below][sd], b = part ? t->rows[below + 1][sd] : a;

        out[sd] = part ? (a + (b - a) * part / t->step + 50) / 100 * 100 : a;
    }
    return true;
}
