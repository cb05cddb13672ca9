/* covered.c - see covered.h. */
#include "tests/support/covered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/step/drafts.h"
#include "flows/step/roles.h"
#include "gateway/conf/texts_rows.h"
#include "tests/support/labelled.h"

enum {
    ERRORS = ERROR_CHECK_DIGIT + 1,
    TYPES = FIELD_ANSWERS + 1,
    FORMS = 32,
    VARIANTS = 4,
    TEXTS = 4096,
    CHILD = ERRORS /* the row of the question which child it is */
};

/* How an open question is answered. */
enum answer {
    ANSWER_BARE,     /* 9,2 */
    ANSWER_LABELLED, /* BB 9,2 */
    ANSWER_NUMBERED, /* 48217 BB 9,2 */
    ANSWER_YA,
    ANSWER_TIDAK,
    ANSWER_BARU,
    ANSWER_KOREKSI,
    ANSWER_BATAL,
    ANSWERS,
};

static const char *const answer_names[ANSWERS] = {
    "a bare value", "a labelled value", "its number in front", "YA", "TIDAK", "BARU", "KOREKSI", "BATAL"
};
static const char *const type_names[TYPES] = { "name",   "sex",     "age",    "number", "pressure",
                                               "choice", "choices", "date",   "month",  "text",
                                               "nomor",  "nik",     "counts", "answers" };

static const struct ruleset *rules;
static struct arena arena;
static bool forms[FORMS][VARIANTS];
static bool carried_out[COMMANDS], refused_role[COMMANDS], command_errors[COMMANDS][ERRORS];
static bool errors[TYPES][ERRORS], unknown;
static bool repairs[ERRORS + 1][ANSWERS];
static bool texts[TEXTS];

static struct {
    struct said said;
    int row, answer; /* of the question that it answers; -1 */
} now;

void covered_begin(const struct ruleset *rs)
{
    rules = rs;
    arena_init(&arena, 32 << 20);
}

void covered_free(void)
{
    arena_free(&arena);
}

/* --- one SMS --- */

static struct sender_state *state_of(struct mem_store *m, const char *from)
{
    return drafts_decode(mem_blob(m, SUBJECT_SENDER, slice_of(from)), m->rules, m->now_ms, &arena);
}

static int row_of(const struct draft *d)
{
    return asking_store(d->asking) ? CHILD : (int)d->error;
}

static enum answer bare_or_labelled(const struct draft *d, struct slice text)
{
    struct slice word = slice_cut(&text, ' ');

    return form_has_label(d->form, word) ? ANSWER_LABELLED : ANSWER_BARE;
}

static void answer_of(struct sender_state *state, struct slice text)
{
    static const struct {
        enum command_kind command;
        enum answer answer;
    } words[] = { { COMMAND_YA, ANSWER_YA },
                  { COMMAND_TIDAK, ANSWER_TIDAK },
                  { COMMAND_BARU, ANSWER_BARU },
                  { COMMAND_KOREKSI, ANSWER_KOREKSI },
                  { COMMAND_BATAL, ANSWER_BATAL } };
    const struct command *c = &now.said.command;
    const struct draft *d = drafts_only(state);
    struct slice rest = slice_trim(text), first = slice_cut(&rest, ' ');

    if (now.said.kind == SAID_NOTHING && drafts_find(state, first)) {
        now.row = row_of(drafts_find(state, first));
        now.answer = ANSWER_NUMBERED;
    } else if (now.said.kind == SAID_NOTHING && d) {
        now.row = row_of(d);
        now.answer = (int)bare_or_labelled(d, slice_trim(text));
    }
    for (size_t i = 0; i < sizeof words / sizeof *words && now.said.kind == SAID_COMMAND; i++) {
        if (c->nomor.n)
            d = drafts_find(state, c->nomor);
        if (c->kind == words[i].command && d) {
            now.row = row_of(d);
            now.answer = (int)words[i].answer;
        }
    }
}

void covered_before(struct mem_store *m, const char *from, const char *text)
{
    struct sender_state *state;

    arena_reset(&arena);
    now.row = now.answer = -1;
    state = state_of(m, from);
    if (!state || !understand_sms(m->rules, slice_of(text), m->now_ms, &arena, &now.said))
        abort();
    answer_of(state, slice_of(text));
}

static void see_command(const struct mem_store *m, const char *from)
{
    const struct command *c = &now.said.command;
    const struct person *p = directory_person(&m->rules->directory, slice_of(from));

    if (c->status != REPORT_ACCEPTED)
        command_errors[c->kind][c->error] = true;
    else if (!roles_may_command(p, c->kind))
        refused_role[c->kind] = true;
    else if (strcmp(m->reason, "command_refused") != 0)
        carried_out[c->kind] = true;
}

static enum field_type type_of(const struct form *form, struct slice field)
{
    int i = form_field_named(form, field);

    return i >= 0 ? form->fields[i].type : FIELD_COUNTS; /* a letter of W2 */
}

void covered_after(struct mem_store *m, const char *from)
{
    struct sender_state *state = state_of(m, from);

    unknown |= strcmp(m->reason, "unknown_keyword") == 0;
    if (now.said.kind == SAID_COMMAND)
        see_command(m, from);
    if (now.answer >= 0 && strcmp(m->reason, "unknown_keyword") != 0)
        repairs[now.row][now.answer] = true;
    for (unsigned i = 0; state && i < state->drafts_n; i++)
        if (!asking_store(state->drafts[i].asking) || state->drafts[i].asking == ASK_DEATH)
            errors[type_of(state->drafts[i].form, state->drafts[i].field)][state->drafts[i].error] = true;
    for (unsigned i = 0; now.said.kind == SAID_REPORTS && i < now.said.reports_n; i++) {
        const struct report *r = &now.said.reports[i];

        if (r->status == REPORT_ACCEPTED && strcmp(m->reason, "accepted") == 0)
            forms[r->form - m->rules->forms.forms][r->variant - r->form->variants] = true;
    }
}

/* --- texts --- */

/* A text as the parts of its catalogue: literals in their order, anything in the slots. */
static bool says(const struct text *t, const char *sms)
{
    const char *p = sms;

    for (unsigned i = 0; i < t->n; i++) {
        struct slice s = t->parts[i].literal;
        const char *at;

        if (t->parts[i].slot)
            continue;
        while (s.n && s.p[0] == ' ') /* blanks around an empty slot are closed */
            s = slice_skip(s, 1);
        while (s.n && s.p[s.n - 1] == ' ')
            s.n--;
        at = memmem(p, strlen(p), s.p, s.n);
        if (!at)
            return false;
        p = at + s.n;
    }
    return true;
}

/* Not said by SMS in a dialogue: pages, the card, what `parse` alone answers, and the daemon without Redis.
 */
static bool is_elsewhere(struct slice key)
{
    return slice_starts(key, "ussd.") || slice_starts(key, "card.") || slice_starts(key, "audit.") ||
           slice_starts(key, "outage.") || slice_is(key, "command.understood") ||
           slice_is(key, "peran.siaga"); /* whose number is nobody's */
}

void covered_script(const struct mem_store *m)
{
    const struct language *l = texts_find_language(rules->texts, rules->language);

    for (size_t t = 0; l && t <= l->mask && t < TEXTS; t++)
        for (unsigned i = 0; l->texts[t].key.n && !texts[t] && i < m->sms_n; i++)
            texts[t] = says(&l->texts[t], m->sms[i].text);
}

void covered_screen(const struct mem_store *m)
{
    const struct language *l = texts_find_language(rules->texts, rules->language);

    for (size_t t = 0; l && t <= l->mask && t < TEXTS; t++)
        texts[t] = texts[t] || (l->texts[t].key.n && says(&l->texts[t], m->screen));
}

/* --- what is missing --- */

static unsigned tell(bool seen, const char *what, const char *which, const char *of)
{
    if (seen)
        return 0;
    fprintf(stderr, "no dialogue script: %s %s%s%s\n", what, which, *of ? " of " : "", of);
    return 1;
}

static unsigned missing_forms(void)
{
    unsigned n = 0;

    for (unsigned f = 0; f < rules->forms.n; f++)
        for (unsigned v = 0; v < rules->forms.forms[f].variants_n; v++)
            n += tell(forms[f][v], "form", rules->forms.forms[f].name.p,
                      v                                      ? "its second way"
                      : rules->forms.forms[f].variants_n > 1 ? "its first way"
                                                             : "");
    return n;
}

static bool anyone_may_not(enum command_kind kind)
{
    for (unsigned i = 0; i < rules->directory.people_n; i++)
        if (!roles_may_command(rules->directory.people[i], kind))
            return true;
    return false;
}

static unsigned missing_commands(void)
{
    unsigned n = 0;

    for (enum command_kind k = COMMAND_NONE + 1; k < COMMANDS; k++) {
        n += tell(carried_out[k], "command", command_name(k), "");
        if (anyone_may_not(k))
            n += tell(refused_role[k], "command refused for the role:", command_name(k), "");
    }
    return n;
}

static int error_named(struct slice name)
{
    for (int e = 0; e < ERRORS; e++)
        if (slice_is(name, report_error_name((enum report_error)e)))
            return e;
    return ERROR_NONE;
}

static int command_named(const char *name)
{
    for (int k = 0; k < COMMANDS; k++)
        if (strcmp(command_name((enum command_kind)k), name) == 0)
            return k;
    return COMMAND_NONE;
}

/* The errors that the labelled messages know, by the type of the field, or by the command. */
static unsigned missing_errors(void)
{
    static const char *const files[] = { "tests/corpus/kader-dev.tsv", "tests/corpus/own.tsv",
                                         "tests/corpus/second.tsv" };
    static struct labelled rows[LABELLED_MAX];
    unsigned rows_n = 0, n = tell(unknown, "error", "unknown_keyword", "");

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        labelled_read(files[i], rows, &rows_n);
    for (unsigned i = 0; i < rows_n; i++) {
        struct slice field = slice_of(rows[i].expect), code = slice_cut(&field, ':');
        const struct form *form = form_by_name(&rules->forms, slice_of(rows[i].form));
        int command = command_named(rows[i].form), error = error_named(code);
        bool *seen;

        if (error == ERROR_NONE || (!form && command == COMMAND_NONE) ||
            (strcmp(rows[i].status, "rejected") != 0 && strcmp(rows[i].status, "confirm") != 0))
            continue;
        seen = form ? &errors[type_of(form, field)][error] : &command_errors[command][error];
        n += tell(*seen, "error", report_error_name((enum report_error)error),
                  form ? type_names[type_of(form, field)] : rows[i].form);
        *seen = true; /* told once */
    }
    labelled_free(rows, rows_n);
    return n;
}

/* A question that cannot be answered so: a child by a bare value; BARU is about children and repeats. */
static bool makes_sense(int row, enum answer answer)
{
    if (row == CHILD)
        return answer != ANSWER_BARE;
    return answer != ANSWER_BARU;
}

static unsigned missing_repairs(void)
{
    unsigned n = 0;

    for (int row = ERROR_MISSING; row <= CHILD; row++)
        for (enum answer r = 0; r < ANSWERS; r++)
            if (makes_sense(row, r))
                n += tell(repairs[row][r], "repair by", answer_names[r],
                          row == CHILD ? "which child" : report_error_name((enum report_error)row));
    return n;
}

static unsigned missing_texts(void)
{
    const struct language *l = texts_find_language(rules->texts, rules->language);
    unsigned n = 0;

    for (size_t t = 0; l && t <= l->mask; t++)
        if (l->texts[t].key.n && !is_elsewhere(l->texts[t].key))
            n += tell(t < TEXTS && texts[t], "text", l->texts[t].key.p, "");
    return n;
}

unsigned covered_missing(void)
{
    return missing_forms() + missing_commands() + missing_errors() + missing_repairs() + missing_texts();
}
