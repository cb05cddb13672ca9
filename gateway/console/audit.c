/* audit.c - see audit.h. */
#include "gateway/console/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/console/values.h"

enum {
    KEPT = 2000,    /* lines in memory */
    TAIL = 1 << 20, /* bytes of the file that are read at the start */
    LINE_MAX_BYTES = 4096,
    HASH = 16,
};

struct audit {
    int fd;
    char *lines[KEPT]; /* ring; line number i at i % KEPT */
    uint64_t n;        /* lines so far */
    char last[HASH * 2 + 1];
};

static void hash_line(struct audit *a, struct slice line)
{
    unsigned char h[HASH];

    crypto_generichash(h, sizeof h, (const unsigned char *)line.p, line.n, NULL, 0);
    sodium_bin2hex(a->last, sizeof a->last, h, sizeof h);
}

static void keep(struct audit *a, struct slice line)
{
    char **at = &a->lines[a->n % KEPT];

    free(*at);
    *at = strndup(line.p, line.n);
    a->n++;
    hash_line(a, line);
}

static void member(struct buf *b, const char *name, struct slice value)
{
    if (!value.n)
        return;
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, slice_take(value, 300));
}

void audit_add(struct audit *a, int64_t now_ms, const struct audit_line *l)
{
    struct slice line;
    struct buf b;

    buf_init(&b, LINE_MAX_BYTES);
    buf_printf(&b, "{\"n\":%llu,\"at\":%lld", (unsigned long long)a->n + 1, (long long)now_ms);
    member(&b, "who", l->who);
    member(&b, "role", l->role);
    member(&b, "address", l->address);
    member(&b, "act", l->act);
    member(&b, "of", l->of);
    member(&b, "why", l->why);
    member(&b, "outcome", l->outcome);
    buf_printf(&b, ",\"before\":\"%s\"}\n", a->last);
    line = buf_slice(&b);
    if (b.failed || write(a->fd, line.p, line.n) != (ssize_t)line.n)
        log_event(LOG_ERROR, "audit_lost", "why", strerror(errno), NULL);
    else
        keep(a, slice_take(line, line.n - 1));
    buf_free(&b);
}

/* Every member, also what the line does not have: a page would look for it outside. */
static struct node *line_of(const struct node *o, struct arena *arena)
{
    static const char *const names[] = { "who", "role", "address", "act", "of", "why", "outcome" };
    struct node *line = node_object(arena);

    values_int(line, "n", node_int(o, "n"));
    values_int(line, "at", node_int(o, "at"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        node_set(line, names[i], node_of_text(arena, node_text(o, names[i])));
    return line;
}

void audit_read(const struct audit *a, int64_t before, unsigned most, struct node *list, struct arena *arena)
{
    uint64_t i = before > 0 && (uint64_t)before - 1 < a->n ? (uint64_t)before - 1 : a->n;

    for (; i > 0 && a->n - (i - 1) <= KEPT && list->n < most; i--) {
        const char *line = a->lines[(i - 1) % KEPT];
        const struct node *o = line ? node_read(arena_str(arena, line), arena) : NULL;

        if (o)
            node_add(list, line_of(o, arena));
    }
}

/* The lines that are there already: how many, and the last ones. */
static int recall(struct audit *a, struct err *e)
{
    char *text = malloc(TAIL), *end;
    off_t size = lseek(a->fd, 0, SEEK_END), at = 0;
    struct slice rest;
    ssize_t n;

    if (!text || size < 0) {
        free(text);
        return err_set(e, "audit: out of memory");
    }
    /* Lines before the tail are only counted. */
    while (size - at > TAIL && (n = pread(a->fd, text, TAIL, at)) > 0) {
        struct slice part = slice_make(text, (size_t)n);

        end = memrchr(part.p, '\n', part.n);
        if (!end)
            break;
        part = slice_take(part, (size_t)(end + 1 - text));
        a->n += slice_count(part, '\n');
        at += (off_t)part.n;
    }
    n = pread(a->fd, text, TAIL, at);
    rest = slice_make(text, n > 0 ? (size_t)n : 0);
    while (rest.n) {
        struct slice line = slice_cut(&rest, '\n');

        if (line.n)
            keep(a, line);
    }
    free(text);
    return 0;
}

struct audit *audit_open(const char *path, struct err *e)
{
    struct audit *a = calloc(1, sizeof *a);

    if (!a) {
        err_set(e, "audit: out of memory");
        return NULL;
    }
    snprintf(a->last, sizeof a->last, "%032d", 0);
    a->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (a->fd < 0)
        err_set(e, "%s: %s", path, strerror(errno));
    else if (recall(a, e) == 0)
        return a;
    audit_close(a);
    return NULL;
}

void audit_close(struct audit *a)
{
    if (!a)
        return;
    if (a->fd >= 0)
        close(a->fd);
    for (unsigned i = 0; i < KEPT; i++)
        free(a->lines[i]);
    free(a);
}
