/* signs.c - the list fields of a report: danger signs, findings, vaccines (RULINGS 6, 32-35, 40). */
#include "flows/understand/signs/signs.h"

#include "flows/understand/signs/whose.h"
#include "gateway/conf/rules.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

enum {
    ITEMS = 24,
    GROWN = 216, /* months */
    BEHIND = 8,
    OTHER_BYTES = 240,
};

struct gather {
    struct filling *x;
    const struct field *fields[SIGN_LISTS];
    char other[OTHER_BYTES];
    size_t other_n;
    struct sign behind[BEHIND]; /* not surely denied: `sesak tidak ada`, `dak kejang`; settled behind all */
    unsigned behind_n;
    bool affirmed;    /* others are said to be there: `nyeri dada ada` */
    unsigned unknown; /* words of no list */
    unsigned unknown_at;
};

static bool holds(const struct value *list, struct slice code)
{
    for (unsigned i = 0; i < list->n; i++)
        if (slice_eq(list->items[i], code))
            return true;
    return false;
}

static void add_item(struct filling *x, const struct field *f, struct slice code, unsigned at)
{
    struct slot *s = &x->slots[f->position];

    if (!s->value.items)
        s->value.items = ARENA_ARRAY(x->arena, struct slice, ITEMS);
    if (!s->value.items || s->value.n == ITEMS || !code.n)
        return;
    if (!s->filled)
        s->at = at;
    s->filled = true;
    s->value.kind = VALUE_LIST;
    if (!holds(&s->value, code))
        s->value.items[s->value.n++] = code;
}

void understand_add_sign(struct filling *x, const struct field *f, struct slice code)
{
    add_item(x, f, code, TOKENS_MAX);
}

static void add_denied(struct filling *x, struct slice code)
{
    struct value *v = &x->denied;

    if (!v->items)
        v->items = ARENA_ARRAY(x->arena, struct slice, ITEMS);
    if (v->items && v->n < ITEMS && code.n && !holds(v, code))
        v->items[v->n++] = code;
}

/* What says behind a word whether it is there: `demam-`, `demam - kejang +`. */
static struct slice mark_behind(const struct tokens *ts, unsigned to)
{
    if (ts->t[to - 1].minus_behind)
        return S("-");
    if (ts->t[to - 1].plus_behind)
        return S(" +");
    return to < ts->n && ts->t[to].sep & SEP_DASH ? S(" -") : S("");
}

static void add_other(struct gather *g, unsigned from, unsigned to)
{
    struct slice s = understand_span(g->x, from, to), mark = s.n ? mark_behind(&g->x->ts, to) : s;

    if (g->other_n + s.n + mark.n + 1 >= sizeof g->other || s.n == 0)
        return;
    if (g->other_n)
        g->other[g->other_n++] = ' ';
    for (size_t i = 0; i < s.n; i++)
        g->other[g->other_n++] = s.p[i] == '\n' ? ' ' : s.p[i];
    for (size_t i = 0; i < mark.n; i++)
        g->other[g->other_n++] = mark.p[i];
}

static void mark(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to; k++)
        x->ts.t[k].taken = true;
}

/* Completed months of the person, as far as the form says; -1 when it does not. */
static int64_t age_of(const struct filling *x)
{
    int64_t months = understand_months(x);

    if (months < 0 && (x->form->is & (FORM_PREGNANCY | FORM_POSTNATAL)))
        months = GROWN;
    return months < 0 && x->form->age_min_months ? x->form->age_min_months : months;
}

/* `campak` without a number is only certain below 18 months (RULINGS 34). */
static bool too_old(const struct filling *x, const struct word *w)
{
    int64_t months = w->until_months ? age_of(x) : 0;

    return w->until_months && (months < 0 || months >= w->until_months);
}

/* `tidak mau makan` of a person over five (RULINGS 48). */
static bool too_big(const struct filling *x, const struct word *w)
{
    return w->below_months && age_of(x) >= w->below_months;
}

/* Where the words about somebody else's sign begin that are not kept yet. */
static unsigned with_whom(const struct filling *x, const struct sign *s)
{
    unsigned to, from = understand_with_person(x, s, &to);

    return from < s->from && !x->ts.t[from].loose ? from : s->from;
}

/* `kecuali pcv2` */
static bool left_out(const struct filling *x, unsigned i)
{
    unsigned used;

    return i > 0 && understand_is(x, i - 1, "kecuali", &used);
}

/* It is not there beside others that are, or where it is no E1; else it is asked. */
static void settle_behind(struct gather *g, unsigned i)
{
    const struct sign *s = &g->behind[i], *last = s;
    const struct field *f = g->fields[s->list];
    struct slot *slot = &g->x->slots[f->position];
    bool alarms = understand_alarming(g->x, s->word->code);

    while (++i < g->behind_n && g->behind[i].from <= last->to + 1)
        last = &g->behind[i]; /* `perdarahan dan kejang tidak ada` is asked about as one */
    if (g->affirmed || (!alarms && !s->far && !understand_was(g->x, s))) {
        add_denied(g->x, s->word->code);
        add_denied(g->x, s->word->also);
        add_other(g, s->from, s->to);
        return;
    }
    g->x->maybe |= alarms;
    slot->denied = alarms && !s->far && (!slot->error || slot->denied);
    add_item(g->x, f, s->word->code, s->from);
    add_item(g->x, f, s->word->also, s->from);
    understand_fault_words(g->x, f, ERROR_AMBIGUOUS, s->from, last->to);
}

static void on_sign(void *arg, const struct sign *s)
{
    struct gather *g = arg;
    const struct field *f = g->fields[s->list];
    bool perhaps_not = s->kind == SIGN_NEGATED && understand_alarming(g->x, s->word->code) &&
                       understand_doubted(g->x, s); /* `sepertinya tidak kejang` */
    bool unsure = (s->kind == SIGN_UNSURE || perhaps_not) && !g->x->denies;
    bool negated = (s->kind == SIGN_NEGATED && !perhaps_not) || g->x->denies;
    enum whose is = f->list == g->x->words->signs ? understand_whose(g->x, s) : WHOSE_OWN;
    unsigned to;

    /* A list that keeps no words has no room for what was not done: `mr1 tidak datang` (RULINGS 43). */
    if (f->companion < 0 && (unsure || negated || left_out(g->x, s->from))) {
        understand_fault(g->x, f, ERROR_INVALID, true, s->from);
        mark(g->x, s->from, s->to);
        g->x->refused = f;
        return;
    }
    g->affirmed |= s->kind == SIGN_PLAIN && is != WHOSE_OTHER && understand_there(g->x, s);
    /* Any other negator beside an E1 sign asks; beside the others it is believed when it stands before. */
    if (negated || is == WHOSE_OTHER || too_big(g->x, s->word) ||
        (unsure && s->before && !understand_alarming(g->x, s->word->code))) {
        if (negated) {
            add_denied(g->x, s->word->code);
            add_denied(g->x, s->word->also);
        }
        to = understand_with_number(&g->x->ts, NULL, s->to);
        add_other(g, is == WHOSE_OTHER ? with_whom(g->x, s) : s->from, to);
        mark(g->x, s->from, to);
        return;
    }
    if (unsure && (s->clear || perhaps_not) && !s->word->needed && g->behind_n < BEHIND &&
        (!s->before || understand_negator(g->x, s->from))) {
        g->behind[g->behind_n++] = *s;
        mark(g->x, s->from, s->to);
        return;
    }
    if (unsure && s->words_after && !understand_alarming(g->x, s->word->code))
        unsure = false;
    g->x->maybe |=
        (s->kind == SIGN_MAYBE || (s->kind == SIGN_DOUBT && understand_felt(g->x, s->word->code)) ||
         (unsure && s->clear)) &&
        understand_alarming(g->x, s->word->code);
    add_item(g->x, f, s->word->code, s->from);
    add_item(g->x, f, s->word->also, s->from);
    if (unsure || is == WHOSE_DOUBT || s->kind == SIGN_DOUBT || s->kind == SIGN_MAYBE ||
        too_old(g->x, s->word) || understand_doubted(g->x, s))
        understand_fault(g->x, f, ERROR_AMBIGUOUS, false, s->from);
    mark(g->x, s->from, s->to);
}

static void on_other(void *arg, unsigned from, unsigned to)
{
    struct gather *g = arg;
    const struct tokens *ts = &g->x->ts;
    unsigned used;

    if (ts->t[from].taken) /* with the sign before it */
        return;
    to = understand_with_number(ts, &from, to);
    /* The unit of a number that nobody has taken yet, or half of it: the number's, not a word. */
    if (from > 0 && to == from + 1 && ts->t[from - 1].kind == TOKEN_NUMBER && !ts->t[from - 1].taken &&
        (ts->t[from].sep & SEP_HARD) == 0 &&
        (phrase_at(ts, from, g->x->words->units, &used) || understand_says(g->x, from, "setengah")))
        return;
    if (!g->unknown++)
        g->unknown_at = from;
    understand_stray_word(g->x, from);
    for (unsigned l = 0; l < SIGN_LISTS && g->fields[l]; l++) /* `mr1 ditunda` (RULINGS 43) */
        if (g->fields[l]->companion < 0 && understand_is(g->x, from, "tidak_diberi", &used))
            g->x->refused = g->fields[l];
    add_other(g, from, to);
    mark(g->x, from, to);
    for (unsigned k = from; k < to; k++)
        ts->t[k].loose = true;
}

/* The signs alone, with whose they are. */
static struct sign_scan scan_of(const struct words *words, void (*sign)(void *, const struct sign *),
                                void *arg)
{
    return (struct sign_scan){ .lists = { words->signs },
                               .lists_n = 1,
                               .kata = words->kata,
                               .negators = words->negators,
                               .units = words->units,
                               .times = words->units,
                               .days = words->days,
                               .people = words->people,
                               .near = true,
                               .sign = sign,
                               .arg = arg };
}

void understand_signs(struct filling *x, unsigned from)
{
    struct gather g = { .x = x };
    struct sign_scan scan = scan_of(x->words, on_sign, &g);
    const struct field *companion = NULL;

    scan.other = on_other;
    understand_scans(x, &scan);
    scan.lists_n = 0;
    for (unsigned k = 0; k < x->variant->uses_n && scan.lists_n < SIGN_LISTS; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];

        if (f->type != FIELD_CHOICES)
            continue;
        g.fields[scan.lists_n] = f;
        scan.lists[scan.lists_n++] = f->list;
        if (f->companion >= 0)
            companion = &x->form->fields[f->companion];
    }
    if (scan.lists_n == 0)
        return;
    signs_scan(&scan, &x->ts, from, x->ts.n);
    for (unsigned i = 0; i < g.behind_n; i++)
        settle_behind(&g, i);
    if (companion && g.other_n) {
        x->slots[companion->position].filled = true;
        x->slots[companion->position].value =
            value_text(arena_copy(x->arena, (struct slice){ .p = g.other, .n = g.other_n }));
    } else if (!companion && g.unknown) {
        /* One unknown vaccine among known ones (RULINGS 35). */
        understand_fault(x, g.fields[0], ERROR_INVALID, true, g.unknown_at);
    }
}

struct hearing {
    struct heard_signs *heard;
    struct arena *arena;
    struct filling *x; /* of whom something is known; NULL: of nobody */
};

static void add_heard(struct hearing *h, struct slice code)
{
    if (!h->heard->codes)
        h->heard->codes = ARENA_ARRAY(h->arena, struct slice, ITEMS);
    if (!h->heard->codes || h->heard->n == ITEMS)
        return;
    for (unsigned i = 0; i < h->heard->n; i++)
        if (slice_eq(h->heard->codes[i], code))
            return;
    h->heard->codes[h->heard->n++] = code;
}

/* A danger, but not hers: staff are told in the words that say whose. */
static void heard_of_another(struct hearing *h, const struct sign *s)
{
    unsigned to, from = understand_with_person(h->x, s, &to);
    bool now = understand_alarming(h->x, s->word->code) || understand_alarming(h->x, s->word->also);
    struct slice words = understand_span(h->x, from, to), *all = now ? &h->x->others : &h->x->others_today;

    *all = all->n ? arena_printf(h->arena, "%.*s, %.*s", SLICE_ARG(*all), SLICE_ARG(words)) : words;
}

static void hear(void *arg, const struct sign *s)
{
    struct hearing *h = arg;

    /* `takut kejang`, `gerakan janin` in no report: asked about first. */
    h->heard->feared |= !h->x && s->kind == SIGN_DOUBT && (!s->word->needed || s->to > s->from + 1) &&
                        !(s->word->doubt && !s->word->needed && !s->word->birth);
    if (s->kind == SIGN_NEGATED || s->kind == SIGN_DOUBT || s->kind == SIGN_MAYBE ||
        (s->kind == SIGN_UNSURE && s->clear && !s->word->needed) ||
        (h->x && (h->x->denies || understand_of_nobody(h->x, s) || too_big(h->x, s->word))))
        return;
    if (h->x && understand_whose(h->x, s) == WHOSE_OTHER) {
        heard_of_another(h, s);
        return;
    }
    add_heard(h, s->word->code);
    if (s->word->also.n)
        add_heard(h, s->word->also);
}

/* The next tokens that are no sign: a certain name (`Bu Dada`), a disease (`berak darah`, `batuk sesak`). */
static const struct slot *next_name(const struct filling *x, unsigned from)
{
    const struct slot *next = NULL;

    for (unsigned f = 0; f < x->form->fields_n; f++) {
        const struct slot *s = &x->slots[f];
        enum field_type type = x->form->fields[f].type;

        if (s->filled && !s->error && s->at >= from && (!next || s->at < next->at) &&
            ((type == FIELD_NAME && s->to > s->at) || (type == FIELD_CHOICE && s->to > s->at + 1)))
            next = s;
    }
    return next;
}

/* All that is in it but names, anew: by now all tokens are taken. */
static bool scan_again(struct filling *x, const struct sign_scan *scan)
{
    struct tokens again = x->ts;
    unsigned from = 0;

    again.t = ARENA_ARRAY(x->arena, struct token, again.n ? again.n : 1);
    if (!again.t)
        return false;
    for (unsigned i = 0; i < again.n; i++) {
        again.t[i] = x->ts.t[i];
        again.t[i].taken = false;
    }
    while (from < again.n) {
        const struct slot *s = next_name(x, from);
        unsigned to = s && s->at < again.n ? s->at : again.n;

        signs_scan(scan, &again, from, to);
        from = s && to < again.n ? s->to : again.n;
    }
    return true;
}

void understand_hear_again(struct filling *x)
{
    struct hearing h = { .heard = &x->heard, .arena = x->arena, .x = x };
    struct sign_scan scan = scan_of(x->words, hear, &h);

    understand_scans(x, &scan);
    x->heard.n = 0;
    x->others = x->others_today = (struct slice){ 0 };
    for (unsigned i = 0, n = scan_again(x, &scan) ? x->recalled.n : 0; i < n; i++)
        add_heard(&h, x->recalled.codes[i]);
}

/* What cries for help in a report: the words, of now and of the day. */
struct help {
    struct filling *x;
    struct slice now, today;
};

/* It is what a field says: the kind of an event. */
static bool is_choice(const struct filling *x, const struct sign *s)
{
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_CHOICE && x->slots[f].filled && x->slots[f].at <= s->from &&
            s->from < x->slots[f].to)
            return true;
    return false;
}

static void on_help(void *arg, const struct sign *s)
{
    struct help *h = arg;
    const struct word *w = s->word;
    bool newborn = (h->x->form->is & FORM_BIRTH) || (age_of(h->x) >= 0 && age_of(h->x) < w->below_months);

    if (s->kind != SIGN_PLAIN || is_choice(h->x, s) || (w->below_months && !newborn))
        return;
    if (slice_is(w->code, "darurat"))
        h->now = understand_span(h->x, s->from, s->to);
    else if (slice_is(w->code, "hari"))
        h->today = understand_span(h->x, s->from, s->to);
}

void understand_help_in(struct filling *x, struct slice *now, struct slice *today)
{
    struct help h = { .x = x };
    struct sign_scan scan = scan_of(x->words, on_help, &h);

    scan.lists[0] = x->words->help;
    scan.near = false;
    if (x->words->help && (x->ts.begins & x->words->help->bit))
        (void)scan_again(x, &scan);
    *now = h.now;
    *today = h.today;
}

void understand_recall_others(struct filling *x, struct slice words)
{
    struct filling *then = ARENA_NEW(x->arena, struct filling);
    struct heard_signs heard = { 0 };
    struct hearing h = { .heard = &heard, .arena = x->arena, .x = then };
    struct sign_scan scan = scan_of(x->words, hear, &h);

    if (!words.n || !then)
        return;
    *then = *x;
    then->mentions = NULL;
    then->denies = false;
    then->others = then->others_today = (struct slice){ 0 };
    then->head_end = 0;
    if (!tokens_cut(text_plain(words, x->arena), x->form, &x->rs->forms, x->arena, &then->ts))
        return;
    signs_scan(&scan, &then->ts, 0, then->ts.n);
    x->recalled_others = then->others;
    x->recalled_today = then->others_today;
}

static void note_mention(void *arg, const struct sign *s)
{
    struct filling *x = arg;

    for (unsigned k = s->from; k < s->to; k++)
        x->mentions[k] = s->who;
}

void understand_mentions(struct filling *x)
{
    struct sign_scan scan = scan_of(x->words, note_mention, x);

    if (!x->words->people || !(x->ts.begins & x->words->people->bit))
        return;
    x->mentions = ARENA_ARRAY(x->arena, struct mention, x->ts.n);
    if (x->mentions)
        signs_scan(&scan, &x->ts, 0, x->ts.n);
}

bool understand_sign_near(const struct filling *x, unsigned i, unsigned *used)
{
    const struct word *w;

    if (phrase_at(&x->ts, i, x->words->signs, used))
        return true;
    w = phrase_near(&x->ts, i, x->words->signs, used);
    return w && !w->neutral && understand_alarming(x, w->code);
}

unsigned understand_signs_end(const struct filling *x, unsigned i, unsigned to, bool durations)
{
    struct sign_scan scan = scan_of(x->words, NULL, NULL);

    scan.units = durations ? x->words->units : NULL;
    return form_as(x->form, AS_REASON) < 0 && phrase_may_be(&x->ts, x->words->signs)
               ? signs_end(&scan, &x->ts, i, to)
               : i;
}

void understand_heard(const struct words *words, const struct tokens *ts, struct arena *a,
                      struct heard_signs *heard)
{
    struct hearing h = { .heard = heard, .arena = a };
    struct sign_scan scan = scan_of(words, hear, &h);

    scan.news = heard->no_keyword;
    scan.units = NULL; /* no form: durations are nobody's value */
    signs_scan(&scan, ts, 0, ts->n);
}
