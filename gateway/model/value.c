/* value.c - canonical values: making, comparing, printing.  See value.h. */
#include "gateway/model/value.h"

enum {
    NUMBER_MAX = 32,
};

struct value value_text(struct slice s)
{
    return (struct value){ .kind = VALUE_TEXT, .text = s };
}

struct value value_number(int64_t milli)
{
    return (struct value){ .kind = VALUE_NUMBER, .milli = milli };
}

static bool items_equal(const struct value *a, const struct value *b)
{
    if (a->n != b->n)
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        if (!slice_eq(a->items[i], b->items[i]))
            return false;
        if (a->kind == VALUE_COUNTS && a->counts[i] != b->counts[i])
            return false;
    }
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_ABSENT:
        return true;
    case VALUE_TEXT:
        return slice_eq(a->text, b->text);
    case VALUE_NUMBER:
        return a->milli == b->milli;
    case VALUE_LIST:
    case VALUE_COUNTS:
        return items_equal(a, b);
    }
    return false;
}

void number_print(struct buf *out, int64_t milli, char mark)
{
    uint64_t n = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    unsigned rest = (unsigned)(n % 1000);

    if (milli < 0)
        buf_char(out, '-');
    buf_i64(out, (int64_t)(n / 1000));
    if (rest == 0)
        return;
    buf_char(out, mark);
    for (unsigned digit = rest / 100; rest != 0; digit = rest / 100) {
        buf_char(out, (char)('0' + digit));
        rest = rest % 100 * 10;
    }
}

static struct node *node_of_number(struct arena *a, int64_t milli)
{
    struct buf b = { .cap = NUMBER_MAX };

    if (milli % 1000 == 0)
        return node_of_int(a, milli / 1000);
    b.p = arena_raw(a, NUMBER_MAX);
    if (!b.p)
        return NULL;
    number_print(&b, milli, '.');
    return node_of_raw(a, buf_slice(&b));
}

struct node *value_node(const struct value *v, struct arena *a)
{
    struct node *o = NULL;

    switch (v->kind) {
    case VALUE_ABSENT:
        break;
    case VALUE_TEXT:
        return node_of_text(a, v->text);
    case VALUE_NUMBER:
        return node_of_number(a, v->milli);
    case VALUE_LIST:
        o = node_list(a);
        for (unsigned i = 0; i < v->n; i++)
            node_add(o, node_of_text(a, v->items[i]));
        break;
    case VALUE_COUNTS:
        o = node_object(a);
        for (unsigned i = 0; i < v->n; i++)
            node_set_named(o, v->items[i], node_of_number(a, v->counts[i]));
        break;
    }
    return o;
}

void value_say(struct buf *out, const struct value *v)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        break;
    case VALUE_TEXT:
        buf_add(out, v->text);
        break;
    case VALUE_NUMBER:
        number_print(out, v->milli, ',');
        break;
    case VALUE_LIST:
    case VALUE_COUNTS:
        for (unsigned i = 0; i < v->n; i++) {
            if (i)
                buf_str(out, v->kind == VALUE_LIST ? ", " : " ");
            buf_add(out, v->items[i]);
            if (v->kind == VALUE_COUNTS && !slice_is(v->items[i], "nihil"))
                number_print(out, v->counts[i], ',');
        }
        break;
    }
}
