/* fuzz_names.c - any bytes as a telephone number and as a value cut into a text: what comes out is always
 * safe. */
#include <stdlib.h>

#include "gateway/conf/texts.h"
#include "parsers/msisdn.h"
#include "parsers/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice s = slice_make((const char *)data, size), cut;
    struct arena arena;
    struct msisdn m, again;
    unsigned budget = size ? data[0] % 64u + 3 : 3;

    arena_init(&arena, 4 << 20);
    if (msisdn_parse(s, &m) &&
        (m.n < 9 || m.n > MSISDN_MAX || m.text[0] != '+' ||
         !slice_all_digits(slice_skip(msisdn_slice(&m), 1)) || !msisdn_parse(msisdn_slice(&m), &again)))
        abort();
    cut = text_cut(utf8_clean(s, &arena, NULL), budget, &arena);
    if (cut.n > budget)
        abort();
    for (size_t i = 0; i < cut.n; i++)
        if (!text_is_safe(cut.p[i]))
            abort();
    arena_free(&arena);
    return 0;
}
