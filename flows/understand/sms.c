/* sms.c - the way of a whole SMS: its parts and their keywords.  Reports of a part are split.c's.  See
 * understanding.h. */
#include "flows/understand/understanding.h"

#include "flows/understand/message.h"
#include "flows/understand/report/deaths.h"
#include "flows/understand/report/report.h"
#include "flows/understand/signs/denial.h"
#include "flows/understand/signs/signs.h"
#include "gateway/conf/rules.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    TEXT_MAX = 4000, /* bytes of one SMS: ten joined parts and more; what is longer is no report */
    SCRATCH = 4 << 20,
    NAME_MOST = 5, /* words of a name before its keyword, a title with them */
};

/* --- the whole SMS --- */

/* Nothing in it that normalised() leaves out or replaces, but blanks at its ends. */
static bool is_normal(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], before;

        if (c > ' ')
            continue;
        before = i ? text.p[i - 1] : 0;
        if (c == '\t' || (c == ' ' && (before == ' ' || before == '\n')) || (c == '\n' && before == ' '))
            return false;
    }
    return true;
}

/* Blanks collapsed: what a repeat is compared by. */
static struct slice normalised(struct slice text, struct arena *a)
{
    char *out;
    size_t n = 0;

    if (is_normal(text))
        return slice_trim(text);
    out = arena_alloc(a, text.n + 1);
    if (!out)
        return (struct slice){ 0 };
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i] == '\t' ? ' ' : text.p[i];

        if (c == ' ' && (n == 0 || out[n - 1] == ' ' || out[n - 1] == '\n'))
            continue;
        if (c == '\n' && n && out[n - 1] == ' ')
            n--;
        out[n++] = c;
    }
    return slice_trim((struct slice){ .p = out, .n = n });
}

static void hear(const struct ruleset *rs, const struct tokens *ts, bool keyword, struct arena *a,
                 struct said *out)
{
    out->heard.no_keyword = !keyword;
    understand_heard(&rs->forms.words, ts, a, &out->heard);
    out->today |= out->heard.feared;
    understand_help(&rs->forms.words, ts, out);
    for (unsigned i = 0; i < out->heard.n && rs->rules; i++) {
        enum urgency u = rules_sign(rs->rules, out->heard.codes[i]);

        out->emergency |= u == URGENCY_E1;
        out->today |= u == URGENCY_E2;
    }
}

static void hear_all(const struct ruleset *rs, struct slice text, struct arena *a, struct said *out)
{
    struct text_tokens all = { .text = text };
    struct keyword k;

    understand_keyword(rs, &all, a, &k);
    hear(rs, tokens_of(&all, &rs->forms, a), k.form != NULL, a, out);
}

/* Greetings may be a cry for help. */
static void hear_before(const struct ruleset *rs, struct slice text, struct arena *a, struct said *out)
{
    struct said before = { 0 };

    hear_all(rs, text, a, &before);
    if (before.emergency)
        out->before = slice_trim(text);
}

/* A form's keyword behind the second word opens a report only if a field is read behind it: `ya nanti saya
 * timbang lagi` is none (RULINGS 44). */
static bool opens_report(const struct report *r)
{
    bool read = r->emergency || r->nil; /* `minggu ini kasus diare gak ada` */

    for (unsigned f = 0; f < r->form->fields_n; f++)
        read |= r->values[f].kind != VALUE_ABSENT && r->form->fields[f].type != FIELD_NAME &&
                r->form->fields[f].type != FIELD_TEXT && r->form->fields[f].type != FIELD_DATE;
    return read;
}

/* RULINGS 44: a text with an E1 sign is never a command without a number, and one that ends something is
 * asked about first. */
static void emergency_first(const struct ruleset *rs, struct arena *a, struct said *out)
{
    const struct command *c = &out->command;
    struct said place = { 0 };

    if (c->kind == COMMAND_DAFTAR && c->status == REPORT_ACCEPTED) /* a name: Dada, Darah; but not a place */
        hear_all(rs, c->kode, a, &place);
    if ((c->kind == COMMAND_DAFTAR && c->status == REPORT_ACCEPTED && !place.emergency) ||
        (c->kind == COMMAND_KOREKSI && understand_denies(rs, c->correction, (struct slice){ 0 }, a))) {
        out->emergency = false;
    } else if (!c->nomor.n || slice_is(c->error_field, "nomor")) {
        out->kind = SAID_NOTHING;
    } else if (c->kind == COMMAND_SELESAI || c->kind == COMMAND_BATAL || c->kind == COMMAND_BUKAN) {
        out->turned = (struct turned){ .why = TURNED_ASK, .command = c->kind, .nomor = c->nomor };
    }
}

/* `yang rujuk 48217 gimana kabarnya?` is STATUS 48217. */
static bool asks_only(const struct ruleset *rs, struct slice text, bool far, struct arena *a,
                      struct said *out)
{
    struct slice nomor =
        out->reports_n == 1 ? understand_asks_of(rs, text, far, &out->reports[0], a) : slice_make("", 0);

    if (!nomor.n)
        return false;
    *out = (struct said){ .body = out->body, .kind = SAID_COMMAND };
    out->command = (struct command){ .kind = COMMAND_STATUS, .status = REPORT_ACCEPTED, .nomor = nomor };
    return true;
}

/* The first word of no list that stands before a number or a sex; ts.n: none does. */
static unsigned first_name(const struct ruleset *rs, const struct tokens *ts)
{
    unsigned used;

    for (unsigned i = 0; i < ts->n && ts->t[i].kind == TOKEN_WORD; i++) {
        if (phrase_at(ts, i, rs->forms.words.sex, &used))
            break;
        if (ts->t[i].known && !ts->t[i].known->longest && ts->t[i].low.n > 2)
            return i;
    }
    return ts->n;
}

/* Words before a keyword that are who, `anak rafa`; *led: a word before says that it is a person. */
static bool names_one(const struct ruleset *rs, struct slice text, struct arena *a, bool *led)
{
    struct tokens ts;
    unsigned used, at;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts) || ts.n > NAME_MOST)
        return false;
    at = first_name(rs, &ts);
    for (unsigned i = 0; i < ts.n; i++) {
        struct slice who = phrase_code(&ts, i, rs->forms.words.people, &used);
        bool leads = slice_is(who, "sapaan") || slice_is(who, "anak") || slice_is(who, "ibu");

        *led |= leads && i + 1 == at;
        if (!leads && !(ts.t[i].known && !ts.t[i].known->longest) &&
            !phrase_is(&ts, i, rs->forms.words.kata, "pengisi", &used))
            return false;
    }
    return at < ts.n;
}

static bool names_nobody(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;

    return tokens_cut(text, NULL, &rs->forms, a, &ts) && first_name(rs, &ts) == ts.n;
}

/* The text without words of that code at its end, or else at its beginning: `rafa sudah`, `bu minggu lalu`.
 */
static struct slice without(const struct ruleset *rs, struct slice text, const char *code, bool end,
                            struct arena *a)
{
    struct tokens ts;
    unsigned from = 0, to, used;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts) || ts.n == 0)
        return slice_trim(text);
    to = ts.n;
    while (end && to > 1 && phrase_is(&ts, to - 1, rs->forms.words.kata, code, &used))
        to--;
    while (!end && from < to && phrase_is(&ts, from, rs->forms.words.kata, code, &used))
        from++;
    if (from == to)
        return slice_make("", 0);
    return end ? slice_make(text.p, (size_t)(ts.t[to - 1].text.p + ts.t[to - 1].text.n - text.p))
               : slice_skip(text, (size_t)(ts.t[from].text.p - text.p));
}

/* `rafa meninggal bu minggu lalu`: who has died stands before the word of it, and nobody behind.  *doubt: it
 * may be another word. */
static struct slice name_behind(const struct ruleset *rs, struct slice text, struct arena *a,
                                struct keyword *k, bool *doubt)
{
    struct slice before = slice_take(text, k->from), behind = slice_skip(text, k->to), word;
    bool led = false;

    if (!form_is(k->form, FORM_DEATH) || !k->from || slice_find(before, '\n') < before.n ||
        !names_one(rs, before, a, &led) || !names_nobody(rs, behind, a))
        return text;
    word = slice_skip(slice_take(text, k->to), k->from);
    *doubt = !led;
    k->from = 0;
    k->to = word.n;
    before = without(rs, before, "pengisi", true, a);
    behind = without(rs, without(rs, behind, "partikel", false, a), "penanda_tangan", false, a);
    return arena_printf(a, "%.*s %.*s %.*s", SLICE_ARG(word), SLICE_ARG(before), SLICE_ARG(behind));
}

/* The title before token i is a woman's, and no part of `istri pak Joko`, `pagi bu Nur`. */
static bool titles_her(const struct ruleset *rs, const struct tokens *ts, unsigned i)
{
    const struct word *title = list_find(rs->forms.words.titles, ts->t[i - 1].low);
    unsigned used;
    struct slice before = i > 1 ? phrase_code(ts, i - 2, rs->forms.words.people, &used) : slice_make("", 0);

    if (!slice_is(phrase_code(ts, i - 1, rs->forms.words.people, &used), "sapaan") ||
        (title && slice_is(title->code, "bapak")))
        return false;
    return slice_is(before, "sapaan") ||
           (!before.n && !(i > 1 && phrase_at(ts, i - 2, rs->forms.words.greetings, &used)));
}

/* Where `bu Rini` begins, at the end of the words; their end where nobody is called so. */
static size_t called_last(const struct ruleset *rs, struct slice text, struct arena *a)
{
    struct tokens ts;
    unsigned i;

    if (!tokens_cut(text, NULL, &rs->forms, a, &ts))
        return text.n;
    for (i = ts.n; i > 0 && ts.n - i < NAME_MOST && ts.t[i - 1].kind == TOKEN_WORD && ts.t[i - 1].known &&
                   !ts.t[i - 1].known->longest && ts.t[i - 1].low.n > 2 &&
                   (i == ts.n || !(ts.t[i].sep & SEP_HARD));)
        i--;
    if (i == ts.n || i == 0 || ts.t[i].sep & SEP_HARD || !titles_her(rs, &ts, i))
        return text.n;
    return (size_t)(ts.t[i - 1].text.p - text.p);
}

/* `trus bu Rini hamil 7 bulan`: the keyword says how she is whose name stands before it, and nobody's behind;
 * or the words are an address (RULINGS 11), so that it is asked. */
static struct slice name_of_state(const struct ruleset *rs, struct slice text, struct arena *a,
                                  struct keyword *k, bool *doubt)
{
    struct slice before = slice_take(text, k->from), behind = slice_skip(text, k->to), word, name;
    struct said cry = { 0 };
    const struct word *w;

    word = slice_skip(slice_take(text, k->to), k->from);
    w = list_find(rs->forms.words.kata, text_folded(word, a));
    if (!k->from || !w || !(slice_is(w->code, "keadaan") || slice_is(w->code, "sejak_salin")) ||
        slice_find(before, '\n') < before.n || !names_nobody(rs, behind, a))
        return text;
    name = slice_skip(before, called_last(rs, before, a));
    if (!name.n)
        return text;
    before = slice_take(before, before.n - name.n);
    hear_all(rs, before, a, &cry);
    if (cry.emergency) /* hers, or another's */
        return text;
    *doubt = true;
    k->from = before.n;
    k->to = before.n + word.n;
    return arena_printf(a, "%.*s%.*s %.*s %.*s", SLICE_ARG(before), SLICE_ARG(word), SLICE_ARG(name),
                        SLICE_ARG(behind));
}

/* A guess of whose name it is. */
static void doubt_name(struct report *r)
{
    int nama = form_as(r->form, AS_NAME);

    if (nama >= 0 && !r->faults[nama] && r->values[nama].kind != VALUE_ABSENT)
        report_doubt(r, (unsigned)nama);
}

static bool split(const struct ruleset *rs, struct slice text, struct keyword *k, int64_t today,
                  struct arena *a, struct said *out)
{
    bool guess = false;

    text = name_behind(rs, text, a, k, &guess);
    if (!form_is(k->form, FORM_DEATH))
        text = name_of_state(rs, text, a, k, &guess);
    if (!understand_split(rs, text, k, today, a, out))
        return false;
    if (guess)
        doubt_name(&out->reports[0]);
    return true;
}

/* Reads one part: reports, or a command. */
/* `wafat Ani P 27th masih kritis`: no report of a death. */
static void heed_living(const struct ruleset *rs, struct slice text, struct arena *a, struct keyword *k)
{
    if (!k->form || !form_is(k->form, FORM_DEATH) ||
        !understand_lives(rs, slice_skip(text, k->to), slice_make("", 0), a))
        return;
    k->turned = (struct turned){ .why = TURNED_FORM, .form = k->form };
    k->form = NULL;
}

static bool understand_part(const struct ruleset *rs, struct slice text, int64_t today, struct arena *a,
                            struct said *out)
{
    struct text_tokens all = { .text = text };
    const struct form *example;
    struct keyword k;
    bool keyword;

    *out = (struct said){ .body = normalised(text, a) };
    understand_keyword(rs, &all, a, &k);
    keyword = k.form != NULL;
    example = !k.found || (k.form && k.from) ? understand_asks_example(rs, &all, a) : NULL;
    if (example) {
        out->kind = SAID_COMMAND;
        out->command =
            (struct command){ .kind = COMMAND_FORMAT, .status = REPORT_ACCEPTED, .arg = example->name };
        return !a->failed;
    }
    heed_living(rs, text, a, &k);
    if (!k.form) {
        /* The command's own words negate nothing: `tidak hadir 48217 perdarahan`. */
        if (k.found && k.turned.why != TURNED_FORM) {
            hear_all(rs, slice_take(text, k.from), a, out);
            hear_all(rs, slice_skip(text, k.to), a, out);
        } else {
            hear(rs, tokens_of(&all, &rs->forms, a), keyword, a, out);
        }
        /* Beside an E1 sign words behind a number are for the staff of that case (RULINGS 44). */
        if (out->emergency && k.turned.why == TURNED_WORDS) {
            k.command = k.turned.command;
            k.turned = (struct turned){ 0 };
        }
        if (k.turned.why) {
            out->kind = SAID_TURNED;
            out->turned = k.turned;
        } else if (k.found) {
            out->kind = SAID_COMMAND;
            understand_command(rs, &k, text, today, a, &out->command);
            if (out->emergency)
                emergency_first(rs, a, out);
        }
        return !a->failed;
    }
    out->kind = SAID_REPORTS;
    if (!split(rs, text, &k, today, a, out))
        return false;
    if (k.far && out->reports_n == 1 && !opens_report(&out->reports[0])) {
        *out = (struct said){ .body = out->body };
        hear(rs, tokens_of(&all, &rs->forms, a), keyword, a, out);
        return !a->failed;
    }
    if (asks_only(rs, text, k.far, a, out))
        return !a->failed;
    out->emergency = false;
    for (unsigned i = 0; i < out->reports_n; i++)
        out->emergency |= out->reports[i].emergency;
    if (k.from && form_is(k.form, FORM_DEATH))
        understand_hearsay(rs, slice_take(text, k.from), a, &out->reports[0]);
    if (k.from && !(k.form->is & FORM_DEATH)) /* nobody fetches the dead (SPEC 2.5) */
        hear_before(rs, slice_take(text, k.from), a, out);
    out->heard.codes = out->reports[0].heard;
    out->heard.n = out->reports[0].heard_n;
    return !a->failed;
}

/* Where the part that begins at text.p ends: before a line that is a command, and behind a command before a
 * line that is a report.  What has no keyword yet is no part. */
static size_t part_end(const struct ruleset *rs, struct slice text, struct arena *a)
{
    for (size_t end = understand_line_end(text, 0); end < text.n; end = understand_line_end(text, end + 1)) {
        struct slice line = slice_skip(text, end + 1);
        struct text_tokens above = { .text = slice_take(text, end) };
        struct keyword before;
        struct arena scratch;

        line = slice_take(line, understand_line_end(line, 0));
        if (!understand_begins_command(rs, line, a) && !understand_begins_report(rs, line)) {
            if (understand_cries_of_another(rs, line, a))
                return end;
            continue;
        }
        arena_init(&scratch, SCRATCH); /* the tokens of all that was before, at each such line */
        understand_keyword(rs, &above, &scratch, &before);
        a->failed |= scratch.failed;
        arena_free(&scratch);
        if (before.found && (!before.form || !understand_begins_report(rs, line)))
            return end;
    }
    return text.n;
}

/* A command for several numbers is one for each. */
static bool more_numbers(const struct ruleset *rs, struct slice text, int64_t today, struct arena *a,
                         struct said **part, unsigned *n)
{
    while ((*part)->kind == SAID_COMMAND && *n < UNDERSTAND_PARTS) {
        text = understand_next_number(rs, text, a, &(*part)->command);
        if (!text.n)
            break;
        (*part)->next = ARENA_NEW(a, struct said);
        if (!(*part)->next || !understand_part(rs, text, today, a, (*part)->next))
            return false;
        *part = (*part)->next;
        ++*n;
    }
    return true;
}

bool understand_sms(const struct ruleset *rs, struct slice text, int64_t at_ms, struct arena *a,
                    struct said *out)
{
    int64_t today = date_today(at_ms, rs->utc_offset_min);
    struct said *part = out;

    if (text.n > TEXT_MAX)
        text.n = TEXT_MAX;
    text = text_clean(text, a);
    for (unsigned n = 1;; n++) {
        size_t end = n < UNDERSTAND_PARTS ? part_end(rs, text, a) : text.n;

        if (!understand_part(rs, slice_take(text, end), today, a, part))
            return false;
        if (!more_numbers(rs, slice_take(text, end), today, a, &part, &n))
            return false;
        if (end == text.n)
            return true;
        text = slice_skip(text, end + 1);
        part->next = ARENA_NEW(a, struct said);
        if (!part->next)
            return false;
        part = part->next;
    }
}

bool said_is_emergency(const struct said *said)
{
    for (; said; said = said->next) {
        if (said->emergency)
            return true;
        for (unsigned i = 0; i < said->reports_n; i++)
            if (said->reports[i].emergency ||
                (said->reports[i].form && form_is(said->reports[i].form, FORM_REFERRAL)))
                return true;
    }
    return false;
}
