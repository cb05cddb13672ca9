/* fhir_newest.c - see fhir_newest.h. */
#include "gateway/district/fhir_newest.h"

#include <unistd.h>

#include "gateway/model/record.h"

enum {
    PATH_BYTES = 4096,
};

/* A row of the file. */
struct kept {
    uint64_t id;
    uint32_t version, check;
};

static struct fhir_newest_seen *find(const struct fhir_newest *n, uint64_t id)
{
    uint32_t at = n->first[id % FHIR_NEWEST];

    while (at && n->seen[at].id != id)
        at = n->seen[at].next;
    return at ? (struct fhir_newest_seen *)&n->seen[at] : NULL;
}

/* The oldest gives its slot. */
static struct fhir_newest_seen *take_slot(struct fhir_newest *n, uint64_t id)
{
    uint32_t slot = n->last % FHIR_NEWEST + 1, *at;
    struct fhir_newest_seen *s = &n->seen[slot];

    if (s->version) {
        at = &n->first[s->id % FHIR_NEWEST];
        while (*at != slot)
            at = &n->seen[*at].next;
        *at = s->next;
    }
    *s = (struct fhir_newest_seen){ .id = id, .next = n->first[id % FHIR_NEWEST] };
    n->first[id % FHIR_NEWEST] = slot;
    n->last = slot;
    return s;
}

/* False: it was known. */
static bool raise(struct fhir_newest *n, uint64_t id, uint32_t version)
{
    struct fhir_newest_seen *s = find(n, id);

    if (s && s->version >= version)
        return false;
    if (!s)
        s = take_slot(n, id);
    s->version = version;
    return true;
}

/* --- the file --- */

static uint32_t check_of(const struct kept *k)
{
    return (uint32_t)slice_hash(slice_make((const char *)k, offsetof(struct kept, check))) | 1;
}

static void write_down(struct fhir_newest *n, uint64_t id, uint32_t version)
{
    struct kept k = { .id = id, .version = version };

    k.check = check_of(&k);
    if (n->file)
        (void)!fwrite(&k, sizeof k, 1, n->file);
}

static void flush(struct fhir_newest *n)
{
    if (!n->file || (fflush(n->file) == 0 && !ferror(n->file)))
        return;
    (void)fclose(n->file);
    n->file = NULL;
}

static void read_back(struct fhir_newest *n, const char *path)
{
    FILE *f = fopen(path, "rbe");
    struct kept k;

    while (f && fread(&k, sizeof k, 1, f) == 1)
        if (k.version > 1 && k.check == check_of(&k))
            (void)raise(n, k.id, k.version);
    if (f)
        (void)fclose(f);
}

void fhir_newest_keep(struct fhir_newest *n, const char *path)
{
    char fresh[PATH_BYTES];

    if (n->file)
        (void)fclose(n->file);
    n->file = NULL;
    if (!path || snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return;
    read_back(n, path);
    n->file = fopen(fresh, "wbe");
    for (uint32_t i = 0; i < FHIR_NEWEST; i++) { /* the oldest first */
        const struct fhir_newest_seen *s = &n->seen[(n->last + i) % FHIR_NEWEST + 1];

        if (s->version)
            write_down(n, s->id, s->version);
    }
    flush(n);
    if (n->file && (fsync(fileno(n->file)) != 0 || rename(fresh, path) != 0)) {
        (void)fclose(n->file);
        n->file = NULL;
    }
}

void fhir_newest_note(struct fhir_newest *n, struct slice body, struct arena *a)
{
    while (body.n) {
        struct row row;
        struct err e;

        if (row_decode(slice_cut(&body, '\n'), a, &row, &e) != 0 || row.kind != ROW_RECORD ||
            row.record.version < 2) /* nothing is older than a first version */
            continue;
        if (raise(n, slice_hash(row.record.id), (uint32_t)row.record.version))
            write_down(n, slice_hash(row.record.id), (uint32_t)row.record.version);
    }
    flush(n);
}

bool fhir_newest_over(const struct fhir_newest *n, struct slice body, struct arena *a)
{
    struct slice first = slice_cut(&body, '\n');
    const struct fhir_newest_seen *s;
    struct row row;
    struct err e;

    if (slice_trim(body).n || row_decode(first, a, &row, &e) != 0 || row.kind != ROW_RECORD)
        return false;
    s = find(n, slice_hash(row.record.id));
    return s && s->version > row.record.version;
}
