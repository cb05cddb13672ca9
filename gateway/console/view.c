/* view.c - see view.h. */
#include "gateway/console/view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/console/www.h"
#include "parsers/query.h"
#include "parsers/text.h"

enum {
    SCOPES = 12,
    SCRATCH = 256 * 1024,
};

struct drawing {
    struct buf *out;
    const struct view_look *look;
    const struct node *scope[SCOPES];
    unsigned depth, within; /* within: templates in templates */
    struct arena scratch;
};

static void escape(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            buf_str(b, "&amp;");
            break;
        case '<':
            buf_str(b, "&lt;");
            break;
        case '>':
            buf_str(b, "&gt;");
            break;
        case '"':
            buf_str(b, "&quot;");
            break;
        case '\'':
            buf_str(b, "&#39;");
            break;
        default:
            buf_char(b, s.p[i]);
        }
    }
}

/* --- values --- */

static const struct node *find_in(const struct node *o, struct slice name)
{
    while (o && name.n) {
        struct slice part = slice_cut(&name, '.');

        o = o->kind == NODE_OBJECT ? node_get_named(o, part) : NULL;
    }
    return o;
}

static const struct node *find(const struct drawing *d, struct slice name)
{
    if (slice_is(name, "."))
        return d->depth ? d->scope[d->depth - 1] : NULL;
    for (unsigned i = d->depth; i > 0; i--) {
        const struct node *o = find_in(d->scope[i - 1], name);

        if (o)
            return o;
    }
    return NULL;
}

static bool is_something(const struct node *o)
{
    switch (o ? o->kind : NODE_NULL) {
    case NODE_TRUE:
    case NODE_OBJECT:
        return true;
    case NODE_NUMBER:
        return o->number != 0;
    case NODE_TEXT:
        return o->text.n > 0;
    case NODE_LIST:
        return o->first != NULL;
    default:
        return false;
    }
}

static struct slice text_of(struct drawing *d, const struct node *o)
{
    if (o && o->kind == NODE_TEXT)
        return o->text;
    if (o && o->kind == NODE_NUMBER)
        return o->raw.n ? o->raw : arena_printf(&d->scratch, "%lld", (long long)o->number);
    return S("");
}

/* --- figures and moments --- */

static void put_grouped(struct buf *b, struct slice digits)
{
    if (slice_starts(digits, "-")) {
        buf_str(b, "−");
        digits = slice_skip(digits, 1);
    }
    if (!slice_all_digits(digits)) { /* a fraction: 12.5 is 12,5 */
        for (size_t i = 0; i < digits.n; i++)
            buf_char(b, digits.p[i] == '.' ? ',' : digits.p[i]);
        return;
    }
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0)
            buf_char(b, '.');
        buf_char(b, digits.p[i]);
    }
}

static bool moment_of(const struct node *o, int64_t *ms)
{
    if (o && o->kind == NODE_NUMBER) {
        *ms = o->number;
        return o->number != 0;
    }
    return o && o->kind == NODE_TEXT && o->text.n && text_rfc3339(o->text, ms);
}

static struct slice text_for(const struct view_look *look, struct slice key)
{
    struct slice text = key;

    (void)catalogue_find(look->texts, key, &text);
    return text;
}

static void broken_down(int64_t ms, int offset_min, struct tm *tm)
{
    time_t at = (time_t)(ms / 1000 + (int64_t)offset_min * 60);

    gmtime_r(&at, tm);
}

struct slice view_moment(struct arena *a, const struct view_look *look, int64_t ms)
{
    char key[24];
    struct tm tm, now;
    struct slice month;

    broken_down(ms, look->utc_offset_min, &tm);
    broken_down(look->now_ms, look->utc_offset_min, &now);
    snprintf(key, sizeof key, "bulan.%d", tm.tm_mon + 1);
    month = text_for(look, slice_of(key));
    if (tm.tm_year != now.tm_year)
        return arena_printf(a, "%d %.*s %d %02d.%02d", tm.tm_mday, SLICE_ARG(month), tm.tm_year + 1900,
                            tm.tm_hour, tm.tm_min);
    return arena_printf(a, "%d %.*s %02d.%02d", tm.tm_mday, SLICE_ARG(month), tm.tm_hour, tm.tm_min);
}

static struct slice how_long(struct drawing *d, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *key;
    } units[] = { { INT64_C(86400000), "lama.hari" }, { 3600000, "lama.jam" }, { 60000, "lama.menit" } };
    int64_t away = d->look->now_ms - ms, n = away < 0 ? -away : away;

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (n >= units[i].ms) {
            struct slice unit = text_for(d->look, slice_of(units[i].key));
            struct slice way = text_for(d->look, away < 0 ? S("lama.lagi") : S("lama.lalu"));

            return arena_printf(&d->scratch, "%lld %.*s %.*s", (long long)(n / units[i].ms), SLICE_ARG(unit),
                                SLICE_ARG(way));
        }
    return text_for(d->look, S("lama.baru"));
}

static void put_moment(struct drawing *d, const struct node *o, bool relative)
{
    int64_t ms;
    struct slice moment, ago;
    char iso[32];
    struct tm tm;

    if (!moment_of(o, &ms)) {
        escape(d->out, text_of(d, o));
        return;
    }
    broken_down(ms, 0, &tm);
    if (!strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm))
        iso[0] = '\0';
    moment = view_moment(&d->scratch, d->look, ms);
    ago = how_long(d, ms);
    buf_printf(d->out, "<time datetime=\"%s\" title=\"", iso);
    escape(d->out, relative ? moment : ago);
    buf_str(d->out, "\">");
    escape(d->out, relative ? ago : moment);
    buf_str(d->out, "</time>");
}

/* --- texts --- */

static void put_text(struct drawing *d, struct slice key)
{
    size_t at = slice_find(key, '@');
    struct slice value = S(""), text;

    if (at != (size_t)-1) {
        value = text_of(d, find(d, slice_skip(key, at + 1)));
        key = arena_printf(&d->scratch, "%.*s%.*s", (int)at, key.p, SLICE_ARG(value));
    }
    if (!catalogue_find(d->look->texts, key, &text)) {
        escape(d->out, at == (size_t)-1 ? key : value);
        return;
    }
    while (text.n) {
        size_t open = slice_find(text, '{'), close;
        struct slice inner;

        escape(d->out, slice_take(text, open == (size_t)-1 ? text.n : open));
        if (open == (size_t)-1)
            return;
        text = slice_skip(text, open + 1);
        close = slice_find(text, '}');
        if (close == (size_t)-1)
            return;
        inner = slice_take(text, close);
        text = slice_skip(text, close + 1);
        {
            const struct node *o = find(d, inner);

            if (o && o->kind == NODE_NUMBER)
                put_grouped(d->out, text_of(d, o));
            else
                escape(d->out, text_of(d, o));
        }
    }
}

/* --- tags --- */

static void draw(struct drawing *, struct slice);

/* Behind the tag that closes `name`; *inside is what stands between. */
static struct slice section(struct slice rest, struct slice name, struct slice *inside)
{
    struct slice from = rest;
    unsigned open = 1;

    for (;;) {
        size_t at = slice_find(rest, '{'), end;
        struct slice tag;

        if (at == (size_t)-1) {
            *inside = from;
            return S("");
        }
        rest = slice_skip(rest, at + 1);
        if (!slice_starts(rest, "{"))
            continue;
        rest = slice_skip(rest, 1);
        end = slice_find(rest, '}');
        if (end == (size_t)-1)
            continue;
        tag = slice_take(rest, end);
        rest = slice_skip(rest, end + 2);
        if (tag.n < 2 || !slice_eq(slice_skip(tag, 1), name))
            continue;
        if (tag.p[0] == '#' || tag.p[0] == '^')
            open++;
        else if (tag.p[0] == '/' && --open == 0) {
            *inside = slice_take(from, (size_t)(tag.p - 2 - from.p));
            return rest;
        }
    }
}

static void draw_in(struct drawing *d, const struct node *o, struct slice inside)
{
    if (o && (o->kind == NODE_OBJECT || o->kind == NODE_TEXT || o->kind == NODE_NUMBER) &&
        d->depth < SCOPES) {
        d->scope[d->depth++] = o;
        draw(d, inside);
        d->depth--;
    } else {
        draw(d, inside);
    }
}

static void draw_section(struct drawing *d, const struct node *o, struct slice inside, bool inverted)
{
    if (inverted) {
        if (!is_something(o))
            draw(d, inside);
        return;
    }
    if (!is_something(o))
        return;
    if (o->kind == NODE_LIST)
        for (const struct node *i = o->first; i; i = i->next)
            draw_in(d, i, inside);
    else if (o->kind == NODE_OBJECT)
        draw_in(d, o, inside);
    else
        draw(d, inside);
}

static void draw_template(struct drawing *d, struct slice name)
{
    struct slice file = arena_printf(&d->scratch, "%.*s.html", SLICE_ARG(name));
    struct slice text = www_file(file.p);

    if (d->within >= SCOPES || !text.n) {
        buf_printf(d->out, "<!-- no template %.*s -->", SLICE_ARG(name));
        return;
    }
    d->within++;
    draw(d, text);
    d->within--;
}

static void put_url(struct drawing *d, struct slice s)
{
    query_escape(d->out, s); /* leaves nothing that HTML would read */
}

static void draw_tag(struct drawing *d, struct slice tag)
{
    struct slice name = slice_skip(tag, 2);

    if (tag.n > 2 && tag.p[1] == ':') {
        switch (tag.p[0]) {
        case 't':
            put_text(d, name);
            return;
        case 'u':
            put_url(d, text_of(d, find(d, name)));
            return;
        case 'n':
            put_grouped(d->out, text_of(d, find(d, name)));
            return;
        case 'd':
        case 'r':
            put_moment(d, find(d, name), tag.p[0] == 'r');
            return;
        case 'a':
            buf_str(d->out, www_asset_name(arena_copy(&d->scratch, name).p).text);
            return;
        default:
            break;
        }
    }
    if (tag.n && tag.p[0] == '>')
        draw_template(d, slice_skip(tag, 1));
    else
        escape(d->out, text_of(d, find(d, tag)));
}

static void draw(struct drawing *d, struct slice rest)
{
    while (rest.n) {
        const char *open = memmem(rest.p, rest.n, "{{", 2);
        const char *close = open ? memmem(open, rest.n - (size_t)(open - rest.p), "}}", 2) : NULL;
        struct slice tag, inside;

        if (!close) {
            buf_add(d->out, rest);
            return;
        }
        buf_add(d->out, slice_make(rest.p, (size_t)(open - rest.p)));
        tag = slice_make(open + 2, (size_t)(close - open - 2));
        rest = slice_skip(rest, (size_t)(close + 2 - rest.p));
        if (tag.n && (tag.p[0] == '#' || tag.p[0] == '^')) {
            struct slice name = slice_skip(tag, 1);

            rest = section(rest, name, &inside);
            draw_section(d, find(d, name), inside, tag.p[0] == '^');
        } else {
            draw_tag(d, tag);
        }
    }
}

void view_render_text(struct buf *out, struct slice text, const struct node *values,
                      const struct node *around, const struct view_look *look)
{
    struct drawing d = { .out = out, .look = look, .depth = 2, .scope = { around, values } };

    arena_init(&d.scratch, SCRATCH * 16);
    draw(&d, text);
    arena_free(&d.scratch);
}

void view_render(struct buf *out, const char *name, const struct node *values, const struct node *around,
                 const struct view_look *look)
{
    char file[64];

    snprintf(file, sizeof file, "%s.html", name);
    view_render_text(out, www_file(file), values, around, look);
}
