/* beside_answer.c - what stands beside an answer or a correction without a label: signs, and her age behind
 * her name.  See beside_answer.h. */
#include "flows/understand/beside_answer.h"

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/read.h"
#include "parsers/phrase.h"

enum {
    AGE_MOST = 4 /* tokens of a value with its units: `1 th 2 bl` */
};

/* A sign is named beside the value: `110/70 pusing`. */
static bool sign_beside(const struct filling *x)
{
    int f = form_as(x->form, AS_SIGNS);
    unsigned used;

    for (unsigned i = 0; f >= 0 && x->form->fields[f].companion >= 0 && i < x->ts.n; i++)
        if (!x->ts.t[i].taken && phrase_at(&x->ts, i, x->words->signs, &used))
            return true;
    return false;
}

static void add(struct filling *x, int f, const struct value *signs)
{
    for (unsigned i = 0; i < signs->n; i++)
        understand_add_sign(x, &x->form->fields[f], signs->items[i]);
}

void understand_keep_signs(struct filling *x, const struct report *known)
{
    int f = form_as(x->form, AS_SIGNS), beside = f >= 0 ? x->form->fields[f].companion : -1;
    const struct value *words;
    struct value now;

    if (f < 0 || beside < 0)
        return;
    words = &known->values[beside];
    now = x->slots[f].value;
    if (x->slots[f].filled && now.kind == VALUE_LIST) { /* in the order in which they were said */
        x->slots[f].value = (struct value){ 0 };
        add(x, f, &known->values[f]);
        add(x, f, &now);
    }
    if (x->slots[beside].filled && words->kind == VALUE_TEXT)
        x->slots[beside].value.text = arena_printf(x->arena, "%.*s %.*s", SLICE_ARG(words->text),
                                                   SLICE_ARG(x->slots[beside].value.text));
}

void understand_signs_beside(struct filling *x, const struct report *known)
{
    int f = form_as(x->form, AS_SIGNS);

    if (f < 0 || x->slots[f].filled || !sign_beside(x))
        return;
    understand_signs(x, 0);
    understand_keep_signs(x, known);
}

bool understand_only_signs_left(const struct filling *x)
{
    int f = form_as(x->form, AS_SIGNS);
    unsigned used = 1;
    bool any = false;

    for (unsigned i = 0; f >= 0 && i < x->ts.n; i += used) {
        used = 1;
        if (x->ts.t[i].taken || x->ts.t[i].kind == TOKEN_EMPTY)
            continue;
        if (!phrase_at(&x->ts, i, x->words->signs, &used))
            return false;
        any = true;
    }
    return any;
}

static bool take_age(struct filling *x, const struct field *age, unsigned at)
{
    struct got g;

    if (at >= x->ts.n || x->ts.t[at].taken || x->ts.t[at].kind != TOKEN_NUMBER)
        return false;
    g = understand_read(x, age, at, true);
    if (g.fit != FIT_YES || g.used < 2 || g.companion >= 0)
        return false;
    understand_take(x, age, at, &g, true);
    return true;
}

void understand_age_beside(struct filling *x)
{
    int nama = form_as(x->form, AS_NAME), age = form_as(x->form, AS_AGE);
    unsigned at = nama >= 0 ? x->slots[nama].to : 0;

    if (age >= 0 && at && x->slots[nama].labelled && !x->slots[age].filled &&
        !take_age(x, &x->form->fields[age], at))
        (void)take_age(x, &x->form->fields[age], 0);
}

unsigned understand_first_word(const struct filling *x)
{
    unsigned at = 0;

    while (at + 1 < x->ts.n && x->ts.t[at].other)
        at++;
    return at;
}

/* The only field that the number at token k and its unit are a value of, up to `end`; NULL: none, or several.
 */
static const struct field *by_unit(struct filling *x, unsigned k, unsigned end, struct got *out)
{
    const struct field *only = NULL;
    unsigned n = 0;

    for (unsigned i = 0; x->ts.t[k].kind == TOKEN_NUMBER && i < x->form->fields_n; i++) {
        const struct field *f = &x->form->fields[i];
        struct got g;

        if (f->type != FIELD_AGE && f->type != FIELD_NUMBER)
            continue;
        g = understand_read(x, f, k, true);
        if (g.fit != FIT_YES || g.used < 2 || k + g.used != end || g.companion >= 0)
            continue;
        only = f;
        *out = g;
        n++;
    }
    return n == 1 ? only : NULL;
}

unsigned understand_behind_name(struct filling *x, unsigned end)
{
    bool name = false; /* a word that no list knows */

    for (unsigned k = 1; x->answers && k + 1 < end; k++) {
        const struct field *f;
        struct got g;

        name |= understand_may_name(x, k - 1);
        f = name ? by_unit(x, k, end, &g) : NULL;
        if (f) {
            understand_take(x, f, k, &g, true);
            return k;
        }
    }
    return end;
}

unsigned understand_before_name(struct filling *x)
{
    struct got g;

    for (unsigned to = 2; x->answers && to < x->ts.n && to <= AGE_MOST; to++) {
        const struct field *f = by_unit(x, 0, to, &g);

        if (f) {
            understand_take(x, f, 0, &g, true);
            return to;
        }
    }
    return 0;
}

static bool is_free_word(const struct filling *x, unsigned i)
{
    return i < x->ts.n && !x->ts.t[i].taken && x->ts.t[i].kind == TOKEN_WORD;
}

/* Of a name that nothing leads to it is asked whether it is one. */
static void take_name(struct filling *x, const struct field *f, unsigned from, unsigned to, bool behind)
{
    struct got g = { .fit = FIT_YES, .companion = -1 };
    unsigned begin = from;
    struct slice name;

    if (!understand_free_name(x, &from, &to) || !understand_name(x, from, to, &name))
        return;
    if (behind && from == begin) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
    }
    g.value = value_text(name);
    g.used = to - from;
    understand_take(x, f, from, &g, true);
}

void understand_name_beside(struct filling *x, const struct field *f)
{
    unsigned from = 0, to = 0;

    while (is_free_word(x, to))
        to++;
    if (x->slots[f->position].filled || to == x->ts.n)
        return;
    if (to > 0) {
        take_name(x, f, 0, to, false);
        return;
    }
    while (from < x->ts.n && x->ts.t[from].taken)
        from++;
    for (to = from; is_free_word(x, to);)
        to++;
    if (to == x->ts.n && to > from)
        take_name(x, f, from, understand_without_courtesy(x, from, to), true);
}
