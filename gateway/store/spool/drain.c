/* drain.c - what was kept goes back to the pipeline when Redis is there: emergencies of all files first.  See
 * spool.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/inbound_text.h"
#include "gateway/store/spool/inside.h"

enum {
    WINDOW = 64, /* handed out at once */
    SYNCING_MS = 20,
};

void spool_plan(struct spool *p, int64_t after_ms)
{
    if (!p->store->up || !p->f || p->planned)
        return;
    p->planned = true;
    loop_timer_set(p->again, after_ms);
}

bool spool_is_syncing(const struct spool *p)
{
    return p->syncing.n > 0;
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

bool spool_is_out(const struct spool *p, const struct inbound *in)
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

/* What cannot be read goes to a file of its own, and one entry to what people look at. */
static void quarantine(struct spool *p, const struct spool_file *f, struct slice lost)
{
    struct store *s = p->store;
    char name[SPOOL_NAME_MAX + 16];
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

    if (f->bytes || !(f->bytes = spool_file_read(p, f->number, &size)))
        return;
    rest = slice_make(f->bytes, size < f->size ? size : f->size);
    while (frame_take(&rest, &text, &lost))
        n++;
    f->entries = calloc(n ? n : 1, sizeof *f->entries);
    if (!f->entries)
        abort();
    rest = slice_make(f->bytes, size < f->size ? size : f->size);
    do {
        bool found = frame_take(&rest, &text, &lost);

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
void spool_hand_out(void *arg)
{
    struct spool *p = arg;

    p->planned = false;
    if (!p->store->up || !p->f)
        return;
    if (spool_is_syncing(p)) { /* its end is not known yet */
        spool_plan(p, SYNCING_MS);
        return;
    }
    spool_seal(p);
    for (struct spool_file *f = p->files, *next; f; f = next) {
        next = f->next;
        file_open(p, f);
        if (f->bytes && !f->left)
            spool_file_remove(p, f); /* nothing of it could be read: it stands in quarantine */
    }
    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct spool_file *f = p->files; f && p->out < WINDOW; f = f->next)
            for (unsigned i = 0; i < f->entries_n && p->out < WINDOW; i++)
                if (f->entries[i].state == ENTRY_WAITING && f->entries[i].urgent == (urgent == 1))
                    give(p, &f->entries[i]);
}

void store_on_spooled(struct store *s, void (*f)(void *arg, const struct inbound *, void *token), void *arg)
{
    s->spool->f = f;
    s->spool->arg = arg;
    spool_plan(s->spool, 0);
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
        spool_file_remove(p, e->file);
    spool_plan(p, taken ? 0 : SPOOL_AGAIN_MS);
}

void spool_up(struct store *s)
{
    spool_plan(s->spool, 0);
}
