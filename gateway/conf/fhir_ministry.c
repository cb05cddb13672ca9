/* fhir_ministry.c - see fhir_ministry.h. */
#include "gateway/conf/fhir_ministry.h"

#include <unistd.h>

/* What the sink itself puts records into (gateway/district/ministry.c): each needs its row. */
static const char *const stages[] = { "needs_check",    "needs_nik", "needs_credentials",
                                      "needs_location", "needs_ihs", "needs_lot" };

enum {
    STAGES = sizeof stages / sizeof *stages,
    RULE_MOST = 99999,
};

static struct slice need_text(struct yaml *map, const char *key, struct faults *faults)
{
    return yaml_need(map, key, faults) ? yaml_text(map, key, "", faults) : S("");
}

static void read_stages(struct yaml *doc, struct fhir_ministry *out, struct arena *a, struct faults *faults)
{
    struct yaml *map = yaml_map(doc, "stages", faults);

    out->stages = ARENA_ARRAY(a, struct ministry_stage, STAGES);
    for (unsigned i = 0; map && out->stages && i < STAGES; i++) {
        struct yaml *s = yaml_need(map, stages[i], faults);

        if (!s)
            continue;
        out->stages[out->stages_n++] = (struct ministry_stage){
            .name = slice_of(stages[i]),
            .words = need_text(s, "words", faults),
            .who = need_text(s, "who", faults),
            .act = need_text(s, "do", faults),
        };
        yaml_done(s, faults);
    }
    if (map)
        yaml_done(map, faults);
    else
        fault_add(faults, doc->mark, "stages are missing: what a record waits for, and who can give it");
}

static void read_fate(struct yaml *map, const struct fhir_ministry *m, struct ministry_rule *out,
                      struct faults *faults)
{
    static const struct {
        const char *name;
        enum ministry_fate fate;
    } fates[] = { { "there", MINISTRY_THERE },
                  { "wait", MINISTRY_WAIT },
                  { "refused", MINISTRY_REFUSED },
                  { "follows", MINISTRY_FOLLOWS } };
    struct slice text = need_text(map, "fate", faults);

    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
        if (slice_is(text, fates[i].name)) {
            out->fate = fates[i].fate;
            return;
        }
    out->fate = MINISTRY_STAGE;
    out->stage = ministry_stage(m, text);
    if (text.n && !out->stage)
        fault_add(faults, map->mark, "fate: there, wait, refused, follows or a stage, not \"%.*s\"",
                  SLICE_ARG(text));
}

static void read_rules(struct yaml *doc, struct fhir_ministry *out, struct arena *a, struct faults *faults)
{
    struct yaml *list = yaml_list(doc, "rules", faults);

    out->rules = ARENA_ARRAY(a, struct ministry_rule, list ? list->n + 1 : 1);
    YAML_EACH(row, out->rules ? list : NULL)
    {
        struct ministry_rule r = { .words = need_text(row, "words", faults),
                                   .act = need_text(row, "do", faults) };

        r.from = yaml_int(row, "rule", 0, 1, RULE_MOST, faults);
        r.to = yaml_int(row, "to", r.from, r.from, RULE_MOST, faults);
        if (!r.from)
            fault_add(faults, row->mark, "rule: the number is missing");
        else if (ministry_rule(out, r.from) || ministry_rule(out, r.to))
            fault_add(faults, row->mark, "rule %lld stands twice", (long long)r.from);
        read_fate(row, out, &r, faults);
        yaml_done(row, faults);
        out->rules[out->rules_n++] = r;
    }
}

static void read_reasons(struct yaml *doc, struct fhir_ministry *out, struct faults *faults)
{
    struct yaml *map = yaml_map(doc, "reasons", faults);

    YAML_EACH(r, map)
    if (out->reasons_n == MINISTRY_REASONS)
        fault_add(faults, r->mark, "more than %d reasons", MINISTRY_REASONS);
    else
        out->reasons[out->reasons_n++] =
            (struct ministry_reason){ .code = r->key,
                                      .catch_up = yaml_int(map, r->key.p, 0, 1, 1500, faults) };
}

const struct fhir_ministry *fhir_ministry_load(const char *path, struct arena *a, struct faults *faults)
{
    struct fhir_ministry *out = ARENA_NEW(a, struct fhir_ministry);
    unsigned before = faults_count(faults);
    struct yaml *doc;

    if (!out || access(path, F_OK) != 0 || !(doc = yaml_load(path, a, faults)))
        return NULL;
    out->version = yaml_int(doc, "version", 1, 1, 1000000, faults);
    out->minutes = yaml_int(doc, "minutes", 10, 1, 600, faults);
    out->identifiers = need_text(doc, "identifiers", faults);
    out->kader = need_text(doc, "kader", faults);
    out->encounter = yaml_text(doc, "encounter", "AMB", faults);
    out->vaccines = yaml_text(doc, "vaccines", "kfa", faults);
    read_reasons(doc, out, faults);
    read_stages(doc, out, a, faults);
    read_rules(doc, out, a, faults);
    yaml_done(doc, faults);
    return faults_count(faults) == before ? out : NULL;
}

const struct ministry_stage *ministry_stage(const struct fhir_ministry *m, struct slice name)
{
    for (unsigned i = 0; i < m->stages_n; i++)
        if (slice_eq(m->stages[i].name, name))
            return &m->stages[i];
    return NULL;
}

const struct ministry_rule *ministry_rule(const struct fhir_ministry *m, int64_t number)
{
    for (unsigned i = 0; i < m->rules_n; i++)
        if (number >= m->rules[i].from && number <= m->rules[i].to)
            return &m->rules[i];
    return NULL;
}

const struct ministry_reason *ministry_reason(const struct fhir_ministry *m, struct slice code)
{
    for (unsigned i = 0; i < m->reasons_n; i++)
        if (slice_eq(m->reasons[i].code, code))
            return &m->reasons[i];
    return NULL;
}
