/* understanding_json.c - one line of `kentongan parse`.  See understanding_json.h. */
#include "flows/print/understanding_json.h"

#include "flows/step/reply.h"

static void error_json(struct buf *out, enum report_error error, struct slice field)
{
    if (error == ERROR_NONE)
        return;
    buf_printf(out, ",\"error\":{\"code\":\"%s\"", report_error_name(error));
    if (field.n) {
        buf_str(out, ",\"field\":");
        buf_json(out, field);
    }
    buf_char(out, '}');
}

static void repairs_json(struct buf *out, const struct report *r)
{
    buf_str(out, ",\"repairs\":[");
    for (unsigned i = 0; i < r->repairs_n; i++) {
        buf_str(out, i ? ",{\"field\":" : "{\"field\":");
        buf_json(out, r->repairs[i].field);
        buf_str(out, ",\"typed\":");
        buf_json(out, r->repairs[i].typed);
        buf_str(out, ",\"read\":");
        buf_json(out, r->repairs[i].read);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

/* Without the closing brace. */
static void report_json(struct buf *out, const struct report *r, struct arena *a)
{
    buf_printf(out, "{\"status\":\"%s\",\"form\":", report_status_name(r->status));
    if (r->form)
        buf_json(out, r->form->name);
    else
        buf_str(out, "null");
    error_json(out, r->error, r->error_field);
    buf_str(out, ",\"fields\":");
    buf_add(out, node_json(report_fields(r->form, r->values, a), a));
    repairs_json(out, r);
    if (r->emergency)
        buf_str(out, ",\"alert\":\"E1\"");
}

static void member(struct buf *out, bool *first, const char *name, struct slice s)
{
    if (slice_empty(s))
        return;
    buf_printf(out, "%s\"%s\":", *first ? "" : ",", name);
    *first = false;
    buf_json(out, s);
}

static void command_json(struct buf *out, const struct command *c, struct arena *a)
{
    bool first = true;

    buf_printf(out, "{\"status\":\"%s\",\"form\":\"%s\"",
               c->status == REPORT_ACCEPTED ? "command" : report_status_name(c->status),
               command_name(c->kind));
    error_json(out, c->error, c->error_field);
    buf_str(out, ",\"fields\":{");
    member(out, &first, "nomor", c->nomor);
    member(out, &first, "catatan", c->catatan);
    member(out, &first, "arg", c->arg);
    member(out, &first, "nama", c->nama);
    member(out, &first, "kode", c->kode);
    member(out, &first, "nik", c->nik);
    for (unsigned i = 0; i < c->corrected_n; i++) {
        const struct node *value = value_node(&c->corrected[i].value, a);

        buf_str(out, first ? "" : ",");
        first = false;
        buf_json(out, c->corrected[i].field);
        buf_char(out, ':');
        buf_add(out, value ? node_json(value, a) : S("null"));
    }
    buf_char(out, '}');
}

static void close_with_reply(struct buf *out, const struct ruleset *rs, const struct said *said,
                             const struct reply_source *source, struct arena *a)
{
    struct slice reply = source ? source->reply(source->arg, said) : reply_said(rs, rs->language, said, a);

    buf_str(out, ",\"reply\":");
    buf_json(out, reply);
    buf_char(out, '}');
}

/* The reports of one part, or its command; without the closing brace of the last. */
static void part_json(struct buf *out, const struct said *said, struct arena *a)
{
    if (said->kind == SAID_COMMAND && !said->turned.why) {
        command_json(out, &said->command, a);
        return;
    }
    for (unsigned i = 0; i < said->reports_n; i++) {
        buf_str(out, i ? "}," : "");
        report_json(out, &said->reports[i], a);
    }
    if (said->turned.why == TURNED_ASK) {
        buf_str(out, "{\"status\":\"confirm\",\"form\":null");
        error_json(out, ERROR_AMBIGUOUS, S("nomor"));
        buf_str(out, ",\"fields\":{\"nomor\":");
        buf_json(out, said->turned.nomor);
        buf_str(out, "},\"repairs\":[]");
    } else if (said->kind == SAID_NOTHING || said->kind == SAID_TURNED)
        buf_str(
            out,
            "{\"status\":\"rejected\",\"form\":null,\"error\":{\"code\":\"unknown_keyword\"},\"fields\":{},"
            "\"repairs\":[]");
}

void understanding_json(struct buf *out, const struct ruleset *rs, const struct said *said,
                        const struct reply_source *source, struct arena *a)
{
    bool many = said->next || (said->kind == SAID_REPORTS && said->reports_n > 1);
    bool says_so = !many && said->kind == SAID_REPORTS && said->reports[0].emergency; /* in its own member */

    if (many)
        buf_str(out, "{\"status\":\"many\",\"reports\":[");
    for (const struct said *part = said; part; part = part->next) {
        buf_str(out, part == said ? "" : ",");
        part_json(out, part, a);
        if (!many)
            break;
        if (part == said)
            buf_char(out, '}');
        else
            close_with_reply(out, rs, part, source, a); /* each part has an answer of its own */
    }
    buf_str(out, many ? "]" : "");
    if (said_rings(said) && !says_so)
        buf_str(out, ",\"alert\":\"E1\"");
    close_with_reply(out, rs, said, source, a);
}
