/* before.c - what stands directly before a number and makes it nobody's, or doubtful (RULINGS 46, 50). */
#include "flows/understand/values/before.h"

#include "flows/understand/signs/whose.h"
#include "flows/understand/values/names.h"
#include "parsers/negation.h"

enum {
    WORDS = 4,     /* of the longest phrase in lists/nomor.yaml */
    YEARS_LONG = 6 /* below so many a year is long: SPEC 2.2 asks for months */
};

static bool is_number(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].taken;
}

static bool parts(const struct filling *x, unsigned i)
{
    return (x->ts.t[i].sep & (SEP_COMMA | SEP_HASH | SEP_LINE | SEP_DASH)) != 0;
}

/* The longest phrase of the list that ends right before number i: its code, and where it begins. */
static struct slice code_before(const struct filling *x, unsigned i, unsigned *from)
{
    struct slice found = { 0 };
    unsigned used;

    if (!phrase_may_be(&x->ts, x->words->before))
        return found;
    for (unsigned k = i; k-- > 0 && i - k <= WORDS && !parts(x, k + 1) && x->ts.t[k].kind != TOKEN_EMPTY;) {
        const struct word *w = phrase_at(&x->ts, k, x->words->before, &used);

        if (w && k + used == i) {
            found = w->doubt && slice_is(w->code, "kira_belakang") ? S("kira") : w->code;
            *from = k;
        }
    }
    return found;
}

/* A label of the form ends right before number i, and it is one of a number: `hari ke 7`, `hamil 28`. */
static bool labelled(const struct filling *x, unsigned from, unsigned i)
{
    for (unsigned k = from > 0 ? from - 1 : 0; k < i; k++) {
        if (x->ts.t[k].kind != TOKEN_WORD)
            continue;
        for (const struct label *l = form_labels(x->form, x->ts.t[k].low); l; l = l->next) {
            bool two = l->rest.n && k + 2 == i && slice_eq(l->first, x->ts.t[k].low) &&
                       slice_eq(l->rest, x->ts.t[k + 1].low);
            bool one = !l->rest.n && k + 1 == i && slice_eq(l->first, x->ts.t[k].low);

            if ((two || one) && l->field->type != FIELD_TEXT && l->field->type != FIELD_NAME &&
                (l->field->type != FIELD_NOMOR || x->ts.t[i].low.n >= 4))
                return true;
        }
    }
    return false;
}

static unsigned unit_of_time(const struct filling *x, unsigned i, unsigned *used)
{
    struct slice unit = i + 1 < x->ts.n && !parts(x, i + 1) && x->ts.t[i + 1].kind == TOKEN_WORD
                            ? phrase_code(&x->ts, i + 1, x->words->units, used)
                            : (struct slice){ 0 };

    return slice_is(unit, "hr")                           ? 1
           : slice_is(unit, "mg")                         ? 7
           : slice_is(unit, "bl") || slice_is(unit, "th") ? 30
                                                          : 0;
}

static bool is_sex(const struct filling *x, unsigned i)
{
    unsigned used;

    return i < x->ts.n && x->ts.t[i].kind == TOKEN_WORD && phrase_at(&x->ts, i, x->words->sex, &used);
}

/* `L/P`, as the template has it: neither. */
static void either(struct filling *x, unsigned i)
{
    if (i + 1 < x->ts.n && (x->ts.t[i + 1].sep & SEP_SLASH) && is_sex(x, i) && is_sex(x, i + 1))
        x->ts.t[i].range = true;
}

/* `bukan 9,8 tapi 9,6`, `9,2 bukan 92`, `P bukan L`: what is said not to be it is none, and the one before it
 * is doubtful. */
static void instead(struct filling *x, unsigned i)
{
    struct negation n;
    unsigned used = 0, next = i + 1;
    unsigned value = i > 1 ? i - 2 : i, unit = 0;

    if (!negation_at(&x->ts, i - 1, x->words->negators, &n) || n.used != 1 || parts(x, i) ||
        (n.kind != NEGATION_ISNT && n.kind != NEGATION_NOT))
        return;
    if (next < x->ts.n && x->ts.t[next].kind == TOKEN_WORD && phrase_at(&x->ts, next, x->words->units, &used))
        next += used;
    if (is_number(x, i) && understand_is(x, next, "tapi", &used) && is_number(x, next + used)) {
        bool third = value < i && !parts(x, i - 1) && is_number(x, value); /* `10,5 bukan 10,2 tapi 10,3` */

        x->ts.t[value].approx |= third;
        return understand_mark_other(x, i - 1, next + used + third);
    }
    if (is_number(x, i) && value > 0 && phrase_at(&x->ts, value, x->words->units, &unit) && unit == 1)
        value--; /* `14bl bukan 13bl` */
    if (value == i || parts(x, i - 1) || !(is_number(x, i) ? is_number(x, value) : is_sex(x, value)))
        return;
    x->ts.t[value].approx = true;
    understand_mark_other(x, i - 1, is_number(x, i) ? next : i + 1);
}

unsigned understand_doubt_behind(const struct filling *x, unsigned i)
{
    unsigned used = 0, k = i;
    struct slice code;

    if (i == 0 || i >= x->ts.n || parts(x, i))
        return 0;
    if (x->ts.t[i].other && understand_negator(x, i)) {
        while (k < x->ts.n && x->ts.t[k].other)
            k++;
        return k - i;
    }
    code = phrase_code(&x->ts, i, x->words->before, &used);
    return slice_is(code, "kira_belakang") || slice_is(code, "kurang_belakang") ? used : 0;
}

/* The field of weeks, where the form has one: `bulan 7` is about it, and is not it. */
static const struct field *weeks(const struct filling *x)
{
    for (unsigned f = 0; f < x->form->fields_n && form_counts(x->form, UNIT_WEEK); f++)
        if (x->form->fields[f].type == FIELD_NUMBER && x->form->fields[f].unit == UNIT_WEEK)
            return &x->form->fields[f];
    return NULL;
}

static bool first_number(const struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return false;
    return true;
}

/* A word of one of the form's lists begins at token i: `lk 45`, `kasus tb 3`. */
static bool in_list(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return true;
    return false;
}

/* `gds 150 tb 148 bb 45`, `rujuk Budi suhu 39 kejang`: a measure that this form has no field for. */
static bool measured_elsewhere(const struct filling *x, unsigned i)
{
    struct slice low = x->ts.t[i - 1].low;
    unsigned used;

    if (x->ts.t[i - 1].kind != TOKEN_WORD || !shapes_may(&x->rs->forms.measures, low) || parts(x, i) ||
        form_counts(x->form, UNIT_PERSON) || labelled(x, i, i) || is_sex(x, i - 1) ||
        phrase_at(&x->ts, i - 1, x->words->signs, &used) || in_list(x, i - 1))
        return false;
    if (unit_of_time(x, i, &used) || slice_find(x->ts.t[i].low, '/') < x->ts.t[i].low.n ||
        !understand_measures(&x->rs->forms, low))
        return false; /* `demam tinggi 3 hari`, `tensi tinggi 200/120`, `rujuk Lila 9 bl` */
    return !first_number(x, i) || !slice_all_digits(x->ts.t[i].low) || understand_named_before(x, i - 1);
}

/* `7`, `11,5` */
static bool plain(struct slice s)
{
    size_t mark = slice_find(s, ',') < s.n ? slice_find(s, ',') : slice_find(s, '.');

    return slice_all_digits(s) ||
           (mark < s.n && slice_all_digits(slice_take(s, mark)) && slice_all_digits(slice_skip(s, mark + 1)));
}

static void owner(struct filling *x, unsigned i)
{
    unsigned from = i, used = 0, whose = understand_measured(x, i);
    struct slice code = code_before(x, i, &from);

    if (from < i && x->ts.t[from].other)
        code = slice_make("", 0); /* `2 jam 25 orang` */
    if (slice_is(code, "dahulu") && form_counts(x->form, UNIT_PERSON) && x->ts.t[i].low.n < 4)
        code = S("lamanya"); /* `kasus diare sejak 3 hari 12` */
    if (slice_is(code, "kira_belakang") && from > 0 && x->ts.t[from - 1].kind == TOKEN_WORD &&
        form_counts(x->form, UNIT_PERSON))
        code = S("kira"); /* `diare lebih 5` */
    if (whose >= i && !code.n && measured_elsewhere(x, i) && first_number(x, i) &&
        understand_is(x, i - 1, "nama_juga", &used)) {
        x->ts.t[i].approx = true; /* `rujuk bu Ratmi lila 20`: her arm, or her age */
        return;
    }
    if (whose < i || (!code.n && measured_elsewhere(x, i))) {
        used = i + 1 < x->ts.n && phrase_at(&x->ts, i + 1, x->words->units, &used);
        return understand_mark_other(x, whose < i ? whose : i - 1, i + 1 + used);
    }
    if (slice_is(code, "hari_lain")) { /* `hpht 12/5/26` */
        used = understand_day_at(x, i);
        return understand_mark_other(x, from, i + (used ? used : 1));
    }
    if (!code.n || (!slice_is(code, "kira") && !slice_all_digits(x->ts.t[i].low) &&
                    !((slice_is(code, "nomor_lain") || slice_is(code, "jam_lain")) && plain(x->ts.t[i].low))))
        return;
    if (slice_is(code, "kira")) {
        x->ts.t[i].approx = true;
        understand_mark_other(x, from, i);
        return;
    }
    if ((form_counts(x->form, UNIT_PERSON) || slice_is(code, "diberi")) && in_list(x, from))
        return; /* `kegiatan pmt 20` */
    if (labelled(x, from, i) && !(slice_is(code, "lamanya") && from + 1 < i && !weeks(x)))
        return; /* but `hamil usia 8 bulan` */
    if (from > 0 && is_number(x, from - 1) && !parts(x, from) &&
        phrase_at(&x->ts, from, x->words->units, &used))
        return; /* `14 bulan 9,2`: the unit of the number before */
    if (slice_is(code, "nomor_lain") || understand_has_so_many(x, i, code) ||
        (slice_is(code, "kelas") && !form_counts(x->form, UNIT_PERSON)) ||
        (slice_is(code, "dahulu") && x->ts.t[i].low.n == 4) ||
        (slice_is(code, "jam_lain") &&
         (form_counts(x->form, UNIT_PERSON) || form_as(x->form, AS_DATE) < 0))) {
        understand_mark_other(x, from, i + 1);
    } else if (slice_is(code, "bulan_ke") && !x->ts.t[i].glued) {
        const struct field *f = weeks(x);

        understand_mark_other(x, from, i + 1);
        if (f && !x->slots[f->position].filled)
            understand_fault(x, f, ERROR_AMBIGUOUS, false, i);
    } else if (slice_is(code, "minggu_ke") && !weeks(x)) {
        understand_mark_other(x, from, i + 1);
    } else if (slice_is(code, "lamanya") && unit_of_time(x, i, &used)) {
        understand_mark_other(x, from, i + 1 + used);
    }
}

static bool whole(struct slice s, unsigned *v)
{
    *v = 0;
    if (s.n == 0 || s.n > 3 || !slice_all_digits(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        *v = *v * 10 + (unsigned)(s.p[i] - '0');
    return true;
}

/* Somebody's age stands before token i already. */
static bool age_before(const struct filling *x, unsigned i)
{
    for (unsigned k = 0; k < i; k++) {
        unsigned used, years;

        if (!is_number(x, k) || x->ts.t[k].other)
            continue;
        if (unit_of_time(x, k, &used) ||
            (whole(x->ts.t[k].low, &years) && !phrase_at(&x->ts, k + 1, x->words->units, &used)))
            return true;
    }
    return false;
}

/* `28th hamil, anak umur 2 th`, `anak ke 2 umur 9 bulan`, `perokok sejak umur 15`: somebody else's age, or
 * that of long ago. */
static void another_age(struct filling *x, unsigned i)
{
    unsigned used, unit = 0;
    bool then;

    if (i < 2 || parts(x, i) || parts(x, i - 1) || !understand_is(x, i - 1, "umur", &used))
        return;
    then = slice_is(phrase_code(&x->ts, i - 2, x->words->before, &used), "dahulu") ||
           slice_is(phrase_code(&x->ts, i - 2, x->words->before, &used), "lalu");
    if (!then && !((phrase_at(&x->ts, i - 2, x->words->people, &used) || x->ts.t[i - 2].other) &&
                   (form_as(x->form, AS_AGE) < 0 || age_before(x, i - 2))))
        return;
    understand_mark_other(x, i - 1, i + 1 + (unit_of_time(x, i, &unit) ? unit : 0));
}

/* `10-11 org`, `5-10`: from so many to so many, and no day, where people are counted. */
static bool dashed_range(const struct filling *x, unsigned i)
{
    struct slice rest = x->ts.t[i].low, first;
    bool slash = slice_find(rest, '/') < rest.n, people;
    unsigned a, b, used;

    if (!slash && slice_find(rest, '-') >= rest.n)
        return false;
    people = i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_WORD &&
             slice_is(phrase_code(&x->ts, i + 1, x->words->units, &used), "org");
    first = slice_cut(&rest, slash && people ? '/' : '-');
    return form_counts(x->form, UNIT_PERSON) && rest.n && whole(first, &a) && whole(rest, &b) && a < b &&
           !labelled(x, i, i) && (people || i + 1 >= x->ts.n || b > 12 || a + 12 > b);
}

/* `3 hari panas` says how long, and is no age (RULINGS 46); nor are the signs, where the form has no use for
 * them. */
static void lasts(struct filling *x, unsigned i)
{
    unsigned used = 0, days, sign;

    if (i + 2 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD)
        return;
    days = unit_of_time(x, i, &used);
    if (days == 1 && form_as(x->form, AS_DAYS_AFTER) >= 0 && first_number(x, i))
        return; /* `nifas Tini 3hr demam`: the day after birth */
    if (days == 7 && weeks(x) && first_number(x, i))
        return; /* `bumil Ratna 34mg pusing`: how far she is */
    if ((days == 1 || days == 7) && form_as(x->form, AS_DAYS_AFTER) < 0 &&
        understand_is(x, i + 1 + used, "sejak_salin", &sign)) {
        understand_mark_other(
            x, i, i + 1 + used + (understand_keeps_signs(x->form) ? 0 : sign)); /* `5 hr pasca salin` */
        return;
    }
    if ((days != 1 && days != 7) || i + 1 + used >= x->ts.n || (x->ts.t[i + 1 + used].sep & SEP_HARD) ||
        !phrase_at(&x->ts, i + 1 + used, x->words->signs, &sign))
        return;
    for (unsigned k = 0; k < i; k++) /* `bayi Ros 3hr tidak mau menyusu` is so old */
        if (understand_is(x, k, "bayi", &sign))
            return;
    understand_mark_other(x, i, i + 1 + used + (understand_keeps_signs(x->form) ? 0 : sign));
}

/* `L 7th demam 5 hari`: the same behind a sign, where the form keeps none and would take it for an age. */
static void lasted(struct filling *x, unsigned i)
{
    unsigned used = 0, sign, days = unit_of_time(x, i, &used);

    if (i == 0 || (days != 1 && days != 7) || parts(x, i) || understand_keeps_signs(x->form))
        return;
    for (unsigned k = i > WORDS ? i - WORDS : 0; k < i; k++)
        if (phrase_at(&x->ts, k, x->words->signs, &sign) && k + sign == i &&
            !phrase_at(&x->ts, k, x->form->fields[0].list, &sign)) /* `diare 3 minggu lalu` */
            return understand_mark_other(x, k > 0 ? k : i, i + 1 + used);
}

/* `bb bukan 11,2`: what is said not to be it, and nothing in its place. */
static void denied(struct filling *x, unsigned i)
{
    struct negation n;
    struct label_at l;
    unsigned used = 0;

    if (i < 2 || parts(x, i) || parts(x, i - 1) || x->ts.t[i].other ||
        !negation_at(&x->ts, i - 1, x->words->negators, &n) || n.used != 1 || n.kind != NEGATION_ISNT)
        return;
    for (unsigned k = i > 3 ? i - 3 : 0; k < i - 1; k++)
        if (understand_label_at(x, k, &l) && k + l.used == i - 1 && l.field->type == FIELD_NUMBER) {
            if (i + 1 < x->ts.n && phrase_at(&x->ts, i + 1, x->words->units, &used))
                i += used;
            return understand_mark_other(x, k + l.used, i + 1);
        }
}

/* `dulu td 160/90`: the label between them, where one is; else i. */
static unsigned label_before(const struct filling *x, unsigned i)
{
    struct label_at l;

    for (unsigned k = i > 2 ? i - 2 : 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_WORD && understand_label_at(x, k, &l) && k + l.used == i && !parts(x, i))
            return k;
    return i;
}

/* `lila dulu 22`, `bulan lalu 10,9`, `kontrol tgl 28`, `naik 2 kg 60`: of another day, or a difference. */
static void of_then(struct filling *x, unsigned i)
{
    unsigned from = i, used = 0, at = i;
    struct slice code = code_before(x, i, &from);
    bool unit;

    if (!code.n && (at = label_before(x, i)) < i)
        code = code_before(x, at, &from);
    if (!code.n && i > 1 && understand_is(x, i - 1, "lampau", &used) && understand_behind_label(x, i - 1)) {
        code = S("lalu"); /* `bb lalu 9,0` */
        from = i - 2;
    }
    if (from < i && x->ts.t[from].other)
        return; /* `kurang 2 ons dari bulan lalu tb 76` */
    unit = i + 1 < x->ts.n && !parts(x, i + 1) && phrase_at(&x->ts, i + 1, x->words->units, &used);
    if (slice_is(code, "selisih") && unit && understand_becomes(x, i + 1 + used)) {
        understand_mark_other(x, from, i + 2 + used);
        return;
    }
    if (slice_is(code, "selisih") && !unit && labelled(x, from, from)) { /* `bb naik 9,9`: to it, or by it? */
        understand_mark_other(x, from, i);
        x->ts.t[i].approx = true;
        return;
    }
    if (!(slice_is(code, "lalu") && form_as(x->form, AS_DATE) < 0) &&
        !(slice_is(code, "tgl_lain") && !labelled(x, from, i)) &&
        !(slice_is(code, "selisih") && unit && is_number(x, i + 1 + used)))
        return;
    understand_mark_other(x, from, i + 1 + (unit ? used : 0));
}

/* `1 tahun lebih`, `14 bulan kurang`: completed weeks and months, and the years of the grown, are what they
 * are with more behind; a small child's year is long. */
static bool age_doubted(const struct filling *x, unsigned i, unsigned unit)
{
    unsigned k = i + 1 + unit, used, years;
    struct slice code;
    bool less, more;

    if (k >= x->ts.n || parts(x, k) || x->ts.t[k].kind != TOKEN_WORD ||
        phrase_at(&x->ts, k, x->words->signs, &used))
        return false;
    code = phrase_code(&x->ts, k, x->words->before, &used);
    less = slice_is(code, "kurang_belakang");
    more = slice_is(code, "kira_belakang") && whole(x->ts.t[i].low, &years) && years < YEARS_LONG &&
           slice_is(phrase_code(&x->ts, i + 1, x->words->units, &used), "th");
    return less || more;
}

/* `5 lebih`, `5 orang kira2`: doubt behind the number, and its unit. */
static bool doubted_behind(const struct filling *x, unsigned i)
{
    unsigned k = i + 1, used;
    struct slice code;

    if (unit_of_time(x, i, &used))
        return age_doubted(x, i, used);
    if (k < x->ts.n && !parts(x, k) && phrase_at(&x->ts, k, x->words->units, &used))
        k += used;
    while (k < x->ts.n && understand_is(x, k, "tapi", &used))
        k += used; /* `3 tapi belum pasti` */
    if (k >= x->ts.n || x->ts.t[k].kind != TOKEN_WORD)
        return false;
    if (form_counts(x->form, UNIT_PERSON) &&
        slice_is(phrase_code(&x->ts, k, x->words->answers, &used), "ragu"))
        return true;
    if (parts(x, k) || understand_doubts_sign(x, k, &used))
        return false;
    code = phrase_code(&x->ts, k, x->words->before, &used);
    if (slice_is(code, "kurang_belakang")) { /* `28 kurang 120/80`; `9 kg kurang 2 ons` says how much */
        k += used;
        return k >= x->ts.n || parts(x, k) ||
               (is_number(x, k) && !(k + 1 < x->ts.n && phrase_at(&x->ts, k + 1, x->words->units, &used)));
    }
    return understand_of_groups(x, k) || slice_is(code, "kira_belakang") ||
           (slice_is(code, "kira") && !is_number(x, k + used));
}

void understand_before(struct filling *x)
{
    bool denies = phrase_may_be(&x->ts, x->words->negators), says = phrase_may_be(&x->ts, x->words->before),
         numbers = phrase_may_be(&x->ts, x->words->numbers);

    for (unsigned i = 0; i < x->ts.n; i++) {
        unsigned end;

        understand_parity(x, i);
        if (numbers)
            understand_ordinal(x, i);
        either(x, i);
        if (denies && i > 0 && is_sex(x, i))
            instead(x, i);
        if (!is_number(x, i))
            continue;
        understand_times(x, i);
        understand_counts_other(x, i);
        understand_unasked_age(x, i);
        if (i > 0) {
            owner(x, i);
            another_age(x, i);
            if (denies) {
                instead(x, i);
                denied(x, i);
            }
            understand_undone(x, i);
            if (says)
                of_then(x, i);
            lasted(x, i);
        }
        understand_difference(x, i);
        x->ts.t[i].approx |= doubted_behind(x, i);
        end = understand_range_end(x, i);
        if (end > i) {
            x->ts.t[i].range = true;
            for (unsigned k = i + 1; k <= end; k++)
                x->ts.t[k].taken = true;
            i = end;
        } else if (dashed_range(x, i))
            x->ts.t[i].range = true;
        else
            lasts(x, i);
    }
}
