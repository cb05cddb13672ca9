/* yaml.c - the strict tree over libyaml's events.  See yaml.h. */
#include "gateway/conf/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "gateway/conf/plain.h"

enum {
    DEPTH = 16,
    FILE_MAX = 4 << 20
};

struct loader {
    yaml_parser_t parser;
    struct arena *arena;
    struct faults *faults;
    const char *file;
};

static struct mark mark_of(const struct loader *l, yaml_mark_t m)
{
    return (struct mark){ .file = l->file, .line = (unsigned)m.line + 1, .col = (unsigned)m.column + 1 };
}

static void syntax_fault(struct loader *l)
{
    static const struct {
        const char *libyaml, *hint;
    } hints[] = {
        { "mapping values are not allowed in this context", "a text with ': ' in it needs quotes" },
        { "found character that cannot start any token",
          "indent with blanks, never with a tab, and quote texts that "
          "begin with a special character" },
        { "found unexpected end of stream", "a quote that was opened is not closed" },
        { "could not find expected ':'", "a key needs ': ' behind it" },
        { "did not find expected key", "check the indentation of this line" },
    };
    const char *what = l->parser.problem ? l->parser.problem : "not YAML";

    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(what, hints[i].libyaml) == 0) {
            fault_add(l->faults, mark_of(l, l->parser.problem_mark), "%s: %s", what, hints[i].hint);
            goto context;
        }
    fault_add(l->faults, mark_of(l, l->parser.problem_mark), "%s", what);
context:
    if (l->parser.context && l->parser.context_mark.line != l->parser.problem_mark.line)
        fault_add(l->faults, mark_of(l, l->parser.context_mark), "%s, begun here", l->parser.context);
}

static bool next(struct loader *l, yaml_event_t *e)
{
    if (yaml_parser_parse(&l->parser, e))
        return true;
    syntax_fault(l);
    return false;
}

static struct yaml *node_new(struct loader *l, enum yaml_kind kind, yaml_mark_t at)
{
    struct yaml *n = ARENA_NEW(arena_scratch(l->arena), struct yaml);

    if (!n) {
        fault_add(l->faults, mark_of(l, at), "file too large: split it");
        return NULL;
    }
    n->kind = kind;
    n->mark = mark_of(l, at);
    return n;
}

static void append(struct yaml *parent, struct yaml **tail, struct yaml *child)
{
    if (*tail)
        (*tail)->next = child;
    else
        parent->first = child;
    *tail = child;
    parent->n++;
}

static bool plain(struct loader *l, const yaml_char_t *anchor, const yaml_char_t *tag, yaml_mark_t at)
{
    if (anchor)
        fault_add(l->faults, mark_of(l, at), "anchors are not used here: write the value out");
    else if (tag)
        fault_add(l->faults, mark_of(l, at), "tags are not used here: write the plain value");
    return !anchor && !tag;
}

static struct yaml *read_node(struct loader *l, yaml_event_t *e, unsigned depth);

static struct yaml *read_list(struct loader *l, yaml_mark_t at, unsigned depth)
{
    struct yaml *list = node_new(l, YAML_LIST, at), *tail = NULL;
    yaml_event_t e;

    while (list) {
        struct yaml *child;

        if (!next(l, &e))
            return NULL;
        if (e.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&e);
            return list;
        }
        child = read_node(l, &e, depth);
        if (!child)
            return NULL;
        append(list, &tail, child);
    }
    return NULL;
}

static bool is_double(struct loader *l, const struct yaml *map, struct slice key, struct mark at)
{
    YAML_EACH(c, map)
    if (slice_eq(c->key, key)) {
        fault_add(l->faults, at, "double key \"%.*s\", first at line %u: remove one", SLICE_ARG(key),
                  c->key_mark.line);
        return true;
    }
    return false;
}

static struct yaml *read_map(struct loader *l, yaml_mark_t at, unsigned depth)
{
    struct yaml *map = node_new(l, YAML_MAP, at), *tail = NULL;
    yaml_event_t e;

    while (map) {
        struct yaml *child;
        struct slice key;
        struct mark key_mark;

        if (!next(l, &e))
            return NULL;
        if (e.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&e);
            return map;
        }
        key_mark = mark_of(l, e.start_mark);
        if (e.type != YAML_SCALAR_EVENT) {
            fault_add(l->faults, key_mark, "a key must be a word");
            yaml_event_delete(&e);
            return NULL;
        }
        key = arena_copy(l->arena, slice_make((const char *)e.data.scalar.value, e.data.scalar.length));
        yaml_event_delete(&e);
        if (is_double(l, map, key, key_mark) || !next(l, &e))
            return NULL;
        child = read_node(l, &e, depth);
        if (!child)
            return NULL;
        child->key = key;
        child->key_mark = key_mark;
        append(map, &tail, child);
    }
    return NULL;
}

/* Takes over the event. */
static struct yaml *read_node(struct loader *l, yaml_event_t *e, unsigned depth)
{
    yaml_mark_t at = e->start_mark;
    yaml_event_type_t type = e->type;
    struct yaml *n = NULL;

    if (depth == DEPTH) {
        fault_add(l->faults, mark_of(l, at), "more than %d levels deep", DEPTH);
    } else if (type == YAML_ALIAS_EVENT) {
        fault_add(l->faults, mark_of(l, at), "aliases are not used here: write the value out");
    } else if (type == YAML_SCALAR_EVENT) {
        if (plain(l, e->data.scalar.anchor, e->data.scalar.tag, at) && (n = node_new(l, YAML_SCALAR, at))) {
            n->text =
                arena_copy(l->arena, slice_make((const char *)e->data.scalar.value, e->data.scalar.length));
            n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        }
    } else if (type == YAML_SEQUENCE_START_EVENT) {
        if (plain(l, e->data.sequence_start.anchor, e->data.sequence_start.tag, at))
            n = read_list(l, at, depth + 1);
    } else if (type == YAML_MAPPING_START_EVENT) {
        if (plain(l, e->data.mapping_start.anchor, e->data.mapping_start.tag, at))
            n = read_map(l, at, depth + 1);
    }
    yaml_event_delete(e);
    return n;
}

static struct yaml *read_document(struct loader *l)
{
    struct yaml *root = NULL;
    yaml_event_t e;
    bool more = true;

    while (more) {
        if (!next(l, &e))
            return NULL;
        if (e.type == YAML_STREAM_END_EVENT) {
            more = false;
        } else if (e.type == YAML_DOCUMENT_START_EVENT && root) {
            fault_add(l->faults, mark_of(l, e.start_mark), "a second document: one file, one document");
            yaml_event_delete(&e);
            return NULL;
        } else if (e.type != YAML_STREAM_START_EVENT && e.type != YAML_DOCUMENT_START_EVENT &&
                   e.type != YAML_DOCUMENT_END_EVENT) {
            root = read_node(l, &e, 0);
            if (!root)
                return NULL;
            continue; /* read_node took the event */
        }
        yaml_event_delete(&e);
    }
    return root ? root : node_new(l, YAML_MAP, (yaml_mark_t){ 0 });
}

struct yaml *yaml_parse(struct slice text, const char *name, struct arena *arena, struct faults *faults)
{
    struct loader l = { .arena = arena, .faults = faults };
    struct yaml *root;

    l.file = arena_str(arena, name).p;
    if (memchr(text.p ? text.p : "", '\0', text.n)) {
        fault_add(faults, (struct mark){ .file = l.file },
                  "a NUL byte in the file: save it as plain UTF-8 text");
        return NULL;
    }
    if (!yaml_parser_initialize(&l.parser))
        return NULL;
    yaml_parser_set_input_string(&l.parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
    root = read_document(&l);
    yaml_parser_delete(&l.parser);
    if (root && root->kind == YAML_SCALAR && root->text.n == 0) { /* a file of comments only */
        root->kind = YAML_MAP;
        root->mark = (struct mark){ .file = l.file, .line = 1, .col = 1 };
    }
    return root;
}

/* The whole file in the arena; false with a fault. */
static bool read_file(const char *path, struct arena *arena, struct faults *faults, struct slice *out)
{
    struct mark m = { .file = arena_str(arena, path).p };
    FILE *f = plain_open(path);
    char *p = arena_alloc(arena, FILE_MAX + 1);
    size_t n;

    if (!f) {
        fault_add(faults, m, "cannot be read: %s", plain_why(errno));
        return false;
    }
    n = p ? fread(p, 1, FILE_MAX + 1, f) : 0;
    if (!p || ferror(f) || n > FILE_MAX) {
        fault_add(faults, m, "%s", n > FILE_MAX ? "over 4 MiB: split it" : "cannot be read: is it a file?");
        fclose(f);
        return false;
    }
    fclose(f);
    *out = slice_make(p, n);
    return true;
}

struct yaml *yaml_load(const char *path, struct arena *arena, struct faults *faults)
{
    struct arena scratch;
    struct slice text;
    struct yaml *root = NULL;

    arena_init(&scratch, (size_t)FILE_MAX * 2);
    if (read_file(path, &scratch, faults, &text))
        root = yaml_parse(text, path, arena, faults);
    arena_free(&scratch);
    return root;
}

/* --- readers --- */

struct yaml *yaml_get(struct yaml *map, const char *key)
{
    YAML_EACH(c, map)
    if (slice_is(c->key, key)) {
        c->asked = true;
        return c;
    }
    return NULL;
}

struct yaml *yaml_need(struct yaml *map, const char *key, struct faults *faults)
{
    struct yaml *c = yaml_get(map, key);

    if (!c && map)
        fault_add(faults, map->mark, "\"%s\" is missing here", key);
    return c;
}

static struct yaml *get_scalar(struct yaml *map, const char *key, struct faults *faults)
{
    struct yaml *c = yaml_get(map, key);

    if (c && c->kind != YAML_SCALAR) {
        fault_add(faults, c->mark, "\"%s\" takes one value, not a list or map", key);
        return NULL;
    }
    return c;
}

struct slice yaml_text(struct yaml *map, const char *key, const char *fallback, struct faults *faults)
{
    struct yaml *c = get_scalar(map, key, faults);

    return c ? c->text : slice_of(fallback);
}

bool yaml_bool(struct yaml *map, const char *key, bool fallback, struct faults *faults)
{
    static const char *const yes[] = { "yes", "true", "on" }, *const no[] = { "no", "false", "off" };
    struct yaml *c = get_scalar(map, key, faults);

    if (!c)
        return fallback;
    for (int i = 0; i < 3; i++) {
        if (slice_is(c->text, yes[i]))
            return true;
        if (slice_is(c->text, no[i]))
            return false;
    }
    fault_add(faults, c->mark, "\"%s\" takes yes or no, not \"%.*s\"", key, SLICE_ARG(c->text));
    return fallback;
}

int64_t yaml_int(struct yaml *map, const char *key, int64_t fallback, int64_t min, int64_t max,
                 struct faults *faults)
{
    struct yaml *c = get_scalar(map, key, faults);
    int64_t v;

    if (!c)
        return fallback;
    if (!slice_to_i64(c->text, &v) || v < min || v > max) {
        fault_add(faults, c->mark, "\"%s\" takes a whole number from %lld to %lld, not \"%.*s\"", key,
                  (long long)min, (long long)max, SLICE_ARG(c->text));
        return fallback;
    }
    return v;
}

bool yaml_scalar_milli(const struct yaml *c, int64_t *out)
{
    struct slice whole = c->text, frac = S("");
    bool minus = slice_starts(whole, "-");
    size_t dot;
    int64_t v, f = 0;

    if (c->kind != YAML_SCALAR)
        return false;
    if (minus)
        whole = slice_skip(whole, 1);
    dot = slice_find(whole, '.');
    if (dot != (size_t)-1) {
        frac = slice_skip(whole, dot + 1);
        whole = slice_take(whole, dot);
        if (!slice_all_digits(frac) || frac.n > 3)
            return false;
    }
    if (!slice_all_digits(whole) || !slice_to_i64(whole, &v) || v > INT64_MAX / 2000)
        return false;
    if (frac.n && !slice_to_i64(frac, &f))
        return false;
    for (size_t i = frac.n; i < 3 && frac.n; i++)
        f *= 10;
    *out = (v * 1000 + f) * (minus ? -1 : 1);
    return true;
}

int64_t yaml_milli(struct yaml *map, const char *key, int64_t fallback, struct faults *faults)
{
    struct yaml *c = get_scalar(map, key, faults);
    int64_t v;

    if (!c)
        return fallback;
    if (!yaml_scalar_milli(c, &v)) {
        fault_add(faults, c->mark, "\"%s\" takes a number such as 9.2, not \"%.*s\"", key,
                  SLICE_ARG(c->text));
        return fallback;
    }
    return v;
}

struct slice *yaml_texts(struct yaml *map, const char *key, unsigned *n, struct arena *arena,
                         struct faults *faults)
{
    struct yaml *c = yaml_get(map, key);
    struct slice *out;

    *n = 0;
    if (!c)
        return NULL;
    if (c->kind == YAML_MAP) {
        fault_add(faults, c->mark, "\"%s\" takes a list of words", key);
        return NULL;
    }
    out = ARENA_ARRAY(arena, struct slice, c->n + 1);
    if (!out)
        return NULL;
    if (c->kind == YAML_SCALAR) {
        out[(*n)++] = c->text;
        return out;
    }
    YAML_EACH(item, c)
    {
        if (item->kind != YAML_SCALAR)
            fault_add(faults, item->mark, "\"%s\" takes plain words", key);
        else
            out[(*n)++] = item->text;
    }
    return out;
}

static struct yaml *get_kind(struct yaml *map, const char *key, enum yaml_kind kind, const char *what,
                             struct faults *faults)
{
    struct yaml *c = yaml_get(map, key);

    if (c && c->kind != kind) {
        fault_add(faults, c->mark, "\"%s\" takes a %s", key, what);
        return NULL;
    }
    return c;
}

struct yaml *yaml_map(struct yaml *map, const char *key, struct faults *faults)
{
    return get_kind(map, key, YAML_MAP, "map of keys", faults);
}

struct yaml *yaml_list(struct yaml *map, const char *key, struct faults *faults)
{
    return get_kind(map, key, YAML_LIST, "list", faults);
}

void yaml_done(const struct yaml *map, struct faults *faults)
{
    YAML_EACH(c, map)
    {
        const struct yaml *like = NULL;

        if (c->asked)
            continue;
        YAML_EACH(k, map)
        if (k->asked && slice_one_edit(k->key, c->key))
            like = k;
        if (like)
            fault_add(faults, c->key_mark, "unknown key \"%.*s\"; \"%.*s\" stands at line %u",
                      SLICE_ARG(c->key), SLICE_ARG(like->key), like->key_mark.line);
        else
            fault_add(faults, c->key_mark,
                      "unknown key \"%.*s\": remove it, or see the manual for the keys here",
                      SLICE_ARG(c->key));
    }
}
