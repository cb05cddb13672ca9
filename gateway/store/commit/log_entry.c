/* log_entry.c - the line of one commit in the message log's stream (SPEC 7).  See private.h. */
#include <stdio.h>

#include "gateway/model/inbound_text.h"
#include "gateway/store/commit/private.h"

enum {
    ACCOUNT_MAX = 128, /* far more than a name at the console */
};

bool message_log_wants(const struct inbound *in, const struct outcome *o)
{
    if (o->unlogged)
        return false;
    return in->kind == INBOUND_SMS || in->kind == INBOUND_DLR || in->kind == INBOUND_STAFF || o->rows_n ||
           o->sms_n;
}

static void add_report(struct log_line *line, const struct inbound *in)
{
    line->id = in->from;
    line->uuid = in->session;
    line->state = in->text;
    line->part = in->part;
}

static struct log_row row_of(const struct row *r)
{
    const struct event_row *e = &r->event;

    switch (r->kind) {
    case ROW_RECORD:
        return (struct log_row){ .row = S("record"),
                                 .id = r->record.id,
                                 .nomor = r->record.nomor,
                                 .form = r->record.form,
                                 .status = r->record.status,
                                 .version = r->record.version,
                                 .fields = r->record.fields };
    case ROW_REFERRAL_EVENT:
    case ROW_ALERT_EVENT:
        return (struct log_row){ .row = r->kind == ROW_ALERT_EVENT ? S("alert") : S("referral"),
                                 .id = e->id,
                                 .nomor = e->nomor,
                                 .event = e->event };
    case ROW_PERSON:
        return (struct log_row){ .row = S("person"), .id = r->person.id, .nomor = r->person.nomor };
    case ROW_FORGET: /* goes to the sinks alone (store/forget.c) */
        break;
    }
    return (struct log_row){ .row = S("forget") };
}

static void add_message(struct log_line *line, const struct inbound *in, const struct outcome *o)
{
    line->kind = slice_of(inbound_kinds[in->kind]);
    line->id = in->provider_id;
    line->from = in->from;
    line->to = in->to.n ? in->to : in->service_code;
    line->text = in->text;
    line->screen = o->screen;
    line->rows_n = o->rows_n;
    for (unsigned i = 0; i < o->rows_n; i++)
        line->rows[i] = row_of(&o->rows[i]);
    line->sms_n = o->sms_n;
}

void message_log_line(struct buf *b, struct log_line *line, const struct inbound *in, const struct outcome *o,
                      struct slice id, const char *reason)
{
    struct uuid_text uuid = message_uuid(in, id);
    char account[ACCOUNT_MAX];

    log_line_clear(line, in->kind == INBOUND_DLR ? LOG_DLR : LOG_IN);
    line->provider = in->provider;
    line->at_ms = in->received_ms;
    if (in->kind == INBOUND_DLR) {
        add_report(line, in);
    } else {
        line->uuid = slice_of(uuid.text);
        line->reason = slice_of(reason);
        add_message(line, in, o);
    }
    if (in->account.n) { /* noted for her: it was not she who sent it */
        (void)snprintf(account, sizeof account, INBOUND_BY_ACCOUNT "%.*s", SLICE_ARG(in->account));
        line->from = slice_of(account);
        line->to = in->from;
    }
    log_line_encode(b, line);
}
