/* template.c - see template.h. */
#include "parsers/template.h"

#include "parsers/query.h"
#include "parsers/utf8.h"

bool template_escape_of(struct slice type, enum template_escape *out)
{
    static const struct {
        const char *end;
        enum template_escape escape;
    } kinds[] = {
        { "/x-www-form-urlencoded", TEMPLATE_URL },
        { "/json", TEMPLATE_JSON },
        { "+json", TEMPLATE_JSON },
        { "/xml", TEMPLATE_XML },
        { "+xml", TEMPLATE_XML },
        { "text/plain", TEMPLATE_PLAIN },
    };
    struct slice kind = slice_trim(slice_cut(&type, ';'));

    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (slice_ends(kind, kinds[i].end)) {
            *out = kinds[i].escape;
            return true;
        }
    return false;
}

/* Cuts the text before the next placeholder off *rest, and the placeholder: its word, empty at the end. */
static struct slice next_literal(struct slice *rest, struct slice *word)
{
    struct slice all = *rest;

    for (size_t i = 0; i < all.n; i++) {
        size_t end = i + 1;

        if (all.p[i] != '{')
            continue;
        while (end < all.n && ((all.p[end] >= 'a' && all.p[end] <= 'z') || all.p[end] == '_'))
            end++;
        if (end == i + 1 || end == all.n || all.p[end] != '}')
            continue;
        *word = slice_make(all.p + i + 1, end - i - 1);
        *rest = slice_skip(all, end + 1);
        return slice_take(all, i);
    }
    *word = slice_make("", 0);
    *rest = slice_make("", 0);
    return all;
}

/* buf_json without its quotes. */
static void add_json(struct buf *b, struct slice s)
{
    struct buf quoted;

    buf_init(&quoted, 6 * s.n + 3);
    buf_json(&quoted, s);
    if (quoted.n >= 2)
        buf_add(b, slice_make(quoted.p + 1, quoted.n - 2));
    b->failed |= quoted.failed;
    b->starved |= quoted.starved;
    buf_free(&quoted);
}

static void add_xml(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '&')
            buf_str(b, "&amp;");
        else if (c == '<')
            buf_str(b, "&lt;");
        else if (c == '>')
            buf_str(b, "&gt;");
        else if (c == '"')
            buf_str(b, "&quot;");
        else if (c == '\'')
            buf_str(b, "&apos;");
        else /* XML knows no control characters */
            buf_char(b, (unsigned char)c < 0x20 && c != '\n' && c != '\t' ? ' ' : c);
    }
}

static void add_plain(struct buf *b, struct slice s, bool line)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        buf_char(b, (c < 0x20 && (line || c != '\n')) || c == 0x7F ? ' ' : (char)c);
    }
}

static void add_escaped(struct buf *b, struct slice s, enum template_escape escape)
{
    switch (escape) {
    case TEMPLATE_URL:
        query_escape(b, s);
        break;
    case TEMPLATE_JSON:
        add_json(b, s);
        break;
    case TEMPLATE_XML:
        add_xml(b, s);
        break;
    case TEMPLATE_PLAIN:
    case TEMPLATE_LINE:
        add_plain(b, s, escape == TEMPLATE_LINE);
        break;
    }
}

void template_fill(struct buf *b, struct slice text, enum template_escape escape,
                   const struct template_value *values)
{
    while (text.n) {
        struct slice word;

        buf_add(b, next_literal(&text, &word));
        for (const struct template_value *v = values; word.n && v->name; v++)
            if (slice_is(word, v->name))
                add_escaped(b, v->value, escape);
    }
}

bool template_unknown(struct slice text, const char *const *words, struct slice *word)
{
    while (text.n) {
        const char *const *known = words;

        next_literal(&text, word);
        while (word->n && *known && !slice_is(*word, *known))
            known++;
        if (word->n && !*known)
            return true;
    }
    return false;
}

bool template_has(struct slice text, const char *wanted)
{
    while (text.n) {
        struct slice word;

        next_literal(&text, &word);
        if (slice_is(word, wanted))
            return true;
    }
    return false;
}
