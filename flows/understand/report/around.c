/* around.c - words around the values that turn the report: what belongs to the keyword (RULINGS 45), a
 * negator before or behind the value that it is about (43), a death (49).  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/report/report.h"
#include "flows/understand/values/before.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

enum {
    SIGNATURE = 3, /* words of a name behind an address, and no more */
    PATTERN = 3,   /* names of fields and nothing else: somebody sends the example's order back */
};

static void take_all(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to && k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}

/* The name of a posyandu of the district stands at token i. */
static unsigned posyandu_end(const struct filling *x, unsigned i)
{
    const struct directory *d = &x->rs->directory;

    for (unsigned p = 0; p < d->places_n; p++) {
        struct slice rest = d->places[p].name;
        unsigned k = i;
        bool is = d->places[p].level == PLACE_POSYANDU;

        while (is && rest.n) {
            struct slice word = slice_cut(&rest, ' ');

            if (k == i && slice_ieq(word, S("posyandu")))
                continue;
            is = k < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && slice_ieq(word, x->ts.t[k].text);
            k++;
        }
        if (is)
            return k;
    }
    return i;
}

void understand_trailers(struct filling *x)
{
    unsigned used, to = 0;

    if (x->ts.n < 2 || (x->ts.t[1].sep & SEP_HASH) || x->ts.t[0].taken || x->ts.hash)
        return;
    if (understand_says(x, 0, "posyandu")) {
        to = posyandu_end(x, 1);
        to = to > 1 ? to : 0;
    } else if (understand_is(x, 0, "imbuhan", &used) ||
               (form_is(x->form, FORM_BIRTH) &&
                slice_is(phrase_code(&x->ts, 0, x->words->people, &used), "anak"))) {
        to = used; /* `lahir anak Tari`: the name is the mother's */
    }
    /* `timbang Ulang P 14bl`: a name, all alone. */
    if (to == 0 || to >= x->ts.n ||
        (x->ts.t[to].kind == TOKEN_WORD && phrase_at(&x->ts, to, x->words->sex, &used)))
        return;
    take_all(x, 0, to);
}

static bool closes(const struct filling *, unsigned);

/* There are no cases of it. */
static bool says_nil(const struct filling *x, const struct negation *n)
{
    return x->form->counts >= 0 &&
           (n->kind == NEGATION_NOT || n->kind == NEGATION_NONE_OF || n->kind == NEGATION_NIL);
}

/* `wafat tidak ada bulan ini`: no sign that is denied, and nothing of anybody. */
static bool of_nobody(const struct filling *x, unsigned i, const struct negation *n)
{
    unsigned used;

    for (unsigned k = i; k < x->ts.n; k++)
        if (x->ts.t[k].kind == TOKEN_NUMBER || phrase_at(&x->ts, k, x->words->sex, &used) ||
            phrase_at(&x->ts, k, x->words->signs, &used))
            return false;
    return n->kind == NEGATION_NONE_OF || n->kind == NEGATION_NIL || n->kind == NEGATION_NOT_YET;
}

/* `kasus tidak dikenal 3`: words of no list that are no value, and deny none. */
static bool not_known(const struct filling *x, const struct field *f, unsigned i, const struct negation *n)
{
    unsigned at = i + n->used, used;

    return n->kind == NEGATION_NOT && at < x->ts.n && x->ts.t[at].kind == TOKEN_WORD && !closes(x, at) &&
           x->ts.t[at].known && !x->ts.t[at].known->longest && !phrase_near(&x->ts, at, f->list, &used);
}

/* `kasus diare nihil`, `kasus tidak ada diare`, `kegiatan senam batal`: the first field of such a form is
 * what is negated, and the report with it. */
void understand_negated_value(struct filling *x)
{
    const struct field *f = &x->form->fields[0];
    struct negation n;
    unsigned i = 0, at;
    struct got g;

    while (i < x->ts.n && x->ts.t[i].taken)
        i++;
    if (f->type == FIELD_NAME && x->ts.n > 0 && negation_at(&x->ts, i, x->words->negators, &n) &&
        n.kind != NEGATION_GONE && (closes(x, i + n.used) || of_nobody(x, i, &n))) {
        understand_fault(x, f, ERROR_INVALID, true, i); /* `bumil tidak ada` */
        x->slots[f->position].typed = understand_span(x, i, i + n.used);
        take_all(x, 0, x->ts.n);
        x->withdrawn = true;
        return;
    }
    if (f->type != FIELD_CHOICE)
        return;
    g = understand_read(x, f, i, false);
    at = i;
    if (g.fit != FIT_NO && !(negation_at(&x->ts, i, x->words->negators, &n) && n.used >= g.used))
        at = i + g.used; /* `tidak dikenal` is one */
    while (at < x->ts.n && at > i && x->ts.t[at].kind == TOKEN_WORD && understand_filler(x, at, &g.used))
        at += g.used;
    if (at >= x->ts.n || x->ts.t[at].other || !negation_at(&x->ts, at, x->words->negators, &n) ||
        n.kind == NEGATION_GONE || (at == i && not_known(x, f, at, &n)))
        return;
    if (at > i && understand_is(x, at + n.used, "akibat", &g.used)) { /* `longsor tidak ada korban 5 rumah` */
        if (x->form->fields[1].type == FIELD_NUMBER)
            understand_fault_words(x, &x->form->fields[1], ERROR_AMBIGUOUS, at, at + n.used + g.used);
        return;
    }
    understand_fault(x, f, ERROR_INVALID, true, at);
    x->slots[f->position].typed = understand_span(x, i, at + n.used);
    take_all(x, 0, x->ts.n);
    x->withdrawn = true;
    x->nil = says_nil(x, &n);
}

bool understand_is_pattern(struct filling *x)
{
    unsigned labels = 0, used;
    struct label_at l;

    for (unsigned i = 0; i < x->ts.n; i += used) {
        used = 1;
        if (x->ts.t[i].kind == TOKEN_EMPTY)
            continue;
        if (understand_label_at(x, i, &l)) {
            labels++;
            used = l.used;
        } else if (x->ts.t[i].kind != TOKEN_WORD || !(phrase_at(&x->ts, i, x->words->sex, &used) ||
                                                      phrase_at(&x->ts, i, x->words->units, &used)))
            return false;
    }
    if (labels < PATTERN)
        return false;
    take_all(x, 0, x->ts.n);
    understand_fault(x, &x->form->fields[0], ERROR_MISSING, true, TOKENS_MAX);
    x->withdrawn = x->pattern = true;
    return true;
}

/* `kasus dbd Adi L 7 bukan dbd`: what the report is about. */
static bool says_again(const struct filling *x, unsigned i, unsigned *used)
{
    const struct field *f = &x->form->fields[0];
    const struct word *first, *again;

    if (f->type != FIELD_CHOICE)
        return false;
    first = phrase_at(&x->ts, 0, f->list, used);
    again = phrase_at(&x->ts, i, f->list, used);
    return first && again && slice_eq(first->code, again->code);
}

/* The negator ends the report: nothing but thanks, an address or a signature behind it. */
static bool closes(const struct filling *x, unsigned i)
{
    unsigned used;

    while (i < x->ts.n && (understand_is(x, i, "partikel", &used) || understand_is(x, i, "ternyata", &used) ||
                           says_again(x, i, &used)))
        i += used;
    return i >= x->ts.n || x->ts.t[i].kind == TOKEN_EMPTY || understand_is(x, i, "terima_kasih", &used) ||
           understand_is(x, i, "penanda_tangan", &used) || phrase_at(&x->ts, i, x->words->greetings, &used);
}

/* A number, with its unit or without, ends before token i. */
static bool behind_number(const struct filling *x, unsigned i)
{
    unsigned used;

    while (i > 1 &&
           (understand_is(x, i - 1, "partikel", &used) || understand_is(x, i - 1, "ternyata", &used)))
        i--; /* `ternyata bukan` */
    for (unsigned k = i; k-- > 0 && i - k <= 3;)
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return k + 1 == i || (phrase_at(&x->ts, k + 1, x->words->units, &used) && k + 1 + used == i);
    return false;
}

/* A list that keeps no words names itself what was not done: `mr1 belum`, understand/signs/signs.c. */
static bool names_itself(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_CHOICES && form->fields[f].companion < 0)
            return true;
    return false;
}

/* Signs and answers may be denied at the end of a report without the report being denied. */
static bool denies_parts(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_CHOICES || form->fields[f].type == FIELD_ANSWERS ||
            form->fields[f].type == FIELD_COUNTS)
            return true;
    return false;
}

/* Words behind the values may be anything: signs, answers, a reason. */
static bool keeps_words(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_TEXT && form->fields[f].as != AS_LOCATION)
            return true;
    return denies_parts(form);
}

/* Nothing but a name stands before token i. */
static bool behind_name(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = 0; k < i; k++)
        if (x->ts.t[k].kind != TOKEN_WORD || !x->ts.t[k].known ||
            (x->ts.t[k].known->longest && !understand_is(x, k, "penanda_tangan", &used)))
            return false;
    return i > 0 && x->form->fields[0].type == FIELD_NAME;
}

/* `bumil Ratna tidak jadi hamil`, `rujuk Bu Ana tidak jadi`: of her nothing is reported; but with a danger,
 * or an age, a referral goes out. */
static bool called_off(const struct filling *x, unsigned i)
{
    if (!behind_name(x, i))
        return false;
    for (unsigned k = i; form_is(x->form, FORM_REFERRAL) && k < x->ts.n; k++)
        if (x->ts.t[k].kind == TOKEN_NUMBER)
            return false;
    return !form_is(x->form, FORM_REFERRAL) || x->heard.n == 0;
}

static bool takes_back(const struct filling *x, unsigned i, const struct negation *n)
{
    bool end = closes(x, i + n->used), number = behind_number(x, i);
    unsigned used;

    if (n->kind == NEGATION_NOT && understand_is(x, i + n->used, "nyata", &used))
        return closes(x, i + n->used + used); /* `tidak benar` */

    switch (n->kind) {
    case NEGATION_OFF:
        return end || number || called_off(x, i);
    case NEGATION_FALSE:
        return end;
    case NEGATION_ISNT:
        return end && (number || !keeps_words(x->form));
    case NEGATION_FAILED: /* `induksi gagal`, `28th gagal napas` */
    case NEGATION_NOT_YET:
    case NEGATION_DONT:
        return end && number;
    case NEGATION_NOT:
    case NEGATION_NONE_OF:
    case NEGATION_NIL:
        return end && (number || says_nil(x, n)) && !denies_parts(x->form);
    case NEGATION_NONE:
    case NEGATION_GONE:
        break;
    }
    return false;
}

/* `ternyata anak lain`, `ternyata salah orang` at the end. */
static bool turns_out_false(const struct filling *x, unsigned i)
{
    const struct word_list *answers = x->words->answers;
    unsigned used, behind;
    struct slice code;

    if (!understand_is(x, i, "ternyata", &used))
        return false;
    code = phrase_code(&x->ts, i + used, answers, &behind);
    return (slice_is(code, "lain") || slice_is(code, "batal")) && closes(x, i + used + behind);
}

/* `timbang Ani P 9bl 8,1 70 batal`, `kasus diare 5 bukan`: the whole report is taken back (RULINGS 43). */
bool understand_taken_back(struct filling *x)
{
    struct negation n;

    if (names_itself(x->form) ||
        !(phrase_may_be(&x->ts, x->words->negators) || phrase_code_may_be(&x->ts, "ternyata")))
        return false;
    for (unsigned i = 1; i < x->ts.n; i++)
        if (!x->ts.t[i].taken && !x->ts.t[i].other && x->ts.t[i].kind == TOKEN_WORD &&
            ((negation_at(&x->ts, i, x->words->negators, &n) && takes_back(x, i, &n)) ||
             turns_out_false(x, i))) {
            understand_fault(x, &x->form->fields[0], ERROR_INVALID, true, i);
            x->slots[0].typed = understand_span(x, i, i + n.used);
            take_all(x, 0, x->ts.n);
            x->withdrawn = true;
            x->nil = says_nil(x, &n);
            return true;
        }
    return false;
}

/* `kasus dbd Adi L 7 ternyata tipes`: it is another thing than what stands before it. */
void understand_overturned(struct filling *x)
{
    const struct field *f = &x->form->fields[0];
    unsigned used;

    if (f->type != FIELD_CHOICE || keeps_words(x->form))
        return;
    for (unsigned i = 1; i + 1 < x->ts.n; i++)
        if (understand_is(x, i, "ternyata", &used) && !closes(x, i + used)) {
            int count = x->ts.t[i + used].kind == TOKEN_NUMBER ? form_as(x->form, AS_COUNT) : -1;

            understand_fault(x, count >= 0 ? &x->form->fields[count] : f, ERROR_AMBIGUOUS, false, i);
            return;
        }
}

/* `sembuh`, `pulih`, in the words of a place, too; *used: the words that say so. */
static bool well_again(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *gone, *well;

    if (!(x->ts.t[i].begins & (x->words->negators->bit | x->words->kata->bit)))
        return false;
    gone = list_find(x->words->negators, x->ts.t[i].low);
    well = list_find(x->words->kata, x->ts.t[i].low);
    if (understand_is(x, i, "pulih", used))
        return true;
    *used = 1;
    return (gone && slice_is(gone->code, "surut") && !slice_is(x->ts.t[i].low, "kurang")) ||
           (well && slice_is(well->code, "pulih"));
}

void understand_well_first(struct filling *x)
{
    unsigned i = 0, from, used = 1;

    if (x->form->counts < 0 || !phrase_at(&x->ts, 0, x->form->fields[x->form->counts].list, &i))
        return;
    from = i;
    while (i < x->ts.n && !understand_parted(x, i) && understand_is(x, i, "pengisi", &used))
        i += used;
    if (i + 1 < x->ts.n && !understand_parted(x, i) && well_again(x, i, &used) && i + used < x->ts.n &&
        x->ts.t[i + used].kind == TOKEN_NUMBER)
        understand_mark_other(x, from, i + used);
}

/* `kasus campak 2 sudah sembuh`: of how long ago, and counted then?  `belum sembuh` is one of now. */
void understand_recovered(struct filling *x)
{
    int count = form_as(x->form, AS_COUNT);
    unsigned used;

    for (unsigned i = 1; x->form->counts >= 0 && i < x->ts.n; i++) {
        struct slice before;
        const struct word *no, *filler;

        if (x->ts.t[i].kind != TOKEN_WORD || !well_again(x, i, &used))
            continue;
        before = x->ts.t[i - 1].known && x->ts.t[i - 1].known->other ? x->ts.t[i - 1].known->other->word
                                                                     : x->ts.t[i - 1].low;
        no = list_find(x->words->negators, before);
        filler = list_find(x->words->kata, before);
        if (no && !slice_is(no->code, "surut"))
            continue;
        understand_fault_words(
            x, &x->form->fields[count >= 0 && x->slots[count].filled ? count : x->form->counts],
            ERROR_AMBIGUOUS, i - (filler && slice_is(filler->code, "pengisi")), i + used);
        return;
    }
}

static bool denies(const struct filling *x, struct slice code)
{
    for (unsigned i = 0; i < x->denied.n; i++)
        if (slice_eq(x->denied.items[i], code))
            return true;
    return false;
}

bool understand_denies_known(struct filling *x, const struct report *known)
{
    int f = form_as(x->form, AS_SIGNS);
    const struct value *v = f >= 0 ? &known->values[f] : NULL;
    unsigned used;

    for (unsigned i = 0; v && i < x->ts.n; i++) {
        const struct word *w = phrase_at(&x->ts, i, x->words->signs, &used);

        for (unsigned k = 0; w && k < v->n; k++)
            if (slice_eq(v->items[k], w->code))
                return true;
    }
    return false;
}

void understand_take_out(struct filling *x, const struct report *known)
{
    int f = form_as(x->form, AS_SIGNS);
    const struct value *was = f >= 0 ? &known->values[f] : NULL;
    struct value rest = { .kind = VALUE_LIST };

    if (!was || !was->n || x->slots[f].filled)
        return;
    rest.items = ARENA_ARRAY(x->arena, struct slice, was->n);
    for (unsigned i = 0; rest.items && i < was->n; i++)
        if (!denies(x, was->items[i]))
            rest.items[rest.n++] = was->items[i];
    if (!rest.items || rest.n == was->n)
        return;
    x->slots[f].filled = true;
    x->slots[f].at = TOKENS_MAX;
    x->slots[f].value = rest.n ? rest : (struct value){ .kind = VALUE_ABSENT };
    x->slots[f].error = rest.n ? (enum report_error)(known->faults[f] & REPORT_FAULT_ERROR) : ERROR_NONE;
}

/* From token i on nothing but that stands. */
static bool courtesy_from(const struct filling *x, unsigned i)
{
    const struct word_list *answers = x->words->answers;
    unsigned names = 0, used = 1;

    for (; i < x->ts.n; i += used) {
        bool signs = understand_is(x, i, "penanda_tangan", &used);

        if (understand_is(x, i, "terima_kasih", &used))
            return true; /* and all behind it */
        if (signs || understand_is(x, i, "partikel", &used) ||
            phrase_is(&x->ts, i, answers, "sapaan", &used)) {
            names = signs ? SIGNATURE : names;
            continue;
        }
        used = 1;
        if (names == 0 || x->ts.t[i].kind != TOKEN_WORD || !x->ts.t[i].known || x->ts.t[i].known->longest)
            return false;
        names--;
    }
    return true;
}

void understand_courtesy(struct filling *x)
{
    unsigned from = x->ts.n;

    while (from > 0 && !x->ts.t[from - 1].taken)
        from--;
    while (from < x->ts.n && !courtesy_from(x, from))
        from++;
    if (from > 0)
        take_all(x, from, x->ts.n);
}
