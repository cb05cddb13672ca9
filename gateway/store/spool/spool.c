/* spool.c - messages kept on disk while Redis is away (SPEC 6).
 *
 * Files of frames under <state>/spool, named by number: length, checksum, then the inbound as text.  All
 * frames of a turn are written and synced once at its end; only then is anyone told.  A file is deleted when
 * each of its messages was taken; a crash before that takes all of them again, which the duplicate keys make
 * harmless.  A torn frame at the end of a file was never acknowledged, and is cut off; a damaged one costs
 * itself alone, and its bytes are kept in <state>/spool/damaged for people. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/inbound_text.h"
#include "gateway/store/spool/private.h"

enum {
    SPOOL_MAX = 64 * 1024 * 1024, /* all files together */
    FILE_MAX = 1024 * 1024,       /* then the next one */
    FRAME_MAX = 256 * 1024,
    HEAD = 8,
    WINDOW = 64, /* handed out at once */
    AGAIN_MS = 1000,
    PROBE_MS = 5000,
    PROBE_BROKEN_MS = 1000,
    ROOM_BYTES = 64 * 1024,
    NAME_MAX_BYTES = 48,
};

enum entry_state {
    ENTRY_WAITING,
    ENTRY_OUT,
    ENTRY_TAKEN,
    ENTRY_UNREADABLE,
};

struct spool_file;

struct spool_entry {
    struct spool_file *file;
    struct slice text;
    enum entry_state state;
    bool urgent;
    char *key; /* "provider/provider_id" while out */
};

struct spool_file {
    struct spool_file *next;
    uint64_t number;
    size_t size;
    char *bytes; /* once it is being taken */
    struct spool_entry *entries;
    unsigned entries_n, left;
};

struct told {
    void (*f)(void *, enum spool_rc);
    void *arg;
    enum spool_rc rc;
    bool written; /* its frame is in the batch */
};

struct spool {
    struct store *store;
    char *folder;
    int folder_fd;
    struct spool_file *files, **files_end; /* oldest first; the one being written is not among them */
    size_t total;                          /* bytes in all files, the batch included */
    uint64_t number;                       /* of the file being written, or of the last */
    int fd;
    size_t size;
    struct buf batch;
    struct told *told;
    unsigned told_n, told_cap;
    void (*f)(void *, const struct inbound *, void *);
    void *arg;
    struct loop_timer *again;
    unsigned out;
    uint64_t kept; /* messages in all files */
    bool planned;
    bool broken; /* the last write failed: tried again by `probe` */
    struct loop_timer *probe;
};

/* --- frames --- */

static void put_u32(char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> (8 * i) & 0xff);
}

static uint32_t get_u32(const char *p)
{
    uint32_t v = 0;

    for (int i = 3; i >= 0; i--)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static uint32_t checksum(struct slice s)
{
    struct sha256_ctx ctx;
    uint8_t digest[4];

    sha256_init(&ctx);
    sha256_update(&ctx, s.n, (const uint8_t *)s.p);
    sha256_digest(&ctx, sizeof digest, digest);
    return get_u32((const char *)digest);
}

enum frame {
    FRAME_WHOLE,
    FRAME_TORN,    /* the file ends in the middle of it */
    FRAME_DAMAGED, /* whole by its length, or of no sense */
};

/* The frame at the beginning of rest. */
static enum frame frame_at(struct slice rest, struct slice *text)
{
    uint32_t n = rest.n < HEAD ? 0 : get_u32(rest.p);

    if (rest.n < HEAD)
        return FRAME_TORN;
    if (n == 0 || n > FRAME_MAX)
        return FRAME_DAMAGED;
    if (n > rest.n - HEAD)
        return FRAME_TORN;
    *text = slice_make(rest.p + HEAD, n);
    return checksum(*text) == get_u32(rest.p + 4) ? FRAME_WHOLE : FRAME_DAMAGED;
}

/* The next whole frame of *rest, and in *lost what stands before it and cannot be read.  False at the end:
 * what is left in *lost is a torn tail or damaged. */
static bool take_frame(struct slice *rest, struct slice *text, struct slice *lost)
{
    for (size_t at = 0; at < rest->n; at++) {
        struct slice here = slice_skip(*rest, at);

        /* Every text begins so: a checksum is computed only where a frame may be. */
        if (at && !slice_starts(slice_skip(here, HEAD < here.n ? HEAD : here.n), "{\"v\":"))
            continue;
        if (frame_at(here, text) != FRAME_WHOLE)
            continue;
        *lost = slice_take(*rest, at);
        *rest = slice_skip(here, HEAD + text->n);
        return true;
    }
    *lost = *rest;
    *rest = slice_skip(*rest, rest->n);
    return false;
}

/* --- files --- */

static void file_name(char *out, uint64_t number)
{
    snprintf(out, NAME_MAX_BYTES, "%016llx.spool", (unsigned long long)number);
}

static char *file_read(struct spool *p, uint64_t number, size_t *size)
{
    char name[NAME_MAX_BYTES], *bytes = NULL;
    struct stat st;
    int fd;

    file_name(name, number);
    fd = openat(p->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && (bytes = malloc((size_t)st.st_size + 1))) {
        size_t at = 0;
        ssize_t n;

        while (at < (size_t)st.st_size && (n = read(fd, bytes + at, (size_t)st.st_size - at)) > 0)
            at += (size_t)n;
        *size = at;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static void file_free(struct spool_file *f)
{
    for (unsigned i = 0; i < f->entries_n; i++)
        free(f->entries[i].key);
    free(f->entries);
    free(f->bytes);
    free(f);
}

/* All of it was taken. */
static void file_remove(struct spool *p, struct spool_file *f)
{
    struct spool_file **at = &p->files;
    char name[NAME_MAX_BYTES];

    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    if (!f->next)
        p->files_end = at;
    file_name(name, f->number);
    if (unlinkat(p->folder_fd, name, 0) != 0)
        log_text(LOG_WARN, "spool", "a file whose messages were all taken cannot be deleted (%s)",
                 strerror(errno));
    p->total -= f->size;
    file_free(f);
}

static void files_add(struct spool *p, uint64_t number, size_t size)
{
    struct spool_file *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    f->number = number;
    f->size = size;
    *p->files_end = f;
    p->files_end = &f->next;
}

/* At start: cuts a torn tail; an empty file goes. */
static void adopt(struct spool *p, uint64_t number)
{
    char name[NAME_MAX_BYTES];
    size_t size = 0, whole;
    char *bytes = file_read(p, number, &size);
    struct slice rest = slice_make(bytes, size), text, lost;
    int fd;

    if (!bytes)
        return;
    while (take_frame(&rest, &text, &lost))
        p->kept++;
    /* Damaged, not torn: people may read something in it. */
    whole = lost.n && frame_at(lost, &text) == FRAME_DAMAGED ? size : size - lost.n;
    file_name(name, number);
    if (whole < size) {
        log_text(LOG_WARN, "spool", "%zu bytes behind the last whole message of %s are cut off", size - whole,
                 name);
        fd = openat(p->folder_fd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t)whole) != 0 || fdatasync(fd) != 0)
            log_text(LOG_WARN, "spool", "%s cannot be cut (%s)", name, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    free(bytes);
    if (whole) {
        files_add(p, number, whole);
        p->total += whole;
    } else {
        unlinkat(p->folder_fd, name, 0);
    }
}

static int number_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int adopt_all(struct spool *p, struct err *err)
{
    DIR *d = opendir(p->folder);
    uint64_t *numbers = NULL;
    size_t n = 0, cap = 0;
    const struct dirent *e;

    if (!d)
        return err_set(err, "spool: %s cannot be read (%s)", p->folder, strerror(errno));
    while ((e = readdir(d))) {
        char *end;
        unsigned long long number = strtoull(e->d_name, &end, 16);

        if (end != e->d_name + 16 || strcmp(end, ".spool") != 0)
            continue;
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            numbers = realloc(numbers, cap * sizeof *numbers);
            if (!numbers)
                abort();
        }
        numbers[n++] = number;
    }
    closedir(d);
    if (n)
        qsort(numbers, n, sizeof *numbers, number_order);
    for (size_t i = 0; i < n; i++) {
        adopt(p, numbers[i]);
        p->number = numbers[i];
    }
    free(numbers);
    return 0;
}

/* --- writing --- */

/* The file being written becomes one to be taken. */
static void seal(struct spool *p)
{
    if (p->fd < 0)
        return;
    close(p->fd);
    p->fd = -1;
    if (p->size)
        files_add(p, p->number, p->size);
    p->size = 0;
}

static bool open_next(struct spool *p)
{
    char name[NAME_MAX_BYTES];

    p->size = 0;
    file_name(name, ++p->number);
    p->fd = openat(p->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (p->fd < 0)
        return false;
    return fsync(p->folder_fd) == 0; /* or the file may be gone after a power cut */
}

static bool write_batch(struct spool *p)
{
    size_t at = 0;

    if (p->fd < 0 && !open_next(p))
        return false;
    while (at < p->batch.n) {
        ssize_t n = write(p->fd, p->batch.p + at, p->batch.n - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return fdatasync(p->fd) == 0;
}

/* Is there room?  Asked by a frame's worth of bytes that are thrown away, and only while it matters: Redis is
 * away, or the last write failed. */
static bool has_room(const struct spool *p)
{
    static const char nothing[ROOM_BYTES];
    int fd = openat(p->folder_fd, "room", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, nothing, sizeof nothing) == (ssize_t)sizeof nothing && fdatasync(fd) == 0;

    if (fd >= 0)
        close(fd);
    unlinkat(p->folder_fd, "room", 0);
    return ok;
}

static void enter_broken(struct spool *p, bool broken)
{
    if (p->broken == broken)
        return;
    p->broken = broken;
    if (broken)
        log_text(LOG_ERROR, "spool", "messages cannot be kept in %s (%s): free space there", p->folder,
                 strerror(errno));
    else
        log_text(LOG_INFO, "spool", "messages can be kept in %s again", p->folder);
}

static void on_probe(void *arg)
{
    struct spool *p = arg;

    if (p->broken || !p->store->up)
        enter_broken(p, !has_room(p));
    loop_timer_set(p->probe, p->broken ? PROBE_BROKEN_MS : PROBE_MS);
}

bool store_spool_takes(const struct store *s)
{
    return !s->spool->broken && s->spool->total < SPOOL_MAX - FRAME_MAX;
}

static void plan(struct spool *p, int64_t after_ms)
{
    if (!p->store->up || !p->f || p->planned)
        return;
    p->planned = true;
    loop_timer_set(p->again, after_ms);
}

void spool_turn_end(void *arg)
{
    struct spool *p = ((struct store *)arg)->spool;
    struct told *told = p->told;
    unsigned n = p->told_n;
    bool ok = true;

    if (!n)
        return;
    if (p->batch.n) {
        ok = write_batch(p);
        if (ok) {
            p->size += p->batch.n;
            enter_broken(p, false);
        } else {
            enter_broken(p, true);
            p->total -= p->batch.n;
            if (p->fd >= 0 && ftruncate(p->fd, (off_t)p->size) != 0)
                log_text(LOG_WARN, "spool", "what was half written stays (%s)", strerror(errno));
            seal(p);
        }
        if (p->size >= FILE_MAX)
            seal(p);
        buf_clear(&p->batch);
    }
    p->told = NULL;
    p->told_n = p->told_cap = 0;
    for (unsigned i = 0; i < n; i++) {
        enum spool_rc rc = told[i].written && !ok ? SPOOL_FAILED : told[i].rc;

        p->store->figures.spooled += told[i].written && ok;
        p->kept += told[i].written && ok;
        told[i].f(told[i].arg, rc);
    }
    free(told);
    plan(p, AGAIN_MS); /* spooled although Redis is up: it may take it now */
}

static char *key_of(const struct inbound *in)
{
    size_t n = in->provider.n + in->provider_id.n + 2;
    char *key = malloc(n);

    if (!key)
        abort();
    snprintf(key, n, "%.*s/%.*s", SLICE_ARG(in->provider), SLICE_ARG(in->provider_id));
    return key;
}

/* It came out of a file and is still in it: already as durable as it can be. */
static bool is_out(const struct spool *p, const struct inbound *in)
{
    char *key;
    bool found = false;

    if (!p->out || !in->provider_id.n)
        return false;
    key = key_of(in);
    for (const struct spool_file *f = p->files; f && !found; f = f->next)
        for (unsigned i = 0; i < f->entries_n && !found; i++)
            found = f->entries[i].state == ENTRY_OUT && strcmp(f->entries[i].key, key) == 0;
    free(key);
    return found;
}

static enum spool_rc add_frame(struct spool *p, const struct inbound *in)
{
    struct buf text;
    char head[HEAD];
    enum spool_rc rc = SPOOL_FAILED;

    buf_init(&text, FRAME_MAX);
    inbound_encode(&text, in);
    if (text.failed) {
        rc = SPOOL_FAILED;
    } else if (p->total + HEAD + text.n > SPOOL_MAX) {
        rc = SPOOL_FULL;
    } else {
        put_u32(head, (uint32_t)text.n);
        put_u32(head + 4, checksum(buf_slice(&text)));
        buf_add(&p->batch, slice_make(head, sizeof head));
        buf_add(&p->batch, buf_slice(&text));
        p->total += HEAD + text.n;
        rc = SPOOL_OK;
    }
    buf_free(&text);
    return rc;
}

void store_spool(struct store *s, const struct inbound *in, void (*f)(void *arg, enum spool_rc), void *arg)
{
    struct spool *p = s->spool;
    struct told t = { .f = f, .arg = arg, .rc = SPOOL_OK };

    if (!is_out(p, in)) {
        t.rc = add_frame(p, in);
        t.written = t.rc == SPOOL_OK;
    }
    if (p->told_n == p->told_cap) {
        p->told_cap = p->told_cap ? p->told_cap * 2 : 64;
        p->told = realloc(p->told, p->told_cap * sizeof *p->told);
        if (!p->told)
            abort();
    }
    p->told[p->told_n++] = t;
    loop_again(s->loop);
}

/* --- taking --- */

/* What cannot be read goes to a file of its own, and one entry to what people look at. */
static void quarantine(struct spool *p, const struct spool_file *f, struct slice lost)
{
    struct store *s = p->store;
    char name[NAME_MAX_BYTES + 16];
    struct buf text;
    struct key k;
    int fd;

    mkdirat(p->folder_fd, "damaged", 0700);
    snprintf(name, sizeof name, "damaged/%016llx-%zu", (unsigned long long)f->number,
             (size_t)(lost.p - f->bytes));
    fd = openat(p->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return; /* in a former life */
    if (fd < 0 || write(fd, lost.p, lost.n) != (ssize_t)lost.n || fsync(fd) != 0)
        log_text(LOG_ERROR, "spool", "damaged bytes cannot be kept in %s (%s)", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    log_text(LOG_ERROR, "spool",
             "%zu bytes of a spool file cannot be read: see %s/%s, and `kentongan ctl parked inbound`",
             lost.n, p->folder, name);
    buf_init(&text, FRAME_MAX);
    buf_str(&text, "{\"damaged\":");
    buf_json(&text, slice_of(name));
    buf_str(&text, "}");
    redis_begin(s->redis, 8);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_quarantine");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "parked", S("inbound"), S("")));
    redis_part(s->redis, store_count_key(s, &k));
    redis_part(s->redis, buf_slice(&text));
    redis_str(s->redis, "a damaged frame of the spool");
    redis_i64(s->redis, clock_wall_ms());
    redis_send(s->redis, store_ignore, s);
    buf_free(&text);
}

static void file_open(struct spool *p, struct spool_file *f)
{
    size_t size = 0;
    struct slice rest, text, lost;
    unsigned n = 0;

    if (f->bytes || !(f->bytes = file_read(p, f->number, &size)))
        return;
    rest = slice_make(f->bytes, size < f->size ? size : f->size);
    while (take_frame(&rest, &text, &lost))
        n++;
    f->entries = calloc(n ? n : 1, sizeof *f->entries);
    if (!f->entries)
        abort();
    rest = slice_make(f->bytes, size < f->size ? size : f->size);
    do {
        bool found = take_frame(&rest, &text, &lost);

        if (lost.n)
            quarantine(p, f, lost);
        if (found)
            f->entries[f->entries_n++] =
                (struct spool_entry){ .file = f, .text = text, .urgent = inbound_urgent(text) };
    } while (rest.n);
    f->left = f->entries_n;
}

static void give(struct spool *p, struct spool_entry *e)
{
    struct arena arena;
    struct inbound in;
    struct err err;

    arena_init(&arena, (size_t)4 * FRAME_MAX);
    if (inbound_decode(e->text, &arena, &in, &err) != 0) {
        log_text(LOG_ERROR, "spool", "%s: it stays in file %016llx", err.text,
                 (unsigned long long)e->file->number);
        e->state = ENTRY_UNREADABLE;
    } else {
        e->state = ENTRY_OUT;
        e->key = key_of(&in);
        p->out++;
        p->f(p->arg, &in, e);
    }
    arena_free(&arena);
}

/* Case notifications of all files first, then the rest; each in the order in which they came. */
static void hand_out(void *arg)
{
    struct spool *p = arg;

    p->planned = false;
    if (!p->store->up || !p->f)
        return;
    seal(p);
    for (struct spool_file *f = p->files, *next; f; f = next) {
        next = f->next;
        file_open(p, f);
        if (f->bytes && !f->left)
            file_remove(p, f); /* nothing of it could be read: it stands in quarantine */
    }
    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct spool_file *f = p->files; f && p->out < WINDOW; f = f->next)
            for (unsigned i = 0; i < f->entries_n && p->out < WINDOW; i++)
                if (f->entries[i].state == ENTRY_WAITING && f->entries[i].urgent == (urgent == 1))
                    give(p, &f->entries[i]);
}

uint64_t store_spool_kept(const struct store *s)
{
    return s->spool->kept;
}

void store_on_spooled(struct store *s, void (*f)(void *arg, const struct inbound *, void *token), void *arg)
{
    s->spool->f = f;
    s->spool->arg = arg;
    plan(s->spool, 0);
}

void store_spool_done(struct store *s, void *token, bool taken)
{
    struct spool *p = s->spool;
    struct spool_entry *e = token;

    if (e->state != ENTRY_OUT)
        abort(); /* ended twice */
    free(e->key);
    e->key = NULL;
    p->out--;
    e->state = taken ? ENTRY_TAKEN : ENTRY_WAITING;
    p->kept -= taken;
    if (taken && --e->file->left == 0)
        file_remove(p, e->file);
    plan(p, taken ? 0 : AGAIN_MS);
}

void spool_up(struct store *s)
{
    plan(s->spool, 0);
}

/* --- life --- */

struct spool *spool_open(struct store *s, struct err *err)
{
    struct spool *p = calloc(1, sizeof *p);
    char path[4096];

    if (!p) {
        err_set(err, "spool: out of memory");
        return NULL;
    }
    p->store = s;
    p->fd = p->folder_fd = -1;
    p->files_end = &p->files;
    buf_init(&p->batch, SPOOL_MAX);
    p->again = loop_timer_new(s->loop, "store: spool", hand_out, p);
    p->probe = loop_timer_new(s->loop, "store: spool's room", on_probe, p);
    loop_timer_set(p->probe, PROBE_MS);
    snprintf(path, sizeof path, "%s/spool", s->state_dir);
    p->folder = strdup(path);
    if (!p->folder || (mkdir(path, 0700) != 0 && errno != EEXIST) ||
        (p->folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        err_set(err, "spool: the folder %s cannot be used (%s)", path, strerror(errno));
        spool_free(p);
        return NULL;
    }
    if (adopt_all(p, err) != 0) {
        spool_free(p);
        return NULL;
    }
    return p;
}

void spool_free(struct spool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->told_n; i++)
        p->told[i].f(p->told[i].arg, SPOOL_FAILED);
    free(p->told);
    for (struct spool_file *f = p->files, *next; f; f = next) {
        next = f->next;
        file_free(f);
    }
    if (p->fd >= 0)
        close(p->fd);
    if (p->folder_fd >= 0)
        close(p->folder_fd);
    loop_timer_free(p->again);
    loop_timer_free(p->probe);
    buf_free(&p->batch);
    free(p->folder);
    free(p);
}
