/* accounts.c - see accounts.h. */
#include "gateway/console/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/node.h"
#include "gateway/base/rnd.h"
#include "gateway/base/whole_file.h"

enum {
    FILE_MAX = 1 << 20,
};

struct accounts {
    char path[512];
    struct account all[ACCOUNTS_MAX];
    unsigned n;
};

static const char *const roles[] = { "none", "viewer", "officer", "admin" };

const char *account_role_name(enum account_role role)
{
    return roles[role];
}

bool account_role_parse(struct slice s, enum account_role *role)
{
    for (unsigned i = ACCOUNT_VIEWER; i <= ACCOUNT_ADMIN; i++)
        if (slice_is(s, roles[i])) {
            *role = (enum account_role)i;
            return true;
        }
    return false;
}

bool account_name_ok(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
              c == '_' || c == '-'))
            return false;
    }
    return s.n >= 2 && s.n < ACCOUNT_NAME;
}

/* --- passwords --- */

/* Argon2id in 16 MiB, eight times over: the work of the 64 MiB that it would be twice over, where the whole
 * gateway takes less than those. */
enum {
    HASH_BYTES = 16 << 20,
    HASH_PASSES = 8,
};

void account_new_password(char out[ACCOUNT_PASSWORD])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* none that is read as another */
    unsigned n = 0;

    for (unsigned i = 0; i < 16; i++) {
        if (i && i % 4 == 0)
            out[n++] = '-';
        out[n++] = letters[rnd_below(sizeof letters - 1)];
    }
    out[n] = '\0';
}

bool account_hash(const char *password, char hash[ACCOUNT_HASH])
{
    _Static_assert(crypto_pwhash_STRBYTES <= ACCOUNT_HASH, "room for a hash");
    return crypto_pwhash_str_alg(hash, password, strlen(password), HASH_PASSES, HASH_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool account_matches(const char *hash, const char *password)
{
    /* Of no password: so that one who is not there takes as long to refuse. */
    static const char nobody[] = "$argon2id$v=19$m=16384,t=8,p=1$"
                                 "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    return crypto_pwhash_str_verify(*hash ? hash : nobody, password, strlen(password)) == 0 && *hash;
}

/* --- the list --- */

unsigned accounts_n(const struct accounts *a)
{
    return a->n;
}

const struct account *accounts_at(const struct accounts *a, unsigned i)
{
    return &a->all[i];
}

static int index_of(const struct accounts *a, struct slice name)
{
    for (unsigned i = 0; i < a->n; i++)
        if (slice_is(name, a->all[i].name))
            return (int)i;
    return -1;
}

const struct account *accounts_find(const struct accounts *a, struct slice name)
{
    int i = index_of(a, name);

    return i < 0 ? NULL : &a->all[i];
}

static void write_all(const struct accounts *a, struct buf *b)
{
    buf_str(b, "{\"v\":1,\"accounts\":[");
    for (unsigned i = 0; i < a->n; i++) {
        const struct account *x = &a->all[i];

        buf_str(b, i ? ",\n{\"name\":" : "\n{\"name\":");
        buf_json(b, slice_of(x->name));
        buf_printf(b, ",\"role\":\"%s\",\"area\":", account_role_name(x->role));
        buf_json(b, slice_of(x->area));
        buf_str(b, ",\"hash\":");
        buf_json(b, slice_of(x->hash));
        buf_printf(b, ",\"once\":%s,\"until\":%lld,\"made\":%lld}", x->once ? "true" : "false",
                   (long long)x->until_ms, (long long)x->made_ms);
    }
    buf_str(b, "\n]}\n");
}

static int save(const struct accounts *a, struct err *e)
{
    struct buf b;
    int rc = -1;

    buf_init(&b, FILE_MAX);
    write_all(a, &b);
    errno = ENOMEM;
    if (!b.failed)
        rc = whole_file_put(a->path, b.p, b.n);
    buf_free(&b);
    return rc == 0 ? 0 : err_set(e, "%s cannot be written: %s", a->path, strerror(errno));
}

int accounts_put(struct accounts *a, const struct account *x, struct err *e)
{
    int i = index_of(a, slice_of(x->name));
    struct account before = { .name = "" };
    unsigned n = a->n;

    if (i < 0 && a->n == ACCOUNTS_MAX)
        return err_set(e, "there are %d accounts: remove one first", ACCOUNTS_MAX);
    if (i < 0)
        i = (int)a->n++;
    else
        before = a->all[i];
    a->all[i] = *x;
    if (save(a, e) == 0)
        return 0;
    a->all[i] = before;
    a->n = n;
    return -1;
}

int accounts_remove(struct accounts *a, struct slice name, struct err *e)
{
    int i = index_of(a, name);
    struct account gone;

    if (i < 0)
        return err_set(e, "there is no such account; see ctl user list");
    gone = a->all[i];
    a->all[i] = a->all[--a->n];
    if (save(a, e) == 0)
        return 0;
    a->all[a->n++] = a->all[i];
    a->all[i] = gone;
    return -1;
}

/* --- the file --- */

static void copy(char *out, size_t cap, struct slice s)
{
    snprintf(out, cap, "%.*s", SLICE_ARG(s));
}

static int read_all(struct accounts *a, struct slice text, struct err *e)
{
    struct arena arena;
    const struct node *o;
    int rc = 0;

    arena_init(&arena, FILE_MAX * 8);
    o = node_read(text, &arena);
    if (!o || node_int(o, "v") != 1)
        rc = err_set(e,
                     "%s is broken or of a newer Kentongan: put back a good copy, or move it away and make "
                     "the accounts anew with ctl user add",
                     a->path);
    for (const struct node *i = rc == 0 ? node_first(node_get(o, "accounts")) : NULL;
         i && a->n < ACCOUNTS_MAX; i = i->next) {
        struct account *x = &a->all[a->n];

        if (!account_role_parse(node_text(i, "role"), &x->role) || !account_name_ok(node_text(i, "name")))
            continue;
        copy(x->name, sizeof x->name, node_text(i, "name"));
        copy(x->area, sizeof x->area, node_text(i, "area"));
        copy(x->hash, sizeof x->hash, node_text(i, "hash"));
        x->once = node_bool(i, "once");
        x->until_ms = node_int(i, "until");
        x->made_ms = node_int(i, "made");
        a->n++;
    }
    arena_free(&arena);
    return rc;
}

struct accounts *accounts_open(const char *path, struct err *e)
{
    struct accounts *a = calloc(1, sizeof *a);
    char *text = malloc(FILE_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;
    ssize_t n;

    if (!a || !text)
        err_set(e, "accounts: out of memory");
    else if (fd < 0)
        rc = errno == ENOENT ? 0 : err_set(e, "%s: %s", path, strerror(errno));
    if (a)
        snprintf(a->path, sizeof a->path, "%s", path);
    if (a && text && fd >= 0) {
        n = read(fd, text, FILE_MAX);
        rc =
            n < 0 ? err_set(e, "%s: %s", path, strerror(errno)) : read_all(a, slice_make(text, (size_t)n), e);
    }
    if (fd >= 0)
        close(fd);
    free(text);
    if (rc == 0)
        return a;
    accounts_close(a);
    return NULL;
}

void accounts_close(struct accounts *a)
{
    free(a);
}
