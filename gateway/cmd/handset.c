/* handset.c - see handset.h. */
#include "gateway/cmd/handset.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/rnd.h"

enum {
    BODY_MAX = 1 << 20,
    FORM_MAX = 1 << 18,
    INBOX_WAIT_S = 20,
    ANSWER_WAIT_MS = 5000, /* a script's next line waits so long for the answer to an SMS */
    REQUEST_S = 15,
};

/* --- showing --- */

static void show(const struct handset *p, const char *colour, const char *head, const char *text, size_t n)
{
    if (p->tty)
        printf("\r\033[K\033[%sm%s\033[0m%.*s\n", colour, head, (int)n, text);
    else
        printf("%s%.*s\n", head, (int)n, text);
}

void handset_prompt(const struct handset *p)
{
    if (p->tty)
        printf("%s %s ", p->me->msisdn, p->session[0] ? "USSD>" : ">");
    fflush(stdout);
}

void handset_complain(struct handset *p, const char *what, const char *why)
{
    p->failed = true;
    fprintf(stderr, "phone: %s: %s\n", what, why);
}

/* A USSD page, line by line. */
static void show_page(const struct handset *p, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");

        show(p, "36", "| ", text, n);
        text += n + (text[n] == '\n');
    }
}

/* --- requests --- */

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct reply *r = arg;

    buf_add(&r->body, slice_make(bytes, size * n));
    return r->body.failed ? 0 : n;
}

static CURL *request(struct reply *r, const char *url, const char *form, long seconds)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        return NULL;
    buf_init(&r->body, BODY_MAX);
    r->done = r->failed = false;
    r->why[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (form)
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, form);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->why);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    return easy;
}

/* name=value of a form, escaped; appended to b. */
static void form_add(struct buf *b, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, (int)strlen(value));

    buf_printf(b, "%s%s=%s", b->n ? "&" : "", name, escaped ? escaped : "");
    curl_free(escaped);
}

static void inbox_ask(struct handset *p, int wait_s);
static void inbox_take(struct handset *p);

void handset_turn(struct handset *p, int wait_ms, bool with_stdin)
{
    struct curl_waitfd in = { .fd = STDIN_FILENO, .events = CURL_WAIT_POLLIN };
    int running, left;
    CURLMsg *m;

    fflush(stdout);
    curl_multi_perform(p->multi, &running);
    while ((m = curl_multi_info_read(p->multi, &left))) {
        struct reply *r = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &r->status);
        r->failed = m->data.result != CURLE_OK;
        r->done = true;
        wait_ms = 0;
    }
    if (p->inbox && p->inbox_reply.done)
        inbox_take(p);
    if (!p->inbox && clock_mono_ms() >= p->inbox_after_ms)
        inbox_ask(p, p->me->seen[0] ? INBOX_WAIT_S : 0);
    curl_multi_poll(p->multi, &in, with_stdin ? 1 : 0, wait_ms, NULL);
    if (with_stdin && in.revents) {
        char part[4096];
        ssize_t n = read(STDIN_FILENO, part, sizeof part);

        if (n > 0)
            buf_add(&p->lines, slice_make(part, (size_t)n));
        else if (n == 0 || errno != EINTR)
            p->eof = true;
    }
}

/* Sends and waits.  False, and said so, when it failed. */
static bool ask(struct handset *p, const char *path, const struct buf *form, struct reply *r)
{
    char url[320];
    CURL *easy;
    bool good;

    snprintf(url, sizeof url, "%s%s", p->url, path);
    easy = request(r, url, form->p, REQUEST_S);
    if (!easy)
        return false;
    curl_multi_add_handle(p->multi, easy);
    while (!r->done)
        handset_turn(p, 1000, false);
    curl_multi_remove_handle(p->multi, easy);
    curl_easy_cleanup(easy);
    good = !r->failed && r->status == 200;
    p->failed = p->failed || !good;
    if (r->failed)
        fprintf(stderr, "phone: %s; is the gateway running (make run)?\n", r->why[0] ? r->why : "no answer");
    else if (!good)
        handset_complain(p, "the gateway refused", r->body.p ? r->body.p : "no reason given");
    return good;
}

/* --- SMS --- */

static void inbox_ask(struct handset *p, int wait_s)
{
    struct buf b;
    char url[512];

    buf_init(&b, sizeof url);
    form_add(&b, "msisdn", p->me->msisdn);
    if (p->me->seen[0])
        form_add(&b, "after", p->me->seen);
    snprintf(url, sizeof url, "%s/emulator/inbox?%s&wait=%d", p->url, b.p ? b.p : "", wait_s);
    buf_free(&b);
    p->inbox = request(&p->inbox_reply, url, NULL, wait_s + REQUEST_S);
    if (p->inbox)
        curl_multi_add_handle(p->multi, p->inbox);
}

void handset_inbox_drop(struct handset *p)
{
    if (!p->inbox)
        return;
    curl_multi_remove_handle(p->multi, p->inbox);
    curl_easy_cleanup(p->inbox);
    buf_free(&p->inbox_reply.body);
    p->inbox = NULL;
}

static void show_sms(struct handset *p, const json_t *sms)
{
    const json_t *id = json_object_get(sms, "id");
    const char *text = json_string_value(json_object_get(sms, "text"));

    if (json_is_string(id))
        snprintf(p->me->seen, sizeof p->me->seen, "%s", json_string_value(id));
    else
        snprintf(p->me->seen, sizeof p->me->seen, "%lld", (long long)json_integer_value(id));
    if (!text)
        return;
    show(p, "32", "SMS: ", text, strlen(text));
    p->answer_until_ms = 0;
}

static void inbox_take(struct handset *p)
{
    struct reply *r = &p->inbox_reply;
    json_t *all =
        r->failed || r->status != 200 ? NULL : json_loadb(r->body.p ? r->body.p : "", r->body.n, 0, NULL);

    /* A gateway that is away is asked again; it may be starting. */
    p->inbox_after_ms = all ? 0 : clock_mono_ms() + 1000;
    if (!p->me->seen[0] && all)
        snprintf(p->me->seen, sizeof p->me->seen, "0");
    for (size_t i = 0; i < json_array_size(all); i++)
        show_sms(p, json_array_get(all, i));
    if (json_array_size(all) > 0)
        handset_prompt(p);
    json_decref(all);
    handset_inbox_drop(p);
}

void handset_sms(struct handset *p, const char *text)
{
    struct buf form;
    struct reply r;
    char id[32], path[96];

    snprintf(id, sizeof id, "phone-%016llx", (unsigned long long)rnd_u64());
    snprintf(path, sizeof path, "/sms/%s", p->provider);
    buf_init(&form, FORM_MAX);
    form_add(&form, "id", id);
    form_add(&form, "from", p->me->msisdn);
    form_add(&form, "to", p->short_code);
    form_add(&form, "text", text);
    p->answer_until_ms = clock_mono_ms() + ANSWER_WAIT_MS;
    if (!ask(p, path, &form, &r))
        p->answer_until_ms = 0;
    buf_free(&r.body);
    buf_free(&form);
}

/* --- USSD --- */

void handset_ussd(struct handset *p, const char *text, const char *op)
{
    struct buf form;
    struct reply r;
    char path[96];

    snprintf(path, sizeof path, "/ussd/%s", p->provider);
    buf_init(&form, FORM_MAX);
    form_add(&form, "session", p->session);
    form_add(&form, "from", p->me->msisdn);
    form_add(&form, "code", p->code);
    form_add(&form, "text", text);
    if (op)
        form_add(&form, "op", op);
    if (ask(p, path, &form, &r) && !op && r.body.n > 4) {
        show_page(p, r.body.p + 4);
        if (memcmp(r.body.p, "CON ", 4) != 0) {
            show(p, "2", "(ended)", "", 0);
            p->session[0] = '\0';
        }
    } else {
        p->session[0] = '\0';
    }
    buf_free(&r.body);
    buf_free(&form);
}

void handset_dial(struct handset *p, const char *code)
{
    snprintf(p->session, sizeof p->session, "phone-%016llx", (unsigned long long)rnd_u64());
    snprintf(p->code, sizeof p->code, "%.60s", code);
    handset_ussd(p, "", NULL);
}
