/* smpp_bind.c - connecting, binding, keeping alive, leaving.  See smpp_inside.h. */
#include "gateway/smpp/smpp_inside.h"

#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"

enum {
    CONNECT_MS = 10000,
    UNBIND_MS = 2000,
    TICK_MS = 1000,
    REFUSED_MS = 30000, /* a bind that was refused is not asked again sooner */
};

int64_t smpp_bind_tick_ms(const struct smpp_link *l)
{
    int64_t ms = TICK_MS;

    if (l->conf.response_ms / 4 < ms)
        ms = l->conf.response_ms / 4;
    if (l->conf.enquire_ms / 4 < ms)
        ms = l->conf.enquire_ms / 4;
    return ms < 20 ? 20 : ms;
}

static bool numeric(struct slice host, unsigned port, struct sockaddr_storage *ss, int *n)
{
    char text[64];
    struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

    memset(ss, 0, sizeof *ss);
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *n = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *n = sizeof *v6;
        return true;
    }
    return false;
}

int smpp_bind_connect(struct smpp_link *l)
{
    struct sockaddr_storage ss;
    char host[256];
    int n;

    if (numeric(l->conf.host, l->conf.port, &ss, &n))
        return bufferevent_socket_connect(l->bev, (struct sockaddr *)&ss, n);
    if (l->conf.host.n >= sizeof host)
        return -1;
    memcpy(host, l->conf.host.p, l->conf.host.n);
    host[l->conf.host.n] = '\0';
    if (!l->dns)
        l->dns = evdns_base_new(loop_base(l->loop),
                                EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    return l->dns ? bufferevent_socket_connect_hostname(l->bev, l->dns, AF_UNSPEC, host, (int)l->conf.port)
                  : -1;
}

void smpp_bind_send(struct smpp_link *l)
{
    static const uint32_t commands[] = {
        [SMPP_TRX] = SMPP_BIND_TRANSCEIVER, [SMPP_TX] = SMPP_BIND_TRANSMITTER, [SMPP_RX] = SMPP_BIND_RECEIVER
    };
    struct smpp_pdu p = { .command = commands[l->conf.mode],
                          .system_id = l->conf.system_id,
                          .password = l->conf.password,
                          .system_type = l->conf.system_type,
                          .version = SMPP_VERSION };
    int on = 1;

    setsockopt(bufferevent_getfd(l->bev), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bufferevent_enable(l->bev, EV_READ | EV_WRITE);
    smpp_link_state(l, LINK_BINDING, "");
    l->heard_ms = clock_mono_ms();
    if (!smpp_link_request(l, &p, NULL, NULL))
        smpp_link_down(l, "system_id, password or system_type is longer than SMPP allows");
}

void smpp_bind_answered(struct smpp_link *l, uint32_t status)
{
    if (status != SMPP_ROK) {
        log_event(LOG_ERROR, "smpp_bind_refused", "provider", l->conf.provider, "status",
                  smpp_status_name(status), "remedy", "compare system_id, password and bind with the SMSC's",
                  NULL);
        if (status != SMPP_RALYBND && status != SMPP_RSYSERR)
            l->retry_at_least_ms = REFUSED_MS;
        smpp_link_down(l, "bind refused");
        return;
    }
    smpp_link_state(l, LINK_BOUND, "");
    l->enquired_ms = 0;
    l->ops.on_change(l->ops.arg, l);
}

static void time_out(struct smpp_link *l, int64_t now)
{
    static const struct smpp_result lost = { .outcome = SMPP_LOST };
    uint64_t life = l->life;
    struct smpp_request r;

    while (l->life == life && smpp_window_overdue(&l->window, now - l->conf.response_ms, &r)) {
        if (!r.cb) { /* bind, enquire_link, unbind: nobody is there */
            smpp_link_down(l, "the SMSC does not answer");
            return;
        }
        smpp_counter("smpp_response_timeouts_total", "Requests whose response never came.")->value++;
        r.cb(r.arg, &lost);
    }
}

void smpp_bind_leave(struct smpp_link *l)
{
    struct smpp_pdu unbind = { .command = SMPP_UNBIND };

    if (l->state != LINK_BOUND || l->window.under_way || l->owed)
        return;
    smpp_link_state(l, LINK_LEAVING, "draining");
    if (!smpp_link_request(l, &unbind, NULL, NULL))
        smpp_link_down(l, "draining");
}

void smpp_bind_tick(void *arg)
{
    struct smpp_link *l = arg;
    int64_t now = clock_mono_ms();
    struct smpp_pdu enquire = { .command = SMPP_ENQUIRE_LINK };

    if (!l->bev)
        return;
    loop_timer_set(l->tick, smpp_bind_tick_ms(l));
    if (l->state == LINK_CONNECTING && now - l->since_ms > CONNECT_MS) {
        smpp_link_down(l, "no connection in time");
        return;
    }
    if (l->state == LINK_LEAVING && now - l->since_ms > UNBIND_MS) {
        smpp_link_down(l, "unbind was not answered");
        return;
    }
    time_out(l, now);
    if (l->state == LINK_BOUND && l->draining)
        smpp_bind_leave(l);
    if (l->state != LINK_BOUND || l->enquired_ms || now - l->heard_ms < l->conf.enquire_ms)
        return;
    l->enquired_ms = now;
    (void)!smpp_link_request(l, &enquire, NULL, NULL);
}
