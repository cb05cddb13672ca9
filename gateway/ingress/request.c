/* request.c - see request.h. */
#include "gateway/ingress/request.h"

#include "gateway/base/clock.h"
#include "gateway/http/http.h"

static struct slice method_of(const struct http_request *req)
{
    switch (req->head.method) {
    case HTTP1_POST:
        return S("POST");
    case HTTP1_PUT:
        return S("PUT");
    default:
        return S("GET");
    }
}

void request_wire(const struct http_request *req, const struct provider_conf *p, struct slice public_url,
                  struct arena *a, struct wire_request *w)
{
    *w = (struct wire_request){
        .method = method_of(req),
        .query = req->head.query,
        .headers = req->head.headers,
        .headers_n = req->head.headers_n,
        .content_type = http1_header(&req->head, "Content-Type"),
        .body = req->body,
        .secret = p->secret,
        .now_ms = clock_wall_ms(),
        .shape = p->shape,
    };
    w->url = public_url;
    if (slice_ends(w->url, "/"))
        w->url.n--;
    w->url = ARENA_JOIN(a, w->url, req->head.target);
}

struct admission_caller request_caller(struct http_request *req, const struct config *c)
{
    static const char *const marks[] = { "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host",
                                         "Via" };
    struct slice chain = slice_make("", 0);
    bool forwarded = false;

    for (unsigned i = 0; i < req->head.headers_n; i++) {
        const struct param *p = &req->head.headers[i];

        for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
            forwarded = forwarded || slice_ieq(p->name, slice_of(marks[k]));
        /* Several such headers are one list; the last is the nearest proxy's. */
        if (slice_ieq(p->name, slice_of(marks[0])))
            chain = p->value;
    }
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
