/* reply.c - receipts, questions and errors.  See reply.h.
 *
 * The words are in config/texts; here is only which text and what goes into its slots. */
#include "flows/step/open.h"
#include "flows/step/reply.h"

#include "flows/step/reply_parts.h"
#include "gateway/conf/texts.h"

enum {
    ECHO = 512,
    REPLY_MANY = 5, /* SPEC 2.4: several reports in one SMS are echoed five at most */
};

/* --- one field, for people --- */

static void say_codes(struct buf *b, const struct field *f, const struct value *v)
{
    for (unsigned i = 0; i < v->n; i++) {
        const struct word *w = f->list ? word_by_code(f->list, v->items[i]) : NULL;

        buf_str(b, i ? ", " : "");
        buf_add(b, w && w->say.n ? w->say : v->items[i]);
    }
}

static void say_bare(struct buf *b, const struct field *f, const struct value *v)
{
    const struct word *w = f->list && v->kind == VALUE_TEXT ? word_by_code(f->list, v->text) : NULL;

    if (v->kind == VALUE_LIST)
        say_codes(b, f, v);
    else if (w && w->say.n)
        buf_add(b, w->say);
    else
        value_say(b, v);
}

/* "anak Bu {}" of "Bu Tia": the word before the value is not said twice. */
static bool says_twice(struct slice before, const struct value *v)
{
    struct slice word = slice_trim(before), rest = v->text, first = slice_cut(&rest, ' ');

    while (slice_find(word, ' ') != (size_t)-1)
        word = slice_skip(word, slice_find(word, ' ') + 1);
    return v->kind == VALUE_TEXT && rest.n && word.n && slice_ieq(word, first);
}

static void say_field(struct buf *b, const struct field *f, const struct value *v)
{
    struct slice rest = f->say;

    while (rest.n) {
        if (slice_starts(rest, "{}")) {
            struct value said = *v;

            if (says_twice(slice_take(f->say, f->say.n - rest.n), v))
                slice_cut(&said.text, ' ');
            say_bare(b, f, &said);
            rest = slice_skip(rest, 2);
        } else {
            buf_char(b, rest.p[0]);
            rest = slice_skip(rest, 1);
        }
    }
}

struct slice reply_echo(const struct form *form, const struct value *values, struct arena *a)
{
    struct slice s;
    struct buf b;

    buf_init(&b, ECHO);
    for (unsigned i = 0; form && i < form->fields_n; i++) {
        /* The answers of a screening stay out of every SMS: one of them may be about wanting to die. */
        if (values[i].kind == VALUE_ABSENT || !form->fields[i].say.n || form->fields[i].type == FIELD_ANSWERS)
            continue;
        buf_str(&b, b.n ? " " : "");
        say_field(&b, &form->fields[i], &values[i]);
    }
    s = buf_into(&b, a);
    return s;
}

/* The count of one letter of W2: it is asked for by its own name. */
static void say_letter(struct buf *b, const struct form *form, const struct value *values,
                       struct slice letter)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        for (unsigned i = 0; values[f].kind == VALUE_COUNTS && i < values[f].n; i++)
            if (slice_eq(values[f].items[i], letter) && !slice_is(letter, "nihil"))
                number_print(b, values[f].counts[i], ',');
}

struct slice reply_value(const struct form *form, const struct value *values, struct slice field,
                         struct arena *a)
{
    struct slice s;
    struct buf b;

    buf_init(&b, ECHO);
    for (unsigned i = 0; form && i < form->fields_n; i++)
        if (slice_eq(form->fields[i].name, field) && values[i].kind != VALUE_ABSENT &&
            form->fields[i].type != FIELD_ANSWERS)
            say_bare(&b, &form->fields[i], &values[i]);
    if (form && b.n == 0)
        say_letter(&b, form, values, field);
    s = buf_into(&b, a);
    return s;
}

static const struct field *field_of(const struct form *form, struct slice name)
{
    for (unsigned i = 0; form && i < form->fields_n; i++)
        if (slice_eq(form->fields[i].name, name))
            return &form->fields[i];
    return NULL;
}

struct slice reply_label(const struct form *form, struct slice field)
{
    const struct field *f = field_of(form, field);

    return f && f->labels_n ? f->labels[0] : field;
}

/* `B5` for a letter of W2, never a whole report to copy; of a letter that is none, what one looks like. */
static struct slice letter_example(const struct form *form, struct slice letter, struct arena *a)
{
    for (unsigned f = 0; f < form->fields_n; f++) {
        const struct field *c = &form->fields[f];
        struct slice rest = c->example;

        for (unsigned i = 0; c->type == FIELD_COUNTS && i < c->list->n; i++)
            if (slice_eq(c->list->words[i].letter, letter))
                return arena_printf(a, "%.*s5", SLICE_ARG(letter));
        if (c->type == FIELD_COUNTS)
            return slice_is(letter, "X")       ? S("X120")
                   : slice_is(letter, "nihil") ? S("NIHIL")
                                               : slice_cut(&rest, ' ');
    }
    return slice_make("", 0);
}

struct slice reply_example(const struct form *form, struct slice field, struct arena *a)
{
    const struct field *f = field_of(form, field);

    if (f && slice_ieq(slice_take(f->example, reply_label(form, field).n), reply_label(form, field)))
        return f->example; /* S60, which says its letter itself */
    if (f && f->example.n)
        return arena_printf(a, "%.*s %.*s", SLICE_ARG(reply_label(form, field)), SLICE_ARG(f->example));
    if (form && !f && form->code_counts)
        return letter_example(form, field, a);
    return form && form->examples_n ? form->examples[0] : slice_make("", 0);
}

/* --- several --- */

void reply_many_add(struct buf *b, const struct ruleset *rules, struct slice language,
                    const struct reply_outcome *o, struct arena *a)
{
    const struct text_fill f[] = {
        { "nomor", o->nomor }, { "nama", o->isi }, { "field", o->field }, { "temuan", o->danger }
    };

    buf_str(b, b->n ? "; " : "");
    buf_add(b, text_fill(rules->texts, language,
                         o->field.n     ? "many.ask"
                         : !o->danger.n ? "many.done"
                         : o->now       ? "many.now"
                                        : "many.today",
                         FILLS(f), a));
}

static int rank(const struct reply_outcome *o)
{
    return o->called.n ? 2 : o->danger.n ? 1 : 0;
}

/* Dangers first: five are named at most. */
static void dangers_first(struct reply_outcome *all, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        for (unsigned k = i; k > 0 && rank(&all[k]) > rank(&all[k - 1]); k--) {
            struct reply_outcome t = all[k];

            all[k] = all[k - 1];
            all[k - 1] = t;
        }
}

struct slice reply_many(const struct ruleset *rules, struct slice language, struct reply_outcome *all,
                        unsigned n, unsigned rest, struct arena *a)
{
    struct slice list, more = slice_make("", 0);
    unsigned asked = 0;
    struct buf b;

    dangers_first(all, n);
    buf_init(&b, ECHO);
    for (unsigned i = 0; i < n && i < REPLY_MANY; i++)
        reply_many_add(&b, rules, language, &all[i], a);
    for (unsigned i = 0; i < n; i++)
        asked += all[i].field.n > 0;
    list = buf_into(&b, a);
    if (n > REPLY_MANY || n == 0)
        more = arena_printf(a, "%u", n ? n - REPLY_MANY : rest);
    {
        const struct text_fill f[] = { { "daftar", list },
                                       { "jumlah", more },
                                       { "petugas", n ? all[0].called : list },
                                       { "hp", n ? all[0].hp : list } };

        return text_fill(rules->texts, language,
                         n == 0            ? "many.none"
                         : all[0].called.n ? rest ? "many.told_rest" : "many.told"
                         : rest            ? "many.rest"
                         : more.n          ? "many.more"
                         : asked           ? "many.questions"
                                           : "many.all",
                         FILLS(f), a);
    }
}

/* --- the pocket answers: FORMAT, BANTUAN --- */

void reply_fields(struct buf *out, const struct form *form, const struct variant *v, const char *open,
                  const char *close)
{
    bool more = false;

    for (unsigned i = 0; i < v->uses_n; i++) {
        const struct field *f = &form->fields[v->uses[i]];
        bool must = variant_requires(v, v->uses[i]);

        if (f->hidden)
            continue;
        buf_printf(out, "%s%s%.*s%s", more ? " " : "", must ? "" : open, SLICE_ARG(f->name),
                   must ? "" : close);
        more = true;
    }
}

struct slice reply_format(const struct ruleset *rules, struct slice language, const struct form *form,
                          struct arena *a)
{
    const struct variant *v = form->variants_n ? &form->variants[0] : NULL;
    struct slice line;
    struct buf b;

    buf_init(&b, ECHO);
    if (v)
        reply_fields(&b, form, v, "(", ")");
    line = buf_into(&b, a);
    {
        const struct text_fill f[] = {
            { "kata", form->keywords_n ? form->keywords[0] : form->name },
            { "urutan", line },
            { "contoh", form->examples_n ? form->examples[0] : slice_make("", 0) },
        };

        return text_fill(rules->texts, language, "help.format", FILLS(f), a);
    }
}

/* The text of a role, else that of all. */
static const char *key_for(const struct ruleset *rules, struct slice language, const char *of,
                           struct slice role, const char *all, struct arena *a)
{
    const char *key = arena_printf(a, "%s.%.*s", of, SLICE_ARG(role)).p;

    return role.n && text_exists(rules->texts, language, key) ? key : all;
}

struct slice reply_help(const struct ruleset *rules, struct slice language, struct slice role,
                        struct arena *a)
{
    const char *key = key_for(rules, language, "help", role, "help.all", a);
    struct slice words;
    struct buf b;

    buf_init(&b, ECHO);
    for (unsigned i = 0; i < rules->forms.n; i++) {
        buf_str(&b, b.n ? " " : "");
        if (rules->forms.forms[i].keywords_n)
            buf_add(&b, rules->forms.forms[i].keywords[0]);
    }
    words = buf_into(&b, a);
    {
        const struct text_fill f[] = { { "kata", words } };

        return text_fill(rules->texts, language, key, FILLS(f), a);
    }
}

struct slice reply_unknown(const struct ruleset *rules, struct slice language, struct slice role,
                           struct arena *a)
{
    return text_fill(rules->texts, language, key_for(rules, language, "unknown", role, "unknown.keyword", a),
                     NULL, 0, a);
}

/* How a value of that name is written, in the first form that has it. */
static struct slice example_of(const struct ruleset *rules, struct slice field, struct arena *a)
{
    for (unsigned i = 0; i < rules->forms.n; i++)
        if (field_of(&rules->forms.forms[i], field))
            return reply_example(&rules->forms.forms[i], field, a);
    return slice_make("", 0);
}

struct slice reply_command_error(const struct ruleset *rules, struct slice language, const struct command *c,
                                 const struct form *form, struct arena *a)
{
    const char *key = arena_printf(a, "card.type.%s", command_name(c->kind)).p;
    bool correction = c->kind == COMMAND_KOREKSI && c->nomor.n && !slice_is(c->error_field, "nomor");
    bool has = form && field_of(form, c->error_field);
    struct slice example =
        correction ? has ? reply_example(form, c->error_field, a) : example_of(rules, c->error_field, a)
                   : text_fill(rules->texts, language, key, NULL, 0, a);
    const struct text_fill f[] = { { "perintah", slice_of(command_name(c->kind)) },
                                   { "nomor", c->nomor },
                                   { "field", c->error_field },
                                   { "contoh", example } };

    if (c->kind == COMMAND_NIK && slice_is(c->error_field, "nik") && c->error == ERROR_INVALID)
        return text_fill(rules->texts, language, "nik.wrong", NULL, 0, a);
    if (correction)
        return text_fill(rules->texts, language, example.n ? "koreksi.value" : "koreksi.what", FILLS(f), a);
    return text_fill(rules->texts, language,
                     c->error == ERROR_CHECK_DIGIT                                ? "command.digit"
                     : c->error == ERROR_MISSING && open_may_lack_number(c->kind) ? "command.nothing"
                     : c->error == ERROR_MISSING                                  ? "command.missing"
                     : c->error == ERROR_AMBIGUOUS                                ? "command.either"
                                                                                  : "command.invalid",
                     FILLS(f), a);
}
