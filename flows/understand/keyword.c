/* keyword.c - which form or command a text is about, and whether it is about it at all: the one place that
 * knows what a negator before a keyword turns, and when an everyday word is a command (RULINGS 11-13, 43,
 * 44).  See message.h. */
#include "flows/understand/message.h"

#include "flows/understand/commands.h"
#include "flows/understand/report/report.h"
#include "gateway/model/vocabulary.h"
#include "parsers/negation.h"
#include "parsers/text.h"

enum {
    WORD_MAX = 12,
    NEAR_MIN = 4, /* letters of a keyword that is known with one edit */
    WORDS = 200,
    BETWEEN = 2, /* words between a negator and the keyword that it turns (RULINGS 43) */
};

struct word_at {
    struct slice upper;
    size_t from, to;
};

struct reader {
    const struct ruleset *rs;
    const struct words *words;
    struct arena *arena;
    struct text_tokens *whole; /* cut once one of its words may be a keyword */
    struct slice text;
    size_t p;
    char upper[WORDS][WORD_MAX + 2];
    struct word_at at[WORDS];
    unsigned n;
    struct tokens ts; /* of the whole text, once it is cut */
};

/* Runs of letters and digits, up to so many in all; long ones are cut, for they are no keyword. */
static void read_words(struct reader *r, unsigned words)
{
    while (r->p < r->text.n && r->n < words) {
        struct word_at *w = &r->at[r->n];
        size_t n = 0;

        if (!text_is_word(r->text.p[r->p])) {
            r->p++;
            continue;
        }
        w->from = r->p;
        while (r->p < r->text.n && text_is_word(r->text.p[r->p])) {
            char c = r->text.p[r->p++];

            if (n <= WORD_MAX)
                r->upper[r->n][n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        w->to = r->p;
        w->upper = (struct slice){ .p = r->upper[r->n], .n = n };
        r->n++;
    }
}

/* A reader stands on the stack, and is not zeroed: only the words read are looked at. */
static void begin(struct reader *r, const struct ruleset *rs, struct text_tokens *whole, struct arena *a)
{
    r->rs = rs;
    r->words = &rs->forms.words;
    r->arena = a;
    r->whole = whole;
    r->text = whole->text;
    r->p = 0;
    r->n = 0;
}

/* --- among tokens --- */

/* The token that begins at this place of the text; ts.n when there is none. */
static unsigned token_at(struct reader *r, size_t from)
{
    unsigned i = 0;

    r->ts = *tokens_of(r->whole, &r->rs->forms, r->arena);
    while (i < r->ts.n && r->ts.t[i].text.p < r->text.p + from)
        i++;
    return i;
}

static bool says_nothing(const struct reader *r, unsigned i, unsigned *used)
{
    return understand_says_nothing(r->words, &r->ts, i, used);
}

static bool only_greetings(const struct reader *r, unsigned to)
{
    unsigned used;

    for (unsigned i = 0; i < to; i += used)
        if (!says_nothing(r, i, &used) || i + used > to) /* `kasih terima 48217`: thanks (RULINGS 13) */
            return false;
    return true;
}

/* The negator that turns the keyword at token t: at most two words lie between, and no separator; one that is
 * part of a danger sign (`tidak sadar`) turns nothing else (RULINGS 43). */
static bool turned(const struct reader *r, unsigned t, struct negation *out)
{
    unsigned used;

    for (unsigned k = t; k-- > 0;) {
        if (r->ts.t[k + 1].sep & SEP_HARD || r->ts.t[k].kind != TOKEN_WORD)
            return false;
        if (negation_at(&r->ts, k, r->words->negators, out) && negation_of_keywords(out->kind) &&
            k + out->used <= t && t - k - out->used <= BETWEEN &&
            !(phrase_at(&r->ts, k, r->words->signs, &used) && used > out->used))
            return true;
        if (t - k > BETWEEN + 3) /* a negator of three words */
            return false;
    }
    return false;
}

bool understand_turned(const struct ruleset *rs, struct slice text, size_t keyword, struct arena *a)
{
    struct reader reader, *r = &reader;
    struct negation n;

    begin(r, rs, &(struct text_tokens){ .text = text }, a);
    return turned(r, token_at(r, keyword), &n);
}

/* --- one candidate --- */

/* RULINGS 43: what a negated command with a valid number means. */
static void turn_command(struct keyword *out, enum command_kind command, const struct negation *n,
                         struct slice nomor)
{
    bool plain = n->kind == NEGATION_NOT, not_yet = n->kind == NEGATION_NOT_YET;

    out->found = true;
    if (command == COMMAND_HADIR && (plain || not_yet)) {
        out->command = COMMAND_TIDAK_HADIR;
        return;
    }
    if (command == COMMAND_TERIMA && plain) {
        out->command = COMMAND_TOLAK;
        return;
    }
    out->command = COMMAND_NONE;
    out->turned = (struct turned){ .why = TURNED_HOLDS, .command = command, .nomor = nomor };
    if (command == COMMAND_TERIMA || command == COMMAND_TOLAK) {
        out->turned.why = TURNED_ASK;
        out->turned.command = COMMAND_TERIMA;
        out->turned.instead = COMMAND_TOLAK;
    } else if (command == COMMAND_BENAR) {
        out->turned.why = TURNED_ASK;
        out->turned.command = COMMAND_BUKAN;
    }
}

/* `TERIMA 48217 tidak bisa`, `SELESAI 48217 belum` */
static void ask_refused(struct keyword *out, enum command_kind command, struct slice nomor)
{
    out->found = true;
    out->command = COMMAND_NONE;
    out->turned = (struct turned){ .why = TURNED_ASK, .command = command, .nomor = nomor };
    if (command == COMMAND_TERIMA || command == COMMAND_TOLAK) {
        out->turned.command = COMMAND_TERIMA;
        out->turned.instead = COMMAND_TOLAK;
    } else if (command == COMMAND_HADIR || command == COMMAND_TIDAK_HADIR) {
        out->turned.command = COMMAND_HADIR;
        out->turned.instead = COMMAND_TIDAK_HADIR;
    }
}

static bool form_behind(const struct reader *r, unsigned w)
{
    for (unsigned k = w + 1; k < r->n; k++)
        if (understand_exact_form(&r->rs->forms, r->at[k].upper))
            return true;
    return false;
}

/* `iya batal 48217`: a yes before a command with its number, which asks nothing by itself. */
static bool agreed_to(const struct reader *r, unsigned t, const struct command_word *c,
                      const struct behind *b)
{
    bool says = c->kind == COMMAND_YA || c->kind == COMMAND_TIDAK || c->kind == COMMAND_BARU ||
                c->kind == COMMAND_BENAR || c->kind == COMMAND_BUKAN || c->kind == COMMAND_OK;
    unsigned used;

    for (unsigned i = 0; i < t; i += used) {
        struct slice code = phrase_code(&r->ts, i, r->words->answers, &used);

        if (!slice_is(code, "ya") && !slice_is(code, "sapaan") && !slice_is(code, "sopan") &&
            !says_nothing(r, i, &used))
            return false;
    }
    return !says && b->nomor.n;
}

/* RULINGS 44: whether the command word at word w, token t is one. */
static bool is_command(struct reader *r, unsigned w, unsigned t, const struct command_word *c,
                       const struct behind *b)
{
    bool first = c->everyday ? only_greetings(r, t) : w == 0;

    if (c->needs == COMMAND_NEEDS_ARGUMENT && !c->everyday)
        return first || !form_behind(r, w);
    if (c->everyday && (!first || (c->kind == COMMAND_YA && understand_thanks_before(r->words, &r->ts, t))))
        return false;
    if (c->only_numbered && !b->number)
        return false;
    if (c->kind == COMMAND_FORMAT || c->kind == COMMAND_BANTUAN) {
        bool form = w + 1 < r->n && understand_exact_form(&r->rs->forms, r->at[w + 1].upper);

        return !b->words || (c->kind == COMMAND_FORMAT ? b->arg || form : b->arg && form);
    }
    if (c->everyday)
        return !b->words || (c->takes_words && b->number);
    return b->number || (first && !form_behind(r, w)) || (first && c->kind == COMMAND_KOREKSI);
}

static bool take_command(struct reader *r, unsigned w, const struct command_word *c, bool exact,
                         struct keyword *out)
{
    unsigned t = token_at(r, r->at[w].from), next = t + 1;
    struct command_word hadir = *c;
    struct negation n;
    struct behind b;

    if (t >= r->ts.n ||
        (c->kind == COMMAND_TERIMA && next < r->ts.n && slice_starts(r->ts.t[next].low, "kasih")))
        return false; /* RULINGS 13 */
    out->from = r->at[w].from;
    out->to = r->at[w].to;
    if (c->kind == COMMAND_TIDAK && w + 1 < r->n && slice_is(r->at[w + 1].upper, "HADIR")) {
        hadir = *command_by_word(S("HADIR"));
        hadir.kind = COMMAND_TIDAK_HADIR;
        c = &hadir;
        out->to = r->at[w + 1].to;
        next++;
    }
    b = understand_behind(r->words, &r->ts, next, r->arena);
    if (!exact && !b.nomor.n) /* RULINGS 12 */
        return false;
    if (turned(r, t, &n)) {
        /* `tdk terima bu` and no more: about the one that is open (RULINGS 57). */
        if (b.nomor.n || (!b.number && !b.words && only_greetings(r, t - n.used)))
            turn_command(out, c->kind, &n, b.nomor);
        if (b.nomor.n && out->command && understand_refuses(&b, out->command))
            ask_refused(out, out->command, b.nomor); /* `tdk hadir 48217 eh hadir` */
        return out->found = b.nomor.n || out->command;
    }
    if (b.nomor.n && only_greetings(r, t) &&
        ((understand_refuses(&b, c->kind) && c->takes_words) || (b.negated && c->kind == COMMAND_SETUJU))) {
        ask_refused(out, c->kind, b.nomor);
        return true;
    }
    if (is_command(r, w, t, c, &b)) {
        /* `bantuan timbang`: how it is written, and no report */
        out->command = b.words && c->kind == COMMAND_BANTUAN ? COMMAND_FORMAT : c->kind;
        return out->found = true;
    }
    /* `TIDAK HADIR 48217` wherever it stands (RULINGS 44). */
    if (c->kind == COMMAND_TIDAK_HADIR && b.nomor.n) {
        out->command = c->kind;
        return out->found = true;
    }
    if (c->everyday && agreed_to(r, t, c, &b) && (c->takes_words || !b.words)) {
        out->turned = (struct turned){ .why = TURNED_WORDS,
                                       .command = c->kind,
                                       .nomor = b.nomor,
                                       .agreed = slice_skip(r->text, out->from) };
        return out->found = true;
    }
    /* `saya terima 48217` is asked about: it is no command, nor nothing. */
    if (b.nomor.n && c->everyday &&
        (only_greetings(r, t) || (c->takes_words && t <= BETWEEN && !form_behind(r, w)))) {
        out->turned = (struct turned){ .why = TURNED_WORDS, .command = c->kind, .nomor = b.nomor };
        return out->found = true;
    }
    return false;
}

/* `nihil kasus dbd`, `0 kasus` */
static bool none_before(const struct reader *r, unsigned t)
{
    struct negation n;

    if (t == 0 || t >= r->ts.n || (r->ts.t[t].sep & SEP_HARD))
        return false;
    return slice_is(r->ts.t[t - 1].low, "0") ||
           (negation_at(&r->ts, t - 1, r->words->negators, &n) && n.kind == NEGATION_NIL && n.used == 1);
}

/* `rencana kegiatan senam`, `besok kegiatan senam`: not held (report/held.c), nor visited or given. */
static bool put_off_before(const struct reader *r, const struct form *form, unsigned t)
{
    bool told = (form->is & (FORM_HELD | FORM_VISIT)) || form->judge == FORM_JUDGE_SCHEDULE;
    unsigned used;

    for (unsigned k = t; told && k-- > 0 && t - k <= BETWEEN;) {
        if (r->ts.t[k + 1].sep & SEP_HARD)
            return false;
        if (understand_puts_off(r->words, &r->ts, k, &used))
            return true;
    }
    return false;
}

/* `apakah kasus diare …`, `kalau ada kasus diare …`: asked, and not reported; but a referral and a rumour go
 * out. */
static bool asked_before(const struct reader *r, const struct form *form, unsigned t)
{
    unsigned used;

    if (form_is(form, FORM_REFERRAL) || form->about == FORM_ABOUT_EVENT)
        return false;
    for (unsigned k = t; k-- > 0 && !(r->ts.t[k + 1].sep & SEP_HARD);)
        if (understand_asks(r->words, &r->ts, k, &used) ||
            phrase_is(&r->ts, k, r->words->kata, "andai", &used) ||
            phrase_is(&r->ts, k, r->words->kata, "kelak", &used))
            return true;
    return false;
}

/* `timbang batal Ani P`, `lahir belum`: where a name is due, a negator right behind the keyword turns it like
 * one before (RULINGS 43); one that is about a sign does not. */
static bool turned_behind(struct reader *r, const struct form *form, size_t to)
{
    char low[WORD_MAX];
    struct slice word = { .p = low };
    struct negation n;
    unsigned i, used;

    while (to < r->text.n && (r->text.p[to] == ' ' || r->text.p[to] == '#'))
        to++;
    while (word.n < WORD_MAX && to + word.n < r->text.n && text_is_word(r->text.p[to + word.n])) {
        low[word.n] = text_lower(r->text.p[to + word.n]);
        word.n++;
    }
    /* Most words are no negator: then nothing is cut. */
    if (form->fields[0].type != FIELD_NAME || word.n == 0 ||
        !(vocabulary_word(r->rs->forms.vocabulary, word, NULL)->begins & r->words->negators->bit))
        return false;
    i = token_at(r, to);
    if (i >= r->ts.n || !negation_at(&r->ts, i, r->words->negators, &n) || !negation_of_keywords(n.kind) ||
        ((r->ts.t[i].sep & SEP_HASH) && n.kind != NEGATION_OFF && n.kind != NEGATION_FAILED))
        return false;
    return n.kind == NEGATION_OFF || (n.kind == NEGATION_FAILED && !form_is(form, FORM_REFERRAL)) ||
           (!(phrase_at(&r->ts, i, r->words->signs, &used) && used > n.used) &&
            !phrase_at(&r->ts, i + n.used, r->words->signs, &used) && n.kind != NEGATION_NONE_OF &&
            n.kind != NEGATION_FAILED);
}

static bool take_form(struct reader *r, unsigned w, const struct form *form, struct keyword *out)
{
    struct negation n;
    unsigned at;

    out->from = r->at[w].from;
    out->to = r->at[w].to;
    at = w > 0 ? token_at(r, out->from) : 0; /* only then is the text cut into tokens */
    out->far = w > 1;
    out->found = true;
    if ((w > 0 && (turned(r, at, &n) || none_before(r, at) || put_off_before(r, form, at) ||
                   (form_is(form, FORM_DEATH) && understand_dying(r->words, &r->ts, at)))) ||
        turned_behind(r, form, out->to))
        *out = (struct keyword){ .found = true, .turned = { .why = TURNED_FORM, .form = form } };
    else if (w > 0 && asked_before(r, form, at))
        *out =
            (struct keyword){ .found = true, .turned = { .why = TURNED_FORM, .form = form, .asked = true } };
    else
        out->form = form;
    return true;
}

static bool exact(struct reader *r, unsigned w, struct keyword *out)
{
    const struct form *form = form_by_keyword(&r->rs->forms, r->at[w].upper);
    const struct command_word *c = form ? NULL : command_by_word(r->at[w].upper);

    return form ? take_form(r, w, form, out) : c && take_command(r, w, c, true, out);
}

static bool plain_word(const struct reader *r, struct slice upper)
{
    char low[WORD_MAX + 1];
    const struct word *kata;

    for (size_t i = 0; i < upper.n && i < WORD_MAX; i++)
        low[i] = text_lower(upper.p[i]);
    kata =
        list_find(r->words->kata, (struct slice){ .p = low, .n = upper.n < WORD_MAX ? upper.n : WORD_MAX });
    return kata && slice_is(kata->code, "bukan_kunci");
}

/* RULINGS 11, 12: one edit, if all keywords that are that near mean the same. */
static bool near(struct reader *r, unsigned w, struct keyword *out)
{
    const struct form *form = NULL;
    const struct command_word *command = NULL;
    struct slice word = r->at[w].upper;
    unsigned found = 0;

    if (word.n < NEAR_MIN - 1 || word.n > WORD_MAX || plain_word(r, word))
        return false;
    for (unsigned f = 0; f < r->rs->forms.n; f++)
        for (unsigned k = 0; k < r->rs->forms.forms[f].keywords_n; k++)
            if (r->rs->forms.forms[f].keywords[k].n >= NEAR_MIN &&
                slice_one_edit(word, r->rs->forms.forms[f].keywords[k]) && form != &r->rs->forms.forms[f]) {
                form = &r->rs->forms.forms[f];
                found++;
            }
    for (unsigned c = 0; c < command_words_n; c++)
        if (command_words[c].n >= NEAR_MIN && !command_words[c].exact &&
            (!command || command_words[c].kind != command->kind) &&
            slice_one_edit(word, slice_make(command_words[c].word, command_words[c].n))) {
            command = &command_words[c];
            found++;
        }
    if (found > 1)
        out->unknown = true;
    if (found != 1)
        return false;
    return form ? take_form(r, w, form, out) : take_command(r, w, command, false, out);
}

/* What a word that was none has left behind. */
static bool none(struct keyword *out)
{
    *out = (struct keyword){ .unknown = out->unknown };
    return false;
}

void understand_keyword(const struct ruleset *rs, struct text_tokens *text, struct arena *a,
                        struct keyword *out)
{
    struct reader reader, *r = &reader;

    *out = (struct keyword){ 0 };
    begin(r, rs, text, a);
    read_words(r, 1);
    if (r->n == 0)
        return;
    /* Most texts begin with the keyword of their form. */
    out->form = form_by_keyword(&rs->forms, r->at[0].upper);
    if (out->form) {
        (void)take_form(r, 0, out->form, out);
        return;
    }
    read_words(r, WORDS);
    if (exact(r, 0, out) || none(out) || near(r, 0, out))
        return;
    for (unsigned w = 1; w < r->n; w++)
        if (none(out) || exact(r, w, out))
            return;
    (void)none(out);
    if (r->n > 1 && !near(r, 1, out))
        (void)none(out);
}

bool understand_begins_command(const struct ruleset *rs, struct slice line, struct arena *a)
{
    struct text_tokens whole = { .text = line };
    struct reader reader, *r = &reader;
    struct keyword k = { 0 };
    const struct command_word *c;
    struct negation n;

    begin(r, rs, &whole, a);
    read_words(r, 1);
    c = r->n ? command_by_word(r->at[0].upper) : NULL;
    if (!c && (token_at(r, 0), r->ts.n == 0 || !negation_at(&r->ts, 0, r->words->negators, &n)))
        return false;
    understand_keyword(rs, &whole, a, &k);
    if (!k.found || k.form || k.turned.why == TURNED_FORM)
        return k.found && !k.form;
    if (k.turned.why || k.command == COMMAND_NONE)
        return true;
    if (c && c->needs == COMMAND_NEEDS_ARGUMENT) {
        read_words(r, WORDS);
        return r->n == 1 || c->kind == COMMAND_FORMAT || (c->kind == COMMAND_PWS && r->n < 5);
    }
    {
        unsigned t = token_at(r, k.to);

        return understand_behind(r->words, &r->ts, t, r->arena).number;
    }
}

bool understand_begins_report(const struct ruleset *rs, struct slice line)
{
    struct reader r;
    bool figure = false;

    begin(&r, rs, &(struct text_tokens){ .text = line }, NULL);
    read_words(&r, 1);
    for (size_t i = 0; i < line.n; i++)
        figure |= text_is_digit(line.p[i]) || line.p[i] == '#';
    return figure && r.n && form_by_keyword(&rs->forms, r.at[0].upper);
}
