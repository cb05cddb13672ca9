/* csv_cell.c - see csv_cell.h. */
#include "gateway/base/csv_cell.h"

/* "12", "1.5", "1,5" */
static bool is_amount(struct slice s)
{
    bool digits = false;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits = true;
        else if (s.p[i] != '.' && s.p[i] != ',')
            return false;
    }
    return digits;
}

void csv_cell(struct buf *b, struct slice s)
{
    bool formula = s.n && s.p[0] && strchr("=+-@\t\r", s.p[0]);

    buf_char(b, '"');
    if (formula && !(s.p[0] == '-' && is_amount(slice_skip(s, 1))))
        buf_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}
