/* destination.c - where a referral is to go, and why: the words of the one are none of the other (RULINGS 36,
 * 46, 52).  See destination.h. */
#include "flows/understand/values/destination.h"

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/before.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

enum {
    BACK = 4, /* words before a place that say how it is meant */
};

/* A word of lists/arah.yaml. */
static bool way(const struct filling *x, unsigned i, const char *code, unsigned *used)
{
    return slice_is(phrase_code(&x->ts, i, x->words->ways, used), code);
}

static const struct field *field_as(const struct filling *x, enum meaning as)
{
    int f = form_as(x->form, as);

    return f < 0 ? NULL : &x->form->fields[f];
}

/* Something happened that no sign names: `jatuh dari motor`. */
static bool cries(const struct filling *x, unsigned i, unsigned *used)
{
    struct slice code = phrase_code(&x->ts, i, x->words->help, used);

    return slice_is(code, "darurat") || slice_is(code, "hari");
}

/* A phrase that begins before token i reaches over it: `jatuh ke sumur`. */
static bool within_sign(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > BACK ? i - BACK : 0; k < i; k++)
        if ((phrase_at(&x->ts, k, x->words->signs, &used) && k + used > i) ||
            (cries(x, k, &used) && k + used > i))
            return true;
    return false;
}

/* `tidak mau ke`, `belum dibawa ke`, `pulang dari`, `sudah ke`: she is not on the way to it. */
static bool not_thither(const struct filling *x, unsigned i)
{
    struct negation n;
    bool leaves = false;
    unsigned used;

    for (unsigned k = i; k-- > 0 && i - k <= BACK && !understand_parted(x, k + 1);) {
        if (negation_at(&x->ts, k, x->words->negators, &n) && negation_of_keywords(n.kind) && k + n.used <= i)
            return true;
        if (way(x, k, "dari_sana", &used) && k + used <= i)
            return !leaves;
        if (way(x, k, "berangkat", &used))
            leaves = true;
        else if (!way(x, k, "menuju", &used))
            return false;
    }
    return false;
}

/* `menjalar ke kaki`, `dari kepala ke kaki`, `naik ke 39`: how far something goes. */
static bool how_far(const struct filling *x, unsigned i)
{
    unsigned used;

    if (i + 1 < x->ts.n &&
        (understand_is(x, i + 1, "zona", &used) || phrase_at(&x->ts, i + 1, x->words->numbers, &used)))
        return true;
    for (unsigned k = i; k-- > 0 && i - k <= BACK && !understand_parted(x, k + 1);)
        if ((way(x, k, "sejauh", &used) && k + used == i) || understand_says(x, k, "dari"))
            return true;
    return false;
}

/* Words of a sign, a cry for help, or another field begin at token i: no place goes over them. */
static bool is_no_place(const struct filling *x, unsigned i)
{
    const struct field *why = field_as(x, AS_REASON);
    unsigned used;
    bool keep;

    return understand_sign_near(x, i, &used) || cries(x, i, &used) || understand_is(x, i, "keadaan", &used) ||
           understand_is(x, i, "mati", &used) || understand_is(x, i, "tapi", &used) ||
           understand_negator(x, i) || (why && understand_text_label(x, i, why, &keep));
}

/* The token at which another patient's words begin; none: the end. */
static unsigned anothers(const struct filling *x)
{
    unsigned i = 0;

    while (i < x->ts.n && !(x->beside.n && x->ts.t[i].text.p >= x->beside.p))
        i++;
    return i;
}

/* The end of the place that begins there: where a sign is named before the end, the part with it is no place,
 * nor are the words that lead to it. */
static unsigned place_end(const struct filling *x, unsigned from)
{
    unsigned to = understand_text_end(x, from), k = from, another = anothers(x), part, used;

    to = another > from && another < to ? another : to;
    while (k < to && !is_no_place(x, k))
        k++;
    if (k == to)
        return to;
    for (part = k; part > from && !(x->ts.t[part].sep & SEP_HARD);)
        part--;
    if (part > from)
        return part;
    while (k > from + 1 && (understand_filler(x, k - 1, &used) || x->ts.t[k - 1].other ||
                            phrase_at(&x->ts, k - 1, x->words->people, &used)))
        k--;
    return k;
}

bool understand_destination(const struct filling *x, unsigned i, bool *keep)
{
    const struct field *f = field_as(x, AS_DESTINATION);
    unsigned used;
    bool label;

    *keep = true;
    if (!f || i >= x->ts.n || x->ts.t[i].taken || x->ts.t[i].other)
        return false;
    label = understand_text_label(x, i, f, keep);
    if (!label && !phrase_at(&x->ts, i, f->list, &used))
        return false;
    if (!label) {
        unsigned from = i > 0 && understand_text_label(x, i - 1, f, &label) ? i - 1 : i;

        *keep = true;
        return !not_thither(x, from);
    }
    if (within_sign(x, i) || not_thither(x, i))
        return false;
    return i + 1 >= x->ts.n || phrase_at(&x->ts, i + 1, f->list, &used) ||
           (!how_far(x, i) && place_end(x, i + 1) > i + 1);
}

bool understand_destination_named(const struct filling *x, unsigned i)
{
    const struct field *f = field_as(x, AS_DESTINATION);
    unsigned used;
    bool keep;

    return f && understand_destination(x, i, &keep) && phrase_at(&x->ts, keep ? i : i + 1, f->list, &used);
}

static void join(struct filling *x, const struct field *f, unsigned from, unsigned to)
{
    struct got g = { .fit = FIT_YES, .companion = -1, .used = to - from };
    struct slice said = x->slots[f->position].value.text, words = understand_span(x, from, to);

    if (slice_empty(words))
        return;
    if (said.n) {
        x->slots[f->position].value =
            value_text(arena_printf(x->arena, "%.*s, %.*s", SLICE_ARG(said), SLICE_ARG(words)));
        for (unsigned k = from; k < to; k++)
            x->ts.t[k].taken = true;
        return;
    }
    g.value = value_text(words);
    understand_take(x, f, from, &g, false);
}

unsigned understand_take_destination(struct filling *x, unsigned from)
{
    const struct field *f = field_as(x, AS_DESTINATION), *why = field_as(x, AS_REASON);
    struct got g = { .fit = FIT_YES, .companion = -1 };
    unsigned to = place_end(x, from), end = understand_text_end(x, from), another = anothers(x);
    struct slice text = to > from ? slice_trim(understand_span(x, from, to)) : S("");

    if (!slice_empty(text) && !x->slots[f->position].filled) { /* `ke ||||` */
        g.used = to - from;
        g.value = value_text(text);
        understand_take(x, f, from, &g, false);
    }
    for (; to < end && to >= another; to++)
        x->ts.t[to].taken = true; /* kept in x->beside */
    return why && to < end ? understand_take_reason(x, why, to) : to;
}

unsigned understand_take_reason(struct filling *x, const struct field *f, unsigned i)
{
    unsigned end = understand_text_end(x, i), to = i, used;
    bool keep = true;

    if (understand_text_label(x, i, f, &keep)) /* `ke rsud karena perdarahan` */
        x->ts.t[i++].taken = true;
    for (to = i; to < end && !understand_destination(x, to, &keep);)
        to++;
    if (to > i)
        join(x, f, i, to);
    if (to >= end || understand_is(x, to, "terima_kasih", &used))
        return to;
    x->ts.t[to].taken = !keep; /* `ke pustu`: the label, then the word */
    return understand_take_destination(x, keep ? to : to + 1);
}

/* `rujuk Bu Ana tensi 210/120`: a pressure that was passed over on the way to her age is why; nobody else's.
 */
static void passed_pressures(struct filling *x, const struct field *why)
{
    const struct slot *s = &x->slots[why->position];

    for (unsigned i = 0; i + 1 < x->ts.n; i++) {
        if (!x->ts.t[i].other || !x->ts.t[i + 1].other || x->ts.t[i + 1].kind != TOKEN_NUMBER ||
            understand_measured(x, i + 1) != i || (s->filled && i >= s->at && i < s->to) ||
            (i > 0 && list_find(x->words->people, x->ts.t[i - 1].low)))
            continue;
        x->ts.t[i].other = x->ts.t[i + 1].other = false;
        join(x, why, i, i + 2);
    }
}

void understand_reason_behind(struct filling *x, unsigned from)
{
    const struct field *why = field_as(x, AS_REASON);
    unsigned used;

    if (why)
        passed_pressures(x, why);
    for (unsigned i = from; why && i < anothers(x); i++)
        if (!x->ts.t[i].taken &&
            (understand_sign_near(x, i, &used) || cries(x, i, &used) || understand_negator(x, i)))
            (void)understand_take_reason(x, why, i);
}
