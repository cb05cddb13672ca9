/* fuzz_parse.c - any bytes as an SMS: understanding ends with one of its outcomes, and what it says is whole.
 */
#include "flows/print/understanding_json.h"
#include "flows/understand/understanding.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/whole.h"

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
    must(!whole_fault(&said));
    buf_init(&out, 1 << 20);
    understanding_json(&out, rs, &said, NULL, &arena);
    if (out.failed)
        abort();
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
