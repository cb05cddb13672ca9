/* another.c - somebody else in the words of a report, behind the first one's values (RULINGS 19, 50, 54):
 * nothing of it is read into these, and the sender is told what was left out.  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    NAME_WORDS = 4 /* of somebody who is named so, and no more */
};

static bool is_sex(const struct filling *x, unsigned i, unsigned *used)
{
    struct label_at l;

    return x->ts.t[i].kind == TOKEN_WORD && phrase_at(&x->ts, i, x->words->sex, used) &&
           !(understand_label_at(x, i, &l) && l.field->type != FIELD_SEX); /* `lk 44` */
}

static bool is_figure(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].other;
}

/* A word that may be a name's: none that a list of the form, or of the language, has. */
static bool may_name(const struct filling *x, unsigned i)
{
    unsigned used;

    return x->ts.t[i].kind == TOKEN_WORD && !x->ts.t[i].other &&
           !phrase_at(&x->ts, i, x->words->units, &used) && !phrase_at(&x->ts, i, x->words->signs, &used) &&
           !understand_filler(x, i, &used) && !understand_negator(x, i);
}

/* Where the name before the sex at token i begins; i where there is none. */
static unsigned name_before(const struct filling *x, unsigned i)
{
    unsigned k = i;

    while (k > 0 && i - k < NAME_WORDS && may_name(x, k - 1) && (k == i || !understand_parted(x, k)))
        k--;
    return k;
}

/* A sex without a name is somebody else's only with a report's worth of figures behind it: `P 20/11 2,4 46`.
 */
static bool is_somebody(const struct filling *x, unsigned from, unsigned sex, unsigned used)
{
    return is_figure(x, sex + used) && (from < sex || is_figure(x, sex + used + 1));
}

/* Free words keep all that is said in them. */
static bool keeps_all(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_TEXT && !form->fields[f].hidden &&
            form->fields[f].as != AS_LOCATION)
            return true;
    return false;
}

/* Where another's words begin: a second sex, behind figures; the end where there is none. */
static unsigned by_sex(const struct filling *x)
{
    bool first = false, figures = false;

    for (unsigned i = 0, used = 1; i < x->ts.n && phrase_may_be(&x->ts, x->words->sex); i += used) {
        unsigned from;

        used = 1;
        figures |= first && x->ts.t[i].kind == TOKEN_NUMBER;
        if (!is_sex(x, i, &used))
            continue;
        from = name_before(x, i);
        if (figures && is_somebody(x, from, i, used))
            return from;
        first = true;
    }
    return x->ts.n;
}

/* The same of those whose sex is known: a name, a figure, and a second pressure: `Rina 30 120/80`. */
static unsigned by_pressure(const struct filling *x)
{
    bool first = false;

    for (unsigned i = 0; i < x->ts.n; i++) {
        unsigned from;

        if (x->ts.t[i].kind != TOKEN_NUMBER || slice_find(x->ts.t[i].low, '/') == (size_t)-1)
            continue;
        from = i > 0 && is_figure(x, i - 1) ? name_before(x, i - 1) : i;
        if (first && from + 1 < i)
            return from;
        first = true;
    }
    return x->ts.n;
}

/* A label of any form, `RUJUK … tensi 180`, or one of this form misspelt. */
static bool like_label(const struct filling *x, struct slice word)
{
    const struct form_set *forms = &x->rs->forms;

    for (unsigned i = 0; i < forms->n; i++)
        for (unsigned f = 0; f < forms->forms[i].fields_n; f++)
            for (unsigned l = 0; l < forms->forms[i].fields[f].labels_n; l++) {
                struct slice label = forms->forms[i].fields[f].labels[l];

                if (slice_ieq(label, word) ||
                    (&forms->forms[i] == x->form && slice_one_edit(text_folded(label, x->arena), word)))
                    return true;
            }
    return false;
}

/* A word that no list knows, and no label, misspelt or not: `suhuu 37`. */
static bool is_name(const struct filling *x, unsigned i)
{
    const struct token *t = &x->ts.t[i];

    return t->kind == TOKEN_WORD && !t->other && t->known && !t->known->longest && t->text.n > 2 &&
           !like_label(x, t->low);
}

/* The one whom the report is about is named again. */
static bool is_first(const struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < i && x->ts.t[k].kind == TOKEN_WORD; k++)
        if (slice_eq(x->ts.t[k].low, x->ts.t[i].low))
            return true;
    return false;
}

/* An age, a week or a day: a whole number, and the unit of one. */
static bool is_count(const struct filling *x, unsigned i, unsigned *used)
{
    static const char *const units[] = { "th", "bl", "mg", "hr" };
    const struct token *t = &x->ts.t[i];
    unsigned of_unit = 0;
    struct slice unit;
    bool known = false;

    *used = 1;
    if (!is_figure(x, i) || !slice_all_digits(t->low) || t->low.n > 3)
        return false;
    unit = i + 1 < x->ts.n ? phrase_code(&x->ts, i + 1, x->words->units, &of_unit) : slice_make("", 0);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        known |= slice_is(unit, units[k]);
    *used += known ? of_unit : 0;
    return known || !unit.n;
}

/* Something is said of somebody from token i on: a figure, a sign, and of a referral behind `dan` any word.
 */
static bool says_more(const struct filling *x, unsigned i, bool listed)
{
    unsigned used;

    return i < x->ts.n && (is_figure(x, i) || understand_sign_near(x, i, &used) ||
                           (listed && keeps_all(x->form) && x->ts.t[i].kind == TOKEN_WORD));
}

/* The same by a name, a count and something behind it, where the first one has a figure already: `Rina 4
 * 36,5`, `Rina 30 kejang`. */
static unsigned by_name(const struct filling *x)
{
    bool figures = false;

    for (unsigned i = 0; i < x->ts.n; i++) {
        unsigned from = i, of_count, used;
        bool listed;

        if (!is_figure(x, i))
            continue;
        while (figures && from > 0 && i - from < NAME_WORDS && is_name(x, from - 1) &&
               (from == i || !understand_parted(x, from)))
            from--;
        figures = true;
        if (from == i || is_first(x, from) || understand_is(x, from - 1, "letak", &used) ||
            !is_count(x, i, &of_count))
            continue;
        listed = understand_parted(x, from) || understand_is(x, from - 1, "sambung", &used) ||
                 phrase_at(&x->ts, from - 1, x->words->people, &used);
        if (says_more(x, i + of_count, listed))
            return from;
    }
    return x->ts.n;
}

/* Words that join what stands behind them: `dan`, `sama`, `plus`; *used: their tokens. */
static bool joins(const struct filling *x, unsigned i, unsigned *used)
{
    return understand_is(x, i, "sambung", used) || phrase_is(&x->ts, i, x->words->answers, "tambah", used);
}

/* `… dan 2 dbd`: so many of them, and not so many of the first. */
static bool counted_before(const struct filling *x, unsigned i)
{
    unsigned used;

    return i > 1 && is_figure(x, i - 1) && !understand_parted(x, i) && joins(x, i - 2, &used);
}

/* The word of one more disease stands apart from the place before it, from token `from` to `to`: behind a
 * comma or `dan`, or with people of its own, `rt 3 dbd 2 org`. */
static bool counted_apart(const struct filling *x, unsigned from, unsigned to)
{
    unsigned used;
    struct negation n;

    for (unsigned k = from > 2 ? from - 2 : 0; k < from; k++)
        if (negation_at(&x->ts, k, x->words->negators, &n) && k + n.used == from)
            return false;
    return understand_parted(x, from) || joins(x, from - 1, &used) || counted_before(x, from) ||
           (is_figure(x, to) && to + 1 < x->ts.n && !understand_parted(x, to) &&
            slice_is(phrase_code(&x->ts, to + 1, x->words->units, &used), "org"));
}

/* Where a second disease begins, behind the figures of the first; the end where there is none. */
static unsigned by_kind(const struct filling *x, unsigned *to)
{
    const struct word_list *list = x->form->counts >= 0 ? x->form->fields[x->form->counts].list : NULL;
    const struct word *first = NULL;
    unsigned first_to = 0, of_joint;
    bool figures = false;

    for (unsigned i = 0, used; list && i < x->ts.n; i += used) {
        const struct word *w = phrase_at(&x->ts, i, list, &used);

        figures |= first && is_figure(x, i);
        if (!w || (used == 1 && x->ts.t[i].low.n < 3) || x->ts.t[i].other)
            continue;
        if (first && (figures || (joins(x, i - 1, &of_joint) && i - 1 == first_to)) &&
            !slice_eq(first->code, w->code) && counted_apart(x, i, i + used)) {
            *to = i + used;
            return i;
        }
        first_to = first ? first_to : i + used;
        first = first ? first : w;
    }
    return x->ts.n;
}

/* `kasus diare 3 org rt 4 sama dbd 1 org`: the second disease is kept from the place of the first, and it is
 * asked which one is meant. */
static bool second_kind(struct filling *x)
{
    unsigned to, from = by_kind(x, &to), end = from, used;

    if (from >= x->ts.n)
        return false;
    while (end < x->ts.n && !understand_signs_off(x, end))
        end++;
    x->kind_at = from;
    x->kind_to = to;
    from -= counted_before(x, from);
    x->beside = understand_span(x, from, end);
    while (joins(x, from - 1, &used))
        from--;
    for (unsigned k = from; k < end; k++)
        x->ts.t[k].taken = true;
    return true;
}

static unsigned begin_of(const struct filling *x)
{
    unsigned pressure, name;

    if (form_as(x->form, AS_SEX) >= 0)
        return by_sex(x);
    pressure = by_pressure(x);
    name = form_as(x->form, AS_NAME) >= 0 ? by_name(x) : x->ts.n;
    return name < pressure ? name : pressure;
}

void understand_another(struct filling *x)
{
    unsigned from = begin_of(x), used;

    if (from >= x->ts.n && second_kind(x))
        return;
    x->beside = understand_span(x, from, x->ts.n);
    if (from >= x->ts.n || keeps_all(x->form))
        return;
    while (from > 0 && understand_is(x, from - 1, "sambung", &used)) /* `… dan Budi L 6` */
        from--;
    x->another_at = from;
    for (unsigned k = from; k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}

/* A number that can only be a weight of birth. */
static bool is_weight(struct filling *x, unsigned i)
{
    int bb = form_as(x->form, AS_WEIGHT), tb = form_as(x->form, AS_HEIGHT);

    return x->ts.t[i].kind == TOKEN_NUMBER && bb >= 0 && tb >= 0 &&
           understand_read(x, &x->form->fields[bb], i, false).fit == FIT_YES &&
           understand_read(x, &x->form->fields[tb], i, false).fit != FIT_YES;
}

bool understand_twins(struct filling *x)
{
    unsigned used, next, weights = 0;
    bool twins = false, sexes = false;

    if (!form_is(x->form, FORM_BIRTH) || !phrase_code_may_be(&x->ts, "kembar"))
        return false;
    for (unsigned i = 0; i < x->ts.n; i++) {
        twins |= understand_is(x, i, "kembar", &used);
        weights += is_weight(x, i);
        if (x->ts.t[i].taken || !is_sex(x, i, &used))
            continue;
        next = i + used;
        while (next < x->ts.n && understand_is(x, next, "sambung", &used))
            next += used;
        sexes |= next < x->ts.n && is_sex(x, next, &used);
    }
    if (!twins || !(sexes || weights > 1))
        return false;
    for (unsigned k = 0; k < x->ts.n; k++)
        x->ts.t[k].taken = true;
    understand_fault(x, &x->form->fields[form_as(x->form, AS_SEX)], ERROR_AMBIGUOUS, true, TOKENS_MAX);
    return x->withdrawn = x->twins = true;
}
