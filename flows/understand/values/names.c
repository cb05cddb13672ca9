/* names.c - where a name begins and ends (RULINGS 14, 22, 45).
 * See names.h. */
#include "flows/understand/values/names.h"

#include <string.h>

#include "flows/understand/signs/signs.h"
#include "flows/understand/values/destination.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"

enum {
    NEAR_IS_SIGN = 8 /* letters of a word that is no name, but a danger misspelt: `perdaraan` */
};

static bool foreign(char c)
{
    static const char signs[] = "@$%&+^~<>\\{}[]!";

    return (unsigned char)c >= 0x80 || memchr(signs, c, sizeof signs - 1) != NULL;
}

/* The name as typed, with signs glued to its ends that are no punctuation: `Rafi@` (RULINGS 22). */
static struct slice name_typed(const struct filling *x, unsigned from, unsigned to)
{
    struct slice s = understand_span(x, from, to);
    const char *end = x->text.p + x->text.n;

    while (s.n && s.p > x->text.p && foreign(s.p[-1]))
        s = (struct slice){ .p = s.p - 1, .n = s.n + 1 };
    while (s.n && s.p + s.n < end && foreign(s.p[s.n]))
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
            x->repairs[x->repairs_n++] = (struct repair){ .field = form_called(x->form, AS_NAME),
                                                          .typed = understand_span(x, from, to),
                                                          .read = *out };
    }
    return ok;
}

/* Two words of a number, which is none that can be read: `ke dua dua puluh delapan minggu`. */
static bool counts_on(const struct filling *x, unsigned i)
{
    unsigned used;

    return understand_number_word(x, i, &used) && i + used < x->ts.n &&
           understand_number_word(x, i + used, &used);
}

/* Words of the name from i on: up to a number, a label, a separator.  *mixed: a token of letters and digits
 * ended it. */
static unsigned words_end(const struct filling *x, unsigned i, const struct word_list *next, bool *mixed)
{
    unsigned j = i, used;

    *mixed = false;
    for (; j < x->ts.n; j++) {
        const struct token *t = &x->ts.t[j];

        if (t->taken || t->other || t->kind != TOKEN_WORD || (j > i && understand_parted(x, j)) ||
            understand_signs_off(x, j) || counts_on(x, j))
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
    if (!next || understand_done(x, next) || (next->type != FIELD_SEX && next->type != FIELD_CHOICE))
        return end;
    /* #Siti P#P#: the slot behind says it, so the name has the whole part. */
    if (understand_parted(x, end) && !(end > i && x->ts.t[end - 1].range) &&
        understand_read(x, next, end, false).fit == FIT_YES)
        return end;
    for (unsigned p = i; p < end; p++) {
        struct got g = understand_read(x, next, p, false);

        if (g.fit == FIT_NO)
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

/* A short word one edit from a danger is a name where the order of the values says so: first of the name, or
 * right before the sex or an age with more behind it, or between `#`.  `Kejan`, `Putri Kejana P`. */
static bool near_name(const struct filling *x, unsigned i, unsigned p, bool ordered)
{
    unsigned used;

    if (phrase_at(&x->ts, p, x->words->signs, &used) || x->ts.t[p].low.n >= NEAR_IS_SIGN)
        return false;
    while (i < p && understand_is(x, i, "penanda_tangan", &used))
        i += used;
    return i == p || ordered;
}

/* An age, and a reason behind it. */
static bool age_and_more(struct filling *x, unsigned i)
{
    int umur = form_as(x->form, AS_AGE);
    struct got g = umur >= 0 ? understand_read(x, &x->form->fields[umur], i, false) : (struct got){ 0 };

    return g.fit == FIT_YES && i + g.used < x->ts.n;
}

/* RUJUK Bu Ana perdarahan: without a number behind it the name ends where the signs begin. */
static unsigned cut_at_sign(struct filling *x, unsigned i, unsigned end, bool *doubt)
{
    unsigned used;
    bool referral = form_as(x->form, AS_REASON) >= 0;

    for (unsigned p = referral ? i : i + 1; (referral || end >= x->ts.n) && p < end; p++) {
        bool sign = understand_sign_near(x, p, &used);

        if (sign && used == 1 && (!referral || age_and_more(x, end)) &&
            (name_too(x, i, p, doubt) || near_name(x, i, p, false)))
            continue;
        if (sign || understand_negator(x, p) || (p > i && understand_destination_named(x, p)))
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
static unsigned name_without_signs(struct filling *x, unsigned i, unsigned end, const struct got *behind,
                                   bool *doubt)
{
    bool slot = x->ts.hash && (end >= x->ts.n || (x->ts.t[end].sep & SEP_HASH));

    for (unsigned p = i; p < end; p++) {
        unsigned used, to = understand_signs_end(x, p, end, true);

        if (to == p && p > i && understand_sign_near(x, p, &used) &&
            !near_name(x, i, p, (p + 1 == end && behind->fit == FIT_YES) || slot)) {
            to = p + used;
            if (used == 1 && to == end &&
                x->ts.t[p].low.n < NEAR_IS_SIGN) { /* `Putri Kejana 30`: or a sign? */
                *doubt = true;
                continue;
            }
        }
        if (to == p)
            continue;
        if (to == p + 1 && name_too(x, i, p, doubt))
            continue;
        if (x->signs_at == 0)
            x->signs_at = p + 1;
        return p;
    }
    return end;
}

static bool is_keyword(const struct filling *x, struct slice name)
{
    return understand_exact_form(&x->rs->forms, name) != NULL;
}

/* Between `#` a whole part that begins with a sign is the name; an emergency's word is asked about (RULINGS
 * 45). */
static bool whole_part(const struct filling *x, unsigned i, unsigned end, bool *doubt)
{
    unsigned used, juga;
    const struct word *w = phrase_at(&x->ts, i, x->words->signs, &used);

    if (!w || !x->ts.hash || end == i || !(end >= x->ts.n || (x->ts.t[end].sep & SEP_HASH)) ||
        (i > 0 && !(x->ts.t[i].sep & SEP_HASH)))
        return false;
    *doubt = understand_alarming(x, w->code) && !understand_is(x, i, "nama_juga", &juga);
    return true;
}

/* `Dingin Aulia P`: the sex right behind says that all of it may be the name. */
static bool sign_in_name(const struct filling *x, unsigned i, unsigned cut, const struct got *behind)
{
    unsigned used;
    const struct word *w = phrase_at(&x->ts, i, x->words->signs, &used);

    return w && used == 1 && !w->neutral && i + 2 == cut && behind->fit == FIT_YES &&
           !understand_alarming(x, w->code) && !phrase_at(&x->ts, i + 1, x->words->signs, &used) &&
           !understand_negator(x, i + 1) && !understand_is(x, i, "nama_juga", &used);
}

/* Where a name lies among the words that stand together. */
struct borders {
    unsigned from, end; /* all words */
    unsigned to;        /* of the name */
    unsigned cut;       /* where the value of the field behind begins, or end */
    struct got behind;
    bool doubt;
    bool mixed; /* a token of letters and digits ended the words */
};

/* `Siti bukan Sita P`: who it is not ends the name, and makes it doubtful (RULINGS 43); the sex behind is
 * hers.
 */
static void cut_at_denied(struct filling *x, struct borders *b)
{
    struct negation n;

    for (unsigned p = b->from + 1; p < b->to; p++) {
        if (!negation_at(&x->ts, p, x->words->negators, &n) || p + n.used >= b->to ||
            !(n.kind == NEGATION_ISNT || (n.kind == NEGATION_NOT && n.certain)))
            continue;
        b->doubt = true;
        while (b->to > p)
            x->ts.t[--b->to].taken = true;
    }
}

/* `tidak ada keluhan Siti`: no name begins so. */
static void skip_none(struct filling *x, struct borders *b)
{
    struct negation n;

    if (negation_at(&x->ts, b->from, x->words->negators, &n) && n.kind == NEGATION_NONE_OF &&
        b->from + n.used < b->to) {
        for (unsigned end = b->from + n.used; b->from < end; b->from++)
            x->ts.t[b->from].taken = true;
        b->doubt = true;
    }
}

static void find_borders(struct filling *x, const struct field *next, struct borders *b)
{
    if (whole_part(x, b->from, b->end, &b->doubt)) {
        b->to = b->cut = b->end;
        b->behind.fit = FIT_NO;
        return;
    }
    b->cut = name_cut(x, next, b->from, b->end, &b->behind);
    if (sign_in_name(x, b->from, b->cut, &b->behind)) {
        b->doubt = true;
    } else if (!name_too(x, b->from, b->from, &b->doubt)) { /* `pusing Sri`: signs before the name */
        unsigned from = past_signs(x, b->from, b->end);

        if (from > b->from) {
            if (from > b->end) /* `batuk 2 minggu Siti`: how long, too */
                b->end = words_end(x, from, next ? next->list : NULL, &b->mixed);
            b->from = from;
            b->cut = name_cut(x, next, b->from, b->end, &b->behind);
        }
    }
    if (b->cut == b->end)
        b->cut = cut_at_sign(x, b->from, b->end, &b->doubt);
    b->to = b->doubt ? b->cut : name_without_signs(x, b->from, b->cut, &b->behind, &b->doubt);
    understand_trim_name(x, next, b->end, &b->from, &b->to);
    cut_at_denied(x, b);
    for (unsigned p = b->from + 1, used; p + 1 < b->to; p++) /* `Dewi dan adiknya`: of which? */
        b->doubt |= understand_is(x, p, "sambung", &used);
    skip_none(x, b);
}

/* No name: letters and digits in one. */
static unsigned take_broken(struct filling *x, const struct field *f, unsigned from, unsigned to)
{
    struct got g = understand_wrong(ERROR_INVALID, to - from);

    understand_take(x, f, from, &g, false);
    return to;
}

static unsigned glued_end(const struct filling *x, unsigned i)
{
    do
        i++;
    while (i < x->ts.n && x->ts.t[i].glued);
    return i;
}

static unsigned part_end(const struct filling *x, unsigned i)
{
    do
        i++;
    while (i < x->ts.n && !understand_parted(x, i));
    return i;
}

/* Digits inside a name between #: Siti2, Siti 2 (RULINGS 22). */
static bool digits_inside(const struct filling *x, const struct field *next, const struct borders *b)
{
    return x->ts.hash && b->cut == b->end && b->end < x->ts.n && !understand_parted(x, b->end) &&
           !x->ts.t[b->end].taken &&
           (b->mixed || (x->ts.t[b->end].kind == TOKEN_NUMBER && next && next->type == FIELD_SEX));
}

/* `wafat tadi pagi P 30th`: when, and not who. */
static bool takes_day(struct filling *x, unsigned from, unsigned to)
{
    int date = form_as(x->form, AS_DATE);
    struct got g;
    unsigned used;

    if (!phrase_at(&x->ts, from, x->words->days, &used) || from + used != to)
        return false;
    g = date >= 0 ? understand_read_date(x, &x->form->fields[date], from, true) : understand_no();
    if (g.fit != FIT_NO && g.used == used)
        understand_take(x, &x->form->fields[date], from, &g, false);
    for (unsigned k = from; k < to; k++)
        x->ts.t[k].taken = true;
    return true;
}

/* `anak bu Sari namanya Rizal`: the words before belong to nobody's name, of a birth those behind, for it
 * names the mother; they are passed over, and kept. */
static void named_behind(struct filling *x, struct borders *b)
{
    unsigned used, from = b->from, to = b->to;

    for (unsigned k = from; k + 1 < to; k++) {
        bool mothers = form_is(x->form, FORM_BIRTH) && k > from;

        if (!slice_ends(x->ts.t[k].low, "nya") || !understand_is(x, k, "pembuka_nama", &used) ||
            k + used >= to)
            continue;
        b->from = mothers ? from : k + used;
        b->to = mothers ? k : to;
        for (unsigned i = from; i < to; i++)
            if (i < b->from || i >= b->to)
                x->ts.t[i].taken = true, x->ts.t[i].other = k > from; /* the word alone says nothing */
        return;
    }
}

unsigned understand_take_name(struct filling *x, const struct field *f, const struct field *next, unsigned i)
{
    struct got g = { .fit = FIT_YES, .companion = -1 };
    unsigned used;
    struct borders b = { .from = i };
    struct slice name = { 0 };

    b.end = words_end(x, i, next ? next->list : NULL, &b.mixed);
    if (x->ts.t[i].kind == TOKEN_NUMBER)
        b.mixed = i + 1 < x->ts.n && x->ts.t[i + 1].glued;
    find_borders(x, next, &b);
    i = b.from;
    if (b.end == i && b.mixed && i < x->ts.n)
        return take_broken(x, f, i, glued_end(x, i));
    if (b.end == i) {
        x->slots[f->position].given = true;
        return i;
    }
    if (digits_inside(x, next, &b))
        return take_broken(x, f, i, part_end(x, i));
    named_behind(x, &b);
    i = b.from;
    if (b.to > i && takes_day(x, i, b.to)) {
        x->slots[f->position].given = true;
    } else if (b.to > i) {
        g.used = b.to - i;
        if (understand_is(x, i, "letak", &used)) { /* `bumil di dusun Tengah kejang`: where, not who */
            g.fit = FIT_WRONG;
            g.error = ERROR_MISSING;
        } else if (!understand_name(x, i, b.to, &name)) {
            g.fit = FIT_WRONG;
            g.error = ERROR_INVALID;
        } else if (b.doubt || is_keyword(x, name)) {
            g.fit = FIT_DOUBT;
            g.error = ERROR_AMBIGUOUS;
        }
        g.value = value_text(name);
        understand_take(x, f, i, &g, false);
    } else {
        x->slots[f->position].given = true;
    }
    if (b.behind.fit == FIT_NO)
        return b.cut;
    understand_take(x, next, b.cut, &b.behind, false);
    return b.cut + b.behind.used;
}
