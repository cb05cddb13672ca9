/* sms.c - the way of a whole SMS: its parts, their keywords, and the reports of a part (RULINGS
 * 19).  See understanding.h. */
#include <string.h>

#include "flows/understand/understand.h"
#include "gateway/conf/rules.h"
#include "parsers/text.h"

enum {
    TEXT_MAX = 4000, /* bytes of one SMS: ten joined parts and more; what is longer is no report */
    TRIES = 150,     /* places at which a text is asked whether another report begins there */
    TRIED = 48 << 10, /* bytes that are read for it in all: thirty reports in one line */
    SCRATCH = 4 << 20,
};

/* --- several reports in one SMS: RULINGS 19 --- */

struct splitter {
    const struct ruleset *rs;
    struct arena *arena;
    int64_t today;
    struct said *said;
    const struct form *form; /* of the report in hand */
    struct slice text;
    size_t begin, tried;  /* of its body; bytes that were read for tries */
    unsigned room, tries; /* places for reports */
    struct arena scratch; /* of one try */
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

/* Past the last place only an emergency is let in, instead of the last report that is none (SPEC 2.2). */
static void close_beyond(struct splitter *s, size_t end)
{
    struct report *all = s->said->reports, last = { 0 };
    unsigned n = s->said->reports_n, i = n;

    understand_body(s, end, &s->scratch, &last);
    arena_reset(&s->scratch);
    while (i > 0 && all[i - 1].emergency)
        i--;
    if (!last.emergency || i == 0)
        return;
    memmove(&all[i - 1], &all[i], (n - i) * sizeof *all);
    all[n - 1] = (struct report){ 0 };
    understand_body(s, end, s->arena, &all[n - 1]);
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
}

/* How a report would turn out; what that takes is given back. */
static struct report tried(struct splitter *s, const struct form *form, size_t from, size_t to)
{
    struct report r = { .status = REPORT_REJECTED, .error = ERROR_INVALID };

    s->tried += to - from;
    if (s->tries++ < TRIES && s->tried < TRIED)
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
    return form_as(form, AS_CAUSE) >= 0;
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

/* Is the keyword at `at` turned into something else by what stands beside it? */
static bool is_turned(struct splitter *s, size_t line, size_t at, size_t end)
{
    bool turned = understand_turned(s->rs, between(s, line, end), at - line, &s->scratch);

    s->tried += end - line;
    arena_reset(&s->scratch);
    return turned;
}

/* A second keyword further on in a line begins a report only when it completes one. */
static void rest_of_line(struct splitter *s, size_t from, size_t end)
{
    size_t p = from, line = from;

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

/* One line behind the first. */
static void next_line(struct splitter *s, size_t from, size_t end)
{
    size_t p = from, word_end;
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

static void hear_all(const struct ruleset *rs, struct slice text, struct arena *a, struct said *out)
{
    struct tokens ts;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return;
    understand_heard(&rs->forms.words, &ts, a, out);
    understand_help(&rs->forms.words, &ts, out);
    for (unsigned i = 0; i < out->heard_n && rs->rules; i++) {
        enum urgency u = rules_sign(rs->rules, out->heard[i]);

        out->emergency |= u == URGENCY_E1;
        out->today |= u == URGENCY_E2;
    }
}

/* Greetings may be a cry for help. */
static void hear_before(const struct ruleset *rs, struct slice text, struct arena *a, struct said *out)
{
    struct said before = { 0 };

    hear_all(rs, text, a, &before);
    if (before.emergency)
        out->before = slice_trim(text);
}

/* A form's keyword behind the second word opens a report only if a field is read behind it: `ya nanti saya
 * timbang lagi` is none (RULINGS 44). */
static bool opens_report(const struct report *r)
{
    bool read = r->emergency;

    for (unsigned f = 0; f < r->form->fields_n; f++)
        read |= r->values[f].kind != VALUE_ABSENT && r->form->fields[f].type != FIELD_NAME &&
                r->form->fields[f].type != FIELD_TEXT;
    return read;
}

/* RULINGS 44: a text with an E1 sign is never a command without a number, and one that ends something is
 * asked about first. */
static void emergency_first(const struct ruleset *rs, struct arena *a, struct said *out)
{
    const struct command *c = &out->command;

    if ((c->kind == COMMAND_DAFTAR && c->status == REPORT_ACCEPTED) || /* a name: Dada, Darah */
        (c->kind == COMMAND_KOREKSI && understand_denies(rs, c->correction, (struct slice){ 0 }, a))) {
        out->emergency = false;
    } else if (!c->nomor.n || slice_is(c->error_field, "nomor")) {
        out->kind = SAID_NOTHING;
    } else if (c->kind == COMMAND_SELESAI || c->kind == COMMAND_BATAL || c->kind == COMMAND_BUKAN) {
        out->turned = (struct turned){ .why = TURNED_ASK, .command = c->kind, .nomor = c->nomor };
    }
}

/* Reads one part: reports, or a command. */
static bool understand_part(const struct ruleset *rs, struct slice text, int64_t today, struct arena *a,
                            struct said *out)
{
    struct keyword k;
    struct splitter s = { .rs = rs, .arena = a, .said = out, .today = today };

    memset(out, 0, sizeof *out);
    out->body = normalised(text, a);
    understand_keyword(rs, text, a, &k);
    if (k.form && form_is(k.form, FORM_DEATH) && understand_lives(rs, slice_skip(text, k.to), a)) {
        k.turned = (struct turned){ .why = TURNED_FORM, .form = k.form };
        k.form = NULL;
    }
    if (!k.form) {
        /* The command's own words negate nothing: `tidak hadir 48217 perdarahan`. */
        bool command = k.found && k.turned.why != TURNED_FORM;

        hear_all(rs, command ? slice_take(text, k.from) : text, a, out);
        if (command)
            hear_all(rs, slice_skip(text, k.to), a, out);
        /* Beside an E1 sign words behind a number are for the staff of that case (RULINGS 44). */
        if (out->emergency && k.turned.why == TURNED_WORDS) {
            k.command = k.turned.command;
            k.turned = (struct turned){ 0 };
        }
        if (k.turned.why) {
            out->kind = SAID_TURNED;
            out->turned = k.turned;
        } else if (k.found) {
            out->kind = SAID_COMMAND;
            understand_command(rs, &k, text, today, a, &out->command);
            if (out->emergency)
                emergency_first(rs, a, out);
        }
        return !a->failed;
    }
    out->kind = SAID_REPORTS;
    s.form = k.form;
    s.text = text;
    s.begin = k.to;
    arena_init(&s.scratch, SCRATCH);
    split(&s);
    a->failed |= s.scratch.failed; /* or less would have been understood, and nobody would know */
    arena_free(&s.scratch);
    if (a->failed)
        return false;
    if (k.far && out->reports_n == 1 && !opens_report(&out->reports[0])) {
        *out = (struct said){ .body = out->body };
        hear_all(rs, text, a, out);
        return !a->failed;
    }
    out->emergency = false;
    for (unsigned i = 0; i < out->reports_n; i++)
        out->emergency |= out->reports[i].emergency;
    if (k.from && !(k.form->is & FORM_DEATH)) /* nobody fetches the dead (SPEC 2.5) */
        hear_before(rs, slice_take(text, k.from), a, out);
    out->heard = out->reports[0].heard;
    out->heard_n = out->reports[0].heard_n;
    return !a->failed;
}

/* Where the part that begins at text.p ends: before a line that is a command, and behind a command before a
 * line that is a report.  What has no keyword yet is no part. */
static size_t part_end(const struct ruleset *rs, struct slice text, struct arena *a)
{
    for (size_t end = line_end(text, 0); end < text.n; end = line_end(text, end + 1)) {
        struct slice line = slice_skip(text, end + 1);
        struct keyword before;

        line = slice_take(line, line_end(line, 0));
        if (!understand_begins_command(rs, line, a) && !understand_begins_report(rs, line)) {
            if (understand_cries_of_another(rs, line, a))
                return end;
            continue;
        }
        understand_keyword(rs, slice_take(text, end), a, &before);
        if (before.found && (!before.form || !understand_begins_report(rs, line)))
            return end;
    }
    return text.n;
}

/* A command for several numbers is one for each. */
static bool more_numbers(const struct ruleset *rs, struct slice text, int64_t today, struct arena *a,
                         struct said **part, unsigned *n)
{
    while ((*part)->kind == SAID_COMMAND && *n < UNDERSTAND_PARTS) {
        text = understand_next_number(rs, text, a, &(*part)->command);
        if (!text.n)
            break;
        (*part)->next = ARENA_NEW(a, struct said);
        if (!(*part)->next || !understand_part(rs, text, today, a, (*part)->next))
            return false;
        *part = (*part)->next;
        ++*n;
    }
    return true;
}

bool understand_sms(const struct ruleset *rs, struct slice text, int64_t at_ms, struct arena *a,
                    struct said *out)
{
    int64_t today = date_today(at_ms, rs->utc_offset_min);
    struct said *part = out;

    if (text.n > TEXT_MAX)
        text.n = TEXT_MAX;
    text = text_clean(text, a);
    for (unsigned n = 1;; n++) {
        size_t end = n < UNDERSTAND_PARTS ? part_end(rs, text, a) : text.n;

        if (!understand_part(rs, slice_take(text, end), today, a, part))
            return false;
        if (!more_numbers(rs, slice_take(text, end), today, a, &part, &n))
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

bool said_is_emergency(const struct said *said)
{
    for (; said; said = said->next) {
        if (said->emergency)
            return true;
        for (unsigned i = 0; i < said->reports_n; i++)
            if (said->reports[i].emergency ||
                (said->reports[i].form && form_is(said->reports[i].form, FORM_REFERRAL)))
                return true;
    }
    return false;
}
