/* http_send.c - see http_send.h.  The usual dance of curl_multi_socket_action with libevent. */
#include "gateway/delivery/http_send.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/buf.h"

enum {
    ANSWER_MAX = 64 * 1024,
    CONNECT_MS = 5000,
};

struct http_call {
    struct http_send *engine;
    struct http_call *next, **at;
    CURL *easy;
    struct curl_slist *headers;
    char *url, *body;
    size_t body_n, body_sent;
    struct buf answer;
    void (*done)(void *, const struct http_result *);
    void *arg;
};

struct http_send {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct http_call *calls;
};

/* The event of one socket, kept by curl as its private pointer. */
static void on_socket(evutil_socket_t fd, short what, void *arg);

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
    struct http_send *s = arg;
    struct event *ev = mine;
    short flags = EV_PERSIST;

    (void)easy;
    if (ev) {
        event_free(ev);
        curl_multi_assign(s->multi, fd, NULL);
    }
    if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE)
        return 0;
    if (what & CURL_POLL_IN)
        flags |= EV_READ;
    if (what & CURL_POLL_OUT)
        flags |= EV_WRITE;
    ev = event_new(loop_base(s->loop), fd, flags, on_socket, s);
    if (ev && event_add(ev, NULL) == 0)
        curl_multi_assign(s->multi, fd, ev);
    return 0;
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
    struct http_send *s = arg;

    (void)multi;
    if (ms < 0)
        loop_timer_stop(s->timer);
    else
        loop_timer_set(s->timer, ms);
    return 0;
}

static void call_free(struct http_call *c)
{
    if (c->at) {
        *c->at = c->next;
        if (c->next)
            c->next->at = c->at;
    }
    if (c->easy) {
        curl_multi_remove_handle(c->engine->multi, c->easy);
        curl_easy_cleanup(c->easy);
    }
    curl_slist_free_all(c->headers);
    /* Passwords stand in bodies, and in URLs where a provider knows only GET. */
    if (c->body)
        explicit_bzero(c->body, c->body_n);
    if (c->url)
        explicit_bzero(c->url, strlen(c->url));
    free(c->body);
    free(c->url);
    buf_free(&c->answer);
    free(c);
}

/* Nothing left the machine unless a connection stood. */
static enum http_outcome outcome_of(CURL *easy, CURLcode rc)
{
    curl_off_t pretransfer = 0;

    switch (rc) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return HTTP_NOT_REACHED;
    default:
        curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
        return pretransfer > 0 ? HTTP_LOST : HTTP_NOT_REACHED;
    }
}

static void finish(struct http_call *c, CURLcode rc)
{
    struct http_result r = { .outcome = outcome_of(c->easy, rc), .why = curl_easy_strerror(rc) };
    curl_off_t retry_s = 0;
    long status = 0, connects = 1;

    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_s);
    curl_easy_getinfo(c->easy, CURLINFO_NUM_CONNECTS, &connects);
    r.kept = connects == 0;
    r.status = (int)status;
    r.body = buf_slice(&c->answer);
    r.retry_after_ms = retry_s > 0 && retry_s < 86400 ? (int64_t)retry_s * 1000 : 0;
    c->done(c->arg, &r);
    call_free(c);
}

static void reap(struct http_send *s)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(s->multi, &left))) {
        struct http_call *c = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
        finish(c, m->data.result);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct http_send *s = arg;
    int running, flags = 0;

    if (what & EV_READ)
        flags |= CURL_CSELECT_IN;
    if (what & EV_WRITE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(s->multi, fd, flags, &running);
    reap(s);
}

static void on_timer(void *arg)
{
    struct http_send *s = arg;
    int running;

    curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(s);
}

struct http_send *http_send_new(struct loop *loop, struct err *e)
{
    struct http_send *s = calloc(1, sizeof *s);

    if (s) {
        s->loop = loop;
        s->timer = loop_timer_new(loop, "http send", on_timer, s);
        s->multi = curl_multi_init();
    }
    if (!s || !s->multi) {
        free(s);
        err_set(e, "delivery: out of memory");
        return NULL;
    }
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
    return s;
}

void http_send_free(struct http_send *s)
{
    if (!s)
        return;
    for (struct http_call *c = s->calls, *next; c; c = next) {
        next = c->next;
        c->at = NULL; /* the list goes as a whole */
        call_free(c);
    }
    curl_multi_cleanup(s->multi);
    loop_timer_free(s->timer);
    free(s);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct http_call *c = arg;
    struct slice part = slice_make(p, size * n);

    /* What is past the limit is read and forgotten: the status is what counts. */
    if (part.n > ANSWER_MAX - c->answer.n)
        part.n = ANSWER_MAX - c->answer.n;
    buf_add(&c->answer, part);
    return size * n;
}

/* Given piece by piece and with no way back: curl must not repeat a request by itself when a kept connection
 * dies under it, for it may have been taken. */
static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    struct http_call *c = arg;
    size_t left = c->body_n - c->body_sent;

    if (left > size * n)
        left = size * n;
    memcpy(p, c->body + c->body_sent, left);
    c->body_sent += left;
    return left;
}

static bool add_header(struct http_call *c, struct slice h)
{
    char *text = malloc(h.n + 1);
    struct curl_slist *list = NULL;

    if (text) {
        memcpy(text, h.p, h.n);
        text[h.n] = '\0';
        list = curl_slist_append(c->headers, text);
        free(text);
    }
    if (list)
        c->headers = list;
    return list != NULL;
}

static char *copy(struct slice s)
{
    char *p = malloc(s.n + 1);

    if (p) {
        if (s.n)
            memcpy(p, s.p, s.n);
        p[s.n] = '\0';
    }
    return p;
}

static bool build(struct http_call *c, const struct wire_send *w)
{
    char type[128];
    int n = snprintf(type, sizeof type, "Content-Type: %.*s", SLICE_ARG(w->content_type));

    c->easy = curl_easy_init();
    c->url = copy(w->url);
    c->body = copy(w->body);
    c->body_n = w->body.n;
    if (!c->easy || !c->url || !c->body || n < 0 || (size_t)n >= sizeof type)
        return false;
    /* No `Expect: 100-continue`: it costs a second with servers that do not know it. */
    if ((!w->get && !add_header(c, slice_make(type, (size_t)n))) || !add_header(c, S("Expect:")))
        return false;
    for (unsigned i = 0; i < w->headers_n; i++)
        if (!add_header(c, w->headers[i]))
            return false;
    return true;
}

/* curl repeats a GET by itself when a kept connection dies under it: it gets one of its own. */
static void set_method(struct http_call *c, const struct wire_send *w)
{
    CURL *e = c->easy;

    if (w->get) {
        curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
        return;
    }
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    if (w->put)
        curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(e, CURLOPT_READDATA, c);
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body_n);
}

static void set_options(struct http_call *c, int64_t timeout_ms)
{
    CURL *e = c->easy;

    curl_easy_setopt(e, CURLOPT_URL, c->url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "kentongan");
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(e, CURLOPT_PRIVATE, c);
    /* Its threads that ask for names are left behind when time is out: it would wait for them, and the loop
     * with it, for as long as the name server says nothing. */
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    /* A proxy of the environment would see every SMS. */
    curl_easy_setopt(e, CURLOPT_PROXY, "");
}

bool http_send_start(struct http_send *s, const struct wire_send *w, int64_t timeout_ms,
                     void (*done)(void *, const struct http_result *), void *arg)
{
    struct http_call *c = calloc(1, sizeof *c);

    if (!c)
        return false;
    c->engine = s;
    c->done = done;
    c->arg = arg;
    buf_init(&c->answer, ANSWER_MAX);
    if (!build(c, w)) {
        call_free(c);
        return false;
    }
    set_method(c, w);
    set_options(c, timeout_ms);
    c->next = s->calls;
    if (c->next)
        c->next->at = &c->next;
    c->at = &s->calls;
    s->calls = c;
    if (curl_multi_add_handle(s->multi, c->easy) != CURLM_OK) {
        call_free(c);
        return false;
    }
    return true;
}
