/* whose.c - see whose.h. */
#include "gateway/model/whose.h"

static bool among(const struct slice *all, unsigned n, struct slice s)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(all[i], s))
            return true;
    return false;
}

bool whose_nomor(const struct whose *w, struct slice nomor)
{
    return nomor.n && among(w->nomor, w->nomor_n, nomor);
}

bool whose_near(const struct whose *w, struct slice msisdn)
{
    return msisdn.n && among(w->near, w->near_n, msisdn);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_word(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool same_at(struct slice text, size_t at, struct slice word)
{
    for (size_t i = 0; i < word.n; i++)
        if (lower(text.p[at + i]) != lower(word.p[i]))
            return false;
    return true;
}

/* It stands there whole, whatever the case: "siti" is not in "Sitiawan". */
static bool says(struct slice text, struct slice word)
{
    for (size_t at = 0; word.n && at + word.n <= text.n; at++)
        if (same_at(text, at, word) && (at == 0 || !is_word(text.p[at - 1])) &&
            (at + word.n == text.n || !is_word(text.p[at + word.n])))
            return true;
    return false;
}

struct slice whose_digits(const struct whose *w)
{
    return slice_skip(w->msisdn, slice_starts(w->msisdn, "+62") ? 3 : 1);
}

/* +62812…, 62812…, 0812…: behind its country, or a zero. */
static bool says_telephone(struct slice text, struct slice digits)
{
    for (size_t at = 1; digits.n && at + digits.n <= text.n; at++)
        if (same_at(text, at, digits) && (at + digits.n == text.n || !is_word(text.p[at + digits.n])) &&
            (text.p[at - 1] == '0' || text.p[at - 1] == '2' || text.p[at - 1] == '+'))
            return true;
    return false;
}

bool whose_text(const struct whose *w, struct slice text, enum whose_name name)
{
    if (w->msisdn.n)
        return says_telephone(text, whose_digits(w));
    for (unsigned i = 0; i < w->nomor_n; i++)
        if (says(text, w->nomor[i]))
            return true;
    for (unsigned i = 0; name != WHOSE_NUMBER && i < w->names_n; i++)
        if (says(text, w->names[i]))
            return true;
    return false;
}

static bool is_scalar(const struct node *o)
{
    return o->kind != NODE_LIST && o->kind != NODE_OBJECT;
}

/* Says it of her by itself: not something in a list of it. */
static bool says_it(const struct whose *w, const struct node *o, enum whose_name name)
{
    if (o->kind == NODE_TEXT)
        return whose_text(w, o->text, name);
    if (o->kind != NODE_OBJECT)
        return false;
    for (const struct node *m = node_first(o); m; m = m->next)
        if (says_it(w, m, name))
            return true;
    return false;
}

bool whose_json(const struct whose *w, const struct node *o, enum whose_name name)
{
    if (!o || is_scalar(o))
        return o && says_it(w, o, name);
    for (const struct node *m = node_first(o); m; m = m->next)
        if (whose_json(w, m, name))
            return true;
    return false;
}

/* How far a name counts in a list's item: one that has another's number may be a namesake's. */
static enum whose_name in_item(const struct whose *w, const struct node *item, enum whose_name name)
{
    struct slice nomor = node_text(item, "nomor");

    return name == WHOSE_NAMELESS && nomor.n && !whose_nomor(w, nomor) ? WHOSE_NUMBER : name;
}

static struct node *without(const struct whose *w, const struct node *o, enum whose_name name,
                            struct arena *a)
{
    bool list = o->kind == NODE_LIST, number = w->msisdn.n > 0;
    struct node *left;

    if (is_scalar(o))
        return node_again(a, o);
    left = list ? node_list(a) : node_object(a);
    for (const struct node *m = node_first(o); m; m = m->next) {
        enum whose_name here = list ? in_item(w, m, name) : name;
        bool hers = says_it(w, m, here);
        struct node *fresh;

        if (hers && (list ? !number || is_scalar(m) : !number))
            continue;
        fresh = hers && is_scalar(m) ? node_of_text(a, S("")) : without(w, m, here, a);
        if (list)
            node_add(left, fresh);
        else
            node_set_named(left, m->key, fresh);
    }
    return left;
}

const struct node *whose_without(const struct whose *w, const struct node *object, enum whose_name name,
                                 struct arena *a)
{
    struct node *left;

    if (!whose_json(w, object, name))
        return NULL;
    left = without(w, object, name, a);
    return a->failed ? NULL : left;
}
