/* whom.c - see whom.h. */
#include "flows/talk/whom.h"

#include <string.h>

#include "flows/care/child.h"
#include "flows/step/today.h"
#include "flows/talk/words.h"
#include "gateway/model/vocabulary.h"
#include "parsers/date.h"
#include "parsers/text.h"

enum {
    WORDS_MOST = 32,
    NAME_LEAST = 3,  /* letters */
    TYPO_LEAST = 5,  /* letters of a name that one edit is looked for in */
    HERS = 3,        /* letters of `nya` */
    TITLES_MOST = 3, /* words: `anak bu` */
};

struct whom {
    const struct person *speaker; /* who says it; NULL: not known */
    struct slice of[READING_OF];  /* reports of today of those who are called so */
    unsigned n;
    bool many;             /* and more */
    struct slice stranger; /* a name of nobody of today, `bu Rini`; empty: there is none */
    bool led;              /* behind a word that leads to a name */
};

struct spoken {
    const struct ruleset *rules;
    const struct form *form; /* whose labels are no names; NULL: none */
    struct slice text;
    struct slice low[WORDS_MOST]; /* letters alone, of the text in lower case */
    size_t at[WORDS_MOST];
    bool figure[WORDS_MOST]; /* a number stands before it */
    unsigned n, before;      /* before: words before the first number */
    struct arena *a;
};

static bool in_name(char c)
{
    return text_is_letter(c) || c == '\'';
}

static void cut(struct spoken *x)
{
    struct slice low = text_folded(x->text, x->a);
    bool figure = false;

    x->before = WORDS_MOST;
    for (size_t at = 0; at < low.n;) {
        size_t from = at;

        while (at < low.n && in_name(low.p[at]))
            at++;
        if (at == from) {
            if (text_is_digit(low.p[at]) && x->before == WORDS_MOST)
                x->before = x->n;
            figure |= text_is_digit(low.p[at]);
            at++;
            continue;
        }
        if (x->n == WORDS_MOST)
            return;
        x->figure[x->n] = figure || (at < low.n && text_is_digit(low.p[at])); /* `bb9`, `9kg` */
        x->at[x->n] = from;
        x->low[x->n++] = slice_make(low.p + from, at - from);
        figure = false;
    }
}

static bool known(const struct ruleset *rules, struct slice word)
{
    return vocabulary_word(rules->forms.vocabulary, word, NULL)->longest > 0;
}

/* A word that no list knows. */
static bool may_name(const struct spoken *x, unsigned i)
{
    struct slice w = x->low[i];

    return w.n >= NAME_LEAST && !x->figure[i] && !known(x->rules, w) &&
           !(x->form && words_label(x->rules, x->form, w));
}

static bool is_title(const struct ruleset *rules, struct slice word)
{
    const struct word *title = list_find(rules->forms.words.titles, word),
                      *w = list_find(rules->forms.words.people, word);

    return (title && !slice_is(title->code, "penunjuk")) || (w && slice_is(w->code, "sapaan"));
}

/* What is said before a name: `bu`, `anak`, `yg`. */
static bool leads(const struct ruleset *rules, struct slice word)
{
    return list_find(rules->forms.words.titles, word) || list_find(rules->forms.words.people, word);
}

/* `anak bu siti`, `suami siti`: not Siti; `anak siti` may be. */
static bool of_hers(const struct spoken *x, unsigned i)
{
    const struct word *who, *elder;
    unsigned k = i;

    while (k > 0 && is_title(x->rules, x->low[k - 1]))
        k--;
    if (k == 0)
        return false;
    who = list_find(x->rules->forms.words.people, x->low[k - 1]);
    elder = list_find(x->rules->forms.words.titles, x->low[k - 1]);
    return who && (slice_is(who->code, "lain") ? !elder : k < i && slice_is(who->code, "anak"));
}

static struct slice stem(struct slice word)
{
    return slice_ends(word, "nya") && word.n > HERS + 2 ? slice_take(word, word.n - HERS) : word;
}

/* A name that is a word too, `Bulan`: first of all, or behind what leads to a name. */
static bool as_word(const struct spoken *x, unsigned i)
{
    return !x->figure[i] && (i == 0 || leads(x->rules, x->low[i - 1])) &&
           !(x->form && words_label(x->rules, x->form, x->low[i]));
}

/* How many words of a name stand in the text.  typo: one edit away. */
static unsigned stands(const struct spoken *x, struct slice who, bool typo)
{
    bool baby = slice_starts(who, "bayi ");
    unsigned hits = 0;

    while (who.n) {
        struct slice name = slice_cut(&who, ' ');
        bool hit = false, word = known(x->rules, name);

        if (name.n < (typo ? TYPO_LEAST : NAME_LEAST) || (typo && word) || is_title(x->rules, name) ||
            list_find(x->rules->forms.words.people, name))
            continue;
        for (unsigned i = 0; i < x->n && !hit; i++)
            hit = (!word || as_word(x, i)) &&
                  (typo ? may_name(x, i) && slice_one_edit(x->low[i], name)
                        : slice_eq(x->low[i], name) || slice_eq(stem(x->low[i]), name)) &&
                  (baby || !of_hers(x, i));
        hits += hit;
    }
    return hits;
}

/* Those of the list of whom most is said. */
static void find(const struct spoken *x, struct slice list, bool typo, struct whom *out)
{
    struct today_report r;
    unsigned best = 1;

    while (today_next(&list, &r)) {
        unsigned hits = stands(x, r.who, typo);

        if (hits < best)
            continue;
        if (hits > best) {
            out->n = 0;
            out->many = false;
        }
        best = hits;
        if (out->n < READING_OF)
            out->of[out->n++] = r.nomor;
        else
            out->many = true;
    }
}

/* A word of whom the last report is about, who need not be in the list. */
static bool of_last(const struct spoken *x, const struct last_report *l, struct slice word)
{
    struct slice names = l->nomor.n ? text_folded(l->whom, x->a) : slice_make("", 0);

    while (names.n) {
        struct slice name = slice_cut(&names, ' ');

        if (slice_eq(name, word) || slice_eq(name, stem(word)))
            return true;
    }
    return false;
}

/* The name at word i with what leads to it, as people write names. */
static struct slice as_name(const struct spoken *x, unsigned i)
{
    unsigned from = i;
    char *p;
    size_t n;

    while (
        from > 0 && i - from < TITLES_MOST &&
        (is_title(x->rules, x->low[from - 1]) || list_find(x->rules->forms.words.people, x->low[from - 1])))
        from--;
    n = x->at[i] + x->low[i].n - x->at[from];
    p = arena_alloc(x->a, n + 1);
    for (size_t k = 0; p && k < n; k++) {
        char c = x->text.p[x->at[from] + k];

        p[k] = (char)((k == 0 || p[k - 1] == ' ') && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return slice_make(p ? p : "", p ? n : 0);
}

struct staff {
    struct slice word;
    struct arena *a;
    bool found;
};

static void is_called(void *arg, const struct person *p)
{
    struct staff *s = arg;
    struct slice name = text_folded(p->name, s->a);

    s->found |= slice_eq(slice_cut(&name, ' '), s->word);
}

/* `maaf bu nur`, `bidan nur`: to whom she writes, one of those above her; `bu nur tensinya` may be another.
 */
static bool is_staff(const struct spoken *x, const struct person *speaker, unsigned i)
{
    struct staff s = { .word = x->low[i], .a = x->a };
    unsigned k = i;

    while (k > 0 && is_title(x->rules, x->low[k - 1]))
        k--;
    if (k == 0 || !list_find(x->rules->forms.words.greetings, x->low[k - 1]))
        return false;

    for (const struct place *p = speaker && speaker->place ? speaker->place->parent : NULL; p && !s.found;
         p = p->parent)
        directory_people_at(&x->rules->directory, p, is_called, &s);
    return s.found;
}

/* The first who is named, of whom there is no report: behind a word that leads to a name, or first of all. */
static void find_stranger(const struct spoken *x, const struct last_report *l, struct whom *out)
{
    bool label = false;

    for (unsigned i = 0; i < x->n; i++) {
        bool led = i > 0 && !x->figure[i] && leads(x->rules, x->low[i - 1]);

        label |= x->form && words_label(x->rules, x->form, x->low[i]);
        if (!may_name(x, i) || (of_last(x, l, x->low[i]) && !of_hers(x, i)) || slice_ends(x->low[i], "nya"))
            continue;
        if ((!led && (label || i >= x->before)) || is_staff(x, out->speaker, i))
            continue;
        out->stranger = as_name(x, i);
        out->led = led;
        return;
    }
}

static void named(const struct ruleset *rules, const struct sender_state *state, struct slice list,
                  struct slice text, struct arena *a, struct whom *out)
{
    struct spoken *x = ARENA_NEW(a, struct spoken);

    *out = (struct whom){ .speaker = out->speaker };
    if (!x)
        return;
    x->rules = rules;
    x->form = state->last.nomor.n ? state->last.form : NULL;
    x->text = text;
    x->a = a;
    cut(x);
    find(x, list, false, out);
    if (!out->n)
        find(x, list, true, out);
    if (!out->n)
        find_stranger(x, &state->last, out);
}

bool whom_spoken_of(const struct reading *r)
{
    const struct command *c = &r->said.command;

    if (reading_turned(r))
        return false;
    if (r->kind == READING_COMMAND)
        return c->kind == COMMAND_KOREKSI && !c->nomor.n;
    return r->kind == READING_ANSWER ? r->another.n > 0
                                     : r->kind == READING_NOTHING && !drafts_find(r->state, r->nomor);
}

void whom_read(struct listening *h)
{
    struct reading *r = h->r;
    struct slice day = date_iso(date_today(h->in->received_ms, h->rules->utc_offset_min), h->a);
    struct slice text = r->kind == READING_COMMAND ? r->said.command.correction : r->said.body;
    struct whom w = { .speaker = h->who->person };

    if (!whom_spoken_of(r))
        return;
    named(h->rules, h->state, today_of(h->state->filed, day), text, h->a, &w);
    if (r->kind != READING_ANSWER) {
        r->stranger = w.stranger;
        r->led = w.led;
    }
    r->of_last = w.n == 1 && slice_eq(w.of[0], h->state->last.nomor);
    if (r->of_last && r->kind != READING_ANSWER)
        return;
    memcpy(r->of, w.of, sizeof r->of);
    r->of_n = w.n;
    r->of_many = w.many;
}
