/* parts.c - words between # in the place of a number, or beside it (RULINGS 1, 10, 15, 25).  See
 * numbers.h.
 *
 * Between # * ; | the slot decides: words there use up the place of their field, and no number behind them
 * moves into it; a number with words beside the value of the slot is no other field's. */
#include "flows/understand/values/numbers.h"

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/before.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/read.h"
#include "flows/understand/values/unmeasured.h"
#include "parsers/amount.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

unsigned understand_part_end(const struct filling *x, unsigned i)
{
    unsigned to = i + 1;

    while (to < x->ts.n && !(x->ts.t[to].sep & (SEP_HASH | SEP_LINE | SEP_DASH)))
        to++;
    return to;
}

/* The last of the required fields; NULL: none is there. */
static const struct slot *last_required(const struct filling *x)
{
    const struct slot *last = NULL;

    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct slot *s = &x->slots[x->variant->required[r]];

        if (s->filled && s->at < x->head_end && (!last || s->at > last->at))
            last = s;
    }
    return last;
}

unsigned understand_behind_required(const struct filling *x)
{
    const struct slot *last = last_required(x);

    return last ? last->at + 1 : x->head_end;
}

/* It stands between # itself; else a `;` is a mark in a sentence. */
static bool by_slots(const struct filling *x)
{
    const struct slot *last = last_required(x);

    return last && (x->ts.t[last->at].sep & SEP_HASH);
}

static bool is_part(const struct filling *x, unsigned i)
{
    return i < x->ts.n && (x->ts.t[i].sep & SEP_HASH) &&
           (x->ts.t[i].kind == TOKEN_WORD || (x->ts.t[i].kind == TOKEN_NUMBER && x->ts.t[i].other));
}

/* A value of the form stands in the part by its label. */
static bool has_labelled(const struct filling *x, unsigned i, unsigned to)
{
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->slots[f].filled && x->slots[f].labelled && x->slots[f].at >= i && x->slots[f].at < to)
            return true;
    return false;
}

/* A number that nobody has taken yet stands from token i on, before `to`. */
static bool has_number(const struct filling *x, unsigned i, unsigned to)
{
    for (; i < to; i++)
        if (x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].taken && !x->ts.t[i].other)
            return true;
    return false;
}

/* Signs, or a number that is another thing's: `kolesterol 220`. */
static bool says_something(const struct filling *x, unsigned i, unsigned to)
{
    for (; i < to; i++)
        if (x->ts.t[i].kind != TOKEN_WORD || x->ts.t[i].other || (x->ts.t[i].taken && !x->ts.t[i].loose))
            return true;
    return false;
}

enum part_kind understand_words_there(const struct filling *x, unsigned i)
{
    unsigned to;

    if (!is_part(x, i) || !by_slots(x) || (x->another_at && i >= x->another_at))
        return PART_OPEN;
    to = understand_part_end(x, i);
    if (has_labelled(x, i, to) || has_number(x, i, to))
        return PART_OPEN;
    if (says_something(x, i, to))
        return PART_WORDS;
    /* With no number behind it a remark is one, `hpl 12/2/27`; a single word that no list knows is none. */
    return has_number(x, to, x->ts.n) || (to == i + 1 && x->ts.t[i].known && !x->ts.t[i].known->longest)
               ? PART_UNREAD
               : PART_WORDS;
}

bool understand_list_first(const struct filling *x, unsigned i)
{
    return i == x->head_end && x->head_uses < x->variant->uses_n &&
           x->form->fields[x->variant->uses[x->head_uses]].type == FIELD_CHOICES;
}

const struct field *understand_named_there(const struct filling *x, unsigned i)
{
    unsigned to = understand_part_end(x, i);

    if (!x->ts.t[i].taken || !(x->ts.t[i].sep & SEP_HASH))
        return NULL;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_NUMBER && x->slots[f].filled && x->slots[f].at >= i &&
            x->slots[f].at < to && (x->slots[f].labelled || x->slots[f].unit))
            return &x->form->fields[f];
    return NULL;
}

void understand_not_given(struct filling *x)
{
    if (!x->ts.hash || x->form->fields[0].type != FIELD_NAME || !form_has(x->form, FIELD_NUMBER))
        return;
    for (unsigned i = 1, to; i < x->ts.n; i = to) {
        to = understand_part_end(x, i);
        if (!is_part(x, i) || x->ts.t[i].taken ||
            !understand_says_none(x->rs, understand_span(x, i, to), x->arena))
            continue;
        for (unsigned k = i + 1; k < to; k++)
            x->ts.t[k].taken = true;
        x->ts.t[i].kind = TOKEN_EMPTY;
    }
}

/* --- a second number in a slot --- */

/* The tokens of the number at token i, with its unit. */
static unsigned number_used(const struct filling *x, unsigned i)
{
    unsigned day = understand_day_at(x, i);
    struct amount n;

    if (day)
        return day;
    return amount_read(&x->ts, i, x->words->units, &n) && n.used ? n.used : 1;
}

/* Something that is said of its own: a label, a sign, a value of a list.  What is behind it is not the words
 * of this slot.  `lahir 3 kg` is no day of birth. */
static bool own_word(const struct filling *x, unsigned i)
{
    struct label_at l;
    unsigned used;

    if ((understand_label_at(x, i, &l) && l.field->type != FIELD_DATE) || understand_sign_near(x, i, &used) ||
        understand_negator(x, i))
        return true;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return true;
    return phrase_at(&x->ts, i, x->words->sex, &used) != NULL;
}

/* A number that others judge: of days and months, `1 th lebih 6 bl`, and a pressure (RULINGS 18). */
static bool judged_elsewhere(const struct filling *x, unsigned i)
{
    struct slice unit = { 0 };
    unsigned used;

    if (i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_WORD && !(x->ts.t[i + 1].sep & SEP_HARD))
        unit = phrase_code(&x->ts, i + 1, x->words->units, &used);
    return slice_find(x->ts.t[i].low, '/') < x->ts.t[i].low.n || slice_is(unit, "hr") ||
           slice_is(unit, "mg") || slice_is(unit, "bl") || slice_is(unit, "th");
}

/* The first number of the part i..to; `to` when anything but a label or her sex is before it. */
static unsigned value_of_part(const struct filling *x, unsigned i, unsigned to)
{
    unsigned used;

    while (i < to && x->ts.t[i].kind == TOKEN_WORD &&
           (x->ts.t[i].taken || phrase_at(&x->ts, i, x->words->sex, &used)))
        i++;
    return i < to && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].other ? i : to;
}

/* Brackets, a day, a time gone by, a difference: what the number behind them is, is said. */
static bool says_of_what(const struct filling *x, unsigned i)
{
    static const char *const KINDS[] = { "lalu", "dahulu", "selisih", "jam_lain", "tgl_lain", "nomor_lain" };
    struct slice code;
    unsigned used;

    if ((x->ts.t[i].sep & SEP_ODD) || phrase_at(&x->ts, i, x->words->days, &used))
        return true;
    code = phrase_code(&x->ts, i, x->words->before, &used);
    for (unsigned k = 0; k < sizeof KINDS / sizeof *KINDS; k++)
        if (slice_is(code, KINDS[k]))
            return true;
    return false;
}

/* The value at token i is asked about, wherever it was or will be read. */
static void doubt_value(struct filling *x, unsigned i)
{
    x->ts.t[i].approx = true;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->slots[f].filled && x->slots[f].at <= i && i < x->slots[f].to && !x->slots[f].error)
            x->slots[f].error = ERROR_AMBIGUOUS;
}

/* Number i is of the words from `from` on.  When they do not say of what, the value is asked about, and that
 * of the next slot too, unless it is the like of the value: `80 merah 11#45`.  False: no slot is behind it.
 */
static bool of_words(struct filling *x, unsigned value, unsigned from, unsigned i)
{
    unsigned next = understand_part_end(x, i);

    if (from == i || !says_of_what(x, from)) {
        bool same = understand_alike(x, value, i);

        if (!same && (next >= x->ts.n || !(x->ts.t[next].sep & SEP_HASH)))
            return false;
        doubt_value(x, value);
        next = value_of_part(x, next, understand_part_end(x, next));
        if (!same && next < x->ts.n && x->ts.t[next].kind == TOKEN_NUMBER)
            doubt_value(x, next);
    }
    understand_mark_other(x, from, i + number_used(x, i));
    return true;
}

static void numbers_beside(struct filling *x, unsigned i, unsigned to)
{
    unsigned from = 0, joins = 0, used, value = i; /* the first word beside the value; 0: none yet */

    for (i += number_used(x, i); i < to; i++) {
        const struct token *t = &x->ts.t[i];

        if (t->taken || t->other)
            continue;
        if (t->kind == TOKEN_WORD) {
            if (own_word(x, i))
                return;
            if (!from && understand_filler(x, i, &used))
                joins = i;
            else if (!from)
                from = i;
            continue;
        }
        if (t->kind != TOKEN_NUMBER || judged_elsewhere(x, i))
            return;
        if (!from)
            from = !understand_alike(x, value, i) ? 0 : joins ? joins : i; /* `11,5 11,6` */
        if (!from && (t->sep & SEP_ODD))
            from = i;
        if (from && !of_words(x, value, from, i))
            return;
        i += number_used(x, i) - 1; /* not marked: `8,4 70`, two values */
    }
}

void understand_beside_value(struct filling *x)
{
    enum {
        SLOTS = 3 /* so many parts are slots; fewer may be marks in a sentence */
    };
    unsigned parts = 0;

    if (!x->ts.hash || x->form->fields[0].type != FIELD_NAME || !form_has(x->form, FIELD_NUMBER))
        return;
    for (unsigned i = 0; i < x->ts.n; i++)
        parts += (x->ts.t[i].sep & SEP_HASH) != 0;
    for (unsigned i = 1, to; i < x->ts.n && parts >= SLOTS; i = to) {
        to = understand_part_end(x, i);
        if ((x->ts.t[i].sep & SEP_HASH) && value_of_part(x, i, to) < to)
            numbers_beside(x, value_of_part(x, i, to), to);
    }
}

/* Sex or age said once more, at token i, and not as before; the tokens of it. */
static unsigned said_again(struct filling *x, unsigned i)
{
    int jk = form_as(x->form, AS_SEX), age = form_as(x->form, AS_AGE);
    struct got g = jk >= 0 ? understand_read(x, &x->form->fields[jk], i, false) : understand_no();

    if (g.fit == FIT_YES && x->slots[jk].filled) {
        if (!value_equal(&g.value, &x->slots[jk].value))
            understand_fault(x, &x->form->fields[jk], ERROR_CONTRADICTION, false, i);
        return g.used;
    }
    g = age >= 0 ? understand_read(x, &x->form->fields[age], i, false) : understand_no();
    if (g.fit == FIT_YES && (g.unit || g.companion >= 0) && understand_done(x, &x->form->fields[age])) {
        bool agrees = g.companion < 0 && understand_age_agrees(x, g.value.text);
        int64_t born;

        if (g.companion >= 0 && date_parse_iso(g.value.text, &born))
            agrees = understand_age_agrees(
                x, arena_printf(x->arena, "%lldbl", (long long)date_months_between(born, x->today)));
        if (!agrees)
            understand_fault(x, &x->form->fields[age], ERROR_CONTRADICTION, false, i);
        return g.used;
    }
    return 0;
}

/* Behind a number it may be the name of another child. */
static bool names_somebody(const struct filling *x, unsigned i)
{
    return x->variant != &x->form->variants[0] && form_as(x->form, AS_NUMBER) >= 0 &&
           x->ts.t[i].kind == TOKEN_WORD && understand_may_name(x, i);
}

bool understand_rest_of_part(struct filling *x, const struct field *due, unsigned i)
{
    unsigned to = understand_part_end(x, i), used;

    if (i == 0 || !x->ts.hash || (x->ts.t[i].sep & SEP_HASH) || to >= x->ts.n ||
        !(x->ts.t[to].sep & SEP_HASH) || understand_read(x, due, to, false).fit != FIT_YES)
        return false;
    for (unsigned k = i; k < to; k++)
        if (names_somebody(x, k))
            return false;
    for (unsigned k = i; k < to; k += used ? used : 1)
        used = x->ts.t[k].taken ? 0 : said_again(x, k);
    understand_mark_other(x, i, to);
    return true;
}

void understand_unread_part(struct filling *x)
{
    unsigned i = x->head_end;
    enum part_kind part = understand_words_there(x, i);

    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];

        if (part != PART_OPEN && !understand_done(x, f) &&
            (f->type == FIELD_NUMBER || f->type == FIELD_CHOICES) &&
            !says_something(x, i, understand_part_end(x, i)))
            understand_fault_words(x, f, ERROR_INVALID, i, understand_part_end(x, i));
        if (!understand_done(x, f))
            return;
    }
}

bool understand_born_behind(struct filling *x, const struct field *f, unsigned i, unsigned *next)
{
    int birth = form_as(x->form, AS_BIRTH);
    struct got g;

    if (f->type != FIELD_AGE || birth < 0 || x->slots[f->position].filled || !x->slots[birth].labelled ||
        x->slots[birth].at < i || x->slots[birth].reject || x->ts.t[i].kind != TOKEN_NUMBER)
        return false;
    g = understand_read(x, f, i, false);
    if (g.fit != FIT_YES || !g.unit || g.companion >= 0)
        return false;
    if (!understand_age_agrees(x, g.value.text))
        understand_fault(x, &x->form->fields[birth], ERROR_CONTRADICTION, false, i);
    for (unsigned t = i; t < i + g.used; t++)
        x->ts.t[t].taken = true;
    *next = i + g.used;
    return true;
}
