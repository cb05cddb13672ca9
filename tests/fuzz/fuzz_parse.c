/* fuzz_parse.c - any bytes as an SMS: understanding ends with one of its outcomes, and what it says is whole.
 */
#include "flows/understanding.h"
#include "tests/fuzz/fuzz.h"

static void check_report(const struct report *r)
{
    if (!r->form || (r->status == REPORT_ACCEPTED) != (r->error == ERROR_NONE))
        abort();
    for (unsigned i = 0; r->status == REPORT_ACCEPTED && i < r->variant->required_n; i++) {
        const struct field *f = &r->form->fields[r->variant->required[i]];

        if (r->values[f->position].kind == VALUE_ABSENT &&
            (f->companion < 0 || r->values[f->companion].kind == VALUE_ABSENT))
            abort();
    }
    for (unsigned i = 0; i < r->form->fields_n; i++) {
        const struct field *f = &r->form->fields[i];

        if (r->values[i].kind == VALUE_NUMBER && r->status == REPORT_ACCEPTED &&
            (r->values[i].milli < f->min || r->values[i].milli > f->max))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t at = 1795226400000; /* 2026-11-21T09:00+07:00 */
    struct ruleset *rs = fuzz_rules();
    struct arena arena;
    struct said said;
    struct buf out;

    arena_init(&arena, 16 << 20);
    if (!understand_sms(rs, slice_make((const char *)data, size), at, &arena, &said))
        abort();
    if (said.kind == SAID_REPORTS && (said.reports_n == 0 || said.reports_n > UNDERSTAND_REPORTS))
        abort();
    for (unsigned i = 0; said.kind == SAID_REPORTS && i < said.reports_n; i++)
        check_report(&said.reports[i]);
    buf_init(&out, 1 << 20);
    understanding_json(&out, rs, &said, &arena);
    if (out.failed)
        abort();
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
