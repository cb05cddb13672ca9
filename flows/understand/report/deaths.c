/* deaths.c - the report of somebody living that says that somebody died: who, and what is asked (RULINGS 49).
 * See deaths.h. */
#include "flows/understand/report/deaths.h"

#include "flows/understand/report/report.h"
#include "flows/understand/report/stages.h"
#include "flows/understand/signs/signs.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    DAYS = 8,  /* named in one WAFAT */
    REACH = 3, /* words between who died and the word of death: `ibunya sudah lama meninggal` */
};

/* No word of death begins anywhere, as in most texts. */
static bool nobody_died(const struct tokens *ts)
{
    return !phrase_code_may_be(ts, "mati") && !phrase_code_may_be(ts, "mati_bayi") &&
           !phrase_code_may_be(ts, "mati_janin");
}

static bool is_death(struct slice code)
{
    return slice_is(code, "mati") || slice_is(code, "mati_bayi") || slice_is(code, "mati_janin");
}

static void take(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to; k++)
        x->ts.t[k].taken = true;
}

/* What is doubted when the report of somebody living says that she died: how many, which number, who. */
static const struct field *doubted(const struct filling *x)
{
    static const enum meaning whose[] = { AS_COUNT, AS_NUMBER };
    int nama = form_as(x->form, AS_NAME);

    for (size_t k = 0; k < sizeof whose / sizeof *whose; k++) {
        int f = form_as(x->form, whose[k]);

        if (f >= 0 && x->slots[f].filled)
            return &x->form->fields[f];
    }
    return &x->form->fields[nama >= 0 ? nama : 0];
}

/* Token i is part of a word of the form's own that says death by itself: `ayam mati mendadak`. */
static bool of_a_word(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        for (unsigned k = 0; x->form->fields[f].type == FIELD_CHOICE && k <= i; k++)
            if (phrase_at(&x->ts, k, x->form->fields[f].list, &used) && k + used > i)
                return true;
    return false;
}

/* The same, as it was read. */
static bool of_a_choice(const struct filling *x, unsigned i)
{
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_CHOICE && x->slots[f].filled && x->slots[f].at <= i &&
            x->slots[f].to > i)
            return true;
    return false;
}

/* A person, or the unborn, at token i; empty: nobody. */
static struct slice person_at(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *w;

    if (understand_is(x, i, "janin", used))
        return S("janin");
    w = phrase_at(&x->ts, i, x->words->people, used);
    if (w && slice_is(w->code, "sapaan") && *used == 1 && slice_is(x->ts.t[i].low, "ibu"))
        return S("ibu"); /* `ibu meninggal`; of `ibu Ana meninggal` the name stands between */
    if (!w || slice_is(w->code, "sapaan") || slice_is(w->code, "bersama") || slice_is(w->code, "berkata"))
        return slice_make("", 0);
    return w->code;
}

static bool tells(const struct filling *x, unsigned i)
{
    unsigned used;
    struct slice code = phrase_code(&x->ts, i, x->words->people, &used);

    return slice_is(code, "bersama") || slice_is(code, "berkata");
}

/* A word that no list knows. */
static bool a_name(const struct filling *x, unsigned i)
{
    return x->ts.t[i].kind == TOKEN_WORD && x->ts.t[i].known && !x->ts.t[i].known->longest;
}

/* Who is named beside the word of death in tokens from..to, which the words then begin or end with. */
static struct slice named_beside(const struct filling *x, unsigned *from, unsigned *to)
{
    unsigned used;
    struct slice who;

    if (*to < x->ts.n && !(x->ts.t[*to].sep & SEP_HARD) && (who = person_at(x, *to, &used)).n) {
        *to += used;
        return who;
    }
    for (unsigned k = *from; k-- > 0 && *from - k <= REACH && !(x->ts.t[k + 1].sep & SEP_HARD);) {
        if ((x->ts.t[k].kind != TOKEN_WORD && !slice_is(x->ts.t[k > 0 ? k - 1 : 0].low, "ke")) || tells(x, k))
            break; /* `anak ke 2 meninggal` */
        who = x->ts.t[k].kind == TOKEN_WORD ? person_at(x, k, &used) : slice_make("", 0);
        if (k + 1 < *from && a_name(x, k + 1) &&
            slice_is(phrase_code(&x->ts, k, x->words->people, &used), "sapaan")) {
            if (!form_is(x->form, FORM_BIRTH))
                break;
            *from = k; /* of a birth the name is the mother's: `ibu Yuni meninggal` */
            return S("ibu");
        }
        if (!who.n || (k > 0 && !(x->ts.t[k].sep & SEP_HARD) && tells(x, k - 1)))
            continue;
        while (k > 0 && person_at(x, k - 1, &used).n && used > 1)
            k--; /* `anak tetangga` */
        *from = k;
        return who;
    }
    return slice_make("", 0);
}

/* Who died, as seen from whom the report is about: empty = she herself. */
static struct slice who_died(const struct filling *x, struct slice code, unsigned *from, unsigned *to)
{
    enum form_about about = x->form->about;
    unsigned at = *from, used;
    struct slice who = named_beside(x, from, to);
    bool unborn = slice_is(code, "mati_janin") || slice_is(who, "janin"), baby;

    baby = slice_is(code, "mati_bayi") || (who.n && *from < at && understand_is(x, *from, "bayi", &used));
    if (x->form->counts >= 0 ||
        (about == FORM_ABOUT_CHILD && !slice_is(who, "ibu") && !slice_is(who, "lain")))
        return slice_make("", 0);
    if (unborn || (baby && form_is(x->form, FORM_PREGNANCY)))
        return about == FORM_ABOUT_MOTHER && !form_is(x->form, FORM_PREGNANCY) ? S("anak") : S("janin");
    if (about != FORM_ABOUT_MOTHER)
        return who;
    return baby ? S("anak") : slice_is(who, "ibu") ? slice_make("", 0) : who;
}

/* Token i is part of a danger sign: `janin meninggal`. */
static bool of_a_sign(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > REACH ? i - REACH : 0; form_as(x->form, AS_SIGNS) >= 0 && k <= i; k++)
        if (phrase_at(&x->ts, k, x->words->signs, &used) && k + used > i)
            return true;
    return false;
}

bool understand_dying(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    for (unsigned k = i > REACH ? i - REACH : 0; k < i; k++)
        if (slice_is(phrase_code(ts, k, words->help, &used), "darurat") && k + used > i)
            return true;
    return false;
}

/* `tidak meninggal`, `tidak ada yang meninggal`, `hampir meninggal` */
static bool denied(const struct words *words, const struct tokens *ts, unsigned i)
{
    struct negation n;

    for (unsigned k = i; k-- > 0 && i - k <= REACH && !(ts->t[k + 1].sep & SEP_HARD);) {
        if (negation_at(ts, k, words->negators, &n) && negation_of_signs(n.kind))
            return true;
        if (!list_says(words->functions, ts->t[k].low, "ada") &&
            !list_says(words->functions, ts->t[k].low, "yang"))
            break;
    }
    return understand_dying(words, ts, i);
}

/* `wafat Bu Rina P 27th belum pasti`: whether she died, at the end and not of a cause. */
static void unsure(struct filling *x)
{
    unsigned used, behind;

    for (unsigned i = 1; form_is(x->form, FORM_DEATH) && i < x->ts.n; i++) {
        struct label_at l;

        if (!phrase_is(&x->ts, i, x->words->answers, "ragu", &used))
            continue;
        behind = i + used;
        if ((behind < x->ts.n && !(x->ts.t[behind].sep & SEP_HARD) &&
             !understand_is(x, behind, "terima_kasih", &used) &&
             !understand_is(x, behind, "partikel", &used) &&
             !understand_is(x, behind, "penanda_tangan", &used)) ||
            understand_label_at(x, i - 1, &l) || understand_is(x, i - 1, "sebab", &used))
            continue;
        x->unsure_at = i;
        x->unsure_to = behind;
        take(x, i, behind); /* and no cause */
        return;
    }
}

void understand_heed_death(struct filling *x)
{
    unsigned used, from, to;

    unsure(x);
    if (nobody_died(&x->ts))
        return;
    for (unsigned i = 0; i < x->ts.n && !x->death_at; i++) {
        const struct word *w = phrase_at(&x->ts, i, x->words->kata, &used);

        if (!w || !is_death(w->code) || denied(x->words, &x->ts, i))
            continue;
        from = i;
        to = i + used;
        x->died = who_died(x, w->code, &from, &to);
        if (slice_is(x->died, "janin") && form_as(x->form, AS_REASON) >= 0)
            continue; /* why she is referred */
        x->death_at = i + 1;
        x->died_words = x->died.n ? understand_span(x, from, to) : slice_make("", 0);
        if (!form_is(x->form, FORM_DEATH) && form_as(x->form, AS_REASON) < 0 && !of_a_word(x, i) &&
            !of_a_sign(x, i))
            take(x, x->died.n ? from : i, x->died.n ? to : i + used); /* no value, no part of a name */
    }
}

void understand_death(struct filling *x)
{
    const struct word *unborn;
    int signs = form_as(x->form, AS_SIGNS);

    if (x->day_at)
        understand_fault(x, &x->form->fields[form_as(x->form, AS_DATE)], ERROR_AMBIGUOUS, false, TOKENS_MAX);
    if (!x->death_at || form_is(x->form, FORM_DEATH) || of_a_choice(x, x->death_at - 1))
        return;
    unborn = word_by_code(x->words->kata, S("mati_janin"));
    x->death = true;
    x->death_of = doubted(x)->position;
    understand_fault(x, &x->form->fields[x->death_of], ERROR_AMBIGUOUS, false, TOKENS_MAX);
    if (slice_is(x->died, "janin") && signs >= 0 && unborn)
        understand_add_sign(x, &x->form->fields[signs], unborn->also);
}

void understand_unsure(struct report *r)
{
    int nama = form_as(r->form, AS_NAME);

    if (!r->unsure.n || nama < 0 || r->status == REPORT_REJECTED)
        return;
    r->status = REPORT_CONFIRM;
    r->error = ERROR_AMBIGUOUS;
    r->error_field = r->form->fields[nama].name;
    r->typed = r->unsure;
}

/* `katanya`, `mungkin sudah`: whether it is so nobody knows; *used gets the words. */
static bool hearsay(const struct words *words, const struct tokens *ts, unsigned i, unsigned *used)
{
    struct slice code;
    unsigned to, filler;

    if (phrase_is(ts, i, words->answers, "ragu", used))
        return true;
    code = phrase_code(ts, i, words->before, used);
    if (!slice_is(code, "kira") && !slice_is(code, "kira_belakang"))
        return false;
    for (to = i + *used; to < ts->n && phrase_is(ts, to, words->kata, "pengisi", &filler);)
        to += filler;
    return to == ts->n; /* `sekitar jam 9 meninggal` is of the hour */
}

void understand_hearsay(const struct ruleset *rs, struct slice before, struct arena *a, struct report *r)
{
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(before, NULL, &rs->forms, a, &ts))
        return;
    for (unsigned i = 0; i < ts.n && !r->unsure.n; i++) {
        if (!hearsay(&rs->forms.words, &ts, i, &used))
            continue;
        for (unsigned k = i; k < i + used; k++)
            r->unsure =
                arena_printf(a, "%.*s%s%.*s", SLICE_ARG(r->unsure), k > i ? " " : "", SLICE_ARG(ts.t[k].low));
    }
    understand_unsure(r);
}

/* --- the day of a death, among the days that a WAFAT names (RULINGS 31) --- */

struct day {
    unsigned from, to; /* tokens, its label among them */
};

static bool leads_to_day(const struct filling *x, unsigned i)
{
    struct label_at l;
    unsigned used;

    return x->ts.t[i].kind == TOKEN_WORD &&
           ((understand_label_at(x, i, &l) && l.field->type == FIELD_DATE) ||
            understand_filler(x, i, &used) ||
            slice_is(phrase_code(&x->ts, i, x->words->before, &used), "dahulu"));
}

/* The word of death ends before it or begins behind: `meninggal kemarin`. */
static bool of_the_death(const struct filling *x, const struct day *d, bool behind)
{
    unsigned used, i = d->from;

    if (behind)
        return d->to < x->ts.n && is_death(phrase_code(&x->ts, d->to, x->words->kata, &used));
    while (i > 0 && leads_to_day(x, i - 1))
        i--;
    for (unsigned k = i > REACH ? i - REACH : 0; k < i; k++)
        if (is_death(phrase_code(&x->ts, k, x->words->kata, &used)) && k + used == i)
            return true;
    return false;
}

/* Nothing but a name stands before token i: `Rafa kemarin L 14bl`. */
static bool behind_name(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind != TOKEN_WORD || phrase_at(&x->ts, k, x->words->sex, &used) ||
            x->ts.t[k].sep & SEP_HARD)
            return false;
    return true;
}

/* Right behind her age or sex, where the form has the day: no cause stands between. */
static bool in_its_place(const struct filling *x, const struct day *d)
{
    unsigned used, i = d->from;

    return behind_name(x, i) || (x->ts.t[i].sep & SEP_HASH) || x->ts.t[i - 1].kind != TOKEN_WORD ||
           phrase_at(&x->ts, i - 1, x->words->units, &used) || phrase_at(&x->ts, i - 1, x->words->sex, &used);
}

static bool since(const struct filling *x, const struct day *d)
{
    unsigned used;

    return d->from > 0 && slice_is(phrase_code(&x->ts, d->from - 1, x->words->before, &used), "dahulu");
}

/* A date before any other number is the day of birth, in the place of the age; so is one behind its label. */
static bool of_birth(const struct filling *x, unsigned i)
{
    struct label_at l;

    if (x->ts.t[i].kind != TOKEN_NUMBER)
        return false;
    for (unsigned k = 0; k < i; k++)
        if (understand_label_at(x, k, &l) && l.field->hidden && k + l.used == i)
            return true;
    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return false;
    return true;
}

static unsigned days_in(struct filling *x, struct day *days)
{
    const struct field *f = &x->form->fields[form_as(x->form, AS_DATE)];
    struct label_at l;
    unsigned n = 0;

    for (unsigned i = 0, used; i < x->ts.n && n < DAYS; i += used) {
        bool label = understand_label_at(x, i, &l) && l.field == f && i + l.used < x->ts.n;
        unsigned at = label ? i + l.used : i;
        struct got g = understand_read(x, f, at, label);

        used = 1;
        if (g.fit == FIT_NO || of_birth(x, at))
            continue;
        used = at + g.used - i;
        days[n++] = (struct day){ .from = i, .to = i + used };
    }
    return n;
}

void understand_death_day(struct filling *x)
{
    struct day days[DAYS];
    unsigned n = form_is(x->form, FORM_DEATH) && form_as(x->form, AS_DATE) >= 0 ? days_in(x, days) : 0;
    unsigned best = DAYS;

    for (unsigned i = n; i-- > 0;)
        best = in_its_place(x, &days[i]) ? i : best;
    for (unsigned i = n; i-- > 0;)
        best = of_the_death(x, &days[i], true) ? i : best;
    for (unsigned i = n; i-- > 0;)
        best = of_the_death(x, &days[i], false) ? i : best;
    for (unsigned i = n; i-- > 0 && best == DAYS;)
        if (!since(x, &days[i])) { /* `stroke kemarin`: since then, or of it? */
            best = i;
            x->day_at = days[i].to;
        }
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = days[i].from; i != best && k < days[i].to; k++)
            x->ts.t[k].other = true;
}

bool understand_says_death(const struct ruleset *rs, struct slice text, bool staff, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_clean(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i += used) { /* the longest counts: `mati lampu` is no death */
        struct slice code = phrase_code(&ts, i, words->kata, &used);

        if ((is_death(code) || (staff && slice_is(code, "mati_petugas"))) && !denied(words, &ts, i))
            return true;
    }
    return false;
}

/* Somebody else than whom the words are about: `bayinya masih hidup` of a mother who died. */
static bool another_lives(struct slice code, struct slice dead)
{
    if (!dead.n)
        return code.n > 0;
    return slice_is(dead, "anak") ? slice_is(code, "ibu") || slice_is(code, "lain") : slice_is(code, "anak");
}

bool understand_lives(const struct ruleset *rs, struct slice text, struct slice dead, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++) {
        struct slice code = phrase_code(&ts, i, words->kata, &used);
        bool other = false;

        if (!slice_is(code, "hidup") && !slice_is(code, "hidup_gawat"))
            continue;
        for (unsigned k = i > REACH ? i - REACH : 0; k < i; k++) /* `bayinya masih hidup` */
            other |= (k > 1 || dead.n) && another_lives(phrase_code(&ts, k, words->people, &used), dead);
        if (!other)
            return true;
    }
    return false;
}
