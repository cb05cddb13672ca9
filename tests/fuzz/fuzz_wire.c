/* fuzz_wire.c - whatever a telco sends: every decoder of every dialect ends, gives clean text or refuses; and
 * whatever we send stays whole inside its template.
 *
 * First byte: dialect (with the three sample aggregators of generic) and door; then the query, a newline, the
 * content type, a newline, the body. */
#include "gateway/conf/config.h"
#include "parsers/dialect.h"
#include "parsers/fields.h"
#include "parsers/gsm7.h"
#include "parsers/segment.h"
#include "tests/fuzz/fuzz.h"

static const struct {
    const char *dialect, *sample; /* sample: of config/providers-contoh.yaml */
} names[] = {
    { "emulator", NULL },
    { "kannel", NULL },
    { "africastalking", NULL },
    { "jasmin", NULL },
    { "infobip", NULL },
    { "vonage", NULL },
    { "twilio", NULL },
    { "generic", "telko-get" },
    { "generic", "agregator-xml" },
    { "generic", "agregator-json" },
};

static const struct shape *shape_of(const char *sample)
{
    static const struct config *config;
    static struct arena arena;
    struct faults faults = { 0 };

    if (!sample)
        return NULL;
    if (!config) {
        arena_init(&arena, 1 << 20);
        config = config_load("config/providers-contoh.yaml", &arena, &faults);
        must(config != NULL);
    }
    return config_provider(config, slice_of(sample))->shape;
}

static void decode_in(const struct dialect *d, unsigned door, const struct wire_request *w, struct arena *a)
{
    struct inbound in = { .kind = INBOUND_SMS };
    struct wire_dlr dlr = { .state = NULL };
    struct segment_part part = { .ref = 0 };
    struct wire_answer answer;
    unsigned parts;

    if (d->items && !w->in_list) {
        struct wire_request one = *w;
        struct slice *each;

        one.in_list = true;
        for (int n = d->items(w, a, &each); n > 0; n--) {
            one.body = each[n - 1];
            decode_in(d, door, &one, a);
        }
    }
    if (door == 0 && d->decode_dlr && d->decode_dlr(w, a, &dlr) == WIRE_OK) {
        must_be_clean(dlr.uuid);
        must_be_clean(dlr.their_id);
        must(dlr.state != NULL);
        return;
    }
    if (door == 1 && (!d->decode_ussd || d->decode_ussd(w, a, &in) != WIRE_OK))
        return;
    if (door == 2 && (!d->decode_sms || d->decode_sms(w, a, &in) != WIRE_OK))
        return;
    if (a->failed)
        return;
    must_be_clean(in.text);
    must_be_clean(in.from);
    must_be_clean(in.to);
    must_be_clean(in.provider_id);
    must_be_clean(in.session);
    must_be_clean(in.service_code);
    segment_parts(in.text, &parts);
    if (door == 2 && d->part && d->part(w, a, &part) == WIRE_OK)
        must(part.seq >= 1 && part.seq <= part.total && part.total <= SEGMENT_PARTS_MAX);
    dialect_answer(d, &(struct wire_outcome){ .id = in.provider_id, .shape = w->shape }, a, &answer);
    dialect_answer_ussd(
        d, &(struct wire_page){ .text = in.text, .session = in.session, .from = in.from, .shape = w->shape },
        a, &answer);
}

/* Nothing in a text ends the string, element or line that it stands in. */
static void encode_out(const struct dialect *d, const struct shape *shape, struct slice raw, struct arena *a)
{
    struct wire_sms sms = { .url = S("http://127.0.0.1/?t={text}&n={to}"),
                            .username = S("u"),
                            .password = S("p"),
                            .from = S("98120"),
                            .to = S("+6281234567890"),
                            .text = utf8_clean(raw, a, NULL),
                            .uuid = S("6f96"),
                            .shape = shape };
    struct wire_send out;
    struct fields f;

    if (!d->encode_send || d->encode_send(&sms, a, &out) != WIRE_OK || a->failed)
        return;
    for (unsigned i = 0; i < out.headers_n; i++)
        must(slice_find(out.headers[i], '\n') == (size_t)-1 &&
             slice_find(out.headers[i], '\r') == (size_t)-1);
    for (size_t i = 0; i < out.url.n; i++)
        must((unsigned char)out.url.p[i] > ' ' && (unsigned char)out.url.p[i] < 0x7F);
    if (slice_ends(out.content_type, "/json") || slice_starts(out.content_type, "text/xml")) {
        must(fields_read(&f, fields_format_of(S(""), out.body), S(""), out.body, a) == 0 || a->failed);
        fields_free(&f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size);
    struct param headers[] = { { S("X-Kannel-From"), S("+6281") },
                               { S("X-Kannel-Coding"), S("2") },
                               { S("X-Timestamp"), S("1795219200") },
                               { S("X-Signature"), S("00") } };
    struct wire_request w = { .method = S("POST"), .headers = headers, .now_ms = 1795219200000 };
    const struct dialect *d;
    struct send_answer said;
    struct arena arena;
    unsigned name;

    if (size < 1)
        return 0;
    arena_init(&arena, 4 << 20);
    rest = slice_skip(rest, 1);
    name = data[0] / 8 % (sizeof names / sizeof names[0]);
    d = dialect_by_name(slice_of(names[name].dialect));
    w.shape = shape_of(names[name].sample);
    if (w.shape && slice_is(w.shape->sms.method, "GET"))
        w.method = S("GET");
    w.headers_n = data[0] & 4 ? 4 : 0;
    w.query = slice_cut(&rest, '\n');
    w.content_type = slice_cut(&rest, '\n');
    w.body = rest;
    w.session = S("s");
    w.call = slice_starts(rest, "{\"t") ? S("response") : S("start");
    if (data[0] & 4 && d->signs) {
        w.secret = S("kunci");
        (void)d->verify(&w);
        w.secret = S("");
    }
    if ((data[0] & 3) == 3) {
        if (d->decode_send_answer)
            d->decode_send_answer(&(struct wire_said){ .status = 200, .body = rest, .shape = w.shape },
                                  &arena, &said);
        encode_out(d, w.shape, rest, &arena);
        gsm7_decode(rest, &arena);
    } else {
        decode_in(d, data[0] & 3, &w, &arena);
    }
    arena_free(&arena);
    return 0;
}
