/* people.c - `kentongan people`: who may report and who is told.  The gateway that runs holds them; this
 * asks it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/buf.h"
#include "gateway/cmd/cmd.h"
#include "gateway/conf/config.h"
#include "gateway/conf/places.h"
#include "gateway/cmd/ctl_client.h"

enum {
    FILE_ARENA = 64 << 20,
    LINE_MAX_BYTES = 1000,
};

static void usage(FILE *to)
{
    fprintf(to, "Usage: kentongan people [-c FILE] export\n"
                "       kentongan people [-c FILE] import FILE.csv\n"
                "       kentongan people [-c FILE] approve NOMOR\n"
                "       kentongan people [-c FILE] retire NUMBER\n\n"
                "  export    all people as CSV: msisdn,role,name,place,language,active,leader\n"
                "  import    takes each row of such a file; nobody is removed\n"
                "  approve   says yes to a DAFTAR, as SETUJU does by SMS\n"
                "  retire    a number that is no longer hers: told of nothing, taken for nobody\n\n"
                "The gateway must run: people live in its store, people.csv is an import too.\n\n"
                "Example: kentongan people approve 48217\n");
}

/* Row by row: each is taken or refused by itself, and said. */
static int import(const struct sockaddr_un *addr, const char *path)
{
    struct faults faults = { 0 };
    struct person *all = NULL;
    struct arena arena;
    unsigned n = 0, taken = 0;
    int rc;

    arena_init(&arena, FILE_ARENA);
    rc = people_load(path, &arena, &faults, &all, &n);
    for (unsigned i = 0; i < faults.n; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    if (rc != 0)
        fprintf(stderr, "kentongan people: nothing was imported; mend the file first\n");
    for (unsigned i = 0; rc == 0 && i < n; i++) {
        struct buf line;

        buf_init(&line, LINE_MAX_BYTES);
        buf_printf(&line, "people put %.*s,%s,\"%.*s\",%.*s,%.*s,%s,%s", SLICE_ARG(all[i].msisdn),
                   role_name(all[i].role), SLICE_ARG(all[i].name), SLICE_ARG(all[i].place_code),
                   SLICE_ARG(all[i].language), all[i].active ? "yes" : "no", all[i].leader ? "yes" : "no");
        fprintf(stderr, "row %u of %u: ", i + 1, n);
        if (ctl_client_ask(addr, buf_slice(&line)) == 0)
            taken++;
        buf_free(&line);
    }
    if (rc == 0)
        fprintf(stderr, "%u of %u rows taken\n", taken, n);
    faults_free(&faults);
    arena_free(&arena);
    return rc == 0 && taken == n ? 0 : 1;
}

int cmd_people(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *config = config_default_path(), *verb, *what;
    struct buf line;
    int c, rc;

    while ((c = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
        if (c != 'c') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        config = optarg;
    }
    verb = optind < argc ? argv[optind] : "";
    what = optind + 1 < argc ? argv[optind + 1] : "";
    if (optind + (strcmp(verb, "export") == 0 ? 1 : 2) != argc ||
        (strcmp(verb, "export") != 0 && strcmp(verb, "import") != 0 && strcmp(verb, "approve") != 0 &&
         strcmp(verb, "retire") != 0)) {
        usage(stderr);
        return 2;
    }
    if (ctl_client_path(config, &addr) != 0)
        return 1;
    if (strcmp(verb, "import") == 0)
        return import(&addr, what);
    buf_init(&line, LINE_MAX_BYTES);
    buf_printf(&line, "people %s %s", verb, what);
    rc = ctl_client_ask(&addr, slice_trim(buf_slice(&line)));
    buf_free(&line);
    return rc;
}
