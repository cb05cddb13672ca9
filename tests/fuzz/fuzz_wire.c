/* fuzz_wire.c - whatever a telco sends: every decoder of every dialect ends, gives clean text or refuses.
 *
 * First byte: dialect and door; then the query, a newline, the content type, a newline, the body. */
#include <stdlib.h>

#include "parsers/dialect.h"
#include "parsers/gsm7.h"
#include "parsers/segment.h"
#include "parsers/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(struct slice s)
{
    if (!utf8_valid(s) || slice_find(s, '\0') != (size_t)-1)
        abort();
}

static void decode_in(const struct dialect *d, unsigned door, const struct wire_request *w, struct arena *a)
{
    struct inbound in = { .kind = INBOUND_SMS };
    struct wire_dlr dlr = { .state = NULL };
    struct wire_answer answer;
    unsigned parts;

    if (door == 0 && d->decode_dlr && d->decode_dlr(w, a, &dlr) == WIRE_OK) {
        clean(dlr.uuid);
        clean(dlr.their_id);
        return;
    }
    if (door == 1 && (!d->decode_ussd || d->decode_ussd(w, a, &in) != WIRE_OK))
        return;
    if (door == 2 && (!d->decode_sms || d->decode_sms(w, a, &in) != WIRE_OK))
        return;
    if (a->failed)
        return;
    clean(in.text);
    clean(in.from);
    clean(in.to);
    clean(in.provider_id);
    clean(in.session);
    clean(in.service_code);
    segment_parts(in.text, &parts);
    d->answer(REASON_accepted, in.provider_id, a, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "emulator", "kannel", "africastalking", "jasmin",
                                         "infobip",  "vonage", "twilio" };
    struct slice rest = slice_make((const char *)data, size);
    struct param headers[3] = { { S("X-Kannel-From"), S("+6281") }, { S("X-Kannel-Coding"), S("2") } };
    struct wire_request w = { .method = S("POST"), .headers = headers };
    const struct dialect *d;
    struct send_answer said;
    struct arena arena;

    if (size < 1)
        return 0;
    arena_init(&arena, 4 << 20);
    rest = slice_skip(rest, 1);
    d = dialect_by_name(slice_of(names[data[0] / 8 % (sizeof names / sizeof names[0])]));
    w.headers_n = data[0] & 4 ? 2 : 0;
    w.query = slice_cut(&rest, '\n');
    w.content_type = slice_cut(&rest, '\n');
    w.body = rest;
    if (d && (data[0] & 3) == 3 && d->decode_send_answer) {
        d->decode_send_answer(200, rest, &arena, &said);
        gsm7_decode(rest, &arena);
    } else if (d) {
        decode_in(d, data[0] & 3, &w, &arena);
    }
    arena_free(&arena);
    return 0;
}
