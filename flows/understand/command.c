/* command.c - the commands of SPEC 2.3 and what stands behind them (RULINGS 8, 30).  See
 * message.h. */
#include "flows/understand/message.h"

#include <string.h>

#include "flows/understand/report/report.h"
#include "flows/understand/understanding.h"
#include "flows/understand/values/letters.h"
#include "flows/understand/values/read.h"
#include "parsers/damm.h"
#include "parsers/nik.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static bool separator(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '#' || c == '*' || c == ';' || c == '|' || c == ':' ||
           c == ',' || c == '=' || c == '.' || c == '/' || c == '-' || c == '_';
}

static struct slice skip_separators(struct slice s)
{
    while (s.n && separator(s.p[0]))
        s = slice_skip(s, 1);
    while (s.n && (separator(s.p[s.n - 1])))
        s.n--;
    return s;
}

static struct slice cut_word(struct slice *rest)
{
    struct slice s = skip_separators(*rest);
    size_t n = 0;

    while (n < s.n && !separator(s.p[n]))
        n++;
    *rest = skip_separators(slice_skip(s, n));
    return slice_take(s, n);
}

static void reject(struct command *c, enum report_error error, const char *field)
{
    if (c->status == REPORT_REJECTED)
        return;
    c->status = REPORT_REJECTED;
    c->error = error;
    c->error_field = slice_of(field);
}

/* What stands behind the word of a command, while it is read. */
struct argument {
    const struct ruleset *rules;
    struct command *out;
    struct slice rest;
    int64_t today;
    struct arena *arena;
};

/* `no`, `rujukan`, `laporan`, `bu`: a number follows. */
static bool names_number(const struct ruleset *rs, struct slice w, struct arena *a)
{
    struct slice low = arena_copy(a, w);
    const struct word *word, *address;

    for (size_t i = 0; i < low.n; i++)
        ((char *)(uintptr_t)low.p)[i] = text_lower(low.p[i]);
    word = low.n ? list_find(rs->forms.words.answers, low) : NULL;
    address = low.n ? list_find(rs->forms.words.people, low) : NULL;
    return (word && slice_is(word->code, "laporan")) || (address && slice_is(address->code, "sapaan"));
}

/* `48217`, `no 48217`, `bu 48217`, `4821O`: the number, digits repaired. */
static struct slice take_number(const struct ruleset *rs, struct slice *rest, struct arena *a)
{
    struct slice keep = *rest, w = cut_word(rest);
    struct slice copy;
    char *out;
    size_t n = 0;
    bool digit = false;

    while (names_number(rs, w, a))
        w = cut_word(rest);
    while (n < w.n && !strchr("?!", w.p[n]))
        n++;
    if (n && n < w.n) { /* `48217?`: the mark stands behind it */
        *rest = slice_make(w.p + n, (size_t)(rest->p + rest->n - (w.p + n)));
        w = slice_take(w, n);
    }
    copy = arena_copy(a, w);
    out = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++) {
        digit |= text_is_digit(out[i]);
        if (out[i] == 'O' || out[i] == 'o')
            out[i] = '0';
        else if (out[i] == 'l' || out[i] == 'I' || out[i] == 'i')
            out[i] = '1';
        else if (out[i] == 'S')
            out[i] = '5';
        else if (out[i] == 'B')
            out[i] = '8';
    }
    if (!digit) {
        *rest = skip_separators(keep);
        return (struct slice){ 0 };
    }
    return copy;
}

/* Off the front; false when there is none. */
static bool read_number(struct argument *x)
{
    struct slice typed = take_number(x->rules, &x->rest, x->arena);
    enum report_error error = ERROR_NONE;

    if (typed.n && !understand_nomor(typed, &x->out->nomor, &error, x->arena))
        reject(x->out, error, "nomor");
    return typed.n > 0;
}

static void argument_words(struct argument *x)
{
    x->out->catatan = x->rest;
}

/* Part of a date, a time of day or a telephone's number: `30/11/2026`, `0812-3456-7890`. */
static bool within_another(struct slice all, struct slice word)
{
    size_t from = (size_t)(word.p - all.p), to = from + word.n;

    return word.p[0] == '0' || (from > 1 && all.p[from - 1] != ' ' && text_is_digit(all.p[from - 2])) ||
           (to + 1 < all.n && all.p[to] != ' ' && text_is_digit(all.p[to + 1]));
}

static struct slice text_without(struct slice all, struct slice word, struct arena *a)
{
    struct slice before = skip_separators(slice_make(all.p, (size_t)(word.p - all.p)));
    struct slice behind = skip_separators(slice_skip(all, (size_t)(word.p - all.p) + word.n));

    return arena_printf(a, "%.*s%s%.*s", SLICE_ARG(before), before.n && behind.n ? " " : "",
                        SLICE_ARG(behind));
}

/* `penuh 48217`: the number stands behind the words, which stay what is said.  It is never another's: two of
 * them, or one that a word denies, is asked about.  False: there is none. */
static bool number_behind(struct argument *x)
{
    struct slice rest = x->rest, word, before = { 0 }, found = { 0 };
    enum report_error error = ERROR_NONE;
    bool doubt = false;

    for (; (word = cut_word(&rest)).n; before = word) {
        if (word.n < COMMAND_NUMBER_LEAST || word.n > COMMAND_NUMBER_MOST || !slice_all_digits(word) ||
            within_another(x->rest, word))
            continue;
        doubt |= found.n || list_find(x->rules->forms.words.negators, text_folded(before, x->arena));
        found = word;
    }
    if (found.n && !understand_nomor(found, &x->out->nomor, &error, x->arena))
        reject(x->out, error, "nomor");
    else if (doubt)
        reject(x->out, ERROR_AMBIGUOUS, "nomor");
    if (found.n)
        x->out->catatan = text_without(x->rest, found, x->arena);
    return found.n > 0;
}

static void argument_maybe_number(struct argument *x)
{
    if (!read_number(x) && number_behind(x))
        return;
    argument_words(x);
}

static void argument_number(struct argument *x)
{
    if (!read_number(x))
        reject(x->out, ERROR_MISSING, "nomor");
    argument_words(x);
}

static void first_line(struct slice *s)
{
    size_t at = slice_find(*s, '\n');

    if (at != (size_t)-1)
        *s = slice_take(*s, at);
    *s = slice_trim(*s);
}

/* DAFTAR nama#kode */
static void argument_daftar(struct argument *x)
{
    struct command *c = x->out;
    struct slice rest = x->rest;
    struct arena *a = x->arena;
    size_t cut = (size_t)-1;
    struct slice name, code;
    bool repaired;
    char *p;

    for (size_t i = 0; i < rest.n && cut == (size_t)-1; i++)
        if (rest.p[i] == '#' || rest.p[i] == '*' || rest.p[i] == ';' || rest.p[i] == '|' || rest.p[i] == ',')
            cut = i;
    if (cut == (size_t)-1) {
        /* By blanks the last word is the code, if it has a digit in it. */
        for (size_t i = rest.n; i-- > 0 && cut == (size_t)-1;)
            if (rest.p[i] == ' ')
                cut = i;
        if (cut != (size_t)-1) {
            bool digit = false;

            for (size_t i = cut; i < rest.n; i++)
                digit |= text_is_digit(rest.p[i]);
            if (!digit)
                cut = (size_t)-1;
        }
    }
    name = skip_separators(cut == (size_t)-1 ? rest : slice_take(rest, cut));
    code = skip_separators(slice_skip(rest, cut == (size_t)-1 ? rest.n : cut));
    if (name.n == 0)
        reject(c, ERROR_MISSING, "nama");
    else if (!person_name(name, a, &c->nama, &repaired)) {
        c->nama = (struct slice){ 0 };
        reject(c, ERROR_INVALID, "nama");
    }
    if (code.n == 0)
        reject(c, ERROR_MISSING, "kode");
    c->kode = arena_copy(a, code);
    p = (char *)(uintptr_t)c->kode.p;
    for (size_t i = 0; i < c->kode.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
}

static void argument_format(struct argument *x)
{
    struct slice w = cut_word(&x->rest);
    const struct form *f = understand_exact_form(&x->rules->forms, w);

    if (w.n == 0)
        reject(x->out, ERROR_MISSING, "arg");
    else if (!f)
        reject(x->out, ERROR_INVALID, "arg");
    else
        x->out->arg = f->name;
}

static void argument_pws(struct argument *x)
{
    struct command *c = x->out;
    char *p;

    c->arg = arena_copy(x->arena, x->rest);
    p = (char *)(uintptr_t)c->arg.p;
    for (size_t i = 0; i < c->arg.n; i++)
        p[i] = text_lower(p[i]);
}

static void argument_nik(struct argument *x)
{
    struct command *c = x->out;
    struct slice rest;
    char *digits;
    size_t n = 0;

    if (!read_number(x))
        reject(c, ERROR_MISSING, "nomor");
    rest = x->rest;
    digits = arena_alloc(x->arena, rest.n + 1);
    if (!digits)
        return;
    for (size_t i = 0; i < rest.n; i++) {
        if (text_is_digit(rest.p[i]))
            digits[n++] = rest.p[i];
        else if (!separator(rest.p[i]))
            break;
    }
    c->nik = (struct slice){ .p = digits, .n = n };
    if (n == 0)
        reject(c, ERROR_MISSING, "nik");
    else if (!nik_valid(c->nik, x->today))
        reject(c, ERROR_INVALID, "nik");
}

/* The field whose label stands first, whatever form has it: `bb abc` (RULINGS 8). */
static struct slice labelled_field(const struct ruleset *rs, struct slice rest, bool *value)
{
    struct slice word = cut_word(&rest);

    *value = rest.n > 0;
    for (unsigned i = 0; i < rs->forms.n; i++)
        for (unsigned f = 0; f < rs->forms.forms[i].fields_n; f++) {
            const struct field *field = &rs->forms.forms[i].fields[f];

            for (unsigned l = 0; l < field->labels_n && !form_is(&rs->forms.forms[i], FORM_LETTERS); l++)
                if (slice_ieq(word, field->labels[l]))
                    return field->name;
        }
    return S("arg");
}

/* What the forms make of a correction, and the first thing that is wrong with it. */
struct correction {
    const struct argument *in;
    enum report_error error;
    struct slice field;
};

/* The letters of a weekly report: `A 5`. */
static bool read_letters(struct filling *x, struct slice rest)
{
    int codes = form_as(x->form, AS_CODES), week = form_as(x->form, AS_WEEK);

    if (codes < 0 || week < 0)
        return false;
    x->text = rest;
    understand_w2(x);
    return x->slots[codes].value.n && !slice_is(x->slots[codes].value.items[0], "nihil") &&
           !x->slots[codes].error && !x->slots[week].error;
}

/* Letters are fields of their own (RULINGS 7). */
static void add_corrected(struct command *c, struct slice field, const struct value *v)
{
    for (unsigned i = 0; v->kind == VALUE_COUNTS && i < v->n && c->corrected_n < FORM_FIELDS; i++)
        c->corrected[c->corrected_n++] =
            (struct corrected){ .field = v->items[i], .value = value_number(v->counts[i]) };
    if (v->kind != VALUE_ABSENT && v->kind != VALUE_COUNTS && c->corrected_n < FORM_FIELDS)
        c->corrected[c->corrected_n++] = (struct corrected){ .field = field, .value = *v };
}

static bool corrects(struct correction *s, const struct form *form)
{
    const struct argument *in = s->in;
    struct command *c = in->out;
    struct filling *x = understand_begin(in->rules, form, in->today, in->arena);
    bool fault = false;

    if (!x ||
        !(form_has(form, FIELD_COUNTS) ? read_letters(x, in->rest) : understand_labelled_only(x, in->rest)))
        return false;
    c->corrected = ARENA_ARRAY(in->arena, struct corrected, FORM_FIELDS);
    c->corrected_n = 0;
    for (unsigned i = 0; c->corrected && i < form->fields_n; i++) {
        enum report_error error = x->slots[i].error;

        /* It is refused: what only one form would ask about says less than what others say of it. */
        if (error &&
            (!s->error || (s->error == ERROR_AMBIGUOUS && slice_eq(s->field, form->fields[i].name)))) {
            s->error = error;
            s->field = form->fields[i].name;
        }
        fault |= error != ERROR_NONE;
        add_corrected(c, form->fields[i].name, &x->slots[i].value);
    }
    return !fault && c->corrected_n;
}

/* Which report it is about is not known here: the field as the first form takes it that can, those of letters
 * last. */
static void read_correction(struct argument *in)
{
    struct command *c = in->out;
    const struct form_set *forms = &in->rules->forms;
    struct correction s = { .in = in };
    bool value;

    if (in->rest.n == 0) {
        reject(c, ERROR_MISSING, "arg");
        return;
    }
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned f = 0; f < forms->n; f++)
            if (form_is(&forms->forms[f], FORM_LETTERS) == (pass == 1) && corrects(&s, &forms->forms[f]))
                return;
    c->corrected_n = 0;
    c->status = REPORT_REJECTED;
    if (c->error != ERROR_NONE)
        return;
    c->error = s.error == ERROR_AMBIGUOUS ? ERROR_INVALID : s.error;
    c->error_field = s.field;
    if (s.error == ERROR_NONE) {
        c->error_field = labelled_field(in->rules, in->rest, &value);
        c->error = value || slice_is(c->error_field, "arg") ? ERROR_INVALID : ERROR_MISSING;
    }
}

static void argument_koreksi(struct argument *x)
{
    if (!read_number(x))
        reject(x->out, ERROR_MISSING, "nomor");
    x->out->correction = x->rest;
    if (x->out->nomor.n) /* RULINGS 52 */
        read_correction(x);
}

/* `TERIMA 48217 terima kasih bu`: nothing is said to whoever hears the words (RULINGS 13). */
static bool only_thanks(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    unsigned used;
    bool thanks = false;

    if (!text.n || !tokens_cut(text, NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i += used) {
        thanks |= phrase_is(&ts, i, words->kata, "terima_kasih", &used);
        if (!understand_says_nothing(words, &ts, i, &used) &&
            !phrase_is(&ts, i, words->people, "sapaan", &used) &&
            !phrase_is(&ts, i, words->answers, "sapaan", &used))
            return false;
    }
    return thanks;
}

bool understand_only_addresses(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned used;

    if (!text.n || !tokens_cut(text, NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i += used)
        if (!phrase_is(&ts, i, rs->forms.words.people, "sapaan", &used))
            return false;
    return ts.n > 0;
}

/* The text up to the first word that is this number. */
static struct slice before_number(struct slice text, struct slice nomor)
{
    for (size_t i = 0; i + nomor.n <= text.n; i++)
        if (slice_eq(slice_take(slice_skip(text, i), nomor.n), nomor))
            return slice_take(text, i);
    return (struct slice){ 0 };
}

/* `TERIMA 48217 atau 51139`, `TERIMA 48217 atau ditolak`: which?  `TERIMA 48217? kami belum siap`: whether?
 */
static void doubt_number(const struct ruleset *rs, struct command *c)
{
    struct slice rest = c->catatan, word = cut_word(&rest);
    const struct word *joint = c->nomor.n ? list_find(list_by_name(&rs->forms, S("kata")), word) : NULL;
    bool asks = c->nomor.n && c->catatan.n && c->catatan.p[0] == '?' && rest.n && c->kind != COMMAND_STATUS;

    if (asks || (joint && slice_is(joint->code, "sambung") && joint->doubt))
        reject(c, ERROR_AMBIGUOUS, "nomor");
}

struct slice understand_next_number(const struct ruleset *rs, struct slice text, struct arena *a,
                                    struct command *c)
{
    struct slice rest = c->catatan, word, head = before_number(text, c->nomor);
    const struct word *joint;
    bool joined;

    if (c->status != REPORT_ACCEPTED || !c->nomor.n || !head.n)
        return (struct slice){ 0 };
    word = cut_word(&rest);
    joint = list_find(list_by_name(&rs->forms, S("kata")), word);
    joined = joint && slice_is(joint->code, "sambung") && !joint->doubt;
    if (joined)
        word = cut_word(&rest);
    if (word.n < 4 || !slice_all_digits(word) || !(joined || damm_valid(word)))
        return (struct slice){ 0 };
    c->catatan = (struct slice){ 0 };
    return arena_printf(a, "%.*s%.*s %.*s", SLICE_ARG(head), SLICE_ARG(word), SLICE_ARG(rest));
}

void understand_command(const struct ruleset *rs, const struct keyword *k, struct slice text, int64_t today,
                        struct arena *a, struct command *out)
{
    static void (*const arguments[COMMANDS])(struct argument *) = {
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = argument_##argument,
#include "flows/understand/commands.def"
    };
    struct argument x = {
        .rules = rs, .out = out, .rest = slice_skip(text, k->to), .today = today, .arena = a
    };

    *out = (struct command){ .kind = k->command, .status = REPORT_ACCEPTED };
    first_line(&x.rest);
    x.rest = skip_separators(x.rest);
    if (arguments[k->command])
        arguments[k->command](&x);
    if (only_thanks(rs, out->catatan, a))
        out->catatan = (struct slice){ 0 };
    doubt_number(rs, out);
}
