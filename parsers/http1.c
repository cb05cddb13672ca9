/* http1.c - see http1.h. */
#include "parsers/http1.h"

#include <string.h>

enum {
    CHUNK_LINE = 256, /* bytes of a size with its extensions */
    TRAILERS = 4096,
    LENGTH_DIGITS = 15,
};

size_t http1_head_end(struct slice s, size_t *seen)
{
    size_t at = *seen;

    for (;;) {
        const char *lf = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

        if (!lf) {
            *seen = s.n;
            return 0;
        }
        at = (size_t)(lf - s.p);
        if (at + 1 < s.n && s.p[at + 1] == '\n')
            return at + 2;
        if (at + 2 < s.n && s.p[at + 1] == '\r' && s.p[at + 2] == '\n')
            return at + 3;
        if (at + 2 >= s.n && (at + 1 == s.n || s.p[at + 1] == '\r')) {
            *seen = at; /* this may be it */
            return 0;
        }
        at++;
    }
}

/* Up to the next LF, without it and a CR before it. */
static struct slice line_of(struct slice *rest)
{
    struct slice line = slice_cut(rest, '\n');

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool is_token(struct slice s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr(others, c))))
            return false;
    }
    return s.n > 0;
}

/* Without control characters but tabs. */
static bool is_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c < ' ' && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static enum http1_method method_of(struct slice s)
{
    static const struct {
        const char *name;
        enum http1_method method;
    } known[] = {
        { "GET", HTTP1_GET }, { "POST", HTTP1_POST }, { "HEAD", HTTP1_HEAD }, { "PUT", HTTP1_PUT }
    };

    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_is(s, known[i].name))
            return known[i].method;
    return HTTP1_OTHER;
}

/* "http://host/path" is asked of proxies, and of us by those who take us for one. */
static struct slice without_host(struct slice target)
{
    size_t at = 0;

    if (!slice_starts(target, "http://") && !slice_starts(target, "https://"))
        return target;
    target = slice_skip(target, slice_starts(target, "http://") ? 7 : 8);
    while (at < target.n && target.p[at] != '/' && target.p[at] != '?' && target.p[at] != '#')
        at++;
    return slice_skip(target, at);
}

static bool read_first(struct slice line, struct http1_head *h)
{
    struct slice method = slice_cut(&line, ' '), version, rest;
    size_t end = line.n;

    while (end && line.p[end - 1] != ' ')
        end--;
    version = slice_skip(line, end);
    h->target = slice_take(line, end ? end - 1 : 0);
    if (!is_token(method) || h->target.n == 0 || !is_text(h->target) || version.n != 8 ||
        !slice_starts(version, "HTTP/1.") || version.p[7] < '0' || version.p[7] > '9')
        return false;
    h->method = method_of(method);
    h->since_1_1 = version.p[7] > '0';
    rest = without_host(h->target);
    rest = slice_cut(&rest, '#');
    h->path = slice_cut(&rest, '?');
    h->query = rest;
    if (h->path.n == 0)
        h->path = S("/");
    return true;
}

/* Is the word one of a list with commas? */
static bool lists(struct slice list, const char *word)
{
    while (list.n)
        if (slice_ieq(slice_trim(slice_cut(&list, ',')), slice_of(word)))
            return true;
    return false;
}

/* What a header says about the request itself; false: it must not say that. */
static bool heed(struct http1_head *h, const struct param *p, unsigned *lengths)
{
    uint64_t length;

    if (slice_ieq(p->name, S("Content-Length"))) {
        if (++*lengths > 1 || p->value.n > LENGTH_DIGITS || !slice_all_digits(p->value) ||
            !slice_to_u64(p->value, &length))
            return false;
        h->length = (size_t)length;
    } else if (slice_ieq(p->name, S("Transfer-Encoding"))) {
        if (h->chunked || !h->since_1_1 || !slice_ieq(p->value, S("chunked")))
            return false;
        h->chunked = true;
    } else if (slice_ieq(p->name, S("Connection"))) {
        if (lists(p->value, "close"))
            h->closes = true;
        else if (!h->since_1_1 && lists(p->value, "keep-alive"))
            h->closes = false;
    } else if (slice_ieq(p->name, S("Expect"))) {
        h->continues = h->since_1_1 && slice_ieq(p->value, S("100-continue"));
    }
    return true;
}

enum http1_rc http1_head(struct slice s, struct http1_head *h)
{
    unsigned lengths = 0;

    h->headers_n = 0;
    h->chunked = h->continues = false;
    h->length = 0;
    if (!read_first(line_of(&s), h))
        return HTTP1_BAD;
    h->closes = !h->since_1_1;
    for (struct slice line = line_of(&s); line.n; line = line_of(&s)) {
        struct param *p = &h->headers[h->headers_n];
        size_t colon = slice_find(line, ':');

        if (h->headers_n == HTTP1_HEADERS || colon == (size_t)-1)
            return HTTP1_BAD;
        p->name = slice_take(line, colon);
        p->value = slice_trim(slice_skip(line, colon + 1));
        if (!is_token(p->name) || !is_text(p->value) || !heed(h, p, &lengths))
            return HTTP1_BAD;
        h->headers_n++;
    }
    return lengths && h->chunked ? HTTP1_BAD : HTTP1_OK;
}

struct slice http1_header(const struct http1_head *h, const char *name)
{
    for (unsigned i = 0; i < h->headers_n; i++)
        if (slice_ieq(h->headers[i].name, slice_of(name)))
            return h->headers[i].value;
    return S("");
}

/* --- chunks --- */

/* "1f;name=value": its size. */
static bool size_of(struct slice line, size_t *size)
{
    struct slice digits = slice_trim(slice_cut(&line, ';'));

    *size = 0;
    if (digits.n == 0 || digits.n > 8)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i], low = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            *size = *size * 16 + (size_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            *size = *size * 16 + (size_t)(low - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* One step with what stands behind `done`: how much of it is used up, and how much of that is body. */
static enum http1_rc step(struct http1_chunks *c, struct slice rest, size_t max, size_t *used, bool *body)
{
    struct slice line;

    *body = false;
    if (c->state == CHUNK_DATA) {
        *used = c->left < rest.n ? c->left : rest.n;
        *body = true;
        c->left -= *used;
        if (c->left == 0)
            c->state = CHUNK_END;
        return *used ? HTTP1_OK : HTTP1_MORE;
    }
    if (slice_find(rest, '\n') == (size_t)-1)
        return rest.n > CHUNK_LINE ? HTTP1_BAD : HTTP1_MORE;
    *used = slice_find(rest, '\n') + 1;
    line = line_of(&rest);
    if (!is_text(line) || *used > CHUNK_LINE)
        return HTTP1_BAD;
    switch (c->state) {
    case CHUNK_SIZE:
        if (!size_of(line, &c->left))
            return HTTP1_BAD;
        c->state = c->left ? CHUNK_DATA : CHUNK_TRAILER;
        return c->left > max - c->done ? HTTP1_TOO_LARGE : HTTP1_OK;
    case CHUNK_END:
        c->state = CHUNK_SIZE;
        return line.n ? HTTP1_BAD : HTTP1_OK;
    default:
        c->tail += *used;
        return c->tail > TRAILERS ? HTTP1_BAD : HTTP1_OK;
    }
}

enum http1_rc http1_chunks(struct http1_chunks *c, char *p, size_t *n, size_t max)
{
    size_t at = c->done, used = 0;
    enum http1_rc rc = HTTP1_OK;
    bool body, over = false;

    while (rc == HTTP1_OK && !over) {
        bool trailing = c->state == CHUNK_TRAILER;

        rc = step(c, slice_make(p + at, *n - at), max, &used, &body);
        if (rc != HTTP1_OK)
            break;
        over = trailing && (p[at] == '\n' || (p[at] == '\r' && p[at + 1] == '\n'));
        if (body) {
            memmove(p + c->done, p + at, used);
            c->done += used;
        }
        at += used;
    }
    memmove(p + c->done, p + at, *n - at);
    *n -= at - c->done;
    return rc;
}
