/* words.c - see words.h. */
#include "flows/talk/words.h"

#include <string.h>

#include "flows/talk/cut.h"
#include "parsers/text.h"

enum {
    THANKS_MAX = 40, /* letters */
    LABEL_MOST = 64  /* bytes of a label and a word on its end */
};

static bool is_label(const struct field *f, struct slice word)
{
    for (unsigned i = 0; f && i < f->labels_n; i++)
        if (slice_ieq(f->labels[i], word))
            return true;
    return false;
}

bool words_labelled(const struct field *f, struct slice text, struct arena *a)
{
    struct cut c;

    cut_words(NULL, text, a, &c);
    for (unsigned i = 0; i < c.n; i++)
        if (is_label(f, c.word[i]))
            return true;
    return false;
}

bool words_there(const struct ruleset *rules, struct slice word)
{
    const struct word *w = list_find(rules->forms.words.functions, word);

    return w && slice_is(w->also, "masih_ada");
}

/* `ada`, `masih` to a sign that is asked about: it is there. */
static bool affirms(const struct ruleset *rules, const struct field *asked, struct slice word)
{
    return asked && asked->as == AS_SIGNS && words_there(rules, word);
}

/* A comma or the like between words i - 1 and i. */
static bool parted(const struct cut *c, unsigned i)
{
    const char *p = i > 0 ? c->at[i - 1] + c->word[i - 1].n : c->at[i];

    for (; p < c->at[i]; p++)
        if (*p != ' ' && *p != '\t')
            return true;
    return false;
}

/* The bits of the known words at the beginning; *to is the first word that is none. */
static unsigned known_words(const struct ruleset *rules, const struct field *asked, const struct cut *c,
                            struct arena *a, unsigned *to)
{
    const struct word_list *list = rules->forms.words.answers;
    unsigned bits = 0, used = 1;
    bool polite = false;

    for (*to = 0; list && *to < c->n; *to += used) {
        unsigned bit = cut_phrase(list, c, *to, a, &used);
        bool ya = used == 1 && list_says(rules->forms.words.functions, c->word[*to], "ya");

        if (!bit)
            bit = affirms(rules, asked, c->word[*to]) ? SAID_YES
                  : is_label(asked, c->word[*to])     ? SAID_FILLER
                                                      : 0;
        if (!bit)
            break;
        polite = bit == SAID_POLITE || (polite && !parted(c, *to));
        if (ya && (polite || (bits && *to + used == c->n))) /* `makasih ya bu`; `ga jadi ya` */
            bit = SAID_FILLER;
        if (bit != SAID_FILLER && bit != SAID_POLITE)
            bits |= bit;
    }
    return cut_recalled(bits, *to == c->n);
}

enum answer_word words_answer(const struct ruleset *rules, const struct field *asked, struct slice text,
                              struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, asked, &c, a, &to);
    if (c.more || to < c.n)
        return WORD_NONE;
    switch (bits & ~(unsigned)SAID_EARLIER) {
    case SAID_YES:
    case SAID_YES | SAID_ALL:
        return WORD_YES;
    case SAID_NO:
    case SAID_NO | SAID_MENDING:
    case SAID_MENDING:
        return WORD_NO;
    case SAID_NEW:
    case SAID_NEW | SAID_NO:
        return WORD_NEW;
    case SAID_OTHER:
    case SAID_OTHER | SAID_NO:
        return WORD_OTHER;
    case SAID_NOTHING_THERE:
    case SAID_NOTHING_THERE | SAID_NO:
    case SAID_NOTHING_THERE | SAID_YES: /* `ya bu tidak ada` */
        return WORD_NOTHING;
    case SAID_CANCEL:
    case SAID_CANCEL | SAID_YES: /* `ya sudah batal aja` */
        return WORD_CANCEL;
    default:
        return WORD_NONE;
    }
}

bool words_yes_to_all(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to);
    return !c.more && to == c.n && bits == (SAID_YES | SAID_ALL);
}

static bool says_false(const struct form_set *forms, struct slice word)
{
    const struct word *w = list_find(forms->words.negators, word);

    return w && slice_is(w->code, "salah");
}

enum answer_word words_again(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to);
    if (c.more || to < c.n)
        return WORD_NONE;
    for (unsigned i = 0; i < c.n; i++) /* `salah`, `salah ketik`: which of them? */
        if (!(bits & SAID_EARLIER) && says_false(&rules->forms, c.word[i]))
            return WORD_NONE;
    switch (bits) {
    case SAID_REPLACE: /* `ganti bu`, `ya ganti` */
    case SAID_REPLACE | SAID_YES:
    case SAID_REPLACE | SAID_EARLIER:
    case SAID_EARLIER | SAID_NO: /* `yang tadi salah` */
        return WORD_YES;
    case SAID_EARLIER | SAID_YES: /* `yang tadi benar` */
        return WORD_NO;
    case SAID_MENDING: /* `tadi salah`, `harusnya`: which of them? */
        return WORD_NONE;
    default:
        return words_answer(rules, NULL, text, a);
    }
}

bool words_agree(const struct ruleset *rules, enum answer_word with, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits,
        may = with == WORD_YES ? SAID_YES | SAID_ALL : SAID_NO | SAID_OTHER | SAID_NEW | SAID_MENDING;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to) & ~(unsigned)SAID_EARLIER;
    return !c.more && to == c.n && !(bits & ~may);
}

/* `tensinya`: the label of a field with a word on its end that says nothing. */
static struct slice label_alone(const struct word_list *list, const struct form *form, struct slice word)
{
    if (word.n > LABEL_MOST)
        return word;
    for (size_t n = word.n; form && n-- > 2;) {
        const struct word *w = list_find(list, slice_skip(word, n));

        if (!w || !slice_is(w->code, "sapaan"))
            continue;
        for (unsigned f = 0; f < form->fields_n; f++)
            if (is_label(&form->fields[f], slice_take(word, n)))
                return slice_take(word, n);
    }
    return word;
}

bool words_label(const struct ruleset *rules, const struct form *form, struct slice low)
{
    struct slice word = label_alone(rules->forms.words.answers, form, low);

    for (const struct label *l = form_labels(form, word); l; l = l->next)
        if (slice_ieq(l->first, word))
            return true;
    return false;
}

struct slice words_plain(const struct ruleset *rules, const struct form *form, struct slice text,
                         struct arena *a)
{
    const struct word_list *list = rules->forms.words.answers;
    struct slice plain = slice_make("", 0);
    bool comma = false;
    struct cut c;

    cut_words(rules->forms.vocabulary, text, a, &c);
    if (c.more)
        return text;
    for (unsigned i = 0, used; list && i < c.n; i += used) {
        unsigned bit = cut_phrase(list, &c, i, a, &used);

        comma |= plain.n && parted(&c, i);
        if (bit == SAID_FILLER || bit == SAID_POLITE)
            continue;
        used = 1;
        plain = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(plain),
                             comma     ? ", "
                             : plain.n ? " "
                                       : "",
                             SLICE_ARG(label_alone(list, form, c.word[i])));
        comma = false;
    }
    return plain;
}

/* The first negator among the known words up to `to` that reaches as far as there; or `to`. */
static unsigned negated_from(const struct ruleset *rules, const struct cut *c, unsigned to, struct arena *a)
{
    const struct word_list *list = rules->forms.words.answers;
    const struct form_set *forms = &rules->forms;
    unsigned from = to, used = 1;

    for (unsigned i = 0; list && i < to; i += used) {
        unsigned bit = cut_phrase(list, c, i, a, &used);

        if (bit == SAID_MENDING || parted(c, i))
            from = to;
        if (bit == SAID_NO && from == to && !says_false(forms, c->word[i]) &&
            vocabulary_word(forms->vocabulary, c->word[i], NULL)->begins & forms->words.negators->bit)
            from = i;
    }
    return parted(c, to) ? to : from;
}

/* The text from word i on, as typed. */
static struct slice from_word(const struct cut *c, unsigned i, struct slice text)
{
    return slice_make(c->at[i], (size_t)(text.p + text.n - c->at[i]));
}

struct slice words_behind_yes(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to) & ~(unsigned)SAID_EARLIER;
    return bits == SAID_YES && !c.more && to < c.n ? from_word(&c, to, text) : slice_make("", 0);
}

struct slice words_behind_pick(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to);
    return (bits == SAID_REPLACE || bits == (SAID_REPLACE | SAID_YES)) && to < c.n ? from_word(&c, to, text)
                                                                                   : slice_make("", 0);
}

/* `tapi 10,9` at word i: what is so instead. */
static bool but_number(const struct ruleset *rules, const struct cut *c, unsigned i)
{
    const struct word *w = i + 1 < c->n ? list_find(rules->forms.words.kata, c->word[i]) : NULL;

    return w && slice_is(w->code, "tapi") && text_is_digit(c->word[i + 1].p[0]);
}

struct slice words_correction(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct cut c;
    unsigned to, bits;

    cut_words(rules->forms.vocabulary, text, a, &c);
    bits = known_words(rules, NULL, &c, a, &to) & ~(unsigned)SAID_EARLIER;
    if (bits == SAID_YES && but_number(rules, &c, to)) /* `ya tapi 10,9` */
        return from_word(&c, to + 1, text);
    if (bits & SAID_FORGOT) /* `oh iya lupa bu, 8,5` */
        bits &= ~(unsigned)(SAID_YES | SAID_FORGOT), bits |= SAID_MENDING;
    if (to == c.n || !(bits & (SAID_NO | SAID_MENDING)) || bits & ~(unsigned)(SAID_NO | SAID_MENDING))
        return text;
    if (!text_is_digit(c.word[to].p[0]))
        to = negated_from(rules, &c, to, a);
    return from_word(&c, to, text);
}

bool words_mended(const struct ruleset *rules, struct slice text, struct arena *a, struct slice *before,
                  struct slice *after)
{
    const struct word_list *list = rules->forms.words.answers;
    const char *end = text.p + text.n;
    struct cut c;
    unsigned used = 1;

    cut_words(rules->forms.vocabulary, text, a, &c);
    for (unsigned i = 0; list && !c.more && i < c.n; i += used)
        if (cut_phrase(list, &c, i, a, &used) == SAID_MENDING) {
            const char *next = i + used < c.n ? c.at[i + used] : end;

            *before = slice_make(text.p, (size_t)(c.at[i] - text.p));
            *after = slice_make(next, (size_t)(end - next));
            return true;
        }
    return false;
}

bool words_names_report(const struct ruleset *rules, struct slice word)
{
    const struct word_list *list = rules->forms.words.answers;
    const struct word *w = list ? list_find(list, word) : NULL;

    return w && slice_is(w->code, "laporan");
}

bool words_ask(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '?')
            return true;
    return false;
}

bool words_say(const struct ruleset *rules, const char *code, struct slice text, struct arena *a)
{
    const struct word_list *list = list_by_name(&rules->forms, S("iya"));
    struct cut c;

    cut_words(rules->forms.vocabulary, text, a, &c);
    for (unsigned i = 0; list && i < c.n; i++)
        for (unsigned n = PHRASE_MAX; n > 0; n--) {
            struct slice joined = cut_joined(&c, i, n, false, a);
            const struct word *w = joined.n ? list_find(list, joined) : NULL;

            if (w && slice_is(w->code, code))
                return true;
            if (w) {
                i += n - 1; /* `jangan batal`: the longest counts */
                break;
            }
        }
    return false;
}

/* A word of the list `kata` with this code begins at word i. */
static bool is_kata(const struct word_list *list, const struct cut *c, unsigned i, const char *code,
                    unsigned *used, struct arena *a)
{
    for (unsigned n = PHRASE_MAX; n > 0; n--) {
        const struct word *w = i + n <= c->n ? list_find(list, cut_joined(c, i, n, false, a)) : NULL;

        *used = n;
        if (w)
            return slice_is(w->code, code);
    }
    *used = 1;
    return false;
}

static bool has_word(struct slice text, struct slice word)
{
    while (text.n)
        if (slice_ieq(slice_cut(&text, ' '), word))
            return true;
    return false;
}

/* `ya janinnya meninggal`: whom the question is about, by another word. */
static bool is_who_died(const struct ruleset *rules, struct slice died, const struct cut *c, unsigned i,
                        unsigned *used, struct arena *a)
{
    const struct word_list *kata = rules->forms.words.kata;
    const struct word_list *people = rules->forms.words.people;
    bool unborn = slice_is(died, "janin");

    return died.n && ((unborn && is_kata(kata, c, i, "janin", used, a)) ||
                      is_kata(people, c, i, unborn ? "anak" : arena_copy(a, died).p, used, a));
}

/* What the text says to whether somebody died, as bits; a word of something else: none.  *death: it has the
 * word of death. */
static unsigned death_bits(const struct ruleset *rules, struct slice whom, struct slice died,
                           struct slice text, struct arena *a, bool *death)
{
    const struct word_list *iya = rules->forms.words.answers;
    const struct word_list *kata = rules->forms.words.kata;
    const struct word_list *negators = rules->forms.words.negators;
    unsigned bits = 0, used = 1;
    struct cut c;

    *death = false;
    cut_words(rules->forms.vocabulary, text, a, &c);
    for (unsigned i = 0; iya && kata && negators && i < c.n; i += used) {
        if (is_kata(kata, &c, i, "mati", &used, a) || is_kata(kata, &c, i, "mati_bayi", &used, a) ||
            is_kata(kata, &c, i, "mati_janin", &used, a)) {
            *death = true;
            continue;
        }
        if (is_who_died(rules, died, &c, i, &used, a) || is_kata(kata, &c, i, "kini", &used, a))
            continue;                                  /* `ya meninggal tadi pagi` */
        if (is_kata(kata, &c, i, "hidup", &used, a)) { /* `masih hidup bu` */
            *death = true;
            bits |= SAID_NO;
            continue;
        }
        used = 1;
        if (cut_phrase(iya, &c, i, a, &used) == SAID_UNSURE) {
            bits |= SAID_UNSURE;
            continue;
        }
        used = 1;
        if (list_find(negators, c.word[i])) {
            bits |= SAID_NO;
        } else if (!has_word(whom, c.word[i]) && !is_kata(kata, &c, i, "pengisi", &used, a)) {
            unsigned bit = cut_phrase(iya, &c, i, a, &used);

            if (!(bit & (SAID_YES | SAID_NO | SAID_FILLER)))
                return SAID_KEEP;
            bits |= bit & (SAID_YES | SAID_NO);
        }
    }
    return c.more ? SAID_KEEP : bits;
}

enum answer_word words_death_answer(const struct ruleset *rules, struct slice whom, struct slice died,
                                    struct slice text, struct arena *a)
{
    bool death;

    switch (death_bits(rules, whom, died, text, a, &death)) {
    case 0:
    case SAID_YES:
        return death ? WORD_YES : WORD_NONE;
    case SAID_NO:
        return death ? WORD_NO : WORD_NONE;
    default:
        return WORD_NONE;
    }
}

enum answer_word words_sure(const struct ruleset *rules, struct slice whom, struct slice text,
                            struct arena *a)
{
    enum answer_word plain = words_answer(rules, NULL, text, a);
    bool death;

    if (plain != WORD_NONE)
        return plain;
    switch (death_bits(rules, whom, slice_make("", 0), text, a, &death)) {
    case 0:
    case SAID_YES:
        return death ? WORD_YES : WORD_NONE;
    case SAID_NO:
    case SAID_UNSURE:
    case SAID_NO | SAID_UNSURE:
        return WORD_NO;
    default:
        return WORD_NONE;
    }
}

bool words_thank(const struct ruleset *rules, struct slice text)
{
    const struct word_list *list = rules->forms.words.kata;
    const struct word *w = list ? word_by_code(list, S("terima_kasih")) : NULL;

    text = slice_trim(text);
    if (slice_has_digit(text)) /* `mksh bu, bb 9,2` answers */
        return false;
    for (unsigned i = 0; w && text.n <= THANKS_MAX && i < w->synonyms_n; i++) {
        struct slice word = w->synonyms[i];

        if (text.n >= word.n && slice_ieq(slice_take(text, word.n), word) &&
            (text.n == word.n || strchr(" .,!", text.p[word.n])))
            return true;
    }
    return false;
}
