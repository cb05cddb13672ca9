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

static void read_cond(struct loader *l, const struct yaml *node, const struct form *form, struct cond *out)
{
    if (!rules_cond_parse(node, l->arena, l->faults, out))
        return;
    if (form)
        (void)rules_cond_fits(out, form, node->mark, l->faults);
    else
        fault_add(l->faults, node->mark, "a condition needs one form");
}

/* "hari >= 3 and hari <= 7" */
static void read_conds(struct loader *l, const struct yaml *node, const struct form *form, struct conds *out)
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
            read_cond(l, &part, form, &out->c[out->n++]);
        else
            fault_add(l->faults, node->mark, "more than %d conditions", RULE_CONDITIONS);
    }
}

/* A list of conditions, all of which must hold. */
static void read_list(struct loader *l, struct yaml *map, const char *key, const struct form *form,
                      struct conds *out)
{
    YAML_EACH(node, yaml_list(map, key, l->faults))
    {
        if (out->n < RULE_CONDITIONS)
            read_cond(l, node, form, &out->c[out->n++]);
        else
            fault_add(l->faults, node->mark, "more than %d conditions", RULE_CONDITIONS);
    }
}

static bool is_event(struct slice name, bool signals)
{
    static const char *const of_referral[] = { "sent",    "terima",    "tolak",   "hadir", "tidak_hadir",
                                               "selesai", "escalated", "expired", "batal", NULL };
    static const char *const of_signal[] = { "sent",      "ok",     "benar", "bukan",
                                             "escalated", "closed", "ralat", NULL };

    for (const char *const *n = signals ? of_signal : of_referral; *n; n++)
        if (slice_is(name, *n))
            return true;
    return false;
}

/* "benar", "terima before escalated", "benar within 24h" */
static void read_event(struct loader *l, const struct yaml *node, bool signals, struct event_cond *out)
{
    struct slice rest = node->text, how;
    uint64_t hours = 0;
    bool good;

    out->event = arena_copy(l->arena, slice_cut(&rest, ' '));
    how = slice_cut(&rest, ' ');
    good = is_event(out->event, signals);
    if (slice_is(how, "before")) {
        out->before = arena_copy(l->arena, rest);
        good = good && is_event(rest, signals);
    } else if (how.n) {
        good = good && slice_is(how, "within") && slice_ends(rest, "h") &&
               slice_to_u64(slice_take(rest, rest.n - 1), &hours) && hours > 0 && hours <= 24 * 366;
        out->within_min = (int64_t)hours * 60;
    }
    if (!good)
        fault_add(
            l->faults, node->mark,
            "an event reads \"terima\", \"terima before escalated\" or \"benar within 24h\"; which there "
            "are says docs/indicators.md");
}

static void read_weekday(struct loader *l, const struct yaml *node, unsigned *out)
{
    static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
    unsigned i = 0;

    while (i < 7 && !slice_is(node->text, names[i]))
        i++;
    if (i < 7)
        *out |= 1U << i;
    else
        fault_add(l->faults, node->mark, "a day of the week: sun mon tue wed thu fri sat");
}

static void read_sort(struct loader *l, struct yaml *map, struct report_sort *out)
{
    struct yaml *node;
    struct slice *findings;

    out->signals = yaml_bool(map, "signals", false, l->faults);
    node = out->signals ? NULL : yaml_need(map, "form", l->faults);
    out->form = node && !slice_is(node->text, "*") ? form_by_name(l->forms, node->text) : NULL;
    if (node && !out->form && !slice_is(node->text, "*"))
        fault_add(l->faults, node->mark, "there is no form \"%.*s\"", SLICE_ARG(node->text));
    read_list(l, map, "if", out->form, &out->when);
    findings = yaml_texts(map, "findings", &out->findings_n, l->arena, l->faults);
    if (out->findings_n > INDICATOR_FINDINGS) {
        fault_add(l->faults, map->mark, "more than %d findings", INDICATOR_FINDINGS);
        out->findings_n = INDICATOR_FINDINGS;
    }
    for (unsigned i = 0; i < out->findings_n; i++)
        out->findings[i] = arena_copy(l->arena, findings[i]);
    YAML_EACH(event, yaml_list(map, "events", l->faults))
    {
        if (out->events_n < INDICATOR_EVENTS)
            read_event(l, event, out->signals, &out->events[out->events_n++]);
        else
            fault_add(l->faults, event->mark, "more than %d events", INDICATOR_EVENTS);
    }
    out->in_time = yaml_bool(map, "in_time", false, l->faults);
    YAML_EACH(day, yaml_list(map, "received", l->faults))
    {
        read_weekday(l, day, &out->weekdays);
    }
}

static void read_also(struct loader *l, struct yaml *map, struct counting *out)
{
    YAML_EACH(node, yaml_list(map, "also", l->faults))
    {
        if (node->kind != YAML_MAP || out->sorts_n == INDICATOR_SORTS) {
            fault_add(l->faults, node->mark, "\"also\" takes up to %d maps: {form: kunjungan, if: […]}",
                      INDICATOR_SORTS - 1);
            continue;
        }
        read_sort(l, node, &out->sorts[out->sorts_n++]);
        yaml_done(node, l->faults);
    }
}

static void read_each(struct loader *l, struct yaml *map, struct counting *out)
{
    struct conds each[INDICATOR_EACH] = { 0 };
    struct slice last = S("");

    YAML_EACH(node, yaml_list(map, "each", l->faults))
    {
        if (out->each_n == INDICATOR_EACH) {
            fault_add(l->faults, node->mark, "more than %d conditions", INDICATOR_EACH);
            return;
        }
        out->again[out->each_n] = slice_eq(last, node->text);
        read_conds(l, node, out->sorts[0].form, &each[out->each_n++]);
        last = node->text;
    }
    out->each = arena_keep(l->arena, each, out->each_n, sizeof *each);
}

static void read_counting(struct loader *l, struct yaml *map, struct counting *out)
{
    static const char *const onces[] = { "month", "year", "report", NULL };
    static const char *const bys[] = { "person", "posyandu", NULL };
    struct yaml *sum = yaml_get(map, "sum");
    const struct form *form;

    out->sorts_n = 1;
    read_sort(l, map, &out->sorts[0]);
    form = out->sorts[0].form;
    read_also(l, map, out);
    read_each(l, map, out);
    read_list(l, map, "or", form, &out->enough);
    out->once = (enum once)choice(l, map, "once", onces);
    out->by_posyandu = choice(l, map, "by", bys) == 1;
    out->sum = text_of(l, map, "sum");
    out->unsaid = yaml_milli(map, "unsaid", 0, l->faults);
    out->reaches = yaml_milli(map, "reaches", 0, l->faults);
    if (sum && (!form || form_field(form, out->sum.p) < 0 ||
                form->fields[form_field(form, out->sum.p)].type != FIELD_NUMBER))
        fault_add(l->faults, sum->mark, "\"sum\" takes a field of numbers of the form");
    if (out->reaches && !sum)
        fault_add(l->faults, map->mark, "\"reaches\" needs \"sum\"");
    if (out->by_posyandu && (out->once != ONCE_MONTH || out->each_n || sum))
        fault_add(l->faults, map->mark,
                  "\"by: posyandu\" counts once a month, and neither \"each\" nor \"sum\"");
    if (out->enough.n && !out->each_n)
        fault_add(l->faults, map->mark, "\"or\" needs \"each\"");
    yaml_done(map, l->faults);
}

static void read_denominator(struct loader *l, struct yaml *map, struct indicator *out)
{
    static const char *const every[] = { "year", "month", NULL };
    static const char *const places[] = { "posyandu", NULL, NULL };
    static const char *const weeks[] = { "puskesmas", NULL, NULL };
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
    } else if (yaml_get(map, "weeks")) {
        out->denominator = DENOMINATOR_WEEKS;
        out->monthly = true;
        (void)choice(l, map, "weeks", weeks);
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
    if (less && (out->n.by_posyandu || out->less.by_posyandu))
        fault_add(l->faults, less->mark, "from what counts posyandu nothing is taken off");
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

    if (!set || !(set->all = ARENA_ARRAY(arena_scratch(arena), struct indicator, INDICATORS_MOST)))
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
    set->all = arena_keep(arena, set->all, set->n, sizeof *set->all);
    return faults_count(faults) == before && !arena->failed ? set : NULL;
}

const struct indicator *indicator_by_id(const struct indicator_set *set, struct slice id)
{
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->all[i].id, id))
            return &set->all[i];
    return NULL;
}
