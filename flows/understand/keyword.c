/* keyword.c - which form or command a text is about (RULINGS 11-13).  See understand.h. */
#include "flows/understand/understand.h"

#include "flows/understand/commands.h"
#include "parsers/text.h"

enum {
    WORD_MAX = 12,
    NEAR_MIN = 4, /* letters of a keyword that is known with one edit */
    WORDS = 200
};

struct word_at {
    struct slice upper;
    size_t from, to;
};

struct reader {
    struct slice text;
    size_t p;
    char upper[WORDS][WORD_MAX + 2];
    struct word_at words[WORDS];
    unsigned n;
};

/* Runs of letters and digits, up to so many in all; long ones are cut, for they are no keyword. */
static void read_words(struct reader *r, unsigned words)
{
    while (r->p < r->text.n && r->n < words) {
        struct word_at *w = &r->words[r->n];
        size_t n = 0;

        if (!text_is_word(r->text.p[r->p])) {
            r->p++;
            continue;
        }
        w->from = r->p;
        while (r->p < r->text.n && text_is_word(r->text.p[r->p])) {
            char c = r->text.p[r->p++];

            if (n <= WORD_MAX)
                r->upper[r->n][n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        w->to = r->p;
        w->upper = (struct slice){ .p = r->upper[r->n], .n = n };
        r->n++;
    }
}

/* A reader stands on the stack, and is not zeroed: only the words read are looked at. */
static void begin(struct reader *r, struct slice text, unsigned words)
{
    r->text = text;
    r->p = 0;
    r->n = 0;
    read_words(r, words);
}

const struct form *understand_exact_form(const struct form_set *set, struct slice word)
{
    char upper[WORD_MAX + 1];

    if (word.n > WORD_MAX || !shapes_may(&set->shapes, word))
        return NULL;
    for (size_t i = 0; i < word.n; i++)
        upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - 32 : word.p[i]);
    return form_by_keyword(set, (struct slice){ .p = upper, .n = word.n });
}

static bool number_behind(const struct reader *r, unsigned w)
{
    unsigned k = w + 1;

    while (k < r->n && (slice_is(r->words[k].upper, "NO") || slice_is(r->words[k].upper, "NOMOR")))
        k++;
    return k < r->n && text_is_digit(r->words[k].upper.p[0]);
}

static bool valid_number_behind(const struct reader *r, unsigned w, struct arena *a)
{
    struct slice digits;
    enum report_error error;
    unsigned k = w + 1;

    while (k < r->n && (slice_is(r->words[k].upper, "NO") || slice_is(r->words[k].upper, "NOMOR")))
        k++;
    return k < r->n && understand_nomor(r->words[k].upper, &digits, &error, a);
}

/* Nothing behind the word but thanks and names. */
static bool ends_behind(const struct reader *r, unsigned w, const struct words *words)
{
    struct slice next;
    char low[WORD_MAX + 1];
    const struct word *kata;

    if (w + 1 >= r->n)
        return true;
    next = r->words[w + 1].upper;
    if (next.n > WORD_MAX)
        return false;
    for (size_t i = 0; i < next.n; i++)
        low[i] = text_lower(next.p[i]);
    kata = list_find(words->kata, (struct slice){ .p = low, .n = next.n });
    return (kata && (slice_is(kata->code, "penanda_tangan") || slice_is(kata->code, "terima_kasih"))) ||
           slice_is(next, "TERIMA");
}

static bool form_behind(const struct reader *r, const struct form_set *forms, unsigned w)
{
    for (unsigned k = w + 1; k < r->n; k++)
        if (understand_exact_form(forms, r->words[k].upper))
            return true;
    return false;
}

/* An exact command at word w, in a place where it can be one. */
static bool exact_command(const struct reader *r, unsigned w, const struct ruleset *rs,
                          const struct words *words, struct keyword *out)
{
    struct slice next = w + 1 < r->n ? r->words[w + 1].upper : (struct slice){ 0 };
    const struct command_word *c = command_by_word(r->words[w].upper);
    bool first = w == 0;

    if (!c)
        return false;
    if (c->kind == COMMAND_TERIMA && slice_starts(next, "KASIH")) /* RULINGS 13 */
        return false;
    out->to = r->words[w].to;
    out->command = c->kind;
    if (c->kind == COMMAND_TIDAK && slice_is(next, "HADIR")) {
        out->command = COMMAND_TIDAK_HADIR;
        out->to = r->words[w + 1].to;
        return first || number_behind(r, w + 1);
    }
    switch (c->needs) {
    case COMMAND_NEEDS_NUMBER:
        return number_behind(r, w) || (first && !form_behind(r, &rs->forms, w));
    case COMMAND_MAY_NUMBER:
        return first && (number_behind(r, w) || ends_behind(r, w, words));
    case COMMAND_NEEDS_NOTHING:
        return first || !form_behind(r, &rs->forms, w);
    }
    return false;
}

static bool exact_form(const struct reader *r, unsigned w, const struct ruleset *rs, struct keyword *out)
{
    out->from = r->words[w].from;
    out->to = r->words[w].to;
    out->form = form_by_keyword(&rs->forms, r->words[w].upper);
    return out->found = out->form != NULL;
}

static bool exact(const struct reader *r, unsigned w, const struct ruleset *rs, const struct words *words,
                  struct keyword *out)
{
    return exact_form(r, w, rs, out) || (out->found = exact_command(r, w, rs, words, out));
}

static bool plain_word(const struct words *words, struct slice upper)
{
    char low[WORD_MAX + 1];
    const struct word *kata;

    for (size_t i = 0; i < upper.n && i < WORD_MAX; i++)
        low[i] = text_lower(upper.p[i]);
    kata = list_find(words->kata, (struct slice){ .p = low, .n = upper.n < WORD_MAX ? upper.n : WORD_MAX });
    return kata && slice_is(kata->code, "bukan_kunci");
}

/* RULINGS 11, 12: one edit, if all keywords that are that near mean the same. */
static bool near(const struct reader *r, unsigned w, const struct ruleset *rs, const struct words *words,
                 struct arena *a, struct keyword *out)
{
    const struct form *form = NULL;
    enum command_kind command = COMMAND_NONE;
    struct slice word = r->words[w].upper;
    unsigned found = 0;

    if (word.n < NEAR_MIN - 1 || word.n > WORD_MAX || plain_word(words, word))
        return false;
    for (unsigned f = 0; f < rs->forms.n; f++)
        for (unsigned k = 0; k < rs->forms.forms[f].keywords_n; k++)
            if (rs->forms.forms[f].keywords[k].n >= NEAR_MIN &&
                slice_one_edit(word, rs->forms.forms[f].keywords[k]) && form != &rs->forms.forms[f]) {
                form = &rs->forms.forms[f];
                found++;
            }
    for (unsigned c = 0; c < command_words_n; c++)
        if (command_words[c].n >= NEAR_MIN && command_words[c].kind != command &&
            slice_one_edit(word, slice_of(command_words[c].word))) {
            command = command_words[c].kind;
            found++;
        }
    if (found > 1)
        out->unknown = true;
    if (found != 1 || (!form && !valid_number_behind(r, w, a)))
        return false;
    out->form = form;
    out->command = command;
    out->from = r->words[w].from;
    out->to = r->words[w].to;
    return out->found = true;
}

void understand_keyword(const struct ruleset *rs, struct slice text, const struct words *words,
                        struct arena *a, struct keyword *out)
{
    struct reader reader, *r = &reader;

    *out = (struct keyword){ 0 };
    /* Most texts begin with the keyword of their form. */
    begin(r, text, 1);
    if (r->n == 0 || exact_form(r, 0, rs, out))
        return;
    read_words(r, WORDS);
    if (exact(r, 0, rs, words, out) || near(r, 0, rs, words, a, out))
        return;
    for (unsigned w = 1; w < r->n; w++)
        if (exact(r, w, rs, words, out))
            return;
    *out = (struct keyword){ .unknown = out->unknown };
    if (r->n > 1)
        (void)near(r, 1, rs, words, a, out);
}

bool understand_begins_command(struct slice line)
{
    struct reader r;
    struct slice next;
    const struct command_word *c;
    unsigned w = 1;

    begin(&r, line, WORDS);
    c = r.n ? command_by_word(r.words[0].upper) : NULL;
    if (!c)
        return false;
    w += c->kind == COMMAND_TIDAK && r.n > 1 && slice_is(r.words[1].upper, "HADIR");
    w += w < r.n && (slice_is(r.words[w].upper, "NO") || slice_is(r.words[w].upper, "NOMOR"));
    next = w < r.n ? r.words[w].upper : slice_make("", 0);
    if (c->needs == COMMAND_NEEDS_NOTHING)
        return r.n == 1 || c->kind == COMMAND_FORMAT || (c->kind == COMMAND_PWS && r.n < 5);
    return slice_all_digits(next) && next.n >= 4 && next.n <= 10 && next.p[0] != '0';
}

bool understand_begins_report(const struct ruleset *rs, struct slice line)
{
    struct reader r;
    bool figure = false;

    begin(&r, line, WORDS);
    for (size_t i = 0; i < line.n; i++)
        figure |= text_is_digit(line.p[i]) || line.p[i] == '#';
    return figure && r.n && form_by_keyword(&rs->forms, r.words[0].upper);
}
