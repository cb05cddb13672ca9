/* msisdn.c - telephone numbers.  See msisdn.h. */
#include "parsers/msisdn.h"

#include <string.h>

/* Digits of s without the marks that people put between them; plus: a "+" stood before.  False for others. */
static bool digits_of(struct slice s, char *d, unsigned max, unsigned *n, bool *plus)
{
    *n = 0;
    *plus = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c >= '0' && c <= '9') {
            if (*n == max)
                return false;
            d[(*n)++] = c;
        } else if (c == '+' && *n == 0 && !*plus) {
            *plus = true;
        } else if (!strchr(" .-()/", c)) {
            return false;
        }
    }
    return true;
}

static bool foreign(struct slice d, struct msisdn *out)
{
    if (d.n < 8 || d.n > 15 || d.p[0] == '0')
        return false;
    out->text[0] = '+';
    memcpy(out->text + 1, d.p, d.n);
    out->text[d.n + 1] = '\0';
    out->n = (unsigned)d.n + 1;
    return true;
}

/* National significant number: mobile 8[1-35-9] and 7 to 10 more, or a landline of an area code 2-7, 9. */
static bool national(struct slice d, struct msisdn *out)
{
    bool mobile;

    if (d.n < 8 || d.n > 12 || d.p[0] < '2')
        return false;
    mobile = d.p[0] == '8';
    if (mobile && (d.n < 9 || d.p[1] == '0' || d.p[1] == '4'))
        return false;
    memcpy(out->text, "+62", 3);
    memcpy(out->text + 3, d.p, d.n);
    out->text[d.n + 3] = '\0';
    out->n = (unsigned)d.n + 3;
    return true;
}

bool msisdn_parse(struct slice s, struct msisdn *out)
{
    char digits[20] = "";
    struct slice d;
    unsigned n;
    bool plus;

    *out = (struct msisdn){ 0 };
    if (!digits_of(s, digits, sizeof digits, &n, &plus))
        return false;
    d = slice_make(digits, n);
    if (!plus && slice_starts(d, "00")) {
        plus = true;
        d = slice_skip(d, 2);
    }
    /* "62812…" without a plus is Indonesian, never a national number that begins with 62 (DOMAIN 5.3). */
    if (slice_starts(d, "62") && (plus || d.n > 9)) {
        d = slice_skip(d, 2);
        return national(slice_skip(d, slice_starts(d, "0") ? 1 : 0), out);
    }
    if (plus)
        return foreign(d, out);
    if (slice_starts(d, "0"))
        return national(slice_skip(d, 1), out);
    return slice_starts(d, "8") && d.n >= 9 && national(d, out);
}

struct slice msisdn_slice(const struct msisdn *m)
{
    return slice_make(m->text, m->n);
}
