/* test_http1.c - heads and chunked bodies as peers send them, in one piece and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/http1.h"

static enum http1_rc read_head(const char *bytes, struct http1_head *h)
{
    struct slice s = slice_of(bytes);
    size_t seen = 0, n = http1_head_end(s, &seen);

    return n ? http1_head(slice_take(s, n), h) : HTTP1_MORE;
}

static void a_head_says_what_is_asked(void **state)
{
    struct http1_head h;

    (void)state;
    assert_int_equal(read_head("POST /sms/x?a=1&b=%20#top HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n"
                               "X-Empty:\r\nX-Tabs:\t a b \t\r\n\r\nhallo",
                               &h),
                     HTTP1_OK);
    assert_int_equal(h.method, HTTP1_POST);
    assert_true(slice_is(h.target, "/sms/x?a=1&b=%20#top"));
    assert_true(slice_is(h.path, "/sms/x"));
    assert_true(slice_is(h.query, "a=1&b=%20"));
    assert_int_equal(h.length, 5);
    assert_int_equal(h.headers_n, 4);
    assert_true(slice_is(http1_header(&h, "host"), "y"));
    assert_int_equal(http1_header(&h, "x-empty").n, 0);
    assert_true(slice_is(http1_header(&h, "X-TABS"), "a b"));
    assert_int_equal(http1_header(&h, "X-None").n, 0);
    assert_true(h.since_1_1 && !h.closes && !h.chunked && !h.continues);
}

static void targets_are_taken_apart(void **state)
{
    static const struct {
        const char *target, *path, *query;
    } cases[] = {
        { "/", "/", "" },
        { "/a?", "/a", "" },
        { "/a?b?c", "/a", "b?c" },
        { "/a#b?c", "/a", "" },
        { "http://host:80/a?b", "/a", "b" },
        { "https://host?b", "/", "b" },
        { "http://host", "/", "" },
        { "*", "*", "" },
        { "/sms/kannel?text=TIMBANG Siti P 14bl", "/sms/kannel", "text=TIMBANG Siti P 14bl" },
        { "/a?t=\xC3\xA9", "/a", "t=\xC3\xA9" },
    };
    struct http1_head h;
    char head[256];

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\n\r\n", cases[i].target);
        assert_int_equal(read_head(head, &h), HTTP1_OK);
        assert_true(slice_is(h.path, cases[i].path));
        assert_true(slice_is(h.query, cases[i].query));
    }
}

static void connections_are_kept_as_the_version_says(void **state)
{
    static const struct {
        const char *head;
        bool closes, continues;
    } cases[] = {
        { "GET / HTTP/1.1\n\n", false, false },
        { "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", true, false },
        { "GET / HTTP/1.1\r\nConnection: x, close\r\n\r\n", true, false },
        { "GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", true, false },
        { "GET / HTTP/1.0\r\n\r\n", true, false },
        { "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", false, false },
        { "PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", false, true },
        { "PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", true, false },
    };
    struct http1_head h;

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_head(cases[i].head, &h), HTTP1_OK);
        assert_int_equal(h.closes, cases[i].closes);
        assert_int_equal(h.continues, cases[i].continues);
    }
}

/* A proxy in front might read them otherwise. */
static void doubtful_heads_are_refused(void **state)
{
    static const char *const bad[] = {
        "rubbish\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n",
        "GET / http/1.1\r\n\r\n",
        "G@T / HTTP/1.1\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nA : x\r\n\r\n",
        "GET / HTTP/1.1\r\nA: x\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nA: x\ry\r\n\r\n",
        "GET / HTTP/1.1\r\nA: \x7F\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 4, 4\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 0x4\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    };
    struct http1_head h;

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read_head(bad[i], &h) != HTTP1_BAD)
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(http1_head(slice_make("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24), &h), HTTP1_BAD);
}

static void more_headers_than_anybody_sends_are_refused(void **state)
{
    char head[64 + 8 * (HTTP1_HEADERS + 1)];
    struct http1_head h;

    (void)state;
    for (unsigned n = HTTP1_HEADERS; n <= HTTP1_HEADERS + 1; n++) {
        size_t at = (size_t)snprintf(head, sizeof head, "GET / HTTP/1.1\r\n");

        for (unsigned i = 0; i < n; i++)
            at += (size_t)snprintf(head + at, sizeof head - at, "A: x\r\n");
        snprintf(head + at, sizeof head - at, "\r\n");
        assert_int_equal(read_head(head, &h), n > HTTP1_HEADERS ? HTTP1_BAD : HTTP1_OK);
    }
}

/* However it comes in pieces, its end is found where it is in one. */
static void the_end_of_a_head_is_found_byte_by_byte(void **state)
{
    static const char *const heads[] = { "GET / HTTP/1.1\r\nA: x\r\n\r\nrest", "GET / HTTP/1.1\nA: x\n\nrest",
                                         "GET / HTTP/1.1\r\nA: x\n\r\nrest", "GET / HTTP/1.1\r\n\r\n\r\n" };

    (void)state;
    for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct slice all = slice_of(heads[i]);
        size_t whole = 0, seen = 0, n = 0, at = 0;

        whole = http1_head_end(all, &seen);
        assert_true(whole > 0);
        seen = 0;
        while (n == 0 && at < all.n)
            n = http1_head_end(slice_take(all, ++at), &seen);
        assert_int_equal(n, whole);
        assert_int_equal(at, whole);
    }
}

/* --- chunks --- */

/* The body of what comes in pieces of `piece` bytes, or what is wrong with it. */
static enum http1_rc decode(const char *bytes, size_t piece, char *out, size_t *n, size_t max)
{
    struct http1_chunks c = { .done = 0 };
    struct slice rest = slice_of(bytes);
    enum http1_rc rc = HTTP1_MORE;

    *n = 0;
    while (rc == HTTP1_MORE && rest.n) {
        struct slice now = slice_take(rest, piece);

        memcpy(out + *n, now.p, now.n);
        *n += now.n;
        rest = slice_skip(rest, now.n);
        rc = http1_chunks(&c, out, n, max);
    }
    *n = rc == HTTP1_OK ? c.done : *n;
    return rc;
}

static void chunks_are_put_together(void **state)
{
    static const struct {
        const char *bytes;
        enum http1_rc rc;
        const char *body;
    } cases[] = {
        { "5\r\nhallo\r\n6\r\n dunia\r\n0\r\n\r\n", HTTP1_OK, "hallo dunia" },
        { "0\r\n\r\n", HTTP1_OK, "" },
        { "A;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", HTTP1_OK, "0123456789" },
        { "5\nhallo\n0\n\n", HTTP1_OK, "hallo" },
        { "5\r\nhal", HTTP1_MORE, NULL },
        { "5\r\nhallo\r\n0\r\n", HTTP1_MORE, NULL },
        { "5\r\nhalloX\r\n0\r\n\r\n", HTTP1_BAD, NULL },
        { "\r\n\r\n", HTTP1_BAD, NULL },
        { "-1\r\n\r\n", HTTP1_BAD, NULL },
        { "0x5\r\nhallo\r\n", HTTP1_BAD, NULL },
        { "123456789\r\n", HTTP1_BAD, NULL },
        { "5 5\r\nhallo\r\n", HTTP1_BAD, NULL },
        { "15\r\nhallo", HTTP1_TOO_LARGE, NULL },
        { "fffffff0\r\n", HTTP1_TOO_LARGE, NULL },
        { "10\r\n0123456789abcdef\r\n5\r\n", HTTP1_TOO_LARGE, NULL },
    };
    char out[512];
    size_t n;

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 80; piece++) {
            if (decode(cases[i].bytes, piece, out, &n, 20) != cases[i].rc)
                fail_msg("%s by %zu", cases[i].bytes, piece);
            if (cases[i].body)
                assert_true(slice_is(slice_make(out, n), cases[i].body));
        }
}

static void what_stands_behind_the_last_chunk_is_the_next_request(void **state)
{
    char bytes[] = "3\r\nabc\r\n0\r\n\r\nGET /";
    struct http1_chunks c = { .done = 0 };
    size_t n = strlen(bytes);

    (void)state;
    assert_int_equal(http1_chunks(&c, bytes, &n, 100), HTTP1_OK);
    assert_int_equal(c.done, 3);
    assert_true(slice_is(slice_make(bytes, n), "abcGET /"));
}

static void a_line_without_end_is_no_size(void **state)
{
    char bytes[5000];
    struct http1_chunks c = { .done = 0 };
    size_t n = 300;

    (void)state;
    memset(bytes, '1', sizeof bytes);
    assert_int_equal(http1_chunks(&c, bytes, &n, 100), HTTP1_BAD);
    c = (struct http1_chunks){ .done = 0 };
    n = 3;
    memcpy(bytes, "0\r\n", 3);
    assert_int_equal(http1_chunks(&c, bytes, &n, 100), HTTP1_MORE);
    for (unsigned i = 0; i < 200; i++) {
        enum http1_rc rc;

        memcpy(bytes + n, "A: 0123456789012345678901234567890\r\n", 36);
        n += 36;
        rc = http1_chunks(&c, bytes, &n, 100);
        if (rc == HTTP1_BAD)
            return;
        assert_int_equal(rc, HTTP1_MORE);
        assert_int_equal(n, 0);
    }
    fail_msg("trailers without end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_says_what_is_asked),
        cmocka_unit_test(targets_are_taken_apart),
        cmocka_unit_test(connections_are_kept_as_the_version_says),
        cmocka_unit_test(doubtful_heads_are_refused),
        cmocka_unit_test(more_headers_than_anybody_sends_are_refused),
        cmocka_unit_test(the_end_of_a_head_is_found_byte_by_byte),
        cmocka_unit_test(chunks_are_put_together),
        cmocka_unit_test(what_stands_behind_the_last_chunk_is_the_next_request),
        cmocka_unit_test(a_line_without_end_is_no_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
