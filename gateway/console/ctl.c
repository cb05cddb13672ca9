/* ctl.c - see ctl.h. */
#include "gateway/console/ctl.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/version.h"
#include "gateway/model/reason.h"

enum {
    LINE_MAX_BYTES = 1024,
    ANSWER_MAX = 1 << 20,
    SAID_MAX = 64 << 20, /* by a desk: a month as CSV */
    PEOPLE_MAX = 16 << 20,
    PATIENCE_S = 10, /* for a request to come, or an answer to be taken */
    CLIENTS_MAX = 16,
};

struct ctl {
    struct evconnlistener *listener;
    struct ctl_ops ops;
    char *path;
    int64_t since_ms;
    struct client *clients;
    unsigned clients_n, waiting; /* waiting: clients in the hands of a callback of the store */
    bool closed;
};

struct client {
    struct ctl *ctl;
    struct bufferevent *be;
    struct client *next;
    bool answered;
    bool waits; /* for the store: may not be freed yet */
    bool gone;
};

/* --- life of a client --- */

static void client_unlink(struct client *c)
{
    for (struct client **at = &c->ctl->clients; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            c->ctl->clients_n--;
            return;
        }
}

static void client_free(struct client *c)
{
    if (c->be) {
        client_unlink(c);
        bufferevent_free(c->be);
        c->be = NULL;
    }
    c->gone = true;
    if (!c->waits)
        free(c);
}

static void client_answer(struct client *c, const struct buf *b)
{
    c->answered = true;
    if (b->failed && b->n == 0)
        evbuffer_add_printf(bufferevent_get_output(c->be), "error: out of memory\n");
    else
        evbuffer_add(bufferevent_get_output(c->be), b->p, b->n);
    bufferevent_disable(c->be, EV_READ);
}

static void on_written(struct bufferevent *be, void *arg)
{
    struct client *c = arg;

    if (c->answered && evbuffer_get_length(bufferevent_get_output(be)) == 0)
        client_free(c);
}

static void on_end(struct bufferevent *be, short what, void *arg)
{
    (void)be;
    (void)what;
    client_free(arg);
}

/* --- the requests --- */

static void put(struct buf *b, const char *name, uint64_t n)
{
    buf_printf(b, "%-22s %llu\n", name, (unsigned long long)n);
}

static void show_status(struct ctl *ctl, struct buf *b)
{
    buf_printf(b, "%-22s %s\n", "version", version_text);
    struct buf why;

    buf_init(&why, 65536);
    if (ctl->ops.health)
        buf_printf(b, "%-22s %s\n", "health", staff_health_name(ctl->ops.health(ctl->ops.arg, &why)));
    if (why.n)
        buf_printf(b, "%-22s %.*s\n", "not well", SLICE_ARG(buf_slice(&why)));
    buf_free(&why);
    if (ctl->ops.store)
        buf_printf(b, "%-22s %s%s\n", "redis", store_up(ctl->ops.store) ? "up" : "away: ",
                   store_up(ctl->ops.store) ? "" : store_trouble(ctl->ops.store));
    put(b, "up_seconds", (uint64_t)(clock_mono_ms() - ctl->since_ms) / 1000);
    if (ctl->ops.under_way)
        put(b, "under_way", ctl->ops.under_way(ctl->ops.arg));
}

static void show_reasons(struct ctl *ctl, struct buf *b)
{
    (void)ctl;
    for (int r = 0; r < REASONS; r++)
        buf_printf(b, "%-22s %10llu  %s\n", reason_name((enum reason)r),
                   (unsigned long long)reason_total((enum reason)r), reason_prose((enum reason)r));
}

static void show_sessions(struct ctl *ctl, struct buf *b)
{
    (void)ctl;
    put(b, "ussd_pages", reason_total(REASON_ussd_page));
    put(b, "ussd_ended_as_busy", reason_total(REASON_ussd_busy));
}

static void show_config(struct ctl *ctl, struct buf *b)
{
    if (ctl->ops.config)
        ctl->ops.config(ctl->ops.arg, b);
    else
        buf_str(b, "error: not available\n");
}

static void carry_out(struct ctl *ctl, int (*f)(void *, struct buf *), struct buf *b)
{
    struct buf said;

    if (!f) {
        buf_str(b, "error: not available\n");
        return;
    }
    buf_init(&said, ANSWER_MAX / 2);
    if (f(ctl->ops.arg, &said) != 0)
        buf_str(b, "error: ");
    buf_add(b, buf_slice(&said));
    buf_free(&said);
}

static void drain(struct ctl *ctl, struct buf *b)
{
    carry_out(ctl, ctl->ops.drain, b);
}

/* --- requests whose answer comes later --- */

static void client_wait(struct client *c)
{
    c->waits = true;
    bufferevent_disable(c->be, EV_READ); /* or its patience would end before ours */
    c->ctl->waiting++;
}

/* False when nobody is left to hear it. */
static bool client_back(struct client *c)
{
    struct ctl *ctl = c->ctl;

    c->waits = false;
    ctl->waiting--;
    if (!c->gone)
        return true;
    free(c);
    if (ctl->closed && ctl->waiting == 0)
        free(ctl);
    return false;
}

static void put_orphans(struct buf *b, const struct store *store)
{
    unsigned n;
    const struct orphan *all = store_orphans(store, &n);

    for (unsigned i = 0; i < n; i++)
        buf_printf(b, "nobody opens %s %llu (give the name back, or `ctl move`)\n", all[i].name,
                   (unsigned long long)all[i].waiting);
}

static void on_figures(void *arg, const struct store_figures *f)
{
    struct client *c = arg;
    struct buf b;

    if (!client_back(c))
        return;
    buf_init(&b, ANSWER_MAX);
    if (f) {
        put(&b, "sinks_waiting", f->sink_waiting);
        put(&b, "sms_waiting", f->lane_waiting);
        put(&b, "log_waiting", f->log_waiting);
        put(&b, "timers_waiting", f->due_waiting);
        put(&b, "spooled", f->spooled);
        put(&b, "parked", f->parked);
        put_orphans(&b, c->ctl->ops.store);
        put(&b, "commits", f->commits);
        put(&b, "conflicts", f->conflicts);
        put(&b, "duplicates", f->duplicates);
        put(&b, "gateways", store_gateways(c->ctl->ops.store));
        put(&b, "redis_reconnects", f->reconnects);
        put(&b, "redis_cpu_us", f->redis_usec);
    } else {
        buf_str(&b, "error: Redis is away; see show status\n");
    }
    client_answer(c, &b);
    buf_free(&b);
}

static bool show_queues(struct client *c)
{
    if (!c->ctl->ops.store)
        return false;
    client_wait(c);
    store_figures(c->ctl->ops.store, on_figures, c);
    return true;
}

static void on_said(void *arg, struct slice text)
{
    struct client *c = arg;
    struct buf b;

    if (!client_back(c))
        return;
    buf_init(&b, SAID_MAX);
    buf_add(&b, text);
    client_answer(c, &b);
    buf_free(&b);
}

static bool ask(struct client *c, const char *desk, struct slice words)
{
    if (!c->ctl->ops.desk)
        return false;
    client_wait(c);
    c->ctl->ops.desk(c->ctl->ops.arg, desk, words, on_said, c);
    return true;
}

static const struct {
    const char *line, *prose;
    void (*run)(struct ctl *, struct buf *);
    bool (*later)(
        struct client *); /* in its place; false: not available.  Neither: a desk has it, with words. */
} requests[] = {
    { "show status", "version, health, Redis, time since start", show_status, NULL },
    { "show queues", "what waits: sinks, SMS, timers, spool, parked", NULL, show_queues },
    { "show sessions", "USSD pages since start", show_sessions, NULL },
    { "show reasons", "every way a message can end, with its count", show_reasons, NULL },
    { "show sinks", "each sink: queue, oldest, speed, circuit, parked", NULL, NULL },
    { "show stages", "what records wait for that people have to give, and who can give it", NULL, NULL },
    { "sink", "NAME schema: the SQL of its tables; NAME list STAGE, NAME retry: of the ministry's platform",
      NULL, NULL },
    { "export",
      "csv --month 2026-11 --what timbang: a month as CSV; see export csv --help; PERSON: all that is held of"
      " her",
      NULL, NULL },
    { "forget",
      "PERSON --reason TEXT: all that is held of her goes, a tombstone stays; PERSON is the number of a"
      " child, of a report, or of a telephone",
      NULL, NULL },
    { "pws",
      "[--place CODE] [--month 2026-11]: the indicators; pws --anew counts them again from the records", NULL,
      NULL },
    { "signals", "what became of signals, by disease: BENAR, BUKAN, and how many in a hundred were true",
      NULL, NULL },
    { "show config", "the configuration in force, secrets left out", show_config, NULL },
    { "people", "export, approve NOMOR, retire NUMBER, put ROW: see kentongan people --help", NULL, NULL },
    { "trace", "NOMOR: what came in, what it was understood as, what went out and what became of it", NULL,
      NULL },
    { "parked",
      "what waits for people; parked STREAM, parked release STREAM ID|all, parked drop STREAM ID --why WORD",
      NULL, NULL },
    { "move", "sms:OLD sms:NEW, sink:OLD sink:NEW: what waits for a name that is no longer configured", NULL,
      NULL },
    { "backup", "FILE [--key KEYFILE]: the whole state in one sealed file, while it runs", NULL, NULL },
    { "rebuild", "refill a Redis that has forgotten from the district database; lists what cannot be known",
      NULL, NULL },
    { "drafts", "reports that nobody completed in time, to be called back", NULL, NULL },
    { "user", "add NAME --role admin|officer|viewer [--area CODE], list, reset NAME, remove NAME", NULL,
      NULL },
    { "audit",
      "[--json]: from receipt to each sink's acknowledgement, what is open and why; audit acts: what people"
      " did and were refused in the console, the newest first",
      NULL, NULL },
    { "reload", "read the configuration again; a bad file changes nothing", NULL, NULL },
    { "drain", "refuse new messages, finish those under way, leave", drain, NULL },
};

static void help(struct buf *b)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        buf_printf(b, "  %-14s %s\n", requests[i].line, requests[i].prose);
}

/* "backup --help": what it is for, and how it is typed. */
static void help_on(struct buf *b, const char *line, const char *prose)
{
    static const struct {
        const char *line, *example;
    } examples[] = { { "backup", "backup /backup/2026-11-29.sealed" },
                     { "trace", "trace 48217" },
                     { "forget", "forget 48217 --reason \"letter of 3 December\"" },
                     { "move", "move sms:old sms:new" },
                     { "user", "user add dewi --role officer --area 19.06.01" } };

    buf_printf(b, "kentongan ctl %s %s\n", line, prose);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (slice_is(slice_of(line), examples[i].line))
            buf_printf(b, "\nExample: kentongan ctl %s\n", examples[i].example);
}

static void serve(struct client *c, struct slice line)
{
    struct buf b;

    buf_init(&b, ANSWER_MAX);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct slice words = slice_skip(line, strlen(requests[i].line));
        bool desk = !requests[i].run && !requests[i].later;

        if (!slice_starts(line, requests[i].line) || (words.n && (!desk || words.p[0] != ' ')))
            continue;
        if (slice_is(slice_trim(words), "--help") && !slice_is(slice_of(requests[i].line), "parked"))
            help_on(&b, requests[i].line, requests[i].prose);
        else if (requests[i].run)
            requests[i].run(c->ctl, &b);
        else if (desk ? ask(c, requests[i].line, slice_trim(words)) : requests[i].later(c))
            return;
        else
            buf_str(&b, "error: not available\n");
        goto say;
    }
    if (!slice_is(line, "help"))
        buf_str(&b, "error: no such request; there are:\n");
    help(&b);
say:
    client_answer(c, &b);
    buf_free(&b);
}

static void on_line(struct bufferevent *be, void *arg)
{
    struct client *c = arg;
    struct evbuffer *in = bufferevent_get_input(be);
    size_t n;
    char *line;

    if (c->answered || c->waits)
        return;
    line = evbuffer_readln(in, &n, EVBUFFER_EOL_LF);
    if (line) {
        serve(c, slice_trim(slice_make(line, n)));
        free(line);
    } else if (evbuffer_get_length(in) > LINE_MAX_BYTES) {
        client_free(c);
    }
}

/* When all places are taken, whoever said nothing for the longest gives theirs. */
static void make_room(struct ctl *ctl)
{
    struct client *idle = NULL;

    for (struct client *c = ctl->clients; c; c = c->next) /* the newest first */
        if (!c->answered && !c->waits)
            idle = c;
    if (ctl->clients_n == CLIENTS_MAX && idle)
        client_free(idle);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr, int len,
                      void *arg)
{
    struct ctl *ctl = arg;
    struct timeval patience = { .tv_sec = PATIENCE_S };
    struct client *c;

    make_room(ctl);
    c = ctl->clients_n < CLIENTS_MAX ? calloc(1, sizeof *c) : NULL;
    (void)addr;
    (void)len;
    if (c)
        c->be = bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
    if (!c || !c->be) {
        evutil_closesocket(fd);
        free(c);
        return;
    }
    c->ctl = ctl;
    c->next = ctl->clients;
    ctl->clients = c;
    ctl->clients_n++;
    bufferevent_setcb(c->be, on_line, on_written, on_end, c);
    bufferevent_set_timeouts(c->be, &patience, &patience);
    bufferevent_enable(c->be, EV_READ | EV_WRITE);
}

/* --- the socket --- */

static int bind_path(const char *path, struct err *e)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd;
    mode_t old;

    if (strlen(path) >= sizeof addr.sun_path)
        return err_set(e, "ctl: %s is too long for a socket (%zu bytes at most); choose a shorter `state:`",
                       path, sizeof addr.sun_path - 1);
    memcpy(addr.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set(e, "ctl: no socket: %s", strerror(errno));
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0) {
        close(fd);
        return err_set(e, "ctl: %s is answered by another gateway; stop it first, or use another `state:`",
                       path);
    }
    (void)unlink(path);
    old = umask(0177);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) != 0) {
        umask(old);
        close(fd);
        return err_set(e, "ctl: cannot make %s: %s", path, strerror(errno));
    }
    umask(old);
    return fd;
}

struct ctl *ctl_open(struct loop *loop, const char *path, const struct ctl_ops *ops, struct err *e)
{
    struct ctl *ctl = calloc(1, sizeof *ctl);
    int fd;

    if (!ctl) {
        err_set(e, "ctl: out of memory");
        return NULL;
    }
    ctl->ops = *ops;
    ctl->since_ms = clock_mono_ms();
    fd = bind_path(path, e);
    if (fd < 0) {
        free(ctl);
        return NULL;
    }
    ctl->path = strdup(path);
    ctl->listener = evconnlistener_new(loop_base(loop), on_client, ctl, LEV_OPT_CLOSE_ON_FREE, 16, fd);
    if (ctl->listener && ctl->path)
        return ctl;
    err_set(e, "ctl: cannot listen on %s", path);
    if (!ctl->listener)
        close(fd);
    ctl_close(ctl);
    return NULL;
}

void ctl_close(struct ctl *ctl)
{
    if (!ctl)
        return;
    if (ctl->listener)
        evconnlistener_free(ctl->listener);
    if (ctl->path)
        (void)unlink(ctl->path);
    free(ctl->path);
    ctl->path = NULL;
    for (struct client *c = ctl->clients, *next; c; c = next) {
        struct evbuffer *out = bufferevent_get_output(c->be);

        next = c->next;
        /* The answer to `drain` is still to be written. */
        (void)evbuffer_unfreeze(out, 1);
        (void)evbuffer_write(out, bufferevent_getfd(c->be));
        client_free(c);
    }
    ctl->closed = true;
    if (ctl->waiting == 0)
        free(ctl);
}
