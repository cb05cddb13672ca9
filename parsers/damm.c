/* damm.c - the check digit.  See damm.h. */
#include "parsers/damm.h"

unsigned damm_check(struct slice digits)
{
    static const unsigned char table[10][10] = {
        { 0, 3, 1, 7, 5, 9, 8, 6, 4, 2 }, { 7, 0, 9, 2, 1, 5, 4, 8, 6, 3 }, { 4, 2, 0, 6, 8, 7, 1, 3, 5, 9 },
        { 1, 7, 5, 0, 9, 8, 3, 4, 2, 6 }, { 6, 1, 2, 3, 0, 4, 5, 9, 7, 8 }, { 3, 6, 7, 4, 2, 0, 9, 5, 8, 1 },
        { 5, 8, 6, 9, 7, 2, 0, 1, 3, 4 }, { 8, 9, 4, 5, 3, 6, 2, 0, 1, 7 }, { 9, 4, 3, 8, 6, 1, 7, 2, 0, 5 },
        { 2, 5, 8, 1, 4, 3, 6, 7, 9, 0 },
    };
    unsigned state = 0;

    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] >= '0' && digits.p[i] <= '9')
            state = table[state][digits.p[i] - '0'];
    return state;
}

bool damm_valid(struct slice s)
{
    return slice_all_digits(s) && damm_check(s) == 0;
}

struct slice damm_number(uint64_t body, struct arena *a)
{
    char digits[21];
    size_t n = slice_decimal(digits, body);

    digits[n] = (char)('0' + damm_check(slice_make(digits, n)));
    return arena_copy(a, slice_make(digits, n + 1));
}
