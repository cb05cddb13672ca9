/* node.c - JSON of our own in an arena.  See node.h. */
#include "gateway/base/node.h"

#include <string.h>

enum {
    DEPTH = 24,
    JSON_MAX = 4 << 20,
};

/* --- reading --- */

struct reader {
    const char *p, *end;
    struct arena *arena;
};

static bool value(struct reader *, struct node *, unsigned depth);

static void blanks(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
        r->p++;
}

static inline bool take(struct reader *r, char c)
{
    if (r->p < r->end && *r->p <= ' ')
        blanks(r);
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool word(struct reader *r, const char *w)
{
    size_t n = strlen(w);

    if ((size_t)(r->end - r->p) < n || memcmp(r->p, w, n) != 0)
        return false;
    r->p += n;
    return true;
}

static bool hex4(struct reader *r, unsigned *out)
{
    *out = 0;
    if (r->end - r->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *r->p++;
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 16;

        if (d == 16)
            return false;
        *out = *out * 16 + d;
    }
    return true;
}

static char *put_utf8(char *o, unsigned c)
{
    if (c < 0x80) {
        *o++ = (char)c;
    } else if (c < 0x800) {
        *o++ = (char)(0xc0 | c >> 6);
        *o++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *o++ = (char)(0xe0 | c >> 12);
        *o++ = (char)(0x80 | (c >> 6 & 0x3f));
        *o++ = (char)(0x80 | (c & 0x3f));
    } else {
        *o++ = (char)(0xf0 | c >> 18);
        *o++ = (char)(0x80 | (c >> 12 & 0x3f));
        *o++ = (char)(0x80 | (c >> 6 & 0x3f));
        *o++ = (char)(0x80 | (c & 0x3f));
    }
    return o;
}

/* Behind a \u; a half of a surrogate pair alone is no text. */
static bool unicode(struct reader *r, char **o)
{
    unsigned c, low;

    if (!hex4(r, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (!word(r, "\\u") || !hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c < 0xe000) {
        return false;
    }
    *o = put_utf8(*o, c);
    return true;
}

/* A text with escapes; from: its first byte.  What comes out is never longer than what went in. */
static bool escaped(struct reader *r, const char *from, struct slice *out)
{
    static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *close = r->p;
    char *text, *o;

    while (close < r->end && *close != '"')
        close += *close == '\\' ? 2 : 1;
    if (close >= r->end || !(text = o = arena_alloc(r->arena, (size_t)(close - from) + 1)))
        return false;
    r->p = from;
    while (*r->p != '"') {
        char c = *r->p++;
        const char *at;

        if ((unsigned char)c < 0x20)
            return false;
        if (c != '\\') {
            *o++ = c;
            continue;
        }
        c = *r->p++;
        at = c ? strchr(plain, c) : NULL;
        if (at)
            *o++ = means[at - plain];
        else if (c != 'u' || !unicode(r, &o))
            return false;
    }
    *out = slice_make(text, (size_t)(o - text));
    return true;
}

static bool text(struct reader *r, struct slice *out)
{
    const char *from, *p, *end = r->end;

    if (!take(r, '"'))
        return false;
    from = r->p;
    p = from + slice_plain(slice_make(from, (size_t)(end - from)));
    while (p < end && *p == 0x7f) /* is written escaped, and may be read bare */
        p += 1 + slice_plain(slice_make(p + 1, (size_t)(end - p - 1)));
    r->p = p;
    if (p == end)
        return false;
    *out = slice_make(from, (size_t)(p - from));
    if (*p != '"' && !escaped(r, from, out))
        return false;
    r->p++;
    return true;
}

static unsigned digits(struct reader *r)
{
    unsigned n = 0;

    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; n++)
        r->p++;
    return n;
}

static bool number(struct reader *r, struct node *out)
{
    const char *from = r->p;
    struct slice whole;
    unsigned n;

    if (*r->p == '-')
        r->p++;
    n = digits(r);
    if (!n || (n > 1 && r->p[-(int)n] == '0'))
        return false;
    whole = slice_make(from, (size_t)(r->p - from));
    if (r->p < r->end && *r->p == '.') {
        r->p++;
        if (!digits(r))
            return false;
    }
    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        r->p++;
        if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
            r->p++;
        if (!digits(r))
            return false;
    }
    out->kind = NODE_NUMBER;
    return slice_to_i64(whole, &out->number);
}

static const struct node *named(const struct node *o, struct slice key)
{
    for (const struct node *c = o->first; c; c = c->next)
        if (slice_eq(c->key, key))
            return c;
    return NULL;
}

/* One of 64: names that share none are different. */
static uint64_t mark_of(struct slice key)
{
    return key.n
               ? UINT64_C(1) << ((key.n + 5 * (unsigned char)key.p[0] + (unsigned char)key.p[key.n - 1]) % 64)
               : 1;
}

/* A member's name, which none before it has; seen: the marks of these. */
static bool name(struct reader *r, const struct node *object, uint64_t *seen, struct slice *key)
{
    uint64_t mark;

    if (!text(r, key) || !take(r, ':'))
        return false;
    mark = mark_of(*key);
    if ((*seen & mark) && named(object, *key))
        return false;
    *seen |= mark;
    return true;
}

static bool children(struct reader *r, struct node *out, char close, unsigned depth)
{
    uint64_t seen = 0;

    if (depth == DEPTH)
        return false;
    r->p++;
    if (take(r, close))
        return true;
    do {
        struct node *child = ARENA_NEW(r->arena, struct node);

        if (!child || (close == '}' && !name(r, out, &seen, &child->key)))
            return false;
        if (!value(r, child, depth + 1))
            return false;
        node_add(out, child);
    } while (take(r, ','));
    return take(r, close);
}

static bool value(struct reader *r, struct node *out, unsigned depth)
{
    const char *from;
    bool ok;

    blanks(r);
    if (r->p == r->end)
        return false;
    from = r->p;
    switch (*r->p) {
    case '{':
        out->kind = NODE_OBJECT;
        ok = children(r, out, '}', depth);
        break;
    case '[':
        out->kind = NODE_LIST;
        ok = children(r, out, ']', depth);
        break;
    case '"':
        out->kind = NODE_TEXT;
        ok = text(r, &out->text);
        break;
    case 't':
        out->kind = NODE_TRUE;
        ok = word(r, "true");
        break;
    case 'f':
        out->kind = NODE_FALSE;
        ok = word(r, "false");
        break;
    case 'n':
        out->kind = NODE_NULL;
        ok = word(r, "null");
        break;
    default:
        ok = number(r, out);
        break;
    }
    out->raw = slice_make(from, (size_t)(r->p - from));
    return ok;
}

const struct node *node_read(struct slice from, struct arena *a)
{
    struct reader r = { .p = from.p, .end = from.p + from.n, .arena = a };
    struct node *root = from.n ? ARENA_NEW(a, struct node) : NULL;

    if (!root || !value(&r, root, 0))
        return NULL;
    blanks(&r);
    return r.p == r.end ? root : NULL;
}

const struct node *node_first(const struct node *o)
{
    return o ? o->first : NULL;
}

const struct node *node_get_named(const struct node *o, struct slice key)
{
    return o && o->kind == NODE_OBJECT ? named(o, key) : NULL;
}

const struct node *node_get(const struct node *o, const char *key)
{
    return node_get_named(o, slice_of(key));
}

struct slice node_text(const struct node *o, const char *key)
{
    const struct node *c = node_get(o, key);

    return c && c->kind == NODE_TEXT ? c->text : slice_make("", 0);
}

int64_t node_int(const struct node *o, const char *key)
{
    const struct node *c = node_get(o, key);

    return c && c->kind == NODE_NUMBER ? c->number : 0;
}

bool node_bool(const struct node *o, const char *key)
{
    const struct node *c = node_get(o, key);

    return c && c->kind == NODE_TRUE;
}

/* --- making --- */

static struct node *node_new(struct arena *a, struct node fill)
{
    struct node *o = a ? ARENA_NEW(a, struct node) : NULL;

    if (o) {
        *o = fill;
        o->arena = a;
    }
    return o;
}

struct node *node_object(struct arena *a)
{
    return node_new(a, (struct node){ .kind = NODE_OBJECT });
}

struct node *node_list(struct arena *a)
{
    return node_new(a, (struct node){ .kind = NODE_LIST });
}

struct node *node_of_text(struct arena *a, struct slice s)
{
    return node_new(a, (struct node){ .kind = NODE_TEXT, .text = s });
}

struct node *node_of_int(struct arena *a, int64_t n)
{
    return node_new(a, (struct node){ .kind = NODE_NUMBER, .number = n });
}

struct node *node_of_raw(struct arena *a, struct slice json)
{
    return node_new(a, (struct node){ .raw = json });
}

struct node *node_again(struct arena *a, const struct node *o)
{
    struct node *again = o ? node_new(a, *o) : NULL;

    if (again) {
        again->key = slice_make("", 0);
        again->next = NULL;
    }
    return again;
}

void node_add(struct node *list, struct node *item)
{
    if (!list || !item)
        return;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    list->n += item->members ? item->members : 1;
}

void node_set_named(struct node *o, struct slice key, struct node *member)
{
    if (member)
        member->key = key;
    node_add(o, member);
}

void node_set(struct node *o, const char *key, struct node *member)
{
    node_set_named(o, slice_of(key), member);
}

struct node *node_replaced(const struct node *o, struct slice key, struct node *member, struct arena *a)
{
    struct node *out = node_object(a);
    bool done = false;

    for (const struct node *c = node_first(o); c; c = c->next)
        if (slice_eq(c->key, key)) {
            node_set_named(out, key, member);
            done = true;
        } else {
            node_set_named(out, c->key, node_again(a, c));
        }
    if (!done)
        node_set_named(out, key, member);
    return out;
}

void node_put(struct node *o, const char *key, struct slice s)
{
    if (o && s.n)
        node_set(o, key, node_of_text(o->arena, s));
}

void node_put_int(struct node *o, const char *key, int64_t n)
{
    if (o && n)
        node_set(o, key, node_of_int(o->arena, n));
}

void node_put_bool(struct node *o, const char *key, bool b)
{
    if (o && b)
        node_set(o, key, node_new(o->arena, (struct node){ .kind = NODE_TRUE }));
}

static void write_children(struct buf *b, const struct node *o, const char *brackets)
{
    buf_char(b, brackets[0]);
    for (const struct node *c = o->first; c; c = c->next) {
        if (c != o->first)
            buf_char(b, ',');
        if (o->kind == NODE_OBJECT) {
            buf_json(b, c->key);
            buf_char(b, ':');
        }
        node_write(b, c);
    }
    buf_char(b, brackets[1]);
}

void node_write(struct buf *b, const struct node *o)
{
    if (o->raw.n) {
        buf_add(b, o->raw);
        return;
    }
    switch (o->kind) {
    case NODE_NULL:
        buf_str(b, "null");
        break;
    case NODE_FALSE:
        buf_str(b, "false");
        break;
    case NODE_TRUE:
        buf_str(b, "true");
        break;
    case NODE_NUMBER:
        buf_i64(b, o->number);
        break;
    case NODE_TEXT:
        buf_json(b, o->text);
        break;
    case NODE_LIST:
        write_children(b, o, "[]");
        break;
    case NODE_OBJECT:
        write_children(b, o, "{}");
        break;
    }
}

struct slice node_json(const struct node *o, struct arena *a)
{
    struct buf b;

    if (!o || o->raw.n)
        return o ? o->raw : slice_make("", 0);
    buf_init(&b, JSON_MAX);
    node_write(&b, o);
    if (!b.failed)
        return buf_into(&b, a);
    a->failed = true;
    buf_free(&b);
    return slice_make("", 0);
}
