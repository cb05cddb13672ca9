/* smsc.c - an SMSC that puts load on whoever is bound to it, and measures the way of an SMS: deliver_sm out,
 * its response, and the submit_sm that answers.  It keeps WINDOW messages under way: one is over when
 * response AND answer are there, so a gateway cannot shine by acknowledging early.  Its codec is
 * parsers/smpp_pdu, which is tested against foreign ones.
 *
 *   smsc FIRST SENDERS WINDOW     FIRST: the first sender's number; they follow each other
 *
 * Prints "port N"; "bound NAME" for each bind; on "run NAME COUNT" on stdin one JSON object. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/smpp_pdu.h"
#include "tests/bench/bench.h"

enum {
    ESMES = 8,
    PATIENCE_S = 30, /* without any progress a run is given up */
    NOBODY = -1,
};

struct esme {
    struct smsc *smsc;
    struct bufferevent *bev;
    char name[32];
    unsigned submits; /* message ids */
};

struct message {
    int64_t sent_us, response_us, answer_us; /* 0: not yet */
};

struct smsc {
    struct event_base *base;
    struct esme esmes[ESMES];
    uint64_t first; /* number of the first sender */
    unsigned senders, window, next_sender;
    uint64_t chance;
    struct buf out;
    struct event *patience;
    /* the run */
    struct esme *target; /* NULL: none */
    struct message *messages;
    int *of_sender; /* the message that this sender waits for; NOBODY */
    unsigned count, begun, ended, refused, extra, bad;
    char said[161]; /* the first answer that takes no report: a question, say */
    int64_t began_us;
};

static void write_pdu(struct esme *e, const struct smpp_pdu *p)
{
    struct buf *b = &e->smsc->out;

    buf_clear(b);
    if (!smpp_encode(b, p))
        bench_die("a PDU that cannot be written");
    bufferevent_write(e->bev, b->p, b->n);
}

static void deliver(struct smsc *s)
{
    unsigned sender = s->next_sender++ % s->senders;
    char from[24], text[160];
    struct smpp_pdu p = { .command = SMPP_DELIVER_SM, .sequence = s->begun + 1, .to = { 0, 1, S("98120") } };

    snprintf(from, sizeof from, "%llu", (unsigned long long)(s->first + sender));
    bench_weighing(&s->chance, text);
    p.from = (struct smpp_address){ 1, 1, slice_of(from) };
    p.text = slice_of(text);
    s->of_sender[sender] = (int)s->begun;
    s->messages[s->begun++].sent_us = bench_now_us();
    write_pdu(s->target, &p);
}

static void fill_window(struct smsc *s)
{
    while (s->begun < s->count && s->begun - s->ended < s->window)
        deliver(s);
}

static void wait_on(struct smsc *s)
{
    event_add(s->patience, &(struct timeval){ .tv_sec = PATIENCE_S });
}

static void finish(struct smsc *s)
{
    int64_t *response = calloc(s->count, sizeof *response), *answer = calloc(s->count, sizeof *answer);
    double seconds = (double)(bench_now_us() - s->began_us) / 1e6;
    unsigned responses = 0, answers = 0;

    if (!response || !answer)
        bench_die("memory");
    for (unsigned i = 0; i < s->begun; i++) {
        const struct message *m = &s->messages[i];

        if (m->response_us)
            response[responses++] = m->response_us - m->sent_us;
        if (m->answer_us)
            answer[answers++] = m->answer_us - m->sent_us;
    }
    printf("{\"count\":%u,\"answered\":%u,\"refused\":%u,\"extra\":%u,\"bad\":%u,\"seconds\":%.3f,\"per_s\":%"
           ".0f",
           s->count, answers, s->refused, s->extra, s->bad, seconds, answers / seconds);
    if (s->bad)
        printf(",\"said\":\"%s\"", s->said);
    bench_print_latency("response", response, responses);
    bench_print_latency("answer", answer, answers);
    puts("}");
    fflush(stdout);
    free(response);
    free(answer);
    event_del(s->patience);
    s->target = NULL;
}

static void on_patience(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    finish(arg);
}

static void over_if_both(struct smsc *s, const struct message *m)
{
    if (!m->response_us || !m->answer_us)
        return;
    s->ended++;
    wait_on(s);
    if (s->ended == s->count)
        finish(s);
    else
        fill_window(s);
}

static void on_response(struct esme *e, const struct smpp_pdu *p)
{
    struct smsc *s = e->smsc;
    struct message *m;

    if (s->target != e || p->sequence == 0 || p->sequence > s->begun)
        return;
    m = &s->messages[p->sequence - 1];
    if (m->response_us)
        return;
    m->response_us = bench_now_us();
    s->refused += p->status != SMPP_ROK;
    over_if_both(s, m);
}

/* Each report is certain, and so is taken at once. */
static void look_at(struct smsc *s, struct slice text)
{
    if (slice_eq(slice_take(text, 8), S("Diterima")) || s->bad++)
        return;
    for (size_t i = 0; i < text.n && i < sizeof s->said - 1; i++)
        s->said[i] = text.p[i] < ' ' || strchr("\"\\\x7F", text.p[i]) ? '?' : text.p[i];
}

static void on_submit(struct esme *e, const struct smpp_pdu *p)
{
    struct smsc *s = e->smsc;
    uint64_t number = 0;
    char id[16];

    snprintf(id, sizeof id, "%x", ++e->submits);
    write_pdu(e, &(struct smpp_pdu){ .command = SMPP_SUBMIT_SM | SMPP_RESPONSE,
                                     .sequence = p->sequence,
                                     .message_id = slice_of(id) });
    for (size_t i = 0; i < p->to.number.n; i++)
        if (p->to.number.p[i] != '+')
            number = number * 10 + (uint64_t)(p->to.number.p[i] - '0');
    number -= s->first;
    if (s->target == e && number < s->senders && s->of_sender[number] != NOBODY) {
        struct message *m = &s->messages[s->of_sender[number]];

        s->of_sender[number] = NOBODY;
        m->answer_us = bench_now_us();
        look_at(s, p->text);
        over_if_both(s, m);
    } else {
        s->extra++;
    }
}

static void on_pdu(struct esme *e, struct slice whole)
{
    struct smpp_pdu p;

    if (smpp_decode(whole, &p) != SMPP_OK)
        bench_die("a PDU that cannot be read");
    switch (p.command) {
    case SMPP_BIND_TRANSCEIVER:
        snprintf(e->name, sizeof e->name, "%.*s", SLICE_ARG(p.system_id));
        write_pdu(e, &(struct smpp_pdu){ .command = p.command | SMPP_RESPONSE,
                                         .sequence = p.sequence,
                                         .system_id = S("SMSC") });
        printf("bound %s\n", e->name);
        fflush(stdout);
        break;
    case SMPP_SUBMIT_SM:
        on_submit(e, &p);
        break;
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
        on_response(e, &p);
        break;
    case SMPP_ENQUIRE_LINK:
    case SMPP_UNBIND:
        write_pdu(e, &(struct smpp_pdu){ .command = p.command | SMPP_RESPONSE, .sequence = p.sequence });
        break;
    default:
        break;
    }
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct evbuffer *in = bufferevent_get_input(bev);
    size_t n, have = evbuffer_get_length(in), at = 0;
    char *p = (char *)evbuffer_pullup(in, -1);

    while (smpp_frame(slice_make(p + at, have - at), &n) == SMPP_FRAME_WHOLE && have - at >= n) {
        on_pdu(arg, slice_make(p + at, n));
        at += n;
    }
    evbuffer_drain(in, at);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct esme *e = arg;

    (void)what;
    bufferevent_free(bev);
    e->bev = NULL;
    e->name[0] = '\0';
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int n, void *arg)
{
    struct smsc *s = arg;
    int on = 1;

    (void)l;
    (void)from;
    (void)n;
    for (unsigned i = 0; i < ESMES; i++) {
        struct esme *e = &s->esmes[i];

        if (e->bev)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        e->smsc = s;
        e->bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
        bufferevent_setcb(e->bev, on_read, NULL, on_event, e);
        bufferevent_enable(e->bev, EV_READ | EV_WRITE);
        return;
    }
    close(fd);
}

static void begin(struct smsc *s, const char *name, unsigned count)
{
    for (unsigned i = 0; i < ESMES; i++)
        if (s->esmes[i].bev && strcmp(s->esmes[i].name, name) == 0)
            s->target = &s->esmes[i];
    free(s->messages);
    s->messages = calloc(count, sizeof *s->messages);
    if (!s->target || !s->messages || count == 0)
        bench_die("nobody of that name is bound");
    for (unsigned i = 0; i < s->senders; i++)
        s->of_sender[i] = NOBODY;
    s->count = count;
    s->begun = s->ended = s->refused = s->extra = s->bad = 0;
    memset(s->said, 0, sizeof s->said);
    s->began_us = bench_now_us();
    wait_on(s);
    fill_window(s);
}

static void on_command(evutil_socket_t fd, short what, void *arg)
{
    struct smsc *s = arg;
    char line[128], name[32];
    unsigned count;
    ssize_t n = read(fd, line, sizeof line - 1);

    (void)what;
    if (n <= 0)
        exit(0);
    line[n] = '\0';
    if (sscanf(line, "run %31s %u", name, &count) != 2)
        bench_die("run NAME COUNT");
    begin(s, name, count);
}

int main(int argc, char **argv)
{
    static struct smsc s;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    struct evconnlistener *l;

    if (argc != 4)
        bench_die("smsc FIRST SENDERS WINDOW");
    s.first = strtoull(argv[1], NULL, 10);
    s.senders = (unsigned)strtoul(argv[2], NULL, 10);
    s.window = (unsigned)strtoul(argv[3], NULL, 10);
    s.of_sender = calloc(s.senders, sizeof *s.of_sender);
    s.chance = (uint64_t)bench_now_us() * 2654435761U + 1;
    s.base = event_base_new();
    buf_init(&s.out, SMPP_PDU_MAX);
    l = evconnlistener_new_bind(s.base, on_accept, &s, LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&at,
                                sizeof at);
    if (!l || !s.of_sender || s.window > s.senders / 2)
        bench_die("cannot listen, or too few senders for the window");
    getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&at, &n);
    printf("port %d\n", ntohs(at.sin_port));
    fflush(stdout);
    s.patience = event_new(s.base, -1, 0, on_patience, &s);
    event_add(event_new(s.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_command, &s), NULL);
    return event_base_dispatch(s.base) < 0;
}
