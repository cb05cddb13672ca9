/* request.c - see request.h. */
#include "gateway/ingress/request.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>

#include "gateway/base/clock.h"
#include "gateway/http/http.h"

static void wire_headers(struct evhttp_request *req, struct param *out, struct wire_request *w)
{
    struct evkeyval *kv = evhttp_request_get_input_headers(req)->tqh_first;

    w->headers = out;
    for (; kv && w->headers_n < REQUEST_HEADERS; kv = kv->next.tqe_next) {
        out[w->headers_n].name = slice_of(kv->key);
        out[w->headers_n++].value = slice_of(kv->value);
    }
    w->content_type = dialect_header(w, "Content-Type");
}

static struct slice method_of(struct evhttp_request *req)
{
    switch (evhttp_request_get_command(req)) {
    case EVHTTP_REQ_POST:
        return S("POST");
    case EVHTTP_REQ_PUT:
        return S("PUT");
    default:
        return S("GET");
    }
}

void request_wire(struct evhttp_request *req, const struct provider_conf *p, struct slice public_url,
                  struct param headers[REQUEST_HEADERS], struct arena *a, struct wire_request *w)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    struct evbuffer *body = evhttp_request_get_input_buffer(req);
    const char *target = evhttp_request_get_uri(req);
    size_t n = evbuffer_get_length(body);

    *w = (struct wire_request){
        .method = method_of(req),
        .query = slice_of(evhttp_uri_get_query(uri)),
        .body = n ? slice_make((const char *)evbuffer_pullup(body, -1), n) : S(""),
        .secret = p->secret,
        .now_ms = clock_wall_ms(),
        .shape = p->shape,
    };
    w->url = public_url;
    if (slice_ends(w->url, "/"))
        w->url.n--;
    w->url = ARENA_JOIN(a, w->url, slice_of(target));
    wire_headers(req, headers, w);
}

struct admission_caller request_caller(struct evhttp_request *req, const struct config *c)
{
    static const char *const marks[] = { "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host",
                                         "Via" };
    struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
    struct slice chain = slice_make("", 0);
    bool forwarded = false;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        forwarded = forwarded || evhttp_find_header(headers, marks[i]);
    /* Several such headers are one list; the last is the nearest proxy's. */
    for (struct evkeyval *kv = headers->tqh_first; kv; kv = kv->next.tqe_next)
        if (evutil_ascii_strcasecmp(kv->key, marks[0]) == 0)
            chain = slice_of(kv->value);
    return admission_caller(c, http_peer(req), chain, forwarded);
}

static enum wire_rc decode_dlr(const struct dialect *d, const struct wire_request *w, struct arena *a,
                               struct inbound *msg)
{
    struct wire_dlr dlr = { .state = NULL };
    enum wire_rc rc = d->decode_dlr(w, a, &dlr);

    if (rc != WIRE_OK)
        return rc;
    msg->kind = INBOUND_DLR;
    msg->session = dlr.uuid;
    msg->from = dlr.their_id;
    msg->text = slice_of(dlr.state);
    msg->part = dlr.part;
    msg->provider_id = arena_printf(a, "dlr/%.*s/%s",
                                    SLICE_ARG(dlr.uuid.n && !dlr.part ? dlr.uuid : dlr.their_id), dlr.state);
    return WIRE_OK;
}

enum wire_rc request_decode(const struct dialect *d, enum door door, const struct wire_request *w,
                            struct arena *a, struct inbound *msg)
{
    if (door == DOOR_SMS && d->decode_sms)
        return d->decode_sms(w, a, msg);
    if (door == DOOR_USSD && d->decode_ussd)
        return d->decode_ussd(w, a, msg);
    if (door == DOOR_DLR && d->decode_dlr)
        return decode_dlr(d, w, a, msg);
    return WIRE_BAD_SHAPE;
}
