/* dialect.c - the list of dialects and what they share.  See dialect.h. */
#include "parsers/dialect.h"

#include <string.h>

#include "parsers/utf8.h"

extern const struct dialect dialect_emulator, dialect_kannel, dialect_africastalking;

static const struct dialect *const all[] = {
    &dialect_emulator,
    &dialect_kannel,
    &dialect_africastalking,
};

const struct dialect *dialect_by_name(struct slice name)
{
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (slice_is(name, all[i]->name))
            return all[i];
    return NULL;
}

struct slice dialect_header(const struct wire_request *r, const char *name)
{
    for (unsigned i = 0; i < r->headers_n; i++)
        if (slice_ieq(r->headers[i].name, slice_of(name)))
            return r->headers[i].value;
    return slice_make("", 0);
}

enum wire_rc dialect_params(const struct wire_request *r, struct arena *a, struct params *f)
{
    struct slice body = slice_trim(r->body);
    struct slice type = r->content_type;
    struct slice kind = slice_trim(slice_cut(&type, ';'));

    f->n = 0;
    params_add_query(f, r->query, a);
    if (!body.n)
        return WIRE_OK;
    if (slice_ieq(kind, S("application/json")) || (body.p[0] == '{' && body.p[body.n - 1] == '}'))
        return params_add_json(f, body, a, NULL) == 0 ? WIRE_OK : WIRE_BAD_SHAPE;
    params_add_query(f, r->body, a);
    return WIRE_OK;
}

struct slice dialect_text(struct slice raw, struct arena *a, struct inbound *in)
{
    return utf8_clean(raw, a, &in->text_was_broken);
}

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || (unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

struct slice dialect_charset(struct slice raw, struct slice charset, struct slice coding, struct arena *a,
                             struct inbound *in)
{
    static const char *const ucs2[] = { "UTF-16BE", "UTF-16", "UCS-2", "UCS2", "UCS-2BE", "UCS-2-BE" };
    static const char *const latin1[] = { "ISO-8859-1", "LATIN1", "LATIN-1", "WINDOWS-1252", "CP1252" };

    if (is_ascii(raw))
        return dialect_text(raw, a, in); /* whatever its label: Latin letters in UTF-16 are full of NULs */
    for (unsigned i = 0; i < sizeof ucs2 / sizeof ucs2[0]; i++)
        if (slice_ieq(charset, slice_of(ucs2[i])))
            return utf8_from_ucs2(raw, a);
    /* Kannel calls Windows-1252 what it has long recoded: well-formed UTF-8 is believed. */
    for (unsigned i = 0; i < sizeof latin1 / sizeof latin1[0]; i++)
        if (slice_ieq(charset, slice_of(latin1[i])) && !utf8_valid(raw))
            return utf8_from_latin1(raw, a);
    /* Kannel's %b without a charset: raw UTF-16BE, which for Latin letters is full of NULs. */
    if (!charset.n && slice_is(coding, "2") && raw.n % 2 == 0 &&
        (!utf8_valid(raw) || (raw.n && memchr(raw.p, '\0', raw.n))))
        return utf8_from_ucs2(raw, a);
    return dialect_text(raw, a, in);
}

void dialect_refuse(enum reason reason, struct arena *a, struct wire_answer *out)
{
    *out = (struct wire_answer){ .status = reason_http(reason),
                                 .content_type = "application/json",
                                 .body = arena_printf(a, "{\"error\":\"%s\"}", reason_name(reason)),
                                 .retry_after = reason_http(reason) == 503 };
}
