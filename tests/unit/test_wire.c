/* test_wire.c - the golden wire files: what each dialect makes of a request, and what it puts on the wire.
 *
 * tests/wire/NAME-CASE.wire, NAME being the dialect; sections, each compared as a whole:
 *   === provider FILE NAME              dialect generic: whose shape of which configuration
 *   === request sms|ussd|dlr [secret]   first line METHOD TARGET, headers, an empty line, the body
 *   === inbound                         what decode made of it (here and below: what is expected)
 *   === answer REASON                   status, type, body
 *   === page goes_on|ends|over          the same for a USSD page (PAGE below)
 *   === sms                             key=value lines of one SMS to be sent
 *   === send                            URL, headers, body
 *   === said STATUS                     what the provider answered, then
 *   === result                          what we make of it
 * Every request is also cut at every byte, every signature and signed part changed by single bits.
 * \xNN, \n, \r and \\ stand for bytes; the newline before the next section is not part of a body. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/conf/config.h"
#include "parsers/dialect.h"

#define PAGE "1 Ya, \"benar\"\n2 Tidak <&>"

enum {
    FILE_MAX = 65536,
    CASE_MEMORY = 64 << 20,
    HEADERS = 32,
};

/* What the files show of one dialect. */
enum shown {
    SHOWN_SMS,
    SHOWN_USSD,
    SHOWN_DLR,
    SHOWN_SEND,
    SHOWN_SAID, /* and the five results behind it */
    SHOWN_ACCEPTED = SHOWN_SAID + 5,
    SHOWN_DUPLICATE,
    SHOWN_BUSY,
    SHOWN_PAGE,
    SHOWN_N
};

static const char *const shown_names[] = {
    "an SMS that is taken", "a USSD step",          "a delivery report",   "an SMS that is sent",
    "an answer: accepted",  "an answer: refused",   "an answer: later",    "an answer: throttled",
    "an answer: unknown",   "what a success hears", "what a repeat hears", "what is to come again hears",
    "a USSD page",
};

static struct seen {
    const struct dialect *dialect;
    bool shown[SHOWN_N];
} seen[16];

static void show(const struct dialect *d, unsigned what)
{
    unsigned i = 0;

    while (seen[i].dialect && seen[i].dialect != d)
        i++;
    assert_true(i < 16 && what < SHOWN_N);
    seen[i].dialect = d;
    seen[i].shown[what] = true;
}

struct run {
    const char *file;
    struct arena *a;
    const struct dialect *d;
    const struct shape *shape;
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

/* The case of a hex digit is no part of a signature. */
static bool same_hex(char a, char b)
{
    return (a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'f';
}

static void must_refuse(struct run *r, const struct wire_request *w, const char *what, size_t at)
{
    if (r->d->verify(w) == WIRE_OK)
        fail_msg("%s: %s changed at byte %zu of \"%.*s\" is still believed", r->file, what, at,
                 SLICE_ARG(w->url));
}

/* Every bit of the signature itself, wherever it stands in `part`. */
static void no_bit_of(struct run *r, const struct wire_request *w, struct slice part, size_t begin, size_t n)
{
    bool hex = n == 32 || n == 40 || n == 64 || n == 128 || n == 71; /* "sha256=" */

    for (size_t k = begin; k < begin + n; k++)
        for (unsigned bit = 0; bit < 8; bit++) {
            char *at = (char *)(uintptr_t)part.p + k, was = *at;

            *at = (char)(was ^ (1 << bit));
            if (!hex || !same_hex(was, *at))
                must_refuse(r, w, "the signature", k);
            *at = was;
        }
}

/* Where "sig" stands in a query or body of Vonage's. */
static void no_bit_of_sig(struct run *r, const struct wire_request *w, struct slice part)
{
    static const char *const marks[] = { "&sig=", "\"sig\":\"" };

    for (unsigned i = 0; i < 2; i++)
        for (size_t k = 0; k + strlen(marks[i]) < part.n; k++) {
            size_t begin = k + strlen(marks[i]), n = 0;

            if (!slice_starts(slice_skip(part, k), marks[i]))
                continue;
            while (begin + n < part.n && part.p[begin + n] != '"' && part.p[begin + n] != '&')
                n++;
            no_bit_of(r, w, part, begin, n);
        }
}

static bool is_signed(const struct run *r, const char *part, const struct wire_request *w)
{
    const char *of = strcmp(r->d->name, "twilio") == 0             ? "body url"
                     : strcmp(r->d->name, "vonage") == 0           ? "body query"
                     : slice_is(w->shape->signature.over, "query") ? "query"
                                                                   : "body";

    return strstr(of, part) != NULL;
}

/* A signature that holds must not hold any more with one bit of the request changed, or a byte of it missing.
 */
static void no_bit_may_change(struct run *r, const struct wire_request *good)
{
    static const char *const names[] = { "body", "query", "url" };
    struct slice sign = r->shape ? r->shape->signature.header : S("X-Twilio-Signature");
    struct slice clock = r->shape ? r->shape->signature.time_header : S("");
    struct slice parts[3], *whole[3];
    struct param headers[HEADERS];
    struct wire_request w = *good;

    w.headers = headers;
    for (unsigned i = 0; i < w.headers_n; i++) {
        headers[i].name = good->headers[i].name;
        headers[i].value = arena_copy(r->a, good->headers[i].value);
        if (slice_ieq(headers[i].name, sign))
            no_bit_of(r, &w, headers[i].value, 0, headers[i].value.n);
        for (size_t k = 0; slice_ieq(headers[i].name, clock) && k < headers[i].value.n; k++)
            for (unsigned bit = 0; bit < 8; bit++) {
                *((char *)(uintptr_t)headers[i].value.p + k) ^= (char)(1 << bit);
                must_refuse(r, &w, "the time", k);
                *((char *)(uintptr_t)headers[i].value.p + k) ^= (char)(1 << bit);
            }
    }
    whole[0] = &w.body;
    whole[1] = &w.query;
    whole[2] = &w.url;
    for (unsigned i = 0; i < 3; i++)
        *whole[i] = parts[i] = arena_copy(r->a, *whole[i]);
    for (unsigned i = 0; i < 3; i++) {
        if (!is_signed(r, names[i], &w))
            continue;
        for (size_t k = 0; k < parts[i].n; k++) {
            *((char *)(uintptr_t)parts[i].p + k) ^= 1;
            must_refuse(r, &w, names[i], k);
            *((char *)(uintptr_t)parts[i].p + k) ^= 1;
            *whole[i] = slice_take(parts[i], k);
            must_refuse(r, &w, names[i], k);
            *whole[i] = parts[i];
        }
    }
    no_bit_of_sig(r, &w, w.body);
    no_bit_of_sig(r, &w, w.query);
    assert_int_equal(r->d->verify(&w), WIRE_OK);
    w.secret = S("ein anderes");
    assert_int_not_equal(r->d->verify(&w), WIRE_OK);
}

static enum wire_rc decode(struct run *r, struct slice door, const struct wire_request *w, struct inbound *in,
                           struct wire_dlr *dlr)
{
    *in = (struct inbound){ .kind = INBOUND_SMS };
    if (slice_is(door, "dlr"))
        return r->d->decode_dlr(w, r->a, dlr);
    return slice_is(door, "ussd") ? r->d->decode_ussd(w, r->a, in) : r->d->decode_sms(w, r->a, in);
}

/* -1 where the body is no list. */
static int split(struct run *r, struct slice door, const struct wire_request *w, struct slice **each)
{
    return r->d->items && !slice_is(door, "ussd") ? r->d->items(w, r->a, each) : -1;
}

/* What is cut off in the middle never passes for whole where its shape shows it: JSON and XML. */
static void cut_anywhere(struct run *r, struct slice door, const struct wire_request *good)
{
    struct slice body = slice_trim(good->body);
    bool shows = body.n && (body.p[0] == '{' || body.p[0] == '<');
    struct wire_request w = *good;
    struct slice *each;
    struct inbound in;
    struct wire_dlr dlr;

    for (size_t k = 0; k < body.n; k++) {
        w = *good;
        /* A copy of its own: nobody reads behind it. */
        w.body = arena_copy(r->a, slice_take(body, k));
        if (split(r, door, &w, &each) > 0) {
            w.in_list = true;
            w.body = each[0];
        }
        if (decode(r, door, &w, &in, &dlr) == WIRE_OK && shows)
            fail_msg("%s: the first %zu bytes pass for a whole message", r->file, k);
    }
    for (size_t k = 0; k < good->query.n; k++) {
        w = *good;
        w.query = arena_copy(r->a, slice_take(good->query, k));
        (void)decode(r, door, &w, &in, &dlr);
    }
}

static void on_provider(struct run *r, struct slice arg)
{
    struct slice file = arena_copy(r->a, slice_cut(&arg, ' '));
    struct faults faults = { 0 };
    const struct config *c = config_load(file.p, r->a, &faults);
    const struct provider_conf *p = c ? config_provider(c, arg) : NULL;

    if (!p || !p->shape)
        fail_msg("%s: no generic provider %.*s in %s: %s", r->file, SLICE_ARG(arg), file.p,
                 faults.n ? faults.lines[0] : "no fault");
    r->shape = p->shape;
    faults_free(&faults);
}

/* "/ussd/NAME/SESSION/CALL" */
static void take_calls(struct wire_request *w, struct slice path)
{
    for (unsigned i = 0; i < 3; i++)
        slice_cut(&path, '/');
    w->session = slice_cut(&path, '/');
    w->call = path;
}

static void say_part(struct run *r, const struct wire_request *w, enum inbound_kind kind)
{
    struct segment_part part = { .ref = 0 };
    enum wire_rc rc = r->d->part && kind == INBOUND_SMS ? r->d->part(w, r->a, &part) : WIRE_IGNORED;

    if (rc == WIRE_OK)
        buf_printf(&r->made, "part=%u/%u of %u\n", part.seq, part.total, part.ref);
    else if (rc != WIRE_IGNORED)
        buf_printf(&r->made, "part=%s\n", rc_name(rc));
}

static void on_request(struct run *r, struct slice arg, struct slice body)
{
    struct param headers[HEADERS];
    struct slice line = slice_cut(&body, '\n'), door = slice_cut(&arg, ' '), target;
    struct wire_request w = { .headers = headers, .secret = arg, .now_ms = 1795219200000, .shape = r->shape };
    struct wire_dlr dlr = { .state = NULL };
    struct slice *each = NULL;
    struct inbound in;
    enum wire_rc rc;
    int items;

    w.method = slice_cut(&line, ' ');
    target = line;
    w.url = arena_printf(r->a, "%s%.*s", slice_starts(target, "https:") ? "" : "https://sms.dinkes.example",
                         SLICE_ARG(target));
    if (r->d->calls_in_path)
        take_calls(&w, target);
    slice_cut(&target, '?');
    w.query = target;
    while ((line = slice_cut(&body, '\n')).n) {
        struct slice name = slice_cut(&line, ':');

        headers[w.headers_n].name = name;
        headers[w.headers_n++].value = arena_copy(r->a, slice_trim(line));
    }
    w.content_type = dialect_header(&w, "Content-Type");
    w.body = unescaped(body, r->a);
    w.is_dlr = slice_is(door, "dlr");
    if (w.secret.n && r->d->signs) {
        if (r->d->verify(&w) != WIRE_OK) {
            buf_str(&r->made, "bad_signature\n");
            return;
        }
        no_bit_may_change(r, &w);
    }
    cut_anywhere(r, door, &w);
    items = split(r, door, &w, &each);
    for (int i = 0; i < items || i == 0; i++) {
        if (i < items) {
            w.body = each[i];
            w.in_list = true;
        }
        rc = decode(r, door, &w, &in, &dlr);
        buf_printf(&r->made, "%s\n", rc_name(rc));
        if (rc == WIRE_OK && w.is_dlr) {
            say(&r->made, "uuid", dlr.uuid);
            say(&r->made, "their_id", dlr.their_id);
            buf_printf(&r->made, "state=%s\nfinal=%s\n%s", dlr.state, dlr.final ? "yes" : "no",
                       dlr.part ? "part=yes\n" : "");
        } else if (rc == WIRE_OK) {
            say_inbound(r, &in);
            say_part(r, &w, in.kind);
        }
        if (rc == WIRE_OK)
            show(r->d, w.is_dlr ? SHOWN_DLR : in.kind == INBOUND_USSD ? SHOWN_USSD : SHOWN_SMS);
        r->id = in.provider_id;
    }
}

static void say_answer(struct run *r, const struct wire_answer *out)
{
    buf_printf(&r->made, "%d %s%s\n%.*s", out->status, out->content_type ? out->content_type : "",
               out->retry_after ? " retry" : "", SLICE_ARG(out->body));
    if (out->body.n)
        buf_char(&r->made, '\n');
}

static void on_page(struct run *r, struct slice arg)
{
    struct wire_page page = { .text = S(PAGE),
                              .session = S("s-1"),
                              .from = S("+6281234567890"),
                              .ends = !slice_is(arg, "goes_on"),
                              .over = slice_is(arg, "over"),
                              .shape = r->shape };
    struct wire_answer out;

    show(r->d, SHOWN_PAGE);
    dialect_answer_ussd(r->d, &page, r->a, &out);
    say_answer(r, &out);
}

static void on_answer(struct run *r, struct slice arg)
{
    enum reason reason = reason_by_name(arena_copy(r->a, arg).p);
    struct wire_answer out;

    assert_true(reason < REASONS);
    if (reason == REASON_accepted || reason == REASON_duplicate || reason == REASON_busy)
        show(r->d, reason == REASON_accepted ? SHOWN_ACCEPTED
                   : reason == REASON_busy   ? SHOWN_BUSY
                                             : SHOWN_DUPLICATE);
    dialect_answer(r->d, &(struct wire_outcome){ .reason = reason, .id = r->id, .shape = r->shape }, r->a,
                   &out);
    say_answer(r, &out);
}

static void on_sms(struct run *r, struct slice body)
{
    struct wire_sms sms = { .shape = r->shape };
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
    show(r->d, SHOWN_SEND);
    buf_printf(&r->made, "%s %.*s\n", out.get ? "GET" : "POST", SLICE_ARG(out.url));
    if (!out.get)
        buf_printf(&r->made, "Content-Type: %.*s\n", SLICE_ARG(out.content_type));
    for (unsigned i = 0; i < out.headers_n; i++)
        buf_printf(&r->made, "%.*s\n", SLICE_ARG(out.headers[i]));
    buf_printf(&r->made, "\n%.*s\n", SLICE_ARG(out.body));
}

static void on_said(struct run *r, struct slice arg, struct slice body)
{
    static const char *const names[] = { "accepted", "refused", "later", "throttled", "unknown" };
    struct wire_said said = { .shape = r->shape };
    struct send_answer out;
    uint64_t status = 0;

    assert_true(slice_to_u64(arg, &status));
    said.status = (int)status;
    said.body = unescaped(body, r->a);
    r->d->decode_send_answer(&said, r->a, &out);
    /* An answer cut off anywhere never gives half an id, but for bare text, which does not show where it
     * ends. */
    for (size_t k = 0; k < said.body.n && (!r->shape || slice_starts(r->shape->send.id, "/")); k++) {
        struct wire_said cut = said;
        struct send_answer less;

        cut.body = arena_copy(r->a, slice_take(said.body, k));
        r->d->decode_send_answer(&cut, r->a, &less);
        if (less.result == SEND_ACCEPTED && less.their_id.n && !slice_eq(less.their_id, out.their_id))
            fail_msg("%s: half an id out of the first %zu bytes of %.*s", r->file, k, SLICE_ARG(said.body));
    }
    show(r->d, SHOWN_SAID + out.result);
    buf_printf(&r->made, "%s\n", names[out.result]);
    say(&r->made, "their_id", out.their_id);
    for (unsigned i = 0; i < out.part_ids_n; i++)
        say(&r->made, "part_id", out.part_ids[i]);
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
    struct run r = { .a = &arena, .file = path };
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
            slice_is(kind, "answer") || slice_is(kind, "page"))
            buf_clear(&r.made);
        if (slice_is(kind, "provider"))
            on_provider(&r, title);
        else if (slice_is(kind, "request"))
            on_request(&r, title, body);
        else if (slice_is(kind, "sms"))
            on_sms(&r, body);
        else if (slice_is(kind, "said"))
            on_said(&r, title, body);
        else if (slice_is(kind, "answer"))
            on_answer(&r, title);
        else if (slice_is(kind, "page"))
            on_page(&r, title);
        else if (!slice_is(kind, "inbound") && !slice_is(kind, "send") && !slice_is(kind, "result"))
            fail_msg("%s: no such section: %.*s", path, SLICE_ARG(kind));
        if (!slice_is(kind, "request") && !slice_is(kind, "sms") && !slice_is(kind, "said") &&
            !slice_is(kind, "provider")) {
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

static bool has(const struct dialect *d, unsigned what)
{
    switch (what) {
    case SHOWN_SMS:
        return d->decode_sms != NULL;
    case SHOWN_USSD:
    case SHOWN_PAGE:
        return d->decode_ussd != NULL;
    case SHOWN_DLR:
        return d->decode_dlr != NULL;
    case SHOWN_ACCEPTED:
    case SHOWN_DUPLICATE:
    case SHOWN_BUSY:
        return true;
    default:
        return d->encode_send != NULL;
    }
}

static void every_door_of_every_dialect_is_shown(void **state)
{
    unsigned missing = 0, dialects = 0;

    (void)state;
    for (; dialects < 16 && seen[dialects].dialect; dialects++)
        for (unsigned what = 0; what < SHOWN_N; what++)
            if (has(seen[dialects].dialect, what) && !seen[dialects].shown[what]) {
                print_error("no golden file of %s shows %s\n", seen[dialects].dialect->name,
                            shown_names[what]);
                missing++;
            }
    assert_int_equal(missing, 0);
    assert_int_equal(dialects, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_golden_file_is_met),
                                        cmocka_unit_test(every_door_of_every_dialect_is_shown) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
