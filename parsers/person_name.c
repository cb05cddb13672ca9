/* person_name.c - names.  See person_name.h. */
#include "parsers/person_name.h"

#include "parsers/text.h"

struct writer {
    char *p;
    size_t n;
    bool upper; /* the next letter begins a word */
};

static void blank(struct writer *w)
{
    if (w->n && w->p[w->n - 1] != ' ')
        w->p[w->n++] = ' ';
    w->upper = true;
}

static void letter(struct writer *w, char c)
{
    if (c >= 'a' && c <= 'z' && w->upper)
        c = (char)(c - 32);
    else if (!w->upper)
        c = text_lower(c);
    w->p[w->n++] = c;
    w->upper = false;
}

bool person_name(struct slice s, struct arena *a, struct slice *out, bool *repaired)
{
    const char *p = s.p, *end = s.p + s.n;
    struct writer w = { .p = arena_raw(a, s.n * 2 + 1), .upper = true };
    bool letters = false;

    *repaired = false;
    if (!w.p)
        return false;
    while (p < end) {
        unsigned len;
        uint32_t r = text_rune(p, end, &len);
        char base = r < 0x80 ? (char)r : text_base_letter(r);

        if (r >= 0x80 && base)
            *repaired = true;
        if (base == ' ' || base == '\n' || base == '\t') {
            blank(&w);
        } else if (base == '-') {
            *repaired = true;
            blank(&w);
        } else if (base == '.') {
            if (w.n && w.p[w.n - 1] == ' ')
                w.n--;
            w.p[w.n++] = '.';
            blank(&w);
        } else if (base == '\'' && w.n) {
            w.p[w.n++] = '\'';
        } else if (text_is_letter(base)) {
            letter(&w, base);
            letters = true;
        } else if (base != '"' && base != '\'') {
            return false;
        }
        p += len;
    }
    while (w.n && (w.p[w.n - 1] == ' ' || w.p[w.n - 1] == '\''))
        w.n--;
    *out = (struct slice){ .p = w.p, .n = w.n };
    return letters && w.n <= PERSON_NAME_LETTERS;
}
