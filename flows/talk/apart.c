/* apart.c - see apart.h. */
#include "flows/talk/apart.h"

#include <string.h>

#include "flows/care/child.h"
#include "flows/talk/answering.h"
#include "flows/talk/words.h"
#include "gateway/model/vocabulary.h"
#include "parsers/text.h"

enum {
    WORDS_MOST = 48,
    PARTS_MOST = 8,
    UNHEARD_LEAST = 6, /* letters: what was said of her at least, when it is not understood */
};

struct typed {
    struct slice low; /* lower case */
    const char *from, *to;
};

/* One open question and the words that lead its part. */
struct lead {
    struct draft *draft;
    unsigned from, to;
};

static bool parts_words(struct slice text, size_t at)
{
    bool decimal = strchr(",.", text.p[at]) && at > 0 && at + 1 < text.n && text_is_digit(text.p[at - 1]) &&
                   text_is_digit(text.p[at + 1]);

    return strchr(" \t\n,;:!#*()", text.p[at]) && !decimal;
}

/* The text as words, and where its parts begin. */
struct apart {
    const struct ruleset *rules;
    struct sender_state *state;
    struct arena *a;
    struct typed w[WORDS_MOST];
    unsigned n;
    struct lead l[PARTS_MOST];
    unsigned leads;
};

/* False: none, or too many. */
static bool cut(struct apart *x, struct slice text)
{
    size_t at = 0;

    while (at < text.n) {
        size_t from;

        while (at < text.n && parts_words(text, at))
            at++;
        from = at;
        while (at < text.n && !parts_words(text, at))
            at++;
        if (at == from)
            continue;
        if (x->n == WORDS_MOST)
            return false;
        x->w[x->n++] = (struct typed){ .low = text_folded(slice_make(text.p + from, at - from), x->a),
                                       .from = text.p + from,
                                       .to = text.p + at };
    }
    return x->n > 0;
}

/* Words from i on are these, with blanks between. */
static unsigned stands(const struct apart *x, unsigned i, struct slice words)
{
    unsigned used = 0;

    while (words.n)
        if (i + used >= x->n || !slice_eq(x->w[i + used++].low, slice_cut(&words, ' ')))
            return 0;
    return used;
}

/* A word that some list knows says something else too. */
static bool only_a_name(const struct ruleset *rules, struct slice low)
{
    return low.n > 2 && !vocabulary_word(rules->forms.vocabulary, low, NULL)->begins;
}

static enum field_type asks_for(const struct draft *d)
{
    int i = form_field_named(d->form, d->field);

    return i >= 0 && !asking_store(d->asking) ? d->form->fields[i].type : FIELD_NUMBER;
}

/* Whose name is asked of a cry, by the words of it: the `ana` of `bu ana pendarahan hebat`. */
static struct slice cried_of(const struct apart *x, const struct draft *d)
{
    struct slice rest = text_folded(text_as(d->form, d->values, AS_REASON), x->a), before = { 0 }, word;

    while (form_is(d->form, FORM_REFERRAL) && rest.n) {
        word = slice_cut(&rest, ' ');
        if (before.n && list_find(x->rules->forms.words.titles, before) && only_a_name(x->rules, word))
            return word;
        before = word;
    }
    return slice_make("", 0);
}

/* Its name as people say it; empty where a name or words are asked, which may have one in them. */
static struct slice called(const struct apart *x, const struct draft *d)
{
    struct slice nama = text_as(d->form, d->values, AS_NAME);

    if (asks_for(d) == FIELD_NAME)
        return cried_of(x, d);
    if (asks_for(d) == FIELD_TEXT)
        return slice_make("", 0);
    return child_called(x->rules, nama.n ? nama : d->child.n || d->picked.n ? d->whom : nama, x->a);
}

/* Her name, or the first word of it, stands at word i: how many words; 0: not. */
static unsigned called_at(const struct apart *x, const struct draft *d, unsigned i)
{
    struct slice name = called(x, d), rest = name, first = slice_cut(&rest, ' ');
    unsigned all = stands(x, i, name);

    return all ? all : first.n && slice_eq(first, x->w[i].low);
}

/* Some word is a label of what is asked: `umur bu ana 28`. */
static bool labelled(const struct apart *x, const struct draft *d)
{
    int f = form_field_named(d->form, d->field);
    bool found = false;

    for (unsigned i = 0; f >= 0 && i < x->n && !found; i++)
        found = words_labelled(&d->form->fields[f], x->w[i].low, x->a);
    return found;
}

/* The open question that word i leads to, by number, full name, or a first name that is nobody else's; of
 * several of one name the one whose field is named.  *used: its words; 0: none.  NULL with words: several are
 * called so. */
static struct draft *led(const struct apart *x, unsigned i, unsigned *used)
{
    struct draft *found = drafts_find(x->state, x->w[i].low), *only = NULL;
    bool named = false;

    *used = found != NULL;
    for (unsigned k = 0; !found && only_a_name(x->rules, x->w[i].low) && k < x->state->drafts_n; k++) {
        struct draft *d = &x->state->drafts[k];
        unsigned all = called_at(x, d, i);
        bool this = all && labelled(x, d);

        if (!all || all < *used || (all == *used && named && !this))
            continue;
        only = all == *used && named == this ? NULL : d; /* two are called so */
        named = this;
        *used = all;
    }
    return found ? found : only;
}

/* `dan`: it says nothing of either. */
static bool joins(const struct ruleset *rules, const struct typed *w)
{
    const struct word *kata = list_find(rules->forms.words.kata, w->low);

    return kata && slice_is(kata->code, "sambung") && !kata->doubt;
}

/* It belongs to what stands behind it: a label, a joining word. */
static bool leads_on(const struct ruleset *rules, const struct draft *d, const struct typed *w)
{
    return joins(rules, w) || words_label(rules, d->form, w->low);
}

/* `bu ana`, `anak budi` */
static bool leads_name(const struct ruleset *rules, struct slice low)
{
    const struct word *w = list_find(rules->forms.words.people, low);

    return list_find(rules->forms.words.titles, low) || (w && slice_is(w->code, "anak"));
}

static unsigned with_title(const struct apart *x, unsigned from)
{
    unsigned least = x->leads ? x->l[x->leads - 1].to : 0;

    while (from > least && leads_name(x->rules, x->w[from - 1].low))
        from--;
    return from;
}

/* False: some name is that of several. */
static bool find_leads(struct apart *x)
{
    for (unsigned i = 0, used; i < x->n; i += used ? used : 1) {
        struct draft *d = led(x, i, &used);

        if (used && !d)
            return false;
        if (!used)
            continue;
        if (x->leads && x->l[x->leads - 1].draft == d && x->l[x->leads - 1].to == i) {
            x->l[x->leads - 1].to = i + used; /* `48217 Rafa 11,2` */
            continue;
        }
        for (unsigned k = 0; k < x->leads; k++)
            if (x->l[k].draft == d)
                return false;
        if (x->leads == PARTS_MOST)
            return false;
        x->l[x->leads] = (struct lead){ .draft = d, .from = with_title(x, i), .to = i + used };
        x->leads++;
    }
    return x->leads > 0;
}

static struct slice span(const struct apart *x, unsigned from, unsigned to)
{
    return from < to ? slice_make(x->w[from].from, (size_t)(x->w[to - 1].to - x->w[from].from))
                     : slice_make("", 0);
}

/* The names stand behind their values: `11,2 Rafa, 7,8 Keyla`. */
static bool names_follow(const struct apart *x)
{
    return x->leads > 1 && x->l[x->leads - 1].to == x->n && x->l[0].from > 0;
}

/* `umur bu ana 28` as `bu ana umur 28`; behind `nama` it stands already. */
static struct slice name_first(const struct apart *x, const struct lead *l, struct slice before,
                               struct slice behind)
{
    const struct field *f = &l->draft->form->fields[form_field_named(l->draft->form, l->draft->field)];
    struct slice name = span(x, l->from, l->to);
    bool led = words_labelled(f, before, x->a);

    return arena_printf(x->a, "%.*s %.*s %.*s", SLICE_ARG(led ? before : name),
                        SLICE_ARG(led ? name : before), SLICE_ARG(behind));
}

/* Part i: what stands behind its name up to the next one's words, in front of it what leads to it. */
static struct slice part(const struct apart *x, unsigned i)
{
    const struct lead *l = &x->l[i];
    unsigned least = i ? l[-1].to : 0, from = i ? l->from : 0, to = i + 1 < x->leads ? l[1].from : x->n;
    struct slice before, behind;

    if (names_follow(x))
        return span(x, least, l->from);
    while (from > least && leads_on(x->rules, l->draft, &x->w[from - 1]))
        from--;
    while (i + 1 < x->leads && to > l->to && leads_on(x->rules, l[1].draft, &x->w[to - 1]))
        to--;
    while (i > 0 && from < l->from && joins(x->rules, &x->w[from]))
        from++;
    before = span(x, from, l->from);
    behind = span(x, l->to, to);
    if (asks_for(l->draft) == FIELD_NAME && !slice_all_digits(x->w[l->from].low)) /* her name is the answer */
        return name_first(x, l, before, behind);
    return arena_printf(x->a, "%.*s%s%.*s", SLICE_ARG(before), before.n && behind.n ? " " : "",
                        SLICE_ARG(behind));
}

/* Behind a name that is asked stands a measure, or nothing: `umur bu ana 28`, and not `bu ana sudah dibawa`.
 */
static bool may_be(const struct apart *x, const struct lead *l, struct slice body)
{
    return asks_for(l->draft) != FIELD_NAME || x->state->drafts_n == 1 || slice_has_digit(body) ||
           l->to - l->from == x->n;
}

/* False: it answers nothing. */
static bool read_part(const struct apart *x, unsigned i, int64_t at_ms, const struct reading *r,
                      struct reading *out)
{
    const struct reading said = { .acting = r->acting,
                                  .state = x->state,
                                  .nomor = x->l[i].draft->nomor,
                                  .said.body = slice_trim(part(x, i)) };

    *out = said;
    if (said.said.body.n && may_be(x, &x->l[i], said.said.body) &&
        answering_one(x->rules, x->l[i].draft, said.said.body, at_ms, x->a, out))
        return true;
    *out = said;
    out->kind = READING_WORDS;
    out->words = WORD_UNHEARD;
    return false;
}

void apart_read(struct listening *h)
{
    struct reading *r = h->r;
    struct apart *x = h->state->drafts_n ? ARENA_NEW(h->a, struct apart) : NULL;
    struct reading *all = x ? ARENA_ARRAY(h->a, struct reading, PARTS_MOST) : NULL;
    unsigned answered = 0;

    if (!all || r->said.kind != SAID_NOTHING || r->said.next || words_ask(r->said.body))
        return;
    *x = (struct apart){ .rules = h->rules, .state = h->state, .a = h->a };
    if (!cut(x, r->said.body) || !find_leads(x) ||
        (x->leads == 1 && slice_eq(x->w[x->l[0].from].low, x->l[0].draft->nomor))) /* answering_value() */
        return;
    for (unsigned i = 0; i < x->leads; i++) {
        if (read_part(x, i, h->in->received_ms, r, &all[i]))
            answered++;
        else if (all[i].said.body.n < UNHEARD_LEAST) /* `Rafa sama Keyla 7,8` */
            return;
        all[i].next = i + 1 < x->leads ? &all[i + 1] : NULL;
    }
    if (!answered || (answered < x->leads && r->said.today))
        return;
    *r = all[0];
}

static bool rings(const struct apart *x, struct slice text, int64_t at_ms)
{
    struct said *said = ARENA_NEW(x->a, struct said);

    return !said || !understand_sms(x->rules, text, at_ms, x->a, said) || said_rings(said);
}

void apart_beside(struct listening *h)
{
    struct reading *r = h->r;
    struct apart *x = h->state->drafts_n && r->said.kind == SAID_NOTHING && !r->said.next
                          ? ARENA_NEW(h->a, struct apart)
                          : NULL;
    struct reading *all = x ? ARENA_ARRAY(h->a, struct reading, PARTS_MOST) : NULL;
    struct reading *last = r;

    if (!all)
        return;
    *x = (struct apart){ .rules = h->rules, .state = h->state, .a = h->a };
    if (!cut(x, r->said.body) || !find_leads(x))
        return;
    for (unsigned i = 0; i < x->leads; i++)
        if (!slice_eq(x->l[i].draft->nomor, r->nomor) && !rings(x, part(x, i), h->in->received_ms) &&
            read_part(x, i, h->in->received_ms, r, &all[i]))
            last = last->next = &all[i];
}

void apart_yes_to_all(struct listening *h)
{
    struct reading *r = h->r;
    struct reading *all = NULL;
    unsigned n = 0;

    if (h->state->drafts_n < 2 || h->state->drafts_n > PARTS_MOST || r->said.kind == SAID_REPORTS ||
        r->said.next || words_ask(r->said.body) || !words_yes_to_all(h->rules, r->said.body, h->a))
        return;
    all = ARENA_ARRAY(h->a, struct reading, PARTS_MOST);
    for (unsigned i = 0; all && i < h->state->drafts_n; i++) {
        const struct draft *d = &h->state->drafts[i];

        all[i] = (struct reading){ .acting = r->acting,
                                   .state = h->state,
                                   .kind = READING_WORDS,
                                   .nomor = d->nomor,
                                   .words = d->asking == ASK_VALUE ? WORD_YES : WORD_UNHEARD,
                                   .said.body = r->said.body };
        all[i].next = i + 1 < h->state->drafts_n ? &all[i + 1] : NULL;
        n += d->asking == ASK_VALUE;
    }
    if (!n)
        return;
    *r = all[0];
}
