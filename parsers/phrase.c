/* phrase.c - phrases of a list among tokens.  See phrase.h. */
#include "parsers/phrase.h"

#include <string.h>

#include "parsers/text.h"

enum {
    PHRASE_WORDS = 6,
    PHRASE_BYTES = 96,
    EDIT_LETTERS = 6
};

struct run {
    char text[PHRASE_BYTES];
    size_t ends[PHRASE_WORDS];
    unsigned n;
};

/* Joins tokens from i on with blanks, up to `words` of them. */
static void join(const struct tokens *ts, unsigned i, unsigned words, struct run *r)
{
    size_t at = 0;

    r->n = 0;
    if (words > PHRASE_WORDS)
        words = PHRASE_WORDS;
    for (unsigned k = 0; k < words && i + k < ts->n; k++) {
        const struct token *t = &ts->t[i + k];

        if (t->taken || (t->kind != TOKEN_WORD && t->kind != TOKEN_NUMBER) || t->low.n == 0)
            return;
        if (k && (t->sep & SEP_HARD) != 0)
            return;
        /* A letter was read as a digit: the phrase wants it as typed. */
        if (t->repaired || at + t->low.n + 1 >= sizeof r->text)
            return;
        if (k)
            r->text[at++] = ' ';
        memcpy(r->text + at, t->low.p, t->low.n);
        at += t->low.n;
        r->ends[r->n++] = at;
        if (t->minus_behind)
            return;
    }
}

/* The first word of token i: a token of several ("dpt hb hib") begins with its first. */
static struct slice first_word(const struct tokens *ts, unsigned i)
{
    struct slice rest = ts->t[i].low;

    return slice_cut(&rest, ' ');
}

static bool usable(const struct tokens *ts, unsigned i)
{
    return i < ts->n && !ts->t[i].taken && ts->t[i].low.n > 0;
}

/* `panas bintik 2`: where the phrase is known without it, a 2 behind a blank counts; `bintik2` repeats. */
static bool counts(const struct tokens *ts, unsigned last, const struct word_list *list, const struct word *w,
                   const struct run *r, unsigned k)
{
    return k > 0 && !ts->t[last].glued && slice_is(ts->t[last].low, "2") &&
           list_find(list, (struct slice){ .p = r->text, .n = r->ends[k - 1] }) == w;
}

const struct word *phrase_at(const struct tokens *ts, unsigned i, const struct word_list *list,
                             unsigned *used)
{
    struct run r;
    const struct word *w;
    unsigned longest;

    *used = 1;
    if (!list || !usable(ts, i))
        return NULL;
    longest = list_begins(list, ts->t[i].first);
    if (longest == 0)
        return NULL;
    join(ts, i, longest, &r);
    for (unsigned k = r.n; k-- > 0;) {
        w = list_find(list, (struct slice){ .p = r.text, .n = r.ends[k] });
        if (w) {
            *used = k + 1 - counts(ts, i + k, list, w, &r, k);
            return w;
        }
    }
    return NULL;
}

/* One word of the two phrases differs, is long enough, and differs by one edit. */
static bool near(struct slice typed, struct slice known)
{
    unsigned edits = 0;

    if (typed.n + 1 < known.n || typed.n > known.n + 1)
        return false;
    while (typed.n || known.n) {
        struct slice a = slice_cut(&typed, ' '), b = slice_cut(&known, ' ');

        if (slice_eq(a, b))
            continue;
        if (b.n < EDIT_LETTERS || edits++ || !text_one_edit(a, b))
            return false;
    }
    return edits == 1;
}

static unsigned words_in(struct slice s)
{
    unsigned n = 1;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == ' ';
    return n;
}

const struct word *phrase_near(const struct tokens *ts, unsigned i, const struct word_list *list,
                               unsigned *used)
{
    const struct word *w = phrase_at(ts, i, list, used), *found = NULL;
    struct run r;

    if (w || !list || !usable(ts, i) || ts->t[i].kind != TOKEN_WORD ||
        !list_may_begin(list, first_word(ts, i), ts->t[i].first))
        return w;
    join(ts, i, list_longest(list), &r);
    for (unsigned k = r.n; k-- > 0 && !found;) {
        struct slice typed = { .p = r.text, .n = r.ends[k] };

        if (typed.n < EDIT_LETTERS - 1)
            continue;
        for (unsigned c = 0; c < list->n; c++)
            for (unsigned s = 0; s < list->words[c].synonyms_n; s++) {
                struct slice known = list->words[c].synonyms[s];

                /* One edit changes no length by more than one: most are refused here. */
                if (known.n + 1 < typed.n || known.n > typed.n + 1 || words_in(known) != k + 1 ||
                    !near(typed, known))
                    continue;
                if (found && !slice_eq(found->code, list->words[c].code))
                    return NULL;
                found = &list->words[c];
                *used = k + 1;
            }
    }
    return found;
}

struct slice phrase_code(const struct tokens *ts, unsigned i, const struct word_list *list, unsigned *used)
{
    const struct word *w = phrase_at(ts, i, list, used);

    return w ? w->code : (struct slice){ 0 };
}
