/* instead.c - one value is said to be wrong and another to be right in its place: `bukan 9,2 tapi 9,4`
 * (RULINGS 43, 56).  Which field is meant, only a value that is there can say.  See understanding.h. */
#include "flows/understand/understanding.h"

#include <string.h>

#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    PIECES = 3 /* a label, what is wrong, what is right */
};

enum part {
    PART_VALUE,
    PART_NO,      /* bukan, salah */
    PART_BUT,     /* tapi, harusnya */
    PART_NOTHING, /* bu, ya */
    PART_UNSURE,  /* belum pasti */
};

struct halves {
    const struct ruleset *rs;
    struct tokens ts;
    struct {
        unsigned from, to;
        bool but; /* `tapi` or a comma stands before it */
    } piece[PIECES];
    unsigned n, before; /* pieces; those before the no */
    bool no, more;      /* more than can be told apart */
    bool isnt;          /* it denies what follows: `bukan`, `tidak`; of `salah` it is what stands before */
};

static bool says_false(const struct halves *h, unsigned from, unsigned to)
{
    struct negation n;

    for (unsigned i = from; i < to; i++)
        if (negation_at(&h->ts, i, h->rs->forms.words.negators, &n) && n.kind == NEGATION_FALSE)
            return true;
    return false;
}

static enum part part_at(const struct halves *h, unsigned i, unsigned *used)
{
    const struct words *w = &h->rs->forms.words;
    struct slice code = phrase_code(&h->ts, i, w->answers, used);
    unsigned as_kata;
    struct slice kata = phrase_code(&h->ts, i, w->kata, &as_kata);
    struct negation n;

    if (slice_is(code, "ralat"))
        return says_false(h, i, i + *used) ? PART_NO : PART_BUT;
    if (slice_is(code, "tidak"))
        return PART_NO;
    if (slice_is(code, "ragu"))
        return PART_UNSURE;
    if (slice_is(code, "sapaan") || slice_is(code, "sopan") || (slice_is(code, "ya") && h->n == 0))
        return PART_NOTHING;
    if (negation_at(&h->ts, i, w->negators, &n) && (n.kind < NEGATION_NIL || n.kind == NEGATION_FALSE)) {
        *used = n.used;
        return PART_NO;
    }
    *used = as_kata;
    if (slice_is(kata, "tapi"))
        return PART_BUT;
    if (slice_is(kata, "partikel") || slice_is(kata, "pengisi") || slice_is(kata, "ternyata") ||
        slice_is(kata, "terima_kasih"))
        return PART_NOTHING;
    *used = 1;
    return PART_VALUE;
}

/* A value goes on, or begins. */
static void add_value(struct halves *h, unsigned i, unsigned used, bool *open, bool *but)
{
    bool wrong_said = h->no && h->n > 0 && h->before + 1 == h->n;

    if (*open && wrong_said && h->ts.t[i].sep & (SEP_COMMA | SEP_LINE | SEP_DASH)) {
        *open = false; /* `bukan 9,2, 9,4` */
        *but = true;
    }
    if (!*open && h->n == PIECES) {
        h->more = true;
        return;
    }
    if (!*open) {
        h->piece[h->n].from = i;
        h->piece[h->n++].but = *but || (i > 0 && h->ts.t[i].sep & (SEP_COMMA | SEP_LINE | SEP_DASH));
        *but = false;
    }
    h->piece[h->n - 1].to = i + used;
    *open = true;
}

static bool turns_out(const struct halves *h, unsigned i)
{
    unsigned used;

    return slice_is(phrase_code(&h->ts, i, h->rs->forms.words.kata, &used), "ternyata");
}

static void cut(struct halves *h)
{
    bool open = false, but = false;
    unsigned used;

    for (unsigned i = 0; i < h->ts.n && !h->more; i += used)
        switch (part_at(h, i, &used)) {
        case PART_NO:
            h->more = h->no && h->before != h->n; /* a second value is denied */
            h->no = true;
            h->isnt = !says_false(h, i, i + used);
            h->before = h->n;
            open = but = false;
            break;
        case PART_BUT:
            open = false;
            but = true;
            break;
        case PART_NOTHING: /* `bukan dbd ternyata tipes` */
            if (open && h->no && h->before + 1 == h->n && turns_out(h, i)) {
                open = false;
                but = true;
            }
            break;
        case PART_UNSURE: /* nothing is right in the place of anything */
            h->more = true;
            break;
        case PART_VALUE:
            add_value(h, i, used, &open, &but);
            break;
        }
}

static struct slice words_of(const struct halves *h, unsigned piece)
{
    const struct token *first = &h->ts.t[h->piece[piece].from];
    const struct token *last = &h->ts.t[h->piece[piece].to - 1];

    return slice_make(first->text.p, (size_t)(last->text.p + last->text.n - first->text.p));
}

static bool has_number(const struct halves *h, unsigned piece)
{
    for (unsigned i = h->piece[piece].from; i < h->piece[piece].to; i++)
        if (h->ts.t[i].kind == TOKEN_NUMBER || h->ts.t[i].label)
            return true;
    return false;
}

/* Lists have a no of their own, and free text may hold anything. */
static bool takes(const struct form *form, unsigned i)
{
    const struct field *f = &form->fields[i];

    return !f->hidden && f->type != FIELD_TEXT && f->type != FIELD_CHOICES && f->type != FIELD_ANSWERS &&
           f->type != FIELD_COUNTS;
}

struct about {
    const struct ruleset *rs;
    const struct report *known;
    int asked; /* -1: none */
    int64_t at_ms;
    struct arena *a;
};

/* The words are the value that field i has, were it asked for. */
static bool is_value(const struct about *x, unsigned i, struct slice words)
{
    struct report *without = ARENA_NEW(x->a, struct report), *read = ARENA_NEW(x->a, struct report);

    if (!without || !read || x->known->values[i].kind == VALUE_ABSENT || !takes(x->known->form, i))
        return false;
    without->form = x->known->form;
    memcpy(without->values, x->known->values, sizeof without->values);
    without->values[i] = (struct value){ .kind = VALUE_ABSENT };
    return understand_answer(x->rs, without, x->known->form->fields[i].name, words, x->at_ms, x->a, read) &&
           value_equal(&read->values[i], &x->known->values[i]);
}

/* The one field that has this value, the asked one before others; FORM_FIELDS: none, *many: several. */
static unsigned field_with(const struct about *x, struct slice words, bool *many)
{
    unsigned found = FORM_FIELDS;

    *many = false;
    if (x->asked >= 0 && is_value(x, (unsigned)x->asked, words))
        return (unsigned)x->asked;
    for (unsigned i = 0; i < x->known->form->fields_n; i++)
        if (is_value(x, i, words)) {
            *many |= found < FORM_FIELDS;
            found = i;
        }
    return *many ? FORM_FIELDS : found;
}

static bool changes(const struct about *x, unsigned field, struct slice words, struct report *out)
{
    return understand_answer(x->rs, x->known, x->known->form->fields[field].name, words, x->at_ms, x->a,
                             out) &&
           (!value_equal(&out->values[field], &x->known->values[field]) || out->faults[field]);
}

static struct slice behind_label(struct slice label, struct slice words, struct arena *a)
{
    return label.n ? arena_printf(a, "%.*s %.*s", SLICE_ARG(label), SLICE_ARG(words)) : words;
}

/* `14 tahun bukan bulan`, to `UMUR 14th, benar?`, `9,2 bukan 92`: what follows the no alone is not so, and by
 * itself no more than the guess that is asked about.  Where it could be another value, `9,2 bukan 9,4`, no
 * comma says which of the two is meant: it is asked again. */
static enum instead stays(const struct about *x, const struct halves *h, unsigned field, struct slice words,
                          struct report *out)
{
    struct slice name = x->known->form->fields[field].name, denied = words_of(h, h->n - 1);
    bool settled = !has_number(h, h->n - 1)
                       ? x->known->form->fields[field].type == FIELD_AGE
                       : understand_answer(x->rs, x->known, name, denied, x->at_ms, x->a, out) &&
                             value_equal(&out->values[field], &x->known->values[field]) && out->faults[field];

    return x->asked == (int)field && settled &&
                   understand_answer(x->rs, x->known, name, words, x->at_ms, x->a, out)
               ? INSTEAD_READ
               : INSTEAD_UNCLEAR;
}

/* Which field is meant by the wrong value, and what is right in its place. */
static enum instead settle(const struct about *x, const struct halves *h, struct report *out)
{
    struct slice label = h->n == PIECES ? words_of(h, 0) : slice_make("", 0);
    struct slice wrong = behind_label(label, words_of(h, h->n - 2), x->a);
    struct slice right = behind_label(label, words_of(h, h->n - 1), x->a);
    bool many, either = !h->piece[h->n - 1].but; /* `9,4 bukan 9,2` */
    bool number = has_number(h, h->n - 2);
    unsigned field = field_with(x, wrong, &many);

    if (either && h->isnt && h->before > 0 && field < FORM_FIELDS)
        return stays(x, h, field, wrong, out);
    if (either && field == FORM_FIELDS && !many) {
        field = field_with(x, right, &many);
        right = wrong;
    }
    if (field == FORM_FIELDS && !many && !either && number && x->asked >= 0 &&
        x->known->values[x->asked].kind == VALUE_ABSENT)
        field = (unsigned)x->asked;
    if (field < FORM_FIELDS && changes(x, field, right, out))
        return INSTEAD_READ;
    /* `110/70 tidak pusing`, `demam tidak, 9,4` are something else. */
    return !either && number && has_number(h, h->n - 1) ? INSTEAD_UNCLEAR : INSTEAD_NOT;
}

static bool changes_nothing(const struct about *x, const struct report *read)
{
    for (unsigned i = 0; i < x->known->form->fields_n; i++)
        if (!value_equal(&read->values[i], &x->known->values[i]))
            return false;
    return true;
}

/* Of a weekly report: the letter, or the one that is asked about, has the wrong count. */
static enum instead settle_letters(const struct about *x, const struct halves *h, struct slice asked,
                                   struct report *out)
{
    struct slice wrong = words_of(h, 0), right = words_of(h, 1);
    bool either = !h->piece[1].but;

    for (int turn = 0; turn < 2; turn++) {
        if (understand_answer(x->rs, x->known, asked, wrong, x->at_ms, x->a, out) &&
            changes_nothing(x, out) &&
            understand_answer(x->rs, x->known, asked, right, x->at_ms, x->a, out) && !changes_nothing(x, out))
            return INSTEAD_READ;
        if (!either)
            break;
        right = words_of(h, 0);
        wrong = words_of(h, 1);
    }
    return INSTEAD_UNCLEAR;
}

/* The right value of what is asked, alone. */
static bool answers(const struct about *x, struct slice asked, struct slice right, struct report *out)
{
    if (x->asked >= 0)
        return changes(x, (unsigned)x->asked, right, out);
    return asked.n && x->known->form->code_counts &&
           understand_answer(x->rs, x->known, asked, right, x->at_ms, x->a, out) && !changes_nothing(x, out);
}

enum instead understand_instead(const struct ruleset *rs, const struct instead_of *of, struct slice text,
                                struct arena *a, struct report *out)
{
    const struct form *form = of->known->form;
    int f = of->asked.n ? form_field_named(form, of->asked) : -1;
    const struct about x = { .rs = rs, .known = of->known, .asked = f, .at_ms = of->at_ms, .a = a };
    struct halves h = { .rs = rs };
    struct slice unit = understand_unit_alone(rs, of->known, f, text, a);

    if (unit.p != text.p) /* `tahun bukan bulan` */
        return understand_answer(rs, of->known, of->asked, unit, of->at_ms, a, out) ? INSTEAD_READ
                                                                                    : INSTEAD_NOT;
    if ((f >= 0 && !takes(form, (unsigned)f)) || !tokens_cut(text_clean(text, a), form, &rs->forms, a, &h.ts))
        return INSTEAD_NOT;
    cut(&h);
    if (!h.no || h.more)
        return INSTEAD_NOT;
    if (h.n == 1 && h.before == 0 && h.piece[0].but) /* `tidak, tapi 9,4` */
        return answers(&x, of->asked, words_of(&h, 0), out) ? INSTEAD_READ : INSTEAD_NOT;
    if (form->code_counts)
        return h.n == 2 && h.before <= 1 ? settle_letters(&x, &h, of->asked, out) : INSTEAD_NOT;
    if (h.n < 2 || h.before > 1 || (h.n == PIECES && (h.before == 0 || has_number(&h, 0))))
        return INSTEAD_NOT;
    return settle(&x, &h, out);
}

/* Not `bukan dbd saja`, which denies nothing of it. */
static bool only_that(const struct halves *h, unsigned i)
{
    return i < h->ts.n && list_says(h->rs->forms.words.functions, h->ts.t[i].low, "saja");
}

/* Not `bukannya dbd`, which asks, or `bukan berarti`. */
static bool says_not(const struct halves *h, unsigned i, struct negation *n)
{
    return negation_at(&h->ts, i, h->rs->forms.words.negators, n) && n->used == 1 &&
           (n->kind == NEGATION_NOT || n->kind == NEGATION_ISNT) && !slice_ends(h->ts.t[i].low, "nya");
}

bool understand_denies_counted(const struct ruleset *rs, const struct report *known, struct slice text,
                               struct arena *a)
{
    const struct form *form = known->form;
    const struct about x = { .rs = rs, .known = known, .asked = -1, .a = a };
    const struct field *f = form->counts >= 0 ? &form->fields[form->counts] : NULL;
    struct halves h = { .rs = rs };
    struct negation n;
    unsigned used;

    if (!f || !f->list || f->type != FIELD_CHOICE || slice_find(text, '?') < text.n ||
        !tokens_cut(text_clean(text, a), form, &rs->forms, a, &h.ts))
        return false;
    for (unsigned i = 0; i < h.ts.n; i++) {
        if (!says_not(&h, i, &n) || !phrase_at(&h.ts, i + n.used, f->list, &used) ||
            only_that(&h, i + n.used + used))
            continue;
        h.piece[0].from = i + n.used;
        h.piece[0].to = i + n.used + used;
        if (is_value(&x, (unsigned)form->counts, words_of(&h, 0)))
            return true;
    }
    return false;
}
