/* unmeasured.c - words that say why what is asked is not measured: `tensimeternya rusak`, `belum sempat
 * diukur`, `nangis terus, ga mau ditimbang`, `nanti ya bu`.  See unmeasured.h.
 *
 * The words are the list `ukur`.  Nothing here is heard beside a number, which may be the value after all. */
#include "flows/understand/values/unmeasured.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    LONGEST = 200, /* bytes: more says more than that */
    REACH = 3      /* words between a device and what is said of it */
};

struct hearing {
    const struct words *words;
    const struct word_list *list;
    struct slice asked; /* the name of the field; or empty */
    struct tokens ts;
};

/* The code of the list at token i; of a field that is not asked: none. */
static struct slice code_at(const struct hearing *h, unsigned i, unsigned *used)
{
    struct slice code = phrase_code(&h->ts, i, h->list, used), rest = code, kind = slice_cut(&rest, ' ');

    return rest.n && h->asked.n && !slice_eq(rest, h->asked) ? slice_make("", 0) : kind;
}

static bool is(const struct hearing *h, unsigned i, const char *code, unsigned *used)
{
    return slice_is(code_at(h, i, used), code);
}

/* A no begins at token i; *used: its words. */
static bool no_at(const struct hearing *h, unsigned i, unsigned *used)
{
    struct negation n;
    bool no = negation_at(&h->ts, i, h->words->negators, &n) && n.kind <= NEGATION_NOT_YET;

    *used = n.used;
    return no || (i < h->ts.n && list_says(h->words->functions, h->ts.t[i].low, "lupa"));
}

/* Behind token i, and a few words, is said that the device is of no use: it is broken, or it is not there. */
static bool useless(const struct hearing *h, unsigned i)
{
    unsigned used, more;

    for (unsigned k = i; k < h->ts.n && k <= i + REACH; k++) {
        if (is(h, k, "rusak", &used) || is(h, k, "kosong", &used))
            return true;
        if (no_at(h, k, &used))
            return k + used == h->ts.n || !is(h, k + used, "rusak", &more);
    }
    return false;
}

/* A no stands before token i, with no more than `ada` or `bawa` between: `ga ada alatnya`, `tensi belum`. */
static bool none_before(const struct hearing *h, unsigned i)
{
    unsigned used, more;

    for (unsigned k = i > REACH ? i - REACH : 0; k < i; k++)
        if (no_at(h, k, &used)) {
            unsigned at = k + used;

            while (at < i && is(h, at, "ada", &more))
                at += more;
            if (at == i)
                return true;
        }
    return false;
}

static bool lacks_device(const struct hearing *h)
{
    unsigned used, none;

    for (unsigned i = 0; i < h->ts.n; i += used)
        if (is(h, i, "alat", &used) &&
            (useless(h, i + used) || none_before(h, i) || (i > 0 && is(h, i - 1, "rusak", &none))))
            return true;
    return false;
}

/* `belum sempat diukur`, `ga mau ditimbang`; or the no behind it, `ditimbang ga mau`. */
static bool not_done(const struct hearing *h)
{
    unsigned used, more;

    for (unsigned i = 0; i < h->ts.n; i += used) {
        unsigned at;

        if (!no_at(h, i, &used))
            continue;
        at = i + used;
        while (at < h->ts.n && is(h, at, "sempat", &more))
            at += more;
        if (is(h, at, "ukur", &more) || (i > 0 && at == h->ts.n && is(h, i - 1, "ukur", &more)))
            return true;
    }
    return false;
}

static bool unknown_yet(const struct hearing *h)
{
    unsigned used;

    for (unsigned i = 0; i < h->ts.n; i++)
        if (phrase_is(&h->ts, i, h->words->answers, "ragu", &used) ||
            list_says(h->words->functions, h->ts.t[i].low, "lupa"))
            return true;
    return false;
}

/* `belum bu`, and no more. */
static bool only_not_yet(const struct hearing *h)
{
    struct negation n;
    unsigned used;
    bool not_yet = false;

    for (unsigned i = 0; i < h->ts.n; i += used) {
        if (negation_at(&h->ts, i, h->words->negators, &n) && n.kind == NEGATION_NOT_YET) {
            not_yet = true;
            used = n.used;
        } else if (!phrase_is(&h->ts, i, h->words->answers, "sapaan", &used)) {
            return false;
        }
    }
    return not_yet;
}

/* Nothing but that there is no value: `tidak`, `belum diukur`, `kosong`. */
static bool only_none(const struct hearing *h)
{
    unsigned used, more;
    bool none = false;

    for (unsigned i = 0; i < h->ts.n; i += used) {
        struct negation n;

        if (negation_at(&h->ts, i, h->words->negators, &n) && n.kind == NEGATION_NONE_OF &&
            !is(h, i + n.used - 1, "ada", &more)) /* `tanpa keluhan` is of signs */
            return false;
        if (no_at(h, i, &used) || is(h, i, "kosong", &used))
            none = true;
        else if (!is(h, i, "ukur", &used) && !is(h, i, "sempat", &used) && !is(h, i, "ada", &used))
            return false;
    }
    return none;
}

/* A number, or a word of one. */
static bool has_number(const struct hearing *h)
{
    unsigned used;

    for (unsigned i = 0; i < h->ts.n; i++) {
        const struct token *t = &h->ts.t[i];

        if (t->kind == TOKEN_NUMBER || t->label || (t->text.n && text_is_digit(t->text.p[0])) ||
            phrase_at(&h->ts, i, h->words->numbers, &used))
            return true;
    }
    return false;
}

bool understand_is_measure(const struct field *f)
{
    return f && (f->type == FIELD_PRESSURE ||
                 (f->type == FIELD_NUMBER &&
                  (f->unit == UNIT_KG || f->unit == UNIT_CM || f->unit == UNIT_CELSIUS ||
                   f->unit == UNIT_MGDL || f->unit == UNIT_GDL)));
}

enum unmeasured understand_unmeasured(const struct ruleset *rs, const struct field *asked, struct slice text,
                                      struct arena *a)
{
    struct hearing h = { .words = &rs->forms.words,
                         .list = list_by_name(&rs->forms, S("ukur")),
                         .asked = asked ? asked->name : slice_make("", 0) };
    bool measure = understand_is_measure(asked);

    if (!h.list || text.n > LONGEST || !tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &h.ts) ||
        has_number(&h))
        return UNMEASURED_NOT;
    if (phrase_any(&h.ts, h.list, "nanti") || only_not_yet(&h))
        return UNMEASURED_YET;
    if (measure && (lacks_device(&h) || not_done(&h) || phrase_any(&h.ts, h.list, "segan")))
        return UNMEASURED_CANNOT;
    return unknown_yet(&h) ? UNMEASURED_YET : UNMEASURED_NOT;
}

/* The number, or a word that says that it is a guess, before which stands only that nobody knows it. */
static unsigned guess_at(const struct hearing *h, const struct word_list *before)
{
    unsigned used, i = 0;
    bool unknown = false;

    for (; i < h->ts.n && h->ts.t[i].kind != TOKEN_NUMBER; i++) {
        bool more = phrase_is(&h->ts, i, h->words->answers, "ragu", &used);

        if (unknown && !more &&
            (slice_is(phrase_code(&h->ts, i, before, &used), "kira") || (h->ts.t[i].sep & SEP_COMMA)))
            return i;
        unknown |= more;
    }
    return unknown && i < h->ts.n && (h->ts.t[i].sep & SEP_COMMA) ? i : h->ts.n;
}

struct slice understand_estimated(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct hearing h = { .words = &rs->forms.words };
    struct slice plain = text_plain(text, a);
    bool figure = false, guess;
    unsigned i, used;

    if (text.n > LONGEST || !tokens_cut(plain, NULL, &rs->forms, a, &h.ts))
        return text;
    i = guess_at(&h, h.words->before);
    for (unsigned k = i; k < h.ts.n; k++)
        figure |= h.ts.t[k].kind == TOKEN_NUMBER;
    if (!figure)
        return text;
    guess = slice_is(phrase_code(&h.ts, i, h.words->before, &used), "kira");
    return arena_printf(a, "%s%.*s", guess ? "" : "kira2 ", (int)(plain.p + plain.n - h.ts.t[i].text.p),
                        h.ts.t[i].text.p);
}

bool understand_says_none(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct hearing h = { .words = &rs->forms.words, .list = list_by_name(&rs->forms, S("ukur")) };

    return h.list && text.n <= LONGEST && tokens_cut(text, NULL, &rs->forms, a, &h.ts) && only_none(&h);
}
