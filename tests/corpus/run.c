/* run.c - the labelled messages (the TSV files beside it) against the understanding: right, false accepts and
 * needless questions, per form.  `--speed` prints parsed messages a second on one core instead.
 *
 * A line as tests/support/labelled.h says; what the fifth cell asks is the understanding's emergency flag.
 * Status `emergency` or `quiet` asks only whether the message rings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flows/ruleset.h"
#include "flows/understand/understanding.h"
#include "gateway/conf/config.h"
#include "parsers/text.h"
#include "tests/support/labelled.h"

enum {
    FORMS = 48
};

struct tally {
    char name[24];
    unsigned total, right, false_accepts, needless;
};

static struct labelled rows[LABELLED_MAX];
static unsigned rows_n;
static struct tally tallies[FORMS];
static unsigned tallies_n;

static struct tally *tally_of(const char *form)
{
    unsigned i = 0;

    if (!*form)
        form = "(none, many)";
    while (i < tallies_n && strcmp(tallies[i].name, form) != 0)
        i++;
    if (i == FORMS)
        abort();
    if (i == tallies_n)
        snprintf(tallies[tallies_n++].name, sizeof tallies[0].name, "%s", form);
    return &tallies[i];
}

static void show(struct buf *b, const struct value *v)
{
    buf_clear(b);
    if (v->kind == VALUE_TEXT)
        buf_add(b, v->text);
    else if (v->kind == VALUE_NUMBER)
        number_print(b, v->milli, '.');
    for (unsigned i = 0; v->kind == VALUE_LIST && i < v->n; i++) {
        buf_str(b, i ? "+" : "");
        buf_add(b, v->items[i]);
    }
}

static bool field_is(const struct report *r, const char *name, const char *want, struct buf *b)
{
    const struct value *v = report_value(r, name);

    buf_clear(b);
    if (v)
        show(b, v);
    for (unsigned f = 0; !v && f < r->form->fields_n; f++)
        for (unsigned i = 0; r->values[f].kind == VALUE_COUNTS && i < r->values[f].n; i++) {
            if (!slice_is(r->values[f].items[i], name))
                continue;
            if (strcmp(name, "nihil") == 0)
                buf_str(b, "true");
            else
                number_print(b, r->values[f].counts[i], '.');
        }
    return slice_is(buf_slice(b), want) || (b->n == 0 && !*want);
}

static bool command_field_is(const struct command *c, const char *name, const char *want, struct buf *b)
{
    struct slice s = { 0 };

    if (strcmp(name, "nomor") == 0)
        s = c->nomor;
    else if (strcmp(name, "catatan") == 0)
        s = c->catatan;
    else if (strcmp(name, "arg") == 0)
        s = c->arg;
    else if (strcmp(name, "nama") == 0)
        s = c->nama;
    else if (strcmp(name, "kode") == 0)
        s = c->kode;
    else if (strcmp(name, "nik") == 0)
        s = c->nik;
    for (unsigned i = 0; i < c->corrected_n; i++)
        if (slice_is(c->corrected[i].field, name)) {
            show(b, &c->corrected[i].value);
            s = buf_slice(b);
        }
    return slice_is(s, want) || (s.n == 0 && !*want);
}

static bool fields_right(const struct said *said, const char *expect)
{
    char *copy = strdup(expect), *rest = copy, *pair;
    struct buf b;
    bool right = true;

    buf_init(&b, 4096);
    while (right && (pair = strsep(&rest, ";"))) {
        char *value = strchr(pair, '=');

        if (!value || strncmp(pair, "never", 5) == 0)
            continue;
        *value++ = '\0';
        right = said->kind == SAID_COMMAND ? command_field_is(&said->command, pair, value, &b)
                                           : field_is(&said->reports[0], pair, value, &b);
    }
    buf_free(&b);
    free(copy);
    return right;
}

/* One of `a|b|c`. */
static bool one_of(struct slice all, struct slice word)
{
    while (all.n)
        if (slice_eq(slice_cut(&all, '|'), word))
            return true;
    return false;
}

static bool error_right(enum report_error error, struct slice field, const char *expect)
{
    struct slice code = slice_of(report_error_name(error)), want = slice_of(expect);

    if (!slice_starts(want, code.p))
        return false;
    want = slice_skip(want, code.n);
    if (want.n == 0)
        return field.n == 0;
    if (want.p[0] != ':')
        return false;
    return one_of(slice_skip(want, 1), field);
}

/* accepted, confirm, rejected, command, many */
static const char *status_of(const struct said *said)
{
    if (said->next)
        return "many";
    if (said->kind == SAID_NOTHING)
        return "rejected";
    if (said->turned.why)
        return said->turned.why == TURNED_ASK ? "confirm" : "rejected";
    if (said->kind == SAID_COMMAND)
        return said->command.status == REPORT_ACCEPTED ? "command" : "rejected";
    return said->reports_n > 1 ? "many" : report_status_name(said->reports[0].status);
}

/* timbang+kasus+status: the forms and commands, in their order. */
static bool many_right(const struct said *said, const char *expect)
{
    char got[256] = "";

    for (const struct said *part = said; part; part = part->next) {
        if (part->kind == SAID_COMMAND)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", *got ? "+" : "",
                     command_name(part->command.kind));
        for (unsigned i = 0; i < part->reports_n; i++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", *got ? "+" : "",
                     SLICE_ARG(part->reports[i].form->name));
    }
    return strcmp(got, expect) == 0;
}

/* The form of `a|b` statuses is that of the accepted reading. */
static bool form_right(const struct labelled *r, struct slice form, bool taken)
{
    if (strcmp(r->form, "-") == 0)
        return form.n == 0;
    return slice_is(form, r->form) || (form.n == 0 && !*r->form) || (!taken && strchr(r->status, '|'));
}

static bool told_right(const struct labelled *r, const struct said *said)
{
    return strcmp(r->told, "E1") == 0 ? said_rings(said) : strcmp(r->told, "-") != 0 || !said_rings(said);
}

static bool is_right(const struct labelled *r, const struct said *said, const char *status)
{
    struct slice form = { 0 };
    bool taken = strcmp(status, "accepted") == 0 || strcmp(status, "command") == 0;

    if (!one_of(slice_of(r->status), slice_of(status)) || !told_right(r, said))
        return false;
    if (strcmp(status, "many") == 0)
        return many_right(said, r->expect);
    if (said->kind == SAID_COMMAND && !said->turned.why)
        form = slice_of(command_name(said->command.kind));
    else if (said->kind == SAID_REPORTS)
        form = said->reports[0].form->name;
    if (!form_right(r, form, taken))
        return false;
    if (strcmp(r->expect, "never=1") == 0)
        return !taken;
    if (taken || (strcmp(status, "confirm") == 0 && strchr(r->expect, '=') && said->kind == SAID_REPORTS))
        return fields_right(said, r->expect);
    if (!*r->expect || strchr(r->expect, '='))
        return true;
    if (said->turned.why == TURNED_ASK)
        return error_right(ERROR_AMBIGUOUS, S("nomor"), r->expect);
    if (said->kind == SAID_NOTHING || said->kind == SAID_TURNED)
        return strcmp(r->expect, "unknown_keyword") == 0;
    if (said->kind == SAID_COMMAND)
        return error_right(said->command.error, said->command.error_field, r->expect);
    return error_right(said->reports[0].error, said->reports[0].error_field, r->expect);
}

/* A missed alarm counts as a false accept, a needless one as a needless question. */
static bool judge_ring(const struct labelled *r, const struct said *said)
{
    bool wanted = strcmp(r->status, "emergency") == 0;
    struct tally *t;

    if (!wanted && strcmp(r->status, "quiet") != 0)
        return false;
    t = tally_of("(alarm)");
    t->total++;
    if (said_rings(said) == wanted) {
        t->right++;
        return true;
    }
    printf("WRONG %s: %s\n", wanted ? "(silent)" : "(rings)", r->line);
    t->false_accepts += wanted;
    t->needless += !wanted;
    return true;
}

static void judge(const struct labelled *r, const struct said *said)
{
    const char *status = status_of(said);
    bool taken =
        strcmp(status, "accepted") == 0 || strcmp(status, "command") == 0 || strcmp(status, "many") == 0;
    bool wanted = !strstr(r->expect, "never=1") &&
                  (one_of(slice_of(r->status), S("accepted")) || one_of(slice_of(r->status), S("command")) ||
                   strcmp(r->status, "many") == 0);
    struct tally *t;

    if (judge_ring(r, said))
        return;
    t = tally_of(r->form);
    t->total++;
    if (is_right(r, said, status)) {
        t->right++;
        return;
    }
    printf("WRONG %s%s: %s\n", taken ? "(accepted)" : status, said_rings(said) ? ", rings" : "", r->line);
    if (taken)
        t->false_accepts++;
    else if (wanted)
        t->needless++;
}

static int summary(void)
{
    struct tally all = { .name = "all" };

    printf("%-14s %6s %6s %14s %18s\n", "form", "rows", "right", "false accepts", "needless questions");
    for (unsigned i = 0; i < tallies_n; i++) {
        const struct tally *t = &tallies[i];

        printf("%-14s %6u %6u %14u %18u\n", t->name, t->total, t->right, t->false_accepts, t->needless);
        all.total += t->total;
        all.right += t->right;
        all.false_accepts += t->false_accepts;
        all.needless += t->needless;
    }
    printf("%-14s %6u %6u %14u %18u\n", all.name, all.total, all.right, all.false_accepts, all.needless);
    return all.right == all.total && all.total > 0 ? 0 : 1;
}

static void speed(const struct ruleset *rs, int64_t at)
{
    struct arena a;
    struct said said;
    struct timespec from, to;
    unsigned long done = 0;
    double s;

    arena_init(&a, 4 << 20);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    do {
        for (unsigned i = 0; i < rows_n; i++) {
            (void)!understand_sms(rs, rows[i].text, at, &a, &said);
            arena_reset(&a);
            done++;
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    } while (s < 2);
    printf("%.0f messages/s on one core, over the corpus\n", (double)done / s);
    arena_free(&a);
}

int main(int argc, char **argv)
{
    struct faults faults = { 0 };
    struct arena conf, a;
    struct config *config;
    struct ruleset *rs;
    bool fast = false;
    int64_t at = 0;
    int rc = 0;

    arena_init(&conf, RULESET_ARENA);
    config = config_load("config/kentongan.yaml", &conf, &faults);
    rs = config ? ruleset_load(config, &conf, &faults) : NULL;
    for (unsigned i = 0; i < faults.n && !rs; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    if (!rs || !text_rfc3339(slice_of("2026-11-21T09:00:00+07:00"), &at))
        return 2;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--speed") == 0)
            fast = true;
        else
            labelled_read(argv[i], rows, &rows_n);
    }
    if (fast) {
        speed(rs, at);
    } else {
        arena_init(&a, 4 << 20);
        for (unsigned i = 0; i < rows_n; i++) {
            struct said said;

            if (!understand_sms(rs, rows[i].text, at, &a, &said))
                abort();
            judge(&rows[i], &said);
            arena_reset(&a);
        }
        arena_free(&a);
        rc = summary();
    }
    labelled_free(rows, rows_n);
    ruleset_free(rs);
    arena_free(&conf);
    faults_free(&faults);
    return rc;
}
