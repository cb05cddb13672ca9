/* parts.c - words between # in the place of a number (RULINGS 1, 10, 25).  See understand.h.
 *
 * Between # * ; | the slot decides: words there use up the place of their field, and no number behind them
 * moves into it. */
#include "flows/understand/understand.h"

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
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_WORD && (x->ts.t[i].sep & SEP_HASH);
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
