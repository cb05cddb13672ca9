/* cry.c - an emergency without a keyword, as an unfinished referral (SPEC 2.2).  See understanding.h. */
#include "flows/understand/understanding.h"

#include "flows/understand/message.h"
#include "flows/understand/signs/signs.h"
#include "gateway/conf/rules.h"
#include "parsers/negation.h"
#include "parsers/person_name.h"
#include "parsers/phrase.h"
#include "parsers/signs.h"
#include "parsers/text.h"

enum {
    NAME_MOST = 3,   /* words of a name behind an address */
    LEAD = 3,        /* words before a danger that say more of it than those behind */
    PLACE = 20,      /* bytes of where it is, */
    PLACE_WORDS = 3, /* and words */
    HERS = 3,        /* letters of `nya` */
    SAYS_WHERE = 2   /* letters: `di` and `ke` say more, or less */
};

/* The referral that lacks whom, not judged yet; nama: her name, or empty. */
static bool referral_from(const struct ruleset *rs, struct slice nama, struct slice words, struct report *out)
{
    const struct form *form = NULL;
    int alasan;

    for (unsigned i = 0; i < rs->forms.n && !form; i++)
        if (form_is(&rs->forms.forms[i], FORM_REFERRAL))
            form = &rs->forms.forms[i];
    alasan = form ? form_as(form, AS_REASON) : -1;
    if (alasan < 0)
        return false;
    *out = (struct report){ .form = form, .variant = &form->variants[0], .body = words };
    out->values[alasan] = value_text(words);
    if (nama.n)
        out->values[form_as(form, AS_NAME)] = value_text(nama);
    return true;
}

static bool referral_of(const struct ruleset *rs, struct slice nama, struct slice words, int64_t at_ms,
                        struct arena *a, struct report *out)
{
    if (!referral_from(rs, nama, words, out))
        return false;
    understand_judge(rs, at_ms, a, out);
    return !a->failed;
}

bool understand_cry(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                    struct report *out)
{
    if (!referral_of(rs, S(""), words, at_ms, a, out))
        return false;
    if (!out->emergency) { /* heard before, however its reason is read now */
        out->emergency = true;
        out->emergency_reason = words;
    }
    return true;
}

bool understand_plea(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                     struct report *out)
{
    if (!referral_of(rs, S(""), words, at_ms, a, out))
        return false;
    out->plea = !out->emergency;
    return true;
}

void understand_plea_of(const struct ruleset *rs, struct slice typed, int64_t at_ms, struct arena *a,
                        struct report *out)
{
    struct slice nama, words = out->body;
    bool repaired;

    if (typed.n && person_name(typed, a, &nama, &repaired))
        (void)referral_of(rs, nama, words, at_ms, a, out);
}

void understand_cry_of(const struct ruleset *rs, struct slice nama, struct slice umur, int64_t at_ms,
                       struct arena *a, struct report *out)
{
    struct slice why = out->emergency_reason;
    bool emergency = out->emergency;
    int age;

    struct slice words = out->body;

    if (nama.n && slice_ieq(slice_take(words, nama.n), nama) && slice_starts(slice_skip(words, nama.n), " "))
        words = slice_trim(slice_skip(words, nama.n)); /* they begin with her name */
    if (!nama.n || !words.n || !referral_from(rs, nama, words, out))
        return;
    age = form_as(out->form, AS_AGE);
    if (age >= 0 && umur.n)
        out->values[age] = value_text(umur);
    understand_judge(rs, at_ms, a, out);
    if (emergency) {
        out->emergency = true;
        out->emergency_reason = why;
    }
}

struct help {
    const struct words *words;
    const struct tokens *ts;
    struct said *out;
};

/* Nothing else is said: `tolong bu`. */
static bool all_said(const struct help *h, const struct sign *s)
{
    unsigned used;

    for (unsigned i = 0; i < h->ts->n; i++) {
        struct slice code = phrase_code(h->ts, i, h->words->kata, &used);

        if ((i < s->from || i >= s->to) && h->ts->t[i].kind == TOKEN_WORD &&
            !slice_is(code, "penanda_tangan") && !slice_is(code, "pengisi") &&
            !phrase_at(h->ts, i, h->words->greetings, &used) && !phrase_at(h->ts, i, h->words->help, &used))
            return false;
    }
    return true;
}

/* `mau melahirkan di mobil`: what is meant as one of the day ends in one for now. */
static bool worse_inside(const struct help *h, const struct sign *s)
{
    unsigned used;

    for (unsigned k = s->from + 1; k < s->to; k++) {
        const struct word *w = phrase_at(h->ts, k, h->words->help, &used);

        if (w && !w->neutral && slice_starts(w->code, "darurat") && k + used > s->to)
            return true;
    }
    return false;
}

static void on_help(void *arg, const struct sign *s)
{
    const struct help *h = arg;
    struct slice code = s->word->code;

    if (s->kind != SIGN_PLAIN || s->word->below_months) /* whose age nobody knows */
        return;
    if (slice_is(code, "hari_saja") && !all_said(h, s))
        return;
    h->out->emergency |= slice_starts(code, "darurat") || worse_inside(h, s);
    h->out->today |= slice_starts(code, "hari");
}

void understand_help(const struct words *words, const struct tokens *ts, struct said *out)
{
    struct help h = { .words = words, .ts = ts, .out = out };
    struct sign_scan scan = { .lists = { words->help },
                              .lists_n = words->help != NULL,
                              .kata = words->kata,
                              .negators = words->negators,
                              .sign = on_help,
                              .arg = &h };

    signs_scan(&scan, ts, 0, ts->n);
    for (unsigned i = 0, used; i < ts->n; i += used ? used : 1)
        out->emergency |= slice_is(phrase_code(ts, i, words->kata, &used), "hidup_gawat");
}

bool understand_calls_for_help(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct said heard = { 0 };
    struct tokens ts;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    understand_help(&rs->forms.words, &ts, &heard);
    return heard.today || heard.emergency;
}

/* `bu Sari`: an address and a name that is neither another address nor a sign. */
static bool names_somebody(const struct words *words, const struct tokens *ts, unsigned i)
{
    unsigned used;

    return phrase_is(ts, i, words->kata, "penanda_tangan", &used) && i + used < ts->n &&
           ts->t[i + used].kind == TOKEN_WORD && !(ts->t[i + used].sep & SEP_HARD) &&
           !phrase_is(ts, i + used, words->kata, "penanda_tangan", &used) &&
           !phrase_at(ts, i + 1, words->signs, &used);
}

struct slice understand_addressed(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return (struct slice){ 0 };
    for (unsigned i = 0; i + 1 < ts.n; i++) {
        unsigned to = i + 1;

        if (ts.t[i].kind != TOKEN_WORD || !names_somebody(words, &ts, i) ||
            (i > 0 && slice_is(phrase_code(&ts, i - 1, words->people, &used), "bersama")))
            continue;
        while (to < ts.n && to <= i + NAME_MOST && ts.t[to].kind == TOKEN_WORD &&
               !(ts.t[to].sep & SEP_HARD) && !(ts.t[to].known && ts.t[to].known->begins))
            to++;
        if (to > i + 1)
            return slice_make(ts.t[i].text.p,
                              (size_t)(ts.t[to - 1].text.p + ts.t[to - 1].text.n - ts.t[i].text.p));
    }
    return (struct slice){ 0 };
}

static void on_fetch(void *arg, const struct sign *s)
{
    bool *fetch = arg;

    *fetch |= s->kind == SIGN_PLAIN && slice_is(s->word->code, "hari_jemput");
}

static bool names_anybody(const struct words *words, const struct tokens *ts)
{
    for (unsigned i = 0; i < ts->n; i++)
        if (ts->t[i].kind == TOKEN_WORD && names_somebody(words, ts, i))
            return true;
    return false;
}

bool understand_asks_to_fetch(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct words *words = &rs->forms.words;
    bool fetch = false;
    struct sign_scan scan = { .lists = { words->help },
                              .lists_n = words->help != NULL,
                              .kata = words->kata,
                              .negators = words->negators,
                              .sign = on_fetch,
                              .arg = &fetch };
    struct tokens ts;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts) || names_anybody(words, &ts))
        return false;
    signs_scan(&scan, &ts, 0, ts.n);
    return fetch;
}

bool understand_goes_on(const struct ruleset *rs, struct slice text, struct arena *a)
{
    const struct word_list *chat = list_by_name(&rs->forms, S("obrolan"));
    bool goes_on = false;
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts) || names_anybody(&rs->forms.words, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        goes_on |= slice_is(phrase_code(&ts, i, chat, &used), "masih");
    return goes_on;
}

bool understand_cries_of_another(const struct ruleset *rs, struct slice line, struct arena *a)
{
    struct heard_signs heard = { 0 };
    bool e1 = false;
    struct tokens ts;

    if (!rs->rules || !tokens_cut(line, NULL, &rs->forms, a, &ts) || !names_anybody(&rs->forms.words, &ts))
        return false;
    understand_heard(&rs->forms.words, &ts, a, &heard);
    for (unsigned i = 0; i < heard.n; i++)
        e1 = e1 || rules_sign(rs->rules, heard.codes[i]) == URGENCY_E1;
    return e1;
}

/* A label of one of the forms: `td 120/80 kejang`. */
static bool is_label(const struct form_set *forms, struct slice word)
{
    for (unsigned f = 0; f < forms->n; f++)
        if (form_has_label(&forms->forms[f], word))
            return true;
    return false;
}

/* `panasnya`: a word of some list with `nya` on its end. */
static bool of_hers(const struct ruleset *rs, struct slice word)
{
    return word.n > HERS + 2 && slice_ends(word, "nya") &&
           vocabulary_word(rs->forms.vocabulary, slice_take(word, word.n - HERS), NULL)->longest > 0;
}

bool understand_names_nobody(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (ts.t[i].kind == TOKEN_WORD && !(ts.t[i].known && ts.t[i].known->longest) &&
            !is_label(&rs->forms, ts.t[i].low) && !of_hers(rs, ts.t[i].low))
            return false;
    return ts.n > 0;
}

bool understand_of_others(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (phrase_is(&ts, i, rs->forms.words.kata, "ada_orang", &used))
            return true;
    return understand_of_relative(rs, text, a);
}

bool understand_of_relative(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (slice_is(phrase_code(&ts, i, rs->forms.words.people, &used), "lain"))
            return true;
    return false;
}

struct heart {
    const struct ruleset *rs;
    unsigned rank;     /* of what was found: the worst, the first of these; 0: nothing */
    unsigned from, to; /* tokens */
};

static void on_danger(void *arg, const struct sign *s)
{
    struct heart *h = arg;
    enum urgency is =
        slice_starts(s->word->code, "darurat") ? URGENCY_E1 : rules_sign(h->rs->rules, s->word->code);
    unsigned rank = is < URGENCY_E2           ? 0
                    : s->kind == SIGN_NEGATED ? 1 /* `kejangnya sudah berhenti`: its end is the news */
                    : is == URGENCY_E1        ? 3
                                              : 2;

    if (rank <= h->rank)
        return;
    h->rank = rank;
    h->from = s->from;
    h->to = s->to;
}

static struct slice tokens_text(const struct tokens *ts, unsigned from, unsigned to)
{
    const char *p = ts->t[from].text.p, *end = ts->t[to - 1].text.p + ts->t[to - 1].text.n;

    return slice_make(p, (size_t)(end - p));
}

/* The words do not begin behind a no that turns them: the token where it stands, where there is room. */
static unsigned from_its_no(const struct tokens *ts, const struct heart *h, unsigned from, unsigned room)
{
    struct negation n;

    for (unsigned k = 0; k < from; k++)
        if (negation_at(ts, k, h->rs->forms.words.negators, &n) && k + n.used >= from)
            return tokens_text(ts, k, h->to).n <= room ? k : from;
    return from;
}

/* The last word says nothing without the next: `sudah`, `tidak`, `masih`. */
static bool hangs(const struct tokens *ts, const struct heart *h, unsigned to)
{
    const struct words *words = &h->rs->forms.words;
    unsigned used;
    struct slice code = phrase_code(ts, to - 1, words->kata, &used);
    struct negation n;

    return negation_at(ts, to - 1, words->negators, &n) || slice_is(code, "pengisi") ||
           slice_is(code, "sambung") || slice_is(code, "tapi") ||
           list_says(words->functions, ts->t[to - 1].low, "masih") ||
           list_says(words->functions, ts->t[to - 1].low, "jadi");
}

/* The danger with a few words before it, and as many behind and before as there is room for. */
static struct slice around(const struct tokens *ts, const struct heart *h, unsigned room)
{
    unsigned from = h->from, to = h->to;

    for (unsigned k = 0; k < LEAD && from > 0 && tokens_text(ts, from - 1, to).n <= room; k++)
        from--;
    from = from_its_no(ts, h, from, room);
    while (to < ts->n && tokens_text(ts, from, to + 1).n <= room)
        to++;
    while (to < ts->n && to > h->to && hangs(ts, h, to))
        to--;
    while (from > 0 && tokens_text(ts, from - 1, to).n <= room)
        from--;
    from = from_its_no(ts, h, from, room);
    while (to > h->to && tokens_text(ts, from, to).n > room)
        to--;
    while (to < ts->n && to > h->to && hangs(ts, h, to))
        to--;
    return tokens_text(ts, from, to);
}

/* Where it is: the village before any other place; *at its first token.  Empty: nowhere is said. */
static struct slice place_said(const struct words *words, const struct tokens *ts, unsigned *at)
{
    static const char *const codes[] = { "desa", "letak" };
    unsigned used;

    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
        for (unsigned i = 0; i + 1 < ts->n; i++) {
            unsigned to = i + 2;

            if (!phrase_is(ts, i, words->kata, codes[c], &used) || ts->t[i].low.n <= SAYS_WHERE)
                continue;
            while (to < ts->n && to < i + PLACE_WORDS && !(ts->t[to].sep & SEP_HARD) &&
                   tokens_text(ts, i, to + 1).n <= PLACE)
                to++;
            *at = i;
            return tokens_text(ts, i, to);
        }
    return slice_make("", 0);
}

struct slice understand_heart(const struct ruleset *rs, struct slice text, unsigned room, struct arena *a)
{
    struct heart h = { .rs = rs };
    struct sign_scan scan = { .lists = { rs->forms.words.signs, rs->forms.words.help },
                              .lists_n = rs->forms.words.help ? 2 : 1,
                              .kata = rs->forms.words.kata,
                              .negators = rs->forms.words.negators,
                              .units = rs->forms.words.units,
                              .near = true,
                              .sign = on_danger,
                              .arg = &h };
    struct slice who = { 0 }, words, place;
    struct tokens ts;
    unsigned at = 0;

    if (text.n <= room || !rs->rules || !tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return text;
    signs_scan(&scan, &ts, 0, ts.n);
    if (!h.rank)
        return text;
    for (unsigned i = 0; i + 1 < h.from && !who.n; i++)
        if (ts.t[i].kind == TOKEN_WORD && names_somebody(&rs->forms.words, &ts, i) && ts.t[i + 1].known &&
            !ts.t[i + 1].known->longest)
            who = tokens_text(&ts, i, i + 2);
    words = around(&ts, &h, room);
    place = place_said(&rs->forms.words, &ts, &at);
    if (place.n && place.n <= PLACE && at > h.to && place.p + place.n > words.p + words.n) {
        /* Who reads it must know where: `istri saya kejang.. desa Kelubi`. */
        room -= (unsigned)place.n + 3;
        place = arena_printf(a, ".. %.*s", SLICE_ARG(place));
        words = around(&ts, &h, room);
    } else if (words.p + words.n < ts.t[ts.n - 1].text.p) { /* cut at its end */
        place = S("..");
        room -= (unsigned)place.n;
        words = around(&ts, &h, room);
    } else {
        place = slice_make("", 0);
    }
    if (!who.n || who.p >= words.p || who.n + 2 >= room)
        return place.n ? arena_printf(a, "%.*s%.*s", SLICE_ARG(words), SLICE_ARG(place)) : words;
    words = around(&ts, &h, (unsigned)(room - who.n - 2));
    if (words.p < who.p + who.n) /* they begin in her name */
        return arena_printf(a, "%.*s%.*s", (int)(words.p + words.n - who.p), who.p, SLICE_ARG(place));
    return arena_printf(a, "%.*s: %.*s%.*s", SLICE_ARG(who), SLICE_ARG(words), SLICE_ARG(place));
}
