/* load.c - a load generator for the emulator door: keep-alive connections, each with one request under way,
 * latency of each answer.  Prints one JSON object.  Used by tests/bench/bench.mjs.
 *
 *   load sms|ussd|at|open HOST PORT CONNECTIONS COUNT SENDERS_FILE
 *
 * sms: COUNT weighings by SMS, each different.  ussd: COUNT steps, in sessions of the nine-step weighing. at:
 * the same by Africa's Talking's way, which repeats all inputs of the session at each step. open: COUNT steps
 * in sessions that are dialled, walked to the page that asks for the name, told it, and left open; when every
 * sender has one, the next service code begins. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
    CONNECTIONS = 1024,
    SENDERS = 200000,
    STEPS = 9,
    OPEN_STEPS = 4,
    FIRST_CODE = 123,
};

struct connection {
    int fd;
    unsigned step;    /* ussd: of the nine; 0 = dial */
    unsigned session; /* ussd: counts up */
    unsigned sender, code;
    char name[32];
    char said[128]; /* at: all inputs */
    int64_t sent_us;
    char in[8192];
    size_t in_n;
};

struct load {
    bool ussd, open, at;
    unsigned steps; /* of a session */
    struct sockaddr_in to;
    unsigned connections, count, begun, ended, bad;
    char (*senders)[24];
    unsigned senders_n, next_sender;
    uint64_t chance, run;
    int64_t *latency;
    struct connection *c;
    char first_bad[256];
};

/* A text in a URL. */
static void escape(char *to, size_t max, const char *text)
{
    size_t n = 0;

    for (; *text && n + 4 < max; text++)
        n += (size_t)(strchr("#,/&+%", *text) ? snprintf(to + n, max - n, "%%%02X", (unsigned char)*text)
                                              : snprintf(to + n, max - n, "%c", *text == ' ' ? '+' : *text));
    to[n] = '\0';
}

static int body_of(struct load *l, struct connection *c, char *body, size_t max)
{
    static const char *const answers[STEPS] = { "", "1", "1", NULL, "2", "14", "9,2", "76", "1" };
    const char *from, *answer;
    char text[160], escaped[400];

    if (!l->ussd || c->step == 0) {
        c->code = FIRST_CODE + (l->open ? l->next_sender / l->senders_n : 0);
        c->sender = l->next_sender++ % l->senders_n;
        c->session++;
        bench_name(&l->chance, c->name);
    }
    from = l->senders[c->sender] + 1; /* the plus is written escaped */
    if (!l->ussd) {
        bench_weighing(&l->chance, text);
        escape(escaped, sizeof escaped, text);
        return snprintf(body, max, "id=b%llx-%u&from=%%2B%s&to=98120&text=%s", (unsigned long long)l->run,
                        l->begun, from, escaped);
    }
    answer = answers[c->step] ? answers[c->step] : c->name;
    if (l->at) {
        size_t n = c->step ? strlen(c->said) : 0;

        snprintf(c->said + n, sizeof c->said - n, "%s%s", c->step > 1 ? "*" : "", answer);
        escape(escaped, sizeof escaped, c->said);
        return snprintf(body, max, "sessionId=b%llx-%d-%u&phoneNumber=%%2B%s&serviceCode=*%u%%23&text=%s",
                        (unsigned long long)l->run, c->fd, c->session, from, c->code, escaped);
    }
    escape(escaped, sizeof escaped, answer);
    return snprintf(body, max, "session=b%llx-%d-%u&from=%%2B%s&code=*%u%%23&text=%s",
                    (unsigned long long)l->run, c->fd, c->session, from, c->code, escaped);
}

static void send_next(struct load *l, struct connection *c)
{
    char body[768], request[1024];
    int n;

    if (l->begun >= l->count && (!l->ussd || c->step == 0)) /* a dialogue that has begun is finished */
        return;
    n = body_of(l, c, body, sizeof body);
    n = snprintf(request, sizeof request,
                 "POST /%s/%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                 "Content-Length: %d\r\n\r\n%s",
                 l->ussd ? "ussd" : "sms", l->at ? "at" : "emulator", n, body);
    l->begun++;
    c->in_n = 0;
    c->sent_us = bench_now_us();
    if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        bench_die("send");
}

/* The whole answer is there: its body, else NULL. */
static const char *whole_answer(struct connection *c)
{
    char *end, *length;

    c->in[c->in_n] = '\0';
    end = strstr(c->in, "\r\n\r\n");
    if (!end)
        return NULL;
    length = strcasestr(c->in, "\r\nContent-Length:");
    if (!length || length > end)
        return NULL;
    if (c->in_n < (size_t)(end + 4 - c->in) + strtoul(length + 17, NULL, 10))
        return NULL;
    return end + 4;
}

static void on_answer(struct load *l, struct connection *c, const char *body)
{
    bool good = strncmp(c->in, "HTTP/1.1 200", 12) == 0;

    l->latency[l->ended++] = bench_now_us() - c->sent_us;
    if (l->ussd) {
        const char *due = c->step == STEPS - 1 ? "END " : "CON ";

        good = good && strncmp(body, due, 4) == 0;
        c->step = good ? (c->step + 1) % l->steps : 0;
    }
    l->bad += !good;
    if (!good && !l->first_bad[0])
        snprintf(l->first_bad, sizeof l->first_bad, "%.12s %.200s", c->in, body);
    send_next(l, c);
}

static void on_readable(struct load *l, struct connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_n, sizeof c->in - 1 - c->in_n, 0);
    const char *body;

    if (n <= 0)
        bench_die("the gateway hung up");
    c->in_n += (size_t)n;
    body = whole_answer(c);
    if (body)
        on_answer(l, c, body);
}

static void open_connections(struct load *l, int ep)
{
    l->c = calloc(l->connections, sizeof *l->c);
    if (!l->c)
        bench_die("memory");
    for (unsigned i = 0; i < l->connections; i++) {
        struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &l->c[i] };
        int on = 1;

        l->c[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(l->c[i].fd, (struct sockaddr *)&l->to, sizeof l->to) != 0)
            bench_die("connect");
        setsockopt(l->c[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_ctl(ep, EPOLL_CTL_ADD, l->c[i].fd, &ev);
    }
}

static void read_senders(struct load *l, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[64];

    l->senders = calloc(SENDERS, sizeof *l->senders);
    if (!f || !l->senders)
        bench_die(path);
    while (l->senders_n < SENDERS && fgets(line, sizeof line, f))
        snprintf(l->senders[l->senders_n++], sizeof *l->senders, "%.*s", (int)strcspn(line, "\r\n,") % 23,
                 line);
    fclose(f);
    if (l->senders_n == 0)
        bench_die("no senders");
}

static void run(struct load *l, int ep)
{
    for (unsigned i = 0; i < l->connections; i++)
        send_next(l, &l->c[i]);
    while (l->ended < l->begun) {
        struct epoll_event ev[64];
        int n = epoll_wait(ep, ev, 64, 30000);

        if (n == 0)
            bench_die("no answer for 30 s");
        for (int i = 0; i < n; i++)
            on_readable(l, ev[i].data.ptr);
    }
}

int main(int argc, char **argv)
{
    struct load l = { .to.sin_family = AF_INET };
    int64_t began;
    double seconds;
    int ep = epoll_create1(0);

    if (argc != 7) {
        fprintf(stderr, "load sms|ussd|at|open HOST PORT CONNECTIONS COUNT SENDERS_FILE\n");
        return 2;
    }
    l.open = strcmp(argv[1], "open") == 0;
    l.at = strcmp(argv[1], "at") == 0;
    l.ussd = l.open || l.at || strcmp(argv[1], "ussd") == 0;
    l.steps = l.open ? OPEN_STEPS : STEPS;
    inet_pton(AF_INET, argv[2], &l.to.sin_addr);
    l.to.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
    l.connections = (unsigned)strtoul(argv[4], NULL, 10);
    l.count = (unsigned)strtoul(argv[5], NULL, 10);
    read_senders(&l, argv[6]);
    l.run = (uint64_t)bench_now_us();
    l.chance = l.run * 2654435761u + 1;
    l.next_sender = l.open ? 0 : (unsigned)(l.run % l.senders_n);
    l.latency = calloc(l.count + CONNECTIONS * STEPS, sizeof *l.latency);
    if (!l.latency || !l.connections || l.connections > CONNECTIONS)
        bench_die("connections or count");
    open_connections(&l, ep);
    began = bench_now_us();
    run(&l, ep);
    seconds = (double)(bench_now_us() - began) / 1e6;
    printf("{\"count\":%u,\"bad\":%u,\"seconds\":%.3f,\"per_s\":%.0f", l.ended, l.bad, seconds,
           l.ended / seconds);
    bench_print_latency("answer", l.latency, l.ended);
    puts("}");
    if (l.bad)
        fprintf(stderr, "first bad answer: %s\n", l.first_bad);
    return 0;
}
