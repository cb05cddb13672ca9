/* keys.c - see keys.h. */
#include "gateway/desk/keys.h"

#include <string.h>

#include "flows/step/blob.h"
#include "flows/understand/understanding.h"
#include "gateway/model/inbound_text.h"
#include "gateway/model/record.h"
#include "gateway/model/stream_tree.h"

static bool among(const struct slice *all, unsigned n, struct slice s)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(all[i], s))
            return true;
    return false;
}

static enum held_do left_of(struct keys *f, const struct held *h, enum whose_name name, struct buf *left)
{
    struct slice value = h->value;
    const struct node *o, *rest;
    bool timer = slice_starts(h->key, "duet:");
    size_t head = 0;

    arena_reset(&f->scratch);
    while (timer && head < value.n && value.p[head] != '{')
        head++;
    o = node_read(slice_skip(value, head), &f->scratch);
    rest = whose_without(&f->whom->whose, o, name, &f->scratch);
    if (!rest)
        return HELD_STAYS;
    buf_add(left, slice_take(value, head));
    node_write(left, rest);
    return HELD_CHANGES;
}

/* A draft has a number of its own, and knows her by name alone. */
static bool is_her_draft(struct keys *f, struct slice blob)
{
    const struct node *o;

    arena_reset(&f->scratch);
    o = node_read(blob, &f->scratch);
    return node_bool(o, "draft") && among(f->whom->posyandu, f->whom->posyandu_n, node_text(o, "posyandu")) &&
           whose_json(&f->whom->whose, o, WHOSE_NAME);
}

/* "s:sender:+62…", "s:number:48217", "s:name:PSY001/si-" */
static enum held_do subject(struct keys *f, const struct held *h, struct buf *left)
{
    const struct whose *w = &f->whom->whose;
    struct slice id = h->key, kind, owner;

    (void)slice_cut(&id, ':');
    kind = slice_cut(&id, ':');
    owner = id;
    owner = slice_cut(&owner, '/');
    if (slice_is(kind, "number") && (whose_nomor(w, id) || is_her_draft(f, h->value)))
        return HELD_GOES;
    if (w->msisdn.n && slice_eq(owner, w->msisdn))
        return HELD_GOES;
    if (slice_is(kind, "session"))
        return whose_text(w, h->value, whose_near(w, owner) ? WHOSE_NAME : WHOSE_NUMBER) ? HELD_GOES
                                                                                         : HELD_STAYS;
    /* A list of those who have a NIK has it in its key. */
    if (slice_is(kind, "name") && slice_all_digits(slice_skip(id, owner.n + 1)) &&
        left_of(f, h, WHOSE_NUMBER, left) == HELD_CHANGES)
        return HELD_GOES;
    if (slice_is(kind, "sender"))
        return left_of(f, h, whose_near(w, owner) ? WHOSE_NAME : WHOSE_NUMBER, left);
    if (slice_is(kind, "posyandu") && among(f->whom->posyandu, f->whom->posyandu_n, owner))
        return left_of(f, h, WHOSE_NAMELESS, left);
    return left_of(f, h, WHOSE_NUMBER, left);
}

/* A timer of hers has nothing to remind of; one that a telephone's number stands in goes on without it. */
static enum held_do timer(struct keys *f, const struct held *h, struct buf *left)
{
    const struct whose *w = &f->whom->whose;
    bool here = false;

    if (w->msisdn.n)
        return left_of(f, h, WHOSE_NUMBER, left);
    for (unsigned i = 0; i < f->whom->posyandu_n; i++) {
        struct whose place = { .nomor = &f->whom->posyandu[i], .nomor_n = 1 };

        here = here || whose_text(&place, h->value, WHOSE_NUMBER);
    }
    return whose_text(w, h->value, here ? WHOSE_NAME : WHOSE_NUMBER) ? HELD_GOES : HELD_STAYS;
}

static bool says_several(struct keys *f, const struct inbound *in)
{
    struct said *said = ARENA_NEW(&f->scratch, struct said);

    return said &&
           understand_sms(pipeline_rules(f->pipeline), in->text, in->received_ms, &f->scratch, said) &&
           said->kind == SAID_REPORTS && said->reports_n > 1;
}

static enum held_do message(struct keys *f, const struct held *h)
{
    const struct whose *w = &f->whom->whose;
    struct inbound in;
    struct err e;

    arena_reset(&f->scratch);
    if (inbound_decode(h->value, &f->scratch, &in, &e) != 0)
        return HELD_STAYS;
    if (w->msisdn.n && slice_eq(in.from, w->msisdn))
        return HELD_GOES;
    if (!whose_text(w, in.text, whose_near(w, in.from) ? WHOSE_NAME : WHOSE_NUMBER))
        return HELD_STAYS;
    if (says_several(f, &in)) {
        f->refused = S("parked: a parked message tells of others too: carry it out or put it right first "
                       "(parked inbound)");
        return HELD_STAYS;
    }
    return HELD_GOES;
}

static enum held_do sms(struct keys *f, const struct held *h)
{
    const struct whose *w = &f->whom->whose;
    const struct node *o;
    struct slice body = h->value, to;

    while (body.n && body.p[0] != '{') /* attempts and times of what is tried again */
        body = slice_skip(body, 1);
    arena_reset(&f->scratch);
    o = node_read(body, &f->scratch);
    to = node_text(o, "to");
    return (w->msisdn.n && slice_eq(to, w->msisdn)) ||
                   whose_json(w, o, whose_near(w, to) ? WHOSE_NAME : WHOSE_NUMBER)
               ? HELD_GOES
               : HELD_STAYS;
}

/* Rows that could not be stored: all of them hers, or others' too? */
static enum held_do rows(struct keys *f, const struct held *h)
{
    struct rows rows = rows_begin(h->value, &f->scratch);
    struct row row;

    arena_reset(&f->scratch);
    while (rows_next(&rows, &row, NULL) > 0)
        if (!whose_nomor(&f->whom->whose, row.kind == ROW_RECORD   ? row.record.nomor
                                          : row.kind == ROW_PERSON ? row.person.nomor
                                                                   : row.event.nomor))
            return HELD_STAYS;
    return HELD_GOES;
}

/* How much stands before a tree: of a timer when it was set, of what is tried again its attempts and times.
 */
static size_t head_of(const struct held *h)
{
    struct slice rest = h->value;

    if (slice_starts(h->key, "duet:") && slice_starts(rest, "\1")) { /* between two \1 */
        rest = slice_skip(rest, 1);
        (void)slice_cut(&rest, '\1');
    }
    while (slice_starts(h->key, "waitt:") && rest.n && rest.p[0] != '{' && rest.p[0] != PACKED)
        rest = slice_skip(rest, 1);
    return h->value.n - rest.n;
}

struct held keys_shown(struct keys *f, const struct held *h)
{
    bool ours = slice_starts(h->key, "s:") || slice_starts(h->key, "duet:");
    size_t head = head_of(h);
    struct held shown = *h;
    struct slice tree = slice_skip(h->value, head);

    arena_reset(&f->shown);
    tree = ours ? blob_shown(tree, &f->shown) : stream_shown(tree, &f->shown);
    shown.value = head ? ARENA_JOIN(&f->shown, slice_take(h->value, head), tree) : tree;
    return shown;
}

enum held_do keys_hold(struct keys *f, const struct held *h, struct buf *left)
{
    const struct whose *w = &f->whom->whose;
    struct slice k = h->key;

    if (slice_starts(k, "s:"))
        return subject(f, h, left);
    if (slice_starts(k, "duet:"))
        return timer(f, h, left);
    if (slice_starts(k, "people:") || slice_starts(k, "daily:"))
        return w->msisdn.n && slice_eq(h->field, w->msisdn) ? HELD_GOES : HELD_STAYS;
    if (slice_starts(k, "parked:inbound"))
        return message(f, h);
    if (slice_starts(k, "parked:sms:") || slice_starts(k, "st:sms:") || slice_starts(k, "waitt:sms:"))
        return sms(f, h);
    if (slice_starts(k, "parked:sink:"))
        return rows(f, h);
    return slice_starts(k, "parked:log") ? HELD_GOES : HELD_STAYS;
}
