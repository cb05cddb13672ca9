/* phone.c - `kentongan phone`: a handset in the terminal, at the emulator door of a running gateway.
 *
 * For trying things out and for scripts; never a way into a gateway that serves real people (the emulator
 * listens on loopback only).  One curl multi handle carries what is typed and, beside it, the wait for
 * incoming SMS; nothing here knows a form. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/cmd/cmd.h"
#include "gateway/conf/config.h"
#include "gateway/conf/csv.h"
#include "gateway/cmd/handset.h"

enum {
    CONFIG_ARENA = 64 << 20,
    LINES_MAX = 1 << 16,
    SHOWN_PEOPLE = 4,
};

static bool first_of_role(const struct handset *p, unsigned at)
{
    for (unsigned i = 0; i < at; i++)
        if (slice_eq(p->people[i].role, p->people[at].role))
            return false;
    return true;
}

/* Role by role; all of one role when it is named, else the first few of each. */
static void show_people(const struct handset *p, const char *role)
{
    for (unsigned r = 0; r < p->people_n; r++) {
        unsigned shown = 0, more = 0;

        if (!first_of_role(p, r) || (role[0] && !slice_is(p->people[r].role, role)))
            continue;
        printf("%.*s:\n", SLICE_ARG(p->people[r].role));
        for (unsigned i = r; i < p->people_n; i++) {
            const struct persona *m = &p->people[i];

            if (!slice_eq(m->role, p->people[r].role))
                continue;
            if (!role[0] && shown == SHOWN_PEOPLE) {
                more++;
                continue;
            }
            shown++;
            printf(" %3u  %-15s %.*s, %.*s%s\n", i + 1, m->msisdn, SLICE_ARG(m->name), SLICE_ARG(m->place),
                   m == p->me ? "   <- you" : "");
        }
        if (more)
            printf("      and %u more: /people %.*s\n", more, SLICE_ARG(p->people[r].role));
    }
}

/* --- what is typed --- */

static struct persona *person_add(struct handset *p, struct slice msisdn)
{
    struct persona *m;

    if (!p->people || p->people_n == p->people_cap)
        return NULL;
    m = &p->people[p->people_n++];
    memset(m, 0, sizeof *m);
    snprintf(m->msisdn, sizeof m->msisdn, "%.*s", SLICE_ARG(msisdn));
    m->role = slice_of("nobody");
    return m;
}

/* By its place in the list, or by number. */
static bool become(struct handset *p, const char *who)
{
    char *end;
    unsigned long at = strtoul(who, &end, 10);
    struct persona *m = NULL;

    if (who[0] != '+' && *end == '\0' && at >= 1 && at <= p->people_n)
        m = &p->people[at - 1];
    for (unsigned i = 0; p->people && i < p->people_n && !m; i++)
        if (strcmp(p->people[i].msisdn, who) == 0)
            m = &p->people[i];
    if (!m && who[0] == '+' && slice_all_digits(slice_of(who + 1)))
        m = person_add(p, slice_of(who));
    if (!m) {
        handset_complain(p, who, "neither a row of `people` nor a number like +6281234567890");
        return false;
    }
    handset_inbox_drop(p);
    p->session[0] = '\0';
    p->me = m;
    return true;
}

static void show_help(void)
{
    printf("  *123#          dial; then each line is what you type on the page\n"
           "  any text       send it as an SMS (inside a dialogue: /sms TEXT)\n"
           "  /people [ROLE] the sample people, by role\n"
           "  /as N          be person N of that list; /as +62... anyone\n"
           "  /inbox         all SMS of this phone again\n"
           "  /wait SECONDS  wait for an SMS (for scripts)\n"
           "  /end           hang up     /quit  leave     /help  this\n");
}

static void wait_sms(struct handset *p, const char *seconds)
{
    uint64_t s = 5;

    if (seconds[0])
        (void)slice_to_u64(slice_of(seconds), &s);
    if (s > 600)
        s = 600;
    p->answer_until_ms = clock_mono_ms() + (int64_t)s * 1000;
}

static void inbox_again(struct handset *p)
{
    handset_inbox_drop(p);
    p->me->seen[0] = '\0';
    p->inbox_after_ms = 0;
    p->answer_until_ms = clock_mono_ms() + 1000;
}

static void carry_out(struct handset *p, const char *line)
{
    const char *arg = line + strcspn(line, " ");
    size_t n = (size_t)(arg - line);

    arg += strspn(arg, " ");
#define IS(word) (n == sizeof(word) - 1 && memcmp(line, word, n) == 0)
    if (IS("/sms"))
        handset_sms(p, arg);
    else if (IS("/people"))
        show_people(p, arg);
    else if (IS("/as") || (IS("as") && (arg[0] == '+' || slice_all_digits(slice_of(arg)))))
        become(p, arg);
    else if (IS("/inbox"))
        inbox_again(p);
    else if (IS("/wait"))
        wait_sms(p, arg);
    else if (IS("/end") && p->session[0])
        handset_ussd(p, "", "end");
    else if (IS("/quit") || (!*arg && (IS("quit") || IS("exit"))))
        p->quit = true;
    else if (line[0] == '/' || IS("help") || IS("?"))
        show_help();
    else if (line[0] == '*' && strchr(line, '#'))
        handset_dial(p, line);
    else if (p->session[0] && line[0])
        handset_ussd(p, line, NULL);
    else if (line[0])
        handset_sms(p, line);
#undef IS
}

/* Takes one line of what stdin brought; false when there is none. */
static bool next_line(struct handset *p, char *line, size_t max)
{
    size_t at = slice_find(buf_slice(&p->lines), '\n');
    struct slice text;

    if (!p->lines.p || (at == (size_t)-1 && !(p->eof && p->lines.n)))
        return false;
    if (at == (size_t)-1)
        at = p->lines.n;
    text = slice_trim(slice_make(p->lines.p, at));
    snprintf(line, max, "%.*s", SLICE_ARG(text));
    at += at < p->lines.n;
    memmove(p->lines.p, p->lines.p + at, p->lines.n - at);
    p->lines.n -= at;
    return true;
}

/* What lay in the inbox before is shown, and is no answer to what comes now; or nobody is there to ask. */
static bool has_looked(const struct handset *p)
{
    return p->tty || p->me->seen[0] || p->inbox_after_ms > 0;
}

static void use(struct handset *p)
{
    char line[2048];

    handset_prompt(p);
    while (!p->quit) {
        bool waiting = clock_mono_ms() < p->answer_until_ms || !has_looked(p);

        if (!(waiting && !p->tty) && next_line(p, line, sizeof line)) {
            if (!p->tty && line[0])
                printf("> %s\n", line);
            carry_out(p, line);
            handset_prompt(p);
            continue;
        }
        if (p->eof && !waiting)
            return;
        handset_turn(p, waiting ? 50 : 1000, !p->eof);
    }
}

/* --- starting --- */

static const char *const columns[] = { "msisdn",    "role",    "name",    "place",
                                       "?language", "?active", "?leader", NULL };

static void load_people(struct handset *p, const struct config *c)
{
    struct faults faults = { 0 };
    struct csv csv = { 0 };

    if (csv_load(c->people.p, columns, &p->arena, &faults, &csv) != 0)
        csv.n = 0; /* the gateway complains; a handset can do without */
    faults_free(&faults);
    p->people_cap = csv.n + 64;
    p->people = ARENA_ARRAY(&p->arena, struct persona, p->people_cap);
    for (unsigned i = 0; p->people && i < csv.n; i++) {
        struct persona *m = person_add(p, csv.rows[i].cells[0]);

        m->role = csv.rows[i].cells[1];
        m->name = csv.rows[i].cells[2];
        m->place = csv.rows[i].cells[3];
    }
}

static bool set_up(struct handset *p, const char *path, const char *url)
{
    struct faults faults = { 0 };
    const struct config *c = config_load(path, &p->arena, &faults);

    for (unsigned i = 0; !c && i < faults.n; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    faults_free(&faults);
    if (!c)
        return false;
    for (unsigned i = 0; i < c->providers_n && !p->provider[0]; i++)
        if (slice_is(c->providers[i].dialect, "emulator"))
            snprintf(p->provider, sizeof p->provider, "%.*s", SLICE_ARG(c->providers[i].name));
    if (!p->provider[0]) {
        fprintf(stderr,
                "%s: no provider of the dialect emulator, which the handset needs; add\n"
                "  providers:\n    emulator: {dialect: emulator}\n",
                path);
        return false;
    }
    snprintf(p->short_code, sizeof p->short_code, "%.*s", SLICE_ARG(c->short_code));
    if (url)
        snprintf(p->url, sizeof p->url, "%s", url);
    else
        snprintf(p->url, sizeof p->url, "http://%.*s:%u", SLICE_ARG(c->listen.host), c->listen.port);
    load_people(p, c);
    return p->people != NULL;
}

static void usage(FILE *to)
{
    fprintf(
        to,
        "Usage: kentongan phone [-c FILE] [--as NUMBER] [--url URL]\n\n"
        "A handset in the terminal, at the emulator door of the gateway that runs on this configuration.\n"
        "Lines may come from a pipe: each waits for the answer to the one before.\n\n");
    fflush(to);
    fprintf(to, "  --as NUMBER   whose phone: +62..., or a row of /people (default: the first kader)\n"
                "  --url URL     where the gateway listens (default: `listen` of the configuration)\n\n"
                "Example: echo 'TIMBANG Siti P 14bl 9,2 76' | kentongan phone --as 1\n");
}

int cmd_phone(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "as", required_argument, NULL, 'a' },
                                             { "url", required_argument, NULL, 'u' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct handset p = { .tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) };
    const char *path = config_default_path(), *as = NULL, *url = NULL;
    int c;

    while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (c == 'c')
            path = optarg;
        else if (c == 'a')
            as = optarg;
        else if (c == 'u')
            url = optarg;
        else {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    arena_init(&p.arena, CONFIG_ARENA);
    buf_init(&p.lines, LINES_MAX);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    p.multi = curl_multi_init();
    if (!p.multi || !set_up(&p, path, url) || !become(&p, as ? as : "1")) {
        p.failed = true;
    } else {
        printf("This is the phone of %s%s%.*s. /help tells what it can do.\n", p.me->msisdn,
               p.me->name.n ? ", " : "", SLICE_ARG(p.me->name));
        use(&p);
    }
    handset_inbox_drop(&p);
    curl_multi_cleanup(p.multi);
    curl_global_cleanup();
    buf_free(&p.lines);
    arena_free(&p.arena);
    return p.failed;
}
