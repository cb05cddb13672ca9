/* codec.c - see codec.h. */
#include "gateway/base/codec.h"

#include <limits.h>
#include <string.h>

#define AT(type, base, offset) ((type *)(void *)((char *)(base) + (offset)))
#define OF(type, base, offset) ((type const *)(const void *)((const char *)(base) + (offset)))

/* --- writing --- */

static struct slice node_bytes(const struct node *const *o)
{
    return *o ? (*o)->packed : slice_make("", 0);
}

static size_t room(const struct codec *, const void *from);

static size_t room_of_list(const struct member *m, const void *from)
{
    unsigned many = m->type == MEMBER_STRUCT ? 1 : *OF(unsigned, from, m->count);
    size_t n = 0;

    for (unsigned k = 0; k < many; k++)
        n += m->of ? room(m->of, OF(char, from, m->at + k * m->of->size))
                   : PACKED_PART + OF(struct slice, from, m->at)[k].n;
    return n;
}

/* It takes no more than so many bytes. */
static size_t room(const struct codec *c, const void *from)
{
    size_t n = (c->n + 1) * (size_t)PACKED_PART;

    for (unsigned i = 0; i < c->n; i++) {
        const struct member *m = &c->members[i];

        n += m->number ? 0 : m->key.n;
        if (m->type == MEMBER_TEXT)
            n += OF(struct slice, from, m->at)->n;
        else if (m->type == MEMBER_WORD)
            n += slice_of(m->words[*OF(unsigned, from, m->at)]).n;
        else if (m->type == MEMBER_NODE)
            n += node_bytes(OF(const struct node *, from, m->at)).n;
        else if (m->type == MEMBER_STRUCT || m->type == MEMBER_STRUCTS || m->type == MEMBER_TEXTS)
            n += room_of_list(m, from);
    }
    return n;
}

static unsigned char *put_members(unsigned char *, const struct codec *, const void *from, unsigned *n);

static unsigned char *put_struct(unsigned char *p, const struct codec *c, const void *from, unsigned *n)
{
    unsigned char *end = put_members(p + 1, c, from, n), *members = packed_object(p, *n);

    return members == p + 1 ? end : put_members(members, c, from, n); /* so many that their number is long */
}

static unsigned char *put_list(unsigned char *p, const struct member *m, const void *from)
{
    unsigned n = *OF(unsigned, from, m->count), members;

    if (!n)
        return NULL;
    p = packed_list(p, n);
    for (unsigned i = 0; i < n; i++)
        p = m->of ? put_struct(p, m->of, OF(char, from, m->at + i * m->of->size), &members)
                  : packed_text(p, OF(struct slice, from, m->at)[i]);
    return p;
}

static unsigned char *put_text(unsigned char *p, struct slice text)
{
    return text.n ? packed_text(p, text) : NULL;
}

static unsigned char *put_number(unsigned char *p, int64_t n)
{
    return n ? packed_number(p, n) : NULL;
}

static unsigned char *put_node(unsigned char *p, struct slice bytes)
{
    if (!bytes.n)
        return NULL;
    memcpy(p, bytes.p, bytes.n);
    return p + bytes.n;
}

/* NULL: it is left out. */
static unsigned char *put(unsigned char *p, const struct member *m, const void *from)
{
    unsigned n;

    switch (m->type) {
    case MEMBER_TEXT:
        return put_text(p, *OF(struct slice, from, m->at));
    case MEMBER_INT64:
        return put_number(p, *OF(int64_t, from, m->at));
    case MEMBER_INT:
        return put_number(p, *OF(int, from, m->at));
    case MEMBER_UNSIGNED:
    case MEMBER_ENUM:
        return put_number(p, *OF(unsigned, from, m->at));
    case MEMBER_WORD:
        return put_text(p, slice_of(m->words[*OF(unsigned, from, m->at)]));
    case MEMBER_BOOL:
        return *OF(bool, from, m->at) ? packed_simple(p, NODE_TRUE) : NULL;
    case MEMBER_FLAG:
        return packed_simple(p, *OF(bool, from, m->at) ? NODE_TRUE : NODE_FALSE);
    case MEMBER_FIXED:
        return packed_number(p, m->max);
    case MEMBER_NODE:
        return put_node(p, node_bytes(OF(const struct node *, from, m->at)));
    case MEMBER_STRUCT:
        p = put_struct(p, m->of, OF(char, from, m->at), &n);
        return n ? p : NULL;
    case MEMBER_STRUCTS:
    case MEMBER_TEXTS:
        break;
    }
    return put_list(p, m, from);
}

static unsigned char *put_members(unsigned char *p, const struct codec *c, const void *from, unsigned *n)
{
    *n = 0;
    for (unsigned i = 0; i < c->n; i++) {
        const struct member *m = &c->members[i];
        unsigned char *end = put(p + (m->number ? 1 : 1 + m->key.n), m, from);

        if (!end)
            continue;
        *p = m->number;
        if (!m->number)
            (void)packed_name(p, m->key, 0);
        p = end;
        ++*n;
    }
    return p;
}

void codec_put(struct node *o, const struct codec *c, const void *from)
{
    unsigned char *p = o ? arena_raw(o->arena, room(c, from)) : NULL;
    struct node *run = p ? node_object(o->arena) : NULL;

    if (!run)
        return;
    run->packed = slice_make((const char *)p, (size_t)(put_members(p, c, from, &run->members) - p));
    if (run->members)
        node_add(o, run);
}

void codec_pack(struct buf *b, const struct codec *c, const void *from)
{
    size_t before = b->n;
    unsigned char *p = (unsigned char *)buf_more(b, 1 + room(c, from));
    unsigned n;

    if (!p)
        return;
    *p = PACKED;
    p = put_struct(p + 1, c, from, &n);
    *p = '\0';
    b->n = before + (size_t)(p - (unsigned char *)(b->p + before));
}

/* --- reading --- */

static bool get_number(const struct node *v, const struct member *m, void *to)
{
    int64_t n = v && v->kind == NODE_NUMBER ? v->number : 0;
    bool fits = !v || v->kind == NODE_NUMBER;

    if (m->type == MEMBER_INT64) {
        *AT(int64_t, to, m->at) = n;
    } else if (m->type == MEMBER_INT) {
        fits = fits && n >= INT_MIN && n <= INT_MAX;
        *AT(int, to, m->at) = fits ? (int)n : 0;
    } else {
        fits = fits && n >= 0 && n <= UINT_MAX && (m->type == MEMBER_UNSIGNED || n < m->max);
        *AT(unsigned, to, m->at) = fits ? (unsigned)n : 0;
    }
    return fits;
}

static bool get_word(const struct node *v, const struct member *m, void *to)
{
    *AT(unsigned, to, m->at) = 0;
    for (unsigned i = 0; v && i < m->max; i++)
        if (v->kind == NODE_TEXT && m->words[i] && slice_is(v->text, m->words[i])) {
            *AT(unsigned, to, m->at) = i;
            return true;
        }
    return !v;
}

static bool get_structs(const struct node *v, const struct member *m, void *to)
{
    unsigned *n = AT(unsigned, to, m->count);
    bool ok = !v || v->kind == NODE_LIST;

    *n = 0;
    for (const struct node *one = ok ? node_first(v) : NULL; one && *n < m->max; one = one->next)
        ok = codec_get(one, m->of, AT(char, to, m->at + (*n)++ * m->of->size)) && ok;
    return ok;
}

static bool get_texts(const struct node *v, const struct member *m, void *to)
{
    struct slice *all = AT(struct slice, to, m->at);
    unsigned *n = AT(unsigned, to, m->count);
    bool ok = !v || v->kind == NODE_LIST;

    *n = 0;
    for (const struct node *one = ok ? node_first(v) : NULL; one && *n < m->max; one = one->next) {
        ok = ok && one->kind == NODE_TEXT;
        all[(*n)++] = one->text;
    }
    return ok;
}

static bool get(const struct node *v, const struct member *m, void *to)
{
    switch (m->type) {
    case MEMBER_TEXT:
        *AT(struct slice, to, m->at) = v && v->kind == NODE_TEXT ? v->text : slice_make("", 0);
        return !v || v->kind == NODE_TEXT;
    case MEMBER_NODE:
        *AT(const struct node *, to, m->at) = v;
        return true;
    case MEMBER_FIXED:
        return v && v->kind == NODE_NUMBER && v->number == m->max;
    case MEMBER_BOOL:
    case MEMBER_FLAG:
        *AT(bool, to, m->at) = v && v->kind == NODE_TRUE;
        return !v || v->kind == NODE_TRUE || v->kind == NODE_FALSE;
    case MEMBER_WORD:
        return get_word(v, m, to);
    case MEMBER_STRUCT:
        return codec_get(v, m->of, AT(char, to, m->at));
    case MEMBER_STRUCTS:
        return get_structs(v, m, to);
    case MEMBER_TEXTS:
        return get_texts(v, m, to);
    default:
        return get_number(v, m, to);
    }
}

bool codec_get(const struct node *object, const struct codec *c, void *to)
{
    bool ok = !object || object->kind == NODE_OBJECT;
    unsigned next = 0; /* members stand in the order of the table: the one that comes is hardly ever far */

    for (unsigned i = 0; i < c->n; i++)
        (void)get(NULL, &c->members[i], to);
    for (const struct node *v = ok ? node_first(object) : NULL; v; v = v->next)
        for (unsigned k = 0; k < c->n; k++) {
            unsigned i = (next + k) % c->n;

            if (!slice_eq(v->key, c->members[i].key))
                continue;
            ok = get(v->kind == NODE_NULL ? NULL : v, &c->members[i], to) && ok;
            next = i + 1;
            break;
        }
    return ok;
}

/* They stand in the order of the table: the one that comes is hardly ever far from `next`. */
static const struct member *member_of(const struct codec *c, unsigned *next, unsigned number,
                                      struct slice letters)
{
    for (unsigned k = 0; k < c->n; k++) {
        unsigned i = *next + k < c->n ? *next + k : *next + k - c->n;
        const struct member *m = &c->members[i];

        if (number ? m->number != number : !slice_eq(m->key, letters))
            continue;
        *next = i + 1 < c->n ? i + 1 : 0;
        return m;
    }
    return NULL;
}

/* m: NULL is passed over. */
static bool take_member(struct packed_reader *r, const struct member *m, void *to)
{
    struct node seen = { .kind = NODE_NULL };
    struct node *v = m && m->type == MEMBER_NODE ? ARENA_NEW(r->arena, struct node) : &seen;

    return v && packed_take(r, v) && (!m || get(v->kind == NODE_NULL ? NULL : v, m, to));
}

static bool take_structs(struct packed_reader *r, const struct member *m, void *to)
{
    unsigned *have = AT(unsigned, to, m->count);
    size_t n;

    *have = 0;
    if (!packed_take_list(r, &n))
        return false;
    for (bool good; n; n--) {
        void *item = AT(char, to, m->at + *have * m->of->size);

        if (*have < m->max) {
            memset(item, 0, m->of->size);
            good = codec_unpack(r, m->of, item);
            ++*have;
        } else {
            good = take_member(r, NULL, to);
        }
        if (!good)
            return false;
    }
    return true;
}

static bool take(struct packed_reader *r, const struct member *m, void *to)
{
    if (m && m->type == MEMBER_TEXT)
        return packed_take_text(r, AT(struct slice, to, m->at));
    if (m && m->type == MEMBER_STRUCT)
        return codec_unpack(r, m->of, AT(char, to, m->at));
    return m && m->type == MEMBER_STRUCTS ? take_structs(r, m, to) : take_member(r, m, to);
}

bool codec_unpack(struct packed_reader *r, const struct codec *c, void *to)
{
    unsigned next = 0, number;
    struct slice letters;
    size_t n;

    if (!packed_take_object(r, &n))
        return false;
    for (; n; n--) {
        if (!packed_take_name(r, &number, &letters) || !take(r, member_of(c, &next, number, letters), to))
            return false;
    }
    return true;
}
