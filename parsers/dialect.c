/* dialect.c - the list of dialects and what they share.  See dialect.h. */
#include "parsers/dialect.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <string.h>

#include "parsers/utf8.h"

extern const struct dialect dialect_emulator, dialect_kannel, dialect_africastalking, dialect_jasmin,
    dialect_infobip, dialect_vonage, dialect_twilio;

static const struct dialect *const all[] = {
    &dialect_emulator, &dialect_kannel, &dialect_africastalking, &dialect_jasmin,
    &dialect_infobip,  &dialect_vonage, &dialect_twilio,
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

bool dialect_hex_is(struct slice given, const uint8_t *wanted, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[128], low[128];

    if (n * 2 > sizeof text || given.n != n * 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[wanted[i] >> 4];
        text[2 * i + 1] = digits[wanted[i] & 15];
    }
    for (size_t i = 0; i < given.n; i++)
        low[i] = given.p[i] >= 'A' && given.p[i] <= 'F' ? (char)(given.p[i] + 32) : given.p[i];
    return memeql_sec(text, low, given.n) != 0;
}

struct slice dialect_basic(struct slice username, struct slice password, struct arena *a)
{
    struct slice pair = arena_printf(a, "%.*s:%.*s", SLICE_ARG(username), SLICE_ARG(password));
    char *out = arena_alloc(a, BASE64_ENCODE_RAW_LENGTH(pair.n) + 1);

    if (!out)
        return slice_make("", 0);
    base64_encode_raw(out, pair.n, (const uint8_t *)pair.p);
    return arena_printf(a, "Authorization: Basic %s", out);
}

void dialect_refuse(enum reason reason, struct arena *a, struct wire_answer *out)
{
    *out = (struct wire_answer){ .status = reason_http(reason),
                                 .content_type = "application/json",
                                 .body = arena_printf(a, "{\"error\":\"%s\"}", reason_name(reason)),
                                 .retry_after = reason_http(reason) == 503 };
}
