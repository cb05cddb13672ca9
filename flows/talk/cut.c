/* cut.c - see cut.h. */
#include "flows/talk/cut.h"

#include <string.h>

#include "parsers/text.h"

static const struct {
    const char *code;
    unsigned bit;
} codes[] = {
    { "ya", SAID_YES },
    { "tidak", SAID_NO },
    { "lain", SAID_OTHER },
    { "baru", SAID_NEW },
    { "kosong", SAID_NOTHING_THERE },
    { "tak_diukur", SAID_NOTHING_THERE },
    { "batal", SAID_CANCEL },
    { "ralat", SAID_MENDING },
    { "itu_juga", SAID_SAME },
    { "cuma", SAID_ONLY },
    { "tetap", SAID_KEEP },
    { "ragu", SAID_UNSURE },
    { "lupa", SAID_FORGOT },
    { "ingat", SAID_RECALL },
    { "semua", SAID_ALL },
    { "sapaan", SAID_FILLER },
    { "sopan", SAID_POLITE },
    { "ganti", SAID_REPLACE },
    { "tadi", SAID_EARLIER },
};

static bool is_mark(char c)
{
    return strchr(" \t\n.,!?;:#*()\"'", c) != NULL;
}

/* `9,2` is one word. */
static bool is_decimal_mark(struct slice text, size_t at)
{
    return text.p[at] == ',' && at > 0 && at + 1 < text.n && text_is_digit(text.p[at - 1]) &&
           text_is_digit(text.p[at + 1]);
}

void cut_words(const struct vocabulary *vocabulary, struct slice text, struct arena *a, struct cut *c)
{
    *c = (struct cut){ .vocabulary = vocabulary };
    for (;;) {
        size_t n = 0;
        char *low;

        while (text.n && is_mark(text.p[0]))
            text = slice_skip(text, 1);
        if (!text.n)
            return;
        if (c->n == WORDS) {
            c->more = true;
            return;
        }
        while (n < text.n && (strchr(" \t\n,!?;#*()", text.p[n]) == NULL || is_decimal_mark(text, n)))
            n++;
        c->at[c->n] = text.p;
        c->word[c->n] = slice_take(text, n);
        text = slice_skip(text, n);
        while (c->word[c->n].n && is_mark(c->word[c->n].p[c->word[c->n].n - 1]))
            c->word[c->n].n--;
        low = arena_alloc(a, c->word[c->n].n + 1);
        if (!low)
            return;
        for (size_t i = 0; i < c->word[c->n].n; i++)
            low[i] = text_lower(c->word[c->n].p[i]);
        c->word[c->n].p = low;
        c->n += c->word[c->n].n > 0;
    }
}

/* As the lists have it: `dak` is `tidak`, lists/sama.yaml. */
static struct slice spelt(const struct cut *c, unsigned i)
{
    const struct known_word *known = c->vocabulary ? vocabulary_word(c->vocabulary, c->word[i], NULL) : NULL;

    return known && known->other ? known->other->word : c->word[i];
}

struct slice cut_joined(const struct cut *c, unsigned i, unsigned n, bool as_listed, struct arena *a)
{
    struct slice joined = slice_make("", 0);

    for (unsigned k = 0; i + n <= c->n && k < n; k++)
        joined = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(joined), k ? " " : "",
                              SLICE_ARG(as_listed ? spelt(c, i + k) : c->word[i + k]));
    return joined;
}

static unsigned longest(const struct word_list *list, const struct cut *c, unsigned i, struct arena *a,
                        unsigned *used)
{
    for (unsigned n = PHRASE_MAX; n > 0; n--) {
        const struct word *w;

        if (i + n > c->n)
            continue;
        w = list_find(list, cut_joined(c, i, n, false, a));
        w = w ? w : list_find(list, cut_joined(c, i, n, true, a));
        *used = n;
        for (size_t k = 0; w && k < sizeof codes / sizeof *codes; k++)
            if (slice_is(w->code, codes[k].code))
                return codes[k].bit;
    }
    *used = 1;
    return slice_is(c->word[i], "-") ? SAID_NOTHING_THERE : 0;
}

unsigned cut_phrase(const struct word_list *list, const struct cut *c, unsigned i, struct arena *a,
                    unsigned *used)
{
    unsigned bit = longest(list, c, i, a, used), more;

    for (unsigned k = i + 1; bit && k < i + *used; k++) /* `maaf salah` | `salah ketik` */
        if (longest(list, c, k, a, &more) == bit && k + more > i + *used)
            *used = k + more - i;
    return bit;
}

unsigned cut_recalled(unsigned bits, bool whole)
{
    if (!(bits & SAID_RECALL))
        return bits;
    bits &= ~(unsigned)SAID_RECALL;
    if (whole)
        return bits ? bits : SAID_YES;
    return bits & SAID_YES ? bits : bits | SAID_FORGOT;
}
