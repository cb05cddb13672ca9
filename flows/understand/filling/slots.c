/* slots.c - the report being filled: its tokens as text, its slots, and the labels of its form.
 * See filling.h. */
#include "flows/understand/filling/filling.h"

#include <string.h>

#include "gateway/conf/rules.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"

enum {
    KEYWORD_MAX = 12 /* letters of the longest keyword */
};

const struct form *understand_exact_form(const struct form_set *set, struct slice word)
{
    char upper[KEYWORD_MAX + 1];

    if (word.n > KEYWORD_MAX || !shapes_may(&set->shapes, word))
        return NULL;
    for (size_t i = 0; i < word.n; i++)
        upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - 32 : word.p[i]);
    return form_by_keyword(set, (struct slice){ .p = upper, .n = word.n });
}

struct slice understand_span(const struct filling *x, unsigned from, unsigned to)
{
    const char *begin, *end;

    if (from >= to || to > x->ts.n)
        return (struct slice){ 0 };
    begin = x->ts.t[from].text.p;
    end = x->ts.t[to - 1].text.p + x->ts.t[to - 1].text.n;
    return slice_trim((struct slice){ .p = begin, .n = (size_t)(end - begin) });
}

bool understand_negator(const struct filling *x, unsigned i)
{
    struct negation n;

    return negation_at(&x->ts, i, x->words->negators, &n) && negation_of_signs(n.kind);
}

bool understand_alarming(const struct filling *x, struct slice code)
{
    return x->rs->rules && rules_sign(x->rs->rules, code) == URGENCY_E1;
}

bool understand_filler(const struct filling *x, unsigned i, unsigned *used)
{
    return signs_filler(phrase_code(&x->ts, i, x->words->kata, used));
}

bool understand_signs_off(const struct filling *x, unsigned i)
{
    unsigned k = i, used;

    if (!understand_is(x, i, "terima_kasih", &used))
        return false;
    while (k < x->ts.n && x->ts.t[k].kind != TOKEN_NUMBER && x->ts.t[k].kind != TOKEN_EMPTY &&
           !(k > i && x->ts.t[k].sep & (SEP_HASH | SEP_LINE)))
        k++;
    return k == x->ts.n;
}

unsigned understand_text_end(const struct filling *x, unsigned from)
{
    unsigned k = from, used;

    while (k < x->ts.n && !x->ts.t[k].taken) {
        if (k > from && (x->ts.t[k].sep & (SEP_HASH | SEP_LINE | SEP_DASH)))
            break;
        if (understand_is(x, k, "terima_kasih", &used))
            break;
        k++;
    }
    return k;
}

void understand_repaired(struct filling *x, const struct field *f, struct slice typed, struct slice read)
{
    if (!x->repairs)
        x->repairs = ARENA_ARRAY(x->arena, struct repair, FORM_FIELDS * 2);
    if (!x->repairs || x->repairs_n == FORM_FIELDS * 2)
        return;
    x->repairs[x->repairs_n++] = (struct repair){ .field = f->name, .typed = typed, .read = read };
}

static struct slice value_text_of(struct filling *x, const struct value *v)
{
    struct buf b;
    struct slice s;

    if (v->kind == VALUE_TEXT)
        return v->text;
    buf_init(&b, 64);
    number_print(&b, v->milli, '.');
    s = buf_into(&b, x->arena);
    return s;
}

/* `wafat bu`: an address, and nobody's name. */
static bool only_address(const struct filling *x, const struct field *f, unsigned i, unsigned to)
{
    unsigned used;

    if (f->type != FIELD_NAME || i >= to || to > x->ts.n)
        return false;
    while (i < to && understand_is(x, i, "penanda_tangan", &used))
        i += used;
    return i >= to;
}

/* `9,2?`, `-9,2`: what is glued to a token, and makes it unreadable, is seen in the question. */
static struct slice with_odd(const struct filling *x, unsigned from, unsigned to, struct slice typed)
{
    const char *end = x->text.p + x->text.n;

    if (from < x->ts.n && x->ts.t[from].minus && typed.p > x->text.p && typed.p[-1] == '-')
        typed = (struct slice){ .p = typed.p - 1, .n = typed.n + 1 };
    if (to > 0 && to <= x->ts.n && x->ts.t[to - 1].odd && typed.n)
        while (typed.p + typed.n < end && !strchr(" \n#*;|,", typed.p[typed.n]))
            typed.n++;
    return typed;
}

void understand_take(struct filling *x, const struct field *f, unsigned i, const struct got *g, bool labelled)
{
    const struct field *to = g->companion >= 0 ? &x->form->fields[g->companion] : f;
    struct slot *s = &x->slots[to->position];

    bool nobody = only_address(x, to, i, i + g->used);

    /* The same label twice with different values (RULINGS 18). */
    if (!nobody && s->filled && s->labelled && labelled && (s->error || !value_equal(&s->value, &g->value))) {
        if (!s->error)
            s->error = ERROR_CONTRADICTION;
    } else if (!nobody && (!s->filled || !s->labelled || labelled)) {
        *s = (struct slot){ .filled = true, .labelled = labelled, .at = i, .to = i + g->used };
        s->unit = g->unit;
        s->between = i < x->ts.n && (x->ts.t[i].sep & SEP_HASH) != 0;
        s->guessed = g->guessed;
        s->as_typed = g->as_typed;
        s->typed = with_odd(x, i, i + g->used, understand_span(x, i, i + g->used));
        s->amends = i < x->ts.n && x->ts.t[i].amends.n && g->fit != FIT_WRONG && g->fit != FIT_UNIT;
        s->error = g->fit != FIT_YES ? g->error : s->amends ? ERROR_AMBIGUOUS : ERROR_NONE;
        s->reject = g->fit == FIT_WRONG || g->fit == FIT_UNIT;
        s->typed = s->amends ? x->ts.t[i].amends : s->typed;
        if (!s->reject)
            s->value = g->value;
        if (g->repaired && !s->reject)
            understand_repaired(x, to, s->typed, value_text_of(x, &g->value));
    }
    if (to != f)
        x->slots[f->position].given = true;
    for (unsigned k = i; k < i + g->used && k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}

void understand_fault(struct filling *x, const struct field *f, enum report_error error, bool reject,
                      unsigned at)
{
    struct slot *s = &x->slots[f->position];

    if (s->error != ERROR_NONE && (s->reject || !reject))
        return;
    s->filled = true;
    s->error = error;
    s->reject = reject;
    s->at = at;
    if (at < x->ts.n)
        s->typed = understand_span(x, at, at + 1 + (at + 1 < x->ts.n && x->ts.t[at + 1].glued)); /* `7bln` */
    if (reject)
        s->value = (struct value){ 0 };
}

void understand_fault_words(struct filling *x, const struct field *f, enum report_error error, unsigned from,
                            unsigned to)
{
    struct slot *s = &x->slots[f->position];

    understand_fault(x, f, error, error == ERROR_INVALID, from);
    if (s->error == error && s->at == from)
        s->typed = understand_span(x, from, to);
}

/* --- labels --- */

/* One label may be two words: HARI KE. */
static unsigned matches(const struct tokens *ts, unsigned i, const struct label *l)
{
    struct slice rest = l->rest;
    unsigned k = i + 1;

    if (!slice_eq(ts->t[i].low, l->first))
        return 0;
    for (; rest.n; k++)
        if (k >= ts->n || ts->t[k].kind != TOKEN_WORD || (ts->t[k].sep & SEP_HARD) ||
            !slice_eq(ts->t[k].low, slice_cut(&rest, ' ')))
            return 0;
    return k - i;
}

/* The longest label at token i. */
bool understand_label_at(const struct filling *x, unsigned i, struct label_at *out)
{
    *out = (struct label_at){ 0 };
    if (i >= x->ts.n || x->ts.t[i].kind != TOKEN_WORD || x->ts.t[i].taken)
        return false;
    for (const struct label *l = form_labels(x->form, x->ts.t[i].low); l; l = l->next) {
        unsigned used = matches(&x->ts, i, l);

        if (used > out->used && !(l->field->hidden && l->field->type != FIELD_DATE) &&
            l->field->type != FIELD_COUNTS)
            *out = (struct label_at){ .field = l->field, .name = l->name, .used = used };
    }
    return out->field != NULL;
}

bool understand_text_label(const struct filling *x, unsigned i, const struct field *f, bool *keep)
{
    for (unsigned l = 0; l < f->labels_n && i < x->ts.n; l++)
        if (x->ts.t[i].kind == TOKEN_WORD && !x->ts.t[i].taken && slice_ieq(x->ts.t[i].low, f->labels[l])) {
            /* DS, DSN, RT … stay in the text (SPEC 2.2); LOK, LOKASI, KE, TUJUAN do not. */
            *keep = !(slice_is(f->labels[l], "LOK") || slice_ieq(f->labels[l], f->name) ||
                      slice_is(f->labels[l], "KE"));
            return true;
        }
    return false;
}

/* Behind token i, up to a separator, stands something that a report of the form could have: a number, a value
 * of its lists, a word that no list knows.  Of a referral or a death any word. */
static bool opens(const struct filling *x, const struct form *form, unsigned i)
{
    unsigned used;

    if (form->is & (FORM_REFERRAL | FORM_DEATH))
        return true;
    for (unsigned k = i + 1; k < x->ts.n && (k == i + 1 || !(x->ts.t[k].sep & SEP_HARD)); k++) {
        const struct token *t = &x->ts.t[k];

        if (t->kind != TOKEN_WORD || (t->known && !t->known->longest))
            return true;
        for (unsigned f = 0; f < form->fields_n; f++)
            if ((form->fields[f].type == FIELD_CHOICE || form->fields[f].type == FIELD_CHOICES) &&
                form->fields[f].as != AS_SIGNS && phrase_at(&x->ts, k, form->fields[f].list, &used))
                return true;
    }
    return false;
}

/* `penyuluhan tanda bahaya bumil perdarahan 20`: the count of a gathering is behind it, and no word that may
 * be a name between. */
static bool topic(const struct filling *x, unsigned i)
{
    int count = form_as(x->form, AS_COUNT);
    unsigned k = i + 1;

    for (unsigned f = 0; count < 0 && f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_NUMBER)
            count = (int)f;
    if (!form_is(x->form, FORM_HELD) || count < 0 || !x->slots[count].filled || x->slots[count].at <= i)
        return false;
    while (k < x->slots[count].at && !(x->ts.t[k].sep & SEP_HARD) && x->ts.t[k].kind == TOKEN_WORD &&
           x->ts.t[k].known && x->ts.t[k].known->longest)
        k++;
    return k == x->slots[count].at;
}

void understand_stray_keyword(struct filling *x, unsigned i)
{
    const struct form *other = understand_exact_form(&x->rs->forms, x->ts.t[i].low);
    const struct field *last = NULL;
    unsigned used;

    if (i > 0 && understand_is(x, i - 1, "bukan_kunci", &used) && used > 1)
        return;                                           /* `jalan lahir` */
    if (!other || other == x->form || x->ts.t[i].other || /* `hamil 7 bln`: how long it is with her */
        i + 1 >= x->ts.n || x->ts.t[i + 1].taken || (x->ts.t[i + 1].sep & (SEP_LINE | SEP_DASH)) ||
        x->ts.t[i + 1].kind == TOKEN_EMPTY || !opens(x, other, i) || topic(x, i))
        return;
    for (unsigned k = 0; k < x->variant->uses_n; k++)
        if (x->form->fields[x->variant->uses[k]].type != FIELD_NIK)
            last = &x->form->fields[x->variant->uses[k]];
    if (last)
        understand_fault(x, last, ERROR_INVALID, true, i);
}

bool understand_number_word(const struct filling *x, unsigned i, unsigned *used)
{
    struct slice code = phrase_code(&x->ts, i, x->words->numbers, used);

    return (code.n && slice_all_digits(code)) || slice_is(code, "angka") || slice_is(code, "belas") ||
           slice_is(code, "puluh") || slice_is(code, "ratus") || slice_is(code, "ribu");
}

bool understand_multiplied(struct filling *x, unsigned i)
{
    unsigned used;

    if (i == 0 || x->ts.t[i - 1].approx || (x->ts.t[i].sep & SEP_HARD) ||
        !understand_number_word(x, i, &used) || (i + used < x->ts.n && understand_says(x, i + used, "kali")))
        return false;
    for (unsigned k = 0; k < x->form->fields_n; k++)
        if (x->slots[k].filled && x->slots[k].to == i && x->form->fields[k].type == FIELD_NUMBER) {
            unsigned at = x->slots[k].at;

            understand_fault(x, &x->form->fields[k], ERROR_INVALID, true, at);
            x->slots[k].typed = understand_span(x, at, i + used);
            return true;
        }
    return false;
}

void understand_stray_word(struct filling *x, unsigned i)
{
    understand_stray_keyword(x, i);
    (void)understand_multiplied(x, i); /* `9 kilo lima` */
}

void understand_merge_counts(struct filling *x, const struct value *known, struct value *answered)
{
    struct value all = { .kind = VALUE_COUNTS };

    if (known->kind != VALUE_COUNTS || answered->kind != VALUE_COUNTS || !known->n || !answered->n ||
        slice_is(known->items[0], "nihil") || slice_is(answered->items[0], "nihil"))
        return;
    all.items = ARENA_ARRAY(x->arena, struct slice, known->n + answered->n);
    all.counts = ARENA_ARRAY(x->arena, int64_t, known->n + answered->n);
    if (!all.items || !all.counts)
        return;
    for (unsigned i = 0; i < known->n + answered->n; i++) {
        const struct value *from = i < known->n ? known : answered;
        unsigned at = i < known->n ? i : i - known->n, to = 0;

        while (to < all.n && !slice_eq(all.items[to], from->items[at]))
            to++;
        all.items[to] = from->items[at];
        all.counts[to] = from->counts[at];
        all.n += to == all.n;
    }
    *answered = all;
}
