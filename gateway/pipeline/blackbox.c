/* blackbox.c - see blackbox.h. */
#include "gateway/pipeline/blackbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/log.h"

enum {
    BOX_MAGIC = 0x6b626f78,
    BOX_VERSION = 1,
    TEXTS = 7,
    BYTES = 96 << 10, /* an inbound is 64 KiB at most */
};

struct box {
    uint32_t magic, version;
    volatile sig_atomic_t busy;    /* a message is in hand */
    volatile sig_atomic_t crashed; /* one of the five signals came while it was */
    uint64_t met_at_start;         /* hash of the message that stood here, unmarked, at the last start */
    int32_t kind, op;
    uint32_t step, from_is_msisdn;
    int64_t received_ms, provider_ms;
    uint32_t lengths[TEXTS];
    char bytes[BYTES];
};

struct blackbox {
    struct box *box;
    int fd;
};

static struct box *caught; /* for the signal handler, which has no argument */

static void texts_of(struct inbound *in, struct slice *out[TEXTS])
{
    struct slice *const all[TEXTS] = { &in->provider, &in->provider_id, &in->from,        &in->to,
                                       &in->text,     &in->session,     &in->service_code };

    memcpy(out, all, sizeof all);
}

static bool read_back(const struct box *b, struct arena *a, struct inbound *out)
{
    struct slice *texts[TEXTS];
    size_t at = 0;

    *out = (struct inbound){ .kind = (enum inbound_kind)b->kind,
                             .op = (enum ussd_op)b->op,
                             .step = b->step,
                             .from_is_msisdn = b->from_is_msisdn,
                             .received_ms = b->received_ms,
                             .provider_ms = b->provider_ms };
    texts_of(out, texts);
    for (int i = 0; i < TEXTS; i++) {
        if (b->lengths[i] > BYTES || at + b->lengths[i] > BYTES)
            return false;
        *texts[i] = arena_copy(a, slice_make(b->bytes + at, b->lengths[i]));
        at += b->lengths[i];
    }
    return true;
}

static uint64_t fingerprint(const struct inbound *in)
{
    return slice_hash(in->provider) ^ (slice_hash(in->provider_id) << 1) ^ (slice_hash(in->text) << 2) ^
           (slice_hash(in->from) << 3);
}

/* What the last life left behind: to be parked, or remembered for the next start. */
static bool judge(struct box *b, struct arena *a, struct inbound *suspect)
{
    bool guilty = false;

    if (b->busy && read_back(b, a, suspect)) {
        uint64_t now = fingerprint(suspect);

        guilty = b->crashed || b->met_at_start == now;
        b->met_at_start = guilty ? 0 : now;
    } else {
        b->met_at_start = 0;
    }
    b->busy = 0;
    b->crashed = 0;
    return guilty;
}

/* Blocks of its own: writing to a hole of a mapped file kills the program when the disk is full. */
static bool has_blocks(int fd, const char *path)
{
    int rc = posix_fallocate(fd, 0, sizeof(struct box));

    if (rc)
        log_text(
            LOG_ERROR, "blackbox",
            "%s cannot be made (%s): a message that kills the program is not known again; free space there",
            path, strerror(rc));
    return rc == 0;
}

struct blackbox *blackbox_open(const char *path, struct arena *a, struct inbound *suspect, bool *found,
                               struct err *e)
{
    struct blackbox *bb = calloc(1, sizeof *bb);
    void *map;

    *found = false;
    if (!bb)
        return NULL;
    bb->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (bb->fd < 0) {
        err_set(e, "%s: cannot be written: %s", path, strerror(errno));
        blackbox_close(bb);
        return NULL;
    }
    map = mmap(NULL, sizeof(struct box), PROT_READ | PROT_WRITE,
               has_blocks(bb->fd, path) ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, bb->fd, 0);
    if (map == MAP_FAILED) {
        err_set(e, "%s: cannot be mapped: %s", path, strerror(errno));
        blackbox_close(bb);
        return NULL;
    }
    bb->box = map;
    if (bb->box->magic == BOX_MAGIC && bb->box->version == BOX_VERSION)
        *found = judge(bb->box, a, suspect);
    else
        *bb->box = (struct box){ .magic = BOX_MAGIC, .version = BOX_VERSION };
    return bb;
}

void blackbox_close(struct blackbox *bb)
{
    if (bb->box) {
        if (caught == bb->box)
            caught = NULL;
        munmap(bb->box, sizeof(struct box));
    }
    if (bb->fd >= 0)
        close(bb->fd);
    free(bb);
}

void blackbox_enter(struct blackbox *bb, const struct inbound *in)
{
    struct inbound copy = *in;
    struct slice *texts[TEXTS];
    struct box *b = bb->box;
    size_t at = 0;

    texts_of(&copy, texts);
    b->kind = (int32_t)in->kind;
    b->op = (int32_t)in->op;
    b->step = in->step;
    b->from_is_msisdn = in->from_is_msisdn;
    b->received_ms = in->received_ms;
    b->provider_ms = in->provider_ms;
    for (int i = 0; i < TEXTS; i++) {
        size_t n = texts[i]->n < BYTES - at ? texts[i]->n : BYTES - at;

        if (n)
            memcpy(b->bytes + at, texts[i]->p, n);
        b->lengths[i] = (uint32_t)n;
        at += n;
    }
    b->busy = 1;
}

void blackbox_leave(struct blackbox *bb)
{
    struct box *b = bb->box;
    size_t n = 0;

    b->busy = 0;
    for (int i = 0; i < TEXTS; i++)
        n += b->lengths[i];
    memset(b->bytes, 0, n); /* nothing of it stays in the file */
}

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
enum {
    CRASH_SIGNALS = sizeof crash_signals / sizeof *crash_signals
};
static struct sigaction before[CRASH_SIGNALS];

/* Marks the box and hands over to whoever was there before: the default, or a sanitizer with its report. */
static void on_crash(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (caught && caught->busy)
        caught->crashed = 1;
    for (int i = 0; i < CRASH_SIGNALS; i++)
        if (crash_signals[i] == sig)
            sigaction(sig, &before[i], NULL);
    if (info->si_code <= 0) /* sent, not caused: it will not come again by itself */
        raise(sig);
}

void blackbox_catch_signals(struct blackbox *bb)
{
    struct sigaction act = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_NODEFER };

    caught = bb->box;
    for (int i = 0; i < CRASH_SIGNALS; i++)
        sigaction(crash_signals[i], &act, &before[i]);
}
