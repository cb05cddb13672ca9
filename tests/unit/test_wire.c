/* test_wire.c - the golden wire files: what each dialect makes of a request, and what it puts on the wire.
 *
 * tests/wire/NAME-CASE.wire, NAME being the dialect; sections, each compared as a whole:
 *   === request sms|ussd|dlr [secret]   first line METHOD TARGET, headers, an empty line, the body
 *   === inbound                         what decode made of it (here and below: what is expected)
 *   === answer REASON                   status, type, body
 *   === sms                             key=value lines of one SMS to be sent
 *   === send                            URL, headers, body
 *   === said STATUS                     what the provider answered, then
 *   === result                          what we make of it
 * \xNN, \n, \r and \\ stand for bytes; the newline before the next section is not part of a body. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/dialect.h"

enum {
    FILE_MAX = 65536,
    CASE_MEMORY = 1 << 20,
};

struct run {
    struct arena *a;
    const struct dialect *d;
    struct buf made; /* what the code said to the last request, sms or said section */
    struct slice id; /* of the last inbound, for answers */
};

static struct slice unescaped(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '\\' && i + 1 < s.n) {
            c = s.p[++i];
            if (c == 'n')
                c = '\n';
            else if (c == 'r')
                c = '\r';
            else if (c == 'x' && i + 2 < s.n) {
                char hex[3] = { s.p[i + 1], s.p[i + 2], '\0' };

                c = (char)strtol(hex, NULL, 16);
                i += 2;
            }
        }
        out[n++] = c;
    }
    return slice_make(out, n);
}

static void say(struct buf *b, const char *key, struct slice value)
{
    if (!value.n)
        return;
    buf_printf(b, "%s=", key);
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];

        if (c == '\n')
            buf_str(b, "\\n");
        else if (c < 0x20)
            buf_printf(b, "\\x%02x", c);
        else
            buf_char(b, (char)c);
    }
    buf_char(b, '\n');
}

static const char *rc_name(enum wire_rc rc)
{
    static const char *const names[] = { "ok", "bad_shape", "bad_signature", "ignored" };

    return names[rc];
}

static void say_inbound(struct run *r, const struct inbound *in)
{
    static const char *const ops[] = { "begin", "input", "ended" };
    struct buf *b = &r->made;

    say(b, "from", in->from);
    say(b, "to", in->to);
    say(b, "id", in->provider_id);
    say(b, "session", in->session);
    say(b, "code", in->service_code);
    if (in->kind == INBOUND_USSD)
        buf_printf(b, "op=%s\n", ops[in->op]);
    if (in->step)
        buf_printf(b, "step=%u\n", in->step);
    say(b, "text", in->text);
    if (in->provider_ms)
        buf_printf(b, "provider_ms=%lld\n", (long long)in->provider_ms);
    if (in->text_was_broken)
        buf_str(b, "broken=yes\n");
}

/* A signature that holds must not hold any more with one bit of the request changed. */
static void no_bit_may_change(struct run *r, const struct wire_request *good)
{
    struct slice *parts[] = { &(struct slice){ .n = 0 }, &(struct slice){ .n = 0 },
                              &(struct slice){ .n = 0 } };
    struct wire_request w = *good;

    *parts[0] = w.body = arena_copy(r->a, good->body);
    *parts[1] = w.query = arena_copy(r->a, good->query);
    *parts[2] = w.url = arena_copy(r->a, good->url);
    for (unsigned i = 0; i < 3; i++)
        for (size_t k = 0; k < parts[i]->n; k++) {
            char *at = (char *)(uintptr_t)parts[i]->p + k;

            /* The URL is in the signature of twilio, the query in that of vonage. */
            if ((i == 1 && !slice_is(slice_of(r->d->name), "vonage")) ||
                (i == 2 && !slice_is(slice_of(r->d->name), "twilio")))
                continue;
            *at ^= 1;
            assert_int_not_equal(r->d->verify(&w), WIRE_OK);
            *at ^= 1;
        }
    assert_int_equal(r->d->verify(&w), WIRE_OK);
    w.secret = S("ein anderes");
    assert_int_not_equal(r->d->verify(&w), WIRE_OK);
}

static void on_request(struct run *r, struct slice arg, struct slice body)
{
    struct param headers[32];
    struct slice line = slice_cut(&body, '\n'), door = slice_cut(&arg, ' ');
    struct wire_request w = { .headers = headers, .secret = arg, .now_ms = 1795219200000 };
    struct inbound in = { .kind = INBOUND_SMS };
    struct wire_dlr dlr = { .state = NULL };
    enum wire_rc rc = WIRE_OK;
    struct slice target;

    w.method = slice_cut(&line, ' ');
    target = line;
    w.url = arena_printf(r->a, "%s%.*s", slice_starts(target, "https:") ? "" : "https://sms.dinkes.example",
                         SLICE_ARG(target));
    slice_cut(&target, '?');
    w.query = target;
    while ((line = slice_cut(&body, '\n')).n) {
        struct slice name = slice_cut(&line, ':');

        headers[w.headers_n].name = name;
        headers[w.headers_n++].value = slice_trim(line);
    }
    w.content_type = dialect_header(&w, "Content-Type");
    w.body = unescaped(body, r->a);
    if (w.secret.n && r->d->signs) {
        rc = r->d->verify(&w);
        if (rc == WIRE_OK)
            no_bit_may_change(r, &w);
    }
    if (rc == WIRE_OK && slice_is(door, "dlr")) {
        rc = r->d->decode_dlr(&w, r->a, &dlr);
        buf_printf(&r->made, "%s\n", rc_name(rc));
        if (rc == WIRE_OK) {
            say(&r->made, "uuid", dlr.uuid);
            say(&r->made, "their_id", dlr.their_id);
            buf_printf(&r->made, "state=%s\nfinal=%s\n", dlr.state, dlr.final ? "yes" : "no");
        }
        return;
    }
    if (rc == WIRE_OK)
        rc = slice_is(door, "ussd") ? r->d->decode_ussd(&w, r->a, &in) : r->d->decode_sms(&w, r->a, &in);
    buf_printf(&r->made, "%s\n", rc_name(rc));
    if (rc == WIRE_OK)
        say_inbound(r, &in);
    r->id = in.provider_id;
}

static void on_answer(struct run *r, struct slice arg)
{
    enum reason reason = reason_by_name(arena_copy(r->a, arg).p);
    struct wire_answer out;

    assert_true(reason < REASONS);
    r->d->answer(reason, r->id, r->a, &out);
    buf_printf(&r->made, "%d %s%s\n%.*s", out.status, out.content_type ? out.content_type : "",
               out.retry_after ? " retry" : "", SLICE_ARG(out.body));
    if (out.body.n)
        buf_char(&r->made, '\n');
}

static void on_sms(struct run *r, struct slice body)
{
    struct wire_sms sms = { .url = { .n = 0 } };
    struct wire_send out;
    struct {
        const char *key;
        struct slice *at;
    } keys[] = {
        { "url", &sms.url },
        { "username", &sms.username },
        { "password", &sms.password },
        { "from", &sms.from },
        { "to", &sms.to },
        { "text", &sms.text },
        { "uuid", &sms.uuid },
        { "dlr_url", &sms.dlr_url },
    };

    while (body.n) {
        struct slice line = slice_cut(&body, '\n'), key = slice_cut(&line, '=');

        for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
            if (slice_is(key, keys[i].key))
                *keys[i].at = unescaped(line, r->a);
    }
    assert_int_equal(r->d->encode_send(&sms, r->a, &out), WIRE_OK);
    buf_printf(&r->made, "POST %.*s\nContent-Type: %.*s\n", SLICE_ARG(out.url), SLICE_ARG(out.content_type));
    for (unsigned i = 0; i < out.headers_n; i++)
        buf_printf(&r->made, "%.*s\n", SLICE_ARG(out.headers[i]));
    buf_printf(&r->made, "\n%.*s\n", SLICE_ARG(out.body));
}

static void on_said(struct run *r, struct slice arg, struct slice body)
{
    static const char *const names[] = { "accepted", "refused", "later", "throttled", "unknown" };
    struct send_answer out;
    uint64_t status = 0;

    assert_true(slice_to_u64(arg, &status));
    r->d->decode_send_answer((int)status, unescaped(body, r->a), r->a, &out);
    buf_printf(&r->made, "%s\n", names[out.result]);
    say(&r->made, "their_id", out.their_id);
    say(&r->made, "why", slice_of(out.why));
}

static void expect(struct run *r, const char *file, struct slice body)
{
    struct slice made = buf_slice(&r->made);

    if (!slice_eq(slice_trim(made), slice_trim(body))) {
        print_error("%s: expected\n%.*s\nbut it is\n%.*s\n", file, SLICE_ARG(body), SLICE_ARG(made));
        fail();
    }
}

/* Cuts off the next section: its title without "=== ", and its body. */
static bool section(struct slice *rest, struct slice *title, struct slice *body)
{
    size_t n = 0;

    while (rest->n && !slice_starts(*rest, "=== "))
        slice_cut(rest, '\n');
    if (!rest->n)
        return false;
    *title = slice_trim(slice_skip(slice_cut(rest, '\n'), 4));
    *body = *rest;
    while (rest->n && !slice_starts(*rest, "=== ")) {
        struct slice line = slice_cut(rest, '\n');

        n += line.n + 1;
    }
    *body = slice_take(*body, n && n - 1 <= body->n ? n - 1 : n);
    if (body->n && body->p[body->n - 1] == '\n' && !rest->n)
        body->n--;
    return true;
}

static unsigned play(const char *path, const char *name, struct slice text)
{
    struct arena arena;
    struct run r = { .a = &arena };
    struct slice title, body, dialect = slice_of(name);
    unsigned compared = 0;

    arena_init(&arena, CASE_MEMORY);
    buf_init(&r.made, FILE_MAX);
    dialect = slice_cut(&dialect, '-');
    r.d = dialect_by_name(dialect);
    if (!r.d)
        fail_msg("%s: no dialect of this name", path);
    while (section(&text, &title, &body)) {
        struct slice kind = slice_cut(&title, ' ');

        if (slice_is(kind, "request") || slice_is(kind, "sms") || slice_is(kind, "said") ||
            slice_is(kind, "answer"))
            buf_clear(&r.made);
        if (slice_is(kind, "request"))
            on_request(&r, title, body);
        else if (slice_is(kind, "sms"))
            on_sms(&r, body);
        else if (slice_is(kind, "said"))
            on_said(&r, title, body);
        else if (slice_is(kind, "answer"))
            on_answer(&r, title);
        else if (!slice_is(kind, "inbound") && !slice_is(kind, "send") && !slice_is(kind, "result"))
            fail_msg("%s: no such section: %.*s", path, SLICE_ARG(kind));
        if (!slice_is(kind, "request") && !slice_is(kind, "sms") && !slice_is(kind, "said")) {
            expect(&r, path, body);
            compared++;
        }
    }
    buf_free(&r.made);
    arena_free(&arena);
    return compared;
}

static void every_golden_file_is_met(void **state)
{
    static char text[FILE_MAX];
    DIR *dir = opendir("tests/wire");
    unsigned files = 0, compared = 0;
    struct dirent *e;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir))) {
        char path[512];
        FILE *f;
        size_t n;

        if (!slice_ends(slice_of(e->d_name), ".wire"))
            continue;
        snprintf(path, sizeof path, "tests/wire/%s", e->d_name);
        f = fopen(path, "r");
        assert_non_null(f);
        n = fread(text, 1, sizeof text, f);
        fclose(f);
        compared += play(path, e->d_name, slice_make(text, n));
        files++;
    }
    closedir(dir);
    print_message("%u files, %u expectations\n", files, compared);
    assert_true(files >= 10 && compared >= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_golden_file_is_met) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
