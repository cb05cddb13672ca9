/* log_line.c - see log_line.h. */
#include "gateway/model/log_line.h"

#include <stddef.h>
#include <string.h>

#include "gateway/model/stream_names.h"
#include "gateway/model/stream_tree.h"

enum {
    LINE_VERSION = 1,
};

static const char *const whats[LOG_WHATS] = {
    [LOG_IN] = "in", [LOG_SENT] = "sent", [LOG_ID] = "id", [LOG_DLR] = "dlr"
};

CODEC(row_codec, struct log_row, MEMBER(struct log_row, row, row), MEMBER(struct log_row, id, id),
      MEMBER(struct log_row, nomor, nomor), MEMBER(struct log_row, form, form),
      MEMBER(struct log_row, status, status), MEMBER(struct log_row, version, version),
      MEMBER(struct log_row, fields, fields), MEMBER(struct log_row, event, event));
CODEC(sms_codec, struct log_sms, MEMBER(struct log_sms, lane, lane), MEMBER(struct log_sms, by, by),
      MEMBER_IN(struct log_sms, sms, sms, lane_sms_codec));
CODEC(line_codec, struct log_line, MEMBER(struct log_line, v, version),
      MEMBER_SAID(struct log_line, row, what, whats), MEMBER(struct log_line, uuid, uuid),
      MEMBER(struct log_line, kind, kind), MEMBER(struct log_line, provider, provider),
      MEMBER(struct log_line, id, id), MEMBER(struct log_line, from, from), MEMBER(struct log_line, to, to),
      MEMBER(struct log_line, text, text), MEMBER(struct log_line, reason, reason),
      MEMBER(struct log_line, screen, screen), MEMBER(struct log_line, at, at_ms),
      MEMBER(struct log_line, state, state), MEMBER(struct log_line, why, why),
      MEMBER(struct log_line, attempts, attempts), MEMBER(struct log_line, part, part),
      MEMBER_LIST(struct log_line, rows, rows, rows_n, row_codec),
      MEMBER_LIST(struct log_line, sms, sms, sms_n, sms_codec));

void log_line_clear(struct log_line *line, enum log_what what)
{
    memset(line, 0, offsetof(struct log_line, rows));
    line->version = LINE_VERSION;
    line->what = what;
}

void log_line_encode(struct buf *b, const struct log_line *line)
{
    codec_pack(b, &line_codec, line);
}

bool log_line_next(struct slice *rest, struct arena *a, struct log_line *line)
{
    memset(line, 0, offsetof(struct log_line, rows));
    return stream_take(rest, &line_codec, a, line) && line->version == LINE_VERSION;
}

static void put_text(struct buf *b, const char *name, struct slice text)
{
    if (!text.n)
        return;
    buf_str(b, name);
    buf_json(b, text);
}

void log_rows_json(struct buf *b, const struct log_line *line)
{
    for (unsigned i = 0; i < line->rows_n; i++) {
        const struct log_row *r = &line->rows[i];

        buf_str(b, i ? ",{" : "[{");
        put_text(b, "\"row\":", r->row);
        put_text(b, ",\"id\":", r->id);
        put_text(b, ",\"nomor\":", r->nomor);
        put_text(b, ",\"form\":", r->form);
        put_text(b, ",\"status\":", r->status);
        put_text(b, ",\"event\":", r->event);
        if (r->version) {
            buf_str(b, ",\"version\":");
            buf_i64(b, r->version);
        }
        if (r->fields) {
            buf_str(b, ",\"fields\":");
            node_write(b, r->fields);
        }
        buf_char(b, '}');
    }
    if (line->rows_n)
        buf_char(b, ']');
}
