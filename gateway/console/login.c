/* login.c - in and out: /masuk, /keluar. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/console/login.h"

struct hashing *hashing_new(struct console *c, struct slice password)
{
    struct hashing *h = calloc(1, sizeof *h);

    if (h) {
        h->console = c;
        snprintf(h->password, sizeof h->password, "%.*s", SLICE_ARG(password));
    }
    return h;
}

void hashing_free(struct hashing *h)
{
    sodium_memzero(h, sizeof *h);
    free(h);
}

/* --- in --- */

static void form_again(struct request *r, int status, const char *why)
{
    r->values = node_object(&r->arena);
    node_put(r->values, "why", why ? request_text(r, why) : S(""));
    node_put(r->values, "nama", slice_take(request_field(r, "nama"), ACCOUNT_NAME - 1));
    request_page(r, status, "masuk");
}

void login_get(struct request *r)
{
    if (r->session)
        request_redirect(r, S("/"));
    else
        form_again(r, 200, NULL);
}

void hashing_check(void *arg, unsigned thread)
{
    struct hashing *h = arg;

    (void)thread;
    h->right = account_matches(h->hash, h->password);
}

void login_let_in(struct request *r, const struct account *a)
{
    char cookie[SESSION_TEXT], line[160];
    struct http_header more[] = { { "Location", "/" }, { "Set-Cookie", line }, { NULL, NULL } };
    bool sealed = slice_starts(request_header(r, "Origin"), "https://");

    if (r->session)
        session_end(r->console->sessions, r->session);
    session_begin(r->console->sessions, a, r->now_ms, cookie);
    snprintf(line, sizeof line, "kentongan=%s; Path=/; HttpOnly; SameSite=Strict%s", cookie,
             sealed ? "; Secure" : "");
    snprintf(r->who, sizeof r->who, "%s", a->name);
    r->role = a->role;
    request_audit(r, "masuk", S(""), S(""), "ok");
    request_send(r, 303, "text/plain; charset=utf-8", S(""), more);
    sodium_memzero(cookie, sizeof cookie);
    sodium_memzero(line, sizeof line);
}

static void check_done(void *arg)
{
    struct hashing *h = arg;
    struct request *r = h->request;
    struct console *c = h->console;
    const struct account *a = accounts_find(c->accounts, slice_of(h->account.name));
    bool right = h->right && a && strcmp(a->hash, h->hash) == 0;
    bool late = right && a->once && a->until_ms && a->until_ms < clock_wall_ms();

    hashing_free(h);
    if (c->stopped)
        return;
    r->now_ms = clock_wall_ms();
    r->session = session_by_serial(c->sessions, r->session_serial);
    sessions_tried(c->sessions, request_field(r, "nama"), r->address, right, r->now_ms);
    if (right && !late) {
        login_let_in(r, a);
        return;
    }
    r->role = ACCOUNT_NONE;
    r->who[0] = '\0';
    /* The name is not noted: it may be a password, typed into the wrong field. */
    request_audit(r, "masuk", a ? slice_of(a->name) : S(""), late ? S("sekali pakai lewat waktu") : S(""),
                  "refused");
    if (sessions_wait_ms(c->sessions, request_field(r, "nama"), r->address, r->now_ms))
        form_again(r, 429, "masuk.tunggu");
    else
        form_again(r, 401, late ? "masuk.lewat" : "masuk.salah");
}

void login_post(struct request *r)
{
    struct slice name = request_field(r, "nama"), password = request_field(r, "sandi");
    const struct account *a = accounts_find(r->console->accounts, name);
    struct hashing *h;

    if (sessions_wait_ms(r->console->sessions, name, r->address, r->now_ms)) {
        form_again(r, 429, "masuk.tunggu");
        return;
    }
    if (!name.n || !password.n || password.n > ACCOUNT_PASSWORD_MOST ||
        memchr(password.p, '\0', password.n) != NULL) {
        form_again(r, 401, "masuk.salah");
        return;
    }
    h = hashing_new(r->console, password);
    if (h) {
        h->request = r;
        snprintf(h->hash, sizeof h->hash, "%s", a ? a->hash : "");
        snprintf(h->account.name, sizeof h->account.name, "%s", a ? a->name : "");
        if (crew_ask(r->console->hashers, hashing_check, check_done, h))
            return;
        hashing_free(h);
    }
    form_again(r, 503, "masuk.sibuk");
}

/* --- out --- */

void logout_get(struct request *r)
{
    r->values = node_object(&r->arena);
    request_page(r, 200, "keluar");
}

void logout_post(struct request *r)
{
    struct http_header more[] = { { "Location", "/masuk" },
                                  { "Set-Cookie",
                                    "kentongan=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" },
                                  { NULL, NULL } };

    request_audit(r, "keluar", S(""), S(""), "ok");
    session_end(r->console->sessions, request_session(r));
    request_send(r, 303, "text/plain; charset=utf-8", S(""), more);
}
