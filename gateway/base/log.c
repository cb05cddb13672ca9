/* log.c - JSON lines on stderr.  See log.h. */
#include "gateway/base/log.h"

#include <nettle/hmac.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/rnd.h"

enum {
    SAID = 32,    /* different lines that are remembered */
    AS_IT_IS = 5, /* of one line in a window; what is more is counted */
    WINDOW_S = 10,
    STAMP = 33, /* octets of a line in front of what it says: {"at":"...Z" */
};

/* A line that was said, and how often since. */
struct said {
    uint64_t what;
    time_t since;
    unsigned n;
    char event[40];
};

static struct {
    pthread_mutex_t lock;
    struct said said[SAID];
    enum log_level least;
    bool keyed;
    unsigned char key[32];
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .least = LOG_INFO };

void log_init(enum log_level least, const unsigned char key[32])
{
    state.least = least;
    if (key) {
        memcpy(state.key, key, sizeof state.key);
        state.keyed = true;
    }
}

struct log_pseudonym log_who(struct slice msisdn)
{
    struct hmac_sha256_ctx ctx;
    uint8_t digest[2];
    struct log_pseudonym out;

    if (!state.keyed) {
        rnd_bytes(state.key, sizeof state.key);
        state.keyed = true;
    }
    hmac_sha256_set_key(&ctx, sizeof state.key, state.key);
    hmac_sha256_update(&ctx, msisdn.n, (const uint8_t *)msisdn.p);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    snprintf(out.text, sizeof out.text, "P-%02X%02X", digest[0], digest[1]);
    return out;
}

static void open_line(struct buf *b, enum log_level level, const char *event)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    struct timespec now;
    struct tm tm;
    char at[40];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_init(b, 16384);
    buf_printf(b, "{\"at\":\"%s.%03ldZ\",\"level\":\"%s\",\"event\":", at, now.tv_nsec / 1000000,
               names[level]);
    buf_json(b, slice_of(event));
}

static void write_line(struct buf *b)
{
    ssize_t ignored;

    buf_str(b, "}\n");
    if (!b->failed) {
        ignored = write(STDERR_FILENO, b->p, b->n); /* a log that cannot be written stops nothing */
        (void)ignored;
    }
    buf_free(b);
}

/* Says how often a line was kept back, where its window is over. */
static void tell_kept_back(struct said *s)
{
    struct buf b;

    if (s->n > AS_IT_IS) {
        open_line(&b, LOG_WARN, s->event);
        buf_printf(&b, ",\"more\":%u", s->n - AS_IT_IS);
        write_line(&b);
    }
    *s = (struct said){ .what = 0 };
}

/* A line that is said again and again is counted: the disk is for other things (SPEC 7). */
static bool is_kept_back(const char *event, struct slice what)
{
    uint64_t hash = slice_hash(what);
    struct said *s = &state.said[hash % SAID];
    time_t now = time(NULL);

    for (unsigned i = 0; i < SAID; i++)
        if (state.said[i].what && (now - state.said[i].since >= WINDOW_S || now < state.said[i].since))
            tell_kept_back(&state.said[i]);
    if (s->what != hash) {
        tell_kept_back(s);
        *s = (struct said){ .what = hash, .since = now };
        snprintf(s->event, sizeof s->event, "%s", event);
    }
    return ++s->n > AS_IT_IS;
}

static void close_line(struct buf *b, enum log_level level, const char *event)
{
    pthread_mutex_lock(&state.lock);
    if (level < LOG_WARN || b->n < STAMP || !is_kept_back(event, slice_skip(buf_slice(b), STAMP)))
        write_line(b);
    else
        buf_free(b);
    pthread_mutex_unlock(&state.lock);
}

void log_event(enum log_level level, const char *event, ...)
{
    struct buf b;
    const char *name;
    va_list ap;

    if (level < state.least)
        return;
    open_line(&b, level, event);
    va_start(ap, event);
    while ((name = va_arg(ap, const char *))) {
        const char *value = va_arg(ap, const char *);

        buf_char(&b, ',');
        buf_json(&b, slice_of(name));
        buf_char(&b, ':');
        buf_json(&b, slice_of(value ? value : ""));
    }
    va_end(ap);
    close_line(&b, level, event);
}

void log_text(enum log_level level, const char *event, const char *fmt, ...)
{
    char text[2048];
    struct buf b;
    va_list ap;

    if (level < state.least)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    open_line(&b, level, event);
    buf_str(&b, ",\"text\":");
    buf_json(&b, slice_of(text));
    close_line(&b, level, event);
}
