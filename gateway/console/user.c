/* user.c - the accounts: /akun, /sandi, `ctl user`. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/console/login.h"

enum {
    ONCE_MS = 7 * 24 * 3600 * 1000, /* a password that was given out is good so long */
};

/* --- accounts --- */

static void hash_run(void *arg, unsigned thread)
{
    struct hashing *h = arg;

    (void)thread;
    h->right = account_hash(h->password, h->account.hash);
}

static bool put(struct hashing *h, struct err *e)
{
    if (!h->right)
        err_set(e, "out of memory");
    if (!h->right || accounts_put(h->console->accounts, &h->account, e) != 0)
        return false;
    sessions_end_of(h->console->sessions, h->account.name);
    return true;
}

static void fill(struct account *a, struct slice name, enum account_role role, struct slice area)
{
    int64_t now = clock_wall_ms();

    *a = (struct account){ .role = role, .once = true, .until_ms = now + ONCE_MS, .made_ms = now };
    snprintf(a->name, sizeof a->name, "%.*s", SLICE_ARG(name));
    snprintf(a->area, sizeof a->area, "%.*s", SLICE_ARG(area));
}

/* --- for ctl --- */

static void told(struct hashing *h, const char *text)
{
    h->done(h->ctx, slice_of(text));
}

static void ctl_put_done(void *arg)
{
    struct hashing *h = arg;
    struct err e = { "" };
    char text[400];

    if (put(h, &e)) {
        snprintf(text, sizeof text,
                 "account %s (%s%s%s), password for the first days, to be changed at the first login:\n%s\n",
                 h->account.name, account_role_name(h->account.role), h->account.area[0] ? ", area " : "",
                 h->account.area, h->password);
        audit_add(
            h->console->audit, clock_wall_ms(),
            &(struct audit_line){
                .who = S("ctl"), .act = S("akun"), .of = slice_of(h->account.name), .outcome = S("ok") });
    } else {
        snprintf(text, sizeof text, "error: %.380s\n", e.text);
    }
    if (!h->console->stopped)
        told(h, text);
    sodium_memzero(text, sizeof text);
    hashing_free(h);
}

static void ctl_put(struct console *c, const struct account *a, ctl_done *done, void *ctx)
{
    char password[ACCOUNT_PASSWORD];
    struct hashing *h;

    account_new_password(password);
    h = hashing_new(c, slice_of(password));
    sodium_memzero(password, sizeof password);
    if (h) {
        h->account = *a;
        h->done = done;
        h->ctx = ctx;
        if (crew_ask(c->hashers, hash_run, ctl_put_done, h))
            return;
        hashing_free(h);
    }
    done(ctx, S("error: busy; say it again\n"));
}

static const char user_help[] =
    "user add NAME --role admin|officer|viewer [--area CODE]   makes an account and prints its first "
    "password\n"
    "user list                                                 who has one\n"
    "user reset NAME                                           another first password; its sessions end\n"
    "user remove NAME                                          away, with its sessions\n"
    "\n"
    "Example: user add dewi --role officer --area 19.06.01\n";

static struct slice word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    return slice_cut(rest, ' ');
}

static void user_add(struct console *c, struct slice rest, ctl_done *done, void *ctx)
{
    struct slice name = word(&rest), area = S(""), flag;
    enum account_role role = ACCOUNT_NONE;
    struct account a;

    while ((flag = word(&rest)).n) {
        struct slice value = word(&rest);

        if (slice_is(flag, "--role") && account_role_parse(value, &role))
            continue;
        if (slice_is(flag, "--area") && value.n)
            area = value;
        else {
            done(ctx, S("error: user add NAME --role admin|officer|viewer [--area CODE]\n"));
            return;
        }
    }
    if (!account_name_ok(name))
        done(ctx, S("error: a name of 2 to 32 letters, digits, . _ or -\n"));
    else if (role == ACCOUNT_NONE)
        done(ctx, S("error: which role?  --role admin|officer|viewer\n"));
    else if (accounts_find(c->accounts, name))
        done(ctx, S("error: there is an account of this name; user reset gives it another password\n"));
    else if (area.n &&
             (area.n >= ACCOUNT_AREA || !directory_place(&c->ops.rules(c->ops.arg)->directory, area)))
        done(ctx, S("error: no place has this code; see places.csv\n"));
    else {
        fill(&a, name, role, area);
        ctl_put(c, &a, done, ctx);
    }
}

static void user_list(struct console *c, ctl_done *done, void *ctx)
{
    struct buf b;

    buf_init(&b, 128 * 1024);
    for (unsigned i = 0; i < accounts_n(c->accounts); i++) {
        const struct account *a = accounts_at(c->accounts, i);

        buf_printf(&b, "%-32s %-8s %-14s %s\n", a->name, account_role_name(a->role),
                   a->area[0] ? a->area : "-", a->once ? "first password not yet changed" : "");
    }
    if (!b.n)
        buf_str(&b, "no accounts; user add NAME --role admin makes the first\n");
    done(ctx, buf_slice(&b));
    buf_free(&b);
}

void console_user(struct console *c, struct slice words, ctl_done *done, void *ctx)
{
    struct slice rest = words, verb = word(&rest);
    const struct account *a;
    struct account again;
    struct err e = { "" };

    if (slice_is(verb, "add")) {
        user_add(c, rest, done, ctx);
        return;
    }
    if (slice_is(verb, "list")) {
        user_list(c, done, ctx);
        return;
    }
    if (!slice_is(verb, "reset") && !slice_is(verb, "remove")) {
        done(ctx, slice_of(user_help));
        return;
    }
    a = accounts_find(c->accounts, slice_trim(rest));
    if (!a) {
        done(ctx, S("error: there is no such account; see user list\n"));
    } else if (slice_is(verb, "reset")) {
        fill(&again, slice_of(a->name), a->role, slice_of(a->area));
        ctl_put(c, &again, done, ctx);
    } else {
        sessions_end_of(c->sessions, a->name);
        if (accounts_remove(c->accounts, slice_trim(rest), &e) == 0)
            done(ctx, S("removed\n"));
        else
            done(ctx, S("error: the account could not be removed; is the state folder writable?\n"));
    }
}

void console_audit(struct console *c, struct slice words, ctl_done *done, void *ctx)
{
    struct arena a;
    struct node *list;
    struct buf b;

    (void)words;
    arena_init(&a, 8 << 20);
    buf_init(&b, 512 * 1024);
    list = node_list(&a);
    audit_read(c->audit, 0, 100, list, &a);
    for (const struct node *o = node_first(list); o; o = o->next) {
        node_write(&b, o);
        buf_char(&b, '\n');
    }
    if (!b.n)
        buf_str(&b, "nothing yet\n");
    done(ctx, buf_slice(&b));
    buf_free(&b);
    arena_free(&a);
}

static void first_done(void *arg)
{
    struct hashing *h = arg;
    struct err e = { "" };

    if (put(h, &e))
        h->made(h->ctx, h->account.name, h->password);
    hashing_free(h);
}

bool console_first_account(struct console *c, void (*made)(void *, const char *, const char *), void *arg)
{
    char password[ACCOUNT_PASSWORD];
    const struct account *a = accounts_find(c->accounts, S("contoh"));
    struct hashing *h;

    /* One whose password nobody knows any more is of no use to anybody. */
    if (accounts_n(c->accounts) > (a && a->once ? 1u : 0u))
        return false;
    account_new_password(password);
    h = hashing_new(c, slice_of(password));
    if (!h)
        return false;
    fill(&h->account, S("contoh"), ACCOUNT_ADMIN, S(""));
    h->made = made;
    h->ctx = arg;
    if (crew_ask(c->hashers, hash_run, first_done, h))
        return true;
    hashing_free(h);
    return false;
}

/* --- /akun --- */

static void page_put_done(void *arg)
{
    struct hashing *h = arg;
    struct request *r = h->request;
    struct err e = { "" };
    bool own = strcmp(r->who, h->account.name) == 0, good = put(h, &e);
    struct slice said;

    if (h->console->stopped) {
        hashing_free(h);
        return;
    }
    request_audit(r, own && !h->account.once ? "sandi" : "akun", slice_of(h->account.name), S(""),
                  good ? "ok" : "failed");
    if (good && own && !h->account.once) {
        hashing_free(h);
        r->session = NULL;
        login_let_in(r, accounts_find(r->console->accounts, slice_of(r->who)));
        return;
    }
    said = good ? arena_printf(&r->arena, "%.*s %s: %s", SLICE_ARG(request_text(r, "akun.sandi_baru")),
                               h->account.name, h->password)
                : slice_of("accounts.json?");
    hashing_free(h);
    request_back(r, good, said, "/akun");
}

static void page_put(struct request *r, const struct account *a, struct slice password)
{
    struct hashing *h = hashing_new(r->console, password);

    if (h) {
        h->request = r;
        h->account = *a;
        if (crew_ask(r->console->hashers, hash_run, page_put_done, h))
            return;
        hashing_free(h);
    }
    request_refuse(r, 503, "sibuk");
}

static void own_checked(void *arg)
{
    struct hashing *h = arg;
    struct request *r = h->request;
    const struct account *a = accounts_find(r->console->accounts, slice_of(r->who));
    bool right = h->right && a;
    struct account next;

    hashing_free(h);
    if (r->console->stopped)
        return;
    if (!right) {
        request_back(r, false, request_text(r, "akun.lama_salah"), "/sandi");
        return;
    }
    next = *a;
    next.once = false;
    next.until_ms = 0;
    page_put(r, &next, request_field(r, "baru"));
}

/* One's own password: the old one first. */
void login_own_password(struct request *r)
{
    struct slice fresh = request_field(r, "baru");
    const struct account *a = accounts_find(r->console->accounts, slice_of(r->who));
    struct hashing *h;

    if (!a || fresh.n < ACCOUNT_PASSWORD_LEAST || fresh.n > ACCOUNT_PASSWORD_MOST ||
        memchr(fresh.p, '\0', fresh.n) || !slice_eq(fresh, request_field(r, "ulang"))) {
        request_back(r, false, request_text(r, "akun.baru_salah"), "/sandi");
        return;
    }
    h = hashing_new(r->console, slice_take(request_field(r, "sandi"), ACCOUNT_PASSWORD_MOST));
    if (h) {
        h->request = r;
        snprintf(h->hash, sizeof h->hash, "%s", a->hash);
        if (crew_ask(r->console->hashers, hashing_check, own_checked, h))
            return;
        hashing_free(h);
    }
    request_refuse(r, 503, "sibuk");
}

void login_accounts(struct request *r)
{
    struct node *list = node_list(&r->arena);
    const struct directory *places = &r->console->ops.rules(r->console->ops.arg)->directory;

    for (unsigned i = 0; i < accounts_n(r->console->accounts); i++) {
        const struct account *a = accounts_at(r->console->accounts, i);
        const struct place *area = directory_place(places, slice_of(a->area));
        struct node *o;

        if (!account_is_mine(r, a))
            continue;
        o = node_object(&r->arena);
        node_set(o, "nama", node_of_text(&r->arena, slice_of(a->name)));
        node_set(o, "peran", node_of_text(&r->arena, slice_of(account_role_name(a->role))));
        node_set(o, "wilayah", node_of_text(&r->arena, area ? area->name : slice_of(a->area)));
        node_set(o, "dibuat", node_of_int(&r->arena, a->made_ms));
        node_put_bool(o, "_once", a->once);
        node_put_bool(o, "_self", strcmp(a->name, r->who) == 0);
        node_add(list, o);
    }
    node_set(r->values, "rows", list);
    page_show(r);
}

static void refuse_wider(struct request *r, struct slice name)
{
    request_audit(r, "akun", name, S("wilayah"), "refused");
    request_refuse(r, 403, "wilayah");
}

void login_account_act(struct request *r)
{
    struct slice act = request_field(r, "apa"), name = request_field(r, "nama"),
                 area = request_field(r, "wilayah");
    const struct account *a = accounts_find(r->console->accounts, name);
    enum account_role role = ACCOUNT_NONE;
    char password[ACCOUNT_PASSWORD];
    struct account next;
    struct err e = { "" };

    account_new_password(password);
    if (slice_is(act, "tambah")) {
        if (a || !account_name_ok(name) || !account_role_parse(request_field(r, "peran"), &role) ||
            (area.n && (area.n >= ACCOUNT_AREA ||
                        !directory_place(&r->console->ops.rules(r->console->ops.arg)->directory, area)))) {
            request_back(r, false, request_text(r, "akun.tambah_salah"), "/akun");
            return;
        }
        if (!area.n && r->area[0]) { /* left out is no attempt */
            request_back(r, false, request_text(r, "akun.isi_wilayah"), "/akun");
            return;
        }
        fill(&next, name, role, area);
        if (account_is_mine(r, &next))
            page_put(r, &next, slice_of(password));
        else
            refuse_wider(r, name);
    } else if (a && !account_is_mine(r, a)) {
        refuse_wider(r, name);
    } else if (!a || strcmp(a->name, r->who) == 0) {
        request_back(r, false, request_text(r, "akun.diri"), "/akun");
    } else if (slice_is(act, "ulang")) {
        fill(&next, name, a->role, slice_of(a->area));
        page_put(r, &next, slice_of(password));
    } else if (slice_is(act, "hapus")) {
        bool good;

        sessions_end_of(r->console->sessions, a->name);
        good = accounts_remove(r->console->accounts, name, &e) == 0;
        request_audit(r, "akun_hapus", name, S(""), good ? "ok" : "failed");
        request_back(r, good, request_text(r, good ? "akun.terhapus" : "akun.diri"), "/akun");
    } else {
        request_refuse(r, 400, "cara");
    }
}
