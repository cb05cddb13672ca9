/* cmd_phone.c - `kentongan phone`: a handset in the terminal, at the emulator door of a running gateway.
 *
 * For trying things out and for scripts; never a way into a gateway that serves real people (the emulator
 * listens on loopback only).  One curl multi handle carries what is typed and, beside it, the wait for
 * incoming SMS; nothing here knows a form. */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/base/rnd.h"
#include "gateway/cmd.h"
#include "gateway/conf/config.h"
#include "gateway/conf/csv.h"

enum {
    CONFIG_ARENA = 64 << 20,
    BODY_MAX = 1 << 20,
    LINES_MAX = 1 << 16,
    INBOX_WAIT_S = 20,
    ANSWER_WAIT_MS = 5000, /* a script's next line waits so long for the answer to an SMS */
    REQUEST_S = 15,
    SHOWN_PEOPLE = 4,
};

/* Someone whose phone this is; the sample people of the configuration, and whoever --as named. */
struct persona {
    char msisdn[24];
    struct slice role, name, place;
    char seen[64]; /* id of the last SMS shown */
};

struct reply {
    struct buf body;
    long status;
    bool done, failed;
    char why[CURL_ERROR_SIZE];
};

struct phone {
    struct arena arena;
    CURLM *multi;
    char url[160];     /* http://127.0.0.1:7080 */
    char provider[64]; /* of the dialect emulator */
    char short_code[16];
    struct persona *people;
    unsigned people_n, people_cap;
    struct persona *me;
    char session[40]; /* empty: no USSD dialogue is open */
    char code[64];
    CURL *inbox;
    struct reply inbox_reply;
    int64_t inbox_after_ms; /* when the inbox is asked next, after a failure */
    int64_t answer_until_ms;
    struct buf lines; /* of stdin, not yet carried out */
    bool tty, eof, quit, failed;
};

/* --- showing --- */

static void show(const struct phone *p, const char *colour, const char *head, const char *text, size_t n)
{
    if (p->tty)
        printf("\r\033[K\033[%sm%s\033[0m%.*s\n", colour, head, (int)n, text);
    else
        printf("%s%.*s\n", head, (int)n, text);
}

static void prompt(const struct phone *p)
{
    if (p->tty)
        printf("%s %s ", p->me->msisdn, p->session[0] ? "USSD>" : ">");
    fflush(stdout);
}

static void complain(struct phone *p, const char *what, const char *why)
{
    p->failed = true;
    fprintf(stderr, "phone: %s: %s\n", what, why);
}

/* A USSD page, line by line. */
static void show_page(const struct phone *p, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");

        show(p, "36", "| ", text, n);
        text += n + (text[n] == '\n');
    }
}

static bool first_of_role(const struct phone *p, unsigned at)
{
    for (unsigned i = 0; i < at; i++)
        if (slice_eq(p->people[i].role, p->people[at].role))
            return false;
    return true;
}

/* Role by role; all of one role when it is named, else the first few of each. */
static void show_people(const struct phone *p, const char *role)
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

/* --- requests --- */

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
    struct reply *r = arg;

    buf_add(&r->body, slice_make(bytes, size * n));
    return r->body.failed ? 0 : n;
}

static CURL *request(struct reply *r, const char *url, const char *form, long seconds)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        return NULL;
    buf_init(&r->body, BODY_MAX);
    r->done = r->failed = false;
    r->why[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (form)
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, form);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->why);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    return easy;
}

/* name=value of a form, escaped; appended to b. */
static void form_add(struct buf *b, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, (int)strlen(value));

    buf_printf(b, "%s%s=%s", b->n ? "&" : "", name, escaped ? escaped : "");
    curl_free(escaped);
}

static void inbox_ask(struct phone *p, int wait_s);
static void inbox_take(struct phone *p);

/* One turn: bytes to and from the gateway, and stdin into p->lines when wanted. */
static void turn(struct phone *p, int wait_ms, bool with_stdin)
{
    struct curl_waitfd in = { .fd = STDIN_FILENO, .events = CURL_WAIT_POLLIN };
    int running, left;
    CURLMsg *m;

    fflush(stdout);
    curl_multi_perform(p->multi, &running);
    while ((m = curl_multi_info_read(p->multi, &left))) {
        struct reply *r = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &r->status);
        r->failed = m->data.result != CURLE_OK;
        r->done = true;
        wait_ms = 0;
    }
    if (p->inbox && p->inbox_reply.done)
        inbox_take(p);
    if (!p->inbox && clock_mono_ms() >= p->inbox_after_ms)
        inbox_ask(p, p->me->seen[0] ? INBOX_WAIT_S : 0);
    curl_multi_poll(p->multi, &in, with_stdin ? 1 : 0, wait_ms, NULL);
    if (with_stdin && in.revents) {
        char part[4096];
        ssize_t n = read(STDIN_FILENO, part, sizeof part);

        if (n > 0)
            buf_add(&p->lines, slice_make(part, (size_t)n));
        else if (n == 0 || errno != EINTR)
            p->eof = true;
    }
}

/* Sends and waits.  False, and said so, when it failed. */
static bool ask(struct phone *p, const char *path, const struct buf *form, struct reply *r)
{
    char url[320];
    CURL *easy;
    bool good;

    snprintf(url, sizeof url, "%s%s", p->url, path);
    easy = request(r, url, form->p, REQUEST_S);
    if (!easy)
        return false;
    curl_multi_add_handle(p->multi, easy);
    while (!r->done)
        turn(p, 1000, false);
    curl_multi_remove_handle(p->multi, easy);
    curl_easy_cleanup(easy);
    good = !r->failed && r->status == 200;
    p->failed = p->failed || !good;
    if (r->failed)
        fprintf(stderr, "phone: %s; is the gateway running (make run)?\n", r->why[0] ? r->why : "no answer");
    else if (!good)
        complain(p, "the gateway refused", r->body.p ? r->body.p : "no reason given");
    return good;
}

/* --- SMS --- */

static void inbox_ask(struct phone *p, int wait_s)
{
    struct buf b;
    char url[512];

    buf_init(&b, sizeof url);
    form_add(&b, "msisdn", p->me->msisdn);
    if (p->me->seen[0])
        form_add(&b, "after", p->me->seen);
    snprintf(url, sizeof url, "%s/emulator/inbox?%s&wait=%d", p->url, b.p ? b.p : "", wait_s);
    buf_free(&b);
    p->inbox = request(&p->inbox_reply, url, NULL, wait_s + REQUEST_S);
    if (p->inbox)
        curl_multi_add_handle(p->multi, p->inbox);
}

static void inbox_drop(struct phone *p)
{
    if (!p->inbox)
        return;
    curl_multi_remove_handle(p->multi, p->inbox);
    curl_easy_cleanup(p->inbox);
    buf_free(&p->inbox_reply.body);
    p->inbox = NULL;
}

static void show_sms(struct phone *p, const json_t *sms)
{
    const json_t *id = json_object_get(sms, "id");
    const char *text = json_string_value(json_object_get(sms, "text"));

    if (json_is_string(id))
        snprintf(p->me->seen, sizeof p->me->seen, "%s", json_string_value(id));
    else
        snprintf(p->me->seen, sizeof p->me->seen, "%lld", (long long)json_integer_value(id));
    if (!text)
        return;
    show(p, "32", "SMS: ", text, strlen(text));
    p->answer_until_ms = 0;
}

static void inbox_take(struct phone *p)
{
    struct reply *r = &p->inbox_reply;
    json_t *all =
        r->failed || r->status != 200 ? NULL : json_loadb(r->body.p ? r->body.p : "", r->body.n, 0, NULL);
    size_t i;
    json_t *sms;

    /* A gateway that is away is asked again; it may be starting. */
    p->inbox_after_ms = all ? 0 : clock_mono_ms() + 1000;
    if (!p->me->seen[0] && all)
        snprintf(p->me->seen, sizeof p->me->seen, "0");
    json_array_foreach(all, i, sms) show_sms(p, sms);
    if (json_array_size(all) > 0)
        prompt(p);
    json_decref(all);
    inbox_drop(p);
}

static void send_sms(struct phone *p, const char *text)
{
    struct buf form;
    struct reply r;
    char id[32], path[96];

    snprintf(id, sizeof id, "phone-%016llx", (unsigned long long)rnd_u64());
    snprintf(path, sizeof path, "/sms/%s", p->provider);
    buf_init(&form, LINES_MAX * 3);
    form_add(&form, "id", id);
    form_add(&form, "from", p->me->msisdn);
    form_add(&form, "to", p->short_code);
    form_add(&form, "text", text);
    p->answer_until_ms = clock_mono_ms() + ANSWER_WAIT_MS;
    if (!ask(p, path, &form, &r))
        p->answer_until_ms = 0;
    buf_free(&r.body);
    buf_free(&form);
}

/* --- USSD --- */

static void ussd(struct phone *p, const char *text, const char *op)
{
    struct buf form;
    struct reply r;
    char path[96];

    snprintf(path, sizeof path, "/ussd/%s", p->provider);
    buf_init(&form, LINES_MAX * 3);
    form_add(&form, "session", p->session);
    form_add(&form, "from", p->me->msisdn);
    form_add(&form, "code", p->code);
    form_add(&form, "text", text);
    if (op)
        form_add(&form, "op", op);
    if (ask(p, path, &form, &r) && !op && r.body.n > 4) {
        show_page(p, r.body.p + 4);
        if (memcmp(r.body.p, "CON ", 4) != 0) {
            show(p, "2", "(ended)", "", 0);
            p->session[0] = '\0';
        }
    } else {
        p->session[0] = '\0';
    }
    buf_free(&r.body);
    buf_free(&form);
}

static void dial(struct phone *p, const char *code)
{
    snprintf(p->session, sizeof p->session, "phone-%016llx", (unsigned long long)rnd_u64());
    snprintf(p->code, sizeof p->code, "%.60s", code);
    ussd(p, "", NULL);
}

/* --- what is typed --- */

static struct persona *person_add(struct phone *p, struct slice msisdn)
{
    struct persona *m;

    if (p->people_n == p->people_cap)
        return NULL;
    m = &p->people[p->people_n++];
    memset(m, 0, sizeof *m);
    snprintf(m->msisdn, sizeof m->msisdn, "%.*s", SLICE_ARG(msisdn));
    m->role = slice_of("nobody");
    return m;
}

/* By its place in the list, or by number. */
static bool become(struct phone *p, const char *who)
{
    char *end;
    unsigned long at = strtoul(who, &end, 10);
    struct persona *m = NULL;

    if (who[0] != '+' && *end == '\0' && at >= 1 && at <= p->people_n)
        m = &p->people[at - 1];
    for (unsigned i = 0; !m && i < p->people_n; i++)
        if (strcmp(p->people[i].msisdn, who) == 0)
            m = &p->people[i];
    if (!m && who[0] == '+' && slice_all_digits(slice_of(who + 1)))
        m = person_add(p, slice_of(who));
    if (!m) {
        complain(p, who, "neither a row of `people` nor a number like +6281234567890");
        return false;
    }
    inbox_drop(p);
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

static void wait_sms(struct phone *p, const char *seconds)
{
    uint64_t s = 5;

    if (seconds[0])
        (void)slice_to_u64(slice_of(seconds), &s);
    if (s > 600)
        s = 600;
    p->answer_until_ms = clock_mono_ms() + (int64_t)s * 1000;
}

static void inbox_again(struct phone *p)
{
    inbox_drop(p);
    p->me->seen[0] = '\0';
    p->inbox_after_ms = 0;
    p->answer_until_ms = clock_mono_ms() + 1000;
}

static void carry_out(struct phone *p, const char *line)
{
    const char *arg = line + strcspn(line, " ");
    size_t n = (size_t)(arg - line);

    arg += strspn(arg, " ");
#define IS(word) (n == sizeof(word) - 1 && memcmp(line, word, n) == 0)
    if (IS("/sms"))
        send_sms(p, arg);
    else if (IS("/people"))
        show_people(p, arg);
    else if (IS("/as") || (IS("as") && (arg[0] == '+' || slice_all_digits(slice_of(arg)))))
        become(p, arg);
    else if (IS("/inbox"))
        inbox_again(p);
    else if (IS("/wait"))
        wait_sms(p, arg);
    else if (IS("/end") && p->session[0])
        ussd(p, "", "end");
    else if (IS("/quit") || (!*arg && (IS("quit") || IS("exit"))))
        p->quit = true;
    else if (line[0] == '/' || IS("help") || IS("?"))
        show_help();
    else if (line[0] == '*' && strchr(line, '#'))
        dial(p, line);
    else if (p->session[0] && line[0])
        ussd(p, line, NULL);
    else if (line[0])
        send_sms(p, line);
#undef IS
}

/* Takes one line of what stdin brought; false when there is none. */
static bool next_line(struct phone *p, char *line, size_t max)
{
    size_t at = p->lines.p ? slice_find(buf_slice(&p->lines), '\n') : (size_t)-1;
    struct slice text;

    if (at == (size_t)-1 && !(p->eof && p->lines.n))
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

static void use(struct phone *p)
{
    char line[2048];

    prompt(p);
    while (!p->quit) {
        bool waiting = clock_mono_ms() < p->answer_until_ms;

        if (!(waiting && !p->tty) && next_line(p, line, sizeof line)) {
            if (!p->tty && line[0])
                printf("> %s\n", line);
            carry_out(p, line);
            prompt(p);
            continue;
        }
        if (p->eof && !waiting)
            return;
        turn(p, waiting ? 50 : 1000, !p->eof);
    }
}

/* --- starting --- */

static const char *const columns[] = { "msisdn",    "role",    "name",    "place",
                                       "?language", "?active", "?leader", NULL };

static void load_people(struct phone *p, const struct config *c)
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

static bool set_up(struct phone *p, const char *path, const char *url)
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
    struct phone p = { .tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) };
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
    inbox_drop(&p);
    curl_multi_cleanup(p.multi);
    curl_global_cleanup();
    buf_free(&p.lines);
    arena_free(&p.arena);
    return p.failed;
}
