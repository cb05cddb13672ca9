/* scope.c - see request.h: whose area a place lies in, and the district as the reading threads have it. */
#include "gateway/console/request.h"

#include "gateway/base/log.h"

enum {
    MAP_MEMORY = 64 << 20,
};

bool area_is_all(const struct ruleset *rules, struct slice area)
{
    return !area.n || slice_eq(area, rules->district);
}

static bool is_administrative(const struct place *p)
{
    return p->level <= PLACE_KELURAHAN;
}

bool area_has(const struct ruleset *rules, struct slice area, const struct place *p)
{
    const struct place *up = directory_place(&rules->directory, area);

    if (area_is_all(rules, area))
        return true;
    if (!up || !p)
        return false;
    if (is_administrative(up)) {
        for (const struct place *q = is_administrative(p) ? p : p->area; q; q = q->parent)
            if (q == up)
                return true;
        return false;
    }
    if (place_under(p, up))
        return true;
    for (unsigned i = 0; is_administrative(p) && i < rules->directory.places_n; i++) {
        const struct place *q = &rules->directory.places[i];

        if ((q->level == PLACE_PUSTU || q->level == PLACE_POSYANDU) && q->area == p && place_under(q, up))
            return true;
    }
    return false;
}

bool account_is_mine(const struct request *r, const struct account *a)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);

    return area_is_all(rules, slice_of(r->area)) ||
           (a && a->area[0] &&
            area_has(rules, slice_of(r->area), directory_place(&rules->directory, slice_of(a->area))));
}

struct roster *console_roster(struct console *c)
{
    const struct ruleset *rules = c->ops.rules(c->ops.arg);
    struct roster *fresh;

    if (c->roster && c->roster_of == rules)
        return c->roster;
    fresh = roster_new(rules, c->ops.config(c->ops.arg)->texts, c->key, ++c->roster_serial);
    if (fresh) {
        roster_drop(c->roster);
        c->roster = fresh;
        c->roster_of = rules;
    }
    return c->roster;
}

const struct geo_map *console_map(struct console *c)
{
    const struct config *config = c->ops.config(c->ops.arg);
    struct faults faults = { 0 };

    if (c->map_of == config)
        return c->map.n ? &c->map : NULL;
    arena_free(&c->map_arena);
    arena_init(&c->map_arena, MAP_MEMORY);
    c->map = (struct geo_map){ 0 };
    c->map_of = config;
    if (config->map.n && geo_load(config->map.p, &c->map_arena, &faults, &c->map) != 0)
        log_event(LOG_WARN, "map_unreadable", "why", faults.n ? faults.lines[0] : "out of memory", NULL);
    faults_free(&faults);
    return c->map.n ? &c->map : NULL;
}
