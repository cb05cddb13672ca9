/* record.c - see record.h.  Members stand in the order of their JSON. */
#include "gateway/model/record.h"

#include <string.h>

#include "gateway/base/codec.h"
#include "gateway/model/stream_names.h"
#include "gateway/model/stream_tree.h"

enum {
    ROW_VERSION = 1
};

static const char *const kinds[] = {
    [ROW_RECORD] = "record",           [ROW_REFERRAL_EVENT] = "referral_event",
    [ROW_ALERT_EVENT] = "alert_event", [ROW_PERSON] = "person",
    [ROW_FORGET] = "forget",
};

#define HEAD      MEMBER_VERSION(v, ROW_VERSION), MEMBER_SAID(struct row, row, kind, kinds)
#define RECORD(m) MEMBER(struct row, m, record.m)
CODEC(record_codec, struct row, HEAD, RECORD(version), RECORD(id), RECORD(nomor), RECORD(form),
      RECORD(klaster), RECORD(at), RECORD(received_at), RECORD(reporter), RECORD(role), RECORD(place),
      RECORD(posyandu), RECORD(person_id), RECORD(fields), RECORD(findings), RECORD(status), RECORD(provider),
      RECORD(message_id), RECORD(checked_by));
#define EVENT(m) MEMBER(struct row, m, event.m)
CODEC(event_codec, struct row, HEAD, EVENT(id), EVENT(of), EVENT(nomor), EVENT(event), EVENT(at), EVENT(who),
      EVENT(role), EVENT(place), EVENT(words), EVENT(disease), EVENT(rules));
#define PERSON(m) MEMBER(struct row, m, person.m)
CODEC(person_codec, struct row, HEAD, MEMBER_ALWAYS(struct row, tgl_lahir_exact, person.tgl_lahir_exact),
      PERSON(id), PERSON(nomor), PERSON(nama), PERSON(jk), PERSON(tgl_lahir), PERSON(nik), PERSON(posyandu),
      PERSON(merged_into));
#define FORGET(m) MEMBER(struct row, m, forget.m)
CODEC(forget_codec, struct row, HEAD, FORGET(id), FORGET(at), FORGET(account), FORGET(why), FORGET(nomor),
      FORGET(persons), FORGET(who));

static const struct codec *const codecs[] = {
    [ROW_RECORD] = &record_codec, [ROW_REFERRAL_EVENT] = &event_codec, [ROW_ALERT_EVENT] = &event_codec,
    [ROW_PERSON] = &person_codec, [ROW_FORGET] = &forget_codec,
};

const struct node *row_tree(struct node *o, struct arena *a)
{
    return node_packed(o, stream_names(), a);
}

void rows_encode(struct buf *b, const struct row *rows, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (i)
            buf_char(b, '\n');
        codec_pack(b, codecs[rows[i].kind], &rows[i]);
    }
}

/* sizeof kinds / sizeof *kinds: there is none of that name. */
static size_t kind_of(struct slice name)
{
    size_t k = 0;

    while (k < sizeof kinds / sizeof *kinds && !slice_is(name, kinds[k]))
        k++;
    return k;
}

static bool in_range(const struct row *row)
{
    return row->kind != ROW_RECORD || (row->record.version >= 1 && row->record.version <= INT32_MAX);
}

/* The member that keeps it from being read. */
static struct slice fault_of(const struct node *o, const struct codec *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        const struct codec one = { c->size, &c->members[i], 1 };
        struct row row;

        if (!codec_get(o, &one, &row))
            return c->members[i].key;
    }
    return S("version");
}

/* -1 and a fault text when it is none of ours. */
static int row_of(const struct node *o, const struct arena *a, struct row *out, struct err *e)
{
    size_t k = kind_of(node_text(o, "row"));
    struct slice fault;

    if (a->failed)
        return err_set(e, "row: too large");
    if (!o)
        return err_set(e, "row: broken");
    if (node_int(o, "v") != ROW_VERSION)
        return err_set(e, "row: version unknown to this program; install the newer Kentongan");
    if (k == sizeof kinds / sizeof *kinds)
        return err_set(e, "row: unknown kind");
    if (codec_get(o, codecs[k], out) && in_range(out))
        return 1;
    fault = fault_of(o, codecs[k]);
    return err_set(e, "row: %.*s is of another kind, or out of range", SLICE_ARG(fault));
}

static bool ends(struct slice rest)
{
    return !rest.n || rest.p[0] == '\n';
}

/* The next one as a tree, whoever wrote it. */
static const struct node *tree_of(struct rows *r)
{
    struct slice from = r->rest;
    const struct node *o;

    if (from.p[0] != PACKED) {
        r->last = slice_trim(slice_cut(&r->rest, '\n'));
        return node_read(r->last, r->arena);
    }
    o = node_unpack_next(&r->rest, stream_names(), r->arena);
    r->last = slice_take(from, from.n - r->rest.n);
    return ends(r->rest) ? o : NULL;
}

/* Which it is of ours, by the members that this program writes first; none of them: no kind. */
static size_t kind_at(struct packed_reader at)
{
    struct node v = { .kind = NODE_NULL };
    struct slice letters, name;
    unsigned first, second;
    size_t n;

    if (packed_take_object(&at, &n) && n >= 2 && packed_take_name(&at, &first, &letters) && first == NAME_v &&
        packed_take(&at, &v) && v.number == ROW_VERSION && packed_take_name(&at, &second, &letters) &&
        second == NAME_row && packed_take_text(&at, &name))
        return kind_of(name);
    return sizeof kinds / sizeof *kinds;
}

/* Straight into the struct.  False: look at it as a tree. */
static bool read_at_once(struct rows *r, struct row *out)
{
    struct slice from = r->rest;
    struct packed_reader at = { .p = (const unsigned char *)from.p + 1,
                                .end = (const unsigned char *)from.p + from.n,
                                .names = stream_names(),
                                .arena = r->arena };
    size_t k = kind_at(at), n;

    if (k == sizeof kinds / sizeof *kinds || !codec_unpack(&at, codecs[k], out) || !in_range(out))
        return false;
    n = (size_t)((const char *)at.p - from.p);
    if (!ends(slice_skip(from, n)) || r->arena->failed)
        return false;
    r->last = slice_take(from, n);
    r->rest = slice_skip(from, n);
    return true;
}

struct rows rows_begin(struct slice body, struct arena *a)
{
    return (struct rows){ .arena = a, .rest = body };
}

int rows_next(struct rows *r, struct row *out, struct err *e)
{
    memset(out, 0, sizeof *out);
    while (r->rest.n && slice_find(S(" \t\r\n"), r->rest.p[0]) != (size_t)-1)
        r->rest = slice_skip(r->rest, 1);
    if (!r->rest.n)
        return 0;
    if (r->rest.p[0] == PACKED && read_at_once(r, out))
        return 1;
    return row_of(tree_of(r), r->arena, out, e);
}

int rows_all(struct slice body, struct arena *a, struct row_list *out, struct err *e)
{
    struct rows r = rows_begin(body, a);
    struct row *all;
    size_t most = 1;
    int rc = 0;

    for (size_t i = 0; i < body.n; i++) /* no more than lines that end, whatever else these bytes are */
        most += body.p[i] == '\n';
    all = ARENA_ARRAY(a, struct row, most + 1);
    *out = (struct row_list){ .all = all };
    while (all && (rc = rows_next(&r, &all[out->n], e)) > 0)
        out->n++;
    return all ? rc : err_set(e, "row: too large");
}

struct slice rows_json(const struct rows *r)
{
    return node_json(stream_read(r->last, r->arena), r->arena);
}
