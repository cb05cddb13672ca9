/* head.c - the required fields, by position (RULINGS 14, 15, 20, 26).  See stages.h. */
#include "flows/understand/report/stages.h"

#include <string.h>

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/destination.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/numbers.h"
#include "flows/understand/values/read.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static const struct field *use(const struct filling *x, unsigned k)
{
    return k < x->variant->uses_n ? &x->form->fields[x->variant->uses[k]] : NULL;
}

/* --- the way to fill the form --- */

static unsigned first_token(const struct filling *x)
{
    unsigned i = 0;

    while (i < x->ts.n && x->ts.t[i].taken)
        i++;
    return i;
}

static bool plain_number(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].minus &&
           slice_all_digits(x->ts.t[i].low) && !(i + 1 < x->ts.n && x->ts.t[i + 1].glued);
}

/* The name of a village of the district stands at token i: no name of a person. */
static bool village(const struct filling *x, unsigned i, unsigned *used)
{
    const struct directory *d = &x->rs->directory;

    for (unsigned p = 0; p < d->places_n; p++) {
        struct slice rest = d->places[p].name;
        unsigned k = i;

        if ((d->places[p].level != PLACE_DESA && d->places[p].level != PLACE_KELURAHAN) || !rest.n ||
            text_lower(rest.p[0]) != text_lower(x->ts.t[i].text.p[0]))
            continue;
        for (; rest.n && k < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && !x->ts.t[k].taken; k++)
            if ((k > i && (x->ts.t[k].sep & SEP_HARD)) || !slice_ieq(slice_cut(&rest, ' '), x->ts.t[k].text))
                break;
        if (!rest.n && k > i && slice_ieq(d->places[p].name, understand_span(x, i, k))) {
            *used = k - i;
            return true;
        }
    }
    return false;
}

/* kasus: is it about a person?  A sex, an age with its unit, or a word before a bare number says so. */
static bool about_person(struct filling *x)
{
    const struct word_list *jk = x->words->sex;
    const struct field *lokasi = &x->form->fields[form_as(x->form, AS_LOCATION)];
    const struct field *umur = &x->form->fields[form_as(x->form, AS_AGE)];
    unsigned i = first_token(x), used;
    bool keep, word = false, none = false;
    struct got g = understand_read(x, &x->form->fields[0], i, false);
    bool unread = !x->slots[0].filled && g.fit == FIT_NO;

    if (x->slots[form_as(x->form, AS_NAME)].filled || x->slots[form_as(x->form, AS_SEX)].filled ||
        understand_done(x, umur))
        return true;
    for (i += x->slots[0].filled ? 0 : g.used; i < x->ts.n; i++) {
        const struct token *t = &x->ts.t[i];

        if (t->taken || t->other)
            continue;
        if ((t->sep & (SEP_DASH | SEP_LINE)) || understand_is(x, i, "terima_kasih", &used) ||
            understand_text_label(x, i, lokasi, &keep))
            return false;
        if (t->kind == TOKEN_WORD) {
            if (phrase_at(&x->ts, i, jk, &used))
                return true;
            if (phrase_at(&x->ts, i, x->words->days, &used) || phrase_at(&x->ts, i, x->words->many, &used)) {
                i += used - 1;
                continue;
            }
            if (village(x, i, &used)) {
                i += used - 1;
                continue;
            }
            if (understand_is(x, i, "penanda_tangan", &used) && x->slots[form_as(x->form, AS_COUNT)].filled)
                return false;
            if (phrase_at(&x->ts, i, x->form->fields[0].list, &used) ||
                phrase_at(&x->ts, i, x->words->signs, &used) || understand_filler(x, i, &used) ||
                slice_is(phrase_code(&x->ts, i, x->words->before, &used), "kira")) {
                i += used - 1;
                continue;
            }
            word |= !unread; /* `kasus tidak dikenal 3`: nobody's name */
        } else if (t->kind == TOKEN_NUMBER) {
            struct got day = understand_read(x, &x->form->fields[form_as(x->form, AS_DATE)], i, false);
            struct got age;

            if (day.fit == FIT_YES) {
                i += day.used - 1;
                continue;
            }
            age = understand_read(x, umur, i, false);
            if (age.fit == FIT_YES && age.unit)
                return true;
            return word && plain_number(x, i);
        } else if (t->kind == TOKEN_EMPTY) {
            none |= !word;
        } else if (word) {
            return false;
        }
    }
    /* KASUS#campak#Rudi: a word in the slot of the count is a name, unless a label has the count; the slot in
     * KASUS#campak##kemarin#Air Merbau is empty. */
    return word && x->ts.hash && !none && !x->slots[form_as(x->form, AS_COUNT)].filled;
}

void understand_choose_variant(struct filling *x)
{
    int nomor = form_as(x->form, AS_NUMBER);
    unsigned i = first_token(x);

    x->variant = &x->form->variants[0];
    if (x->form->variants_n < 2)
        return;
    if (nomor >= 0) {
        if (x->slots[nomor].filled || (!x->slots[0].filled && plain_number(x, i)))
            x->variant = &x->form->variants[1];
    } else if (about_person(x)) {
        x->variant = &x->form->variants[1];
    }
}

/* --- other fields --- */

static unsigned take_text(struct filling *x, const struct field *f, unsigned i)
{
    unsigned to = understand_text_end(x, i);
    struct got g = { .fit = FIT_YES, .companion = -1 };

    if (f->as == AS_REASON) {
        to = understand_take_reason(x, f, i);
        x->slots[f->position].given = true; /* `rujuk Ana 28th ke pustu`: no reason */
        return to;
    }
    g.used = to - i;
    g.value = value_text(understand_span(x, i, to));
    understand_take(x, f, i, &g, false);
    return to;
}

/* The first later field that the token is certain to be; TEXT only where a known word begins it. */
static const struct field *fits_later(struct filling *x, unsigned k, unsigned i, enum fit own, struct got *g,
                                      unsigned *at)
{
    unsigned last = own == FIT_WRONG ? k + 2 : x->variant->uses_n;

    for (unsigned j = k + 1; j < last && j < x->variant->uses_n; j++) {
        const struct field *f = use(x, j);
        unsigned used;
        bool keep;

        if (understand_done(x, f))
            continue;
        if (f->type == FIELD_TEXT && f->list &&
            ((f->as == AS_DESTINATION && understand_destination(x, i, &keep)) ||
             phrase_at(&x->ts, i, f->list, &used) ||
             (f->list == x->words->signs && understand_sign_near(x, i, &used)))) {
            *at = j;
            g->fit = FIT_YES;
            return f;
        }
        /* `tidak sesak` begins the signs: it is no wrong weight (RULINGS 40). */
        if (f->type == FIELD_CHOICES && understand_negator(x, i)) {
            *at = j;
            return f;
        }
        /* A word that is only near a code (kucing, kuning) passes no field over. */
        if (f->type == FIELD_CHOICES && !phrase_at(&x->ts, i, f->list, &used))
            continue;
        if (f->type == FIELD_NUMBER && j > k + 1 && j >= x->head_uses && use(x, k)->type == FIELD_AGE)
            continue; /* `50,5 130/80`: what is no age is no optional number */
        *g = understand_read(x, f, i, false);
        if (g->fit == FIT_YES) {
            *at = j;
            return f;
        }
    }
    return NULL;
}

/* RULINGS 15: only between # does a wrong value look at the next field; a wrong number (RULINGS 30) or day
 * and half a blood pressure (RULINGS 26) never do. */
static bool may_move_on(const struct filling *x, const struct field *f, unsigned i)
{
    return (x->ts.t[i].sep & SEP_HASH) && f->type != FIELD_PRESSURE && f->type != FIELD_DATE &&
           f->type != FIELD_NOMOR;
}

/* RULINGS 20: an explicit unit decides the field. */
static bool take_by_unit(struct filling *x, unsigned i, unsigned *next)
{
    const struct field *guess = NULL;
    struct got kept = { 0 };

    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = use(x, k);
        struct got g;

        if (understand_done(x, f))
            continue;
        g = understand_read(x, f, i, false);
        if (!g.unit || g.fit == FIT_NO || g.fit == FIT_UNIT)
            continue;
        if (g.fit == FIT_YES &&
            (f->guess_max == 0 || (g.value.milli >= f->guess_min && g.value.milli <= f->guess_max))) {
            understand_take(x, f, i, &g, false);
            *next = i + g.used;
            return true;
        }
        if (!guess && g.fit == FIT_DOUBT) {
            guess = f;
            kept = g;
        }
    }
    if (!guess)
        return false;
    understand_take(x, guess, i, &kept, false);
    *next = i + kept.used;
    return true;
}

static unsigned part_end(const struct filling *x, unsigned i)
{
    unsigned k = i + 1;

    while (k < x->ts.n && !understand_parted(x, k) && !x->ts.t[k].taken)
        k++;
    return k;
}

static unsigned first_number(const struct filling *x, unsigned i)
{
    while (i < x->ts.n && x->ts.t[i].kind != TOKEN_NUMBER)
        i++;
    return i;
}

/* Nothing fits: the field is wrong.  Returns the next token. */
static unsigned unfit(struct filling *x, const struct field *f, unsigned i, const struct got *own)
{
    unsigned to = i + 1, used;
    bool counted = false;

    if (own->fit == FIT_WRONG) {
        understand_take(x, f, i, own, false);
        return i + own->used;
    }
    if (x->ts.t[i].kind == TOKEN_WORD && understand_filler(x, i, &used) && !understand_parted(x, i)) {
        x->ts.t[i].taken = true;
        return i + 1;
    }
    if (x->ts.t[i].kind == TOKEN_WORD && (i == 0 || understand_parted(x, i)))
        to = part_end(x, i);
    if (f->type == FIELD_CHOICE && x->ts.t[i].kind == TOKEN_WORD && first_number(x, i) <= to) {
        to = first_number(x, i); /* `panas 3`: the word is wrong, not the 3 */
        counted = true;
    }
    if (own->fit == FIT_UNIT && i + own->used > to)
        to = i + own->used;
    for (unsigned k = i; k < to; k++)
        x->ts.t[k].taken = true;
    understand_fault_words(x, f, ERROR_INVALID, i, to);
    if (x->lost_at == 0 && !counted)
        x->lost_at = i + 1;
    return to;
}

static bool is_required(const struct filling *x, const struct field *f)
{
    for (unsigned r = 0; r < x->variant->required_n; r++)
        if (x->variant->required[r] == f->position)
            return true;
    return false;
}

/* An age where one is due: its unit says so, or that the field behind it is none of numbers. */
static bool is_age(struct filling *x, unsigned k, unsigned i, const struct got *g)
{
    const struct field *behind = use(x, ++k);
    int jk = form_as(x->form, AS_SEX);
    enum fit fit;

    while (behind && understand_done(x, behind))
        behind = use(x, ++k);
    if (jk >= 0 && x->slots[jk].filled && x->slots[jk].to == i && (!behind || !is_required(x, behind)))
        return true; /* `P 14 bb 45 … haid umur 12` */
    fit = behind ? understand_read(x, behind, i, false).fit : FIT_NO;

    return g->unit || (fit != FIT_YES && fit != FIT_DOUBT);
}

/* A field that a label fills later in the text may stand here by position too: both must agree. */
static bool said_twice(struct filling *x, unsigned k, unsigned i, unsigned *next)
{
    const struct field *f = use(x, k);
    struct slot *s = &x->slots[f->position];
    struct got g;

    if (understand_born_behind(x, f, i, next))
        return true;
    if (!s->labelled || s->at < i || s->reject ||
        (f->type != FIELD_NUMBER && f->type != FIELD_AGE && f->type != FIELD_DATE) ||
        x->ts.t[i].kind != TOKEN_NUMBER)
        return false;
    g = understand_read(x, f, i, false);
    if (g.fit != FIT_YES || (f->type == FIELD_AGE && !is_age(x, k, i, &g)))
        return false;
    if (!value_equal(&g.value, &s->value)) { /* the first stands, `ada juga` the labelled one */
        s->error = ERROR_CONTRADICTION;
        s->value = g.value;
    }
    for (unsigned t = i; t < i + g.used; t++)
        x->ts.t[t].taken = true;
    *next = i + g.used;
    return true;
}

/* Which fields the head fills: all up to the last required one that is no list and no count behind a choice.
 */
static unsigned head_length(const struct filling *x)
{
    unsigned n = 0;

    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];

        if (f->type == FIELD_CHOICES || f->type == FIELD_COUNTS)
            break;
        if (r == 1 && f->type == FIELD_NUMBER &&
            x->form->fields[x->variant->required[0]].type == FIELD_CHOICE)
            break;
        n = r + 1;
    }
    return n;
}

/* `demam 3 hari`: how long it lasts, or how old she is? */
static bool lasts(const struct got *g)
{
    return g->unit && g->value.kind == VALUE_TEXT &&
           (slice_ends(g->value.text, "hr") || slice_ends(g->value.text, "mg"));
}

/* `30 pusing2 110/70`: signs before the number that is due. */
static bool signs_before(struct filling *x, const struct field *f, unsigned i, unsigned *next)
{
    unsigned at = understand_signs_end(x, i, x->ts.n, f->type != FIELD_AGE);
    struct got g;

    if (at == i || at >= x->ts.n || x->ts.t[at].taken || x->ts.t[at].kind != TOKEN_NUMBER ||
        ((x->ts.t[at].sep & SEP_HASH) && f->type != FIELD_PRESSURE))
        return false;
    g = understand_read(x, f, at, false);
    if (g.fit != FIT_YES && g.fit != FIT_DOUBT)
        return false;
    if (x->signs_at == 0)
        x->signs_at = i + 1;
    if (understand_fever(x, at) || lasts(&g)) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
    }
    understand_take(x, f, at, &g, false);
    *next = at + g.used;
    return true;
}

/* `wafat Bu Ning 31th nifas perdarahan`: her sex is not said, and what follows is why she died. */
static bool rest_is_cause(const struct filling *x, unsigned k)
{
    int sebab = form_as(x->form, AS_CAUSE);

    for (unsigned j = k + 1; j < x->head_uses; j++)
        if (!understand_done(x, use(x, j)))
            return false;
    return sebab >= 0 && !x->slots[sebab].filled;
}

static unsigned head_field(struct filling *x, unsigned *k, unsigned i)
{
    const struct field *f = use(x, *k), *later;
    struct got own, g;
    unsigned at = *k, next;

    if (x->ts.t[i].kind == TOKEN_EMPTY) {
        x->ts.t[i].taken = true;
        x->slots[f->position].given = true;
        (*k)++;
        return i + 1;
    }
    if (f->type == FIELD_NAME)
        return understand_take_name(x, f, use(x, *k + 1), i);
    if (f->type == FIELD_TEXT) {
        (*k)++;
        return take_text(x, f, i);
    }
    own = understand_read(x, f, i, false);
    if (x->ts.t[i].kind == TOKEN_WORD && own.fit == FIT_NO && signs_before(x, f, i, &next)) {
        (*k)++;
        return next;
    }
    if (own.fit == FIT_YES && understand_fever(x, i)) {
        own.fit = FIT_DOUBT;
        own.error = ERROR_AMBIGUOUS;
    }
    if (own.fit == FIT_YES || own.fit == FIT_DOUBT) {
        understand_take(x, f, i, &own, false);
        (*k)++;
        /* Its token holds the next fields too: they are in doubt, not missing. */
        for (unsigned j = *k; own.swallowed && j < x->head_uses; j++)
            if (use(x, j)->type == FIELD_NUMBER && !understand_done(x, use(x, j)))
                understand_fault(x, use(x, j), ERROR_AMBIGUOUS, false, i);
        return i + own.used;
    }
    if (x->ts.t[i].kind == TOKEN_NUMBER && take_by_unit(x, i, &next))
        return next;
    later = own.fit == FIT_WRONG && !may_move_on(x, f, i) ? NULL : fits_later(x, *k, i, own.fit, &g, &at);
    if (later) {
        /* RULINGS 15: the skipped ones are missing. */
        for (; *k < at; (*k)++)
            if (!x->slots[use(x, *k)->position].filled)
                x->slots[use(x, *k)->position].given = x->slots[use(x, *k)->position].passed = true;
        return i;
    }
    if (own.fit == FIT_NO && x->ts.t[i].kind == TOKEN_WORD && rest_is_cause(x, *k)) {
        x->slots[f->position].given = true;
        (*k)++;
        return i;
    }
    if (understand_rest_of_part(x, f, i))
        return i;
    next = unfit(x, f, i, &own);
    if (own.fit == FIT_WRONG)
        (*k)++;
    return next;
}

/* `rt 3`, `anak ke 2` among the required fields: passed over, but a text has it, and a place is kept. */
static bool pass_other(struct filling *x, const struct field *f, unsigned i)
{
    int lokasi = form_as(x->form, AS_LOCATION);
    struct got g = { .fit = FIT_YES, .companion = -1 };
    bool keep;

    if (!x->ts.t[i].other || f->type == FIELD_TEXT)
        return false;
    if (lokasi >= 0 && !x->slots[lokasi].filled &&
        understand_text_label(x, i, &x->form->fields[lokasi], &keep)) {
        while (i + g.used < x->ts.n && x->ts.t[i + g.used].other && !x->ts.t[i + g.used].taken)
            g.used++;
        g.value = value_text(understand_span(x, i, i + g.used));
        understand_take(x, &x->form->fields[lokasi], i, &g, false);
    }
    return x->ts.t[i].taken = true;
}

void understand_head(struct filling *x)
{
    unsigned n = head_length(x), k = 0, i = 0;

    x->head_uses = n;
    for (;;) {
        unsigned next;

        while (k < n && understand_done(x, use(x, k))) {
            if (i < x->ts.n && !x->ts.t[i].taken && said_twice(x, k, i, &next))
                i = next;
            k++;
        }
        while (i < x->ts.n && (x->ts.t[i].taken || (k < n && pass_other(x, use(x, k), i))))
            i++;
        if (k >= n || i >= x->ts.n || understand_signs_off(x, i))
            break;
        i = head_field(x, &k, i);
    }
    x->head_end = i;
}
