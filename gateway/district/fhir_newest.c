/* fhir_newest.c - see fhir_newest.h. */
#include "gateway/district/fhir_newest.h"

#include "gateway/model/record.h"

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

void fhir_newest_note(struct fhir_newest *n, struct slice body, struct arena *a)
{
    while (body.n) {
        struct fhir_newest_seen *s;
        struct row row;
        struct err e;
        uint64_t id;

        if (row_decode(slice_cut(&body, '\n'), a, &row, &e) != 0 || row.kind != ROW_RECORD ||
            row.record.version < 2) /* nothing is older than a first version */
            continue;
        id = slice_hash(row.record.id);
        s = find(n, id);
        if (!s)
            s = take_slot(n, id);
        if (s->version < row.record.version)
            s->version = row.record.version;
    }
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
