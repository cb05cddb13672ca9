/* arrived.c - words by which a reporter says that her patient is there.  See arrived.h. */
#include "flows/understand/values/arrived.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

bool understand_says_there(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct word_list *list = list_by_name(&rs->forms, S("obrolan"));
    const struct word_list *places = list_by_name(&rs->forms, S("tujuan"));
    struct tokens ts;
    bool there = false, cared = false;
    unsigned used;

    if (!list || !tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i += used) {
        struct negation n;

        if (negation_at(&ts, i, rs->forms.words.negators, &n))
            return false; /* `sudah di pustu, bidannya tidak ada` */
        cared |= there && phrase_at(&ts, i, places, &used);
        there |= slice_is(phrase_code(&ts, i, list, &used), "di_sana");
    }
    return cared;
}
