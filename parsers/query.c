/* query.c - see query.h. */
#include "parsers/query.h"

#include <jansson.h>
#include <string.h>

#include "parsers/utf8.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct slice unescape(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
            out[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
            i += 2;
        } else {
            out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
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
            add(f, unescape(name, a), unescape(pair, a));
    }
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

/* NULL when it is no JSON object. */
static json_t *load(struct slice s, struct arena *a, json_error_t *why)
{
    json_t *root;

    s = utf8_clean(s, a, NULL);
    root = json_loadb(s.n ? s.p : "", s.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, why);
    if (json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}

int params_add_json(struct params *f, struct slice s, struct arena *a, struct err *e)
{
    json_error_t why = { .line = 1 };
    json_t *root = load(s, a, &why);

    if (!root)
        return err_set(e, "body: no JSON object (line %d)", why.line);
    add_members(f, root, "", 0, a);
    json_decref(root);
    return 0;
}

int params_add_json_item(struct params *f, struct slice s, const char *list, unsigned item, struct arena *a)
{
    json_t *root = load(s, a, NULL), *one = json_array_get(json_object_get(root, list), item);
    int rc = json_is_object(one) ? 0 : -1;

    if (rc == 0)
        add_members(f, one, "", 0, a);
    json_decref(root);
    return rc;
}

unsigned params_json_items(struct slice s, const char *list, struct arena *a)
{
    json_t *root = load(s, a, NULL);
    size_t n = json_array_size(json_object_get(root, list));

    json_decref(root);
    return n < 1000 ? (unsigned)n : 1000;
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
