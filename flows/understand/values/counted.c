/* counted.c - numbers that only count, and are no value of any field: `5x`, `G3P2A0`; values that are said
 * not to be: `k4 belum`.  See before.h. */
#include "flows/understand/values/before.h"

#include <string.h>

#include "parsers/amount.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

void understand_mark_other(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to && k < x->ts.n; k++)
        x->ts.t[k].other = true;
}

bool understand_keeps_signs(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_CHOICES || form->fields[f].as == AS_CAUSE ||
            (form->fields[f].type == FIELD_TEXT && form->fields[f].list))
            return true;
    return false;
}

/* How many digits the token is of, with nothing but hyphens and dots between; 0: it is none of a telephone's.
 */
static unsigned digits_only(const struct token *t)
{
    unsigned n = 0;

    for (size_t i = 0; i < t->low.n; i++) {
        bool digit = t->low.p[i] >= '0' && t->low.p[i] <= '9';

        if (!digit && t->low.p[i] != '-' && t->low.p[i] != '.')
            return 0;
        n += digit;
    }
    return t->kind == TOKEN_NUMBER && !t->approx && !t->odd && !t->minus ? n : 0;
}

/* `081234567890`, `0812-3456-7890`, `0812 3456 7890`, `62 812 3456 7890`: how many tokens of a telephone's
 * number begin at token i. */
static unsigned telephone(const struct filling *x, unsigned i)
{
    enum {
        PART = 3, /* digits of one of its parts, at least */
        LEAST = 10,
        MOST = 14
    };
    const struct token *t = x->ts.t;
    bool abroad = slice_is(t[i].low, "62") && i + 1 < x->ts.n && slice_starts(t[i + 1].low, "8");
    unsigned n, k = i + 1;

    if (!abroad && !slice_starts(t[i].low, "08") && !slice_starts(t[i].low, "628"))
        return 0;
    n = digits_only(&t[i]);
    if (n < PART && !abroad)
        return 0;
    for (; k < x->ts.n && n < LEAST && !(t[k].sep & SEP_HARD) && digits_only(&t[k]) >= PART; k++)
        n += digits_only(&t[k]);
    return n >= LEAST && n <= MOST ? k - i : 0;
}

/* `2 tahun lalu`, where no date is asked for: the last token of it, or i. */
static unsigned years_ago(const struct filling *x, unsigned i)
{
    unsigned used, ago;
    struct slice unit;

    if (form_as(x->form, AS_DATE) >= 0 || i + 2 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD)
        return i;
    unit = phrase_code(&x->ts, i + 1, x->words->units, &used);
    return slice_is(unit, "th") && x->ts.t[i].low.n < 3 && !understand_parted(x, i + 1 + used) &&
                   understand_is(x, i + 1 + used, "lampau", &ago)
               ? i + used + ago
               : i;
}

/* `nifas Rini lahir 18 nov`: a day of the month, where the form has none; a first number may be a birth date.
 */
static unsigned day_of_month(const struct filling *x, unsigned i)
{
    unsigned used, first = 0;

    if (i + 1 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD ||
        !phrase_at(&x->ts, i + 1, x->words->months, &used) || form_as(x->form, AS_DATE) >= 0 ||
        form_has(x->form, FIELD_MONTH))
        return 0;
    while (x->ts.t[first].kind != TOKEN_NUMBER)
        first++;
    return first == i && form_has(x->form, FIELD_AGE) ? 0 : understand_day_at(x, i);
}

/* `#9x#`: a number that is due, and nobody can read it (RULINGS 50). */
static bool whole_part(const struct filling *x, unsigned i)
{
    return i + 1 < x->ts.n && (x->ts.t[i].sep & SEP_HASH) && x->ts.t[i + 1].glued &&
           slice_is(x->ts.t[i + 1].low, "x") && i + 2 < x->ts.n && (x->ts.t[i + 2].sep & SEP_HASH);
}

/* `110/70/80`, where nothing else is separated by slashes: of a pressure, or the next value? */
static bool third_figure(const struct filling *x, unsigned i)
{
    unsigned slashes = 0;

    if (i == 0 || (x->ts.t[i].sep & ~(unsigned)SEP_BLANK) != SEP_SLASH ||
        x->ts.t[i - 1].kind != TOKEN_NUMBER || slice_find(x->ts.t[i - 1].low, '/') >= x->ts.t[i - 1].low.n)
        return false;
    for (unsigned k = 0; k < x->ts.n; k++)
        slashes += (x->ts.t[k].sep & SEP_SLASH) != 0;
    return slashes == 1;
}

/* `amlodipin 1x1`: a dose. */
static bool so_often(const struct filling *x, unsigned i)
{
    const struct token *t = &x->ts.t[i];

    return i > 0 && i + 2 < x->ts.n && !(t->sep & SEP_HASH) && t[1].glued && slice_is(t[1].low, "x") &&
           t[2].glued && t[2].kind == TOKEN_NUMBER && !t->odd && !t[2].odd && t->low.n == 1 &&
           t[2].low.n == 1 && !(i + 3 < x->ts.n && t[3].glued);
}

/* `5x`, `5 kali`: how often, and no value; nor is a telephone's number, or how long ago. */
void understand_times(struct filling *x, unsigned i)
{
    unsigned ago = i > 0 ? years_ago(x, i) + 1 : i, to = i + telephone(x, i), day = i + day_of_month(x, i);

    to = day > to ? day : ago > i + 1 && ago > to ? ago : to;
    if (to > i)
        understand_mark_other(x, i, to);
    x->ts.t[i].approx |= third_figure(x, i);
    if (so_often(x, i))
        understand_mark_other(x, i, i + 3);
    if (whole_part(x, i)) {
        x->ts.t[i].odd = x->ts.t[i + 1].taken = true;
        return;
    }
    if (i > 0 && i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_WORD &&
        (((slice_is(x->ts.t[i + 1].low, "x") ||
           (slice_is(x->ts.t[i + 1].low, "t") && x->ts.t[i].low.n == 1)) &&
          x->ts.t[i + 1].glued) || /* `2T`: how often a child did not grow */
         understand_says(x, i + 1, "kali")) &&
        !(i + 2 < x->ts.n && x->ts.t[i + 2].glued) && understand_keeps_signs(x->form))
        understand_mark_other(x, i, i + 2);
}

bool understand_behind_label(const struct filling *x, unsigned i)
{
    struct label_at l;

    for (unsigned k = i > 3 ? i - 3 : 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_WORD && understand_label_at(x, k, &l) && k + l.used == i)
            return true;
    return false;
}

/* A number of people: of a form that counts them it may be the value. */
static bool people_at(const struct filling *x, unsigned i, unsigned *used)
{
    struct slice who = phrase_code(&x->ts, i, x->words->people, used);

    return form_as(x->form, AS_COUNT) < 0 &&
           (slice_is(who, "anak") || slice_is(who, "ibu") || slice_is(who, "lain"));
}

/* `jam 8` behind a number is a clock; `2 jam 25 orang` is how long. */
static bool clock_behind(const struct filling *x, unsigned i)
{
    enum {
        DAY = 24
    };
    struct amount n;

    return amount_read(&x->ts, i, x->words->units, &n) && !n.unit.n && n.milli <= DAY * 1000 &&
           slice_find(x->ts.t[i].low, '/') >= x->ts.t[i].low.n;
}

/* `2 jam`: how long; with its label too, `gds 2 jam pp 160`.  Where days are due they are said by that. */
static bool hours(const struct filling *x, unsigned i, unsigned *used)
{
    return understand_is(x, i + 1, "jam", used) && understand_says(x, i + 1, "jam") &&
           !form_counts(x->form, UNIT_DAY) && !clock_behind(x, i + 1 + *used);
}

bool understand_counts(const struct filling *x, unsigned i)
{
    const struct word *w = list_find(x->words->kata, x->ts.t[i].low); /* taken, too */

    return w && (slice_is(w->code, "takaran") || slice_is(w->code, "jam"));
}

/* `merokok 20 batang`, `kopi 3 gelas`, `senam 2 jam`: of a report.  Right behind another number it may be the
 * value that is due, `9,2 76 botol susu`, and is asked about. */
static void counts_in_report(struct filling *x, unsigned i)
{
    unsigned used = 0;
    bool lasts = hours(x, i, &used);

    if (!lasts && (understand_behind_label(x, i) || !understand_is(x, i + 1, "takaran", &used)))
        return;
    if (i > 0 && x->ts.t[i - 1].kind == TOKEN_NUMBER && !understand_parted(x, i) && !lasts &&
        slice_find(x->ts.t[i - 1].low, '/') >= x->ts.t[i - 1].low.n)
        x->ts.t[i].approx = true;
    else
        understand_mark_other(x, i, i + 1 + used);
}

/* `5 menit lagi`, `2 anak tadi kakak adik` to what is asked, `20 batang` in a report: a number that counts
 * what no field does. */
void understand_counts_other(struct filling *x, unsigned i)
{
    unsigned used;

    if (x->ts.t[i].other || i + 1 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD ||
        understand_parted(x, i + 1))
        return;
    if (!x->answers)
        return counts_in_report(x, i);
    if (hours(x, i, &used))
        understand_mark_other(x, i, i + 1 + used);
    else if (slice_all_digits(x->ts.t[i].low) && !understand_behind_label(x, i) &&
             !phrase_at(&x->ts, i + 1, x->words->answers, &used) &&
             (understand_is(x, i + 1, "hitungan", &used) || understand_is(x, i + 1, "takaran", &used) ||
              people_at(x, i + 1, &used)))
        understand_mark_other(x, i, i + 1 + used);
}

/* `G3P2A0`, `g2p1`, of a mother `G1` too: how many children, and no value of any field. */
void understand_parity(struct filling *x, unsigned i)
{
    unsigned k = i;

    if (!slice_is(x->ts.t[i].low, "g"))
        return;
    while (k + 1 < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && x->ts.t[k].low.n <= 2 &&
           strchr("gpah", x->ts.t[k].low.p[0]) && (k == i || x->ts.t[k].glued) &&
           x->ts.t[k + 1].kind == TOKEN_NUMBER && x->ts.t[k + 1].glued)
        k += 2;
    if (k >= i + 4 || (k > i && x->form->about == FORM_ABOUT_MOTHER && x->ts.t[i + 1].low.n <= 2))
        understand_mark_other(x, i, k);
}

/* `Sri anak ketiga 28mg`: among the words of a name the same as `anak ke 3` (RULINGS 46). */
void understand_ordinal(struct filling *x, unsigned i)
{
    unsigned used;
    const struct word *w;

    if (i == 0 || i + 1 >= x->ts.n || x->ts.t[i].kind != TOKEN_WORD || x->ts.t[i].other ||
        understand_parted(x, i + 1) ||
        !slice_starts(phrase_code(&x->ts, i + 1, x->words->numbers, &used), "ke"))
        return;
    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return;
    w = list_find(x->words->before, arena_printf(x->arena, "%.*s ke", SLICE_ARG(x->ts.t[i].low)));
    if (w && slice_is(w->code, "nomor_lain"))
        understand_mark_other(x, i, i + 2);
}

/* `Ny. Tuti 24th uk 20mg`: how old she is, where nobody asks. */
void understand_unasked_age(struct filling *x, unsigned i)
{
    unsigned used, years;

    if (x->form->about != FORM_ABOUT_MOTHER || (x->ts.t[i].sep & SEP_HASH) || form_as(x->form, AS_AGE) >= 0 ||
        i + 1 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD || (x->ts.t[i + 1].sep & SEP_HARD) ||
        x->ts.t[i].low.n != 2 || !slice_is(phrase_code(&x->ts, i + 1, x->words->units, &used), "th"))
        return;
    if (i == 0 || !understand_is(x, i - 1, "umur", &years)) /* else head.c passes over it */
        understand_mark_other(x, i, i + 1 + used);
}

static bool required(const struct filling *x, const struct field *f)
{
    for (unsigned r = 0; r < x->variant->required_n; r++)
        if (x->variant->required[r] == f->position)
            return true;
    return false;
}

/* A no that ends before token i, and denies nothing that stands before it; how many tokens. */
static unsigned no_before(const struct filling *x, unsigned i)
{
    struct negation n;

    for (unsigned k = i > 1 && !understand_parted(x, i) ? i - 2 : i; k < i; k++)
        if (!x->ts.t[k].other && negation_at(&x->ts, k, x->words->negators, &n) && k + n.used == i &&
            (n.kind == NEGATION_NOT || n.kind == NEGATION_NOT_YET) &&
            (k == 0 || understand_parted(x, k) || x->ts.t[k - 1].kind == TOKEN_NUMBER))
            return n.used;
    return 0;
}

/* A no from token i on, and what was not done, before another value, a separator or the end; how many
 * tokens. */
static unsigned no_behind(const struct filling *x, unsigned i)
{
    struct negation n;
    struct label_at l;
    unsigned to, used;

    if (understand_parted(x, i) || !negation_at(&x->ts, i, x->words->negators, &n) ||
        (n.kind != NEGATION_NOT && n.kind != NEGATION_NOT_YET))
        return 0;
    to = i + n.used;
    if (understand_is(x, to, "terlaksana", &used) && !understand_parted(x, to))
        to += used;
    return to >= x->ts.n || understand_parted(x, to) || x->ts.t[to].kind != TOKEN_WORD ||
                   understand_is(x, to, "terima_kasih", &used) ||
                   understand_is(x, to, "penanda_tangan", &used) || understand_is(x, to, "partikel", &used) ||
                   (understand_label_at(x, to, &l) && to + l.used < x->ts.n &&
                    x->ts.t[to + l.used].kind == TOKEN_NUMBER)
               ? to - i
               : 0;
}

/* `k4 belum`, `belum k4`: of somebody, a value that one may leave out; the rest of the report stands. */
void understand_undone(struct filling *x, unsigned i)
{
    unsigned end = i + 1, used = 0, before, behind;
    struct label_at l;

    if (!phrase_may_be(&x->ts, x->words->negators) || x->ts.t[i].other ||
        x->form->fields[0].type != FIELD_NAME)
        return;
    for (unsigned k = i > 2 ? i - 2 : 0; k < i; k++) {
        if (!understand_label_at(x, k, &l) || k + l.used != i || understand_parted(x, i) ||
            l.field->type != FIELD_NUMBER || required(x, l.field))
            continue;
        if (end < x->ts.n && !understand_parted(x, end) && phrase_at(&x->ts, end, x->words->units, &used))
            end += used;
        behind = no_behind(x, end);
        before = behind ? 0 : no_before(x, k);
        if (!behind && !before)
            return;
        understand_fault_words(x, l.field, ERROR_INVALID, k - before, end + behind);
        understand_mark_other(x, k - before, end + behind);
        return;
    }
}

unsigned understand_day_at(const struct filling *x, unsigned i)
{
    const struct when_words w = {
        .months = x->words->months, .days = x->words->days, .week = x->words->week, .units = x->words->units
    };
    struct when day;

    return when_read(&x->ts, i, &w, x->today, false, &day) == WHEN_NONE ? 0 : day.used;
}

bool understand_has_so_many(const struct filling *x, unsigned i, struct slice code)
{
    unsigned used, first = 0;
    struct slice low = x->ts.t[i].low;

    if (slice_is(code, "tahun_lain"))
        return low.n == 4 && (slice_starts(low, "19") || slice_starts(low, "20")) &&
               form_as(x->form, AS_DATE) < 0;
    if (form_counts(x->form, UNIT_PERSON))
        return false;
    if (!slice_is(code, "banyaknya_lain"))
        return slice_is(code, "diberi");
    while (x->ts.t[first].kind != TOKEN_NUMBER)
        first++;
    return low.n == 1 && (x->form->about == FORM_ABOUT_MOTHER || first < i) &&
           !(i + 1 < x->ts.n && !understand_parted(x, i + 1) &&
             phrase_at(&x->ts, i + 1, x->words->units, &used));
}
