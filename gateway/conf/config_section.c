/* config_section.c - the keys of one map, each by its row in config_keys.def, and the keys that are none. */
#include "gateway/conf/config_value.h"

/* Keys that hold maps, and stand in no row of the table. */
static const struct {
    enum key_section in;
    const char *name;
} maps[] = {
    { SECTION_TOP, "redis" },          { SECTION_TOP, "limits" },      { SECTION_TOP, "providers" },
    { SECTION_TOP, "sinks" },          { SECTION_PROVIDER, "send" },   { SECTION_PROVIDER, "sms_in" },
    { SECTION_PROVIDER, "ussd_in" },   { SECTION_PROVIDER, "dlr_in" }, { SECTION_PROVIDER, "answer" },
    { SECTION_PROVIDER, "signature" },
};

/* Levenshtein, for words of a configuration; capped so that the rows fit the stack. */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned row[40];

    if (a.n >= 40 || b.n >= 40)
        return 99;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned best = diagonal + (a.p[i - 1] != b.p[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.n];
}

static void nearer(struct slice wrong, const char *candidate, const char **best, unsigned *best_distance)
{
    unsigned d = distance(wrong, slice_of(candidate));

    if (d < *best_distance) {
        *best = candidate;
        *best_distance = d;
    }
}

/* Every key of the map that nobody asked for, with the nearest that exists. */
void config_refuse_unknown(struct config_reader *r, const struct yaml *map, enum key_section section)
{
    YAML_EACH(c, map)
    {
        const char *best = NULL;
        unsigned d = 4; /* further away it is no hint */

        if (c->asked)
            continue;
        for (size_t i = 0; i < config_keys_n; i++)
            if (config_keys[i].section == section)
                nearer(c->key, config_keys[i].name, &best, &d);
        for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
            if (maps[i].in == section)
                nearer(c->key, maps[i].name, &best, &d);
        if (best)
            fault_add(r->faults, c->key_mark, "unknown key \"%.*s\": do you mean \"%s\"?", SLICE_ARG(c->key),
                      best);
        else
            fault_add(r->faults, c->key_mark, "unknown key \"%.*s\": `kentongan check --defaults` lists all",
                      SLICE_ARG(c->key));
    }
}

void config_section(struct config_reader *r, struct yaml *map, enum key_section section, void *base)
{
    for (size_t i = 0; i < config_keys_n; i++) {
        const struct key *k = &config_keys[i];
        struct yaml *node, fallback = { .kind = YAML_SCALAR };

        if (k->section != section)
            continue;
        node = yaml_get(map, k->name);
        if (!node && k->fallback) {
            fallback.text = slice_of(k->fallback);
            fallback.mark.file = r->config->file;
            node = &fallback;
        }
        if (node)
            config_value(r, k, node, base);
    }
}
