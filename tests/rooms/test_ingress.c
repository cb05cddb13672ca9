/* test_ingress.c - the listener with a pipeline of its own: what comes in, what the telco hears, and the
 * guards.
 *
 * A thread plays the telco with raw bytes on a socket; the loop runs in the test's thread. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/ingress/admission.h"
#include "gateway/ingress/ingress.h"

enum {
    ANSWER_MAX = 65536,
    HELD_MAX = 64,
};

/* A generic provider as its configuration would tell it. */
static const struct shape json_shape = {
    .sms = { .method = SLICE("POST"),
             .format = SLICE("json"),
             .from = SLICE("/from"),
             .text = SLICE("/text"),
             .id = SLICE("/id") },
    .answer = { .type = SLICE("application/json"),
                .taken = SLICE("{\"ok\":\"{id}\"}"),
                .busy = SLICE("{\"ok\":\"retry\"}"),
                .busy_status = 429 },
    .signature = { .header = SLICE("X-Signature"),
                   .time_header = SLICE("X-Timestamp"),
                   .over = SLICE("body"),
                   .window_ms = 60000 },
};
static const struct shape xml_shape = {
    .ussd = { .method = SLICE("any"),
              .format = SLICE("form"),
              .from = SLICE("msisdn"),
              .session = SLICE("sid"),
              .text = SLICE("in"),
              .page_type = SLICE("text/xml"),
              .page_goes_on = SLICE("<u s='{session}' n='{from}' more='1'>{page}</u>"),
              .page_ends = SLICE("<u s='{session}' n='{from}' more='0'>{page}</u>") },
};

struct world {
    struct loop *loop;
    struct loop_wake *wake;
    struct config config;
    struct ingress *ingress;
    /* what the fake pipeline is to say, and what it saw */
    enum reason say;
    const char *screen;
    bool screen_ends, later;
    unsigned submitted;
    struct inbound seen;
    char from[64], text[4096], id[256], session[64], code[64], provider[32];
    answer_cb *held_cb[HELD_MAX];
    void *held_arg[HELD_MAX];
    unsigned held_n, stop_at; /* the loop stops when so many are held */
    /* the telco */
    const char *request;
    size_t request_n;
    unsigned drip_ms; /* > 0: one byte in this time */
    char response[ANSWER_MAX];
    size_t response_n;
    int64_t took_ms;
};

static void keep(char *out, size_t max, struct slice s)
{
    snprintf(out, max, "%.*s", SLICE_ARG(s));
}

static void say(struct world *w, answer_cb *cb, void *arg)
{
    struct answer a = { .reason = w->say, .screen = slice_of(w->screen), .screen_ends = w->screen_ends };

    cb(arg, &a);
}

static void submit(void *arg, const struct inbound *in, answer_cb *cb, void *cb_arg)
{
    struct world *w = arg;

    w->submitted++;
    w->seen = *in;
    keep(w->from, sizeof w->from, in->from);
    keep(w->text, sizeof w->text, in->text);
    keep(w->id, sizeof w->id, in->provider_id);
    keep(w->session, sizeof w->session, in->session);
    keep(w->code, sizeof w->code, in->service_code);
    keep(w->provider, sizeof w->provider, in->provider);
    if (w->later && w->held_n < HELD_MAX) {
        w->held_cb[w->held_n] = cb;
        w->held_arg[w->held_n++] = cb_arg;
        if (w->held_n == w->stop_at)
            loop_stop(w->loop);
        return;
    }
    say(w, cb, cb_arg);
}

static void on_telco_done(void *arg)
{
    struct world *w = arg;

    loop_stop(w->loop);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct ingress_ops ops = { .submit = submit, .arg = w };
    struct err e = { "" };
    struct provider_conf *p = w->config.providers;

    w->config.listen.host = S("127.0.0.1");
    w->config.utc_offset_min = 420;
    p[0] = (struct provider_conf){ .name = S("emulator"), .dialect = S("emulator") };
    p[1] = (struct provider_conf){ .name = S("kannel"), .dialect = S("kannel"), .token = S("rahasia") };
    p[1].allow[p[1].allow_n++] = S("127.0.0.0/8");
    p[2] = (struct provider_conf){ .name = S("at"), .dialect = S("africastalking") };
    p[2].allow[p[2].allow_n++] = S("127.0.0.1");
    p[3] = (struct provider_conf){ .name = S("jauh"), .dialect = S("kannel") };
    p[3].allow[p[3].allow_n++] = S("10.1.2.3");
    p[4] = (struct provider_conf){ .name = S("tw"), .dialect = S("twilio"), .secret = S("kunci") };
    p[5] = (struct provider_conf){ .name = S("ib"), .dialect = S("infobip"), .token = S("t") };
    p[6] = (struct provider_conf){
        .name = S("js"), .dialect = S("generic"), .secret = S("kunci"), .shape = &json_shape
    };
    p[7] = (struct provider_conf){ .name = S("xm"), .dialect = S("generic"), .shape = &xml_shape };
    w->config.service_code = S("*123#");
    p[8] = (struct provider_conf){ .name = S("vo"), .dialect = S("vonage") };
    p[8].allow[p[8].allow_n++] = S("127.0.0.1");
    w->config.parts_ms = 120000;
    w->config.providers_n = 9;
    w->config.public_url = S("https://sms.dinkes.example/");
    w->loop = loop_new(&e);
    w->wake = loop_wake_new(w->loop, on_telco_done, w);
    w->ingress = ingress_open(w->loop, &w->config, &ops, &e);
    if (!w->ingress) {
        print_error("%s\n", e.text);
        return -1;
    }
    w->say = REASON_accepted;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    ingress_close(w->ingress);
    loop_wake_free(w->wake);
    loop_free(w->loop);
    free(w);
    return 0;
}

static void *telco(void *arg)
{
    struct world *w = arg;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)ingress_port(w->ingress)) };
    struct timeval patience = { .tv_sec = 20 };
    int64_t begun = clock_mono_ms();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t sent = 0;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->response_n = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) {
        while (sent < w->request_n) {
            struct timeval drip = { .tv_usec = (suseconds_t)w->drip_ms * 1000 };
            ssize_t n;

            if (w->drip_ms) {
                char byte;

                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &drip, sizeof drip);
                n = recv(fd, &byte, 1, 0);
                if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
                    break;
            }
            n = send(fd, w->request + sent, w->drip_ms ? 1 : w->request_n - sent, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            sent += (size_t)n;
        }
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        for (;;) {
            ssize_t n = recv(fd, w->response + w->response_n, ANSWER_MAX - 1 - w->response_n, 0);

            if (n <= 0)
                break;
            w->response_n += (size_t)n;
        }
    }
    w->response[w->response_n] = '\0';
    w->took_ms = clock_mono_ms() - begun;
    close(fd);
    loop_wake(w->wake);
    return NULL;
}

/* Sends the bytes, runs the loop until the gateway closed the connection. */
static void exchange(struct world *w, const char *request, size_t n)
{
    pthread_t t;

    w->request = request;
    w->request_n = n;
    assert_int_equal(pthread_create(&t, NULL, telco, w), 0);
    assert_int_equal(loop_run(w->loop), 0);
    pthread_join(t, NULL);
}

static int status_of(const struct world *w)
{
    int status = 0;

    return sscanf(w->response, "HTTP/1.%*d %d", &status) == 1 ? status : -1;
}

static const char *body_of(const struct world *w)
{
    const char *p = strstr(w->response, "\r\n\r\n");

    return p ? p + 4 : "(no body)";
}

static void post(struct world *w, const char *path, const char *type, const char *body, size_t n)
{
    static char request[300000];
    int head = snprintf(request, 4096,
                        "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, type, n);

    memcpy(request + head, body, n);
    exchange(w, request, (size_t)head + n);
}

static void post_form(struct world *w, const char *path, const char *body)
{
    post(w, path, "application/x-www-form-urlencoded", body, strlen(body));
}

static void get(struct world *w, const char *target)
{
    char request[4096];
    int n =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target);

    exchange(w, request, (size_t)n);
}

/* --- SPEC 4, first row --- */

static void an_emulator_sms_is_taken_and_its_id_comes_back(void **state)
{
    struct world *w = *state;

    post_form(w, "/sms/emulator", "id=a1&from=0812-3456-7890&to=98120&text=TIMB+Siti%20P");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"status\":\"accepted\",\"id\":\"a1\"}");
    assert_string_equal(w->from, "+6281234567890");
    assert_true(w->seen.from_is_msisdn);
    assert_string_equal(w->text, "TIMB Siti P");
    assert_string_equal(w->provider, "emulator");
    assert_int_equal(w->seen.kind, INBOUND_SMS);
    assert_true(w->seen.received_ms > 0);
}

static void a_json_body_says_the_same(void **state)
{
    struct world *w = *state;
    const char *body = "{\"text\":\"KASUS DIARE\\nKASUS DBD\",\"from\":\"+6281234567890\",\"id\":77}";

    post(w, "/sms/emulator", "application/json", body, strlen(body));
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"status\":\"accepted\",\"id\":\"77\"}");
    assert_string_equal(w->text, "KASUS DIARE\nKASUS DBD");
}

static void a_get_is_as_good_as_a_post(void **state)
{
    struct world *w = *state;

    get(w, "/sms/emulator?text=a%2Bb+c&from=6281234567890&id=g1");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(w->text, "a+b c");
    assert_string_equal(w->from, "+6281234567890");
}

static void a_repeat_is_called_a_duplicate(void **state)
{
    struct world *w = *state;

    w->say = REASON_duplicate;
    post_form(w, "/sms/emulator", "id=a1&from=081234567890&text=x");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"status\":\"duplicate\",\"id\":\"a1\"}");
}

static void without_an_id_one_is_made_from_sender_and_text(void **state)
{
    struct world *w = *state;
    char first[256];

    post_form(w, "/sms/emulator", "from=081234567890&text=x");
    snprintf(first, sizeof first, "%s", w->id);
    assert_int_equal(strlen(first), 34);
    /* Said again when the answer was heard: another message (RULINGS 53). */
    post_form(w, "/sms/emulator", "text=x&from=%2B6281234567890");
    assert_string_not_equal(w->id, first);
    assert_memory_equal(w->id, first, 34);
    /* Told to come again, it is the same one. */
    snprintf(first, sizeof first, "%s", w->id);
    w->say = REASON_busy;
    post_form(w, "/sms/emulator", "text=z&from=%2B6281234567890");
    snprintf(first, sizeof first, "%s", w->id);
    w->say = REASON_accepted;
    post_form(w, "/sms/emulator", "text=z&from=%2B6281234567890");
    assert_string_equal(w->id, first);
    post_form(w, "/sms/emulator", "from=081234567890&text=y");
    assert_string_not_equal(w->id, first);
    post_form(w, "/sms/emulator", "from=081234567891&text=x");
    assert_string_not_equal(w->id, first);
}

static void hostile_bytes_are_messages_of_ours(void **state)
{
    struct world *w = *state;
    const char nul[] = "id=n1&from=081234567890&text=a\0b%00c";

    post(w, "/sms/emulator", "application/x-www-form-urlencoded", nul, sizeof nul - 1);
    assert_int_equal(status_of(w), 200);
    assert_string_equal(w->text, "abc");
    assert_true(w->seen.text_was_broken);
    post_form(w, "/sms/emulator", "id=n2&from=081234567890&text=caf%E9");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(w->text, "caf\xC3\xA9");
    assert_true(w->seen.text_was_broken);
    post_form(w, "/sms/emulator", "id=n3&from=INFO&text=");
    assert_int_equal(status_of(w), 200);
    assert_false(w->seen.from_is_msisdn);
    assert_string_equal(w->from, "INFO");
    assert_string_equal(w->text, "");
}

static void what_lacks_a_sender_or_a_text_is_a_bad_shape(void **state)
{
    struct world *w = *state;
    uint64_t before = reason_total(REASON_bad_shape);

    post_form(w, "/sms/emulator", "id=a1&text=x");
    assert_int_equal(status_of(w), 400);
    assert_string_equal(body_of(w), "{\"error\":\"bad_shape\"}");
    post_form(w, "/sms/emulator", "id=a1&from=081234567890");
    assert_int_equal(status_of(w), 400);
    post(w, "/sms/emulator", "application/json", "{\"from\":", 8);
    assert_int_equal(status_of(w), 400);
    assert_int_equal(w->submitted, 0);
    assert_int_equal(reason_total(REASON_bad_shape), before + 3);
}

static void a_body_over_64_kib_is_413(void **state)
{
    struct world *w = *state;
    char *body = malloc(100000);

    memset(body, 'x', 100000);
    memcpy(body, "id=b&from=081234567890&text=", 28);
    post(w, "/sms/emulator", "application/x-www-form-urlencoded", body, 100000);
    assert_int_equal(status_of(w), 413);
    assert_string_equal(body_of(w), "{\"error\":\"too_large\"}");
    post(w, "/sms/emulator", "application/x-www-form-urlencoded", body, 65536);
    assert_int_equal(status_of(w), 200);
    free(body);
}

static void busy_is_503_with_retry_after(void **state)
{
    struct world *w = *state;

    w->say = REASON_spool_full;
    post_form(w, "/sms/emulator", "id=a1&from=081234567890&text=x");
    assert_int_equal(status_of(w), 503);
    assert_non_null(strstr(w->response, "Retry-After: "));
    assert_string_equal(body_of(w), "{\"error\":\"spool_full\"}");
}

static void two_senders_never_share_a_limit(void **state)
{
    struct config c = { .per_sender = 2 };
    struct rates *r = rates_new();
    char number[2][24] = { "+6281200000000" };
    struct inbound in = { .kind = INBOUND_SMS, .provider = S("x") };

    (void)state;
    /* Find one that falls on the same place of the old table of 8192. */
    for (unsigned i = 1; slice_hash(slice_of(number[1])) % 8192 != slice_hash(slice_of(number[0])) % 8192;
         i++)
        snprintf(number[1], sizeof number[1], "+62813%07u", i);
    for (unsigned i = 0; i < 4; i++) {
        in.from = slice_of(number[i % 2]);
        assert_true(rates_take(r, &c, &in, 1000));
    }
    for (unsigned i = 0; i < 4; i++) {
        in.from = slice_of(number[i % 2]);
        assert_false(rates_take(r, &c, &in, 1000));
    }
    in = (struct inbound){ .kind = INBOUND_USSD, .op = USSD_INPUT, .provider = S("x"), .from = in.from };
    assert_true(rates_take(r, &c, &in, 1000));
    rates_free(r);
}

static void rates_count_per_sender(void **state)
{
    struct world *w = *state;

    w->config.per_sender = 2;
    for (int i = 0; i < 3; i++)
        post_form(w, "/sms/emulator", "from=081234567890&text=x");
    assert_int_equal(status_of(w), 503);
    assert_string_equal(body_of(w), "{\"error\":\"rate_limited\"}");
    assert_int_equal(w->submitted, 2);
    post_form(w, "/sms/emulator", "from=081234567891&text=x");
    assert_int_equal(status_of(w), 200);
}

/* --- USSD --- */

static void a_dial_is_answered_with_con(void **state)
{
    struct world *w = *state;

    w->say = REASON_ussd_page;
    w->screen = "1 Timbang\n2 Ibu hamil";
    post_form(w, "/ussd/emulator", "session=s1&from=081234567890&code=*123%23&text=");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "CON 1 Timbang\n2 Ibu hamil");
    assert_non_null(strstr(w->response, "Content-Type: text/plain"));
    assert_int_equal(w->seen.kind, INBOUND_USSD);
    assert_int_equal(w->seen.op, USSD_BEGIN);
    assert_string_equal(w->session, "s1");
    assert_string_equal(w->code, "*123#");
    assert_string_equal(w->id, "");
    w->screen = "Terima kasih";
    w->screen_ends = true;
    post_form(w, "/ussd/emulator", "session=s1&from=081234567890&code=*123%23&text=1");
    assert_string_equal(body_of(w), "END Terima kasih");
    assert_int_equal(w->seen.op, USSD_INPUT);
    assert_string_equal(w->text, "1");
}

static void a_ussd_caller_always_gets_a_page(void **state)
{
    struct world *w = *state;
    static const char *const paths[] = { "/ussd/emulator", "/ussd/tidakada", "/ussd/jauh", "/ussd/kannel" };

    for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        post_form(w, paths[i], "text=1");
        assert_int_equal(status_of(w), 200);
        assert_memory_equal(body_of(w), "END ", 4);
        assert_true(strlen(body_of(w)) > 10);
    }
    w->say = REASON_draining;
    post_form(w, "/ussd/emulator", "session=s1&from=081234567890&code=*123%23&text=1");
    assert_int_equal(status_of(w), 200);
    assert_memory_equal(body_of(w), "END ", 4);
}

static void africastalking_repeats_the_whole_session(void **state)
{
    struct world *w = *state;

    w->screen = "BB?";
    post_form(
        w, "/ussd/at",
        "sessionId=ATUid_1&phoneNumber=%2B6281234567890&networkCode=62001&serviceCode=*123%23&text=1*2*Siti");
    assert_string_equal(body_of(w), "CON BB?");
    assert_string_equal(w->text, "1*2*Siti");
    assert_int_equal(w->seen.step, 4);
    assert_string_equal(w->session, "ATUid_1");
}

/* --- the other dialects --- */

static void kannel_hears_an_empty_text(void **state)
{
    struct world *w = *state;

    get(w, "/sms/kannel/rahasia?p=%2B6281234567890&P=98120&a=TERIMA+48217&I=9b1d&T=1763682000");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "");
    assert_non_null(strstr(w->response, "Content-Type: text/plain"));
    assert_string_equal(w->text, "TERIMA 48217");
    assert_string_equal(w->id, "9b1d");
    assert_int_equal(w->seen.provider_ms, 1763682000000);
}

static void twilio_signs_the_public_url(void **state)
{
    struct world *w = *state;
    /* HMAC-SHA1 of "https://sms.dinkes.example/sms/tw?Body=YA&From=%2B6281234567890" */
    const char *request =
        "GET /sms/tw?Body=YA&From=%2B6281234567890 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "X-Twilio-Signature: wUGYGl/1wW43/DY+Kl1LOqsECVs=\r\n\r\n";

    exchange(w, request, strlen(request));
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "<Response/>");
    get(w, "/sms/tw?Body=YA&From=%2B6281234567890");
    assert_int_equal(status_of(w), 401);
    assert_string_equal(body_of(w), "{\"error\":\"bad_signature\"}");
    assert_int_equal(w->submitted, 1);
}

static void a_list_of_messages_gets_one_answer(void **state)
{
    struct world *w = *state;
    const char *two = "{\"results\":[{\"messageId\":\"1\",\"from\":\"6281\",\"text\":\"a\"},{\"x\":1},"
                      "{\"messageId\":\"2\",\"from\":\"6281\",\"text\":\"b\"}]}";
    const char *none = "{\"results\":[{\"x\":1},{}]}";

    post(w, "/sms/ib/t", "application/json", two, strlen(two));
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{}");
    assert_int_equal(w->submitted, 2);
    assert_string_equal(w->id, "2");
    post(w, "/sms/ib/t", "application/json", none, strlen(none));
    assert_int_equal(status_of(w), 400);
    w->say = REASON_spool_full;
    post(w, "/sms/ib/t", "application/json", two, strlen(two));
    assert_int_equal(status_of(w), 503);
}

static void addresses_and_tokens_are_asked_for(void **state)
{
    struct world *w = *state;

    get(w, "/sms/kannel/salah?from=081234567890&text=x");
    assert_int_equal(status_of(w), 403);
    assert_string_equal(body_of(w), "{\"error\":\"bad_token\"}");
    get(w, "/sms/kannel?from=081234567890&text=x");
    assert_int_equal(status_of(w), 403);
    get(w, "/sms/jauh?from=081234567890&text=x");
    assert_int_equal(status_of(w), 403);
    assert_string_equal(body_of(w), "{\"error\":\"bad_address\"}");
    get(w, "/sms/tidakada?from=081234567890&text=x");
    assert_int_equal(status_of(w), 404);
    get(w, "/");
    assert_int_equal(status_of(w), 404);
    assert_int_equal(w->submitted, 0);
}

static long long now_s(void)
{
    return clock_wall_ms() / 1000;
}

/* POSTs the body with a signature of that time. */
static void through_proxy(struct world *w, const char *path, const char *forwarded)
{
    char request[1024];
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                     "%s\r\nContent-Length: 22\r\nConnection: close\r\n\r\nfrom=%%2B62812345&text=x",
                     path, forwarded);

    exchange(w, request, (size_t)n);
}

/* A proxy on this machine makes everybody 127.0.0.1. */
static void a_proxy_lends_nobody_its_address(void **state)
{
    static const char *const marks[] = { "X-Forwarded-For: 8.8.8.8", "X-Forwarded-For: 127.0.0.1",
                                         "X-Real-IP: 127.0.0.1", "Forwarded: for=8.8.8.8", "Via: 1.1 x" };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        through_proxy(w, "/sms/emulator", marks[i]);
        assert_int_equal(status_of(w), 403);
        through_proxy(w, "/sms/kannel/rahasia", marks[i]);
        assert_int_equal(status_of(w), 403);
        through_proxy(w, "/sms/at", marks[i]);
        assert_int_equal(status_of(w), 403);
    }
    w->config.proxies[w->config.proxies_n++] = S("127.0.0.1");
    through_proxy(w, "/sms/jauh", "X-Forwarded-For: 9.9.9.9, 10.1.2.3");
    assert_int_equal(status_of(w), 200);
    through_proxy(w, "/sms/jauh", "X-Forwarded-For: 10.1.2.3, 127.0.0.1");
    assert_int_equal(status_of(w), 200);
    through_proxy(w, "/sms/jauh", "X-Forwarded-For: 10.1.2.3, 9.9.9.9");
    assert_int_equal(status_of(w), 403);
    through_proxy(w, "/sms/jauh", "X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-For: 9.9.9.9");
    assert_int_equal(status_of(w), 403);
    through_proxy(w, "/sms/jauh", "Accept: x");
    assert_int_equal(status_of(w), 403);
    through_proxy(w, "/sms/emulator", "X-Forwarded-For: 127.0.0.1");
    assert_int_equal(status_of(w), 403);
}

/* The table of admission.h, whole. */
static void nothing_is_open_by_omission(void **state)
{
    static const struct {
        const char *dialect;
        bool allow, token, secret;
        enum reason near, far, far_token, listed_token;
    } rows[] = {
        { "kannel", false, false, false, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "kannel", false, false, true, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "kannel", false, true, false, REASON_bad_token, REASON_bad_token, REASON_accepted,
          REASON_accepted },
        { "kannel", true, false, true, REASON_bad_address, REASON_bad_address, REASON_bad_address,
          REASON_bad_token },
        { "kannel", true, true, false, REASON_bad_address, REASON_bad_address, REASON_bad_address,
          REASON_accepted },
        { "africastalking", false, false, true, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "infobip", false, false, true, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "jasmin", false, false, true, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "twilio", false, false, true, REASON_accepted, REASON_accepted, REASON_bad_token,
          REASON_bad_token },
        { "vonage", false, false, true, REASON_accepted, REASON_accepted, REASON_bad_token,
          REASON_bad_token },
        { "generic", false, false, true, REASON_accepted, REASON_accepted, REASON_bad_token,
          REASON_bad_token },
        { "generic", false, false, false, REASON_accepted, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "emulator", false, true, true, REASON_bad_token, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
        { "emulator", true, true, false, REASON_bad_address, REASON_bad_address, REASON_bad_address,
          REASON_bad_address },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct provider_conf p = { .dialect = slice_of(rows[i].dialect) };
        struct admission_caller near = { .address = S("127.0.0.1") }, far = { .address = S("8.8.8.8") },
                                known = { .address = S("10.1.2.3") }, hidden = { .forwarded = true };

        if (rows[i].allow)
            p.allow[p.allow_n++] = S("10.1.2.0/24");
        if (rows[i].token)
            p.token = S("t");
        if (rows[i].secret)
            p.secret = S("s");
        assert_int_equal(admission_check(&p, &near, S("")), rows[i].near);
        assert_int_equal(admission_check(&p, &far, S("")), rows[i].far);
        assert_int_equal(admission_check(&p, &far, S("t")), rows[i].far_token);
        assert_int_equal(admission_check(&p, &known, S("t")), rows[i].listed_token);
        assert_int_not_equal(admission_check(&p, &hidden, S("")),
                             rows[i].far == REASON_accepted ? REASON_bad_address : REASON_accepted);
    }
}

static void post_signed(struct world *w, const char *body, long long when)
{
    char request[2048], hex[2 * SHA256_DIGEST_SIZE + 1], at[32];
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx ctx;
    int n;

    snprintf(at, sizeof at, "%lld", when);
    hmac_sha256_set_key(&ctx, 5, (const uint8_t *)"kunci");
    hmac_sha256_update(&ctx, strlen(at), (const uint8_t *)at);
    hmac_sha256_update(&ctx, strlen(body), (const uint8_t *)body);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    for (unsigned i = 0; i < sizeof digest; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
    n = snprintf(request, sizeof request,
                 "POST /sms/js HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Timestamp: %s\r\n"
                 "X-Signature: %s\r\nContent-Length: %zu\r\n\r\n%s",
                 at, hex, strlen(body), body);
    exchange(w, request, (size_t)n);
}

static void a_generic_provider_is_told_by_configuration(void **state)
{
    struct world *w = *state;

    post_signed(w, "{\"id\":7,\"from\":\"0812-3456-7890\",\"text\":\"YA\"}", now_s());
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"ok\":\"7\"}");
    assert_string_equal(w->from, "+6281234567890");
    assert_string_equal(w->id, "7");
    w->screen = "1 Timbang & lain\n2 <Ibu>";
    post_form(w, "/ussd/xm", "sid=s9&msisdn=6281234567890&in=");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w),
                        "<u s='s9' n='+6281234567890' more='1'>1 Timbang &amp; lain\n2 &lt;Ibu&gt;</u>");
    assert_string_equal(w->code, "*123#");
    w->screen_ends = true;
    post_form(w, "/ussd/xm", "sid=s9&msisdn=6281234567890&in=1");
    assert_non_null(strstr(body_of(w), "more='0'"));
    /* A door that is not told of is shut, in its own shape. */
    post_form(w, "/sms/xm", "msisdn=6281234567890&in=1");
    assert_int_equal(status_of(w), 400);
    post_form(w, "/ussd/xm", "sid=s9");
    assert_int_equal(status_of(w), 200);
    assert_non_null(strstr(body_of(w), "more='0'"));
}

static void a_signed_request_is_taken_once(void **state)
{
    struct world *w = *state;
    const char *body = "{\"id\":8,\"from\":\"081234567890\",\"text\":\"YA\"}";
    long long first = now_s();

    post_signed(w, body, first);
    assert_int_equal(status_of(w), 200);
    post_signed(w, body, first);
    /* Success again, for a telco that did not hear us; nothing is done again. */
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"ok\":\"8\"}");
    assert_int_equal(w->submitted, 1);
    post_signed(w, body, first + 1);
    assert_int_equal(status_of(w), 200);
    assert_int_equal(w->submitted, 2);
    post_signed(w, body, first + 90);
    assert_string_equal(body_of(w), "{\"error\":\"bad_signature\"}");
    post_signed(w, body, first - 90);
    assert_int_equal(status_of(w), 401);
    post(w, "/sms/js", "application/json", body, strlen(body));
    assert_int_equal(status_of(w), 401);
}

static void what_was_told_to_come_again_may(void **state)
{
    struct world *w = *state;
    const char *body = "{\"id\":9,\"from\":\"081234567890\",\"text\":\"YA\"}";
    long long first = now_s();

    for (int i = 0; i < 3; i++) {
        w->say = i < 2 ? REASON_spool_full : REASON_accepted;
        post_signed(w, body, first);
        assert_int_equal(status_of(w), i < 2 ? 429 : 200);
        if (i < 2)
            assert_string_equal(body_of(w), "{\"ok\":\"retry\"}");
    }
    assert_int_equal(w->submitted, 3);
}

static void a_signature_is_remembered_for_its_life(void **state)
{
    struct replays *r = replays_new();
    uint64_t key = replays_key(S("js"), S("sha256=00AAbb"));

    (void)state;
    assert_non_null(r);
    assert_int_equal(replays_take(r, key, 1000, 500), REPLAY_FRESH);
    assert_int_equal(replays_take(r, key, 1100, 500), REPLAY_UNDER_WAY);
    replays_end(r, key, true);
    assert_int_equal(replays_take(r, key, 1499, 500), REPLAY_TAKEN);
    assert_int_equal(replays_take(r, key, 1500, 500), REPLAY_FRESH);
    replays_end(r, key, false);
    assert_int_equal(replays_take(r, key, 1501, 500), REPLAY_FRESH);
    /* Ten that share a place: the newest eight are known. */
    for (uint64_t i = 0; i < 10; i++)
        assert_int_equal(replays_take(r, 5 + i * 8192, 2000 + (int64_t)i, 1000), REPLAY_FRESH);
    assert_int_equal(replays_take(r, 5 + 9 * 8192, 2100, 1000), REPLAY_UNDER_WAY);
    assert_int_equal(replays_take(r, 5 + 2 * 8192, 2100, 1000), REPLAY_UNDER_WAY);
    assert_int_equal(replays_take(r, 5, 2100, 1000), REPLAY_FRESH);
    replays_free(r);
    assert_int_equal(
        replays_key(S("js"), S("sha256="
                               "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")),
        replays_key(S("js"), S("abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789")));
}

/* One call of Infobip's; the session stands in the path. */
static void infobip(struct world *w, const char *method, const char *call, const char *body)
{
    char request[2048];
    int n = snprintf(request, sizeof request,
                     "%s /ussd/ib/t/s-1/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     method, call, strlen(body), body);

    exchange(w, request, (size_t)n);
}

static void infobip_calls_start_response_and_end(void **state)
{
    struct world *w = *state;
    const char *put =
        "PUT /sms/emulator?from=081234567890&text=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Content-Length: 0\r\n\r\n";

    w->screen = "1 Timbang";
    infobip(w, "POST", "start", "{\"msisdn\":\"6281234567890\",\"shortCode\":\"*123#\",\"text\":\"\"}");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(body_of(w), "{\"ussdMenu\":\"1 Timbang\",\"shouldClose\":false,"
                                    "\"responseExitCode\":200,\"responseMessage\":\"\"}");
    assert_int_equal(w->seen.op, USSD_BEGIN);
    assert_string_equal(w->session, "s-1");
    infobip(w, "POST", "response", "{\"msisdn\":\"6281234567890\",\"text\":\"1\"}");
    assert_int_equal(w->seen.op, USSD_INPUT);
    assert_string_equal(w->code, "*123#");
    infobip(w, "PUT", "end", "{\"exitCode\":0,\"reason\":\"ok\"}");
    assert_string_equal(body_of(w), "{\"responseExitCode\":200,\"responseMessage\":\"\"}");
    assert_int_equal(w->submitted, 2);
    infobip(w, "PUT", "end", "{\"exitCode\":510,\"msisdn\":\"6281234567890\"}");
    assert_int_equal(w->seen.op, USSD_ENDED);
    assert_string_equal(body_of(w), "{\"responseExitCode\":200,\"responseMessage\":\"\"}");
    infobip(w, "POST", "status", "{}");
    assert_non_null(strstr(body_of(w), "\"shouldClose\":true"));
    post(w, "/ussd/ib/wrong/s-1/start", "application/json", "{}", 2);
    assert_non_null(strstr(body_of(w), "\"shouldClose\":true"));
    assert_int_equal(w->submitted, 3);
    /* PUT is for such calls alone. */
    exchange(w, put, strlen(put));
    assert_int_equal(status_of(w), 400);
    assert_int_equal(w->submitted, 3);
}

struct quiet {
    struct world *w;
    struct stat *open;
    struct loop_timer *timer;
    unsigned looks;
};

static void part(struct world *w, unsigned ref, unsigned n, const char *text)
{
    char target[256];

    snprintf(
        target, sizeof target,
        "/sms/"
        "vo?msisdn=6281234567890&to=98120&messageId=m%u&text=%s&concat=true&concat-ref=%u&concat-total=2&"
        "concat-part=%u",
        n, text, ref, n);
    get(w, target);
}

static void parts_of_a_long_sms_are_taken_together(void **state)
{
    struct world *w = *state;
    char id[256];

    part(w, 7, 2, "2,5+76");
    assert_int_equal(status_of(w), 503);
    assert_string_equal(body_of(w), "{\"error\":\"part_waits\"}");
    part(w, 8, 2, "3,1");
    part(w, 7, 2, "2,5+76");
    assert_int_equal(status_of(w), 503);
    assert_int_equal(w->submitted, 0);
    /* Redis is away and the spool full: the whole is not taken, nor are its parts. */
    w->say = REASON_spool_full;
    part(w, 7, 1, "TIMBANG+Siti+P+14bl+1");
    assert_int_equal(status_of(w), 503);
    assert_string_equal(w->text, "TIMBANG Siti P 14bl 12,5 76");
    snprintf(id, sizeof id, "%s", w->id);
    w->say = REASON_accepted;
    part(w, 7, 1, "TIMBANG+Siti+P+14bl+1");
    assert_int_equal(status_of(w), 200);
    assert_int_equal(w->submitted, 2);
    assert_string_equal(w->text, "TIMBANG Siti P 14bl 12,5 76");
    assert_string_equal(w->id, id);
    /* What comes again is known. */
    part(w, 7, 2, "2,5+76");
    assert_int_equal(status_of(w), 200);
    part(w, 7, 1, "TIMBANG+Siti+P+14bl+1");
    assert_int_equal(status_of(w), 200);
    assert_int_equal(w->submitted, 2);
    /* One that can be no part of anything goes on alone. */
    part(w, 9, 3, "5+TIMBANG+Ani+P+14bl+1");
    assert_int_equal(status_of(w), 200);
    assert_string_equal(w->text, "[...] TIMBANG Ani P 14bl [...]");
}

static void until_submitted(void *arg)
{
    struct quiet *q = arg;

    if (q->w->submitted > 0 || ++q->looks == 500)
        loop_stop(q->w->loop);
    else
        loop_timer_set(q->timer, 20);
}

static void parts_that_stay_alone_go_on_with_their_gaps(void **state)
{
    struct world *w = *state;
    struct quiet q = { .w = w };

    w->config.parts_ms = 100;
    ingress_reload(w->ingress, &w->config, NULL);
    part(w, 7, 1, "RUJUK+Ana+28th+perdarahan+td+12");
    assert_int_equal(status_of(w), 503);
    q.timer = loop_timer_new(w->loop, "overdue", until_submitted, &q);
    loop_timer_set(q.timer, 20);
    assert_int_equal(loop_run(w->loop), 0);
    loop_timer_free(q.timer);
    assert_int_equal(w->submitted, 1);
    assert_string_equal(w->text, "RUJUK Ana 28th perdarahan td [...]");
    assert_string_equal(w->from, "+6281234567890");
    part(w, 7, 1, "RUJUK+Ana+28th+perdarahan+td+12");
    assert_int_equal(status_of(w), 200);
    assert_int_equal(w->submitted, 1);
}

static void a_delivery_report_comes_in_by_our_uuid(void **state)
{
    struct world *w = *state;

    get(w, "/dlr/kannel/rahasia?uuid=6f9619ff-8b86-d011-b42d-00c04fc964ff&type=1&id=abc");
    assert_int_equal(status_of(w), 200);
    assert_int_equal(w->seen.kind, INBOUND_DLR);
    assert_string_equal(w->session, "6f9619ff-8b86-d011-b42d-00c04fc964ff");
    assert_string_equal(w->text, "delivered");
    assert_string_equal(w->id, "dlr/6f9619ff-8b86-d011-b42d-00c04fc964ff/delivered");
}

/* --- guards --- */

static void odd_and_doubled_headers_are_refused(void **state)
{
    static const char *const odd[] = {
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: +4\r\n",
        "Content-Length : 4\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -4\r\n",
        "Transfer-Encoding: chunked, identity\r\nContent-Length: 4\r\n",
    };
    struct world *w = *state;
    char request[512];

    for (unsigned i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        int n = snprintf(
            request, sizeof request,
            "POST /sms/emulator?from=081234567890&text=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n"
            "a=b\r",
            odd[i]);

        exchange(w, request, (size_t)n);
        assert_int_equal(status_of(w), 400);
    }
    assert_int_equal(w->submitted, 0);
}

static void only_get_and_post_are_known(void **state)
{
    struct world *w = *state;
    const char *request =
        "DELETE /sms/emulator?from=081234567890&text=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    exchange(w, request, strlen(request));
    assert_int_equal(status_of(w), 501);
    assert_int_equal(w->submitted, 0);
}

static void long_headers_are_refused(void **state)
{
    struct world *w = *state;
    char *request = malloc(40000);
    int n = snprintf(request, 200, "GET /sms/emulator?from=081234567890&text=x HTTP/1.1\r\nX: ");

    memset(request + n, 'x', 20000);
    memcpy(request + n + 20000, "\r\n\r\n", 4);
    exchange(w, request, (size_t)n + 20004);
    assert_int_equal(w->submitted, 0);
    assert_int_equal(status_of(w), 431);
    free(request);
}

static void a_byte_now_and_then_does_not_hold_a_connection(void **state)
{
    struct world *w = *state;
    const char *request =
        "GET /sms/emulator?from=081234567890&text=slow HTTP/1.1\r\nHost: x\r\nX-Long: xxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n\r\n";

    w->drip_ms = 250;
    exchange(w, request, strlen(request));
    w->drip_ms = 0;
    assert_int_equal(w->submitted, 0);
    assert_int_equal(w->response_n, 0);
    assert_in_range(w->took_ms, 9000, 13000);
}

static void what_dies_early_leaves_nothing_behind(void **state)
{
    static const char *const starts[] = { "",
                                          "GET /sms/emu",
                                          "rubbish\r\n\r\n",
                                          "POST /sms/emulator HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
                                          "\r\n",
                                          "GET / HTTP/1.1\r\n\r\nGET / HT" };
    struct world *w = *state;
    struct stat *open = stat_get(STAT_GAUGE, "ingress_connections", NULL, NULL, NULL);
    int fd[60];

    /* Each half request is left behind by a close or a reset, and its descriptor goes to the next caller. */
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 60; i++) {
            struct linger reset = { .l_onoff = 1 };
            struct sockaddr_in at = { .sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)ingress_port(w->ingress)) };
            const char *bytes = starts[i % 6];

            at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            fd[i] = socket(AF_INET, SOCK_STREAM, 0);
            assert_int_equal(connect(fd[i], (struct sockaddr *)&at, sizeof at), 0);
            assert_true(send(fd[i], bytes, strlen(bytes), MSG_NOSIGNAL) >= 0);
            if (i % 2)
                setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        post_form(w, "/sms/emulator", "id=a&from=081234567890&text=x");
        assert_int_equal(status_of(w), 200);
        for (int i = 0; i < 60; i++)
            close(fd[i]);
        for (int i = 0; i < 10; i++) {
            post_form(w, "/sms/emulator", "id=a&from=081234567890&text=y");
            assert_int_equal(status_of(w), 200);
            assert_string_equal(w->text, "y");
        }
    }
    assert_in_range(open->value, 0, 3);
}

static void speak_now(void *arg)
{
    struct world *w = arg;

    for (unsigned i = 0; i < w->held_n; i++)
        say(w, w->held_cb[i], w->held_arg[i]);
    w->held_n = 0;
}

static unsigned descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void until_all_are_gone(void *arg)
{
    struct quiet *q = arg;

    if (q->open->value == 0 || ++q->looks == 500)
        loop_stop(q->w->loop);
    else
        loop_timer_set(q->timer, 20);
}

static int dial(struct world *w, int who)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)ingress_port(w->ingress)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char request[256];
    int n = snprintf(request, sizeof request,
                     "GET /ussd/emulator?session=s%d&from=0812345678%02d&code=*123%%23&text= HTTP/1.1\r\n"
                     "Host: x\r\n\r\n",
                     who, who);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(send(fd, request, (size_t)n, MSG_NOSIGNAL), n);
    return fd;
}

/* Forty callers hang up while their page is being made, half of them with a reset; the page comes at once, or
 * when the listener has long seen them go. */
static void who_hangs_up_leaves_no_descriptor_behind(void **state)
{
    struct world *w = *state;
    struct quiet q = { .w = w, .open = stat_get(STAT_GAUGE, "ingress_connections", NULL, NULL, NULL) };
    struct loop_timer *late = loop_timer_new(w->loop, "late page", speak_now, w);
    unsigned before;
    int fd[40];

    q.timer = loop_timer_new(w->loop, "quiet", until_all_are_gone, &q);
    post_form(w, "/ussd/emulator", "session=s0&from=081234567890&code=*123%23&text=");
    before = descriptors();
    w->screen = "1 Timbang";
    w->stop_at = 40;
    for (int round = 0; round < 2; round++) {
        w->later = true;
        for (int i = 0; i < 40; i++)
            fd[i] = dial(w, i);
        assert_int_equal(loop_run(w->loop), 0);
        assert_int_equal(w->held_n, 40);
        for (int i = 0; i < 40; i++) {
            struct linger reset = { .l_onoff = 1 };

            if (i % 2)
                setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            close(fd[i]);
        }
        if (round == 0)
            speak_now(w);
        else
            loop_timer_set(late, 100);
        loop_timer_set(q.timer, 150);
        assert_int_equal(loop_run(w->loop), 0);
        assert_int_equal(w->held_n, 0);
        assert_int_equal(q.open->value, 0);
        assert_int_equal(descriptors(), before);
        w->later = false;
        post_form(w, "/ussd/emulator", "session=s1&from=081234567890&code=*123%23&text=");
        assert_string_equal(body_of(w), "CON 1 Timbang");
    }
    loop_timer_free(q.timer);
    loop_timer_free(late);
}

static void five_requests_in_one_breath_get_five_answers(void **state)
{
    struct world *w = *state;
    char request[2048];
    int n = 0, answers = 0;

    for (int i = 0; i < 5; i++)
        n += snprintf(request + n, sizeof request - (size_t)n,
                      "GET /sms/emulator?from=081234567890&text=x&id=p%d HTTP/1.1\r\nHost: x\r\n%s\r\n", i,
                      i == 4 ? "Connection: close\r\n" : "");
    exchange(w, request, (size_t)n);
    for (const char *p = w->response; (p = strstr(p, "\"accepted\"")); p++)
        answers++;
    assert_int_equal(answers, 5);
    assert_int_equal(w->submitted, 5);
}

static void the_answer_waits_for_the_commit(void **state)
{
    struct world *w = *state;
    struct loop_timer *t = loop_timer_new(w->loop, "late commit", speak_now, w);

    w->later = true;
    loop_timer_set(t, 300);
    post_form(w, "/sms/emulator", "id=late&from=081234567890&text=x");
    assert_int_equal(status_of(w), 200);
    assert_true(w->took_ms >= 250);
    loop_timer_free(t);
}

static void a_held_request_is_answered_while_draining(void **state)
{
    struct world *w = *state;
    struct loop_timer *t = loop_timer_new(w->loop, "late commit", speak_now, w);
    struct loop_timer *d = loop_timer_new(w->loop, "drain", (void (*)(void *))ingress_drain, w->ingress);

    w->later = true;
    loop_timer_set(d, 200);
    loop_timer_set(t, 400);
    post_form(w, "/sms/emulator", "id=late&from=081234567890&text=x");
    assert_int_equal(status_of(w), 200);
    loop_timer_free(t);
    loop_timer_free(d);
}

static void an_answer_after_the_end_is_harmless(void **state)
{
    struct world *w = *state;
    struct loop_timer *stop = loop_timer_new(w->loop, "stop", on_telco_done, w);
    pthread_t t;
    const char *request = "GET /sms/emulator?from=081234567890&text=x HTTP/1.1\r\nHost: x\r\n\r\n";

    w->later = true;
    w->request = request;
    w->request_n = strlen(request);
    loop_timer_set(stop, 300);
    assert_int_equal(pthread_create(&t, NULL, telco, w), 0);
    assert_int_equal(loop_run(w->loop), 0);
    assert_int_equal(w->submitted, 1);
    ingress_close(w->ingress);
    speak_now(w);
    pthread_join(t, NULL);
    assert_int_equal(w->response_n, 0);
    loop_timer_free(stop);
    w->ingress = ingress_open(w->loop, &w->config, &(struct ingress_ops){ .submit = submit, .arg = w }, NULL);
    assert_non_null(w->ingress);
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    assert_true(admission_in_network(S("10.1.2.3"), S("10.1.0.0/16")));
    assert_false(admission_in_network(S("10.2.2.3"), S("10.1.0.0/16")));
    assert_true(admission_in_network(S("10.1.2.3"), S("10.1.2.3")));
    assert_false(admission_in_network(S("10.1.2.3"), S("10.1.2.3/33")));
    assert_true(admission_in_network(S("::1"), S("::1")));
    assert_false(admission_in_network(S("127.0.0.1"), S("::1")));
    assert_false(admission_in_network(S(""), S("0.0.0.0/0")));
    assert_true(admission_in_network(S("1.2.3.4"), S("0.0.0.0/0")));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    const struct CMUnitTest tests[] = {
        CASE(an_emulator_sms_is_taken_and_its_id_comes_back),
        CASE(a_json_body_says_the_same),
        CASE(a_get_is_as_good_as_a_post),
        CASE(a_repeat_is_called_a_duplicate),
        CASE(without_an_id_one_is_made_from_sender_and_text),
        CASE(hostile_bytes_are_messages_of_ours),
        CASE(what_lacks_a_sender_or_a_text_is_a_bad_shape),
        CASE(a_body_over_64_kib_is_413),
        CASE(busy_is_503_with_retry_after),
        CASE(rates_count_per_sender),
        cmocka_unit_test(two_senders_never_share_a_limit),
        CASE(a_dial_is_answered_with_con),
        CASE(a_ussd_caller_always_gets_a_page),
        CASE(africastalking_repeats_the_whole_session),
        CASE(kannel_hears_an_empty_text),
        CASE(twilio_signs_the_public_url),
        CASE(a_list_of_messages_gets_one_answer),
        CASE(addresses_and_tokens_are_asked_for),
        CASE(a_proxy_lends_nobody_its_address),
        cmocka_unit_test(nothing_is_open_by_omission),
        CASE(a_generic_provider_is_told_by_configuration),
        CASE(a_signed_request_is_taken_once),
        CASE(what_was_told_to_come_again_may),
        cmocka_unit_test(a_signature_is_remembered_for_its_life),
        CASE(infobip_calls_start_response_and_end),
        CASE(parts_of_a_long_sms_are_taken_together),
        CASE(parts_that_stay_alone_go_on_with_their_gaps),
        CASE(a_delivery_report_comes_in_by_our_uuid),
        CASE(odd_and_doubled_headers_are_refused),
        CASE(only_get_and_post_are_known),
        CASE(long_headers_are_refused),
        CASE(a_byte_now_and_then_does_not_hold_a_connection),
        CASE(what_dies_early_leaves_nothing_behind),
        CASE(who_hangs_up_leaves_no_descriptor_behind),
        CASE(five_requests_in_one_breath_get_five_answers),
        CASE(the_answer_waits_for_the_commit),
        CASE(a_held_request_is_answered_while_draining),
        CASE(an_answer_after_the_end_is_harmless),
        cmocka_unit_test(networks_hold_their_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
