/* denial.c - words that only say that no danger sign is there (RULINGS 40).  See understanding.h. */
#include "flows/understand/understand.h"

#include <string.h>

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

struct denying {
    const struct words *words;
    const struct word_list *answers; /* lists/iya.yaml */
    struct slice whom;
    const struct tokens *ts;
    bool signs, affirmed;
};

/* Not where no is the sign itself (`menyusu tidak`), nor across a comma: `tidak ada, kejang`. */
static void on_sign(void *arg, const struct sign *s)
{
    struct denying *d = arg;
    bool unsure = s->kind == SIGN_UNSURE;
    struct negation n;
    bool across = unsure && s->before && !d->signs && d->ts->t[s->from].sep & SEP_COMMA &&
                  !negation_at(d->ts, s->from, d->words->negators, &n);

    if ((s->kind != SIGN_NEGATED && !unsure && !s->behind) || s->word->needed || s->word->can_be_normal ||
        s->word->neutral || across)
        d->affirmed = true;
    d->signs = true;
}

static bool names_her(const struct denying *d, unsigned i)
{
    struct slice names = d->whom;

    while (names.n)
        if (slice_ieq(slice_cut(&names, ' '), d->ts->t[i].text))
            return true;
    return false;
}

static bool one_of(struct slice code, const char *const *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(code, codes[i]))
            return true;
    return false;
}

/* Words that say nothing beside a denial; a yes only at its end: `tidak kejang ya`. */
static bool says_nothing(const struct denying *d, unsigned i, unsigned *used)
{
    static const char *const kata[] = { "pengisi", "sambung",      "partikel", "ternyata",
                                        "antara",  "terima_kasih", "imbuhan",  "penanda_tangan" };
    static const char *const iya[] = { "sapaan", "tidak", "kosong", "ralat" };
    struct slice code = phrase_code(d->ts, i, d->words->kata, used);

    if (one_of(code, kata, sizeof kata / sizeof *kata) || slice_is(d->ts->t[i].low, "ada"))
        return true;
    if (phrase_at(d->ts, i, d->words->people, used))
        return true;
    code = phrase_code(d->ts, i, d->answers, used);
    if (one_of(code, iya, sizeof iya / sizeof *iya) || (slice_is(code, "ya") && i + *used == d->ts->n))
        return true;
    *used = 1;
    return names_her(d, i);
}

/* Every word of the sentence is a sign, a negator, or nothing. */
static bool nothing_else(const struct denying *d)
{
    unsigned used;

    for (unsigned i = 0; i < d->ts->n; i += used) {
        const struct token *t = &d->ts->t[i];
        struct negation n;

        used = 1;
        if (t->kind == TOKEN_NEGATED || t->kind == TOKEN_EMPTY)
            continue;
        if (t->kind != TOKEN_WORD)
            return false;
        if (phrase_at(d->ts, i, d->words->signs, &used))
            continue;
        if (negation_at(d->ts, i, d->words->negators, &n) && negation_of_signs(n.kind)) {
            used = n.used;
            continue;
        }
        if (!says_nothing(d, i, &used) && !phrase_near(d->ts, i, d->words->signs, &used))
            return false;
    }
    return true;
}

static struct slice cut_sentence(struct slice *text)
{
    size_t n = 0;

    while (n < text->n &&
           !(strchr("\n!", text->p[n]) || (text->p[n] == '.' && (n + 1 == text->n || text->p[n + 1] == ' '))))
        n++;
    {
        struct slice sentence = slice_take(*text, n);

        *text = slice_skip(*text, n < text->n ? n + 1 : n);
        return sentence;
    }
}

bool understand_denies(const struct ruleset *rs, struct slice text, struct slice whom, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct denying d = { .words = words, .answers = words->answers, .whom = whom };
    struct sign_scan scan = { .lists = { words->signs },
                              .lists_n = 1,
                              .kata = words->kata,
                              .negators = words->negators,
                              .units = words->units,
                              .near = true,
                              .sign = on_sign,
                              .arg = &d };
    struct slice rest = text_clean(text, a);

    if (slice_find(rest, '?') != (size_t)-1)
        return false; /* `kejang tidak?` */
    while (rest.p && rest.n) {
        struct tokens ts;

        if (!tokens_cut(cut_sentence(&rest), NULL, &rs->forms, a, &ts))
            return false;
        d.ts = &ts;
        if (!nothing_else(&d))
            return false;
        signs_scan(&scan, &ts, 0, ts.n);
    }
    return d.signs && !d.affirmed;
}
