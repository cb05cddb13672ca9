/* indicators.c - see indicators.h. */
#include "gateway/conf/indicators.h"

#include <unistd.h>

struct loader {
    const struct form_set *forms;
    struct arena *arena;
    struct faults *faults;
};

static struct slice text_of(struct loader *l, struct yaml *map, const char *key)
{
    return arena_copy(l->arena, yaml_text(map, key, "", l->faults));
}

/* One of the words; the first where it is missing. */
static unsigned choice(struct loader *l, struct yaml *map, const char *key, const char *const *words)
{
    struct yaml *node = yaml_get(map, key);

    for (unsigned i = 0; words[i]; i++)
        if (!node || slice_is(node->text, words[i]))
            return i;
    fault_add(l->faults, node->mark, "\"%s\" takes one of: %s, %s …", key, words[0], words[1]);
    return 0;
}

static void read_cond(struct loader *l, const struct yaml *node, const struct counting *c, struct cond *out)
{
    if (!rules_cond_parse(node, l->arena, l->faults, out))
        return;
    if (c->form)
        (void)rules_cond_fits(out, c->form, node->mark, l->faults);
    else
        fault_add(l->faults, node->mark, "a condition needs one form");
}

/* "hari >= 3 and hari <= 7" */
static void read_conds(struct loader *l, const struct yaml *node, const struct counting *c, struct conds *out)
{
    struct slice rest = node->text;

    while (rest.n > 0) {
        struct yaml part = *node;
        size_t end = 0;

        while (end < rest.n && !slice_starts(slice_skip(rest, end), " and "))
            end++;
        part.text = slice_take(rest, end);
        rest = slice_skip(rest, end < rest.n ? end + sizeof " and " - 1 : end);
        if (out->n < RULE_CONDITIONS)
            read_cond(l, &part, c, &out->c[out->n++]);
        else
            fault_add(l->faults, node->mark, "more than %d conditions", RULE_CONDITIONS);
    }
}

static void read_form(struct loader *l, struct yaml *map, struct counting *out)
{
    struct yaml *node = yaml_need(map, "form", l->faults);

    if (!node || slice_is(node->text, "*"))
        return;
    out->form = form_by_name(l->forms, node->text);
    if (!out->form)
        fault_add(l->faults, node->mark, "there is no form \"%.*s\"", SLICE_ARG(node->text));
}

static void read_counting(struct loader *l, struct yaml *map, struct counting *out)
{
    static const char *const onces[] = { "month", "year", "report", NULL };
    static const char *const bys[] = { "person", "posyandu", NULL };
    struct yaml *sum = yaml_get(map, "sum");
    struct slice *findings;

    read_form(l, map, out);
    out->once = (enum once)choice(l, map, "once", onces);
    out->by_posyandu = choice(l, map, "by", bys) == 1;
    YAML_EACH(node, yaml_list(map, "if", l->faults))
    {
        if (out->when.n < RULE_CONDITIONS)
            read_cond(l, node, out, &out->when.c[out->when.n++]);
        else
            fault_add(l->faults, node->mark, "more than %d conditions", RULE_CONDITIONS);
    }
    YAML_EACH(node, yaml_list(map, "each", l->faults))
    {
        if (out->each_n < INDICATOR_EACH)
            read_conds(l, node, out, &out->each[out->each_n++]);
        else
            fault_add(l->faults, node->mark, "more than %d conditions", INDICATOR_EACH);
    }
    findings = yaml_texts(map, "findings", &out->findings_n, l->arena, l->faults);
    if (out->findings_n > INDICATOR_FINDINGS) {
        fault_add(l->faults, map->mark, "more than %d findings", INDICATOR_FINDINGS);
        out->findings_n = INDICATOR_FINDINGS;
    }
    for (unsigned i = 0; i < out->findings_n; i++)
        out->findings[i] = arena_copy(l->arena, findings[i]);
    out->sum = text_of(l, map, "sum");
    out->reaches = yaml_milli(map, "reaches", 0, l->faults);
    if (sum && (!out->form || form_field(out->form, out->sum.p) < 0 ||
                out->form->fields[form_field(out->form, out->sum.p)].type != FIELD_NUMBER))
        fault_add(l->faults, sum->mark, "\"sum\" takes a field of numbers of the form");
    if (out->reaches && !sum)
        fault_add(l->faults, map->mark, "\"reaches\" needs \"sum\"");
    yaml_done(map, l->faults);
}

static void read_denominator(struct loader *l, struct yaml *map, struct indicator *out)
{
    static const char *const every[] = { "year", "month", NULL };
    static const char *const places[] = { "posyandu", NULL, NULL };
    const struct word_list *groups = list_by_name(l->forms, S("kelompok"));
    struct yaml *group = yaml_get(map, "group");

    if (group) {
        out->denominator = DENOMINATOR_GROUP;
        out->group = text_of(l, map, "group");
        out->monthly = choice(l, map, "every", every) == 1;
        out->percent = yaml_milli(map, "percent", 100000, l->faults);
        if (groups && !word_by_code(groups, out->group))
            fault_add(l->faults, group->mark, "\"%.*s\" is no code of the list kelompok",
                      SLICE_ARG(out->group));
        yaml_done(map, l->faults);
    } else if (yaml_get(map, "places")) {
        out->denominator = DENOMINATOR_POSYANDU;
        out->monthly = true;
        (void)choice(l, map, "places", places);
        yaml_done(map, l->faults);
    } else {
        out->denominator = DENOMINATOR_COUNT;
        read_counting(l, map, &out->d);
    }
}

static void read_row(struct loader *l, struct yaml *row, struct indicator_set *set)
{
    static const char *const better[] = { "higher", "lower", NULL };
    static const char *const grades[] = { "A", "B", NULL };
    struct indicator *out = &set->all[set->n];
    struct yaml *n = yaml_map(row, "n", l->faults), *d = yaml_map(row, "d", l->faults),
                *less = yaml_map(row, "less", l->faults);

    *out = (struct indicator){ .id = text_of(l, row, "id"),
                               .klaster = text_of(l, row, "klaster"),
                               .words = text_of(l, row, "words"),
                               .source = text_of(l, row, "source"),
                               .sms = text_of(l, row, "sms") };
    out->version = (unsigned)yaml_int(row, "version", 1, 1, 100000, l->faults);
    out->target = yaml_milli(row, "target", -1, l->faults);
    out->lower = choice(l, row, "better", better) == 1;
    out->grade = "AB"[choice(l, row, "grade", grades)];
    text_of(l, row, "doubt"); /* for people who review the row */
    text_of(l, row, "approver");
    for (const char *const *need =
             (const char *const[]){ "id", "klaster", "words", "version", "grade", "source", "n", NULL };
         *need; need++)
        yaml_need(row, *need, l->faults);
    if (n)
        read_counting(l, n, &out->n);
    out->has_less = less != NULL;
    if (less)
        read_counting(l, less, &out->less);
    if (d)
        read_denominator(l, d, out);
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->all[i].id, out->id))
            fault_add(l->faults, row->mark, "\"%.*s\" stands twice", SLICE_ARG(out->id));
    set->n++;
    yaml_done(row, l->faults);
}

struct indicator_set *indicators_load(const char *folder, const struct form_set *forms, struct arena *arena,
                                      struct faults *faults)
{
    struct loader l = { .forms = forms, .arena = arena, .faults = faults };
    struct slice path = arena_printf(arena, "%s/%s", folder, INDICATORS_FILE);
    struct indicator_set *set = ARENA_NEW(arena, struct indicator_set);
    unsigned before = faults_count(faults);
    struct yaml *root;

    if (!set || !(set->all = ARENA_ARRAY(arena, struct indicator, INDICATORS_MOST)))
        return NULL;
    if (access(path.p, F_OK) != 0)
        return set;
    root = yaml_load(path.p, arena, faults);
    YAML_EACH(row, root ? yaml_list(root, "indicators", faults) : NULL)
    {
        if (row->kind != YAML_MAP)
            fault_add(faults, row->mark, "a row is a map: id, version, klaster, words, n, d, …");
        else if (set->n == INDICATORS_MOST)
            fault_add(faults, row->mark, "more than %d indicators", INDICATORS_MOST);
        else
            read_row(&l, row, set);
    }
    if (root)
        yaml_done(root, faults);
    return faults_count(faults) == before && !arena->failed ? set : NULL;
}

const struct indicator *indicator_by_id(const struct indicator_set *set, struct slice id)
{
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->all[i].id, id))
            return &set->all[i];
    return NULL;
}
