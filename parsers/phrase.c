/* phrase.c - phrases of a list among tokens.  See phrase.h. */
#include "parsers/phrase.h"

#include <string.h>

#include "parsers/text.h"

enum {
    PHRASE_WORDS = 6,
    PHRASE_BYTES = 96, /* below 128: run.lengths */
    EDIT_LETTERS = 6
};

struct run {
    char text[PHRASE_BYTES];
    size_t ends[PHRASE_WORDS];
    uint64_t
        lengths[2]; /* the same as bits: hardly any phrase of a list is as long as the run or a part of it */
    unsigned n;
    unsigned apart; /* as bits: what is not glued to the word before it */
    bool others;    /* a word has another spelling, lists/sama.yaml */
};

static struct slice spelt(const struct token *t, bool same)
{
    return same && t->known && t->known->other && !t->hyphens ? t->known->other->word : t->low;
}

/* What the token says may be in a phrase: a letter that was read as a digit is wanted as typed, and a number
 * that is none too. */
static bool speaks(const struct token *t)
{
    return !t->taken && (t->kind == TOKEN_WORD || (t->kind == TOKEN_NUMBER && !t->odd && !t->approx)) &&
           t->low.n > 0 && !t->repaired;
}

/* Joins tokens from i on with blanks, up to `words` of them; same: each word as lists/sama.yaml spells it. */
static void join(const struct tokens *ts, unsigned i, unsigned words, bool same, struct run *r)
{
    size_t at = 0;

    r->n = r->apart = 0;
    r->lengths[0] = r->lengths[1] = 0;
    r->others = false;
    if (words > PHRASE_WORDS)
        words = PHRASE_WORDS;
    for (unsigned k = 0; k < words && i + k < ts->n; k++) {
        const struct token *t = &ts->t[i + k];
        struct slice low = spelt(t, same);

        if (!speaks(t) || (k && (t->sep & SEP_HARD) != 0) || at + low.n + 1 >= sizeof r->text)
            return;
        if (k)
            r->text[at++] = ' ';
        memcpy(r->text + at, low.p, low.n);
        at += low.n;
        r->apart |= (unsigned)!t->glued << k;
        r->others |= t->known && t->known->other;
        r->lengths[at / 64] |= UINT64_C(1) << at % 64;
        r->ends[r->n++] = at;
        if (t->minus_behind)
            return;
    }
}

static bool usable(const struct tokens *ts, unsigned i)
{
    return i < ts->n && !ts->t[i].taken && ts->t[i].low.n > 0;
}

/* The longest phrase of the list that the run begins with; *used gets its tokens. */
static const struct word *stands(const struct known_word *known, const struct word_list *list,
                                 const struct run *r, unsigned *used)
{
    const struct known_list *of = known_list(known, list);

    for (const struct known_phrase *p = of ? of->phrases : NULL; p; p = p->next) {
        size_t n = p->phrase.n;
        unsigned k = 0;

        if (n >= PHRASE_BYTES || !(r->lengths[n / 64] >> n % 64 & 1) || memcmp(p->phrase.p, r->text, n) != 0)
            continue;
        while (k < r->n && r->ends[k] != n)
            k++;
        if (k == r->n ||
            (p->twice && r->apart >> p->twice & 1)) /* of a part that is left out; `mulas 2 hari` */
            continue;
        *used = k + 1;
        return p->word;
    }
    return NULL;
}

/* `panas bintik 2`: where the phrase is known without it, a 2 behind a blank counts; `bintik2` repeats. */
static bool counts(const struct tokens *ts, unsigned i, const struct word_list *list, const struct word *w,
                   const struct run *r, unsigned used)
{
    const struct token *last = &ts->t[i + used - 1];
    struct run without;
    unsigned n;

    if (used == 1 || last->glued || !slice_is(last->low, "2"))
        return false;
    without = *r;
    without.n = used - 1;
    return stands(ts->t[i].known, list, &without, &n) == w && n == without.n;
}

/* How many tokens from i on may be one phrase of the list, at most so many: one of these second words
 * follows, and others that stand within a phrase. */
static unsigned reach(const struct tokens *ts, unsigned i, const struct word_list *list, unsigned most,
                      uint64_t seconds)
{
    unsigned k = i + 1;

    if (k == ts->n || !ts->t[k].known || !(ts->t[k].known->itself & seconds))
        return 1;
    while (k < ts->n && k < i + most && ts->t[k].known && (ts->t[k].known->within & list->bit))
        k++;
    return k - i;
}

/* The longest phrase among `words` tokens. */
static const struct word *joined(const struct tokens *ts, unsigned i, const struct word_list *list,
                                 unsigned words, unsigned *used)
{
    const struct known_word *known = ts->t[i].known;
    const struct word *w, *other;
    unsigned n;
    struct run r;

    join(ts, i, words, false, &r);
    w = stands(known, list, &r, used);
    if (r.others) {
        join(ts, i, words, true, &r);
        other = stands(known->other ? known->other->known : known, list, &r, &n);
        if (other && (!w || n > *used)) {
            *used = n;
            return other;
        }
    }
    if (w)
        *used -= counts(ts, i, list, w, &r, *used);
    return w;
}

const struct word *phrase_longest(const struct tokens *ts, unsigned i, const struct word_list *list,
                                  unsigned *used)
{
    const struct token *t = &ts->t[i];
    const struct known_list *as_typed = known_list(t->known, list),
                            *as_meant = t->known->other ? known_list(t->known->other->known, list) : NULL;
    unsigned most = as_typed ? as_typed->most : 1, words;
    uint64_t seconds = as_typed ? as_typed->seconds : 0;

    if (as_meant && as_meant->most > most)
        most = as_meant->most;
    if (as_meant)
        seconds |= as_meant->seconds;
    if (t->hyphens) /* the second word is its own */
        seconds = UINT64_MAX;
    words = reach(ts, i, list, most, seconds);
    if (words > 1 || t->hyphens)
        return joined(ts, i, list, words, used);
    if (!speaks(t))
        return NULL;
    if (as_typed && as_typed->alone)
        return as_typed->alone;
    return as_meant ? as_meant->alone : NULL;
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
        if (b.n < EDIT_LETTERS || edits++ || !slice_one_edit(a, b))
            return false;
    }
    return edits == 1;
}

/* What is found for each number of words typed. */
struct near {
    struct run r;
    const struct word *found[PHRASE_WORDS];
    bool doubled[PHRASE_WORDS]; /* two codes are as near */
};

static void compare(void *arg, const struct known_phrase *p)
{
    struct near *x = arg;
    unsigned k = p->words - 1;
    const struct word *other;

    if (k >= x->r.n || x->r.ends[k] < EDIT_LETTERS - 1 ||
        !near((struct slice){ .p = x->r.text, .n = x->r.ends[k] }, p->phrase))
        return;
    other = x->found[k];
    x->doubled[k] |= other && !slice_eq(other->code, p->word->code);
    if (!other || p->word > other)
        x->found[k] = p->word;
}

const struct word *phrase_near(const struct tokens *ts, unsigned i, const struct word_list *list,
                               unsigned *used)
{
    const struct word *w = phrase_at(ts, i, list, used);
    struct slice rest;
    struct near x;

    if (w || !list || !usable(ts, i) || ts->t[i].kind != TOKEN_WORD || !(ts->t[i].near & list->bit))
        return w;
    x = (struct near){ 0 };
    join(ts, i, PHRASE_WORDS, true, &x.r);
    rest = ts->t[i].low;
    vocabulary_like(ts->vocabulary, list, slice_cut(&rest, ' '), compare, &x);
    for (unsigned k = x.r.n; k-- > 0;)
        if (x.found[k]) {
            *used = k + 1;
            return x.doubled[k] ? NULL : x.found[k];
        }
    return NULL;
}

bool phrase_any(const struct tokens *ts, const struct word_list *list, const char *code)
{
    unsigned used;

    for (unsigned i = 0; i < ts->n; i += used)
        if (slice_is(phrase_code(ts, i, list, &used), code))
            return true;
    return false;
}
