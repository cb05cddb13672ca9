/* mending.c - see mending.h. */
#include "flows/talk/mending.h"

#include <stdlib.h>
#include <string.h>

#include "flows/care/child.h"
#include "flows/talk/words.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

static bool report_of(const struct last_report *l, struct arena *a, struct report **known)
{
    *known = ARENA_NEW(a, struct report);
    if (!*known)
        return false;
    (*known)->form = l->form;
    memcpy((*known)->values, l->values, sizeof(*known)->values);
    return true;
}

static bool has_figure(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            return true;
    return false;
}

/* `2 anak tadi kakak adik`: how many they are, and no weight. */
static bool counts_people(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rules->forms, a, &ts))
        return false;
    for (unsigned i = 0; i + 1 < ts.n; i++)
        if (ts.t[i].kind == TOKEN_NUMBER && phrase_at(&ts, i + 1, rules->forms.words.people, &used) &&
            !phrase_is(&ts, i + 1, rules->forms.words.kata, "penanda_tangan", &used))
            return true;
    return false;
}

static bool is_whole(struct slice word)
{
    return slice_all_digits(word);
}

/* Words that a number of people may have behind it. */
static bool of_people(const struct ruleset *rules, struct slice low)
{
    return list_find(rules->forms.words.people, low) || list_find(rules->forms.words.many, low);
}

/* Behind the last whole number stands a word that is no unit of a value: `3 kali`, `5 menit lagi`, `2 anak`.
 * counts: of a number of people. */
static bool counts_other(const struct ruleset *rules, const struct form *form, struct slice text, bool counts,
                         struct arena *a)
{
    struct slice rest = text_folded(text, a), word;
    bool number = false, other = false;

    while ((word = slice_cut(&rest, ' ')).n || rest.n) {
        if (slice_has_digit(word)) {
            number = is_whole(word);
            other = false;
        } else if (number && word.n) {
            other |= !list_find(rules->forms.words.units, word) && !words_label(rules, form, word) &&
                     !(counts && of_people(rules, word));
        }
    }
    return number && other;
}

/* `4 org tambah 1`, which was 3: without how many more. */
static struct slice without_difference(const struct ruleset *rules, const struct last_report *l,
                                       struct slice text, struct arena *a)
{
    int f = form_as(l->form, AS_COUNT);
    struct slice rest = text_folded(text, a), word, left = slice_make("", 0);
    int64_t was = f >= 0 && l->values[f].kind == VALUE_NUMBER ? l->values[f].milli / 1000 : 1, is = 0,
            more = 0;
    bool difference = false;

    while (f >= 0 && ((word = slice_cut(&rest, ' ')).n || rest.n)) {
        const struct word *w = list_find(rules->forms.words.before, word);

        if (!is && !slice_to_i64(word, &is) && is_whole(word))
            return text;
        if (is && w && slice_is(w->code, "selisih"))
            difference = true;
        else if (difference && is_whole(word) && !slice_to_i64(word, &more))
            return text;
        if (!difference)
            left = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(left), left.n ? " " : "", SLICE_ARG(word));
    }
    return difference && more > 0 && llabs(is - was) == more ? left : text;
}

/* The report with this number in the place of the value that it is nearest to. */
static bool nearest_value(const struct last_report *l, struct slice text, int64_t at_ms,
                          const struct ruleset *rules, struct arena *a, struct report *out)
{
    struct report *known = ARENA_NEW(a, struct report);
    bool found = false, people = counts_people(rules, text, a);
    int64_t best = INT64_MAX;

    if (!known)
        return false;
    text = without_difference(rules, l, text, a);
    for (unsigned i = 0; i < l->form->fields_n; i++) {
        struct report *fixed = ARENA_NEW(a, struct report);
        const struct value *was = &l->values[i], *is;
        int64_t off;

        /* A count that was not said is one (RULINGS 9). */
        if (!fixed || l->form->fields[i].hidden || (people && l->form->fields[i].unit != UNIT_PERSON) ||
            (was->kind == VALUE_ABSENT && l->form->fields[i].as != AS_COUNT) ||
            (l->form->fields[i].type != FIELD_NUMBER && l->form->fields[i].type != FIELD_PRESSURE) ||
            counts_other(rules, l->form, text, l->form->fields[i].as == AS_COUNT, a))
            continue;
        *known = (struct report){ .form = l->form };
        memcpy(known->values, l->values, sizeof known->values);
        if (!understand_answer(rules, known, l->form->fields[i].name, text, at_ms, a, fixed))
            continue;
        is = &fixed->values[i];
        if (is->kind == VALUE_ABSENT || (was->kind != VALUE_ABSENT && is->kind != was->kind) ||
            (value_equal(is, was) && !has_figure(text)))
            continue;
        off = was->kind == VALUE_NUMBER && was->milli ? llabs(is->milli - was->milli) * 1000 / was->milli : 0;
        if (off < best) {
            best = off;
            *out = *fixed;
            found = true;
        }
    }
    return found;
}

/* A word of the name of whom it is about, `budi`, `budinya`. */
static bool of_name(struct slice names, struct slice word)
{
    struct slice name;

    while ((name = slice_cut(&names, ' ')).n)
        if (slice_ieq(name, word) ||
            (word.n == name.n + 3 && slice_ends(word, "nya") && slice_ieq(name, slice_take(word, name.n))))
            return true;
    return false;
}

/* `yg` of `yg budi`, `anak` of `anak bu budi`: it only leads to whom is named behind it. */
static bool points(const struct ruleset *rules, struct slice names, struct slice word, struct slice behind)
{
    behind = slice_trim(behind);
    while (list_find(rules->forms.words.titles, word) || list_find(rules->forms.words.people, word)) {
        if (of_name(names, word = slice_cut(&behind, ' ')))
            return true;
        behind = slice_trim(behind);
    }
    return false;
}

/* `no 4`: what stands behind is the number of something else. */
static bool numbers(const struct last_report *l, struct slice behind)
{
    struct slice next = slice_cut(&behind, ' ');

    return is_whole(next) && !slice_eq(next, l->nomor);
}

/* Without the number and the name of the report, and without what only names it: `laporan 48217 budi`. */
static struct slice without_whom(const struct ruleset *rules, const struct last_report *l, struct slice text,
                                 struct arena *a)
{
    struct slice rest = slice_trim(text), word, plain = slice_make("", 0);

    while ((word = slice_cut(&rest, ' ')).n) {
        rest = slice_trim(rest);
        if (!slice_eq(word, l->nomor) && !(words_names_report(rules, word) && !numbers(l, rest)) &&
            !of_name(l->whom, word) && !points(rules, l->whom, text_folded(word, a), rest))
            plain = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(plain), plain.n ? " " : "", SLICE_ARG(word));
        rest = slice_trim(rest);
    }
    return plain;
}

/* The same report typed again: `KOREKSI TIMBANG Budi L 14bl 9,4`.  What it does not say stays. */
static bool typed_again(const struct ruleset *rules, const struct last_report *l, struct slice text,
                        int64_t at_ms, struct arena *a, struct report *out)
{
    struct said *said = ARENA_NEW(a, struct said);
    const struct report *r;
    struct slice now, was = child_called(rules, text_as(l->form, l->values, AS_NAME), a);
    struct report *known;

    if (!said || !report_of(l, a, &known) || !understand_sms(rules, text, at_ms, a, said) ||
        said->kind != SAID_REPORTS || said->reports_n != 1)
        return false;
    r = &said->reports[0];
    now = child_called(rules, report_text(r, AS_NAME), a);
    if (r->form != l->form || r->status == REPORT_CONFIRM ||
        (r->status == REPORT_REJECTED && r->error != ERROR_MISSING) ||
        (was.n && now.n && !slice_eq(was, now)))
        return false;
    *out = *known;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->values[i].kind != VALUE_ABSENT && !(now.n && r->form->fields[i].as == AS_NAME))
            out->values[i] = r->values[i];
    return true;
}

static bool has(const struct value *list, struct slice code)
{
    for (unsigned i = 0; list->kind == VALUE_LIST && i < list->n; i++)
        if (slice_eq(list->items[i], code))
            return true;
    return false;
}

/* What was listed, and what is listed now that was not.  False: nothing is new. */
static bool join_lists(const struct value *was, const struct value *is, struct arena *a, struct value *all)
{
    *all = (struct value){ .kind = VALUE_LIST };
    all->items = ARENA_ARRAY(a, struct slice, was->n + is->n + 1);
    for (unsigned i = 0; all->items && i < was->n; i++)
        all->items[all->n++] = was->items[i];
    for (unsigned i = 0; all->items && is->kind == VALUE_LIST && i < is->n; i++)
        if (!has(was, is->items[i]))
            all->items[all->n++] = is->items[i];
    return all->items && all->n > was->n;
}

/* Without the word before it that only says that there is more: `sama polio 4`. */
static struct slice without_more(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct slice rest = text, word = text_folded(slice_cut(&rest, ' '), a);
    const struct word *w = list_find(rules->forms.words.answers, word);

    return w && slice_is(w->code, "tambah") && slice_trim(rest).n ? slice_trim(rest) : text;
}

/* `demam juga`, `sama polio 4`: what a field lists and nothing else, beside what the report has. */
static bool more_listed(const struct ruleset *rules, const struct last_report *l, struct slice text,
                        int64_t at_ms, struct arena *a, struct report *out)
{
    struct report *known;
    struct value all;

    text = without_more(rules, text, a);
    if (!report_of(l, a, &known))
        return false;
    for (unsigned f = 0; f < l->form->fields_n; f++) {
        int beside = l->form->fields[f].companion;

        if (l->form->fields[f].type != FIELD_CHOICES ||
            !understand_answer(rules, known, l->form->fields[f].name, text, at_ms, a, out) ||
            (beside >= 0 && !value_equal(&known->values[beside], &out->values[beside])) || out->faults[f] ||
            !join_lists(&known->values[f], &out->values[f], a, &all))
            continue;
        out->values[f] = all;
        return true;
    }
    return false;
}

static bool try_words(const struct ruleset *rules, const struct last_report *l, struct slice text,
                      int64_t at_ms, struct arena *a, struct report *out)
{
    struct report *known;

    text = words_plain(rules, l->form, text, a);
    return text.n && report_of(l, a, &known) &&
           (understand_correction(rules, known, text, at_ms, a, out) ||
            nearest_value(l, text, at_ms, rules, a, out) || more_listed(rules, l, text, at_ms, a, out));
}

static enum instead in_its_place(const struct ruleset *rules, const struct last_report *l, struct slice text,
                                 int64_t at_ms, struct arena *a, struct report *out)
{
    struct instead_of of = { .at_ms = at_ms };
    struct report *known;

    of.known = report_of(l, a, &known) ? known : NULL;
    return of.known ? understand_instead(rules, &of, words_plain(rules, l->form, text, a), a, out)
                    : INSTEAD_NOT;
}

/* `bukan dbd ternyata tipes` */
static enum instead turns_out(const struct ruleset *rules, const struct last_report *l, struct slice text,
                              int64_t at_ms, struct arena *a, struct report *out)
{
    struct instead_of of = { .at_ms = at_ms };
    struct report *known;

    of.known = report_of(l, a, &known) ? known : NULL;
    return of.known && understand_instead(rules, &of, text, a, out) == INSTEAD_READ ? INSTEAD_READ
                                                                                    : INSTEAD_NOT;
}

/* A week is no count: `harusnya 6`, and which letter? */
static bool only_week(const struct last_report *l, const struct report *now)
{
    int week = form_as(l->form, AS_WEEK), codes = form_as(l->form, AS_CODES);

    return week >= 0 && !value_equal(&l->values[week], &now->values[week]) &&
           value_equal(&l->values[codes], &now->values[codes]);
}

static bool has_letter(struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text_is_letter(text.p[i]))
            return true;
    return false;
}

static bool changes(const struct last_report *l, const struct report *now)
{
    for (unsigned i = 0; i < l->form->fields_n; i++)
        if (!value_equal(&l->values[i], &now->values[i]))
            return true;
    return false;
}

static bool is_code(const struct word_list *list, struct slice low)
{
    if (low.n == 1)
        return true;
    for (unsigned i = 0; i < list->n; i++)
        if (slice_ieq(list->words[i].letter, low))
            return true;
    return false;
}

/* Nothing but letters, numbers and what they count: `A 6 orang`, and not `ada A 3 di rt 4`. */
static bool only_codes(const struct ruleset *rules, const struct last_report *l, struct slice text,
                       struct arena *a)
{
    const struct field *codes = &l->form->fields[form_as(l->form, AS_CODES)];
    struct slice rest = text_folded(text, a), word;
    const struct word *w;

    while ((word = slice_cut(&rest, ' ')).n || rest.n) {
        while (word.n && strchr(",.;:=", word.p[word.n - 1]))
            word.n--;
        w = list_find(rules->forms.words.kata, word);
        if (word.n && !slice_has_digit(word) && !is_code(codes->list, word) &&
            !(w && slice_is(w->code, "partikel")) && !list_find(rules->forms.words.units, word) &&
            !words_label(rules, l->form, word) && !words_names_report(rules, word))
            return false;
    }
    return slice_has_digit(text);
}

/* A letter is read of it at all, changed or not. */
static bool reads_code(const struct ruleset *rules, const struct last_report *l, struct slice text,
                       int64_t at_ms, struct arena *a)
{
    int codes = form_as(l->form, AS_CODES);
    struct report *known, *now = ARENA_NEW(a, struct report);

    if (!now || !report_of(l, a, &known))
        return false;
    known->values[codes] = (struct value){ .kind = VALUE_ABSENT };
    return understand_correction(rules, known, text, at_ms, a, now) &&
           now->values[codes].kind != VALUE_ABSENT;
}

/* The letters of a weekly report, by the names of their diseases too: `eh diarenya 6`.  What is not read of
 * them is no "as it was". */
static bool mend_codes(const struct ruleset *rules, const struct last_report *l, struct slice text,
                       int64_t at_ms, struct arena *a, struct report *out)
{
    struct slice said = understand_codes_said(rules, l->form, text, a), before, after, plain;
    struct report *known;
    bool changed;

    if (words_mended(rules, said, a, &before, &after))
        said = arena_printf(a, "%.*s %.*s", SLICE_ARG(slice_trim(before)), SLICE_ARG(slice_trim(after)));
    plain = words_plain(rules, l->form, words_correction(rules, said, a), a);
    if (!only_codes(rules, l, plain, a) || !report_of(l, a, &known) ||
        !understand_correction(rules, known, plain, at_ms, a, out))
        return false;
    changed = changes(l, out);
    if (!changed && !reads_code(rules, l, plain, at_ms, a))
        return false;
    if (out->status == REPORT_REJECTED || (only_week(l, out) && !has_letter(plain)))
        *out = (struct report){ 0 }; /* which? */
    return true;
}

bool mending_read(const struct ruleset *rules, const struct last_report *l, struct slice text, int64_t at_ms,
                  struct arena *a, struct report *out)
{
    struct slice plain = without_whom(rules, l, text, a), before, after;
    enum instead instead;

    if (!l->form)
        return false;
    instead = in_its_place(rules, l, text, at_ms, a, out); /* `bukan Ida tapi Idah` */
    if (instead == INSTEAD_NOT)
        instead = in_its_place(rules, l, plain, at_ms, a, out);
    if (instead == INSTEAD_NOT) /* the words that are left out there say which is which */
        instead = turns_out(rules, l, text, at_ms, a, out);
    if (instead == INSTEAD_UNCLEAR)
        *out = (struct report){ 0 };
    if (instead != INSTEAD_NOT)
        return true;
    if (typed_again(rules, l, text, at_ms, a, out))
        return true;
    if (form_as(l->form, AS_CODES) >= 0)
        return mend_codes(rules, l, text, at_ms, a, out);
    if (words_mended(rules, plain, a, &before, &after))
        return try_words(rules, l, after, at_ms, a, out) || try_words(rules, l, before, at_ms, a, out) ||
               try_words(rules, l, words_correction(rules, plain, a), at_ms, a,
                         out); /* `nama harusnya Siti` */
    return try_words(rules, l, words_correction(rules, plain, a), at_ms, a, out);
}
