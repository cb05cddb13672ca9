/* known.c - see known.h. */
#include "flows/talk/known.h"

#include "flows/care/child.h"
#include "flows/step/today.h"
#include "gateway/model/vocabulary.h"
#include "parsers/date.h"
#include "parsers/person_name.h"
#include "parsers/text.h"

enum {
    WORDS_MOST = 24,
    NAME_LEAST = 3, /* letters */
};

struct words_said {
    const struct ruleset *rules;
    struct slice word[WORDS_MOST]; /* of the text in lower case, letters alone */
    bool parted[WORDS_MOST];       /* something else than a blank stands before it */
    unsigned n;
    bool more;
};

/* Whom a report of hers is about; without a form no more is known than the name. */
struct patient {
    struct slice who, nomor;
    const struct form *form;
    const struct value *values;
    const uint8_t *faults; /* NULL: none */
};

/* Who is named, and where. */
struct found {
    struct patient is;
    unsigned from, to;
    bool several;
};

static void cut(struct slice low, struct words_said *x)
{
    bool parted = false;

    for (size_t at = 0; at < low.n;) {
        size_t from = at;

        while (at < low.n && (text_is_letter(low.p[at]) || low.p[at] == '\''))
            at++;
        if (at == from) {
            parted |= low.p[at++] != ' ';
            continue;
        }
        if (x->n == WORDS_MOST) {
            x->more = true;
            return;
        }
        x->parted[x->n] = parted;
        x->word[x->n++] = slice_make(low.p + from, at - from);
        parted = false;
    }
}

static bool is_known(const struct words_said *x, unsigned i)
{
    return vocabulary_word(x->rules->forms.vocabulary, x->word[i], NULL)->longest > 0;
}

/* As much of the name as stands at word i; 0: it does not. */
static unsigned stands_at(const struct words_said *x, unsigned i, struct slice who)
{
    unsigned n = 0;

    while (who.n && i + n < x->n && slice_eq(slice_cut(&who, ' '), x->word[i + n]))
        n++;
    return n && x->word[i].n >= NAME_LEAST && !is_known(x, i) ? n : 0;
}

static void look_for(const struct words_said *x, const struct patient *p, struct found *f)
{
    for (unsigned i = 0, n; i < x->n; i++)
        if ((n = stands_at(x, i, p->who))) {
            f->several |= f->is.nomor.n && !slice_eq(f->is.who, p->who);
            f->is = *p;
            f->from = i;
            f->to = i + n;
            return;
        }
}

/* A relative, or whoever came with her, is in the words: whose the sign is they do not say. */
static bool of_others(const struct words_said *x)
{
    const struct word_list *people = x->rules->forms.words.people;

    for (unsigned i = 0; i < x->n; i++) {
        const struct word *w = list_find(people, x->word[i]);

        if (w && !slice_is(w->code, "sapaan"))
            return true;
    }
    return false;
}

/* The words around the name are part of it: `pak budi`, `budi santoso`; of a mother `bu ana` is she. */
static bool another(const struct words_said *x, const struct found *f)
{
    const struct form *form = f->is.form;
    const struct word *title = NULL;

    if (f->from > 0 && !x->parted[f->from])
        title = list_find(x->rules->forms.words.titles, x->word[f->from - 1]);
    if (title && !slice_is(title->code, "penunjuk") &&
        !(form && form->about == FORM_ABOUT_MOTHER && slice_is(title->code, "ibu")))
        return true;
    return f->to < x->n && !x->parted[f->to] && !is_known(x, f->to);
}

/* What is certain of her in her report; empty: nothing. */
static struct slice certain(const struct patient *p, enum meaning as)
{
    int i = p->form ? form_as(p->form, as) : -1;

    return i < 0 || (p->faults && p->faults[i]) || (as == AS_NAME && form_is(p->form, FORM_BIRTH))
               ? slice_make("", 0)
               : text_as(p->form, p->values, as);
}

/* Her name as it was filed, else as it is typed now. */
static struct slice name_of(const struct words_said *x, const struct found *f, struct arena *a)
{
    struct slice typed = slice_make("", 0), nama = certain(&f->is, AS_NAME);
    bool repaired;

    if (nama.n)
        return nama;
    for (unsigned i = f->from; i < f->to; i++)
        typed = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(typed), typed.n ? " " : "", SLICE_ARG(x->word[i]));
    return person_name(typed, a, &nama, &repaired) ? nama : slice_make("", 0);
}

/* Whoever she filed a report of today, and whom she is asked about. */
static void look(const struct ruleset *rules, const struct sender_state *state, struct slice day,
                 const struct words_said *x, struct arena *a, struct found *f)
{
    struct slice list = today_of(state->filed, day);
    struct today_report r;

    while (today_next(&list, &r)) {
        struct patient p = { .who = r.who, .nomor = r.nomor };

        if (slice_eq(r.nomor, state->last.nomor)) {
            p.form = state->last.form;
            p.values = state->last.values;
        }
        look_for(x, &p, f);
    }
    for (unsigned i = 0; i < state->drafts_n; i++) {
        const struct draft *d = &state->drafts[i];
        struct patient p = { .nomor = d->nomor, .form = d->form, .values = d->values, .faults = d->faults };

        p.who = child_called(rules, certain(&p, AS_NAME), a);
        look_for(x, &p, f);
    }
}

void known_patient(struct listening *h)
{
    struct reading *r = h->r;
    struct slice day = date_iso(date_today(h->in->received_ms, h->rules->utc_offset_min), h->a);
    struct words_said *x = ARENA_NEW(h->a, struct words_said);
    struct found f = { 0 };

    if (!x || r->nomor.n || r->said.heard.feared || value_as(r->answer.form, r->answer.values, AS_NAME))
        return;
    x->rules = h->rules;
    cut(text_folded(r->said.body, h->a), x);
    look(h->rules, h->state, day, x, h->a, &f);
    if (f.is.nomor.n && !f.several && !x->more && !of_others(x) && !another(x, &f))
        understand_cry_of(h->rules, name_of(x, &f, h->a), certain(&f.is, AS_AGE), h->in->received_ms, h->a,
                          &r->answer);
}

/* The only call for help that is asked about, by whose name: nobody has it yet.  NULL: none, or several. */
static const struct draft *call_asked(const struct listening *h)
{
    const struct sender_state *state = h->state;
    const struct draft *only = NULL;

    for (unsigned i = 0; i < state->drafts_n; i++) {
        const struct draft *d = &state->drafts[i];
        bool had = d->correct || !form_is(d->form, FORM_REFERRAL) || value_as(d->form, d->values, AS_NAME) ||
                   value_as(d->form, d->values, AS_NUMBER) ||
                   !understand_calls_for_help(h->rules, text_as(d->form, d->values, AS_REASON), h->a) ||
                   open_find(&state->open, d->nomor);

        if (had)
            continue;
        if (only)
            return NULL;
        only = d;
    }
    return only;
}

void known_call(struct listening *h)
{
    struct reading *r = h->r;
    const struct draft *d = r->nomor.n || r->said.heard.feared ? NULL : call_asked(h);
    struct slice words;

    if (!d || value_as(r->answer.form, r->answer.values, AS_NAME))
        return;
    words = arena_printf(h->a, "%.*s; %.*s", SLICE_ARG(text_as(d->form, d->values, AS_REASON)),
                         SLICE_ARG(r->said.body));
    if (r->answer.emergency ? !understand_cry(h->rules, words, h->in->received_ms, h->a, &r->answer)
                            : !understand_plea(h->rules, words, h->in->received_ms, h->a, &r->answer))
        return;
    r->answer.plea = false; /* she calls again, and does not answer */
    r->joins = d->nomor;
}
