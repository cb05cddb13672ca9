/* report.c - one report from its body.  See report.h; the way of a whole SMS is in understand/sms.c. */
#include "flows/understand/report/report.h"

#include <string.h>

#include "flows/understand/report/stages.h"
#include "flows/understand/signs/signs.h"
#include "flows/understand/values/before.h"
#include "flows/understand/values/labels.h"
#include "flows/understand/values/letters.h"
#include "flows/understand/values/numbers.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

/* TIMBANG BALITA Siti P …: the form said twice; but `TIMBANG Balita P` is a name to be asked about. */
static void skip_second_keyword(struct filling *x)
{
    const struct word_list *jk = x->words->sex;
    unsigned used;

    if (x->ts.n < 2 || x->ts.t[0].kind != TOKEN_WORD || x->ts.t[1].kind != TOKEN_WORD ||
        (x->ts.t[1].sep & SEP_HARD) || understand_exact_form(&x->rs->forms, x->ts.t[0].low) != x->form)
        return;
    if (!phrase_at(&x->ts, 1, jk, &used) && x->form->fields[0].type == FIELD_NAME)
        x->ts.t[0].taken = true;
}

/* True when a danger sign ends at token i, behind the first token. */
static bool sign_ends(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i; k > 0; k--)
        if (phrase_at(&x->ts, k, x->words->signs, &used) && used == i - k + 1)
            return true;
    return false;
}

/* A word of a report's end, of no list: `gatal2`, where the form keeps such words. */
static bool loose_word(const struct filling *x, unsigned i)
{
    unsigned used;
    bool figures = false;

    if (x->form->fields_n == 0 || form_as(x->form, AS_SIGNS) < 0 || x->ts.t[i].kind != TOKEN_WORD ||
        x->ts.t[i].label || x->ts.t[i].glued || x->ts.t[i].low.n < 4)
        return false;
    for (unsigned k = 0; k < i; k++)
        figures |= x->ts.t[k].kind == TOKEN_NUMBER;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return false;
    return figures;
}

/* It stays a part of the word before it. */
static void drop(struct tokens *ts, unsigned i)
{
    ts->t[i - 1].text.n = (size_t)(ts->t[i].text.p + ts->t[i].text.n - ts->t[i - 1].text.p);
    ts->n--;
    memmove(&ts->t[i], &ts->t[i + 1], (ts->n - i) * sizeof(ts->t[0]));
}

/* `pusing2`: a 2 glued behind a sign, or within one, says the word twice, as in pusing-pusing, and is no
 * value.  `batuk2 minggu` counts weeks. */
static void join_words_said_twice(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned i = 2; i < ts->n; i++) {
        unsigned used;

        if (ts->t[i].kind != TOKEN_NUMBER || ts->t[i].odd || !ts->t[i].glued ||
            !slice_eq(ts->t[i].low, S("2")) ||
            (i + 1 < ts->n && (ts->t[i + 1].glued || phrase_at(ts, i + 1, x->words->units, &used))) ||
            (!sign_ends(x, i - 1) && !sign_ends(x, i) && !loose_word(x, i - 1)))
            continue;
        if (!sign_ends(x, i - 1)) { /* `tidak bangun2` */
            ts->t[i - 1].low =
                arena_printf(x->arena, "%.*s %.*s", SLICE_ARG(ts->t[i - 1].low), SLICE_ARG(ts->t[i - 1].low));
            ts->t[i - 1].hyphens = true;
        }
        drop(ts, i);
        i--;
    }
}

static bool clitic(struct slice low)
{
    return slice_ends(low, "nya") || slice_ends(low, "nye");
}

static bool is_label(const struct form *form, struct slice low)
{
    const struct label *l = form_labels(form, low);

    while (l && !(slice_eq(l->first, low) && slice_empty(l->rest)))
        l = l->next;
    return l != NULL;
}

/* `bb anak 9,4`, `lila ibu 24`: whom the report is about. */
static bool hers(const struct filling *x, unsigned i)
{
    unsigned used;
    struct slice code = phrase_code(&x->ts, i, x->words->people, &used);

    return used == 1 && !(x->ts.t[i].sep & SEP_HARD) &&
           ((x->form->about == FORM_ABOUT_CHILD && slice_is(code, "anak")) ||
            (x->form->about == FORM_ABOUT_MOTHER && (slice_is(code, "ibu") || slice_is(code, "sapaan"))));
}

/* `bbnya 9,4`, `bb nya 9,4`: before a number the clitic belongs to no label, nor does she. */
static void drop_clitics(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned i = 0; i + 1 < ts->n; i++) {
        struct slice low = ts->t[i].low;
        struct label_at l;

        if (ts->t[i].kind != TOKEN_WORD || ts->t[i].hyphens)
            continue;
        if (ts->t[i + 1].kind == TOKEN_NUMBER && low.n > 3 && clitic(low) &&
            is_label(x->form, slice_take(low, low.n - 3)))
            ts->t[i].low = slice_take(low, low.n - 3);
        else if (i + 2 < ts->n && ts->t[i + 2].kind == TOKEN_NUMBER &&
                 ((ts->t[i + 1].low.n == 3 && clitic(ts->t[i + 1].low)) || (i > 0 && hers(x, i + 1))) &&
                 understand_label_at(x, i, &l) && l.used == 1)
            drop(ts, i + 1);
    }
}

/* `bumil Ana umur 25 28 110/70`: the mother's age is no week, where the form asks for none. */
static void drop_age(struct filling *x)
{
    struct tokens *ts = &x->ts;

    if (form_has(x->form, FIELD_AGE))
        return;
    for (unsigned i = 0; i + 1 < ts->n; i++) {
        struct slice unit = { 0 };
        unsigned used = 0;

        if (!understand_is(x, i, "umur", &used) || ts->t[i + 1].kind != TOKEN_NUMBER || ts->t[i + 1].taken)
            continue;
        used = 0;
        if (i + 2 < ts->n && ts->t[i + 2].kind == TOKEN_WORD)
            unit = phrase_code(ts, i + 2, x->words->units, &used);
        ts->t[i].taken = true;
        if (i + 2 + used < ts->n && ts->t[i + 2 + used].kind == TOKEN_NUMBER && slice_is(unit, "hr"))
            unit = slice_make("", 0); /* `umur 25 hari 5`: the next label */
        if (unit.n && !slice_is(unit, "th") && !slice_is(unit, "bl"))
            continue; /* `usia 28 mgg` */
        ts->t[i + 1].taken = true;
        if (slice_is(unit, "bl") && form_as(x->form, AS_GESTATION) >= 0) /* RULINGS 46 */
            understand_fault_words(x, &x->form->fields[form_as(x->form, AS_GESTATION)], ERROR_AMBIGUOUS,
                                   i + 1, i + 2 + used);
        if (unit.n)
            ts->t[i + 2].taken = true;
    }
}

/* `rujuk Tio laki2 9 bln`: no age, where the form asks for no sex. */
static void drop_sex(struct filling *x)
{
    unsigned used;

    for (unsigned i = 1; form_as(x->form, AS_SEX) < 0 && i + 1 < x->ts.n; i++)
        if (x->ts.t[i].kind == TOKEN_WORD && x->ts.t[i + 1].kind == TOKEN_NUMBER && x->ts.t[i + 1].glued &&
            phrase_at(&x->ts, i, x->words->sex, &used) && used == 2)
            x->ts.t[i].taken = x->ts.t[i + 1].taken = true;
}

static unsigned first_number(const struct filling *x)
{
    unsigned i = 0;

    while (i < x->ts.n && x->ts.t[i].kind != TOKEN_NUMBER)
        i++;
    return i;
}

/* `sutrisno lk 36`: where no sex is said, the label before the first number may be one, and that an age. */
static void doubt_labels(struct filling *x)
{
    int jk = form_as(x->form, AS_SEX);
    unsigned first = first_number(x);

    for (unsigned f = 0; jk >= 0 && !x->slots[jk].filled && f < x->form->fields_n; f++) {
        const struct slot *s = &x->slots[f];

        if (s->filled && s->labelled && !s->error && s->at > 0 && s->at == first && first < x->ts.n &&
            list_find(x->words->sex, x->ts.t[s->at - 1].low)) /* taken, too */
            understand_fault(x, &x->form->fields[f], ERROR_AMBIGUOUS, false, s->at);
    }
}

bool understand_cut(struct filling *x, struct slice body)
{
    x->text = body;
    if (!tokens_cut(body, x->form, &x->rs->forms, x->arena, &x->ts))
        return false;
    join_words_said_twice(x);
    if (x->whole)
        drop_clitics(x);
    if (x->whole || (x->answers && !x->labelled_only))
        understand_amends(x);
    understand_heard(x->words, &x->ts, x->arena, &x->heard);
    understand_heed_death(x);
    understand_before(x);
    understand_mentions(x);
    return true;
}

struct filling *understand_begin(const struct ruleset *rs, const struct form *form, int64_t today,
                                 struct arena *a)
{
    struct filling *x = ARENA_NEW(a, struct filling);

    if (!x)
        return NULL;
    x->rs = rs;
    x->form = form;
    x->variant = &form->variants[0];
    x->words = &rs->forms.words;
    x->arena = a;
    x->today = today;
    x->slots = ARENA_ARRAY(a, struct slot, form->fields_n);
    return x->slots ? x : NULL;
}

struct filling *understand_fill(const struct ruleset *rs, const struct form *form, struct slice body,
                                int64_t today, struct arena *a)
{
    struct filling *x = understand_begin(rs, form, today, a);

    if (!x)
        return NULL;
    x->whole = true;
    if (!understand_cut(x, body))
        return NULL;
    if (understand_is_pattern(x) || understand_taken_back(x) || understand_not_held(x))
        return x;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS) {
        understand_w2(x);
        return x;
    }
    understand_death_day(x);
    understand_mends(x);
    understand_another(x);
    if (understand_twins(x))
        return x;
    skip_second_keyword(x);
    understand_born(x);
    understand_trailers(x);
    understand_well_first(x);
    drop_age(x);
    drop_sex(x);
    understand_negated_value(x);
    understand_not_given(x);
    understand_labels(x);
    understand_beside_value(x);
    understand_pressures(x, false);
    understand_choose_variant(x);
    understand_head(x);
    understand_tail(x);
    understand_pressures(x, true);
    understand_overturned(x);
    understand_recovered(x);
    understand_mended(x);
    doubt_labels(x);
    understand_death(x);
    understand_asked(x);
    return x;
}

void understand_report(const struct ruleset *rs, const struct form *form, struct slice body, int64_t today,
                       struct arena *a, struct report *out)
{
    struct filling *x = understand_fill(rs, form, body, today, a);

    out->form = form;
    out->variant = &form->variants[0];
    out->body = body;
    out->status = REPORT_REJECTED;
    out->error = ERROR_INVALID;
    if (!x)
        return;
    understand_settle(x, out);
    out->withdrawn = x->withdrawn;
    out->nil = x->nil;
    out->pattern = x->pattern;
    out->twins = x->twins;
    out->refused = x->refused && slice_eq(out->error_field, x->refused->name);
}
