/* labels.c - labelled values, in any order (SPEC 2.1, RULINGS 18, 20, 21).  See labels.h. */
#include "flows/understand/values/labels.h"

#include "flows/understand/values/before.h"
#include "flows/understand/values/destination.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/read.h"
#include "flows/understand/values/unmeasured.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

/* Still among the words of an unlabelled name, which may look like a label: `Lila P`. */
static bool in_name(const struct filling *x, unsigned i)
{
    if (x->labelled_only || x->form->fields[0].type != FIELD_NAME || x->slots[0].filled)
        return false;
    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind != TOKEN_WORD || x->ts.t[k].taken)
            return false;
    for (unsigned k = 1; k <= i; k++)
        if (x->ts.t[k].sep & SEP_HARD)
            return false;
    return true;
}

static bool joined(const struct filling *x, unsigned value)
{
    return value < x->ts.n && (x->ts.t[value].sep & (SEP_EQUALS | SEP_COLON)) != 0;
}

/* Counts by itself: joined by `=` or `:`, or at the begin of a part with something behind it. */
static bool strong(const struct filling *x, unsigned i, unsigned value)
{
    if (joined(x, value))
        return true;
    if (i == 0 || value >= x->ts.n || in_name(x, i))
        return false;
    return (x->ts.t[i].sep & (SEP_HASH | SEP_COMMA | SEP_LINE)) != 0 && (x->ts.t[value].sep & SEP_HARD) == 0;
}

/* A label alone in its part, its value in the next: `#BB#9,2#`. */
static bool alone(const struct filling *x, unsigned i, unsigned value)
{
    return (i > 0 || x->labelled_only) && value < x->ts.n && (x->ts.t[value].sep & SEP_HASH) &&
           ((x->ts.t[i].sep & SEP_HASH) || !in_name(x, i));
}

static unsigned part_end(const struct filling *x, unsigned from)
{
    unsigned k = from;

    while (k < x->ts.n && (k == from || (x->ts.t[k].sep & SEP_HARD) == 0))
        k++;
    return k;
}

static void take_labels_tokens(struct filling *x, unsigned i, unsigned used)
{
    for (unsigned k = i; k < i + used; k++)
        x->ts.t[k].taken = true;
}

/* A danger sign in the middle of a name ends it, its negator with it (RULINGS 45).  *doubt: it may be part of
 * the name as well: `Bu Dada`. */
static bool sign_begins(const struct filling *x, unsigned k, bool *doubt)
{
    unsigned used;
    bool sign = phrase_at(&x->ts, k, x->words->signs, &used) != NULL;

    if (sign && used == 1 && understand_is(x, k, "nama_juga", &used)) {
        *doubt = true;
        return false;
    }
    return sign || understand_negator(x, k);
}

/* Another value stands behind its label at token k. */
static bool next_value(struct filling *x, unsigned k)
{
    struct label_at next;

    return understand_label_at(x, k, &next) && k + next.used < x->ts.n &&
           (understand_read(x, next.field, k + next.used, true).fit != FIT_NO || joined(x, k + next.used) ||
            understand_is_words(next.field));
}

/* The sex stands at token k, and a value or nothing behind it. */
static bool sex_behind(struct filling *x, unsigned k)
{
    unsigned used;

    return form_as(x->form, AS_SEX) >= 0 && phrase_at(&x->ts, k, x->words->sex, &used) &&
           (k + used == x->ts.n || x->ts.t[k + used].kind != TOKEN_WORD ||
            (!understand_parted(x, k + used) && next_value(x, k + used)));
}

/* A name runs to the next number, label, sex, sign or separator. */
static unsigned name_end(struct filling *x, unsigned from, bool *doubt)
{
    unsigned k = from;

    for (; k < x->ts.n; k++) {
        if (x->ts.t[k].kind != TOKEN_WORD || x->ts.t[k].taken || x->ts.t[k].other ||
            (k > from && (x->ts.t[k].sep & SEP_HARD)))
            break;
        if (k > from && sign_begins(x, k, doubt))
            break;
        if (k > from && (next_value(x, k) || sex_behind(x, k)))
            break;
    }
    return k;
}

/* `karena gizi buruk umur 14bl`: a labelled age ends a text. */
static bool next_age(struct filling *x, const struct label_at *next, unsigned value)
{
    return next->field->type == FIELD_AGE && understand_read(x, next->field, value, true).fit == FIT_YES;
}

/* `timbang Rafa L … nama ibu Siti`: of a child that is named already it is the mother's. */
static bool names_another(const struct filling *x, unsigned i, unsigned from)
{
    struct label_at first;
    unsigned used;

    return !x->labelled_only && !x->answers && i > 0 && x->form->about == FORM_ABOUT_CHILD &&
           !form_is(x->form, FORM_BIRTH) && x->ts.t[0].kind == TOKEN_WORD &&
           !understand_label_at(x, 0, &first) && !phrase_at(&x->ts, 0, x->words->sex, &used) &&
           phrase_at(&x->ts, from, x->words->people, &used) &&
           !slice_is(phrase_code(&x->ts, from, x->words->people, &used), "anak");
}

static void take_text(struct filling *x, const struct label_at *l, unsigned i)
{
    unsigned from = i + l->used, to;
    struct got g = { .fit = FIT_YES, .companion = -1 };
    struct slice name;
    bool doubt = false;

    if (from >= x->ts.n)
        return;
    if (l->field->type == FIELD_NAME) {
        if (names_another(x, i, from))
            return;
        to = name_end(x, from, &doubt);
        if (to == from)
            return;
        if (x->answers && !understand_said_name(x, &from, &to))
            return;
        to = understand_without_courtesy(x, from, to);
        if (!understand_name(x, from, to, &name)) {
            g.fit = FIT_WRONG;
            g.error = ERROR_INVALID;
        } else if (doubt && to > from + 1 && to < x->ts.n && !(x->ts.t[to].sep & SEP_HARD)) {
            g.fit = FIT_DOUBT;
            g.error = ERROR_AMBIGUOUS;
        }
        g.value = value_text(name);
    } else {
        to = understand_text_end(x, from);
        for (unsigned k = from + 1; k < to; k++) {
            struct label_at next;
            bool keep;

            if ((understand_label_at(x, k, &next) &&
                 (joined(x, k + next.used) || next_age(x, &next, k + next.used))) ||
                understand_destination(x, k, &keep)) {
                to = k;
                break;
            }
        }
        if (to == from)
            return;
        g.value = value_text(understand_span(x, from, to));
    }
    g.used = to - from;
    take_labels_tokens(x, i, from - i);
    understand_take(x, l->field, from, &g, true);
}

/* A word of the list, or one that is denied: `tanda tidak kejang`. */
static bool choice_begins(const struct filling *x, const struct field *f, unsigned i)
{
    struct negation n;
    unsigned used;

    if (phrase_near(&x->ts, i, f->list, &used))
        return true;
    return negation_at(&x->ts, i, x->words->negators, &n) && negation_of_signs(n.kind) &&
           i + n.used < x->ts.n && phrase_near(&x->ts, i + n.used, f->list, &used);
}

/* Lists are gathered later; the label only vanishes. */
static void drop_list_label(struct filling *x, const struct label_at *l, unsigned i)
{
    unsigned value = i + l->used;
    struct negation n;

    for (unsigned k = i > 2 ? i - 2 : 0; k < i; k++)
        if (negation_at(&x->ts, k, x->words->negators, &n) && k + n.used > i)
            return; /* `tidak ada tanda kejang` */
    if (value < x->ts.n &&
        (joined(x, value) || strong(x, i, value) || alone(x, i, value) || choice_begins(x, l->field, value)))
        take_labels_tokens(x, i, l->used);
}

/* In a name a label with a wrong value may be a word of the name: `Lila 9bl`. */
static bool name_goes_on(struct filling *x, const struct label_at *l, unsigned i)
{
    if (!in_name(x, i))
        return false;
    if (i == 0 || l->name.n < 3)
        return true;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_AGE &&
            understand_read(x, &x->form->fields[f], i + l->used, false).fit == FIT_YES)
            return true;
    return false;
}

/* `tgl lahir 12/3/25`: the date in the place of the age. */
static bool take_birth(struct filling *x, const struct label_at *l, unsigned i)
{
    for (unsigned f = 0; f < x->form->fields_n; f++) {
        const struct field *age = &x->form->fields[f];
        struct got g;

        if (age->type != FIELD_AGE || age->companion != (int)l->field->position)
            continue;
        g = understand_read(x, age, i + l->used, true);
        if (g.companion < 0 || g.fit == FIT_NO)
            return false;
        take_labels_tokens(x, i, l->used);
        understand_take(x, age, i + l->used, &g, true);
        return true;
    }
    return false;
}

/* `lk 44`, `lk=44`: a number of its own stands behind the word. */
static bool measures(const struct filling *x, unsigned i)
{
    return i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_NUMBER &&
           (joined(x, i + 1) || (x->ts.t[i + 1].sep & SEP_HARD) == 0);
}

/* `#lk#` is the sex and no lingkar kepala: it stands alone between separators, no value is joined to it, and
 * nothing else says the sex. */
static bool is_sex(const struct filling *x, const struct label_at *l, unsigned i)
{
    const struct word_list *jk = NULL;
    unsigned used;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_SEX && !x->slots[f].filled)
            jk = x->words->sex;
    if (!jk || l->used != 1 || joined(x, i + 1) || !(x->ts.t[i].sep & SEP_HARD) ||
        (i + 1 < x->ts.n && !(x->ts.t[i + 1].sep & SEP_HARD)) || !phrase_at(&x->ts, i, jk, &used))
        return false;
    for (unsigned k = 0; k < x->ts.n; k++)
        if (k != i && x->ts.t[k].kind == TOKEN_WORD && !measures(x, k) && phrase_at(&x->ts, k, jk, &used))
            return false;
    return true;
}

/* `darah tinggi`: the label is a word of a sign. */
static bool in_sign(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > 2 ? i - 2 : 0; k < i; k++)
        if (phrase_at(&x->ts, k, x->words->signs, &used) && k + used > i)
            return true;
    return false;
}

/* `#gds tidak cek#`, `#bb -#` */
static bool says_none(const struct filling *x, const struct field *f, unsigned value)
{
    if ((f->type != FIELD_NUMBER && f->type != FIELD_PRESSURE) || value >= x->ts.n ||
        (x->ts.t[value].sep & SEP_HARD))
        return false;
    return (x->ts.t[value].kind == TOKEN_NEGATED && part_end(x, value) == value + 1) ||
           (x->ts.t[value].kind == TOKEN_WORD &&
            understand_says_none(x->rs, understand_span(x, value, part_end(x, value)), x->arena));
}

/* `bb -`, `lila ?`, `tb` at the end: said not to be given (RULINGS 1). */
static bool not_given(struct filling *x, const struct label_at *l, unsigned i)
{
    unsigned value = i + l->used, used = l->used, unit;
    struct label_at next;

    if (i > 0 && x->ts.t[i - 1].kind == TOKEN_NUMBER && !(x->ts.t[i].sep & SEP_HARD) &&
        phrase_at(&x->ts, i, x->words->units, &unit))
        return false; /* `40 hari`: its unit */
    if (value >= x->ts.n && i > 0 && x->ts.t[i - 1].kind == TOKEN_WORD && !x->ts.t[i - 1].taken &&
        !(x->ts.t[i].sep & SEP_HARD))
        return false; /* `kolesterol tinggi`: how it is */
    if (l->name.n == 1 || in_name(x, i) || x->labelled_only || in_sign(x, i))
        return false;
    if (value < x->ts.n && x->ts.t[value].kind == TOKEN_EMPTY && !(x->ts.t[value].sep & SEP_HARD))
        used++;
    else if (says_none(x, l->field, value))
        used = part_end(x, value) - i;
    else if (value < x->ts.n && !((x->ts.t[value].sep & SEP_DASH) && understand_label_at(x, value, &next)))
        return false;
    take_labels_tokens(x, i, used);
    x->slots[l->field->position].given = true;
    return true;
}

static void take_value(struct filling *x, const struct label_at *l, unsigned i)
{
    unsigned value = i + l->used, used;
    struct got g = understand_read(x, l->field, value, true);
    bool is_strong = strong(x, i, value), is_alone = alone(x, i, value);
    bool date = l->field->type == FIELD_DATE && !in_name(x, i);

    if (is_sex(x, l, i) || not_given(x, l, i))
        return;
    if (!joined(x, value) && !is_alone && value < x->ts.n && (x->ts.t[value].sep & (SEP_HASH | SEP_LINE)))
        return;
    if (g.fit == FIT_YES || g.fit == FIT_DOUBT ||
        ((g.fit == FIT_WRONG || g.fit == FIT_UNIT) && (is_strong || !name_goes_on(x, l, i)))) {
        /* A single letter is a label only before a certain value: `Ny K 30`. */
        if (l->name.n == 1 && !is_strong && g.fit != FIT_YES && !x->ts.t[value].glued && in_name(x, i))
            return;
        take_labels_tokens(x, i, l->used);
        understand_take(x, l->field, value, &g, true);
        if (x->slots[l->field->position].filled && x->slots[l->field->position].value.kind != VALUE_ABSENT)
            x->slots[l->field->position].value.label = l->name;
        return;
    }
    if (!is_strong && !date && !(value < x->ts.n && understand_is(x, value, "alat", &used))) /* `gds hi` */
        return;
    /* Joined or between separators it always counts; a date label too (RULINGS 18, 31). */
    if (value >= x->ts.n || (x->ts.t[value].kind == TOKEN_EMPTY)) {
        take_labels_tokens(x, i, l->used);
        return;
    }
    g = (struct got){ .fit = FIT_WRONG, .error = ERROR_INVALID, .companion = -1 };
    g.used = is_strong ? part_end(x, value) - value : 1;
    take_labels_tokens(x, i, l->used);
    understand_take(x, l->field, value, &g, true);
}

/* `bb kira-kira 8,1`, `bb kira2 8,1`: words between a label and its number that make it doubtful. */
static unsigned words_of_doubt(const struct filling *x, unsigned i)
{
    unsigned k = i;

    while (k < x->ts.n && x->ts.t[k].other && (x->ts.t[k].kind == TOKEN_WORD || (k > i && x->ts.t[k].glued)))
        k++;
    return k > i && k < x->ts.n && x->ts.t[k].kind == TOKEN_NUMBER && x->ts.t[k].approx ? k - i : 0;
}

/* `tensi tinggi 200/120`, `tensi bu 110/70`: how it is, and whose, before a pressure, which is nothing else.
 */
static unsigned words_of_pressure(struct filling *x, const struct field *f, unsigned i)
{
    unsigned k = i, used;

    if (f->type != FIELD_PRESSURE)
        return 0;
    while (k < x->ts.n && k < i + 3 &&
           (understand_is(x, k, "sifat_tensi", &used) || understand_is(x, k, "kini", &used) ||
            understand_is(x, k, "normal", &used) || understand_is(x, k, "pengisi", &used) ||
            understand_is(x, k, "penanda_tangan", &used)))
        k += used;
    return k > i && k < x->ts.n && understand_read(x, f, k, true).fit == FIT_YES ? k - i : 0;
}

/* `bb tetap 9,2`, `bb turun jadi 8,9`: it is so now, or has become so. */
static unsigned words_of_now(struct filling *x, const struct field *f, unsigned i)
{
    unsigned k = i, used;

    if (f->type != FIELD_NUMBER || !x->whole)
        return 0;
    for (; k < x->ts.n && k < i + 3 && x->ts.t[k].kind == TOKEN_WORD && !understand_parted(x, k); k += used) {
        const struct word *w = phrase_at(&x->ts, k, x->words->kata, &used);

        if ((w && slice_is(w->also, "nilai")) || understand_is(x, k, "kini", &used) ||
            understand_is(x, k, "pengisi", &used))
            continue;
        if (understand_becomes(x, k)) {
            used = 1;
            continue;
        }
        if (!slice_is(phrase_code(&x->ts, k, x->words->before, &used), "selisih") ||
            !understand_becomes(x, k + used))
            break;
    }
    return k > i && k < x->ts.n && x->ts.t[k].kind == TOKEN_NUMBER && !understand_parted(x, k) &&
                   understand_read(x, f, k, true).fit == FIT_YES
               ? k - i
               : 0;
}

void understand_labels(struct filling *x)
{
    for (unsigned i = 0; i < x->ts.n; i++) {
        struct label_at l;
        unsigned value;

        if (x->ts.t[i].other || !understand_label_at(x, i, &l))
            continue;
        l.used += words_of_doubt(x, i + l.used);
        l.used += words_of_pressure(x, l.field, i + l.used);
        l.used += words_of_now(x, l.field, i + l.used);
        value = i + l.used;
        if (l.field->hidden) {
            (void)take_birth(x, &l, i);
        } else if (l.field->type == FIELD_CHOICES) {
            if (!in_name(x, i) || joined(x, value))
                drop_list_label(x, &l, i);
        } else if (understand_is_words(l.field)) {
            /* Places and destinations are texts that begin with their label: understand/report/tail.c. */
            if (l.field->as == AS_LOCATION || l.field->as == AS_DESTINATION)
                continue;
            if (joined(x, value) || l.field->type == FIELD_TEXT || !in_name(x, i) || i == 0)
                take_text(x, &l, i);
        } else if (value <= x->ts.n) {
            take_value(x, &l, i);
        }
    }
}
