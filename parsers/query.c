/* query.c - see query.h. */
#include "parsers/query.h"

#include <jansson.h>
#include <string.h>

#include "parsers/json.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct slice query_unescape(struct slice s, bool plus, struct arena *a)
{
    char *out = arena_raw(a, s.n + 1);
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
            out[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
            i += 2;
        } else {
            out[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    out[n] = '\0';
    return slice_make(out, n);
}

static void add(struct params *f, struct slice name, struct slice value)
{
    if (f->n < PARAMS_MAX)
        f->item[f->n++] = (struct param){ .name = name, .value = value };
}

void params_add_query(struct params *f, struct slice s, struct arena *a)
{
    while (s.n && f->n < PARAMS_MAX) {
        struct slice pair = slice_cut(&s, '&');
        struct slice name = slice_cut(&pair, '=');

        if (name.n)
            add(f, query_unescape(name, true, a), query_unescape(pair, true, a));
    }
}

bool params_contradict(const struct params *f, unsigned from)
{
    for (unsigned i = from; i < f->n; i++)
        for (unsigned k = from; k < i; k++)
            if (slice_eq(f->item[i].name, f->item[k].name) && !slice_eq(f->item[i].value, f->item[k].value))
                return true;
    return false;
}

enum {
    NESTING = 4,
};

static void add_members(struct params *f, json_t *object, const char *prefix, unsigned depth, struct arena *a)
{
    json_t *value;
    const char *name;

    json_object_foreach(object, name, value)
    {
        struct slice full = arena_printf(a, "%s%s", prefix, name), text;

        if (json_is_object(value) && depth < NESTING) {
            add_members(f, value, arena_printf(a, "%s.", full.p).p, depth + 1, a);
            continue;
        }
        if (json_is_string(value))
            text = arena_copy(a, slice_make(json_string_value(value), json_string_length(value)));
        else if (json_is_integer(value))
            text = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_real(value))
            text = arena_printf(a, "%.15g", json_real_value(value));
        else if (json_is_boolean(value))
            text = slice_of(json_is_true(value) ? "true" : "false");
        else
            continue;
        add(f, full, text);
    }
}

int params_add_json(struct params *f, struct slice s, struct arena *a, struct err *e)
{
    int line = 1;
    json_t *root = (json_t *)json_read(s, a, NULL, &line);
    bool object = json_is_object(root);

    if (object)
        add_members(f, root, "", 0, a);
    json_decref(root);
    return object ? 0 : err_set(e, "body: no JSON object (line %d)", line);
}

int params_add_json_item(struct params *f, struct slice s, const char *list, unsigned item, struct arena *a)
{
    struct slice *each = NULL;
    int n = json_items(s, slice_of(list), a, &each);

    return n > 0 && item < (unsigned)n ? params_add_json(f, each[item], a, NULL) : -1;
}

const struct param *params_find(const struct params *f, const char *const *names)
{
    for (; *names; names++)
        for (unsigned i = 0; i < f->n; i++)
            if (slice_is(f->item[i].name, *names))
                return &f->item[i];
    return NULL;
}

struct slice params_get(const struct params *f, const char *const *names)
{
    const struct param *found = params_find(f, names);

    return found ? found->value : slice_make("", 0);
}

void query_escape(struct buf *b, struct slice s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
            c == '.' || c == '_' || c == '~') {
            buf_char(b, (char)c);
        } else {
            char esc[3] = { '%', digits[c >> 4], digits[c & 15] };

            buf_add(b, slice_make(esc, sizeof esc));
        }
    }
}

void query_pair(struct buf *b, const char *name, struct slice value)
{
    if (b->n)
        buf_char(b, '&');
    buf_str(b, name);
    buf_char(b, '=');
    query_escape(b, value);
}
