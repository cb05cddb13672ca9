/* packed.c - see packed.h. */
#include "gateway/base/packed.h"

#include <endian.h>
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

static const unsigned char widths[WIDTHS] = { 1, 2, 3, 4, 6, 8 };

/* Six bits a byte, the least first; all but the last have the bit 0x40. */
static unsigned char *put_varint(unsigned char *p, uint64_t v)
{
    for (; v >= 0x40; v >>= 6)
        *p++ = (unsigned char)(0xc0 | (v & 0x3f));
    *p++ = (unsigned char)(0x80 | v);
    return p;
}

static unsigned char *put_sized(unsigned char *p, enum type type, size_t n)
{
    *p++ = (unsigned char)((unsigned)type << 5 | (n < LOW ? (unsigned)n : LOW));
    return n < LOW ? p : put_varint(p, n);
}

unsigned char *packed_name(unsigned char *p, struct slice s, unsigned number)
{
    *p++ = (unsigned char)(number ? number : LITERAL | (unsigned)s.n);
    if (number)
        return p;
    memcpy(p, s.p, s.n);
    return p + s.n;
}

unsigned char *packed_object(unsigned char *p, size_t members)
{
    return put_sized(p, OBJECT, members);
}

unsigned char *packed_list(unsigned char *p, size_t items)
{
    return put_sized(p, LIST, items);
}

unsigned char *packed_simple(unsigned char *p, enum node_kind kind)
{
    *p++ = (unsigned char)((unsigned)SIMPLE << 5 | (unsigned)kind);
    return p;
}

unsigned char *packed_number(unsigned char *p, int64_t v)
{
    enum type type = v < 0 ? NEGATIVE : NUMBER;
    uint64_t u = (uint64_t)(v < 0 ? ~v : v);
    unsigned w = 0;

    while (w < WIDTHS - 1 && u >> (8 * widths[w]))
        w++;
    *p++ = (unsigned char)((unsigned)type << 5 | (u < SMALL ? (unsigned)u : WIDE + w));
    for (unsigned n = u < SMALL ? 0 : widths[w]; n; n--, u >>= 8)
        *p++ = u & 0xff;
    return p;
}

static unsigned char *put_bytes(unsigned char *p, struct slice s)
{
    if (s.n)
        memcpy(p, s.p, s.n);
    return p + s.n;
}

unsigned char *packed_text(unsigned char *p, struct slice s)
{
    unsigned n = packed_text_may(s) ? packed_text_put(s, p) : 0;

    if (!n)
        return put_bytes(put_sized(p, TEXT, s.n), s);
    *p |= SAID << 5;
    return p + n;
}

static uint64_t order_of(struct slice s)
{
    uint64_t order = (s.n & 0xff) | (s.n ? (uint64_t)(unsigned char)s.p[s.n - 1] << 8 : 0);
    uint32_t four;
    uint16_t two;

    if (s.n >= 6) {
        memcpy(&four, s.p, sizeof four);
        memcpy(&two, s.p + 4, sizeof two);
        return order | (uint64_t)be32toh(four) << 32 | (uint64_t)be16toh(two) << 16;
    }
    for (unsigned i = 0; i < s.n; i++)
        order |= (uint64_t)(unsigned char)s.p[i] << (56 - 8 * i);
    return order;
}

/* 0: it has none. */
static unsigned number_of(const struct packed_names *names, struct slice s)
{
    const struct packed_name *at = names->sorted;
    uint64_t order = order_of(s);

    for (unsigned n = names->n, half; n > 1; n -= half) { /* without a jump that cannot be foreseen */
        half = n / 2;
        at += at[half - 1].order < order ? half : 0;
    }
    /* Of up to seven letters all are in the order. */
    return at->order == order && (s.n <= 7 || slice_eq(at->text, s)) ? at->number : 0;
}

static unsigned char *put_name(unsigned char *p, struct slice s, const struct packed_names *names)
{
    unsigned number = number_of(names, s);

    *p++ = (unsigned char)(number ? number : s.n < LONG_NAME ? LITERAL | (unsigned)s.n : LITERAL | LONG_NAME);
    if (number)
        return p;
    return put_bytes(s.n < LONG_NAME ? p : put_varint(p, s.n), s);
}

/* A part of JSON that nobody looked into, or a number with a fraction. */
static bool is_json(const struct node *o)
{
    int64_t n;

    return o->raw.n && (o->kind == NODE_NULL || (o->kind == NODE_NUMBER && !slice_to_i64(o->raw, &n)));
}

/* It takes no more than so many bytes, with its name. */
static size_t room(const struct node *o)
{
    size_t n = PACKED_PART + o->key.n;

    if (o->packed.n)
        return n + o->packed.n;
    if (o->kind == NODE_TEXT)
        n += o->text.n;
    else if (o->kind == NODE_NULL || o->kind == NODE_NUMBER)
        n += o->raw.n;
    for (const struct node *c = o->first; c; c = c->next)
        n += room(c);
    return n;
}

static unsigned char *put_value(unsigned char *p, const struct node *o, const struct packed_names *names)
{
    if (o->packed.n)
        return put_bytes(p, o->packed);
    if (is_json(o))
        return put_bytes(put_sized(p, JSON, o->raw.n), o->raw);
    if (o->kind == NODE_TEXT)
        return packed_text(p, o->text);
    if (o->kind == NODE_NUMBER)
        return packed_number(p, o->number);
    if (o->kind != NODE_LIST && o->kind != NODE_OBJECT)
        return packed_simple(p, o->kind);
    p = put_sized(p, o->kind == NODE_LIST ? LIST : OBJECT, o->n);
    for (const struct node *c = o->first; c; c = c->next) {
        if (o->kind == NODE_OBJECT && !c->members)
            p = put_name(p, c->key, names);
        p = put_value(p, c, names);
    }
    return p;
}

const struct node *node_packed(struct node *o, const struct packed_names *names, struct arena *a)
{
    unsigned char *p = o ? arena_raw(a, room(o)) : NULL;

    if (!p)
        return NULL;
    o->packed = slice_make((const char *)p, (size_t)(put_value(p, o, names) - p));
    return o;
}

void node_pack(struct buf *b, const struct node *o, const struct packed_names *names)
{
    size_t before = b->n;
    unsigned char *p = (unsigned char *)buf_more(b, 1 + room(o));

    if (!p)
        return;
    *p = PACKED;
    p = put_value(p + 1, o, names);
    *p = '\0';
    b->n = before + (size_t)(p - (unsigned char *)(b->p + before));
}

/* --- reading --- */

static size_t left(const struct packed_reader *r)
{
    return (size_t)(r->end - r->p);
}

static bool take_bytes(struct packed_reader *r, unsigned n, uint64_t *out)
{
    *out = 0;
    if (left(r) < n)
        return false;
    for (unsigned i = 0; i < n; i++)
        *out |= (uint64_t)*r->p++ << (8 * i);
    return true;
}

/* A length or count; nothing is longer than what is left. */
static bool take_varint(struct packed_reader *r, size_t *out)
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

static bool take_size(struct packed_reader *r, unsigned low, size_t *out)
{
    *out = low;
    return low < LOW ? low <= left(r) : take_varint(r, out);
}

static bool take_slice(struct packed_reader *r, size_t n, struct slice *out)
{
    *out = slice_make((const char *)r->p, n);
    r->p += n;
    return true;
}

bool packed_take_name(struct packed_reader *r, unsigned *number, struct slice *letters)
{
    unsigned byte = r->p < r->end ? *r->p++ : 0;
    size_t n = byte & LONG_NAME;

    *number = byte < LITERAL ? byte : 0;
    if (byte < LITERAL)
        return byte != 0;
    if (n < LONG_NAME ? n > left(r) : !take_varint(r, &n))
        return false;
    return take_slice(r, n, letters);
}

/* One that a newer program gave a number is without a name, and passed over. */
static bool take_key(struct packed_reader *r, struct slice *key)
{
    unsigned number;

    if (!packed_take_name(r, &number, key))
        return false;
    if (number)
        *key = r->names->by_number[number];
    return true;
}

static bool take_said(struct packed_reader *r, unsigned form, struct slice *out)
{
    unsigned n = packed_text_bytes(form);
    char text[PACKED_TEXT_MAX];

    if (!n || left(r) < n)
        return false;
    *out = arena_copy(r->arena, slice_make(text, packed_text_get(form, r->p, text)));
    r->p += n;
    return out->n > 0;
}

static bool take_number(struct packed_reader *r, unsigned low, bool negative, struct node *out)
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

static bool take_json(struct packed_reader *r, size_t n, struct node *out)
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

static bool take_value(struct packed_reader *, struct node *, unsigned depth);

static bool take_children(struct packed_reader *r, struct node *out, size_t n, unsigned depth)
{
    struct node *all = n ? ARENA_ARRAY(r->arena, struct node, n) : NULL;

    if (depth == DEPTH || (n && !all))
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((out->kind == NODE_OBJECT && !take_key(r, &all[i].key)) || !take_value(r, &all[i], depth + 1))
            return false;
        node_add(out, &all[i]);
    }
    return true;
}

static bool take_value(struct packed_reader *r, struct node *out, unsigned depth)
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
        out->kind = NODE_TEXT;
        ok = take_said(r, low, &out->text);
        break;
    default:
        ok = take_json(r, n, out);
        break;
    }
    out->packed = slice_make((const char *)from, (size_t)(r->p - from));
    return ok;
}

const struct node *node_unpack_next(struct slice *s, const struct packed_names *names, struct arena *a)
{
    struct packed_reader r = { .names = names, .arena = a };
    struct node *root = s->n && s->p[0] == PACKED ? ARENA_NEW(a, struct node) : NULL;

    if (!root)
        return NULL;
    r.p = (const unsigned char *)s->p + 1;
    r.end = (const unsigned char *)s->p + s->n;
    if (!take_value(&r, root, 0))
        return NULL;
    *s = slice_skip(*s, (size_t)(r.p - (const unsigned char *)s->p));
    return root;
}

const struct node *node_unpack(struct slice s, const struct packed_names *names, struct arena *a)
{
    const struct node *root = node_unpack_next(&s, names, a);

    return s.n ? NULL : root;
}

bool packed_take(struct packed_reader *r, struct node *out)
{
    return take_value(r, out, 0);
}

bool packed_take_text(struct packed_reader *r, struct slice *out)
{
    unsigned first = r->p < r->end ? *r->p++ : 0;
    size_t n;

    if (first >> 5 == SAID)
        return take_said(r, first & LOW, out);
    return first >> 5 == TEXT && take_size(r, first & LOW, &n) && take_slice(r, n, out);
}

static bool take_head(struct packed_reader *r, enum type type, size_t *n)
{
    unsigned first = r->p < r->end ? *r->p++ : 0;

    return first >> 5 == type && take_size(r, first & LOW, n);
}

bool packed_take_object(struct packed_reader *r, size_t *n)
{
    return take_head(r, OBJECT, n);
}

bool packed_take_list(struct packed_reader *r, size_t *n)
{
    return take_head(r, LIST, n);
}

/* --- either --- */

const struct node *node_kept(struct slice s, const struct packed_names *names, struct arena *a)
{
    return s.n && s.p[0] == PACKED ? node_unpack(s, names, a) : node_read(s, a);
}

struct slice node_shown(struct slice s, const struct packed_names *names, struct arena *a)
{
    if (!s.n || s.p[0] != PACKED)
        return s;
    return node_json(node_unpack(s, names, a), a);
}
