/* measured_danger.c - a measure of somebody else (measured.c), or one that the form does not ask for, that is
 * a danger of the day: it reaches staff beside the report (SPEC 2.2).  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/values/before.h"
#include "flows/understand/values/read.h"
#include "gateway/conf/rules.h"
#include "parsers/phrase.h"

/* A filling of the form with these words, of which nothing is read. */
static struct filling *words_of(const struct filling *x, const struct form *form, struct slice words)
{
    struct filling *then = ARENA_NEW(x->arena, struct filling);

    if (!then)
        return NULL;
    *then = (struct filling){ .rs = x->rs,
                              .form = form,
                              .variant = &form->variants[0],
                              .words = x->words,
                              .arena = x->arena,
                              .today = x->today,
                              .slots = ARENA_ARRAY(x->arena, struct slot, form->fields_n) };
    return then->slots && tokens_cut(words, form, &x->rs->forms, x->arena, &then->ts) ? then : NULL;
}

/* Of a form that is about such people: the first that has the measure which stands at the end of the words.
 * Alone, it is a danger of the day there. */
static bool endangers(const struct filling *x, enum form_about about, struct slice words)
{
    for (unsigned n = 0; n < x->rs->forms.n; n++) {
        const struct form *form = &x->rs->forms.forms[n];
        struct filling *then = form->about == about ? words_of(x, form, words) : NULL;
        unsigned i;

        if (!then || then->ts.n < 2)
            continue;
        i = then->ts.n - 1;
        for (unsigned f = 0; f < form->fields_n; f++) {
            struct value values[FORM_FIELDS] = { 0 };
            struct finding found;
            struct label_at l;
            bool labelled = understand_label_at(then, i - 1, &l) && l.used == 1;
            struct got g;

            if (labelled ? l.field != &form->fields[f] : form->fields[f].type != FIELD_PRESSURE)
                continue;
            g = understand_read(then, &form->fields[f], i, true);
            values[f] = g.value;
            return g.fit == FIT_YES && rules_findings(x->rs->rules, form, values, &found, 1) &&
                   found.class >= URGENCY_E2;
        }
    }
    return false;
}

/* As in most reports of a form that keeps no words: nobody is spoken of, and nothing is a pressure. */
static bool nobody_measured(const struct filling *x, struct slice words)
{
    return x->whole && !(x->ts.begins & x->words->people->bit) && slice_find(words, '/') == (size_t)-1;
}

/* The measure at token i with its words, when it is a danger; or empty.  It is of her whom the report is
 * about, unless somebody else is named before it. */
static struct slice dangerous(const struct filling *x, const struct filling *words, unsigned i)
{
    static const enum form_about all[] = { FORM_ABOUT_PERSON, FORM_ABOUT_MOTHER, FORM_ABOUT_CHILD };
    unsigned from = understand_measured(words, i), used;
    struct slice code = phrase_code(&words->ts, from, x->words->people, &used);
    struct slice said = understand_span(words, from < i ? from : i - 1, i + 1);
    bool danger = false;

    if (from < i) {
        danger = endangers(x,
                           slice_is(code, "ibu")    ? FORM_ABOUT_MOTHER
                           : slice_is(code, "anak") ? FORM_ABOUT_CHILD
                                                    : FORM_ABOUT_PERSON,
                           said);
    } else if (understand_measures(&x->rs->forms, words->ts.t[i - 1].low)) {
        danger = endangers(x, x->form->about, said);
        for (size_t k = 0; !danger && k < sizeof all / sizeof *all; k++)
            danger = endangers(x, all[k], said);
    }
    return danger ? said : slice_make("", 0);
}

struct slice understand_measured_today(struct filling *x)
{
    int signs = form_as(x->form, AS_SIGNS), beside = signs >= 0 ? x->form->fields[signs].companion : -1;
    /* Where a form keeps no words, as they were sent. */
    struct slice words = beside >= 0 ? x->slots[beside].value.text : x->text;
    struct slice found = slice_make("", 0);
    struct filling *then;

    if (!slice_has_digit(words) || (beside < 0 && nobody_measured(x, words)) || !x->rs->rules ||
        (beside >= 0 && x->slots[beside].value.kind != VALUE_TEXT) ||
        (beside < 0 && form_as(x->form, AS_REASON) >= 0)) /* it is among the reasons, which are told */
        return found;
    then = words_of(x, x->form, words);
    for (unsigned i = 1; then && !found.n && i < then->ts.n; i++)
        if (then->ts.t[i].kind == TOKEN_NUMBER)
            found = dangerous(x, then, i);
    return found;
}
