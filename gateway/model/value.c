/* value.c - canonical values: making, comparing, printing.  See value.h. */
#include "gateway/model/value.h"

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

static void list_json(struct buf *out, const struct value *v)
{
    buf_char(out, '[');
    for (unsigned i = 0; i < v->n; i++) {
        if (i)
            buf_char(out, ',');
        buf_json(out, v->items[i]);
    }
    buf_char(out, ']');
}

static void counts_json(struct buf *out, const struct value *v)
{
    buf_char(out, '{');
    for (unsigned i = 0; i < v->n; i++) {
        if (i)
            buf_char(out, ',');
        buf_json(out, v->items[i]);
        buf_char(out, ':');
        number_print(out, v->counts[i], '.');
    }
    buf_char(out, '}');
}

void value_json(struct buf *out, const struct value *v)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        buf_str(out, "null");
        break;
    case VALUE_TEXT:
        buf_json(out, v->text);
        break;
    case VALUE_NUMBER:
        number_print(out, v->milli, '.');
        break;
    case VALUE_LIST:
        list_json(out, v);
        break;
    case VALUE_COUNTS:
        counts_json(out, v);
        break;
    }
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
