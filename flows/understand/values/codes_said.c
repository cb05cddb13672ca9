/* codes_said.c - the letters of the weekly report by the names of their diseases, in what corrects one:
 * `eh diarenya 6`, `total 90` (RULINGS 38, 56).  See codes_said.h. */
#include "flows/understand/values/codes_said.h"

#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    HERS = 3 /* letters of `nya` */
};

/* The letter of what is named at token i; empty: nothing is. */
static struct slice letter_at(const struct ruleset *rs, const struct form *form, struct tokens *ts,
                              unsigned i, unsigned *used)
{
    const struct field *f = &form->fields[form_as(form, AS_CODES)];
    const struct word *w = phrase_at(ts, i, f->list, used);
    struct slice low = ts->t[i].low;

    if (!w && slice_ends(low, "nya") && low.n > HERS) {
        *used = 1;
        w = list_find(f->list, slice_take(low, low.n - HERS));
        low = slice_take(low, low.n - HERS);
    }
    if (w)
        return w->letter;
    w = list_find(rs->forms.words.kata, low);
    *used = 1;
    return w && slice_is(w->code, "total") ? S("X") : slice_make("", 0);
}

struct slice understand_codes_said(const struct ruleset *rs, const struct form *form, struct slice text,
                                   struct arena *a)
{
    struct slice said = slice_make("", 0);
    struct tokens *ts = ARENA_NEW(a, struct tokens);
    const char *from = text.p, *end = text.p + text.n;
    unsigned used = 1;

    if (form_as(form, AS_CODES) < 0 || !ts || !tokens_cut(text, NULL, &rs->forms, a, ts))
        return text;
    for (unsigned i = 0; i < ts->n; i += used) {
        struct slice letter;

        used = 1;
        if (ts->t[i].kind != TOKEN_WORD || ts->t[i].low.n < 3)
            continue;
        letter = letter_at(rs, form, ts, i, &used);
        if (!letter.n)
            continue;
        said = arena_printf(a, "%.*s%.*s%.*s", SLICE_ARG(said), (int)(ts->t[i].text.p - from), from,
                            SLICE_ARG(letter));
        from = ts->t[i + used - 1].text.p + ts->t[i + used - 1].text.n;
    }
    return arena_printf(a, "%.*s%.*s", SLICE_ARG(said), (int)(end - from), from);
}
