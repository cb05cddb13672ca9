/* head.c - the required fields, by position (RULINGS 14, 15, 20, 26).  See understand.h. */
#include "flows/understand/understand.h"

#include <string.h>

#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static const struct field *use(const struct filling *x, unsigned k)
{
    return k < x->variant->uses_n ? &x->form->fields[x->variant->uses[k]] : NULL;
}

static bool done(const struct filling *x, const struct field *f)
{
    return x->slots[f->position].filled || x->slots[f->position].given;
}

static bool hard(const struct filling *x, unsigned i)
{
    return i < x->ts.n && (x->ts.t[i].sep & SEP_HARD) != 0;
}

/* The name as typed, with signs glued to its ends that are no punctuation: `Rafi@` (RULINGS 22). */
static struct slice name_typed(const struct filling *x, unsigned from, unsigned to)
{
    static const char foreign[] = "@$%&+^~<>\\{}[]!";
    struct slice s = understand_span(x, from, to);
    const char *end = x->text.p + x->text.n;

    while (s.n && s.p > x->text.p && memchr(foreign, s.p[-1], sizeof foreign - 1))
        s = (struct slice){ .p = s.p - 1, .n = s.n + 1 };
    while (s.n && s.p + s.n < end && memchr(foreign, s.p[s.n], sizeof foreign - 1))
        s.n++;
    return s;
}

bool understand_name(struct filling *x, unsigned from, unsigned to, struct slice *out)
{
    bool repaired, ok = person_name(name_typed(x, from, to), x->arena, out, &repaired);

    if (ok && repaired && x->repairs_n < FORM_FIELDS) {
        if (!x->repairs)
            x->repairs = ARENA_ARRAY(x->arena, struct repair, FORM_FIELDS * 2);
        if (x->repairs)
            x->repairs[x->repairs_n++] =
                (struct repair){ .field = S("nama"), .typed = understand_span(x, from, to), .read = *out };
    }
    return ok;
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

        if (d->places[p].level != PLACE_DESA && d->places[p].level != PLACE_KELURAHAN)
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
    const struct field *lokasi = &x->form->fields[form_field(x->form, "lokasi")];
    const struct field *umur = &x->form->fields[form_field(x->form, "umur")];
    unsigned i = first_token(x), used;
    bool keep, word = false, none = false;
    struct got g = understand_read(x, &x->form->fields[0], i, false);

    if (x->slots[form_field(x->form, "nama")].filled || x->slots[form_field(x->form, "jk")].filled ||
        done(x, umur))
        return true;
    for (i += x->slots[0].filled ? 0 : g.used; i < x->ts.n; i++) {
        const struct token *t = &x->ts.t[i];

        if (t->taken)
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
            if (understand_is(x, i, "penanda_tangan", &used) &&
                x->slots[form_field(x->form, "jumlah")].filled)
                return false;
            if (phrase_at(&x->ts, i, x->form->fields[0].list, &used) ||
                phrase_at(&x->ts, i, x->words->signs, &used) || understand_filler(x, i, &used)) {
                i += used - 1;
                continue;
            }
            word = true;
        } else if (t->kind == TOKEN_NUMBER) {
            struct got day = understand_read(x, &x->form->fields[form_field(x->form, "tgl")], i, false);
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
    return word && x->ts.hash && !none && !x->slots[form_field(x->form, "jumlah")].filled;
}

void understand_choose_variant(struct filling *x)
{
    int nomor = form_field(x->form, "nomor");
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

/* --- names --- */

/* Words of the name from i on: up to a number, a label, a separator.  *mixed: a token of letters and digits
 * ended it. */
static unsigned words_end(const struct filling *x, unsigned i, const struct word_list *next, bool *mixed)
{
    unsigned j = i, used;

    *mixed = false;
    for (; j < x->ts.n; j++) {
        const struct token *t = &x->ts.t[j];

        if (t->taken || t->kind != TOKEN_WORD || (j > i && hard(x, j)))
            break;
        if (j + 1 < x->ts.n && x->ts.t[j + 1].glued && x->ts.t[j + 1].kind == TOKEN_NUMBER &&
            !x->ts.t[j + 1].taken) {
            if (next && phrase_at(&x->ts, j, next, &used) && used == 2) {
                j++;
                continue;
            }
            *mixed = true;
            break;
        }
    }
    return j;
}

/* Where the value of the field behind the name begins: the last sex (RULINGS 14), the first sasaran. */
static unsigned name_cut(struct filling *x, const struct field *next, unsigned i, unsigned end,
                         struct got *value)
{
    unsigned cut = end;

    value->fit = FIT_NO;
    if (!next || done(x, next) || (next->type != FIELD_SEX && next->type != FIELD_CHOICE))
        return end;
    /* #Siti P#P#: the slot behind says it, so the name has the whole part. */
    if (hard(x, end) && understand_read(x, next, end, false).fit == FIT_YES)
        return end;
    for (unsigned p = i; p < end; p++) {
        struct got g = understand_read(x, next, p, false);

        if (g.fit != FIT_YES)
            continue;
        if (next->type == FIELD_CHOICE && cut != end && cut > i)
            break;
        cut = p;
        *value = g;
        p += g.used - 1;
    }
    return cut;
}

/* The sign at token p may be a part of the name i..: `Dada`, `Bu Darah`.  *doubt: they may be signs as well.
 */
static bool name_too(const struct filling *x, unsigned i, unsigned p, bool *doubt)
{
    unsigned used;

    if (!understand_is(x, p, "nama_juga", &used))
        return false;
    while (i < p && understand_is(x, i, "penanda_tangan", &used))
        i += used;
    *doubt |= i < p;
    return true;
}

/* An age, and a reason behind it. */
static bool age_and_more(struct filling *x, unsigned i)
{
    int umur = form_field(x->form, "umur");
    struct got g = umur >= 0 ? understand_read(x, &x->form->fields[umur], i, false) : (struct got){ 0 };

    return g.fit == FIT_YES && i + g.used < x->ts.n;
}

/* RUJUK Bu Ana perdarahan: without a number behind it the name ends where the signs begin. */
static unsigned cut_at_sign(struct filling *x, unsigned i, unsigned end, bool *doubt)
{
    unsigned used;
    bool referral = form_field(x->form, "alasan") >= 0;

    for (unsigned p = referral ? i : i + 1; (referral || end >= x->ts.n) && p < end; p++) {
        bool sign = phrase_at(&x->ts, p, x->words->signs, &used);

        if (sign && used == 1 && (!referral || age_and_more(x, end)) && name_too(x, i, p, doubt))
            continue;
        if (sign || understand_negator(x, p))
            return p;
    }
    return end;
}

static unsigned past_signs(struct filling *x, unsigned i, unsigned end)
{
    unsigned to = understand_signs_end(x, i, end, true);

    if (to > i && x->signs_at == 0)
        x->signs_at = i + 1;
    return to;
}

/* Sri perdarahan 30: the name ends where signs begin; they are read with the others. */
static unsigned name_without_signs(struct filling *x, unsigned i, unsigned end, bool *doubt)
{
    for (unsigned p = i; p < end; p++) {
        unsigned to = understand_signs_end(x, p, end, true);

        if (to == p)
            continue;
        if (to == p + 1 && name_too(x, i, p, doubt))
            continue;
        (void)past_signs(x, p, end);
        return p;
    }
    return end;
}

static bool is_keyword(const struct filling *x, struct slice name)
{
    return understand_exact_form(&x->rs->forms, name) != NULL;
}

/* Takes the name, and the field behind it where one run of words holds both.  Returns the next token. */
static unsigned take_name(struct filling *x, const struct field *f, const struct field *next, unsigned i)
{
    struct got g = { .fit = FIT_YES, .companion = -1 }, behind;
    bool mixed, between = x->ts.hash;
    unsigned end = words_end(x, i, next ? next->list : NULL, &mixed), cut, name_end;
    struct slice name = { 0 };
    bool doubt = false;

    if (x->ts.t[i].kind == TOKEN_NUMBER)
        mixed = i + 1 < x->ts.n && x->ts.t[i + 1].glued;
    if (!name_too(x, i, i, &doubt)) /* `pusing Sri`: signs before the name */
        i = past_signs(x, i, end);
    cut = name_cut(x, next, i, end, &behind);
    if (cut == end)
        cut = cut_at_sign(x, i, end, &doubt);
    name_end = name_without_signs(x, i, cut, &doubt);
    if (end == i) {
        if (mixed) {
            g = (struct got){ .fit = FIT_WRONG, .error = ERROR_INVALID, .companion = -1, .used = 1 };
            while (i + g.used < x->ts.n && x->ts.t[i + g.used].glued)
                g.used++;
            understand_take(x, f, i, &g, false);
            return i + g.used;
        }
        x->slots[f->position].given = true;
        return i;
    }
    /* Digits inside a name between #: Siti2, Siti 2 (RULINGS 22). */
    if (between && cut == end && end < x->ts.n && !hard(x, end) && !x->ts.t[end].taken &&
        (mixed || (x->ts.t[end].kind == TOKEN_NUMBER && next && next->type == FIELD_SEX))) {
        g = (struct got){ .fit = FIT_WRONG, .error = ERROR_INVALID, .companion = -1, .used = 1 };
        while (i + g.used < x->ts.n && !hard(x, i + g.used))
            g.used++;
        understand_take(x, f, i, &g, false);
        return i + g.used;
    }
    if (name_end > i) {
        g.used = name_end - i;
        if (!understand_name(x, i, name_end, &name)) {
            g.fit = FIT_WRONG;
            g.error = ERROR_INVALID;
        } else if (doubt || is_keyword(x, name)) {
            g.fit = FIT_DOUBT;
            g.error = ERROR_AMBIGUOUS;
        }
        g.value = value_text(name);
        understand_take(x, f, i, &g, false);
    } else {
        x->slots[f->position].given = true;
    }
    if (behind.fit == FIT_YES) {
        understand_take(x, next, cut, &behind, false);
        return cut + behind.used;
    }
    return cut;
}

/* --- other fields --- */

static unsigned take_text(struct filling *x, const struct field *f, unsigned i)
{
    unsigned to = understand_text_end(x, i);
    struct got g = { .fit = FIT_YES, .companion = -1 };
    bool keep;

    for (unsigned k = i; k < to; k++)
        if (understand_destination(x, k, &keep)) {
            to = k;
            break;
        }
    if (to == i) { /* `rujuk Ana 28th ke pustu`: no reason */
        x->slots[f->position].given = true;
        return i;
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

        if (done(x, f))
            continue;
        if (f->type == FIELD_TEXT && f->list && phrase_at(&x->ts, i, f->list, &used)) {
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

        if (done(x, f))
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

    while (k < x->ts.n && !hard(x, k) && !x->ts.t[k].taken)
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
    if (x->ts.t[i].kind == TOKEN_WORD && understand_filler(x, i, &used) && !hard(x, i)) {
        x->ts.t[i].taken = true;
        return i + 1;
    }
    if (x->ts.t[i].kind == TOKEN_WORD && (i == 0 || hard(x, i)))
        to = part_end(x, i);
    if (f->type == FIELD_CHOICE && x->ts.t[i].kind == TOKEN_WORD && first_number(x, i) <= to) {
        to = first_number(x, i); /* `panas 3`: the word is wrong, not the 3 */
        counted = true;
    }
    if (own->fit == FIT_UNIT && i + own->used > to)
        to = i + own->used;
    for (unsigned k = i; k < to; k++)
        x->ts.t[k].taken = true;
    understand_fault(x, f, ERROR_INVALID, true, i);
    if (x->lost_at == 0 && !counted)
        x->lost_at = i + 1;
    return to;
}

/* A field that a label fills later in the text may stand here by position too: both must agree. */
static bool said_twice(struct filling *x, const struct field *f, unsigned i, unsigned *next)
{
    struct slot *s = &x->slots[f->position];
    struct got g;

    if (!s->labelled || s->at < i || s->reject || f->type != FIELD_NUMBER || x->ts.t[i].kind != TOKEN_NUMBER)
        return false;
    g = understand_read(x, f, i, false);
    if (g.fit != FIT_YES)
        return false;
    if (!value_equal(&g.value, &s->value))
        s->error = ERROR_CONTRADICTION;
    for (unsigned k = i; k < i + g.used; k++)
        x->ts.t[k].taken = true;
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

/* `demam 38`: a number right behind a fever may be the fever's own. */
static bool fever(struct filling *x, unsigned i)
{
    int suhu = form_field(x->form, "suhu");
    unsigned used;

    if (suhu < 0 || x->slots[suhu].filled || (x->ts.t[i].sep & SEP_HARD) ||
        understand_read(x, &x->form->fields[suhu], i, false).fit != FIT_YES)
        return false;
    for (unsigned k = i; k-- > 0 && x->ts.t[k].kind == TOKEN_WORD;)
        if (slice_is(phrase_code(&x->ts, k, x->words->signs, &used), "demam"))
            return used == i - k;
    return false;
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
    if (fever(x, at) || lasts(&g)) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
    }
    understand_take(x, f, at, &g, false);
    *next = at + g.used;
    return true;
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
        return take_name(x, f, use(x, *k + 1), i);
    if (f->type == FIELD_TEXT) {
        (*k)++;
        return take_text(x, f, i);
    }
    own = understand_read(x, f, i, false);
    if (x->ts.t[i].kind == TOKEN_WORD && own.fit == FIT_NO && signs_before(x, f, i, &next)) {
        (*k)++;
        return next;
    }
    if (own.fit == FIT_YES && fever(x, i)) {
        own.fit = FIT_DOUBT;
        own.error = ERROR_AMBIGUOUS;
    }
    if (own.fit == FIT_YES || own.fit == FIT_DOUBT) {
        understand_take(x, f, i, &own, false);
        (*k)++;
        /* Its token holds the next fields too: they are in doubt, not missing. */
        for (unsigned j = *k; own.swallowed && j < x->head_uses; j++)
            if (use(x, j)->type == FIELD_NUMBER && !done(x, use(x, j)))
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
                x->slots[use(x, *k)->position].given = true;
        return i;
    }
    next = unfit(x, f, i, &own);
    if (own.fit == FIT_WRONG)
        (*k)++;
    return next;
}

void understand_head(struct filling *x)
{
    unsigned n = head_length(x), k = 0, i = 0;

    x->head_uses = n;
    for (;;) {
        unsigned next;

        while (k < n && done(x, use(x, k))) {
            if (i < x->ts.n && !x->ts.t[i].taken && said_twice(x, use(x, k), i, &next))
                i = next;
            k++;
        }
        while (i < x->ts.n && x->ts.t[i].taken)
            i++;
        if (k >= n || i >= x->ts.n)
            break;
        i = head_field(x, &k, i);
    }
    x->head_end = i;
}
