/* guess.c - see guess.h. */
#include "flows/talk/guess.h"

#include "flows/talk/words.h"
#include "flows/understand/understanding.h"
#include "parsers/amount.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static bool is_sex(const struct ruleset *rules, const struct tokens *ts)
{
    unsigned used;

    return ts->n && phrase_at(ts, 0, rules->forms.words.sex, &used) && used == ts->n;
}

/* `4 bulan`, `kira2 4 bulan`. */
static bool is_age(const struct ruleset *rules, const struct tokens *ts)
{
    struct amount n;
    unsigned used = 0;
    bool guessed = ts->n && slice_is(phrase_code(ts, 0, rules->forms.words.before, &used), "kira");
    unsigned i = guessed ? used : 0;

    return i < ts->n && amount_read(ts, i, rules->forms.words.units, &n) && i + n.used == ts->n &&
           !n.broken && (slice_is(n.unit, "bl") || slice_is(n.unit, "th") || slice_is(n.unit, "hr"));
}

static bool missing(const struct draft *d, int field)
{
    return field >= 0 && d->values[field].kind == VALUE_ABSENT;
}

/* The field that the text is a value of, where another is asked for; -1: none. */
static int other_field(const struct ruleset *rules, const struct draft *d, const struct field *asked,
                       const struct tokens *ts)
{
    int sex = form_as(d->form, AS_SEX), age = form_as(d->form, AS_AGE);

    if (asked->type == FIELD_NAME && missing(d, sex) && is_sex(rules, ts))
        return sex;
    if ((asked->type == FIELD_NAME || asked->type == FIELD_SEX || asked->as == AS_WEIGHT) &&
        missing(d, age) && missing(d, form_as(d->form, AS_BIRTH)) && is_age(rules, ts))
        return age;
    return -1;
}

struct slice guess_said(const struct ruleset *rules, const struct draft *d, const struct field *asked,
                        struct slice text, struct arena *a)
{
    struct slice plain;
    struct tokens ts;
    int f;

    text = understand_estimated(rules, text, a);
    if (!d || !d->form || !asked)
        return text;
    plain = text_plain(words_plain(rules, d->form, text, a), a);
    f = tokens_cut(plain, NULL, &rules->forms, a, &ts) ? other_field(rules, d, asked, &ts) : -1;
    return f < 0 ? text
                 : arena_printf(a, "%.*s %.*s", SLICE_ARG(d->form->fields[f].labels[0]), SLICE_ARG(plain));
}
