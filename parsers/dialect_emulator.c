/* dialect_emulator.c - our own shape: what `kentongan phone`, the console's handset and tests speak (SPEC 4).
 */
#include "parsers/dialect.h"

extern const struct dialect dialect_emulator;

static enum wire_rc decode_ussd(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_USSD;
    in->session = dialect_field(&f, PARAM_NAMES("session"), a);
    in->from = dialect_field(&f, PARAM_NAMES("from"), a);
    in->service_code = dialect_field(&f, PARAM_NAMES("code"), a);
    in->text = dialect_text(params_get(&f, PARAM_NAMES("text")), a, in);
    in->op = in->text.n ? USSD_INPUT : USSD_BEGIN;
    if (slice_is(params_get(&f, PARAM_NAMES("op")), "end"))
        in->op = USSD_ENDED;
    return in->from.n && in->session.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static void answer(const struct wire_outcome *what, struct arena *a, struct wire_answer *out)
{
    struct buf b;

    if (reason_http(what->reason) != 200) {
        dialect_refuse(what->reason, a, out);
        return;
    }
    buf_init(&b, 8192);
    buf_printf(&b, "{\"status\":\"%s\",\"id\":", what->reason == REASON_duplicate ? "duplicate" : "accepted");
    buf_json(&b, what->id);
    buf_str(&b, "}");
    *out = (struct wire_answer){ .status = 200, .content_type = "application/json", .body = buf_into(&b, a) };
}

const struct dialect dialect_emulator = {
    .name = "emulator",
    .in_process = true,
    .decode_sms = dialect_plain_sms,
    .decode_ussd = decode_ussd,
    .answer = answer,
};
