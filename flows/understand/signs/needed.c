/* needed.c - the answer that says how it is with what is needed, and names it not: `berkurang`, `aktif` to
 * `TANDA gerakan janin berkurang, benar?` (RULINGS 40).  See needed.h. */
#include "flows/understand/signs/needed.h"

#include "parsers/phrase.h"
#include "parsers/signs_words.h"

const struct word *understand_needed(const struct word_list *signs, struct slice code)
{
    for (unsigned w = 0; w < signs->n; w++)
        if (signs->words[w].needed && !signs->words[w].neutral && signs->words[w].synonyms_n &&
            slice_eq(signs->words[w].code, code))
            return &signs->words[w];
    return NULL;
}

/* `baik bu gerakannya`: what is needed is named behind. */
static bool names_needed(const struct words *words, const struct tokens *ts, unsigned from)
{
    unsigned used;

    for (unsigned i = from; i < ts->n; i++) {
        const struct word *w = phrase_at(ts, i, words->signs, &used);

        if (w && w->needed)
            return true;
    }
    return false;
}

/* `iya masih aktif`: where the yes ends.  Not before a word that may be one itself: `ya baik bu`. */
static unsigned behind_yes(const struct words *words, const struct tokens *ts)
{
    unsigned i = 0, used;

    while (i < ts->n && (slice_is(phrase_code(ts, i, words->answers, &used), "ya") ||
                         slice_is(phrase_code(ts, i, words->answers, &used), "sapaan")))
        i += used;
    return i < ts->n && !phrase_at(ts, i, words->answers, &used) ? i : 0;
}

/* It says that it is less, or well, and names no sign: from *at on. */
static bool says_how(const struct ruleset *rs, struct slice text, struct arena *a, struct slice *at)
{
    const struct words *words = &rs->forms.words;
    struct sign_scan scan = {
        .lists = { words->signs }, .lists_n = 1, .kata = words->kata, .negators = words->negators
    };
    struct tokens ts;
    unsigned i = 0, used;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts) || signs_end(&scan, &ts, 0, ts.n) > 0)
        return false;
    i = behind_yes(words, &ts);
    *at = i ? slice_skip(text, (size_t)(ts.t[i].text.p - ts.t[0].text.p)) : text;
    while (i < ts.n && phrase_is(&ts, i, words->kata, "pengisi", &used))
        i += used;
    if (i < ts.n && phrase_is(&ts, i, words->kata, "normal", &used))
        return !names_needed(words, &ts, i + used);
    return i < ts.n && signs_less(&scan, &ts, i, &used);
}

struct slice understand_of_sign(const struct ruleset *rs, const struct report *known, int f,
                                struct slice text, struct arena *a)
{
    const struct value *v = f >= 0 ? &known->values[f] : NULL;
    const struct word *of = NULL;
    struct slice others = { 0 }, how = text;

    if (!v || known->form->fields[f].as != AS_SIGNS || v->kind != VALUE_LIST || !says_how(rs, text, a, &how))
        return text;
    for (unsigned i = 0; i < v->n; i++) {
        const struct word *w = of ? NULL : understand_needed(rs->forms.words.signs, v->items[i]);

        of = w ? w : of;
        if (!w)
            others = arena_printf(a, "%.*s, %.*s", SLICE_ARG(others), SLICE_ARG(v->items[i]));
    }
    return of ? arena_printf(a, "%.*s %.*s%.*s", SLICE_ARG(of->synonyms[0]), SLICE_ARG(how),
                             SLICE_ARG(others))
              : text;
}
