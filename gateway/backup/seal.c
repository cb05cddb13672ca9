/* seal.c - see seal.h. */
#include "gateway/backup/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/slice.h"
#include "gateway/base/whole_file.h"

#define MAGIC "KTGB1\n"

enum {
    CHUNK = 64 * 1024,
    SEALED = CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES,
    HEAD = 10, /* of one file: 2 + 8 */
    PATH_BYTES = 4096,
};

_Static_assert(SEAL_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES, "the key of a secretstream");

static void put(unsigned char *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get(const unsigned char *p, int bytes)
{
    uint64_t v = 0;

    for (int i = bytes - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static size_t read_all(int fd, void *p, size_t n)
{
    size_t at = 0;

    while (at < n) {
        ssize_t got = read(fd, (char *)p + at, n - at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        at += (size_t)got;
    }
    return at;
}

/* --- the key --- */

static int make_key(const char *path, struct err *e)
{
    unsigned char key[SEAL_KEY];
    char hex[SEAL_KEY * 2 + 2];
    int rc;

    randombytes_buf(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    hex[SEAL_KEY * 2] = '\n';
    rc = whole_file_put(path, hex, SEAL_KEY * 2 + 1);
    if (rc != 0)
        err_set(e, "%s cannot be made (%s)", path, strerror(errno));
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    return rc;
}

/* Nothing was ever sealed with an empty one: a former version was cut off while it made it. */
static bool is_missing(const char *path)
{
    struct stat st;

    return stat(path, &st) != 0 ? errno == ENOENT : st.st_size == 0;
}

int seal_key(const char *path, bool make, bool *made, unsigned char key[SEAL_KEY], struct err *e)
{
    char hex[SEAL_KEY * 2 + 2] = "";
    size_t n = 0;
    int fd;

    *made = false;
    if (sodium_init() < 0)
        return err_set(e, "libsodium cannot start");
    if (make && is_missing(path)) {
        if (make_key(path, e) != 0)
            return -1;
        *made = true;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, "the key %s cannot be read (%s)", path, strerror(errno));
    n = read_all(fd, hex, sizeof hex - 1);
    close(fd);
    if (n < SEAL_KEY * 2 || sodium_hex2bin(key, SEAL_KEY, hex, SEAL_KEY * 2, NULL, &n, NULL) != 0 ||
        n != SEAL_KEY)
        return err_set(e, "%s is no key: 64 hex digits are wanted", path);
    sodium_memzero(hex, sizeof hex);
    return 0;
}

/* --- sealing --- */

struct seal {
    crypto_secretstream_xchacha20poly1305_state state;
    char path[PATH_BYTES], part[PATH_BYTES + 8];
    int fd;
    size_t n;
    unsigned char plain[CHUNK], sealed[4 + SEALED];
};

static int push(struct seal *s, unsigned char tag, struct err *e)
{
    unsigned long long n;

    crypto_secretstream_xchacha20poly1305_push(&s->state, s->sealed + 4, &n, s->plain, s->n, NULL, 0, tag);
    put(s->sealed, n, 4);
    s->n = 0;
    if (file_write_all(s->fd, s->sealed, (size_t)n + 4) != 0)
        return err_set(e, "%s cannot be written (%s)", s->part, strerror(errno));
    return 0;
}

static int add(struct seal *s, const unsigned char *p, size_t n, struct err *e)
{
    while (n) {
        size_t k = n < CHUNK - s->n ? n : CHUNK - s->n;

        memcpy(s->plain + s->n, p, k);
        s->n += k;
        p += k;
        n -= k;
        if (s->n == CHUNK && push(s, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, e) != 0)
            return -1;
    }
    return 0;
}

struct seal *seal_create(const char *path, const unsigned char key[SEAL_KEY], struct err *e)
{
    unsigned char header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    struct seal *s = calloc(1, sizeof *s);

    if (!s || strlen(path) >= sizeof s->path) {
        err_set(e, "%s: out of memory, or too long a path", path);
        free(s);
        return NULL;
    }
    snprintf(s->path, sizeof s->path, "%s", path);
    snprintf(s->part, sizeof s->part, "%s.part", path);
    s->fd = open(s->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    crypto_secretstream_xchacha20poly1305_init_push(&s->state, header, key);
    if (s->fd < 0 || file_write_all(s->fd, MAGIC, strlen(MAGIC)) != 0 ||
        file_write_all(s->fd, header, sizeof header) != 0) {
        err_set(e, "%s cannot be written (%s)", s->part, strerror(errno));
        seal_drop(s);
        return NULL;
    }
    return s;
}

int seal_add(struct seal *s, const char *path, const char *name, struct err *e)
{
    unsigned char head[HEAD], bytes[CHUNK];
    uint64_t left;
    struct stat st;
    int fd, rc = 0;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0) {
        rc = err_set(e, "%s cannot be read (%s)", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return rc;
    }
    left = (uint64_t)st.st_size;
    put(head, strlen(name), 2);
    put(head + 2, left, 8);
    rc = add(s, head, sizeof head, e);
    if (rc == 0)
        rc = add(s, (const unsigned char *)name, strlen(name), e);
    while (rc == 0 && left) {
        size_t want = left < sizeof bytes ? (size_t)left : sizeof bytes, n = read_all(fd, bytes, want);

        if (n != want)
            rc = err_set(e, "%s became shorter while it was read: say it again", path);
        else
            rc = add(s, bytes, n, e);
        left -= n;
    }
    close(fd);
    return rc;
}

int seal_close(struct seal *s, struct err *e)
{
    int rc = push(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL, e);

    if (rc == 0 && (fsync(s->fd) != 0 || rename(s->part, s->path) != 0))
        rc = err_set(e, "%s cannot be written (%s)", s->path, strerror(errno));
    if (rc == 0)
        s->part[0] = '\0';
    seal_drop(s);
    return rc;
}

void seal_drop(struct seal *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->part[0])
        unlink(s->part);
    sodium_memzero(s, sizeof *s);
    free(s);
}

/* --- opening --- */

struct unseal {
    crypto_secretstream_xchacha20poly1305_state state;
    const char *path;
    int fd;
    size_t n, at;
    bool last;
    unsigned char plain[CHUNK], sealed[SEALED];
};

static int pull(struct unseal *u, struct err *e)
{
    unsigned char length[4], tag;
    unsigned long long n;
    uint64_t sealed;

    if (u->last || read_all(u->fd, length, sizeof length) != sizeof length)
        return err_set(e, "%s was cut off", u->path);
    sealed = get(length, 4);
    if (sealed > SEALED || read_all(u->fd, u->sealed, (size_t)sealed) != sealed)
        return err_set(e, "%s was cut off", u->path);
    if (crypto_secretstream_xchacha20poly1305_pull(&u->state, u->plain, &n, &tag, u->sealed, sealed, NULL,
                                                   0) != 0)
        return err_set(e, "%s: this is not its key, or it was changed", u->path);
    u->n = (size_t)n;
    u->at = 0;
    u->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return 0;
}

/* At the end of the last frame. */
static int ended(struct unseal *u, bool *yes, struct err *e)
{
    while (u->at == u->n && !u->last)
        if (pull(u, e) != 0)
            return -1;
    *yes = u->at == u->n;
    return 0;
}

static int take(struct unseal *u, unsigned char *out, size_t n, struct err *e)
{
    while (n) {
        size_t k = u->n - u->at < n ? u->n - u->at : n;

        if (!k) {
            if (pull(u, e) != 0)
                return -1;
            continue;
        }
        memcpy(out, u->plain + u->at, k);
        u->at += k;
        out += k;
        n -= k;
    }
    return 0;
}

static bool leads_elsewhere(struct slice name)
{
    while (name.n) {
        struct slice part = slice_cut(&name, '/');

        if (!part.n || part.p[0] == '.')
            return true;
    }
    return false;
}

static int make_folders(char *path, size_t from)
{
    for (char *at = path + from; (at = strchr(at, '/')); at++) {
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return -1;
        *at = '/';
    }
    return 0;
}

static int extract_one(struct unseal *u, const char *folder, struct err *e)
{
    unsigned char head[HEAD], bytes[CHUNK];
    char name[512], path[PATH_BYTES];
    uint64_t n, left;
    int fd, rc = 0;

    if (take(u, head, sizeof head, e) != 0)
        return -1;
    n = get(head, 2);
    left = get(head + 2, 8);
    if (n == 0 || n >= sizeof name || take(u, (unsigned char *)name, (size_t)n, e) != 0)
        return err_set(e, "%s: a name in it is too long", u->path);
    name[n] = '\0';
    if (strlen(name) != n || leads_elsewhere(slice_of(name)))
        return err_set(e, "%s: a name in it leads elsewhere", u->path);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (make_folders(path, strlen(folder) + 1) != 0)
        return err_set(e, "%s: its folder cannot be made (%s)", path, strerror(errno));
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(e, "%s cannot be made (%s): restore into an empty state folder", path,
                       strerror(errno));
    while (rc == 0 && left) {
        size_t k = left < sizeof bytes ? (size_t)left : sizeof bytes;

        rc = take(u, bytes, k, e);
        if (rc == 0 && file_write_all(fd, bytes, k) != 0)
            rc = err_set(e, "%s cannot be written (%s)", path, strerror(errno));
        left -= k;
    }
    if (rc == 0 && fsync(fd) != 0)
        rc = err_set(e, "%s cannot be written (%s)", path, strerror(errno));
    close(fd);
    return rc;
}

int seal_extract(const char *path, const unsigned char key[SEAL_KEY], const char *folder, unsigned *files,
                 struct err *e)
{
    unsigned char head[sizeof MAGIC - 1 + crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    struct unseal *u = calloc(1, sizeof *u);
    bool over = false;
    int rc = 0;

    *files = 0;
    if (!u)
        return err_set(e, "out of memory");
    u->path = path;
    u->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (u->fd < 0)
        rc = err_set(e, "%s cannot be read (%s)", path, strerror(errno));
    else if (read_all(u->fd, head, sizeof head) != sizeof head ||
             memcmp(head, MAGIC, sizeof MAGIC - 1) != 0 ||
             crypto_secretstream_xchacha20poly1305_init_pull(&u->state, head + sizeof MAGIC - 1, key) != 0)
        rc = err_set(e, "%s is no backup of Kentongan", path);
    while (rc == 0 && (rc = ended(u, &over, e)) == 0 && !over)
        if ((rc = extract_one(u, folder, e)) == 0)
            ++*files;
    if (u->fd >= 0)
        close(u->fd);
    sodium_memzero(u, sizeof *u);
    free(u);
    return rc;
}
