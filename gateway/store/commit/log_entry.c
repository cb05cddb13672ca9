/* log_entry.c - the entry of one commit in the message log's stream (SPEC 7).  See private.h. */
#include "gateway/store/commit/private.h"

void log_member(struct buf *b, const char *name, struct slice value)
{
    if (!value.n)
        return;
    buf_str(b, ",\"");
    buf_str(b, name);
    buf_str(b, "\":");
    buf_json(b, value);
}

void log_number(struct buf *b, const char *name, int64_t n)
{
    buf_str(b, ",\"");
    buf_str(b, name);
    buf_str(b, "\":");
    buf_i64(b, n);
}

static const char *const kinds[] = {
    [INBOUND_SMS] = "sms",     [INBOUND_USSD] = "ussd",     [INBOUND_DLR] = "dlr",
    [INBOUND_TIMER] = "timer", [INBOUND_SIGNAL] = "signal", [INBOUND_STAFF] = "staff",
};

bool message_log_wants(const struct inbound *in, const struct outcome *o)
{
    if (o->unlogged)
        return false;
    return in->kind == INBOUND_SMS || in->kind == INBOUND_DLR || in->kind == INBOUND_STAFF || o->rows_n ||
           o->sms_n;
}

static void add_report(struct buf *b, const struct inbound *in)
{
    buf_str(b, "{\"v\":1,\"row\":\"dlr\"");
    log_member(b, "provider", in->provider);
    log_member(b, "id", in->from);
    log_member(b, "uuid", in->session);
    log_member(b, "state", in->text);
    log_number(b, "part", in->part);
    log_number(b, "at", in->received_ms);
}

static void add_rows(struct buf *b, const struct outcome *o)
{
    buf_str(b, ",\"rows\":[");
    for (unsigned i = 0; i < o->rows_n; i++) {
        const struct row *r = &o->rows[i];
        const struct event_row *e = &r->event;

        if (i)
            buf_char(b, ',');
        switch (r->kind) {
        case ROW_RECORD:
            buf_str(b, "{\"row\":\"record\"");
            log_member(b, "id", r->record.id);
            log_member(b, "nomor", r->record.nomor);
            log_member(b, "form", r->record.form);
            log_member(b, "status", r->record.status);
            log_number(b, "version", r->record.version);
            buf_str(b, ",\"fields\":");
            if (r->record.fields)
                node_write(b, r->record.fields);
            else
                buf_str(b, "{}");
            break;
        case ROW_REFERRAL_EVENT:
        case ROW_ALERT_EVENT:
            buf_str(b, r->kind == ROW_ALERT_EVENT ? "{\"row\":\"alert\"" : "{\"row\":\"referral\"");
            log_member(b, "id", e->id);
            log_member(b, "nomor", e->nomor);
            log_member(b, "event", e->event);
            break;
        case ROW_PERSON:
            buf_str(b, "{\"row\":\"person\"");
            log_member(b, "id", r->person.id);
            log_member(b, "nomor", r->person.nomor);
            break;
        case ROW_FORGET: /* goes to the sinks alone (store/forget.c) */
            buf_str(b, "{\"row\":\"forget\"");
            break;
        }
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

void message_log_begin(struct buf *b, const struct inbound *in, const struct outcome *o, struct slice id,
                       struct slice reason)
{
    struct uuid_text uuid = message_uuid(in, id);

    if (in->kind == INBOUND_DLR) {
        add_report(b, in);
        return;
    }
    buf_str(b, "{\"v\":1,\"row\":\"in\"");
    log_member(b, "uuid", slice_of(uuid.text));
    log_member(b, "kind", slice_of(kinds[in->kind]));
    log_member(b, "provider", in->provider);
    log_member(b, "id", in->provider_id);
    if (in->account.n) { /* noted for her: it was not she who sent it */
        buf_str(b, ",\"from\":\"akun:");
        buf_add(b, in->account);
        buf_char(b, '"');
        log_member(b, "to", in->from);
    } else {
        log_member(b, "from", in->from);
        log_member(b, "to", in->to.n ? in->to : in->service_code);
    }
    log_member(b, "text", in->text);
    log_member(b, "reason", reason);
    log_member(b, "screen", o->screen);
    log_number(b, "at", in->received_ms);
    if (o->rows_n)
        add_rows(b, o);
    if (o->sms_n)
        buf_str(b, ",\"sms\":[");
}

void message_log_sms(struct buf *b, const char *provider, unsigned lane, struct slice encoded)
{
    if (b->n && b->p[b->n - 1] == '}')
        buf_char(b, ',');
    buf_str(b, "{\"lane\":");
    buf_i64(b, lane);
    log_member(b, "by", slice_of(provider));
    buf_str(b, ",\"sms\":");
    buf_add(b, encoded);
    buf_char(b, '}');
}

void message_log_end(struct buf *b, const struct outcome *o)
{
    buf_str(b, o->sms_n ? "]}" : "}");
}
