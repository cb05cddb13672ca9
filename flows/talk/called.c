/* called.c - see called.h. */
#include "flows/talk/called.h"

#include <string.h>

#include "gateway/model/vocabulary.h"
#include "parsers/text.h"

enum {
    NAME_LEAST = 3, /* letters */
    HERS = 3,       /* letters of `nya` */
};

/* The word of the text that begins at `at`, letters only. */
static struct slice word_at(struct slice text, size_t at)
{
    size_t n = at;

    while (n < text.n && text_is_letter(text.p[n]))
        n++;
    return slice_make(text.p + at, n - at);
}

/* The code by which it leads a name: `bu`, `anak`; empty: it does not. */
static struct slice leading(const struct ruleset *rules, struct slice word)
{
    const struct word *w = list_find(rules->forms.words.titles, word);

    w = w ? w : list_find(rules->forms.words.people, word);
    return w ? w->code : slice_make("", 0);
}

/* `anak ana` is not Bu Ana; `ana` alone, or behind any other word, may be. */
static bool another_title(const struct ruleset *rules, struct slice before, const struct open_case *c,
                          struct arena *a)
{
    struct slice rest = text_folded(c->whom, a), first = slice_cut(&rest, ' ');
    const struct word *said = list_find(rules->forms.words.titles, before),
                      *known = list_find(rules->forms.words.titles, first);

    if (said && slice_is(said->code, "penunjuk"))
        return false; /* `yg ana` */
    if (said && known)
        return !slice_eq(said->code, known->code);
    return known && !said && !slice_is(leading(rules, before), "sapaan") && leading(rules, before).n;
}

/* The words stand in the lower case text as words: *found is where, with the title before them. */
static bool stands(const struct ruleset *rules, struct slice low, const struct open_case *c, struct arena *a,
                   struct slice *found)
{
    struct slice before = slice_make("", 0), word;

    for (size_t at = 0; at + c->who.n <= low.n; at += word.n ? word.n : 1) {
        struct slice here = slice_skip(low, at);

        word = word_at(low, at);
        if (!word.n)
            continue;
        if (slice_eq(slice_take(here, c->who.n), c->who) &&
            (here.n == c->who.n || !text_is_letter(here.p[c->who.n]))) {
            const char *from = list_find(rules->forms.words.titles, before) ? before.p : here.p;

            *found = slice_make(from, (size_t)(here.p + c->who.n - from));
            return !another_title(rules, before, c, a);
        }
        before = word;
    }
    return false;
}

/* The only case whose patient is named in the lower case text; *found: where.  NULL: none, or several. */
static const struct open_case *named(const struct ruleset *rules, const struct sender_state *state,
                                     struct slice low, struct arena *a, struct slice *found)
{
    const struct open_case *only = NULL;

    for (unsigned i = 0; i < state->open.n; i++) {
        const struct open_case *c = &state->open.all[i];
        struct slice rest = c->who, first = slice_cut(&rest, ' '), at;

        if (first.n < NAME_LEAST || c->what == OPEN_ALERT || c->what == OPEN_VERIFY ||
            vocabulary_word(rules->forms.vocabulary, first, NULL)->begins || !stands(rules, low, c, a, &at))
            continue;
        if (only)
            return NULL;
        only = c;
        *found = at;
    }
    return only;
}

struct slice called_case(const struct ruleset *rules, const struct sender_state *state, struct slice text,
                         struct arena *a)
{
    struct slice at;
    const struct open_case *c = named(rules, state, text_folded(text, a), a, &at);

    return c ? c->nomor : slice_make("", 0);
}

/* The text, with `nomor` where the name stood, is a command that fits her case. */
static bool reads_as(const struct ruleset *rules, const struct open_case *c, struct slice text, int64_t at_ms,
                     struct arena *a, struct said *out)
{
    struct open_cases one = { .all = { *c }, .n = 1 };
    struct command *said = &out->command;
    enum command_kind meant;
    const struct open_case *first;

    if (!understand_sms(rules, text, at_ms, a, out) || out->kind != SAID_COMMAND || out->next ||
        out->emergency || out->turned.why || (said->nomor.n && !slice_eq(said->nomor, c->nomor)) ||
        !open_may_lack_number(said->kind))
        return false;
    meant = said->kind;
    if (!open_fitting(&one, &meant, &first) ||
        (said->status != REPORT_ACCEPTED && said->error != ERROR_MISSING))
        return false;
    said->nomor = c->nomor;
    said->status = REPORT_ACCEPTED;
    said->error = ERROR_NONE;
    return true;
}

static bool may_be_command(const struct sender_state *state, const struct said *said)
{
    bool lacks = said->kind == SAID_COMMAND && !said->command.nomor.n &&
                 open_may_lack_number(said->command.kind); /* `tolak bu ana alat rusak` */

    return state->open.n && !said->emergency && !said->next && !said->turned.nomor.n &&
           (lacks || said->kind == SAID_NOTHING || said->kind == SAID_TURNED);
}

void called_command(struct listening *h)
{
    struct said *said = &h->r->said;
    struct slice low = text_folded(said->body, h->a), at = low, before, behind;
    const struct open_case *c =
        may_be_command(h->state, said) ? named(h->rules, h->state, low, h->a, &at) : NULL;
    struct said *read = c ? ARENA_NEW(h->a, struct said) : NULL;
    size_t from = (size_t)(at.p - low.p);

    if (!read || memchr(low.p, '?', low.n))
        return;
    before = slice_trim(slice_take(said->body, from));
    behind = slice_trim(slice_skip(said->body, from + at.n));
    if (reads_as(
            h->rules, c,
            arena_printf(h->a, "%.*s %.*s %.*s", SLICE_ARG(before), SLICE_ARG(c->nomor), SLICE_ARG(behind)),
            h->in->received_ms, h->a, read) ||
        (!before.n && reads_as(h->rules, c, behind, h->in->received_ms, h->a, read))) {
        *said = *read;
        return;
    }
}

bool called_sign(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct slice low = text_folded(text, a), word;

    for (size_t at = 0; at < low.n; at += word.n ? word.n : 1) {
        word = word_at(low, at);
        if (word.n > HERS && slice_is(slice_skip(word, word.n - HERS), "nya") &&
            (list_find(rules->forms.words.signs, slice_take(word, word.n - HERS)) ||
             list_find(rules->forms.words.signs, word)))
            return true;
    }
    return false;
}
