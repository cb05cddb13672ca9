/* fuzz_http1.c - whatever comes in at a listener: a head borrows only from its bytes, and neither it nor a
 * chunked body depends on how the bytes were cut.
 *
 * First byte: how many bytes come at once. */
#include "parsers/http1.h"
#include "tests/fuzz/fuzz.h"

static void must_be_within(struct slice s, struct slice all)
{
    must(s.n == 0 || slice_is(s, "/") || (s.p >= all.p && s.p + s.n <= all.p + all.n));
}

static void check_head(struct slice all, const struct http1_head *h)
{
    must(h->target.n > 0 && h->path.n > 0);
    must_be_within(h->target, all);
    must_be_within(h->path, all);
    must_be_within(h->query, all);
    must(h->headers_n <= HTTP1_HEADERS && !(h->chunked && h->length));
    for (unsigned i = 0; i < h->headers_n; i++) {
        must_be_within(h->headers[i].name, all);
        must_be_within(h->headers[i].value, all);
        must(h->headers[i].name.n > 0 && slice_find(h->headers[i].value, '\n') == (size_t)-1 &&
             slice_find(h->headers[i].value, '\r') == (size_t)-1);
    }
}

/* n: bytes that are left over as the next request's. */
static enum http1_rc decode(struct slice s, size_t piece, char *out, size_t *body, size_t *n)
{
    struct http1_chunks c = { .done = 0 };
    enum http1_rc rc = HTTP1_MORE;

    *n = 0;
    while (rc == HTTP1_MORE && s.n) {
        struct slice now = slice_take(s, piece);

        memcpy(out + *n, now.p, now.n);
        *n += now.n;
        s = slice_skip(s, now.n);
        rc = http1_chunks(&c, out, n, 4096);
        must(c.done <= *n && c.done <= 4096);
    }
    *body = c.done;
    *n = *n - c.done + s.n;
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_make((const char *)data + 1, size ? size - 1 : 0), copy;
    size_t piece = size ? 1 + data[0] % 16 : 1, seen = 0, end, again = 0, at = 0, n[2], body[2];
    struct http1_head h;
    char *own, *one, *two;
    enum http1_rc rc;

    if (all.n == 0)
        return 0;
    own = malloc(all.n); /* so that a byte too many is seen */
    one = malloc(all.n);
    two = malloc(all.n);
    must(own && one && two);
    memcpy(own, all.p, all.n);
    copy = slice_make(own, all.n);
    end = http1_head_end(copy, &seen);
    for (seen = 0; !again && at < all.n;) {
        at += piece;
        again = http1_head_end(slice_take(copy, at), &seen);
    }
    must(end == again);
    if (end && http1_head(slice_take(copy, end), &h) == HTTP1_OK)
        check_head(copy, &h);
    rc = decode(copy, all.n, one, &body[0], &n[0]);
    must(decode(copy, piece, two, &body[1], &n[1]) == rc);
    if (rc == HTTP1_OK)
        must(body[0] == body[1] && n[0] == n[1] && memcmp(one, two, body[0]) == 0);
    free(own);
    free(one);
    free(two);
    return 0;
}
