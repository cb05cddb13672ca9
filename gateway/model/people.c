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

uint64_t person_hash(const struct person *p)
{
    const struct slice texts[] = { slice_of(role_name(p->role)), p->name, p->place_code, p->language };
    uint64_t h = 1 + (p->active ? 2 : 0) + (p->leader ? 4 : 0);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        h = h * 1099511628211u ^ slice_hash(texts[i]);
    return h ? h : 1;
}

static bool same(const struct person *a, const struct person *b)
{
    return slice_eq(a->msisdn, b->msisdn) && a->role == b->role && slice_eq(a->name, b->name) &&
           slice_eq(a->place_code, b->place_code) && slice_eq(a->language, b->language) &&
           a->active == b->active && a->leader == b->leader && a->pending == b->pending &&
           a->imported == b->imported;
}

/* One that the store said, with whether the file has the number too. */
struct row {
    const struct person *is;
    bool seen;
};

static int by_msisdn(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return slice_cmp(x->is->msisdn, y->is->msisdn);
}

static struct row *rows_of(const struct person *const *stored, unsigned n, struct arena *a)
{
    struct row *rows = ARENA_ARRAY(a, struct row, (size_t)n + 1);

    for (unsigned i = 0; rows && i < n; i++)
        rows[i].is = stored[i];
    if (rows)
        qsort(rows, n, sizeof *rows, by_msisdn);
    return rows;
}

/* As the store says; the one of the file, when it says the same. */
static struct person *kept(struct person *of_file, const struct person *p, struct arena *a)
{
    struct person *copy;

    if (of_file && same(of_file, p))
        return of_file;
    copy = ARENA_NEW(a, struct person);
    if (copy)
        *copy = person_copy(p, a);
    return copy;
}

static bool imports_of(struct people *out, struct person *const *imports, struct arena *scratch)
{
    out->imports = ARENA_ARRAY(scratch, struct person, (size_t)out->imports_n + 1);
    for (unsigned i = 0; out->imports && i < out->imports_n; i++)
        out->imports[i] = *imports[i];
    return out->imports;
}

bool people_merge(struct person *const *file, unsigned file_n, const struct person *const *stored,
                  unsigned stored_n, struct arena *a, struct people *out)
{
    struct arena *scratch = arena_scratch(a);
    struct row *rows = rows_of(stored, stored_n, scratch);
    struct person **imports = ARENA_ARRAY(scratch, struct person *, (size_t)file_n + 1);

    *out = (struct people){ .all = ARENA_ARRAY(a, struct person *, (size_t)file_n + stored_n + 1),
                            .stored = ARENA_ARRAY(a, struct person *, (size_t)stored_n + 1) };
    if (!rows || !imports || !out->all || !out->stored)
        return false;
    for (unsigned i = 0; i < file_n; i++) {
        const struct row key = { .is = file[i] };
        struct row *found = bsearch(&key, rows, stored_n, sizeof *rows, by_msisdn);
        struct person *said = found ? kept(file[i], found->is, a) : NULL;

        if (found) {
            found->seen = true;
            out->stored[out->stored_n++] = said;
        }
        if (said && said->imported == file[i]->imported) {
            out->all[out->n++] = said;
            continue;
        }
        out->all[out->n++] = file[i];
        if (!person_is_sample(file[i]))
            imports[out->imports_n++] = file[i];
    }
    for (unsigned i = 0; i < stored_n; i++)
        if (!rows[i].seen)
            out->all[out->n++] = out->stored[out->stored_n++] = kept(NULL, rows[i].is, a);
    return imports_of(out, imports, scratch) && !a->failed;
}
