/* tail.c - what follows the required fields: signatures, dates, free texts, leftovers (RULINGS 13,
 * 18, 36, 39).  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/signs/signs.h"
#include "flows/understand/signs/whose.h"
#include "flows/understand/values/destination.h"
#include "flows/understand/values/numbers.h"
#include "flows/understand/values/read.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

enum {
    OTHER_SCRIPTS = 0x250, /* behind the Latin letters */
};

static const struct field *use(const struct filling *x, unsigned k)
{
    return &x->form->fields[x->variant->uses[k]];
}

static bool open_field(const struct filling *x, const struct field *f)
{
    return !x->slots[f->position].filled;
}

static bool has_signs(const struct filling *x)
{
    for (unsigned k = 0; k < x->variant->uses_n && form_has(x->form, FIELD_CHOICES); k++)
        if (use(x, k)->type == FIELD_CHOICES)
            return true;
    return false;
}

static unsigned line_end(const struct filling *x, unsigned i)
{
    unsigned k = i + 1;

    while (k < x->ts.n && (x->ts.t[k].sep & SEP_LINE) == 0)
        k++;
    return k;
}

static void take(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to && k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}

/* Something that belongs to the report begins at token i. */
static bool value_begins(struct filling *x, unsigned i)
{
    const struct token *t = &x->ts.t[i];
    unsigned used;
    bool keep;

    if (t->taken || t->kind == TOKEN_EMPTY || t->kind == TOKEN_NUMBER)
        return true;
    if (understand_negator(x, i) || understand_destination(x, i, &keep))
        return true;
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = use(x, k);

        if (f->type == FIELD_CHOICES && phrase_at(&x->ts, i, f->list, &used))
            return true;
        if (!open_field(x, f))
            continue;
        if (f->type == FIELD_TEXT && understand_text_label(x, i, f, &keep))
            return true;
        if ((f->type == FIELD_DATE || f->type == FIELD_MONTH) &&
            understand_read(x, f, i, false).fit != FIT_NO)
            return true;
    }
    return false;
}

/* A line with figures in it is no signature: another child, perhaps; telephone numbers, `rt 2`, and the 2 at
 * the end of `kader Ani posy Melati 2` are none. */
static bool has_figures(const struct filling *x, unsigned from, unsigned to)
{
    unsigned used;
    bool signs = understand_is(x, from, "penanda_tangan", &used);

    for (unsigned i = from; i < to; i++) {
        const struct token *t = &x->ts.t[i];
        bool place =
            i > from && (understand_says(x, i - 1, "rt") || (signs && i + 1 == to && t->low.n == 1 &&
                                                             !t->glued && x->ts.t[i - 1].kind == TOKEN_WORD));

        if (t->kind == TOKEN_NUMBER && !t->taken && t->low.n < 8 && !place)
            return true;
    }
    return false;
}

/* Thanks and all behind them; a line or a ` - ` that begins with no value (RULINGS 13, 18). */
static void drop_signature(struct filling *x, unsigned from)
{
    bool destination = false, keep; /* it runs to the end: `rsud dr. h. Marsidi` (RULINGS 36, 52) */

    for (unsigned i = from; i < x->ts.n;) {
        unsigned used, to = i + 1;
        struct slice kata = phrase_code(&x->ts, i, x->words->kata, &used);
        bool signs_off = slice_is(kata, "penanda_tangan");

        if (x->ts.t[i].taken || x->ts.t[i].other) {
            i++;
            continue;
        }
        destination |= understand_destination(x, i, &keep);
        if (slice_is(kata, "terima_kasih")) {
            to = line_end(x, i);
            take(x, i, to);
        } else if ((x->ts.t[i].sep & (SEP_DASH | SEP_LINE)) && !value_begins(x, i) &&
                   ((x->ts.t[i].sep & SEP_DASH) || !has_figures(x, i, line_end(x, i)))) {
            to = line_end(x, i);
            take(x, i, to);
        } else if (signs_off && !has_signs(x) && !destination && !value_begins(x, i) &&
                   !(x->ts.t[i].sep & SEP_HASH) && !has_figures(x, i, line_end(x, i))) {
            to = line_end(x, i);
            take(x, i, to);
        } else if (signs_off && has_signs(x) && x->form->judge == FORM_JUDGE_SCHEDULE) {
            to = line_end(x, i);
            take(x, i, to);
        }
        i = to;
    }
}

/* rt 02/01 is a place. */
static bool behind_place(const struct filling *x, unsigned i)
{
    int lokasi = form_as(x->form, AS_LOCATION);
    bool keep;

    return lokasi >= 0 && i > 0 && understand_text_label(x, i - 1, &x->form->fields[lokasi], &keep);
}

static void dates(struct filling *x, unsigned from)
{
    if (!form_has(x->form, FIELD_DATE) && !form_has(x->form, FIELD_MONTH))
        return;
    for (unsigned k = x->head_uses; k < x->variant->uses_n; k++) {
        const struct field *f = use(x, k);

        if (f->type != FIELD_DATE && f->type != FIELD_MONTH)
            continue;
        for (unsigned i = from; i < x->ts.n && open_field(x, f); i++) {
            struct got g;

            if (x->ts.t[i].taken || behind_place(x, i) ||
                (f->type == FIELD_MONTH && x->ts.t[i].kind != TOKEN_WORD &&
                 slice_find(x->ts.t[i].low, '/') == (size_t)-1 &&
                 !(i == from && (x->ts.t[i].sep & SEP_HASH))))
                continue;
            g = understand_read(x, f, i, false);
            if (g.fit != FIT_NO)
                understand_take(x, f, i, &g, false);
        }
    }
}

/* --- places: lokasi --- */

static bool count_open(const struct filling *x)
{
    int f = form_as(x->form, AS_COUNT);

    return f >= 0 && open_field(x, &x->form->fields[f]);
}

/* `rt 4` is a place, its number never a count (RULINGS 39): a number right behind a label belongs to it; any
 * other is the count, where that is still wanted. */
static unsigned place_end(const struct filling *x, const struct field *f, unsigned from)
{
    unsigned k = from, used;
    bool keep;

    for (; k < x->ts.n; k++) {
        const struct token *t = &x->ts.t[k];

        if (t->taken || t->kind == TOKEN_EMPTY || understand_is(x, k, "terima_kasih", &used))
            break;
        if (k > from && (t->sep & (SEP_HASH | SEP_LINE | SEP_DASH)))
            break;
        if (k > from && (t->sep & SEP_COMMA) && !understand_text_label(x, k, f, &keep))
            break;
        if (k > from && count_open(x) && k + 1 < x->ts.n && x->ts.t[k + 1].kind == TOKEN_NUMBER &&
            phrase_at(&x->ts, k, x->words->many, &used))
            break;
        if (t->kind == TOKEN_NUMBER && count_open(x) && k > from &&
            !understand_text_label(x, k - 1, f, &keep) && !t->glued && !(t->sep & SEP_SLASH))
            break;
    }
    return k;
}

static void take_place(struct filling *x, const struct field *f, unsigned from, unsigned to)
{
    struct got g = { .fit = FIT_YES, .companion = -1, .used = to - from };
    struct slice text = to > from ? slice_trim(understand_span(x, from, to)) : S("");

    if (slice_empty(text)) /* `ke ||||` */
        return;
    g.value = value_text(text);
    understand_take(x, f, from, &g, false);
}

static bool of_a_list(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = 0; k < x->variant->uses_n; k++)
        if (use(x, k)->type == FIELD_CHOICES && phrase_at(&x->ts, i, use(x, k)->list, &used))
            return true;
    return false;
}

static void places(struct filling *x, const struct field *f, unsigned from)
{
    for (unsigned i = from; i < x->ts.n; i++) {
        bool keep;

        if (!open_field(x, f))
            return;
        if (x->ts.t[i].taken)
            continue;
        if (understand_text_label(x, i, f, &keep)) {
            unsigned begin = keep ? i : i + 1;

            x->ts.t[i].taken = !keep;
            take_place(x, f, begin, place_end(x, f, begin));
            continue;
        }
        /* Between # the slot is the place, whatever its first word (RULINGS 39), unless a list takes it. */
        if (x->ts.t[i].kind == TOKEN_WORD && (x->ts.t[i].sep & SEP_HASH) && !of_a_list(x, i))
            take_place(x, f, i, place_end(x, f, i));
    }
}

/* --- tujuan, sebab, alasan behind their place --- */

/* `##1906…`: nobody is sent to an identity number. */
static bool is_identity(struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < x->variant->uses_n; k++)
        if (use(x, k)->type == FIELD_NIK && understand_read(x, use(x, k), i, false).fit != FIT_NO)
            return true;
    return false;
}

static void texts(struct filling *x, const struct field *f, unsigned from)
{
    for (unsigned i = from; i < x->ts.n && open_field(x, f); i++) {
        bool keep = true, begins;
        unsigned begin;

        if (x->ts.t[i].taken || x->ts.t[i].kind == TOKEN_EMPTY || is_identity(x, i))
            continue;
        begins = f->as == AS_DESTINATION
                     ? understand_destination(x, i, &keep) || (x->ts.t[i].sep & SEP_HASH) != 0
                     : x->ts.t[i].kind == TOKEN_WORD;
        if (!begins)
            continue;
        begin = keep ? i : i + 1;
        x->ts.t[i].taken = !keep;
        /* `ke pustu`: the label, then the word. */
        if (f->as == AS_DESTINATION)
            (void)understand_take_destination(x, begin);
        else
            take_place(x, f, begin, understand_text_end(x, begin));
    }
}

/* --- leftovers --- */

/* A second value of a choice that takes one: `kasus diare campak 2`. */
static void second_choice(struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = use(x, k);
        struct got g;

        if (f->type != FIELD_CHOICE || !x->slots[f->position].filled || x->slots[f->position].error)
            continue;
        g = understand_read(x, f, i, false);
        if (x->ts.t[i].low.n > 2 && g.fit == FIT_YES && !value_equal(&g.value, &x->slots[f->position].value))
            understand_fault(x, f, ERROR_AMBIGUOUS, false, i);
    }
}

/* `kasus diare tiga`: a count that was not understood must not become one. */
static void number_word(struct filling *x, unsigned i)
{
    const struct word_list *list = x->words->numbers;
    const struct field *last = NULL;
    const struct word *w;
    unsigned used;

    if (understand_multiplied(x, i))
        return;
    for (unsigned k = 0; k < x->variant->uses_n; k++)
        if (use(x, k)->type == FIELD_NUMBER && open_field(x, use(x, k)))
            last = use(x, k);
    w = last && list ? phrase_at(&x->ts, i, list, &used) : NULL;
    if (w && (understand_number_word(x, i, &used) ||
              (slice_is(w->code, "banyaknya") &&
               (form_counts(x->form, UNIT_PERSON) ||
                (i > 0 && form_has_label(x->form, x->ts.t[i - 1].low)))))) /* but `haid banyak` */
        understand_fault(x, last, ERROR_INVALID, true, i);
}

/* `kasus diare lO`: letters that may be digits where a count is due, and no digit among them (RULINGS 50). */
static void letters_for_count(struct filling *x, unsigned i)
{
    struct slice text = x->ts.t[i].text;
    size_t n = 0;

    while (n < text.n && token_letter_is_digit(text.p[n]))
        n++;
    if (count_open(x) && n == text.n && n > 0 && n < 4)
        understand_fault_words(x, &x->form->fields[form_as(x->form, AS_COUNT)], ERROR_INVALID, i, i + 1);
}

static void leftovers(struct filling *x, unsigned from)
{
    if (x->kind_to)
        understand_fault_words(x, &x->form->fields[x->form->counts], ERROR_AMBIGUOUS, x->kind_at, x->kind_to);
    for (unsigned i = from; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind == TOKEN_WORD) {
            second_choice(x, i);
            understand_stray_keyword(x, i);
            number_word(x, i);
            letters_for_count(x, i);
        }
}

/* Letters of another script, or characters of none, where a number is due: nobody can read them (RULINGS 50).
 */
static void unreadable(struct filling *x, unsigned from)
{
    for (unsigned i = from; i < x->ts.n; i++) {
        const struct token *t = &x->ts.t[i];
        unsigned len;

        if (t->taken || t->kind != TOKEN_WORD || t->text.n == 0 ||
            text_rune(t->text.p, t->text.p + t->text.n, &len) < OTHER_SCRIPTS)
            continue;
        for (unsigned k = 0; k < x->variant->uses_n; k++)
            if (use(x, k)->type == FIELD_NUMBER && open_field(x, use(x, k))) {
                understand_fault(x, use(x, k), ERROR_INVALID, true, i);
                x->ts.t[i].taken = true;
                break;
            }
    }
}

/* `150/100` is a pressure wherever it stands: where the positions went astray nothing of it is lost, and of
 * two that differ neither is taken unasked (RULINGS 18, 50). */
void understand_pressures(struct filling *x, bool behind_head)
{
    for (unsigned f = 0; f < x->form->fields_n && form_has(x->form, FIELD_PRESSURE); f++) {
        const struct field *field = &x->form->fields[f];
        struct slot *s = &x->slots[f];

        if (field->type != FIELD_PRESSURE || s->filled == behind_head)
            continue;
        for (unsigned i = 0; i < x->ts.n; i++) {
            struct got g;

            if (x->ts.t[i].taken || x->ts.t[i].other || x->ts.t[i].kind != TOKEN_NUMBER ||
                slice_find(x->ts.t[i].low, '/') == (size_t)-1)
                continue;
            g = understand_read(x, field, i, true);
            if (g.fit != FIT_YES)
                continue;
            if (behind_head) {
                understand_take(x, field, i, &g, false);
            } else if (!value_equal(&s->value, &g.value)) {
                understand_fault(x, field, ERROR_CONTRADICTION, false, i);
                x->ts.t[i].taken = true;
            }
            break;
        }
    }
}

/* Whose fever stands right before number i: `bayinya demam 38,5` in a report of its mother. */
static enum whose fever_whose(const struct filling *x, unsigned i)
{
    struct sign s = { .to = i };
    unsigned used;

    for (s.from = i; s.from-- > 0 && x->ts.t[s.from].kind == TOKEN_WORD;) {
        s.word = phrase_at(&x->ts, s.from, x->words->signs, &used);
        if (s.word && slice_is(s.word->code, "demam") && s.from + used == i)
            return understand_whose(x, &s);
    }
    return WHOSE_OWN;
}

/* `11,2 83 demam 38,9`: behind the required fields it is her temperature, and no lingkar kepala. */
static void fevers(struct filling *x, unsigned from)
{
    int suhu = form_as(x->form, AS_TEMPERATURE);

    for (unsigned i = from; suhu >= 0 && i < x->ts.n; i++)
        if (!x->ts.t[i].taken && x->ts.t[i].kind == TOKEN_NUMBER && understand_fever(x, i)) {
            struct got g = understand_read(x, &x->form->fields[suhu], i, false);
            enum whose whose = fever_whose(x, i);

            x->ts.t[i].other |= whose == WHOSE_OTHER;
            if (whose == WHOSE_DOUBT && g.fit == FIT_YES)
                g.fit = FIT_DOUBT, g.error = ERROR_AMBIGUOUS;
            if (whose != WHOSE_OTHER)
                understand_take(x, &x->form->fields[suhu], i, &g, false);
        }
}

/* What was passed over among the required fields stays in the words (RULINGS 50): `28 nadi 80 110/70`. */
static void keep_passed(struct filling *x, unsigned end)
{
    int signs = form_as(x->form, AS_SIGNS), beside = signs >= 0 ? x->form->fields[signs].companion : -1;
    struct slot *s = beside >= 0 ? &x->slots[beside] : NULL;
    struct slice all = slice_make("", 0);

    for (unsigned i = 0, to; s && i < end; i = to + 1) {
        for (to = i; to < end && x->ts.t[to].other; to++)
            ;
        if (to > i)
            all = arena_printf(x->arena, "%.*s%s%.*s", SLICE_ARG(all), all.n ? " " : "",
                               SLICE_ARG(understand_span(x, i, to)));
    }
    if (!all.n)
        return;
    if (s->value.kind == VALUE_TEXT)
        all = arena_printf(x->arena, "%.*s %.*s", SLICE_ARG(all), SLICE_ARG(s->value.text));
    s->value = value_text(all);
    s->filled = true;
}

void understand_tail(struct filling *x)
{
    unsigned from = x->head_end;

    drop_signature(x, from);
    dates(x, from);
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = use(x, k);

        if (f->type != FIELD_TEXT || k < x->head_uses)
            continue;
        if (f->as == AS_LOCATION)
            places(x, f, from);
        else
            texts(x, f, from);
    }
    understand_reason_behind(x, from);
    unreadable(x, from);
    fevers(x, from);
    understand_units(x, from);
    understand_foreign_units(x, from);
    understand_signs(x, x->signs_at ? x->signs_at - 1 : from);
    keep_passed(x, from);
    understand_numbers(x, from);
    leftovers(x, from);
    understand_unread_part(x);
}
