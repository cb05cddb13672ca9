/* asked.c - a question is no report: `apakah kasus diare perlu dilapor`, `kunj Ana bumil baik kan?`
 * (SPEC 2.2: accepted is what is certain).  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/report/report.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    LEAD = 4, /* words from the one for an example to the keyword: `contoh sms untuk rujuk` */
};

bool understand_asks(const struct words *words, const struct tokens *ts, unsigned i, unsigned *used)
{
    return phrase_is(ts, i, words->kata, "tanya", used);
}

/* What is questioned when nothing was measured: what was found, or who has died.  NULL: nothing is, as in a
 * weighing, or a referral or a rumour, which go out whatever is asked. */
static const struct field *in_question(const struct filling *x)
{
    if (x->form->about == FORM_ABOUT_EVENT)
        return NULL;
    for (unsigned r = 0; r < x->variant->required_n; r++) {
        const struct field *f = &x->form->fields[x->variant->required[r]];

        if ((f->type == FIELD_CHOICE && f->as != AS_GROUP) || f->type == FIELD_CHOICES)
            return f;
    }
    return form_is(x->form, FORM_DEATH) ? &x->form->fields[0] : NULL;
}

/* `baik besok`: a visit that is not made yet. */
static bool not_yet(const struct filling *x, const struct field *f)
{
    unsigned last = x->ts.n - 1;
    const struct word *w = f->as == AS_FINDINGS && x->slots[f->position].filled
                               ? list_find(x->words->kata, x->ts.t[last].low)
                               : NULL;

    return w && slice_is(w->code, "nanti") && x->slots[f->position].at + 1 == last &&
           !understand_parted(x, last);
}

void understand_asked(struct filling *x)
{
    const struct field *f = in_question(x);
    struct slice text = slice_trim(x->text);
    bool asked = (text.n && text.p[text.n - 1] == '?') || (f && not_yet(x, f));
    unsigned used;

    for (unsigned i = 1; f && !asked && phrase_code_may_be(&x->ts, "tanya") && i < x->ts.n; i++) {
        const struct word *w = list_find(x->words->kata, x->ts.t[i].low); /* among those that a field kept */

        asked = (w && slice_is(w->code, "tanya")) || understand_asks(x->words, &x->ts, i, &used);
    }
    if (f && asked && form_is(x->form, FORM_DEATH) && !x->unsure_at && x->ts.n > 1) {
        x->unsure_at = x->ts.n - 1;
        x->unsure_to = x->ts.n;
    } else if (f && asked && !x->slots[f->position].error)
        understand_fault(x, f, ERROR_AMBIGUOUS, false, TOKENS_MAX);
}

/* The only number of the text that may be that of a case, and behind it a question; else empty. */
static struct slice number_asked(const struct ruleset *rs, struct slice text, bool asks, struct arena *a)
{
    struct slice nomor = { 0 };
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return nomor;
    for (unsigned i = 0; i < ts.n; i++) {
        asks |= nomor.n && (understand_asks(&rs->forms.words, &ts, i, &used) ||
                            slice_is(phrase_code(&ts, i, rs->forms.words.kata, &used), "kabar"));
        if (ts.t[i].kind != TOKEN_NUMBER)
            continue;
        if (nomor.n || !slice_all_digits(ts.t[i].low) || ts.t[i].low.n < 4)
            return (struct slice){ 0 };
        nomor = ts.t[i].low;
    }
    return asks ? nomor : (struct slice){ 0 };
}

struct slice understand_asks_of(const struct ruleset *rs, struct slice text, bool far, const struct report *r,
                                struct arena *a)
{
    struct slice trimmed = slice_trim(text);

    if (!form_is(r->form, FORM_REFERRAL) || r->emergency)
        return (struct slice){ 0 };
    for (unsigned f = 0; f < r->form->fields_n; f++)
        if (r->values[f].kind != VALUE_ABSENT && r->form->fields[f].type != FIELD_NOMOR)
            return (struct slice){ 0 };
    /* `rujuk 1041 boleh?` asks whether to, and goes out */
    return number_asked(rs, text, far && trimmed.n && trimmed.p[trimmed.n - 1] == '?', a);
}

static bool leads(const struct words *words, const struct tokens *ts, unsigned i, unsigned *used)
{
    return phrase_at(ts, i, words->greetings, used) ||
           phrase_is(ts, i, words->kata, "penanda_tangan", used) ||
           phrase_is(ts, i, words->kata, "sela", used);
}

const struct form *understand_asks_example(const struct ruleset *rs, struct text_tokens *text,
                                           struct arena *a)
{
    const struct words *words = &rs->forms.words;
    const struct tokens *ts = tokens_of(text, &rs->forms, a);
    bool asks = slice_find(text->text, '?') < text->text.n, cries = false;
    const struct form *form = NULL;
    unsigned at = 0, used = 0;

    if (!phrase_code_may_be(ts, "contoh"))
        return NULL;
    while (at < ts->n && leads(words, ts, at, &used))
        at += used;
    if (at >= ts->n || !phrase_is(ts, at, words->kata, "contoh", &used))
        return NULL;
    at += used;
    for (unsigned k = at; !form && k < ts->n && k < at + LEAD && ts->t[k].kind == TOKEN_WORD; k++)
        form = understand_exact_form(&rs->forms, ts->t[k].low);
    for (unsigned k = at; !asks && k < ts->n; k++)
        asks = understand_asks(words, ts, k, &used);
    for (unsigned k = 0; phrase_may_be(ts, words->help) && k < ts->n; k++)
        cries |= phrase_at(ts, k, words->help, &used) != NULL;
    return asks && !cries ? form : NULL;
}
