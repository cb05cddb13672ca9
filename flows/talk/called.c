/* called.c - see called.h. */
#include "flows/talk/called.h"

#include "gateway/model/vocabulary.h"
#include "parsers/text.h"

enum {
    NAME_LEAST = 3, /* letters */
    HERS = 3,       /* letters of `nya` */
};

/* The word of the text that begins at `at`, letters only. */
static struct slice word_at(struct slice text, size_t at)
{
    size_t n = at;

    while (n < text.n && text_is_letter(text.p[n]))
        n++;
    return slice_make(text.p + at, n - at);
}

/* The code by which it leads a name: `bu`, `anak`; empty: it does not. */
static struct slice leading(const struct ruleset *rules, struct slice word)
{
    const struct word *w = list_find(rules->forms.words.titles, word);

    w = w ? w : list_find(rules->forms.words.people, word);
    return w ? w->code : slice_make("", 0);
}

/* `anak ana` is not Bu Ana; `ana` alone, or behind any other word, may be. */
static bool another_title(const struct ruleset *rules, struct slice before, const struct open_case *c,
                          struct arena *a)
{
    struct slice rest = text_folded(c->whom, a), first = slice_cut(&rest, ' ');
    const struct word *said = list_find(rules->forms.words.titles, before),
                      *known = list_find(rules->forms.words.titles, first);

    if (said && known)
        return !slice_eq(said->code, known->code);
    return known && !said && !slice_is(leading(rules, before), "sapaan") && leading(rules, before).n;
}

/* The words stand in the lower case text as words. */
static bool stands(const struct ruleset *rules, struct slice low, const struct open_case *c, struct arena *a)
{
    struct slice before = slice_make("", 0), word;

    for (size_t at = 0; at + c->who.n <= low.n; at += word.n ? word.n : 1) {
        struct slice here = slice_skip(low, at);

        word = word_at(low, at);
        if (!word.n)
            continue;
        if (slice_eq(slice_take(here, c->who.n), c->who) &&
            (here.n == c->who.n || !text_is_letter(here.p[c->who.n])))
            return !another_title(rules, before, c, a);
        before = word;
    }
    return false;
}

struct slice called_case(const struct ruleset *rules, const struct sender_state *state, struct slice text,
                         struct arena *a)
{
    struct slice low = text_folded(text, a), nomor = slice_make("", 0);

    for (unsigned i = 0; i < state->open.n; i++) {
        const struct open_case *c = &state->open.all[i];
        struct slice rest = c->who, first = slice_cut(&rest, ' ');

        if (first.n < NAME_LEAST || c->what == OPEN_ALERT || c->what == OPEN_VERIFY ||
            vocabulary_word(rules->forms.vocabulary, first, NULL)->longest || !stands(rules, low, c, a))
            continue;
        if (nomor.n)
            return slice_make("", 0);
        nomor = c->nomor;
    }
    return nomor;
}

bool called_sign(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct slice low = text_folded(text, a), word;

    for (size_t at = 0; at < low.n; at += word.n ? word.n : 1) {
        word = word_at(low, at);
        if (word.n > HERS && slice_is(slice_skip(word, word.n - HERS), "nya") &&
            (list_find(rules->forms.words.signs, slice_take(word, word.n - HERS)) ||
             list_find(rules->forms.words.signs, word)))
            return true;
    }
    return false;
}
