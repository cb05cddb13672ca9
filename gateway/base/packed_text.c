/* packed_text.c - see packed_text.h. */
#include "gateway/base/packed_text.h"

#include <string.h>

enum form {
    UUID, /* 16 bytes */
    DATE, /* "2026-11-21": 3 bytes */
    TIME, /* "2026-11-21T07:30:00+07:00": the date, 3 bytes of seconds, 1 of quarters of an hour */
};

enum {
    DATE_BYTES = 3,
    TIME_BYTES = 7,
    UUID_BYTES = 16,
    DATE_N = 10,
    TIME_N = 25,
    UUID_N = PACKED_TEXT_MAX,
};

static void put_bytes(unsigned char *out, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++, v >>= 8)
        out[i] = v & 0xff;
}

static uint64_t get_bytes(const unsigned char *p, unsigned n)
{
    uint64_t v = 0;

    for (unsigned i = n; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

/* --- to bytes --- */

static bool digits_of(const char *p, size_t n, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(p[i] - '0');
    }
    return true;
}

static bool date_of(const char *p, uint64_t *out)
{
    uint64_t y, m, d;

    if (p[4] != '-' || p[7] != '-' || !digits_of(p, 4, &y) || !digits_of(p + 5, 2, &m) ||
        !digits_of(p + 8, 2, &d) || m - 1 > 11 || d - 1 > 30)
        return false;
    *out = y << 9 | m << 5 | d;
    return true;
}

static unsigned put_date(const char *p, unsigned char *out)
{
    uint64_t date;

    if (!date_of(p, &date))
        return 0;
    out[0] = DATE;
    put_bytes(out + 1, date, DATE_BYTES);
    return 1 + DATE_BYTES;
}

/* East of Greenwich, to the quarter of an hour: the district's clock says no other. */
static unsigned put_time(const char *p, unsigned char *out)
{
    uint64_t date, hour, min, sec, east, more;

    if (p[10] != 'T' || p[13] != ':' || p[16] != ':' || p[19] != '+' || p[22] != ':' || !date_of(p, &date) ||
        !digits_of(p + 11, 2, &hour) || !digits_of(p + 14, 2, &min) || !digits_of(p + 17, 2, &sec) ||
        !digits_of(p + 20, 2, &east) || !digits_of(p + 23, 2, &more))
        return 0;
    if (hour > 23 || min > 59 || sec > 59 || east > 23 || more > 59 || more % 15)
        return 0;
    out[0] = TIME;
    put_bytes(out + 1, date, 3);
    put_bytes(out + 4, (hour * 60 + min) * 60 + sec, 3);
    out[7] = (unsigned char)(east * 4 + more / 15);
    return 1 + TIME_BYTES;
}

/* Of a letter its digit, and one more: 0 is none. */
static const unsigned char hex_of[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* Where the digits of each byte stand, and what stands between them. */
static const unsigned char uuid_at[UUID_BYTES] = {
    0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34
};
static const unsigned char uuid_dash[] = { 8, 13, 18, 23 };

static unsigned put_uuid(const char *p, unsigned char *out)
{
    for (unsigned i = 0; i < sizeof uuid_dash; i++)
        if (p[uuid_dash[i]] != '-')
            return 0;
    out[0] = UUID;
    for (unsigned i = 0; i < UUID_BYTES; i++) {
        unsigned high = hex_of[(unsigned char)p[uuid_at[i]]], low = hex_of[(unsigned char)p[uuid_at[i] + 1]];

        if (!high || !low)
            return 0;
        out[1 + i] = (unsigned char)((high - 1) << 4 | (low - 1));
    }
    return 1 + UUID_BYTES;
}

unsigned packed_text_put(struct slice s, unsigned char out[PACKED_TEXT_BYTES])
{
    if (s.n == UUID_N)
        return put_uuid(s.p, out);
    if (s.n == TIME_N)
        return put_time(s.p, out);
    if (s.n == DATE_N && s.p[4] == '-')
        return put_date(s.p, out);
    return 0;
}

/* --- and back --- */

static void write_number(char *p, unsigned n, uint64_t v)
{
    for (unsigned i = n; i-- > 0; v /= 10)
        p[i] = (char)('0' + v % 10);
}

static unsigned get_date(uint64_t date, char *p)
{
    unsigned m = date >> 5 & 15, d = date & 31;

    if (date >> 9 > 9999 || m - 1 > 11 || !d)
        return 0;
    memcpy(p, "0000-00-00", DATE_N);
    write_number(p, 4, date >> 9);
    write_number(p + 5, 2, m);
    write_number(p + 8, 2, d);
    return DATE_N;
}

static unsigned get_time(const unsigned char *bytes, char *p)
{
    uint64_t sec = get_bytes(bytes + 3, 3), east = bytes[6];

    if (sec >= 86400 || east >= 96 || !get_date(get_bytes(bytes, 3), p))
        return 0;
    memcpy(p + DATE_N, "T00:00:00+00:00", TIME_N - DATE_N);
    write_number(p + 11, 2, sec / 3600);
    write_number(p + 14, 2, sec / 60 % 60);
    write_number(p + 17, 2, sec % 60);
    write_number(p + 20, 2, east / 4);
    write_number(p + 23, 2, east % 4 * 15);
    return TIME_N;
}

static unsigned get_uuid(const unsigned char *bytes, char *p)
{
    static const char hex[] = "0123456789abcdef";

    for (unsigned i = 0; i < sizeof uuid_dash; i++)
        p[uuid_dash[i]] = '-';
    for (unsigned i = 0; i < UUID_BYTES; i++) {
        p[uuid_at[i]] = hex[bytes[i] >> 4];
        p[uuid_at[i] + 1] = hex[bytes[i] & 15];
    }
    return UUID_N;
}

unsigned packed_text_bytes(unsigned form)
{
    return form == UUID ? UUID_BYTES : form == DATE ? DATE_BYTES : form == TIME ? TIME_BYTES : 0;
}

unsigned packed_text_get(unsigned form, const unsigned char *bytes, char out[PACKED_TEXT_MAX])
{
    switch (form) {
    case UUID:
        return get_uuid(bytes, out);
    case DATE:
        return get_date(get_bytes(bytes, DATE_BYTES), out);
    case TIME:
        return get_time(bytes, out);
    default:
        return 0;
    }
}
