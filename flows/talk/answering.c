/* answering.c - see answering.h. */
#include "flows/talk/answering.h"

#include <string.h>

#include "flows/talk/guess.h"
#include "flows/talk/shortly.h"
#include "flows/talk/words.h"
#include "gateway/model/vocabulary.h"
#include "parsers/text.h"

enum {
    ANOTHER_LEAST = 3 /* letters of a name that is looked for */
};

/* A name or words are asked, and all that is said is that something is not there: `tidak kejang`. */
static bool only_denies(const struct ruleset *rules, const struct draft *d, struct slice text,
                        struct arena *a)
{
    int i = form_field_named(d->form, d->field);
    enum field_type type = i >= 0 ? d->form->fields[i].type : FIELD_NUMBER;

    return (type == FIELD_NAME || type == FIELD_TEXT) && !asking_store(d->asking) &&
           understand_denies(rules, text, d->whom, a);
}

/* The draft that a text without keyword answers, as reading->answer. */
static bool try_answer(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                       struct arena *a, struct reading *r)
{
    struct report *known = ARENA_NEW(a, struct report);

    if (!known)
        return false;
    drafts_report(d, known);
    if (only_denies(rules, d, text, a))
        return false;
    if (d->asking == ASK_CHILD && slice_all_digits(slice_trim(text)))
        text =
            arena_printf(a, "NOMOR %.*s", SLICE_ARG(slice_trim(text))); /* one of those that were offered */
    if (!understand_answer(rules, known, asking_store(d->asking) ? slice_make("", 0) : d->field, text, at_ms,
                           a, &r->answer))
        return false;
    r->nomor = d->nomor;
    return true;
}

static const struct field *asked_field(const struct draft *d)
{
    int i = d ? form_field_named(d->form, d->field) : -1;

    if (d && i < 0) /* a letter of W2 */
        i = form_as(d->form, AS_CODES);
    return i >= 0 && !asking_store(d->asking) ? &d->form->fields[i] : NULL;
}

/* Neither a name nor words are asked, which may be anything. */
static bool asked_value(const struct draft *d)
{
    const struct field *f = asked_field(d);

    return f && f->type != FIELD_NAME && f->type != FIELD_TEXT;
}

/* `ada` to what is needed says that it is well: `gerakan janin ada`. */
static bool only_there(const struct ruleset *rules, const struct draft *d, const struct field *f,
                       struct slice text, struct arena *a)
{
    const struct value *v = f && f->as == AS_SIGNS ? &d->values[f->position] : NULL;
    bool needed = false;

    for (unsigned i = 0; v && v->kind == VALUE_LIST && i < v->n; i++)
        needed |= understand_needed(rules->forms.words.signs, v->items[i]) != NULL;
    return needed && words_answer(rules, NULL, text, a) != WORD_YES;
}

/* `bukan kembar, salah berat`: a no before the first comma keeps what was there, whatever follows. */
static bool keeps_before(const struct ruleset *rules, const struct draft *d, struct slice text,
                         struct arena *a)
{
    struct slice rest = text, head = slice_cut(&rest, ',');

    return d && d->asking == ASK_TWIN && rest.n && words_answer(rules, NULL, head, a) == WORD_NO;
}

/* What a text says in words to the question of d (NULL: of several).  `sehat` is a finding of a visit before
 * it is "nothing of the kind". */
static bool hear_words(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                       struct arena *a, struct reading *r)
{
    const struct field *f = asked_field(d);
    enum answer_word word = d && d->asking == ASK_AGAIN  ? words_again(rules, text, a)
                            : d && d->asking == ASK_SURE ? words_sure(rules, d->whom, text, a)
                                                         : words_answer(rules, f, text, a);

    if (word == WORD_NONE && keeps_before(rules, d, text, a))
        word = WORD_NO;
    if (word == WORD_NONE)
        word = shortly_answered(rules, d, text, a);
    if (word == WORD_NONE || (word == WORD_YES && only_there(rules, d, f, text, a)))
        return false;
    if (word == WORD_NOTHING && f && f->list && try_answer(rules, d, text, at_ms, a, r)) {
        r->kind = READING_ANSWER;
        return true;
    }
    r->kind = READING_WORDS;
    r->words = word;
    return true;
}

bool answering_takes_back(const struct ruleset *rules, const struct command *c, struct arena *a)
{
    return (c->kind == COMMAND_YA && !words_agree(rules, WORD_YES, c->catatan, a)) ||
           (c->kind == COMMAND_TIDAK && !words_agree(rules, WORD_NO, c->catatan, a));
}

/* `benar 8,9`, `ok 8,9`, `tidak, 30` while something is asked, and no number of anything: words to the
 * question. */
static bool no_command(const struct sender_state *state, const struct command *c)
{
    bool says = c->kind == COMMAND_BENAR || c->kind == COMMAND_BUKAN || c->kind == COMMAND_OK;
    bool answers = c->kind == COMMAND_YA || c->kind == COMMAND_TIDAK;

    return state->drafts_n && c->status == REPORT_REJECTED &&
           (says || (answers && c->error == ERROR_INVALID));
}

void answering_words(struct listening *h)
{
    struct reading *r = h->r;
    const struct command *c = r->kind == READING_COMMAND ? &r->said.command : NULL;

    if (c && (answering_takes_back(h->rules, c, h->a) || no_command(h->state, c))) { /* `ya tapi salah` */
        r->kind = READING_NOTHING;
        r->nomor = c->nomor;
        return;
    }
    if (r->said.emergency || r->kind == READING_REPORTS || reading_turned(r) || (c && c->nomor.n) ||
        (c && c->kind == COMMAND_BARU) ||
        words_ask(r->said.body)) /* it may be meant for a repeat: hearers.c */
        return;
    if (!h->state->drafts_n && words_answer(h->rules, NULL, r->said.body, h->a) != WORD_CANCEL)
        return; /* `ga jadi` may be about what was filed */
    (void)hear_words(h->rules, drafts_only(h->state), r->said.body, h->in->received_ms, h->a, r);
}

/* `bu lastri umurnya 26 th bu` to the question of a name: more is labelled in it. */
static bool labels_in_it(const struct ruleset *rules, const struct form *form, const struct field *f,
                         struct slice text, struct arena *a)
{
    struct slice rest = text_folded(text, a), word;

    while ((word = slice_cut(&rest, ' ')).n || rest.n)
        if (slice_ends(word, "nya") && words_label(rules, form, word) &&
            !words_labelled(f, slice_take(word, word.n - 3), a))
            return true;
    return false;
}

static bool has_letter(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text_is_letter(text.p[i]))
            return true;
    return false;
}

/* The only field whose value the text is by its unit, `30 minggu`; empty: none, or several. */
static struct slice by_unit(const struct ruleset *rules, const struct form *form, struct slice text,
                            int64_t at_ms, struct arena *a)
{
    struct slice only = slice_make("", 0);
    struct value v;
    unsigned n = 0;

    for (unsigned i = 0; i < form->fields_n && has_letter(text); i++) {
        const struct field *f = &form->fields[i];

        if ((f->type != FIELD_NUMBER && f->type != FIELD_AGE) || f->hidden ||
            understand_field(rules, form, i, text, at_ms, a, &v) != ERROR_NONE)
            continue;
        only = f->name;
        n++;
    }
    return n == 1 ? only : slice_make("", 0);
}

/* `30 minggu bu`, `oh ya bb nya 55` where the name is asked: a value by its label or unit, and no name. */
static bool try_beside_name(const struct ruleset *rules, const struct draft *d, struct slice text,
                            int64_t at_ms, struct arena *a, struct reading *r)
{
    struct report *known = ARENA_NEW(a, struct report);
    struct slice field;

    if (!known || !slice_has_digit(text))
        return false;
    drafts_report(d, known);
    text = words_plain(rules, d->form, text, a);
    if (!understand_answer(rules, known, slice_make("", 0), text, at_ms, a, &r->answer)) {
        field = by_unit(rules, d->form, text, at_ms, a);
        if (!field.n || !understand_answer(rules, known, field, text, at_ms, a, &r->answer))
            return false;
    }
    r->nomor = d->nomor;
    return true;
}

/* As it is, else without the words that say nothing: `bb nya 9,2 bu`. */
static bool try_plain(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                      struct arena *a, struct reading *r)
{
    const struct field *f = asked_field(d);

    if (f && f->type == FIELD_NAME && labels_in_it(rules, d->form, f, text, a) &&
        try_answer(rules, d, words_plain(rules, d->form, text, a), at_ms, a, r))
        return true;
    if (try_answer(rules, d, text, at_ms, a, r))
        return true;
    if (f && f->type == FIELD_NAME)
        return try_beside_name(rules, d, text, at_ms, a, r);
    if (f && f->type == FIELD_TEXT)
        return false;
    return try_answer(rules, d, words_plain(rules, d->form, text, a), at_ms, a, r);
}

/* The answer has a value that the draft did not have.  u: it is said not to be so, of which words are none,
 * and a list hears a no by itself; or NULL. */
static bool brings(const struct draft *d, const struct report *r, const struct unsaid *u)
{
    for (unsigned i = 0; i < d->form->fields_n; i++) {
        enum field_type type = d->form->fields[i].type;

        bool own =
            u && (type == FIELD_TEXT || ((type == FIELD_CHOICES || type == FIELD_ANSWERS) && u->signs));

        if (!own && !value_equal(&d->values[i], &r->values[i]))
            return true;
    }
    return false;
}

/* An answer; but `tidak 9,2` to the question of 9,2 is no yes.  `oh ya tb nya 74` leaves it open. */
static bool try_corrected(const struct ruleset *rules, const struct draft *d, struct slice text,
                          int64_t at_ms, struct arena *a, struct reading *r)
{
    struct slice value = words_correction(rules, text, a); /* `salah bu, harusnya 9.2` */
    int i = form_field_named(d->form, d->field);

    return try_plain(rules, d, value, at_ms, a, r) &&
           (value.n == text.n || i < 0 || d->values[i].kind == VALUE_ABSENT ||
            !value_equal(&d->values[i], &r->answer.values[i]) || brings(d, &r->answer, NULL));
}

/* `iya bu 8,8` to `BB 8,8, benar?`: yes; `ya tapi tb 75` too, with more (reading->mends). */
static bool confirms(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                     struct arena *a, struct reading *r)
{
    int i = form_field_named(d->form, d->field);
    struct slice value = words_behind_yes(rules, text, a);

    if (d->asking != ASK_VALUE || i < 0 || !value.n || !try_plain(rules, d, value, at_ms, a, r) ||
        !value_equal(&d->values[i], &r->answer.values[i]))
        return false;
    r->mends = brings(d, &r->answer, NULL);
    return true;
}

/* `pakai yang 8,9` to `Ganti yang tadi?`: which of them, by the weight that is to be it. */
static bool picks(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                  struct arena *a, struct reading *r)
{
    struct slice value = words_behind_pick(rules, text, a);
    struct report *known = ARENA_NEW(a, struct report);
    int f = form_as(d->form, AS_WEIGHT);

    if (d->asking != ASK_AGAIN || !known || f < 0 || !value.n)
        return false;
    drafts_report(d, known);
    return understand_answer(rules, known, d->form->fields[f].name, value, at_ms, a, &r->answer) &&
           !brings(d, &r->answer, NULL);
}

/* `bukan 9,2`, `9,2 salah`: a value that is said not to be so is none, and no yes to itself (RULINGS 43).  To
 * `BB 9,2, benar?` another value behind the no is the right one: `tidak 9,4`. */
static bool denied(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                   struct arena *a, struct reading *r)
{
    const struct field *f = asked_field(d);
    struct unsaid u;
    bool guess, other;

    if (!d->form || r->said.emergency || (f && f->type == FIELD_TEXT) ||
        !understand_unsays(rules, d->form, f, text, a, &u) || !try_plain(rules, d, u.value, at_ms, a, r))
        return false;
    other = brings(d, &r->answer, &u);
    guess = d->asking == ASK_VALUE &&
            (f ? !(f->type == FIELD_CHOICES && u.signs) &&
                     value_equal(&d->values[f->position], &r->answer.values[f->position])
               : !other); /* a letter of W2 */
    if ((!other && !guess) || (other && u.mends && d->error != ERROR_MISSING) ||
        (other && !u.behind && d->asking == ASK_VALUE))
        return false;
    r->words = guess ? WORD_NO : WORD_DENIED;
    return true;
}

/* `bukan 9,2 tapi 9,4` to the draft; of it as reading->answer. */
static enum instead instead_of(const struct ruleset *rules, const struct draft *d, struct slice text,
                               int64_t at_ms, struct arena *a, struct reading *r)
{
    struct report *known = ARENA_NEW(a, struct report);
    const struct field *f = asked_field(d);
    struct instead_of of = { .known = known,
                             .asked = f && !asking_store(d->asking) ? d->field : slice_make("", 0),
                             .at_ms = at_ms };

    if (!known || !d->form || r->said.emergency)
        return INSTEAD_NOT;
    drafts_report(d, known);
    return understand_instead(rules, &of, words_plain(rules, d->form, text, a), a, &r->answer);
}

/* One draft is meant: what the text says to it beside a plain value. */
static bool agrees_or_denies(const struct ruleset *rules, const struct draft *d, struct slice text,
                             int64_t at_ms, struct arena *a, struct reading *r)
{
    enum instead instead = instead_of(rules, d, text, at_ms, a, r);

    if (instead == INSTEAD_READ) {
        r->kind = READING_ANSWER;
        r->nomor = d->nomor;
        return true;
    }
    if (instead == INSTEAD_UNCLEAR)
        r->words = WORD_DENIED;
    else if (d->asking == ASK_VALUE && !asked_value(d) && !r->said.emergency &&
             form_field_named(d->form, d->field) != form_as(d->form, AS_NAME) &&
             only_denies(rules, d, text, a)) /* `tidak perdarahan kok bu` to `perdarahan, benar?` */
        r->words = WORD_NO;
    else if (denied(rules, d, text, at_ms, a, r))
        ;
    else if (confirms(rules, d, text, at_ms, a, r) || picks(rules, d, text, at_ms, a, r))
        r->words = WORD_YES;
    else
        return false;
    r->kind = READING_WORDS;
    r->nomor = d->nomor;
    return true;
}

static struct slice last_word(struct slice text)
{
    size_t n = text.n;

    while (n > 0 && text.p[n - 1] != ' ')
        n--;
    return slice_skip(text, n);
}

static struct slice without(struct slice text, struct slice word, struct arena *a)
{
    struct slice left = slice_make("", 0);

    while (text.n) {
        struct slice next = slice_cut(&text, ' ');

        if (!slice_eq(next, word))
            left = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(left), left.n ? " " : "", SLICE_ARG(next));
    }
    return left;
}

/* The number of a YA or TIDAK with free words behind it, which is no command (RULINGS 44). */
static struct slice numbered_yes(const struct reading *r)
{
    const struct turned *t = &r->said.turned;
    bool yes = r->said.kind == SAID_TURNED && t->why == TURNED_WORDS &&
               (t->command == COMMAND_YA || t->command == COMMAND_TIDAK);

    return yes ? t->nomor : slice_make("", 0);
}

/* A word of the name of whom it is about. */
static bool of_whom(const struct draft *d, struct slice word, struct arena *a)
{
    struct slice nama = text_as(d->form, d->values, AS_NAME), rest = text_folded(nama.n ? nama : d->whom, a);

    while (rest.n)
        if (slice_eq(slice_cut(&rest, ' '), word))
            return true;
    return false;
}

/* `Rafa bb 7,8` to what is asked of Keyla: before the value stands a word that no list knows, and that is
 * nothing of her name.  Empty: none does. */
static struct slice of_another(const struct ruleset *rules, const struct draft *d, struct slice text,
                               struct arena *a)
{
    struct slice rest = text_folded(text, a);

    while (rest.n) {
        struct slice word = rest;
        size_t n = 0;

        while (n < rest.n && text_is_letter(rest.p[n]))
            n++;
        word.n = n;
        if (n == 0 && text_is_digit(rest.p[0]))
            return slice_make("", 0);
        rest = slice_skip(rest, n ? n : 1);
        if (n < ANOTHER_LEAST || (rest.n && text_is_digit(rest.p[0])) || slice_ends(word, "nya"))
            continue;
        if (words_label(rules, d->form, word))
            return slice_make("", 0);
        if (!vocabulary_word(rules->forms.vocabulary, word, NULL)->begins && !of_whom(d, word, a))
            return word;
    }
    return slice_make("", 0);
}

/* The answer is a value, and no name or words: whose it is can be asked. */
static bool hers(const struct draft *d, const struct reading *r)
{
    const struct field *f = asked_field(d);

    return asked_value(d) || (f && f->type == FIELD_NAME &&
                              value_equal(&d->values[f->position], &r->answer.values[f->position]));
}

bool answering_one(const struct ruleset *rules, struct draft *d, struct slice text, int64_t at_ms,
                   struct arena *a, struct reading *r)
{
    text = guess_said(rules, d, asked_field(d), text, a);
    if (hear_words(rules, d, text, at_ms, a, r)) { /* `48217 YA`, as the question asks for it */
        r->nomor = d->nomor;
        return true;
    }
    if (agrees_or_denies(rules, d, text, at_ms, a, r))
        return true;
    r->kind = try_corrected(rules, d, text, at_ms, a, r) ? READING_ANSWER : READING_NOTHING; /* `BB 9,2` */
    if (r->kind == READING_ANSWER && hers(d, r))
        r->another = of_another(rules, d, text, a);
    return r->kind == READING_ANSWER;
}

void answering_value(struct listening *h)
{
    struct reading *r = h->r;
    struct slice rest = slice_trim(r->said.body), first = slice_cut(&rest, ' ');
    struct draft *d = drafts_find(h->state, first);
    unsigned fits = 0;

    if (r->said.kind == SAID_TURNED && !drafts_find(h->state, numbered_yes(r)))
        return;
    if (!d &&
        (d = drafts_find(h->state, r->nomor.n ? r->nomor : numbered_yes(r)))) /* `YA 48217 tapi bb 9,4` */
        rest = without(r->said.body, d->nomor, h->a);
    if (!d && (d = drafts_find(h->state, last_word(r->said.body)))) /* `gak jadi 48217` */
        rest = slice_take(r->said.body, r->said.body.n - d->nomor.n);

    if (d) {
        (void)answering_one(h->rules, d, rest, h->in->received_ms, h->a, r);
        return;
    }
    d = drafts_only(h->state);
    rest = guess_said(h->rules, d, asked_field(d), r->said.body, h->a);
    if (d && agrees_or_denies(h->rules, d, rest, h->in->received_ms, h->a, r))
        return;
    for (unsigned i = 0; i < h->state->drafts_n && fits < 2; i++)
        fits +=
            instead_of(h->rules, &h->state->drafts[i], rest, h->in->received_ms, h->a, r) != INSTEAD_NOT ||
            (!denied(h->rules, &h->state->drafts[i], rest, h->in->received_ms, h->a, r) &&
             try_corrected(h->rules, &h->state->drafts[i], rest, h->in->received_ms, h->a, r));
    if (fits && h->state->drafts_n > 1)
        r->kind = READING_WHICH;
    else if (fits) {
        r->kind = READING_ANSWER;
        if (hers(d, r))
            r->another = of_another(h->rules, d, rest, h->a);
    }
}
