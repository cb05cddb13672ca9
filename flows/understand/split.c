/* split.c - several reports in one part of an SMS (RULINGS 19): where one ends and the next begins.  See
 * message.h. */
#include "flows/understand/message.h"

#include <string.h>

#include "flows/understand/report/report.h"
#include "flows/understand/understanding.h"
#include "parsers/text.h"

enum {
    TRIES = 150,      /* places at which a text is asked whether another report begins there */
    TRIED = 48 << 10, /* bytes that are read for it in all: thirty reports in one line */
    SCRATCH = 4 << 20,
    NEAR = 4 /* letters of a keyword that one edit still tells (SPEC 2.2) */
};

struct splitter {
    const struct ruleset *rs;
    struct arena *arena;
    int64_t today;
    struct said *said;
    const struct form *form; /* of the report in hand */
    struct slice text;
    size_t begin, tried;   /* of its body; bytes that were read for tries */
    unsigned room, tries;  /* places for reports */
    struct arena scratch;  /* of one try */
    struct slice misspelt; /* the first words of the report in hand: a keyword misspelt, or part of a name */
};

static bool complete(const struct report *r)
{
    bool empty = true;

    for (unsigned i = 0; r->form && i < r->form->fields_n; i++)
        empty &= r->values[i].kind == VALUE_ABSENT;
    return r->status != REPORT_REJECTED && !(r->death && empty); /* `lahir mati` within a LAHIR */
}

/* All that a report needs is there, right or wrong: a line of its own. */
static bool whole(const struct report *r)
{
    return complete(r) || r->error == ERROR_OUT_OF_RANGE || r->error == ERROR_CHECK_DIGIT;
}

static struct slice between(const struct splitter *s, size_t from, size_t to)
{
    return slice_take(slice_skip(s->text, from), to > from ? to - from : 0);
}

/* The place of one report more; NULL when the arena is full. */
static struct report *next_place(struct splitter *s)
{
    struct report *all = s->said->reports, *more;
    unsigned n = s->said->reports_n, room = n ? n * 2 : 1;

    if (n < s->room)
        return &all[n];
    more = ARENA_ARRAY(s->arena, struct report, room);
    if (!more)
        return NULL;
    s->room = room;
    if (n)
        memcpy(more, all, n * sizeof *all);
    s->said->reports = more;
    return &more[n];
}

static void understand_body(const struct splitter *s, size_t end, struct arena *a, struct report *out)
{
    understand_report(s->rs, s->form, between(s, s->begin, end), s->today, a, out);
}

/* What a try took.  When it could not be had, less would have been understood, and nobody would know. */
static void give_back(struct splitter *s)
{
    s->arena->failed |= s->scratch.failed;
    arena_reset(&s->scratch);
}

/* Past the last place only an emergency is let in, instead of the last report that is none (SPEC 2.2). */
static void close_beyond(struct splitter *s, size_t end)
{
    struct report *all = s->said->reports, last = { 0 };
    unsigned n = s->said->reports_n, i = n;

    understand_body(s, end, &s->scratch, &last);
    give_back(s);
    while (i > 0 && all[i - 1].emergency)
        i--;
    if (!last.emergency || i == 0)
        return;
    memmove(&all[i - 1], &all[i], (n - i) * sizeof *all);
    all[n - 1] = (struct report){ 0 };
    understand_body(s, end, s->arena, &all[n - 1]);
}

/* `tmbang Budi`: who is it? */
static void ask_who(struct report *r, struct slice typed)
{
    int name = form_as(r->form, AS_NAME);

    if (r->status == REPORT_REJECTED || name < 0)
        return; /* she is told what is wrong, and sends it again */
    report_doubt(r, (unsigned)name);
    r->typed = typed;
}

static void close_report(struct splitter *s, size_t end)
{
    struct report *place;

    if (s->said->reports_n == UNDERSTAND_REPORTS) {
        close_beyond(s, end);
        return;
    }
    place = next_place(s);
    if (!place)
        return;
    understand_body(s, end, s->arena, place);
    s->said->reports_n++;
    if (s->misspelt.n)
        ask_who(place, s->misspelt);
    s->misspelt = (struct slice){ 0 };
}

/* How a report would turn out; what that takes is given back. */
static struct report tried(struct splitter *s, const struct form *form, size_t from, size_t to)
{
    struct report r = { .status = REPORT_REJECTED, .error = ERROR_INVALID };

    s->tried += to - from;
    if (s->tries++ < TRIES && s->tried < TRIED)
        understand_report(s->rs, form, between(s, from, to), s->today, &s->scratch, &r);
    give_back(s);
    return r;
}

static bool try_report(struct splitter *s, const struct form *form, size_t from, size_t to)
{
    struct report r = tried(s, form, from, to);

    return complete(&r);
}

static bool try_line(struct splitter *s, size_t from, size_t to)
{
    struct report r = tried(s, s->form, from, to);

    return whole(&r);
}

/* The word is a value of the form in hand: the sasaran of kunjungan. */
static bool is_value(const struct form *form, struct slice word)
{
    char low[16];

    if (word.n >= sizeof low)
        return false;
    for (size_t i = 0; i < word.n; i++)
        low[i] = text_lower(word.p[i]);
    for (unsigned f = 0; f < form->fields_n; f++) {
        const struct field *field = &form->fields[f];

        if (field->list && field->type != FIELD_TEXT &&
            list_find(field->list, (struct slice){ .p = low, .n = word.n }))
            return true;
        for (unsigned l = 0; l < field->labels_n; l++)
            if (slice_ieq(field->labels[l], word))
                return true;
    }
    return false;
}

static bool has_text_field(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_TEXT && !form->fields[f].hidden && form->fields[f].list)
            return true;
    return form_as(form, AS_CAUSE) >= 0;
}

size_t understand_line_end(struct slice text, size_t from)
{
    size_t n = slice_find(slice_skip(text, from), '\n');

    return n < text.n ? from + n : text.n;
}

static bool only_blanks(const struct splitter *s, size_t from, size_t to)
{
    return slice_trim(between(s, from, to)).n == 0;
}

static void begin_report(struct splitter *s, const struct form *form, size_t keyword, size_t body)
{
    close_report(s, keyword);
    s->form = form;
    s->begin = body;
}

/* Is the keyword at `at` turned into something else by what stands beside it? */
static bool is_turned(struct splitter *s, size_t line, size_t at, size_t end)
{
    bool turned = understand_turned(s->rs, between(s, line, end), at - line, &s->scratch);

    s->tried += end - line;
    give_back(s);
    return turned;
}

/* A second keyword further on in a line begins a report only when it completes one. */
static void rest_of_line(struct splitter *s, size_t from, size_t end)
{
    size_t p = from, line = from;

    if (has_text_field(s->form))
        return;
    while (p < end) {
        size_t begin = p;
        const struct form *form;
        struct slice word;

        while (p < end && text_is_word(s->text.p[p]))
            p++;
        if (p == begin) {
            p++;
            continue;
        }
        word = between(s, begin, p);
        form = understand_exact_form(&s->rs->forms, word);
        if (!form || is_value(s->form, word) || has_text_field(s->form) || only_blanks(s, s->begin, begin) ||
            s->tried >= TRIED || is_turned(s, line, begin, end))
            continue;
        if (try_report(s, form, p, end) && try_report(s, s->form, s->begin, begin))
            begin_report(s, form, begin, p);
    }
}

static bool has_letter_or_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (text_is_word(s.p[i]))
            return true;
    return false;
}

/* Nobody weighs eight thousand tons: `Hp 08123456789`. */
static bool has_telephone(struct slice line)
{
    for (size_t i = 0, run = 0; i <= line.n; i++) {
        if (i < line.n && text_is_digit(line.p[i])) {
            run++;
            continue;
        }
        if (run >= 9 && run <= 14)
            return true;
        run = 0;
    }
    return false;
}

/* Past `2.` or `2)` before a word, at the begin of a line: she numbers them. */
static size_t past_number(const struct splitter *s, size_t from, size_t end)
{
    size_t p = from;

    while (p < end && s->text.p[p] == ' ')
        p++;
    for (unsigned digits = 0; p < end && digits < 2 && text_is_digit(s->text.p[p]); digits++)
        p++;
    if (p == from || p + 1 >= end || !text_is_digit(s->text.p[p - 1]) || !strchr(".)", s->text.p[p]))
        return from;
    for (p++; p < end && s->text.p[p] == ' ';)
        p++;
    return p < end && text_is_word(s->text.p[p]) && !text_is_digit(s->text.p[p]) ? p : from;
}

/* The keyword of the form in hand with one edit: after the first only exact ones begin a report. */
static bool misspells(const struct splitter *s, struct slice word)
{
    char upper[16];
    bool near = false;

    if (word.n > sizeof upper)
        return false;
    for (size_t i = 0; i < word.n; i++)
        upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - 32 : word.p[i]);
    for (unsigned k = 0; k < s->form->keywords_n && form_as(s->form, AS_NAME) >= 0; k++)
        near |=
            s->form->keywords[k].n >= NEAR && slice_one_edit(slice_make(upper, word.n), s->form->keywords[k]);
    return near;
}

/* One line behind the first. */
static void next_line(struct splitter *s, size_t line, size_t end)
{
    size_t from = past_number(s, line, end), p = from, word_end;
    const struct form *form;
    struct slice word;

    while (p < end && !text_is_word(s->text.p[p]))
        p++;
    word_end = p;
    while (word_end < end && text_is_word(s->text.p[word_end]))
        word_end++;
    word = between(s, p, word_end);
    form = understand_exact_form(&s->rs->forms, word);
    if (form && (!is_value(s->form, word) || try_report(s, form, word_end, end))) {
        begin_report(s, form, from > line ? line : p, word_end);
        rest_of_line(s, word_end, end);
        return;
    }
    if (from > line && !has_letter_or_digit(between(s, s->begin, line)))
        s->begin = from; /* the first of them, under its keyword */
    if (misspells(s, word) && try_report(s, s->form, word_end, end)) {
        begin_report(s, s->form, line, word_end);
        s->misspelt = slice_trim(between(s, p, end));
        return;
    }
    /* Without a keyword it repeats the form above, if it makes a complete report. */
    if (has_letter_or_digit(between(s, s->begin, line)) &&
        (has_telephone(between(s, from, end)) ? try_report(s, s->form, from, end) : try_line(s, from, end))) {
        begin_report(s, s->form, line, from);
        return;
    }
    rest_of_line(s, from, end);
}

static void split(struct splitter *s)
{
    size_t end = understand_line_end(s->text, s->begin);

    rest_of_line(s, s->begin, end);
    while (end < s->text.n) {
        size_t from = end + 1;

        end = understand_line_end(s->text, from);
        next_line(s, from, end);
    }
    close_report(s, s->text.n);
}

bool understand_split(const struct ruleset *rs, struct slice text, const struct keyword *k, int64_t today,
                      struct arena *a, struct said *out)
{
    struct splitter s = {
        .rs = rs, .arena = a, .said = out, .today = today, .form = k->form, .text = text, .begin = k->to
    };

    arena_init(&s.scratch, SCRATCH);
    split(&s);
    give_back(&s);
    return !a->failed;
}
