/* test_dialogs.c - runs every tests/dialogs/NAME.dialog through read and step, without daemon, clock or
 * Redis.
 *
 * A script, line by line:
 *     @ 2026-11-21 09:00          the clock
 *     > kader: TIMBANG …          typed by SMS; `\n` is a newline
 *     < kader: Diterima {A}: *    an SMS that came: * is anything, {A} a number, the same wherever it stands
 *     * kader: *123#              dialled, a new session; `* kader: 1` is typed into it
 *     $ {"do":"temuan",…}         ordered by staff at a screen (flows/talk/office.h); = is what it says
 *     $ dewi rs: TERIMA {A}       the account dewi notes it for rs
 *     = Timbang balita\\n1 *      the page that this brought; END in front of the last one
 *     ! record "bb":9.2           a row: its kind, then words that stand in it, in any order
 *     - bidan                     this number is retired
 *     ^ PSY001 PKM01              a gateway starts: what these places are reminded of is set
 *     & {"village":…}             what the indicators of a village say, as a sink that counts tells it
 *     + 15m                       time passes (s, m, h, d); what falls due fires
 *     ~ accepted                  how the last message was counted
 * Quiet hours hold what they hold: it comes at 05:00.
 * Every SMS must be expected, in any order, before the next line that begins with > * $ or + and at the end.
 * Before each line that is typed, emergencies are tried in its place, and, while something is asked, denials
 * of signs and of what is asked.
 * Behind them, what no script goes through: tests/support/covered.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/date.h"
#include "flows/ruleset.h"
#include "flows/step/drafts.h"
#include "flows/step/reply_parts.h"
#include "gateway/model/duration.h"
#include "tests/support/covered.h"
#include "tests/support/idiom.h"
#include "tests/support/mem_store.h"
#include "tests/support/sample.h"
#include "tests/unit/starve.h"

enum {
    LINE = 1024,
    NAMES = 26,
    ARENA = 4 << 20,
    IDIOMS = 2 /* tried before each line; the variable IDIOMS says how many instead */
};

static const struct ruleset *rules;

static const struct {
    const char *name, *msisdn;
} people[] = {
    { "kader", "+6281200000001" },
    { "bidan", "+6281200000002" },
    { "puskesmas", "+6281200000003" },
    { "rs", "+6281200000004" },
    { "kades", "+6281200000005" },
    { "camat", "+6281200000006" },
    { "dinkes", "+6281200000007" },
    { "kader2", "+6281200000008" },
    { "jauh", "+6281200000009" },
    { "puskesmas2", "+6281200000010" },
    { "rs2", "+6281200000011" },
    { "asing", "+6289900000001" },
    { "robot", "INFO" },
    { "jauh2", "+6281200000191" },
    { "bidan_jauh", "+6281200000031" },
    { "kader_lain", "+6281200000199" },
};

struct script {
    struct mem_store store;
    const char *file;
    unsigned line;
    char names[NAMES][16]; /* {A} … {Z} */
    unsigned sessions;
};

static const char *msisdn_of(struct script *s, const char *name)
{
    for (unsigned i = 0; i < sizeof people / sizeof people[0]; i++)
        if (strcmp(people[i].name, name) == 0)
            return people[i].msisdn;
    fail_msg("%s:%u: nobody is called \"%s\"", s->file, s->line, name);
    return "";
}

static const char *name_of(const char *msisdn)
{
    for (unsigned i = 0; i < sizeof people / sizeof people[0]; i++)
        if (strcmp(people[i].msisdn, msisdn) == 0)
            return people[i].name;
    return msisdn;
}

/* {A} in what is typed or looked for becomes its number; `\n` a newline. */
static void expand(struct script *s, const char *in, char *out, size_t max)
{
    size_t n = 0;

    while (*in && n + 20 < max) {
        if (in[0] == '{' && in[1] >= 'A' && in[1] <= 'Z' && in[2] == '}') {
            n += (size_t)snprintf(out + n, max - n, "%s", s->names[in[1] - 'A']);
            in += 3;
        } else if (in[0] == '\\' && in[1] == 'n') {
            out[n++] = '\n';
            in += 2;
        } else {
            out[n++] = *in++;
        }
    }
    out[n] = '\0';
}

/* Matches with * and {A}; what {A} stands for is learned the first time. */
static bool matches(char names[NAMES][16], const char *p, const char *t)
{
    char mine[NAMES][16];

    while (*p) {
        if (*p == '*') {
            for (const char *rest = t;; rest++) {
                memcpy(mine, names, sizeof mine);
                if (matches(mine, p + 1, rest)) {
                    memcpy(names, mine, sizeof mine);
                    return true;
                }
                if (!*rest)
                    return false;
            }
        }
        if (p[0] == '{' && p[1] >= 'A' && p[1] <= 'Z' && p[2] == '}') {
            char *name = names[p[1] - 'A'];
            size_t n = strspn(t, "0123456789");

            if (n == 0 || n > 12 || (name[0] && (strlen(name) != n || strncmp(name, t, n) != 0)))
                return false;
            memcpy(name, t, n);
            name[n] = '\0';
            p += 3;
            t += n;
        } else if (*p++ != *t++) {
            return false;
        }
    }
    return *t == '\0';
}

static void all_expected(struct script *s)
{
    for (unsigned i = 0; i < s->store.sms_n; i++)
        if (!s->store.sms[i].seen && s->store.sms[i].leaves_ms <= s->store.now_ms)
            fail_msg("%s:%u: an SMS that nobody expected:\n< %s: %s", s->file, s->line,
                     name_of(s->store.sms[i].to), s->store.sms[i].text);
    if (s->store.fault[0])
        fail_msg("%s:%u: %s", s->file, s->line, s->store.fault);
}

static void expect_sms(struct script *s, const char *to, const char *pattern)
{
    for (unsigned i = 0; i < s->store.sms_n; i++) {
        struct mem_sms *m = &s->store.sms[i];

        if (!m->seen && m->leaves_ms <= s->store.now_ms && strcmp(m->to, to) == 0 &&
            matches(s->names, pattern, m->text)) {
            m->seen = true;
            return;
        }
    }
    for (unsigned i = 0; i < s->store.sms_n; i++)
        if (!s->store.sms[i].seen)
            print_message("  instead: < %s: %s\n", name_of(s->store.sms[i].to), s->store.sms[i].text);
    fail_msg("%s:%u: no such SMS: < %s: %s (%s)", s->file, s->line, name_of(to), pattern, s->store.fault);
}

/* The first row of this kind, not yet seen, in which all the words stand. */
static void expect_row(struct script *s, char *words)
{
    const char *kind = strtok(words, " ");
    char *wanted[16];
    unsigned n = 0;

    for (char *w = strtok(NULL, " "); w && n < 16; w = strtok(NULL, " "))
        wanted[n++] = w;
    for (unsigned i = 0; i < s->store.rows_n; i++) {
        struct mem_row *r = &s->store.rows[i];
        unsigned hits = 0;

        for (unsigned k = 0; k < n; k++)
            hits += strstr(r->json, wanted[k]) != NULL;
        if (!r->seen && strcmp(r->kind, kind) == 0 && hits == n) {
            r->seen = true;
            return;
        }
    }
    for (unsigned i = 0; i < s->store.rows_n; i++)
        if (!s->store.rows[i].seen)
            print_message("  instead: ! %s\n", s->store.rows[i].json);
    fail_msg("%s:%u: no such row: %s", s->file, s->line, kind);
}

static void type_ussd(struct script *s, const char *msisdn, const char *text)
{
    char session[16];
    bool dials = text[0] == '*';

    s->sessions += dials;
    snprintf(session, sizeof session, "s%u", s->sessions);
    mem_ussd_in(&s->store, msisdn, session, text, dials);
}

static void expect_page(struct script *s, const char *pattern)
{
    char page[LINE], *at;

    /* A line of a script cannot hold a newline: both sides write it as \\n. */
    snprintf(page, sizeof page - 1, "%s%s", s->store.screen_ends ? "END " : "", s->store.screen);
    while ((at = strchr(page, '\n')) && strlen(page) + 2 < sizeof page) {
        memmove(at + 2, at + 1, strlen(at + 1) + 1);
        memcpy(at, "\\n", 2);
    }
    if (!matches(s->names, pattern, page))
        fail_msg("%s:%u: the page is another:\n%s", s->file, s->line, page);
}

static int64_t at_ms(struct script *s, const char *text)
{
    int y, mo, d, h, mi;

    if (sscanf(text, "%d-%d-%d %d:%d", &y, &mo, &d, &h, &mi) != 5)
        fail_msg("%s:%u: not a time: %s", s->file, s->line, text);
    return ((date_days(y, (unsigned)mo, (unsigned)d) * 24 + h) * 60 + mi - rules->utc_offset_min) * 60000;
}

/* "name: rest": cuts at the colon. */
static char *who(struct script *s, char *text, const char **msisdn)
{
    char *colon = strstr(text, ": ");

    if (!colon)
        fail_msg("%s:%u: whose?", s->file, s->line);
    *colon = '\0';
    *msisdn = msisdn_of(s, text);
    return colon + 2;
}

/* In whatever state a conversation is, an emergency reaches somebody else at once, under a number with a
 * clock (SPEC 2.2; RULINGS 44).  Tried beside the script: the store that it goes on with never hears of it.
 */
static void cry(struct script *s, const char *msisdn, const char *text)
{
    struct mem_store m;
    const char *number = NULL;
    char clock[64];

    mem_fork(&s->store, &m);
    mem_sms_in(&m, msisdn, text);
    for (unsigned i = 0; i < m.sms_n && !number; i++)
        if (m.sms[i].class == SMS_EMERGENCY && m.sms[i].nomor[0] &&
            (strcmp(m.sms[i].to, msisdn) != 0 || slice_is(rules->duty[0], msisdn)))
            number = m.sms[i].nomor;
    for (unsigned i = 0; i < m.sms_n && !number; i++) /* they have it already, and she hears that they do */
        if (strcmp(m.sms[i].to, msisdn) == 0 && strstr(m.sms[i].text, "sudah diberi tahu"))
            number = m.sms[i].nomor;
    if (!number)
        fail_msg("%s:%u: before this line, nobody is told of: %s: %s", s->file, s->line, name_of(msisdn),
                 text);
    snprintf(clock, sizeof clock, "referral:%s", number);
    if (!mem_waits(&m, clock))
        fail_msg("%s:%u: %s (%s) has no clock", s->file, s->line, text, number);
    if (m.fault[0])
        fail_msg("%s:%u: %s: %s", s->file, s->line, text, m.fault);
    mem_free(&m);
}

static void cry_out(struct script *s, const char *msisdn)
{
    static const char *const texts[] = { "bu ana pendarahan hebat tolong segera", "kejang",
                                         "ya bu ini ibunya pingsan", "TIMBANG Siti P 14bl sesak napas",
                                         "tolong anak kejang\nTIMBANG Budi L 20bl 11,2 80" };

    for (size_t i = 0; msisdn[0] == '+' && i < sizeof texts / sizeof *texts; i++)
        cry(s, msisdn, texts[i]);
}

static unsigned idioms(void)
{
    const char *n = getenv("IDIOMS");

    return n ? (unsigned)strtoul(n, NULL, 10) : IDIOMS;
}

static unsigned seed_of(const struct script *s, unsigned i)
{
    return (unsigned)slice_hash(slice_of(s->file)) + s->line * 4096 + i;
}

/* Somebody is in danger, in words that a no is part of. */
static void cry_idioms(struct script *s, const char *msisdn)
{
    char text[LINE];

    for (unsigned i = 0; msisdn[0] == '+' && i < idioms(); i++) {
        idiom_alarms(seed_of(s, i), text, sizeof text);
        cry(s, msisdn, text);
    }
}

static bool asked(struct script *s, const char *msisdn)
{
    struct arena a;
    const struct sender_state *state;
    bool any;

    arena_init(&a, ARENA);
    state = drafts_decode(mem_blob(&s->store, SUBJECT_SENDER, slice_of(msisdn)), rules, s->store.now_ms, &a);
    any = state && state->drafts_n;
    arena_free(&a);
    return any;
}

/* Whatever is asked, an answer that only says that a sign is not there is no emergency, and puts the sign on
 * no record (RULINGS 40). */
static void deny(struct script *s, const char *msisdn)
{
    char text[LINE];

    for (unsigned i = 0; msisdn[0] == '+' && i < idioms() && asked(s, msisdn); i++) {
        struct mem_store m;

        idiom_denies(seed_of(s, i), text, sizeof text);
        mem_fork(&s->store, &m);
        mem_sms_in(&m, msisdn, text);
        for (unsigned k = 0; k < m.sms_n; k++)
            if (m.sms[k].class == SMS_EMERGENCY && strcmp(m.sms[k].to, msisdn) != 0 &&
                !strstr(m.sms[k].text, "LENGKAP"))
                fail_msg("%s:%u: before this line, it rings: %s: %s", s->file, s->line, name_of(msisdn),
                         text);
        if (m.fault[0])
            fail_msg("%s:%u: %s: %s", s->file, s->line, text, m.fault);
        mem_free(&m);
    }
}

/* The question's own value: that which is doubted, else its example. */
static struct slice value_asked(const struct draft *d, bool labelled, struct arena *a)
{
    struct slice example = reply_example(d->form, d->field, a), label = reply_label(d->form, d->field);

    if (d->asking == ASK_VALUE)
        example = arena_printf(a, "%.*s %.*s", SLICE_ARG(label),
                               SLICE_ARG(reply_value(d->form, d->values, d->field, a)));
    return labelled || example.n <= label.n || !slice_ieq(slice_take(example, label.n), label)
               ? example
               : slice_trim(slice_skip(example, label.n));
}

/* A value that is said not to be so is no answer to what asks for it (RULINGS 43).  Words, names among them,
 * are read back, and lists hear a no of their own. */
static void unsay_to(struct script *s, const char *msisdn, const struct draft *d, bool only, struct arena *a)
{
    char text[LINE];

    for (unsigned i = 0; i < idioms(); i++) {
        unsigned seed = seed_of(s, i);
        const char *value = arena_copy(a, value_asked(d, seed & 1, a)).p;
        struct mem_store m;

        int n = only ? 0 : snprintf(text, sizeof text, "%.*s ", SLICE_ARG(d->nomor));

        idiom_unsays(seed, value, text + n, sizeof text - (size_t)n);
        mem_fork(&s->store, &m);
        mem_sms_in(&m, msisdn, text);
        for (unsigned k = 0; k < m.rows_n; k++)
            if (strcmp(m.rows[k].kind, "record") == 0)
                fail_msg("%s:%u: before this line, it is stored: %s: %s\n%s", s->file, s->line,
                         name_of(msisdn), text, m.rows[k].json);
        for (unsigned k = 0; k < m.sms_n; k++)
            if (strcmp(m.sms[k].to, msisdn) != 0)
                fail_msg("%s:%u: before this line, somebody is told: %s: %s\n%s", s->file, s->line,
                         name_of(msisdn), text, m.sms[k].text);
        if (m.fault[0])
            fail_msg("%s:%u: %s: %s", s->file, s->line, text, m.fault);
        mem_free(&m);
    }
}

static void unsay(struct script *s, const char *msisdn)
{
    const struct sender_state *state;
    struct arena a;

    arena_init(&a, ARENA);
    state = drafts_decode(mem_blob(&s->store, SUBJECT_SENDER, slice_of(msisdn)), rules, s->store.now_ms, &a);
    for (unsigned i = 0; msisdn[0] == '+' && state && i < state->drafts_n; i++) {
        const struct draft *d = &state->drafts[i];
        int f = form_field_named(d->form, d->field);
        enum field_type type = f >= 0 ? d->form->fields[f].type : FIELD_COUNTS;

        if (!asking_store(d->asking) && !d->correct && type != FIELD_NAME && type != FIELD_TEXT &&
            type != FIELD_CHOICES)
            unsay_to(s, msisdn, d, state->drafts_n == 1, &a);
    }
    arena_free(&a);
}

static void order(struct script *s, char *text)
{
    char id[32], *blank = strchr(text, ' ');
    const char *account = "", *from = "";

    if (text[0] != '{' && blank) {
        account = text;
        *blank = '\0';
        text = who(s, blank + 1, &from);
    }

    snprintf(id, sizeof id, "order-%u", s->line);
    mem_in(&s->store, &(struct inbound){ .kind = INBOUND_STAFF,
                                         .provider = S("operator"),
                                         .provider_id = slice_of(id),
                                         .from = slice_of(from),
                                         .from_is_msisdn = from[0] != '\0',
                                         .account = slice_of(account),
                                         .text = slice_of(text),
                                         .received_ms = s->store.now_ms });
}

static void begin(struct script *s, int64_t now_ms)
{
    mem_init(&s->store, rules, now_ms);
    s->store.look = starve;
}

static void run_line(struct script *s, char *line)
{
    char text[LINE];
    const char *msisdn;
    char *rest = line + 2;
    int64_t ms;

    switch (line[0]) {
    case '@':
        ms = at_ms(s, rest);
        if (s->store.rules)
            mem_pass(&s->store, ms - s->store.now_ms);
        else
            begin(s, ms);
        return;
    case '>':
        all_expected(s);
        rest = who(s, rest, &msisdn);
        cry_out(s, msisdn);
        cry_idioms(s, msisdn);
        deny(s, msisdn);
        unsay(s, msisdn);
        expand(s, rest, text, sizeof text);
        covered_before(&s->store, msisdn, text);
        mem_sms_in(&s->store, msisdn, text);
        covered_after(&s->store, msisdn);
        return;
    case '*':
        all_expected(s);
        rest = who(s, rest, &msisdn);
        cry_out(s, msisdn);
        expand(s, rest, text, sizeof text);
        type_ussd(s, msisdn, text);
        return;
    case '$':
        all_expected(s);
        expand(s, rest, text, sizeof text);
        order(s, text);
        return;
    case '=':
        expect_page(s, rest);
        covered_screen(&s->store);
        return;
    case '<':
        rest = who(s, rest, &msisdn);
        expect_sms(s, msisdn, rest);
        return;
    case '!':
        expand(s, rest, text, sizeof text);
        expect_row(s, text);
        return;
    case '+':
        all_expected(s);
        if (!duration_parse(slice_of(rest), &ms))
            fail_msg("%s:%u: not a span of time: %s", s->file, s->line, rest);
        mem_pass(&s->store, ms);
        return;
    case '-':
        mem_retire(&s->store, msisdn_of(s, rest));
        return;
    case '^':
        mem_root(&s->store, rest);
        return;
    case '&':
        mem_signal(&s->store, rest);
        return;
    case '~':
        if (strcmp(s->store.reason, rest) != 0)
            fail_msg("%s:%u: counted as %s, not as %s", s->file, s->line, s->store.reason, rest);
        return;
    default:
        fail_msg("%s:%u: a line begins with @ > < * $ = ! - ^ & + ~ or #", s->file, s->line);
    }
}

/* Every script also with too little memory (starve.h). */
static void when_memory_runs_out_nothing_else_is_understood(void **state)
{
    unsigned failed, said;

    (void)state;
    starve_told(&failed, &said);
    print_message("%u allocations failed, %u steps said so, the others came to the same outcome\n", failed,
                  said);
    assert_true(said > 100 && failed >= said);
}

static void run_script(void **state)
{
    struct script s = { .file = *state };
    FILE *f = fopen(s.file, "r");
    char line[LINE];

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        s.line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] && line[0] != '#')
            run_line(&s, line);
    }
    fclose(f);
    all_expected(&s);
    covered_script(&s.store);
    mem_free(&s.store);
}

/* Behind all scripts: what none of them goes through. */
static void everything_has_its_script(void **state)
{
    unsigned n = covered_missing();

    (void)state;
    if (n)
        fail_msg("%u have no dialogue script", n);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_dialog(const struct dirent *d)
{
    return slice_ends(slice_of(d->d_name), ".dialog");
}

int main(void)
{
    struct dirent **files = NULL;
    int n = scandir("tests/dialogs", &files, is_dialog, by_name), failed;
    struct CMUnitTest *tests = calloc((size_t)(n > 0 ? n : 0) + 2, sizeof *tests);

    rules = sample_rules();
    if (!rules || n <= 0) {
        fprintf(stderr, "run from the top folder: no configuration, or no dialogs\n");
        return 1;
    }
    for (int i = 0; i < n; i++) {
        size_t max = strlen(files[i]->d_name) + 16;
        char *path = malloc(max);

        snprintf(path, max, "tests/dialogs/%s", files[i]->d_name);
        tests[i] =
            (struct CMUnitTest){ .name = files[i]->d_name, .test_func = run_script, .initial_state = path };
    }
    tests[n] = (struct CMUnitTest)cmocka_unit_test(everything_has_its_script);
    tests[n + 1] = (struct CMUnitTest)cmocka_unit_test(when_memory_runs_out_nothing_else_is_understood);
    covered_begin(rules);
    failed = _cmocka_run_group_tests("dialogs", tests, (size_t)n + 2, NULL, NULL);
    covered_free();
    for (int i = 0; i < n; i++) {
        free(tests[i].initial_state);
        free(files[i]);
    }
    free(files);
    free(tests);
    sample_free();
    return failed;
}
