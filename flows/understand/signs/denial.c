/* denial.c - words that only say that no danger sign is there (RULINGS 40), or that a value is not so (43).
 * See denial.h. */
#include "flows/understand/signs/denial.h"

#include <string.h>

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

struct denying {
    const struct words *words;
    const struct word_list *answers; /* lists/iya.yaml */
    const struct word_list *chat, *places;
    struct slice whom;
    const struct tokens *ts;      /* of the sentence */
    const struct sign_scan *scan; /* by which signs are found */
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

/* A word of doubt: `sepertinya tidak kejang` denies nothing for sure. */
static bool doubts(const struct denying *d, unsigned i)
{
    unsigned used;
    const struct word *w = phrase_at(d->ts, i, d->words->before, &used);

    return w && w->doubt;
}

/* Words that say nothing beside a denial; a yes only at its end: `tidak kejang ya`. */
static bool says_nothing(const struct denying *d, unsigned i, unsigned *used)
{
    static const char *const kata[] = { "pengisi", "sambung",      "partikel", "ternyata",      "antara",
                                        "riwayat", "terima_kasih", "imbuhan",  "penanda_tangan" };
    static const char *const iya[] = { "sapaan", "sopan", "tidak", "kosong", "tak_diukur", "ralat" };
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
        if (t->kind != TOKEN_WORD || doubts(d, i))
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

/* All its sentences are so, and none asks: `kejang tidak?`. */
static bool each_sentence(const struct ruleset *rs, struct slice text, struct arena *a, struct denying *d,
                          bool (*is_so)(struct denying *))
{
    struct slice rest = text_clean(text, a);
    bool so = slice_find(rest, '?') == (size_t)-1;
    struct tokens ts;

    d->ts = &ts;
    while (so && rest.p && rest.n)
        so = tokens_cut(cut_sentence(&rest), NULL, &rs->forms, a, &ts) && is_so(d);
    d->ts = NULL;
    return so;
}

static bool only_denies(struct denying *d)
{
    if (!nothing_else(d))
        return false;
    signs_scan(d->scan, d->ts, 0, d->ts->n);
    return true;
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
                              .times = words->units,
                              .near = true,
                              .sign = on_sign,
                              .arg = &d };

    d.scan = &scan;
    return each_sentence(rs, text, a, &d, only_denies) && d.signs && !d.affirmed;
}

/* --- a sign that has ended --- */

/* Words that it has ended begin at token i: `berhenti`, `hilang`; *used. */
static bool ended_at(const struct denying *d, unsigned i, unsigned *used)
{
    const struct word *w = phrase_at(d->ts, i, d->words->kata, used);
    struct negation n;

    if (w && slice_is(w->code, "reda") && !w->doubt)
        return true;
    if (!negation_at(d->ts, i, d->words->negators, &n) || n.kind != NEGATION_GONE)
        return false;
    *used = n.used;
    return !list_says(d->words->functions, d->ts->t[i].low, "kurang");
}

/* `sudah gak lagi` behind a sign; `tidak jadi kejang`: the sign behind it, up to *used. */
static bool no_more(const struct denying *d, unsigned i, bool open, unsigned *used)
{
    struct negation n;
    unsigned sign;

    if (!negation_at(d->ts, i, d->words->negators, &n) || i + n.used >= d->ts->n)
        return false;
    *used = n.used + 1;
    if (open && n.kind == NEGATION_NOT && slice_is(d->ts->t[i + n.used].low, "lagi"))
        return true;
    if (n.kind != NEGATION_OFF || !phrase_at(d->ts, i + n.used, d->words->signs, &sign))
        return false;
    *used = n.used + sign;
    return true;
}

/* She is as she should be: `sudah sadar`, `sudah membaik`. */
static bool is_well(const struct denying *d, unsigned i, unsigned *used)
{
    struct slice code = phrase_code(d->ts, i, d->words->kata, used);

    return slice_is(code, "hidup") || slice_is(code, "pulih");
}

/* When it was, or that it is so now. */
static bool says_when(const struct denying *d, unsigned i, unsigned *used)
{
    static const char *const codes[] = { "kini", "silam", "zona" };

    return phrase_at(d->ts, i, d->words->days, used) ||
           one_of(phrase_code(d->ts, i, d->words->kata, used), codes, sizeof codes / sizeof *codes);
}

/* `sudah sampai puskesmas`. */
static bool says_where(const struct denying *d, unsigned i, unsigned *used)
{
    return slice_is(phrase_code(d->ts, i, d->chat, used), "di_sana") || phrase_at(d->ts, i, d->places, used);
}

/* Each sign of the sentence has ended, by what stands behind it, and nothing else is said.  Again, or still,
 * is no end. */
static bool all_ended(struct denying *d)
{
    bool open = false, any = false;
    unsigned used;

    for (unsigned i = 0; i < d->ts->n; i += used) {
        if (d->ts->t[i].kind != TOKEN_WORD || slice_is(d->ts->t[i].low, "lagi") ||
            (open && d->ts->t[i].sep & SEP_HARD))
            return false;
        if (is_well(d, i, &used)) {
            continue;
        }
        if (no_more(d, i, open, &used)) {
            open = false;
            any = true;
        } else if (phrase_at(d->ts, i, d->words->signs, &used) ||
                   phrase_near(d->ts, i, d->words->signs, &used)) {
            open = any = true;
        } else if (ended_at(d, i, &used)) {
            open = false;
        } else if (!says_when(d, i, &used) && !says_where(d, i, &used)) {
            struct negation n;

            if (negation_at(d->ts, i, d->words->negators, &n) || !says_nothing(d, i, &used))
                return false;
        }
    }
    d->signs |= any;
    return !open;
}

bool understand_ended(const struct ruleset *rs, struct slice text, struct slice whom, struct arena *a)
{
    struct denying d = { .words = &rs->forms.words,
                         .answers = rs->forms.words.answers,
                         .chat = list_by_name(&rs->forms, S("obrolan")),
                         .places = list_by_name(&rs->forms, S("tujuan")),
                         .whom = whom };

    return each_sentence(rs, text, a, &d, all_ended) && d.signs;
}

bool understand_was_mistaken(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    struct negation n;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (negation_at(&ts, i, words->negators, &n) &&
            (((n.kind == NEGATION_ISNT || n.kind == NEGATION_OFF) && i + n.used < ts.n &&
              phrase_at(&ts, i + n.used, words->signs, &used)) ||
             (n.kind == NEGATION_FALSE && n.used > 1))) /* `salah ketik bu, sadar kok cuma pusing` */
            return true;
    return false;
}

/* --- a value that is not so --- */

/* Words between a value and the no behind it, or behind both, that say nothing. */
static bool beside_nothing(const struct ruleset *rs, const struct tokens *ts, unsigned i, unsigned *used)
{
    static const char *const kata[] = { "partikel", "terima_kasih", "penanda_tangan", "pengisi", "ternyata" };

    return one_of(phrase_code(ts, i, rs->forms.words.kata, used), kata, sizeof kata / sizeof *kata) ||
           phrase_is(ts, i, rs->forms.words.answers, "sapaan", used) ||
           phrase_is(ts, i, rs->forms.words.answers, "sopan", used);
}

/* Among the tokens from..to something is said to be wrong: `salah ketik`, and not `yang benar`. */
static bool says_wrong(const struct ruleset *rs, const struct tokens *ts, unsigned from, unsigned to)
{
    struct negation n;

    for (unsigned i = from; i < to; i++)
        if (negation_at(ts, i, rs->forms.words.negators, &n) && n.kind == NEGATION_FALSE)
            return true;
    return false;
}

/* It says that something is not so, or not known to be; *mends: that another value was wrong, too. */
static bool says_not(const struct ruleset *rs, const struct tokens *ts, unsigned i, unsigned *used,
                     bool *mends)
{
    static const char *const codes[] = { "tidak", "batal", "ragu" };
    struct slice code = phrase_code(ts, i, rs->forms.words.answers, used);
    struct negation n;

    *mends = slice_is(code, "ralat") && says_wrong(rs, ts, i, i + *used);
    if (*mends || one_of(code, codes, sizeof codes / sizeof *codes))
        return true;
    *used = 1;
    if (!negation_at(ts, i, rs->forms.words.negators, &n) || n.kind == NEGATION_GONE ||
        n.kind == NEGATION_NONE_OF)
        return false; /* `14 bulan kurang`: nearly; `110/70 tidak ada keluhan`: of something else */
    *used = n.used;
    return true;
}

/* The first token of the words that end before token `end` and say nothing, or say no. */
static unsigned begin_of(const struct ruleset *rs, const struct tokens *ts, unsigned end, bool no,
                         bool *mends)
{
    enum {
        PHRASE = 4
    };
    unsigned used;

    for (unsigned i = end > PHRASE ? end - PHRASE : 0; i < end; i++)
        if ((no ? says_not(rs, ts, i, &used, mends) : beside_nothing(rs, ts, i, &used)) && i + used == end)
            return i;
    return end;
}

static unsigned skip_nothing_back(const struct ruleset *rs, const struct tokens *ts, unsigned end)
{
    unsigned from;
    bool mends;

    while (end > 0 && (from = begin_of(rs, ts, end, false, &mends)) < end)
        end = from;
    return end;
}

/* The tokens of the value before a no: `9,2 eh salah`; 0: there is none. */
static unsigned before_no(const struct ruleset *rs, const struct tokens *ts, bool *mends)
{
    unsigned end = ts->n, from;

    while ((from = begin_of(rs, ts, end, true, mends)) == end) { /* `salah itu` is one, so is `salah` */
        unsigned nothing = begin_of(rs, ts, end, false, mends);

        if (nothing == end)
            return 0;
        end = nothing;
    }
    return skip_nothing_back(rs, ts, from);
}

/* The first token of the value behind a no that nothing parts from it: `bukan 9,2`; 0: there is none.  What
 * was said to be wrong is another one, `salah 9,2`. */
static unsigned behind_no(const struct ruleset *rs, const struct tokens *ts)
{
    bool no = false, mends;
    unsigned used = 1;

    for (unsigned i = 0; i < ts->n; i += used) {
        struct negation n;

        if (i > 0 && ts->t[i].sep & SEP_HARD)
            no = false;
        if (negation_at(ts, i, rs->forms.words.negators, &n) && n.kind < NEGATION_NIL) {
            used = n.used;
            no = true;
        } else if (says_not(rs, ts, i, &used, &mends)) {
            no = false;
        } else if (!beside_nothing(rs, ts, i, &used)) {
            return no ? i : 0;
        }
    }
    return 0;
}

/* The no is a word of a value: `tidak dikenal`. */
static bool in_value(const struct field *asked, const struct tokens *ts)
{
    unsigned used;

    for (unsigned i = 0; asked && asked->list && i < ts->n; i++)
        if (phrase_at(ts, i, asked->list, &used) && used > 1)
            return true;
    return false;
}

bool understand_unsays(const struct ruleset *rs, const struct form *form, const struct field *asked,
                       struct slice text, struct arena *a, struct unsaid *out)
{
    struct slice clean = text_clean(text, a), end;
    struct tokens ts;
    struct negation n;
    unsigned to, from, used;

    *out = (struct unsaid){ 0 };
    if (!tokens_cut(clean, form, &rs->forms, a, &ts) || ts.n == 0 || in_value(asked, &ts))
        return false;
    end = slice_skip(clean, clean.n);
    to = before_no(rs, &ts, &out->mends);
    from = to ? 0 : behind_no(rs, &ts);
    if (!to && !from)
        return false;
    out->value.p = ts.t[from].text.p;
    out->value.n = (size_t)((to && to < ts.n ? ts.t[to].text.p : end.p) - out->value.p);
    out->value = slice_trim(out->value);
    out->behind = to != 0;
    while (to < ts.n && beside_nothing(rs, &ts, to, &used))
        to += used;
    out->signs =
        !out->behind || (negation_at(&ts, to, rs->forms.words.negators, &n) && negation_of_signs(n.kind) &&
                         !phrase_is(&ts, to, rs->forms.words.answers, "ragu", &used));
    return true;
}
