/* packed.c - see packed.h. */
#include "gateway/base/packed.h"

#include <string.h>

#include "gateway/base/packed_text.h"

enum type {
    SIMPLE,   /* null, false, true */
    NUMBER,   /* up to 15 by itself; then by how many bytes it follows in, the least first */
    NEGATIVE, /* the same, of -1 - n */
    TEXT,
    LIST,
    OBJECT,
    SAID, /* a text that says a number: packed_text.h */
    JSON, /* carried as it stands, and read with the rest */
};

enum {
    DEPTH = 24,
    LOW = 31,   /* of a length or count: it follows */
    SMALL = 16, /* numbers below stand in the first byte */
    WIDE = 26,  /* of others: the place of their length in widths; between the two are the digits */
    WIDTHS = 6,
    LITERAL = 0xc0,   /* a name that has no number, and its length in the lower six bits */
    LONG_NAME = 0x3f, /* of that: it follows */
};

/* --- writing --- */

struct head {
    unsigned char bytes[32];
    unsigned n;
};

static const unsigned char widths[WIDTHS] = { 1, 2, 3, 4, 6, 8 };

static void add_byte(struct head *h, unsigned byte)
{
    h->bytes[h->n++] = (unsigned char)byte;
}

static void add_bytes(struct head *h, uint64_t v, unsigned n)
{
    for (; n; n--, v >>= 8)
        add_byte(h, v & 0xff);
}

/* Six bits a byte, the least first; all but the last have the bit 0x40. */
static void add_varint(struct head *h, uint64_t v)
{
    for (; v >= 0x40; v >>= 6)
        add_byte(h, 0xc0 | (v & 0x3f));
    add_byte(h, 0x80 | (unsigned)v);
}

static void add_sized(struct head *h, enum type type, size_t n)
{
    add_byte(h, (unsigned)type << 5 | (n < LOW ? (unsigned)n : LOW));
    if (n >= LOW)
        add_varint(h, n);
}

static void add_number(struct head *h, int64_t v)
{
    enum type type = v < 0 ? NEGATIVE : NUMBER;
    uint64_t u = (uint64_t)(v < 0 ? ~v : v);
    unsigned w = 0;

    while (w < WIDTHS - 1 && u >> (8 * widths[w]))
        w++;
    add_byte(h, (unsigned)type << 5 | (u < SMALL ? (unsigned)u : WIDE + w));
    if (u >= SMALL)
        add_bytes(h, u, widths[w]);
}

/* 0: it has none. */
static unsigned number_of(const struct packed_names *names, struct slice s)
{
    uint64_t order = (s.n & 0xff) | (s.n ? (uint64_t)(unsigned char)s.p[s.n - 1] << 8 : 0);
    unsigned from = 0, to = names->n;

    for (unsigned i = 0; i < 6 && i < s.n; i++)
        order |= (uint64_t)(unsigned char)s.p[i] << (56 - 8 * i);
    while (from < to) {
        unsigned mid = (from + to) / 2;

        if (names->sorted[mid].order < order)
            from = mid + 1;
        else
            to = mid;
    }
    return from < names->n && slice_eq(names->sorted[from].text, s) ? names->sorted[from].number : 0;
}

/* A name without a number stands behind the head, before the value. */
static struct slice add_name(struct head *h, struct slice s, const struct packed_names *names)
{
    unsigned number = number_of(names, s);

    if (number) {
        add_byte(h, number);
        return slice_make("", 0);
    }
    add_byte(h, LITERAL | (s.n < LONG_NAME ? (unsigned)s.n : LONG_NAME));
    if (s.n >= LONG_NAME)
        add_varint(h, s.n);
    return s;
}

/* A part of JSON that nobody looked into, or a number with a fraction. */
static bool is_json(const struct node *o)
{
    int64_t n;

    return o->raw.n && (o->kind == NODE_NULL || (o->kind == NODE_NUMBER && !slice_to_i64(o->raw, &n)));
}

/* What of it stands behind the head. */
static struct slice add_value(struct head *h, const struct node *o)
{
    unsigned n;

    if (o->packed.n)
        return o->packed;
    if (is_json(o)) {
        add_sized(h, JSON, o->raw.n);
        return o->raw;
    }
    switch (o->kind) {
    case NODE_NUMBER:
        add_number(h, o->number);
        break;
    case NODE_LIST:
    case NODE_OBJECT:
        add_sized(h, o->kind == NODE_LIST ? LIST : OBJECT, o->n);
        break;
    case NODE_TEXT:
        n = packed_text_put(o->text, h->bytes + h->n);
        if (!n) {
            add_sized(h, TEXT, o->text.n);
            return o->text;
        }
        h->bytes[h->n] |= SAID << 5;
        h->n += n;
        break;
    default:
        add_byte(h, (unsigned)SIMPLE << 5 | (unsigned)o->kind);
        break;
    }
    return slice_make("", 0);
}

static void write_parts(struct buf *b, const struct head *h, struct slice more)
{
    char *p = buf_more(b, h->n + more.n);

    if (!p)
        return;
    memcpy(p, h->bytes, h->n);
    if (more.n)
        memcpy(p + h->n, more.p, more.n);
}

static void pack_value(struct buf *b, const struct node *o, bool named, const struct packed_names *names)
{
    struct head h;
    struct slice more;

    h.n = 0;
    if (named) {
        more = add_name(&h, o->key, names);
        if (more.n) {
            write_parts(b, &h, more);
            h.n = 0;
        }
    }
    more = add_value(&h, o);
    write_parts(b, &h, more);
    if (o->packed.n)
        return;
    for (const struct node *c = o->first; c; c = c->next)
        pack_value(b, c, o->kind == NODE_OBJECT, names);
}

void node_pack(struct buf *b, const struct node *o, const struct packed_names *names)
{
    buf_char(b, PACKED);
    pack_value(b, o, false, names);
}

/* --- reading --- */

struct reader {
    const unsigned char *p, *end;
    const struct packed_names *names;
    struct arena *arena;
};

static size_t left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

static bool take_bytes(struct reader *r, unsigned n, uint64_t *out)
{
    *out = 0;
    if (left(r) < n)
        return false;
    for (unsigned i = 0; i < n; i++)
        *out |= (uint64_t)*r->p++ << (8 * i);
    return true;
}

/* A length or count; nothing is longer than what is left. */
static bool take_varint(struct reader *r, size_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 36 && r->p < r->end; shift += 6) {
        unsigned byte = *r->p++;

        *out |= (size_t)(byte & 0x3f) << shift;
        if (byte < 0xc0)
            return byte >= 0x80 && *out <= left(r);
    }
    return false;
}

static bool take_size(struct reader *r, unsigned low, size_t *out)
{
    *out = low;
    return low < LOW ? low <= left(r) : take_varint(r, out);
}

static bool take_slice(struct reader *r, size_t n, struct slice *out)
{
    *out = slice_make((const char *)r->p, n);
    r->p += n;
    return true;
}

static bool take_name(struct reader *r, struct slice *out)
{
    unsigned byte = r->p < r->end ? *r->p++ : 0;
    size_t n = byte & LONG_NAME;

    *out = slice_make("", 0);
    if (byte < LITERAL) {
        *out = r->names->by_number[byte]; /* a newer program's is without a name, and passed over */
        return byte != 0;
    }
    if (n < LONG_NAME ? n > left(r) : !take_varint(r, &n))
        return false;
    return take_slice(r, n, out);
}

static bool take_said(struct reader *r, unsigned form, struct node *out)
{
    unsigned n = packed_text_bytes(form);
    char text[PACKED_TEXT_MAX];

    if (!n || left(r) < n)
        return false;
    out->kind = NODE_TEXT;
    out->text = arena_copy(r->arena, slice_make(text, packed_text_get(form, r->p, text)));
    r->p += n;
    return out->text.n > 0;
}

static bool take_number(struct reader *r, unsigned low, bool negative, struct node *out)
{
    uint64_t v = low;

    out->kind = NODE_NUMBER;
    if (low >= SMALL && (low < WIDE || !take_bytes(r, widths[low - WIDE], &v)))
        return false;
    if (v > INT64_MAX)
        return false;
    out->number = negative ? ~(int64_t)v : (int64_t)v;
    return true;
}

static bool take_simple(unsigned low, struct node *out)
{
    out->kind = (enum node_kind)low;
    return low <= NODE_TRUE;
}

static bool take_json(struct reader *r, size_t n, struct node *out)
{
    const struct node *in = node_read(slice_make((const char *)r->p, n), r->arena);

    if (!in)
        return false;
    r->p += n;
    out->kind = in->kind;
    out->text = in->text;
    out->raw = in->raw;
    out->number = in->number;
    out->first = in->first;
    out->last = in->last;
    out->n = in->n;
    return true;
}

static bool take_value(struct reader *, struct node *, unsigned depth);

static bool take_children(struct reader *r, struct node *out, size_t n, unsigned depth)
{
    struct node *all = n ? ARENA_ARRAY(r->arena, struct node, n) : NULL;

    if (depth == DEPTH || (n && !all))
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((out->kind == NODE_OBJECT && !take_name(r, &all[i].key)) || !take_value(r, &all[i], depth + 1))
            return false;
        node_add(out, &all[i]);
    }
    return true;
}

static bool take_value(struct reader *r, struct node *out, unsigned depth)
{
    const unsigned char *from = r->p;
    unsigned first = r->p < r->end ? *r->p++ : SAID << 5 | LOW, low = first & LOW;
    enum type type = (enum type)(first >> 5);
    size_t n = 0;
    bool ok;

    if ((type == TEXT || type == LIST || type == OBJECT || type == JSON) && !take_size(r, low, &n))
        return false;
    switch (type) {
    case SIMPLE:
        ok = take_simple(low, out);
        break;
    case NUMBER:
    case NEGATIVE:
        ok = take_number(r, low, type == NEGATIVE, out);
        break;
    case TEXT:
        out->kind = NODE_TEXT;
        ok = take_slice(r, n, &out->text);
        break;
    case LIST:
    case OBJECT:
        out->kind = type == LIST ? NODE_LIST : NODE_OBJECT;
        ok = take_children(r, out, n, depth);
        break;
    case SAID:
        ok = take_said(r, low, out);
        break;
    default:
        ok = take_json(r, n, out);
        break;
    }
    out->packed = slice_make((const char *)from, (size_t)(r->p - from));
    return ok;
}

const struct node *node_unpack(struct slice s, const struct packed_names *names, struct arena *a)
{
    struct reader r = { .names = names, .arena = a };
    struct node *root = s.n && s.p[0] == PACKED ? ARENA_NEW(a, struct node) : NULL;

    if (!root)
        return NULL;
    r.p = (const unsigned char *)s.p + 1;
    r.end = (const unsigned char *)s.p + s.n;
    return take_value(&r, root, 0) && r.p == r.end ? root : NULL;
}
