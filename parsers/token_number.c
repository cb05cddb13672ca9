/* token_number.c - where a number begins and ends: marks, dates, pressures, letters for digits (RULINGS 16,
 * 26, 27).  See lexer.h. */
#include "parsers/lexer.h"

#include <string.h>

#include "parsers/text.h"

int token_digit(char c)
{
    return lexer_digit(c) - '0';
}

static bool is_unit(const struct lexer *x, const char *from, const char *to)
{
    char low[12];
    size_t n = (size_t)(to - from);

    if (n == 0 || n >= sizeof low)
        return false;
    for (size_t i = 0; i < n; i++)
        low[i] = text_lower(from[i]);
    return x->set->words.units && list_find(x->set->words.units, (struct slice){ .p = low, .n = n });
}

bool lexer_label(const struct lexer *x, const char *from, const char *to)
{
    return x->form && form_has_label(x->form, (struct slice){ .p = from, .n = (size_t)(to - from) });
}

static const char *digits_end(const struct lexer *x, const char *p)
{
    while (p < x->end && text_is_digit(*p))
        p++;
    return p;
}

enum slash {
    SLASH_SEPARATES,
    SLASH_DATE,
    SLASH_PRESSURE,
};

/* Letters behind a digit that are digits themselves: the end of them, or p when there are none. */
static const char *digit_letters(const struct lexer *x, const char *p)
{
    const char *end = lexer_letters_end(x, p), *q = p;

    if (q == end || is_unit(x, p, end) || lexer_label(x, p, end))
        return p;
    while (q < end && token_letter_is_digit(*q))
        q++;
    while (q > p) {
        if (q == end || is_unit(x, q, end))
            return q;
        q--;
    }
    return p;
}

static int small(const char *p, const char *end)
{
    int v = 0;

    for (; p < end && v < 100000; p++)
        v = v * 10 + (lexer_digit(*p) - '0');
    return v;
}

/* RULINGS 16: `/` stays in dates and in blood pressure, else it separates.  first = begin of the digits
 * before it. */
static enum slash slash_kind(const struct lexer *x, const char *first, const char *slash)
{
    const char *second = slash + 1, *end = second;
    size_t n1 = (size_t)(slash - first), n2;
    int a, b;

    while (end < x->end && (text_is_digit(*end) || token_letter_is_digit(*end)))
        end++;
    if (end < x->end && lexer_letters_end(x, end) != end)
        end = digits_end(x, second);
    n2 = (size_t)(end - second);
    a = small(first, slash);
    b = small(second, end);
    if (n1 >= 1 && n1 <= 2 && n2 == 4 && a >= 1 && a <= 12 && b >= 2000 && b <= 2100)
        return SLASH_PRESSURE; /* a month: nothing follows */
    if (n1 == 0 || n2 == 0 || n1 > 3 || n2 > 3)
        return SLASH_SEPARATES;
    if (n1 <= 2 && n2 <= 2 && a >= 1 && a <= 31 && b >= 1 && b <= 12)
        return SLASH_DATE;
    if (n1 < 2 || n2 < 2 || a < 40 || b < 20)
        return SLASH_SEPARATES;
    /* 45/120/80: an age before a blood pressure. */
    if (lexer_at(x, end) == '/' && text_is_digit(lexer_at(x, end + 1)) && a < b + 10)
        return SLASH_SEPARATES;
    return SLASH_PRESSURE;
}

/* 45,140/90: the comma before a blood pressure separates. */
static bool pressure_ahead(const struct lexer *x, const char *p)
{
    const char *slash = digits_end(x, p), *end;

    if (slash - p < 2 || slash - p > 3 || lexer_at(x, slash) != '/')
        return false;
    end = digits_end(x, slash + 1);
    return end - slash > 2 && end - slash <= 4 && small(p, slash) >= 50;
}

/* `8,S`: one letter that can only stand for a digit.  `l` is none: `70,l` is an age and a sex.  `Z` is not
 * known to be a 2 (RULINGS 27), so `9,Z` cannot be read: it is never 9. */
static bool last_letter(const struct lexer *x, const char *p)
{
    const char *end = lexer_letters_end(x, p);

    return end == p + 1 && strchr("SOoBZz", *p) && !lexer_label(x, p, end) && !is_unit(x, p, end) &&
           !(x->form && x->form->code_counts);
}

/* `7,,8`, `7..8`: one number with a mark too many, which nobody can read; not so where such marks part the
 * fields (`14,,76`, `Siti..14..9,2`), but for a last digit by itself: `Siti,P,14bl,7,,8`. */
static bool doubled_mark(const struct lexer *x, const char *p)
{
    char next = lexer_at(x, p + 1), last = lexer_at(x, p + 3);
    bool one = !text_is_digit(last) && !((last == ',' || last == '.') && text_is_digit(lexer_at(x, p + 4)));

    if ((*p != ',' && *p != '.') || (next != ',' && next != '.') || !text_is_digit(lexer_at(x, p + 2)))
        return false;
    return (x->sep & (*p == '.' ? SEP_DOT : SEP_COMMA)) == 0 || (*p == ',' && one);
}

/* True while the number goes on at the mark *p. */
static bool mark_inside(const struct lexer *x, const char *part, const char *p, enum slash *before)
{
    char next = lexer_at(x, p + 1);
    bool digit = text_is_digit(next) || (token_letter_is_digit(next) && text_is_digit(lexer_at(x, p + 2))) ||
                 last_letter(x, p + 1);
    enum slash seen = *before;

    if (doubled_mark(x, p))
        return seen != SLASH_PRESSURE;
    if (!digit || (*p == ',' && pressure_ahead(x, p + 1)))
        return false;
    if (*p == '.' || *p == ',' || *p == '-')
        return seen != SLASH_PRESSURE;
    if (*p != '/' || seen == SLASH_PRESSURE)
        return false;
    if (seen == SLASH_DATE) {
        *before = SLASH_PRESSURE; /* nothing follows the year */
        return true;
    }
    *before = slash_kind(x, part, p);
    return *before != SLASH_SEPARATES;
}

/* part: where its digits begin, letters read as digits included. */
const char *lexer_number_end(const struct lexer *x, const char *part, const char *p, bool *repaired)
{
    enum slash seen = SLASH_SEPARATES;

    for (;;) {
        const char *q = digits_end(x, p);
        const char *r = (q > part || token_letter_is_digit(lexer_at(x, q))) ? digit_letters(x, q) : q;

        if (r > q)
            *repaired = true;
        p = r;
        if (r > q && text_is_digit(lexer_at(x, r)))
            continue;
        if (p < x->end && (*p == '.' || *p == ',' || *p == '-' || *p == '/') &&
            mark_inside(x, part, p, &seen)) {
            part = ++p;
            continue;
        }
        return p;
    }
}

/* "O,5" or "l4": letters that can only be digits, before digits. */
bool lexer_leads_into_digits(const struct lexer *x, const char *p)
{
    const char *end, *q = p;

    if (!token_letter_is_digit(*p))
        return false;
    end = lexer_letters_end(x, p);
    if (end - p > 3 || lexer_label(x, p, end) || (x->form && x->form->code_counts))
        return false;
    while (q < end && token_letter_is_digit(*q))
        q++;
    if (q != end)
        return false;
    if (end - p == 3)
        return lexer_at(x, q) == '/' && slash_kind(x, p, q) == SLASH_PRESSURE; /* llO/7O */
    if ((lexer_at(x, q) == ',' || lexer_at(x, q) == '.') && end - p == 1)
        q++;
    return text_is_digit(lexer_at(x, q));
}
