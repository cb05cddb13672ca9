/* people.c - see people.h. */
#include "gateway/model/people.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/node.h"

enum {
    VERSION = 1
};

void person_encode(struct buf *b, const struct person *p)
{
    const struct {
        const char *name;
        struct slice text;
    } texts[] = { { "msisdn", p->msisdn },
                  { "role", slice_of(role_name(p->role)) },
                  { "name", p->name },
                  { "place", p->place_code },
                  { "language", p->language } };
    const struct {
        const char *name;
        bool is;
    } flags[] = { { "active", p->active }, { "leader", p->leader }, { "pending", p->pending } };

    buf_str(b, "{\"v\":");
    buf_i64(b, VERSION);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_printf(b, ",\"%s\":", texts[i].name);
        buf_json(b, texts[i].text);
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        buf_printf(b, ",\"%s\":%s", flags[i].name, flags[i].is ? "true" : "false");
    buf_printf(b, ",\"imported\":\"%016llx\"}", (unsigned long long)p->imported);
}

bool person_decode(struct slice text, struct arena *a, struct person *out)
{
    const struct node *o = node_read(arena_copy(a, text), a);
    struct slice imported = node_text(o, "imported");
    char hex[17] = "";

    *out = (struct person){ .msisdn = node_text(o, "msisdn"),
                            .name = node_text(o, "name"),
                            .place_code = node_text(o, "place"),
                            .language = node_text(o, "language"),
                            .active = node_bool(o, "active"),
                            .leader = node_bool(o, "leader"),
                            .pending = node_bool(o, "pending"),
                            .mark = { .file = "the store" } };
    if (imported.n == 16)
        memcpy(hex, imported.p, 16);
    out->imported = strtoull(hex, NULL, 16);
    return node_int(o, "v") == VERSION && out->msisdn.n && role_parse(node_text(o, "role"), &out->role);
}

struct person person_copy(const struct person *p, struct arena *a)
{
    struct person out = *p;

    out.msisdn = arena_copy(a, p->msisdn);
    out.name = arena_copy(a, p->name);
    out.place_code = arena_copy(a, p->place_code);
    out.language = arena_copy(a, p->language);
    out.place = NULL;
    return out;
}

bool person_is_sample(const struct person *p)
{
    return slice_ends(p->name, "(contoh)");
}

/* Of what a row of the file says; never 0. */
static uint64_t hash_of(const struct person *p)
{
    const struct slice texts[] = { slice_of(role_name(p->role)), p->name, p->place_code, p->language };
    uint64_t h = 1 + (p->active ? 2 : 0) + (p->leader ? 4 : 0);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        h = h * 1099511628211u ^ slice_hash(texts[i]);
    return h ? h : 1;
}

static int by_msisdn(const void *a, const void *b)
{
    const struct person *x = a, *y = b;

    return slice_cmp(x->msisdn, y->msisdn);
}

bool people_merge(const struct person *file, unsigned file_n, const struct person *stored, unsigned stored_n,
                  struct arena *a, struct people *out)
{
    struct person *rows = ARENA_ARRAY(a, struct person, (size_t)stored_n + 1);
    bool *seen = ARENA_ARRAY(a, bool, (size_t)stored_n + 1);

    *out = (struct people){ .all = ARENA_ARRAY(a, struct person, (size_t)file_n + stored_n + 1),
                            .imports = ARENA_ARRAY(a, struct person, (size_t)file_n + 1) };
    if (!rows || !seen || !out->all || !out->imports)
        return false;
    if (stored_n)
        memcpy(rows, stored, stored_n * sizeof *rows);
    qsort(rows, stored_n, sizeof *rows, by_msisdn);
    for (unsigned i = 0; i < file_n; i++) {
        struct person row = file[i], *kept;

        row.imported = hash_of(&row);
        kept = bsearch(&row, rows, stored_n, sizeof *rows, by_msisdn);
        if (kept)
            seen[kept - rows] = true;
        if (kept && kept->imported == row.imported) {
            out->all[out->n++] = *kept;
            continue;
        }
        out->all[out->n++] = row;
        if (!person_is_sample(&row))
            out->imports[out->imports_n++] = row;
    }
    for (unsigned i = 0; i < stored_n; i++)
        if (!seen[i])
            out->all[out->n++] = rows[i];
    return true;
}
