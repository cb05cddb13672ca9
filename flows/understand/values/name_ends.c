/* name_ends.c - words before and behind a name that are none of it (RULINGS 41, 45, 54).  See names.h.
 */
#include "flows/understand/values/names.h"

#include "flows/understand/values/read.h"
#include "parsers/phrase.h"

/* `Nina kembar L`, `Ana hamil anak kedua`: how it is with her, behind the name and none of it (RULINGS 45).
 */
static unsigned without_state(struct filling *x, unsigned from, unsigned to)
{
    unsigned used;

    for (unsigned p = from + 1; p < to; p++) {
        if (!(understand_is(x, p, "keadaan", &used) || understand_is(x, p, "kembar", &used) ||
              understand_is(x, p, "sela", &used)) || /* `Rafa eh L` */
            understand_is(x, p - 1, "penanda_tangan", &used) ||
            phrase_at(&x->ts, p - 1, x->words->people, &used)) /* `bu hamil Ana`, `bayi kembar Ana` */
            continue;
        while (to > p)
            x->ts.t[--to].taken = true;
    }
    return to;
}

static bool is_address(const struct filling *x, unsigned i, unsigned *used)
{
    return slice_is(phrase_code(&x->ts, i, x->words->people, used), "sapaan");
}

/* Of a birth the name is the mother's: `bayi dari ibu Nana`, `Nana anak laki2`. */
static void only_mother(struct filling *x, unsigned *from, unsigned *to)
{
    unsigned used, p;

    if (!form_is(x->form, FORM_BIRTH))
        return;
    while (*from + 1 < *to && !understand_says(x, *from, "bu") &&
           (slice_is(phrase_code(&x->ts, *from, x->words->people, &used), "anak") ||
            understand_is(x, *from, "bayi", &used) || is_address(x, *from, &used) ||
            understand_is(x, *from, "penanda_tangan", &used)) &&
           *from + used < *to)
        while (used--)
            x->ts.t[(*from)++].taken = true;
    for (p = *from + 1; p < *to; p++)
        if (slice_is(phrase_code(&x->ts, p, x->words->people, &used), "anak") && !is_address(x, p - 1, &used))
            while (*to > p)
                x->ts.t[--*to].taken = true;
}

/* `Sari uk 28+3`: the label of what is due, and a number that nobody can read. */
static bool before_unread(const struct filling *x, const struct field *next, unsigned last, unsigned end)
{
    struct label_at l;

    return next && next->type == FIELD_NUMBER && x->ts.t[end].odd && understand_label_at(x, last, &l) &&
           l.field == next && l.used == 1;
}

/* `Yuli hr 5`: the unit before its number is a label, and no name ends so. */
static void without_unit(struct filling *x, const struct field *next, unsigned end, unsigned from,
                         unsigned *to)
{
    unsigned last = *to - 1, used;
    struct slice unit =
        *to > from + 1 && *to == end ? phrase_code(&x->ts, last, x->words->units, &used) : slice_make("", 0);
    bool fits = next && ((next->unit == UNIT_DAY && slice_is(unit, "hr")) ||
                         (next->unit == UNIT_WEEK && slice_is(unit, "mg")));

    if (end >= x->ts.n || x->ts.t[end].kind != TOKEN_NUMBER ||
        !(fits || (*to == end && *to > from + 1 && before_unread(x, next, last, end))))
        return;
    x->ts.t[last].taken = true;
    *to = last;
}

static bool is_adverb(const struct filling *x, unsigned i)
{
    static const char *const KINDS[] = { "sebelum_angka", "pengisi", "kini", "bukan_nama" };
    unsigned used;

    for (unsigned k = 0; k < sizeof KINDS / sizeof *KINDS; k++)
        if (understand_is(x, i, KINDS[k], &used))
            return true;
    return x->form->about == FORM_ABOUT_MOTHER &&
           slice_is(phrase_code(&x->ts, i, list_by_name(&x->rs->forms, S("salin")), &used), "cara");
}

/* A number begins at token i, or a label and its number, which are read already: `hari ke 3`. */
static bool is_figure(const struct filling *x, unsigned i)
{
    enum {
        WORDS = 3 /* of a label */
    };

    for (unsigned k = i; k < x->ts.n && k <= i + WORDS && !(k > i && understand_parted(x, k)); k++) {
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return true;
        if (x->ts.t[k].kind != TOKEN_WORD || !x->ts.t[k].taken ||
            (k == i && !form_labels(x->form, x->ts.t[k].low)))
            return false;
    }
    return false;
}

/* `Rini melahirkan 3 hari lalu`, `Sri sudah 28mg`: right before a number, how it is with her, and no name. */
static void without_adverb(struct filling *x, unsigned end, unsigned from, unsigned *to)
{
    if (!is_figure(x, end) || understand_parted(x, end) || *to != end)
        return;
    while (*to > from + 1 && is_adverb(x, *to - 1))
        x->ts.t[--*to].taken = true;
}

/* `kasus dbd mungkin tipes L 7`: another value of what the report is about is no name, and makes that
 * doubtful; nor is the word that says how sure one is. */
static unsigned without_choice(struct filling *x, unsigned from, unsigned to)
{
    const struct field *f = &x->form->fields[0];
    const struct slot *s = &x->slots[0];
    unsigned used;

    for (unsigned p = from; f->type == FIELD_CHOICE && s->value.kind == VALUE_TEXT && p < to; p++) {
        const struct word *w = phrase_at(&x->ts, p, f->list, &used);

        if (!w || x->ts.t[p].low.n < 3 || slice_eq(w->code, s->value.text))
            continue;
        if (p > from && slice_is(phrase_code(&x->ts, p - 1, x->words->before, &used), "kira"))
            p--;
        understand_fault(x, f, ERROR_AMBIGUOUS, false, p);
        while (to > p)
            x->ts.t[--to].taken = true;
    }
    return to;
}

/* `kemarin Rafi L`, `kembar Rafi L`: when, and how it is with him, before the name and none of it; a day is
 * that of the report, where it has one. */
static void without_day(struct filling *x, unsigned *from, unsigned to)
{
    int date = form_as(x->form, AS_DATE);
    unsigned used;
    struct got g;

    if (!phrase_at(&x->ts, *from, x->words->days, &used) && !understand_is(x, *from, "kembar", &used))
        return;
    if (*from + used >= to || understand_parted(x, *from + used))
        return;
    g = date >= 0 && !x->slots[date].filled ? understand_read_date(x, &x->form->fields[date], *from, false)
                                            : understand_no();
    if (g.fit != FIT_NO && g.used == used)
        understand_take(x, &x->form->fields[date], *from, &g, false);
    while (used--)
        x->ts.t[(*from)++].taken = true;
}

/* A day, or a time long ago, begins at token i: `kemarin`, `minggu lalu`, `hari Senin`; *used. */
static bool is_time(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *day = phrase_at(&x->ts, i, x->words->days, used);
    unsigned week;

    if (day)
        return !slice_starts(day->code, "+");
    if (understand_says(x, i, "hari") && i + 1 < x->ts.n && phrase_at(&x->ts, i + 1, x->words->week, &week)) {
        *used = 1 + week;
        return true;
    }
    return understand_is(x, i, "silam", used);
}

/* `Rafa bu minggu lalu`, `Rafi kemarin L`: when, behind the name and none of it; what is no day is asked for,
 * where the report has one. */
static unsigned without_time(struct filling *x, unsigned from, unsigned to)
{
    int date = form_as(x->form, AS_DATE);
    unsigned used = 0, p = from + 1;
    struct got g;

    while (p < to && !is_time(x, p, &used))
        p++;
    if (p >= to)
        return to;
    g = date >= 0 && !x->slots[date].filled ? understand_read_date(x, &x->form->fields[date], p, false)
                                            : understand_no();
    if (g.fit != FIT_NO && g.used == used)
        understand_take(x, &x->form->fields[date], p, &g, false);
    else if (date >= 0 && !x->slots[date].filled)
        understand_fault(x, &x->form->fields[date], ERROR_INVALID, true, p);
    for (unsigned k = p; k < p + used; k++)
        x->ts.t[k].taken = true;
    while (p > from + 1 && understand_is(x, p - 1, "penanda_tangan", &used))
        x->ts.t[--p].taken = true;
    return p;
}

/* `anak saya Bayu`: what leads to the name. */
static void without_lead(struct filling *x, unsigned *from, unsigned to)
{
    bool referral = form_as(x->form, AS_REASON) >= 0; /* whose it is, is told to staff where no name is */
    unsigned used;

    while (understand_is(x, *from, "sebelum_nama", &used) && *from + used + referral <= to)
        while (used--)
            x->ts.t[(*from)++].taken = true;
}

/* `Tri bayi belum menyusu`: whose the sign behind the name is. */
static void without_person(struct filling *x, unsigned end, unsigned from, unsigned *to)
{
    unsigned used;

    for (unsigned p = *to > from + 2 ? *to - 2 : from + 1; p < *to && *to < end && x->signs_at == *to + 1;
         p++) {
        struct slice code = phrase_code(&x->ts, p, x->words->people, &used);

        if (!code.n || p + used != *to || slice_is(code, "sapaan") || slice_is(code, "bersama"))
            continue;
        *to = p;
        x->signs_at = p + 1;
        return;
    }
}

void understand_trim_name(struct filling *x, const struct field *next, unsigned end, unsigned *from,
                          unsigned *to)
{
    without_day(x, from, *to);
    *to = without_time(x, *from, *to);
    without_lead(x, from, *to);
    *to = without_choice(x, *from, *to);
    *to = without_state(x, *from, *to);
    only_mother(x, from, to);
    without_unit(x, next, end, *from, to);
    without_adverb(x, end, *from, to);
    without_person(x, end, *from, to);
}
