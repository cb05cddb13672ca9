/* whose.c - whose a danger sign is: hers whom the report is about, or somebody's who is named before it
 * (SPEC 2.2). See whose.h. */
#include "flows/understand/signs/whose.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

enum {
    NAMED = 3, /* words of a name behind an address, and no more */
    FELT = 24, /* weeks of pregnancy */
    CAUSE = 5, /* words between a death and what it came of */
};

/* A name behind an address is the one that the report is about: `bumil Ana … bu Ana pusing`. */
static bool names_her(const struct filling *x, unsigned from, unsigned to)
{
    int nama = form_as(x->form, AS_NAME);
    struct slice typed = nama >= 0 ? x->slots[nama].value.text : (struct slice){ 0 };

    while (typed.n)
        if (slice_ieq(slice_cut(&typed, ' '), x->ts.t[from].text))
            return true;
    return from >= to;
}

static bool upper(char c)
{
    return text_lower(c) != c;
}

/* A word that no list knows. */
static bool a_name(const struct filling *x, unsigned i)
{
    return x->ts.t[i].kind == TOKEN_WORD && x->ts.t[i].known && !x->ts.t[i].known->longest;
}

/* `85 Sari kejang`: right before the sign a word that is written as a name is. */
static bool named_plainly(const struct filling *x, const struct sign *s)
{
    const struct token *t = &x->ts.t[s->from], *name;

    if (s->from <= x->head_end || !a_name(x, s->from - 1))
        return false;
    name = t - 1;
    return name->text.n > 1 && !((t->sep | name->sep) & (SEP_HARD | SEP_DOT)) && upper(name->text.p[0]) &&
           !upper(name->text.p[1]) && !upper(t->text.p[0]) && !names_her(x, s->from - 1, s->from);
}

/* More than filling words and signs among these. */
static bool words_between(const struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to; k++)
        if (x->ts.t[k].kind == TOKEN_WORD && x->ts.t[k].known &&
            !(x->ts.t[k].begins & (x->words->kata->bit | x->words->signs->bit)))
            return true;
    return false;
}

const struct mention *understand_mentioned(const struct filling *x, const struct sign *s)
{
    for (unsigned k = s->from; k < s->to && x->mentions; k++)
        if (x->mentions[k].code.n)
            return &x->mentions[k];
    return &s->who;
}

static bool in_the_name(const struct filling *x, unsigned i)
{
    int nama = form_as(x->form, AS_NAME);

    return nama >= 0 && x->slots[nama].filled && x->slots[nama].at <= i && i < x->slots[nama].to;
}

/* The word is what a field says: the `bayi` of KUNJUNGAN, the `kelas ibu hamil` of KEGIATAN. */
static bool in_choice(const struct filling *x, unsigned i)
{
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_CHOICE && x->slots[f].filled && x->slots[f].at <= i &&
            i < x->slots[f].to)
            return true;
    return false;
}

/* Signs that only the child has, born or not: in the report of its mother they are that report's. */
static bool of_her_child(const struct filling *x, const struct sign *s)
{
    if (form_is(x->form, FORM_PREGNANCY))
        return slice_is(s->word->code, "gerak");
    return form_is(x->form, FORM_POSTNATAL) &&
           (slice_is(s->word->code, "menyusu") || slice_is(s->word->code, "tali_pusat"));
}

static bool kata_is(const struct filling *x, unsigned i, const char *code)
{
    const struct word *w = list_find(x->words->kata, x->ts.t[i].low); /* taken, too */

    return w && slice_is(w->code, code);
}

/* `kakaknya dulu meninggal karena pendarahan`: of what somebody else died. */
static bool of_the_dead(const struct filling *x, const struct sign *s)
{
    if (!x->death_at || x->death_at >= s->from || s->from - x->death_at > CAUSE ||
        form_is(x->form, FORM_DEATH) || !(slice_is(x->died, "lain") || slice_is(x->died, "ibu")) ||
        !(kata_is(x, s->from - 1, "sebab") || understand_says(x, s->from - 1, "gara")))
        return false;
    for (unsigned k = x->death_at; k <= s->from; k++)
        if ((x->ts.t[k].sep & (SEP_HARD | SEP_DOT | SEP_STOP)) ||
            (k < s->from && x->ts.t[k].kind != TOKEN_NUMBER && !(x->ts.t[k].begins & x->words->kata->bit)))
            return false;
    return true;
}

/* `bumil Ana … ibunya sesak`: she who is with child, or her mother. */
static bool mother_of_her(const struct filling *x, const struct mention *who)
{
    struct slice last = who->name > who->from ? x->ts.t[who->name - 1].low : slice_make("", 0);

    return form_is(x->form, FORM_PREGNANCY) && slice_is(who->code, "ibu") &&
           (slice_ends(last, "nya") || slice_ends(last, "nye"));
}

enum whose understand_whose(const struct filling *x, const struct sign *s)
{
    const struct mention *who = understand_mentioned(x, s);
    enum form_about about = x->form->about;
    bool own;

    if ((x->another_at && s->from >= x->another_at) || of_the_dead(x, s))
        return WHOSE_OTHER;
    if (!who->code.n ||
        (slice_is(who->code, "lain") && in_the_name(x, who->from) && !form_is(x->form, FORM_DEATH)))
        return named_plainly(x, s) ? WHOSE_DOUBT : WHOSE_OWN; /* `kunj mbah Karto … pusing` */
    if (slice_is(who->code, "sapaan") && who->name >= s->from)
        return about == FORM_ABOUT_MOTHER ? WHOSE_OWN : WHOSE_DOUBT;
    if (slice_is(who->code, "sapaan") && about == FORM_ABOUT_MOTHER && !a_name(x, who->name) &&
        !words_between(x, who->name, s->from))
        return WHOSE_OWN; /* `iyo bu ado perdarahan` */
    if (slice_is(who->code, "sapaan"))
        return names_her(x, who->name, s->from)                       ? WHOSE_OWN
               : a_name(x, who->name) && s->from - who->name <= NAMED ? WHOSE_OTHER
                                                                      : WHOSE_DOUBT;
    own = slice_is(who->code, about == FORM_ABOUT_CHILD ? "anak" : about == FORM_ABOUT_MOTHER ? "ibu" : "");
    if (own && mother_of_her(x, who))
        return WHOSE_DOUBT;
    if (own || in_choice(x, who->from) || (slice_is(who->code, "anak") && of_her_child(x, s)))
        return WHOSE_OWN;
    if (form_is(x->form, FORM_DEATH)) /* the living beside the dead; `wafat Bayi Ani` names the dead */
        return in_the_name(x, who->from) ? WHOSE_OWN : WHOSE_OTHER;
    if (who->doubt || (about == FORM_ABOUT_PERSON && slice_is(who->code, "ibu")))
        return WHOSE_DOUBT;
    if (understand_alarming(x, s->word->code) || understand_alarming(x, s->word->also))
        return WHOSE_OTHER;
    /* `ibunya kerja demam` */
    return words_between(x, who->name, s->from) ? WHOSE_DOUBT : WHOSE_OTHER;
}

unsigned understand_with_person(const struct filling *x, const struct sign *s, unsigned *to)
{
    const struct mention *who = understand_mentioned(x, s);

    *to = who->name > s->to ? who->name : s->to;
    if (x->another_at && s->from >= x->another_at)
        return x->another_at;
    return who->code.n && who->from < s->from ? who->from : s->from;
}

struct slice understand_past_people(const struct ruleset *rs, const struct report *known, int asked,
                                    struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned i = 0, used;

    if (asked < 0 || known->form->fields[asked].type != FIELD_SEX ||
        !tokens_cut(text_clean(text, a), NULL, &rs->forms, a, &ts))
        return text;
    while (i + 1 < ts.n && !phrase_at(&ts, i, rs->forms.words.sex, &used) &&
           phrase_at(&ts, i, rs->forms.words.people, &used))
        i += used;
    return i > 0 && i < ts.n
               ? slice_make(ts.t[i].text.p,
                            (size_t)(ts.t[ts.n - 1].text.p + ts.t[ts.n - 1].text.n - ts.t[i].text.p))
               : text;
}

unsigned understand_with_number(const struct tokens *ts, unsigned *from, unsigned to)
{
    while (from && *from > 0 && ts->t[*from - 1].other && !ts->t[*from - 1].taken &&
           ts->t[*from - 1].kind == TOKEN_NUMBER && !(ts->t[*from].sep & SEP_HARD))
        --*from;
    while (to < ts->n && ts->t[to].other && !ts->t[to].taken && !(ts->t[to].sep & SEP_HARD))
        to++;
    return to;
}

/* A number that is not the first, which says how many came: `20 1 orang pingsan`. */
static bool second_number(const struct filling *x, unsigned i)
{
    unsigned before = 0;

    for (unsigned k = 0; k < i; k++)
        before += x->ts.t[k].kind == TOKEN_NUMBER;
    return before > 0 && x->ts.t[i].kind == TOKEN_NUMBER;
}

/* `ada yang pingsan`, `1 ibu pingsan`, and not `kelas ibu hamil`: somebody has it. */
static bool somebody_has(const struct filling *x, const struct sign *s)
{
    const struct mention *who = understand_mentioned(x, s);
    unsigned i = s->from;
    const struct word *w;

    if (i == 0 || (who->code.n && !in_choice(x, who->from)))
        return i > 0;
    w = list_find(x->words->units, x->ts.t[i - 1].low);
    if (w && slice_is(w->code, "org") && i > 1)
        i--;
    return second_number(x, i - 1) || understand_says(x, i - 1, "ada") || understand_says(x, i - 1, "yang");
}

bool understand_of_nobody(const struct filling *x, const struct sign *s)
{
    const struct word *w = NULL;

    if (of_the_dead(x, s))
        return true;
    if (x->form->about != FORM_ABOUT_NOBODY || somebody_has(x, s))
        return false;
    for (unsigned i = 0; i < s->from; i++) {
        w = list_find(x->words->kata, x->ts.t[i].low); /* taken, too */
        if (w && (slice_is(w->code, "topik") || slice_is(w->code, "perihal")))
            return true;
    }
    return false;
}

bool understand_doubts_sign(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *w = phrase_at(&x->ts, i, x->words->before, used);
    unsigned sign, next = i + *used;
    struct negation n;

    if (w && next < x->ts.n && !(x->ts.t[next].sep & SEP_HARD) &&
        negation_at(&x->ts, next, x->words->negators, &n) && negation_of_signs(n.kind))
        next += n.used; /* `sepertinya tidak kejang` */
    if (w && next + 1 < x->ts.n && understand_says(x, next, "ada") && !(x->ts.t[next].sep & SEP_HARD))
        next++; /* `sepertinya ada bengkak` */
    return w && w->doubt && next < x->ts.n && !(x->ts.t[next].sep & SEP_HARD) &&
           phrase_at(&x->ts, next, x->words->signs, &sign);
}

bool understand_doubted(const struct filling *x, const struct sign *s)
{
    unsigned k = s->from;
    const struct word *w;

    if (k > 1 && understand_says(x, k - 1, "ada") && !(x->ts.t[k].sep & SEP_HARD))
        k--; /* `sepertinya ada bengkak` */
    w = k > 0 && !(x->ts.t[k].sep & SEP_HARD) ? list_find(x->words->before, x->ts.t[k - 1].low) : NULL;
    return w && w->doubt; /* taken, too */
}

void understand_scans(const struct filling *x, struct sign_scan *scan)
{
    scan->past = form_as(x->form, AS_REASON) < 0 && !form_is(x->form, FORM_BIRTH);
    scan->with_child = form_is(x->form, FORM_PREGNANCY);
}

bool understand_felt(const struct filling *x, struct slice sign)
{
    int f = form_as(x->form, AS_GESTATION);

    return !slice_is(sign, "gerak") || f < 0 || x->slots[f].value.kind != VALUE_NUMBER ||
           x->slots[f].value.milli >= FELT * 1000;
}

bool understand_there(const struct filling *x, const struct sign *s)
{
    return understand_alarming(x, s->word->code) || x->ts.t[s->to - 1].plus_behind ||
           (s->to < x->ts.n && (understand_says(x, s->to, "ada") || understand_says(x, s->to, "ya") ||
                                understand_says(x, s->to, "iya")));
}

bool understand_was(const struct filling *x, const struct sign *s)
{
    for (unsigned i = s->from; i < s->to; i++) {
        const struct word *w = list_find(x->words->kata, x->ts.t[i].low); /* taken, too */

        if (w && slice_is(w->code, "pengisi"))
            return true;
    }
    return false;
}

struct slice understand_denied_words(const struct filling *x, const struct value *signs)
{
    struct slice all = { 0 };

    for (unsigned i = 0; i < signs->n; i++)
        if (understand_alarming(x, signs->items[i]))
            all = arena_printf(x->arena, "%.*s%s%.*s", SLICE_ARG(all), all.n ? ", " : "tidak ada ",
                               SLICE_ARG(signs->items[i]));
    return all;
}
