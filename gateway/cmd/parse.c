/* parse.c - `kentongan parse`: the understanding of SMS on the command line (SPEC 2.6).
 *
 * One body a line on stdin, one JSON object a line on stdout.  No Redis, no network, no history. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flows/preview.h"
#include "flows/print/understanding_json.h"
#include "flows/ruleset.h"
#include "flows/understand/understanding.h"
#include "gateway/base/clock.h"
#include "gateway/cmd/cmd.h"
#include "parsers/text.h"

enum {
    MESSAGE_ARENA = 8 << 20,
    LINE_OUT = 1 << 20,
};

static const char help[] =
    "Usage: kentongan parse [-c FILE] [--from MSISDN] [--at RFC3339]\n"
    "\n"
    "Reads one SMS body per line on stdin (a newline inside a body is written \\n) and writes, for each, "
    "one\n"
    "JSON object with what was understood and what would be answered.  Nothing is stored or sent.\n"
    "\n"
    "  -c FILE         configuration (default ./config/kentongan.yaml, else /etc/kentongan/kentongan.yaml)\n"
    "  --from MSISDN   the sender; the answer depends on who it is, understanding does not (default: a "
    "kader)\n"
    "  --at RFC3339    the time of receipt, for `kemarin` and the like (default: now)\n"
    "\n"
    "Example: echo 'TIMBANG Siti P 14bl 9,2 76' | kentongan parse --at 2026-11-21T09:00:00+07:00\n";

/* `\n` in a line stands for a newline of the body. */
static struct slice unescape(char *line, size_t n)
{
    size_t out = 0;

    for (size_t i = 0; i < n; i++) {
        if (line[i] == '\\' && i + 1 < n && line[i + 1] == 'n') {
            line[out++] = '\n';
            i++;
        } else {
            line[out++] = line[i];
        }
    }
    return (struct slice){ .p = line, .n = out };
}

struct previewing {
    const struct ruleset *rs;
    struct slice from;
    int64_t at_ms;
    struct arena *arena;
};

static struct slice preview(void *arg, const struct said *part)
{
    const struct previewing *p = arg;

    return flow_preview(p->rs, p->from, part, p->at_ms, p->arena);
}

static int parse_stdin(const struct ruleset *rs, struct slice from, int64_t at_ms)
{
    struct arena arena;
    struct buf out;
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    struct previewing previewing = { rs, from, at_ms, &arena };
    const struct reply_source source = { preview, &previewing };

    arena_init(&arena, MESSAGE_ARENA);
    buf_init(&out, LINE_OUT);
    while ((n = getline(&line, &cap, stdin)) >= 0) {
        struct said said;
        struct slice body;

        if (n > 0 && line[n - 1] == '\n')
            n--;
        body = text_valid_utf8(unescape(line, (size_t)n), &arena);
        if (!understand_sms(rs, body, at_ms, &arena, &said))
            said = (struct said){ 0 };
        understanding_json(&out, rs, &said, &source, &arena);
        buf_char(&out, '\n');
        fwrite(out.p, 1, out.n, stdout);
        buf_clear(&out);
        arena_reset(&arena);
    }
    free(line);
    buf_free(&out);
    arena_free(&arena);
    return ferror(stdin) || fflush(stdout) != 0 ? 1 : 0;
}

static struct ruleset *load(const char *path, struct arena *a)
{
    struct faults faults = { 0 };
    struct config *config = config_load(path ? path : config_default_path(), a, &faults);
    struct ruleset *rs = config ? ruleset_load(config, a, &faults) : NULL;

    for (unsigned i = 0; i < faults.n && !rs; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    if (!rs)
        fprintf(stderr, "kentongan parse: no configuration could be loaded; name one with -c FILE\n");
    faults_free(&faults);
    return rs;
}

int cmd_parse(int argc, char **argv)
{
    struct slice from = slice_make("", 0);
    const char *path = NULL;
    int64_t at_ms = (int64_t)time(NULL) * 1000;
    struct arena arena;
    struct ruleset *rs;
    int rc;

    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (strcmp(argv[i], "-c") == 0 && more) {
            path = argv[++i];
        } else if (strcmp(argv[i], "--from") == 0 && more) {
            from = slice_of(argv[++i]);
        } else if (strcmp(argv[i], "--at") == 0 && more) {
            if (!text_rfc3339(slice_of(argv[++i]), &at_ms)) {
                fprintf(stderr, "kentongan parse: --at wants a time like 2026-11-21T09:00:00+07:00\n");
                return 2;
            }
        } else {
            fprintf(stderr, "kentongan parse: what is '%s'?  kentongan parse --help tells\n", argv[i]);
            return 2;
        }
    }
    arena_init(&arena, RULESET_ARENA);
    rs = load(path, &arena);
    rc = rs ? parse_stdin(rs, from, at_ms) : 1;
    ruleset_free(rs);
    arena_free(&arena);
    return rc;
}
