/* fhir_newest.c - see fhir_newest.h. */
#include "gateway/district/fhir_newest.h"

#include "gateway/model/record.h"

void fhir_newest_note(struct fhir_newest *n, struct slice body, struct arena *a)
{
    while (body.n) {
        struct row row;
        struct err e;
        uint64_t id;

        if (row_decode(slice_cut(&body, '\n'), a, &row, &e) != 0 || row.kind != ROW_RECORD)
            continue;
        id = slice_hash(row.record.id);
        if (n->seen[id % FHIR_NEWEST].id != id || n->seen[id % FHIR_NEWEST].version < row.record.version) {
            n->seen[id % FHIR_NEWEST].id = id;
            n->seen[id % FHIR_NEWEST].version = row.record.version;
        }
    }
}

bool fhir_newest_over(const struct fhir_newest *n, struct slice body, struct arena *a)
{
    struct slice first = slice_cut(&body, '\n');
    struct row row;
    struct err e;
    uint64_t id;

    if (slice_trim(body).n || row_decode(first, a, &row, &e) != 0 || row.kind != ROW_RECORD)
        return false;
    id = slice_hash(row.record.id);
    return n->seen[id % FHIR_NEWEST].id == id && n->seen[id % FHIR_NEWEST].version > row.record.version;
}
