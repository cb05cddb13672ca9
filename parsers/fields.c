/* fields.c - see fields.h. */
#include "parsers/fields.h"

#include <expat.h>
#include <jansson.h>
#include <string.h>

#include "parsers/json.h"
#include "parsers/utf8.h"

enum {
    XML_DEPTH = 16,
    XML_LEAVES = 1024,
    XML_PATH = 512,
};

struct leaf {
    struct slice path, value;
    struct leaf *next;
};

struct fields_xml {
    struct arena *arena;
    XML_Parser parser;
    struct leaf *leaves;
    unsigned leaves_n, depth;
    struct {
        size_t path_n; /* of the path up to here */
        struct buf text;
    } level[XML_DEPTH];
    char path[XML_PATH];
    size_t path_n;
    bool broken;
};

/* --- XML --- */

static void stop(struct fields_xml *x)
{
    x->broken = true;
    XML_StopParser(x->parser, XML_FALSE);
}

static void add_leaf(struct fields_xml *x, struct slice path, struct slice value)
{
    struct leaf *l = ARENA_NEW(x->arena, struct leaf);

    if (!l || ++x->leaves_n > XML_LEAVES) {
        stop(x);
        return;
    }
    l->path = arena_copy(x->arena, path);
    l->value = arena_copy(x->arena, value);
    l->next = x->leaves;
    x->leaves = l;
}

/* A prefix ("ns:sms") is left out: only the name counts. */
static bool push(struct fields_xml *x, const char *mark, const char *name)
{
    const char *local = strrchr(name, ':');
    size_t n = strlen(local ? local + 1 : name), m = strlen(mark);

    if (x->path_n + m + n >= sizeof x->path)
        return false;
    memcpy(x->path + x->path_n, mark, m);
    memcpy(x->path + x->path_n + m, local ? local + 1 : name, n);
    x->path_n += m + n;
    return true;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct fields_xml *x = arg;
    size_t here;

    if (x->depth == XML_DEPTH) {
        stop(x);
        return;
    }
    x->level[x->depth].path_n = x->path_n;
    buf_init(&x->level[x->depth++].text, 65536);
    if (!push(x, "/", name)) {
        stop(x);
        return;
    }
    here = x->path_n;
    for (; *attributes; attributes += 2) {
        if (push(x, "/@", attributes[0]))
            add_leaf(x, slice_make(x->path, x->path_n), slice_of(attributes[1]));
        x->path_n = here;
    }
}

static void on_end(void *arg, const XML_Char *name)
{
    struct fields_xml *x = arg;

    (void)name;
    if (x->depth == 0)
        return;
    add_leaf(x, slice_make(x->path, x->path_n), buf_slice(&x->level[--x->depth].text));
    buf_free(&x->level[x->depth].text);
    x->path_n = x->level[x->depth].path_n;
}

static void on_text(void *arg, const XML_Char *text, int n)
{
    struct fields_xml *x = arg;

    if (x->depth)
        buf_add(&x->level[x->depth - 1].text, slice_make(text, (size_t)n));
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                       int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(arg);
}

/* UTF-16 says so by its first two bytes; all else is UTF-8, or Latin-1 where it is not, whatever it declares.
 */
static bool is_utf16(struct slice s)
{
    return s.n >= 2 && (memcmp(s.p, "\xFE\xFF", 2) == 0 || memcmp(s.p, "\xFF\xFE", 2) == 0);
}

static int read_xml(struct fields *f, struct slice body)
{
    struct fields_xml *x = ARENA_NEW(f->arena, struct fields_xml);
    bool utf16 = is_utf16(body);

    if (!x)
        return -1;
    if (!utf16)
        body = utf8_clean(body, f->arena, &f->broken);
    f->xml = x;
    x->arena = f->arena;
    x->parser = XML_ParserCreate(utf16 ? NULL : "UTF-8");
    if (!x->parser)
        return -1;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    if (XML_Parse(x->parser, body.p, (int)body.n, 1) != XML_STATUS_OK)
        x->broken = true;
    XML_ParserFree(x->parser);
    while (x->depth)
        buf_free(&x->level[--x->depth].text);
    return x->broken || f->arena->failed ? -1 : 0;
}

static bool get_xml(const struct fields_xml *x, struct slice path, struct slice *out)
{
    const struct leaf *found = NULL;

    for (const struct leaf *l = x ? x->leaves : NULL; l; l = l->next)
        if (slice_eq(l->path, path)) {
            if (found)
                return false;
            found = l;
        }
    if (found)
        *out = found->value;
    return found != NULL;
}

/* --- JSON --- */

static int read_json(struct fields *f, struct slice body)
{
    f->json = json_read(body, f->arena, &f->broken, NULL);
    return f->json ? 0 : -1;
}

/* One step of a pointer: ~1 is "/", ~0 is "~".  An item of a longer list is nobody's to pick. */
static json_t *member(json_t *at, struct slice token, struct arena *a)
{
    char *name = arena_alloc(a, token.n + 1);
    uint64_t index;
    size_t n = 0;

    if (json_is_array(at))
        return slice_to_u64(token, &index) && json_array_size(at) == 1 ? json_array_get(at, (size_t)index)
                                                                       : NULL;
    if (!name)
        return NULL;
    for (size_t i = 0; i < token.n; i++) {
        bool escaped =
            token.p[i] == '~' && i + 1 < token.n && (token.p[i + 1] == '0' || token.p[i + 1] == '1');

        name[n++] = !escaped ? token.p[i] : token.p[i + 1] == '0' ? '~' : '/';
        i += escaped;
    }
    return json_object_getn(at, name, n);
}

static json_t *at_pointer(const struct fields *f, json_t *at, struct slice pointer)
{
    if (pointer.n)
        pointer = slice_skip(pointer, 1);
    else
        return at;
    do
        at = member(at, slice_cut(&pointer, '/'), f->arena);
    while (at && pointer.n);
    return at;
}

static bool get_json(const struct fields *f, struct slice pointer, struct slice *out)
{
    json_t *v = at_pointer(f, (json_t *)f->json, pointer);

    if (json_is_string(v))
        *out = arena_copy(f->arena, slice_make(json_string_value(v), json_string_length(v)));
    else if (json_is_integer(v))
        *out = arena_printf(f->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        *out = arena_printf(f->arena, "%.15g", json_real_value(v));
    else if (json_is_boolean(v))
        *out = slice_of(json_is_true(v) ? "true" : "false");
    else
        return false;
    return true;
}

/* --- both --- */

enum fields_format fields_format_of(struct slice name, struct slice body)
{
    body = slice_trim(body);
    if (slice_is(name, "json") || (!name.n && body.n && (body.p[0] == '{' || body.p[0] == '[')))
        return FIELDS_JSON;
    if (slice_is(name, "xml") || (!name.n && body.n && body.p[0] == '<'))
        return FIELDS_XML;
    return FIELDS_FORM;
}

int fields_read(struct fields *f, enum fields_format format, struct slice query, struct slice body,
                struct arena *a)
{
    *f = (struct fields){ .arena = a };
    params_add_query(&f->params, query, a);
    if (format == FIELDS_JSON)
        return read_json(f, body);
    if (format == FIELDS_XML)
        return read_xml(f, body);
    params_add_query(&f->params, body, a);
    return 0;
}

void fields_free(struct fields *f)
{
    json_decref((json_t *)f->json);
    f->json = NULL;
}

bool fields_get(const struct fields *f, struct slice name, struct slice *out)
{
    const struct param *found = NULL;

    *out = slice_make("", 0);
    if (!name.n)
        return false;
    if (name.p[0] == '/')
        return f->xml ? get_xml(f->xml, name, out) : f->json && get_json(f, name, out);
    for (unsigned i = 0; i < f->params.n; i++)
        if (slice_eq(f->params.item[i].name, name)) {
            if (found && !slice_eq(found->value, f->params.item[i].value))
                return false;
            found = &f->params.item[i];
        }
    if (found)
        *out = found->value;
    return found != NULL;
}
