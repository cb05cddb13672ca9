/* fuzz_ussd.c - whatever is typed into a dialogue: every page fits, no step fails, nothing is stored half.
 *
 * First byte: who (kader, bidan, puskesmas, nobody) and whether the telco repeats all inputs; then one input
 * a line; a line "~" is a new dial, "~N" lets N minutes pass. */
#include "flows/ussd/ussd.h"
#include "flows/ussd/page.h"
#include "parsers/gsm7.h"
#include "parsers/ussd_text.h"
#include "tests/support/mem_store.h"
#include "tests/fuzz/fuzz.h"

enum {
    INPUTS = 24,
};

/* What the phone shows after each request: letters of GSM-7 only, and no more than fit. */
static void look(const struct mem_store *s)
{
    size_t septets = 0;

    if (s->fault[0]) {
        fprintf(stderr, "%s\n", s->fault);
        abort();
    }
    if (!gsm7_count(slice_of(s->screen), &septets) || septets > USSD_SEPTETS || !s->screen[0]) {
        fprintf(stderr, "%zu septets: %s\n", septets, s->screen);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const people[] = { "+6281200000001", "+6281200000002", "+6281200000003",
                                          "+6281399999999" };
    struct slice rest = slice_make((const char *)data, size), all = S("");
    const char *from = people[size ? data[0] % 4 : 0];
    bool whole = size && (data[0] & 4);
    unsigned sessions = 0, steps = 0;
    struct mem_store store;
    struct arena a;

    arena_init(&a, 4 << 20);
    mem_init(&store, fuzz_rules(), 1795219200000);
    rest = slice_skip(rest, 1);
    for (unsigned i = 0; i < INPUTS && (i == 0 || rest.n); i++) {
        struct slice line = i == 0 ? S("~") : utf8_clean(slice_cut(&rest, '\n'), &a, NULL);
        struct inbound in = { .kind = INBOUND_USSD,
                              .provider = S("emulator"),
                              .from = slice_of(from),
                              .from_is_msisdn = true,
                              .service_code = S("*123#") };
        uint64_t minutes;

        if (slice_starts(line, "~") && slice_to_u64(slice_skip(line, 1), &minutes)) {
            mem_pass(&store, (int64_t)(minutes % 3000) * 60000);
            if (store.fault[0])
                look(&store);
            continue;
        }
        if (slice_starts(line, "~")) {
            sessions++;
            steps = 1;
            all = line = slice_skip(line, 1);
            in.op = USSD_BEGIN;
        } else {
            all = all.n ? arena_printf(&a, "%.*s*%.*s", SLICE_ARG(all), SLICE_ARG(line)) : line;
            in.op = USSD_INPUT;
            steps++;
        }
        store.now_ms += 7000;
        in.received_ms = store.now_ms;
        in.text = whole ? all : line;
        in.step = whole ? ussd_text_step(all) : 0;
        in.session = arena_printf(&a, "s%u", sessions);
        in.provider_id = arena_printf(&a, "u%u/%u", sessions, steps);
        ussd_dialled(fuzz_rules(), &in);
        mem_in(&store, &in);
        look(&store);
    }
    mem_free(&store);
    arena_free(&a);
    return 0;
}
