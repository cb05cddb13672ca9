/* understanding.c - the way of a text: plain, keyword, reports or command; and the short answers that
 * complete one.  See understanding.h; the stages are in understand.h. */
#include "flows/understanding.h"

#include <string.h>

#include "flows/understand.h"
#include "gateway/conf/rules.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    TEXT_MAX = 4000, /* bytes of one SMS: ten joined parts and more; what is longer is no report */
    TRIES = 150,     /* places at which a text is asked whether another report begins there */
    SCRATCH = 4 << 20,
};

/* --- one report --- */

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

    if (x->form->fields_n == 0 || form_field(x->form, "tanda") < 0 || x->ts.t[i].kind != TOKEN_WORD ||
        x->ts.t[i].label || x->ts.t[i].glued || x->ts.t[i].low.n < 4)
        return false;
    for (unsigned k = 0; k < i; k++)
        figures |= x->ts.t[k].kind == TOKEN_NUMBER;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return false;
    return figures;
}

/* `pusing2`: a 2 glued behind a sign says the word twice, as in pusing-pusing, and is no value.  `batuk2
 * minggu` counts weeks. */
static void drop_words_said_twice(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned i = 2; i < ts->n; i++) {
        unsigned used;

        if (ts->t[i].kind != TOKEN_NUMBER || !ts->t[i].glued || !slice_eq(ts->t[i].low, S("2")) ||
            (i + 1 < ts->n && (ts->t[i + 1].glued || phrase_at(ts, i + 1, x->words->units, &used))) ||
            (!sign_ends(x, i - 1) && !loose_word(x, i - 1)))
            continue;
        ts->n--;
        memmove(&ts->t[i], &ts->t[i + 1], (ts->n - i) * sizeof(ts->t[0]));
        i--;
    }
}

/* `bumil Ana umur 25 28 110/70`: the mother's age is no week, where the form asks for none. */
static void drop_age(struct filling *x)
{
    struct tokens *ts = &x->ts;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_AGE)
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
        if (unit.n && !slice_is(unit, "th"))
            continue; /* `usia 28 mgg` */
        ts->t[i + 1].taken = true;
        if (unit.n)
            ts->t[i + 2].taken = true;
    }
}

static bool cut(struct filling *x, struct slice body)
{
    x->text = body;
    if (!tokens_cut(body, x->form, &x->rs->forms, x->arena, &x->ts))
        return false;
    drop_words_said_twice(x);
    understand_heard(x->words, &x->ts, x->arena, &x->heard);
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

void understand_report(const struct ruleset *rs, const struct form *form, struct slice body, int64_t today,
                       struct arena *a, struct report *out)
{
    struct filling *x = understand_begin(rs, form, today, a);

    out->form = form;
    out->variant = &form->variants[0];
    out->body = body;
    out->status = REPORT_REJECTED;
    out->error = ERROR_INVALID;
    if (!x || !cut(x, body))
        return;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS) {
        understand_w2(x);
    } else {
        skip_second_keyword(x);
        drop_age(x);
        understand_labels(x);
        understand_choose_variant(x);
        understand_head(x);
        understand_tail(x);
    }
    understand_settle(x, out);
}

/* --- several reports in one SMS: RULINGS 19 --- */

struct splitter {
    const struct ruleset *rs;
    struct arena *arena;
    int64_t today;
    struct said *said;
    const struct form *form; /* of the report in hand */
    struct slice text;
    size_t begin;         /* of its body */
    unsigned room, tries; /* places for reports */
    struct arena scratch; /* of one try */
};

static bool complete(const struct report *r)
{
    return r->status != REPORT_REJECTED;
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
    unsigned n = s->said->reports_n;

    if (n < s->room)
        return &all[n];
    s->room = n ? n * 2 : 1;
    more = ARENA_ARRAY(s->arena, struct report, s->room);
    if (!more)
        return NULL;
    if (n)
        memcpy(more, all, n * sizeof *all);
    s->said->reports = more;
    return &more[n];
}

/* Past the last place only an emergency is let in, instead of the last report that is none (SPEC 2.2). */
static void close_report(struct splitter *s, size_t end)
{
    struct report *all = s->said->reports, last = { 0 };
    unsigned n = s->said->reports_n, i = n;

    if (n < UNDERSTAND_REPORTS) {
        struct report *place = next_place(s);

        if (!place)
            return;
        understand_report(s->rs, s->form, between(s, s->begin, end), s->today, s->arena, place);
        s->said->reports_n++;
        return;
    }
    understand_report(s->rs, s->form, between(s, s->begin, end), s->today, &s->scratch, &last);
    arena_reset(&s->scratch);
    while (i > 0 && all[i - 1].emergency)
        i--;
    if (!last.emergency || i == 0)
        return;
    memmove(&all[i - 1], &all[i], (n - i) * sizeof *all);
    understand_report(s->rs, s->form, between(s, s->begin, end), s->today, s->arena, &all[n - 1]);
}

/* How a report would turn out; what that takes is given back. */
static struct report tried(struct splitter *s, const struct form *form, size_t from, size_t to)
{
    struct report r = { .status = REPORT_REJECTED, .error = ERROR_INVALID };

    if (s->tries++ < TRIES)
        understand_report(s->rs, form, between(s, from, to), s->today, &s->scratch, &r);
    arena_reset(&s->scratch);
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
    return form_field(form, "sebab") >= 0;
}

static bool is_word(char c)
{
    return text_is_letter(c) || text_is_digit(c);
}

static size_t line_end(struct slice text, size_t from)
{
    while (from < text.n && text.p[from] != '\n')
        from++;
    return from;
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

/* A second keyword further on in a line begins a report only when it completes one. */
static void rest_of_line(struct splitter *s, size_t from, size_t end)
{
    size_t p = from;

    while (p < end) {
        size_t begin = p;
        const struct form *form;
        struct slice word;

        while (p < end && is_word(s->text.p[p]))
            p++;
        if (p == begin) {
            p++;
            continue;
        }
        word = between(s, begin, p);
        form = understand_exact_form(&s->rs->forms, word);
        if (!form || is_value(s->form, word) || has_text_field(s->form) || only_blanks(s, s->begin, begin))
            continue;
        if (try_report(s, form, p, end) && try_report(s, s->form, s->begin, begin))
            begin_report(s, form, begin, p);
    }
}

static bool has_letter_or_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_word(s.p[i]))
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

/* One line behind the first. */
static void next_line(struct splitter *s, size_t from, size_t end)
{
    size_t p = from, word_end;
    const struct form *form;
    struct slice word;

    while (p < end && !is_word(s->text.p[p]))
        p++;
    word_end = p;
    while (word_end < end && is_word(s->text.p[word_end]))
        word_end++;
    word = between(s, p, word_end);
    form = understand_exact_form(&s->rs->forms, word);
    if (form && (!is_value(s->form, word) || try_report(s, form, word_end, end))) {
        begin_report(s, form, p, word_end);
        rest_of_line(s, word_end, end);
        return;
    }
    /* Without a keyword it repeats the form above, if it makes a complete report. */
    if (has_letter_or_digit(between(s, s->begin, from)) &&
        (has_telephone(between(s, from, end)) ? try_report(s, s->form, from, end) : try_line(s, from, end))) {
        begin_report(s, s->form, from, from);
        return;
    }
    rest_of_line(s, from, end);
}

static void split(struct splitter *s)
{
    size_t end = line_end(s->text, s->begin);

    rest_of_line(s, s->begin, end);
    while (end < s->text.n) {
        size_t from = end + 1;

        end = line_end(s->text, from);
        next_line(s, from, end);
    }
    close_report(s, s->text.n);
}

/* --- the whole SMS --- */

/* Nothing in it that normalised() leaves out or replaces, but blanks at its ends. */
static bool is_normal(struct slice text)
{
    char before = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '\t' || (c == ' ' && (before == ' ' || before == '\n')) || (c == '\n' && before == ' '))
            return false;
        before = c;
    }
    return true;
}

/* Blanks collapsed: what a repeat is compared by. */
static struct slice normalised(struct slice text, struct arena *a)
{
    char *out;
    size_t n = 0;

    if (is_normal(text))
        return slice_trim(text);
    out = arena_alloc(a, text.n + 1);
    if (!out)
        return (struct slice){ 0 };
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i] == '\t' ? ' ' : text.p[i];

        if (c == ' ' && (n == 0 || out[n - 1] == ' ' || out[n - 1] == '\n'))
            continue;
        if (c == '\n' && n && out[n - 1] == ' ')
            n--;
        out[n++] = c;
    }
    return slice_trim((struct slice){ .p = out, .n = n });
}

static void hear_all(const struct ruleset *rs, const struct words *words, struct slice text, struct arena *a,
                     struct said *out)
{
    struct tokens ts;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return;
    understand_heard(words, &ts, a, out);
    for (unsigned i = 0; i < out->heard_n && rs->rules; i++)
        out->emergency |= rules_sign(rs->rules, out->heard[i]) == URGENCY_E1;
}

/* Reads one part: reports, or a command. */
static bool understand_part(const struct ruleset *rs, const struct words *words, struct slice text,
                            int64_t today, struct arena *a, struct said *out)
{
    struct keyword k;
    struct splitter s = { .rs = rs, .arena = a, .said = out, .today = today };

    memset(out, 0, sizeof *out);
    out->body = normalised(text, a);
    understand_keyword(rs, text, words, a, &k);
    if (!k.found) {
        hear_all(rs, words, text, a, out);
        return !a->failed;
    }
    if (!k.form) {
        out->kind = SAID_COMMAND;
        out->emergency = false;
        understand_command(rs, &k, text, today, a, &out->command);
        return !a->failed;
    }
    out->kind = SAID_REPORTS;
    s.form = k.form;
    s.text = text;
    s.begin = k.to;
    arena_init(&s.scratch, SCRATCH);
    split(&s);
    arena_free(&s.scratch);
    if (a->failed)
        return false;
    out->emergency = false;
    for (unsigned i = 0; i < out->reports_n; i++)
        out->emergency |= out->reports[i].emergency;
    out->heard = out->reports[0].heard;
    out->heard_n = out->reports[0].heard_n;
    return !a->failed;
}

/* Where the part that begins at text.p ends: before a line that is a command, and behind a command before a
 * line that is a report.  What has no keyword yet is no part. */
static size_t part_end(const struct ruleset *rs, const struct words *words, struct slice text,
                       struct arena *a)
{
    for (size_t end = line_end(text, 0); end < text.n; end = line_end(text, end + 1)) {
        struct slice line = slice_skip(text, end + 1);
        struct keyword before;

        line = slice_take(line, line_end(line, 0));
        if (!understand_begins_command(line) && !understand_begins_report(rs, line))
            continue;
        understand_keyword(rs, slice_take(text, end), words, a, &before);
        if (before.found && (!before.form || !understand_begins_report(rs, line)))
            return end;
    }
    return text.n;
}

bool understand_sms(const struct ruleset *rs, struct slice text, int64_t at_ms, struct arena *a,
                    struct said *out)
{
    int64_t today = date_today(at_ms, rs->utc_offset_min);
    const struct words *words = &rs->forms.words;
    struct said *part = out;

    if (text.n > TEXT_MAX)
        text.n = TEXT_MAX;
    text = text_clean(text, a);
    for (unsigned n = 1;; n++) {
        size_t end = n < UNDERSTAND_PARTS ? part_end(rs, words, text, a) : text.n;

        if (!understand_part(rs, words, slice_take(text, end), today, a, part))
            return false;
        if (end == text.n)
            return true;
        text = slice_skip(text, end + 1);
        part->next = ARENA_NEW(a, struct said);
        if (!part->next)
            return false;
        part = part->next;
    }
}

/* --- answers, corrections, USSD --- */

/* The signs in a reason that was given earlier, or on a page of its own. */
static void hear_value(struct filling *x, const struct value *v)
{
    struct tokens *ts = ARENA_NEW(x->arena, struct tokens);

    if (ts && tokens_cut(text_plain(v->text, x->arena), x->form, &x->rs->forms, x->arena, ts))
        understand_heard(x->words, ts, x->arena, &x->recalled);
}

static void fill_from(struct filling *x, const struct value *values)
{
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        if (values[i].kind != VALUE_ABSENT)
            x->slots[i] = (struct slot){ .value = values[i], .filled = true, .at = TOKENS_MAX };
        if (values[i].kind == VALUE_TEXT && x->form->fields[i].type == FIELD_TEXT && x->form->fields[i].list)
            hear_value(x, &values[i]);
    }
}

/* Which way of filling the form these values belong to. */
static const struct variant *variant_of(const struct form *form, const struct value *values)
{
    for (unsigned v = form->variants_n; v-- > 1;)
        for (unsigned r = 0; r < form->variants[v].required_n; r++) {
            unsigned f = form->variants[v].required[r];
            bool shared = false;

            for (unsigned u = 0; u < form->variants[0].uses_n; u++)
                shared |= form->variants[0].uses[u] == f;
            if (!shared && values[f].kind != VALUE_ABSENT)
                return &form->variants[v];
        }
    return &form->variants[0];
}

static bool anything(const struct filling *x)
{
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if (x->slots[i].filled)
            return true;
    return false;
}

static bool all_taken(const struct filling *x)
{
    for (unsigned i = 0; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind != TOKEN_EMPTY)
            return false;
    return true;
}

/* The value of the field that was asked for, by itself: `9,2`, `L`, `Siti Aminah`, `14bl`. */
static bool read_asked(struct filling *x, const struct field *f)
{
    struct got g = { .fit = FIT_YES, .companion = -1 };
    struct slice name;

    if (f->type == FIELD_NAME) {
        if (!understand_name(x, 0, x->ts.n, &name))
            return false;
        g.value = value_text(name);
        g.used = x->ts.n;
    } else if (f->type == FIELD_TEXT) {
        g.value = value_text(understand_span(x, 0, x->ts.n));
        g.used = x->ts.n;
    } else if (f->type == FIELD_CHOICES) {
        understand_signs(x, 0);
        return x->slots[f->position].filled;
    } else {
        g = understand_read(x, f, 0, true);
        if (g.fit == FIT_NO || g.fit == FIT_UNIT)
            return false;
    }
    understand_take(x, f, 0, &g, true);
    return true;
}

static struct slice behind_keyword(const struct ruleset *rs, const struct form *form, struct slice text)
{
    struct slice trimmed = slice_trim(text);
    size_t n = 0;

    while (n < trimmed.n && is_word(trimmed.p[n]))
        n++;
    return understand_exact_form(&rs->forms, slice_take(trimmed, n)) == form && form != NULL
               ? slice_skip(trimmed, n)
               : trimmed;
}

/* A guess stays a guess until its field is answered, whatever else is; what judging finds by itself it may
 * find settled. */
static void hold(struct filling *x, const struct report *known, int64_t at_ms)
{
    struct report *again = ARENA_NEW(x->arena, struct report);
    bool any = false;

    for (unsigned i = 0; i < x->form->fields_n; i++)
        any |= known->faults[i] != 0;
    if (!again || !any)
        return;
    again->form = known->form;
    again->variant = known->variant;
    memcpy(again->values, known->values, sizeof again->values);
    understand_judge(x->rs, at_ms, x->arena, again);
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        struct slot *s = &x->slots[i];
        unsigned fault = known->faults[i];

        x->held[i] = (uint8_t)(fault & REPORT_FAULT_SURE);
        if (fault & REPORT_FAULT_SURE || !fault || again->faults[i])
            continue;
        s->error = (enum report_error)(fault & REPORT_FAULT_ERROR);
        s->reject = fault & REPORT_FAULT_REJECTS;
        s->filled = true;
        s->at = TOKENS_MAX;
    }
}

/* Letters that were answered, among those that were known: `X120` takes the place of the X alone.  NIHIL and
 * letters exclude each other. */
static void merge_counts(struct filling *x, const struct value *known, struct value *answered)
{
    struct value all = { .kind = VALUE_COUNTS };

    if (known->kind != VALUE_COUNTS || answered->kind != VALUE_COUNTS || !known->n || !answered->n ||
        slice_is(known->items[0], "nihil") || slice_is(answered->items[0], "nihil"))
        return;
    all.items = ARENA_ARRAY(x->arena, struct slice, known->n + answered->n);
    all.counts = ARENA_ARRAY(x->arena, int64_t, known->n + answered->n);
    if (!all.items || !all.counts)
        return;
    for (unsigned i = 0; i < known->n + answered->n; i++) {
        const struct value *from = i < known->n ? known : answered;
        unsigned at = i < known->n ? i : i - known->n, to = 0;

        while (to < all.n && !slice_eq(all.items[to], from->items[at]))
            to++;
        all.items[to] = from->items[at];
        all.counts[to] = from->counts[at];
        all.n += to == all.n;
    }
    *answered = all;
}

static void merge(struct filling *x, const struct report *known, int64_t at_ms, struct report *out)
{
    const struct slot *answered = x->slots;
    struct value merged[FORM_FIELDS];

    x->slots = ARENA_ARRAY(x->arena, struct slot, x->form->fields_n);
    if (!x->slots)
        return;
    fill_from(x, known->values);
    hold(x, known, at_ms);
    for (unsigned i = 0; i < x->form->fields_n; i++) {
        int beside = x->form->fields[i].companion;

        if (!answered[i].filled)
            continue;
        x->slots[i] = answered[i];
        merge_counts(x, &known->values[i], &x->slots[i].value);
        x->held[i] = 0;
        /* An age in the place of a birth date, or the other way round. */
        if (x->form->fields[i].type == FIELD_AGE && beside >= 0)
            x->slots[beside] = (struct slot){ 0 };
        for (unsigned o = 0; o < x->form->fields_n; o++)
            if (x->form->fields[o].type == FIELD_AGE && x->form->fields[o].companion == (int)i)
                x->slots[o] = (struct slot){ 0 };
    }
    for (unsigned i = 0; i < FORM_FIELDS; i++)
        merged[i] = i < x->form->fields_n ? x->slots[i].value : (struct value){ 0 };
    x->variant = variant_of(x->form, merged);
    understand_settle(x, out);
}

/* A filling of the form with the words of an answer. */
static struct filling *begin(const struct ruleset *rs, const struct form *form, struct slice text,
                             int64_t at_ms, struct arena *a)
{
    struct filling *x = understand_begin(rs, form, date_today(at_ms, rs->utc_offset_min), a);

    return x && cut(x, text_clean(text, a)) ? x : NULL;
}

/* A list was labelled: `tanda demam`. */
static bool list_label(const struct filling *x)
{
    for (unsigned i = 0; i < x->ts.n; i++)
        for (unsigned f = 0; x->ts.t[i].taken && f < x->form->fields_n; f++)
            for (unsigned l = 0; x->form->fields[f].type == FIELD_CHOICES && l < x->form->fields[f].labels_n;
                 l++)
                if (slice_ieq(x->form->fields[f].labels[l], x->ts.t[i].low))
                    return true;
    return false;
}

bool understand_answer(const struct ruleset *rs, const struct report *known, struct slice asked,
                       struct slice text, int64_t at_ms, struct arena *a, struct report *out)
{
    const struct form *form = known->form;
    struct filling *x = begin(rs, form, behind_keyword(rs, form, text), at_ms, a);
    int f = asked.n ? form_field(form, arena_copy(a, asked).p) : -1;
    bool read;

    memset(out, 0, sizeof *out);
    out->form = form;
    out->body = text;
    if (!x || x->ts.n == 0)
        return false;
    /* Nothing here is among the words of a name, unless that was asked for: `VAKSIN mr1`. */
    x->labelled_only = f < 0 || form->fields[f].type != FIELD_NAME;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS)
        understand_w2(x);
    else
        understand_labels(x);
    if (list_label(x))
        understand_signs(x, 0);
    read = anything(x);
    if (!read && f >= 0)
        read = read_asked(x, &form->fields[f]);
    if (!read)
        return false;
    merge(x, known, at_ms, out);
    return !a->failed;
}

bool understand_labelled_only(struct filling *x, struct slice text)
{
    x->variant = &x->form->variants[0];
    x->labelled_only = true;
    if (!cut(x, text))
        return false;
    understand_labels(x);
    for (unsigned f = 0; f < x->form->fields_n; f++) {
        const struct field *field = &x->form->fields[f];
        bool keep;

        /* Places begin with their label, lists follow theirs. */
        for (unsigned i = 0; i < x->ts.n; i++)
            if (field->type == FIELD_TEXT && !field->hidden && understand_text_label(x, i, field, &keep)) {
                unsigned from = keep ? i : i + 1, to = understand_text_end(x, from);
                struct got g = { .fit = FIT_YES, .companion = -1, .used = to - from };

                x->ts.t[i].taken = !keep;
                g.value = value_text(understand_span(x, from, to));
                if (to > from)
                    understand_take(x, field, from, &g, true);
            }
    }
    if (list_label(x))
        understand_signs(x, 0);
    for (unsigned i = 0, used; i < x->ts.n; i++) /* thanks and all behind them belong to no field */
        if (!x->ts.t[i].taken && understand_is(x, i, "terima_kasih", &used)) {
            while (i < x->ts.n)
                x->ts.t[i++].taken = true;
        }
    return anything(x) && all_taken(x);
}

bool understand_correction(const struct ruleset *rs, const struct report *known, struct slice text,
                           int64_t at_ms, struct arena *a, struct report *out)
{
    const struct form *form = known->form;
    struct filling *x = begin(rs, form, text, at_ms, a);

    memset(out, 0, sizeof *out);
    out->form = form;
    out->body = text;
    if (!x)
        return false;
    if (form->fields_n > 1 && form->fields[1].type == FIELD_COUNTS) {
        understand_w2(x);
        if (!anything(x))
            return false;
    } else if (!understand_labelled_only(x, x->text)) {
        return false;
    }
    merge(x, known, at_ms, out);
    return !a->failed;
}

enum report_error understand_field(const struct ruleset *rs, const struct form *form, unsigned field,
                                   struct slice text, int64_t at_ms, struct arena *a, struct value *out)
{
    struct filling *x = begin(rs, form, text, at_ms, a);
    struct slot *s;
    const struct field *f = &form->fields[field];

    *out = (struct value){ 0 };
    if (!x || x->ts.n == 0)
        return ERROR_MISSING;
    if (f->type == FIELD_COUNTS) {
        understand_w2(x);
        x->slots[form_field(form, "minggu")] = (struct slot){ 0 };
    } else if (!read_asked(x, f)) {
        return ERROR_INVALID;
    }
    if (!all_taken(x) && f->type != FIELD_COUNTS)
        return ERROR_INVALID;
    s = &x->slots[field];
    if (s->value.kind == VALUE_ABSENT && s->error == ERROR_NONE && f->companion >= 0)
        s = &x->slots[f->companion];
    *out = s->value;
    return s->error;
}

void understand_judge(const struct ruleset *rs, int64_t at_ms, struct arena *a, struct report *report)
{
    struct filling *x;

    if (!report->form)
        return;
    x = understand_begin(rs, report->form, date_today(at_ms, rs->utc_offset_min), a);
    if (!x)
        return;
    fill_from(x, report->values);
    hold(x, report, at_ms);
    x->variant = report->variant ? report->variant : variant_of(report->form, report->values);
    understand_settle(x, report);
}
