/* shortly.c - see shortly.h. */
#include "flows/talk/shortly.h"

#include <string.h>

#include "flows/talk/cut.h"

struct heard {
    unsigned bits, noes;
    bool plain;      /* the no is a negator alone, which may deny what follows: `ya tidak` */
    bool yes_behind; /* and a yes stands behind it */
    bool glued;      /* `bukan cuma penyuluhan`: more than that */
};

/* A comma stands before word i. */
static bool apart(const struct cut *c, unsigned i)
{
    const char *p = c->at[i - 1] + c->word[i - 1].n;

    return p < c->at[i] && memchr(p, ',', (size_t)(c->at[i] - p));
}

static bool is_false(const struct ruleset *rules, struct slice word)
{
    const struct word *w = list_find(rules->forms.words.negators, word);

    return w && slice_is(w->code, "salah");
}

/* `bukan hanya`: what is only so is denied. */
static bool only(const struct ruleset *rules, struct slice word)
{
    const struct word_list *list = rules->forms.words.functions;

    return list_says(list, word, "cuma") || list_says(list, word, "saja");
}

/* False: words of something else. */
static bool hear(const struct ruleset *rules, struct slice text, struct arena *a, struct heard *h)
{
    unsigned used = 1, before = 0;
    struct cut c;

    *h = (struct heard){ 0 };
    cut_words(rules->forms.vocabulary, text, a, &c);
    for (unsigned i = 0; i < c.n; i += used) {
        unsigned bit = cut_phrase(rules->forms.words.answers, &c, i, a, &used);

        if (!bit)
            return false;
        if (bit == SAID_NO) {
            h->noes++;
            h->plain |= used == 1 && !is_false(rules, c.word[i]);
        }
        h->yes_behind |= bit == SAID_YES && h->noes;
        h->glued |= bit == SAID_ONLY && before == SAID_NO && !apart(&c, i);
        before = before == SAID_NO && bit == SAID_FILLER && only(rules, c.word[i]) ? before : bit;
        h->bits |= bit == SAID_FILLER || bit == SAID_POLITE ? 0 : bit;
    }
    return c.n && !c.more;
}

static bool asks_whose(const struct draft *d)
{
    return form_is(d->form, FORM_REFERRAL) && !d->correct && !asking_store(d->asking) &&
           !value_as(d->form, d->values, AS_NAME) && !value_as(d->form, d->values, AS_NUMBER);
}

enum answer_word shortly_answered(const struct ruleset *rules, const struct draft *d, struct slice text,
                                  struct arena *a)
{
    struct heard h;

    if (!d || d->unseen || !hear(rules, text, a, &h))
        return WORD_NONE;
    if (d->asking == ASK_VALUE && h.bits == (SAID_YES | SAID_NO) && h.noes == 1 && !h.plain && !h.yes_behind)
        return WORD_NO;
    if (d->asking == ASK_CHILD && d->child.n && !d->before.n && (h.bits & ~(unsigned)SAID_YES) == SAID_SAME)
        return WORD_YES;
    if (asks_whose(d) && !h.glued && h.bits & SAID_ONLY &&
        !(h.bits & ~(unsigned)(SAID_ONLY | SAID_NO | SAID_CANCEL)))
        return WORD_CANCEL;
    return WORD_NONE;
}
