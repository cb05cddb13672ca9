/* card.c - `kentongan card`: the pocket card of a role as HTML on stdout (flows/print/card.h).  Changes
 * nothing, opens no connection. */
#include <getopt.h>
#include <stdio.h>

#include "flows/print/card.h"
#include "flows/ruleset.h"
#include "gateway/cmd/cmd.h"

enum {
    CARD_BYTES = 1 << 20,
    CARD_ARENA = 4 << 20,
};

static void usage(FILE *to)
{
    fprintf(to,
            "Usage: kentongan card [-c FILE] [--role ROLE]\n\n"
            "Prints the pocket card (kartu saku) of a role as HTML: one sheet of A4, landscape, both sides, "
            "folded\n"
            "into four.  It is made from the forms, texts, menus and numbers of the configuration.\n\n"
            "  -c FILE       configuration (default ./config/kentongan.yaml, else "
            "/etc/kentongan/kentongan.yaml)\n"
            "  --role ROLE   kader (default), bidan, puskesmas, rs, kades, camat or dinkes\n\n"
            "Example: kentongan card > kartu.html   (open it in a browser and print: A4, landscape, both "
            "sides)\n");
}

static int print_card(const struct ruleset *set, enum role role)
{
    struct arena arena;
    struct buf out;
    int rc = 0;

    arena_init(&arena, CARD_ARENA);
    buf_init(&out, CARD_BYTES);
    card_write(&out, set, role, &arena);
    if (out.failed || arena.failed) {
        fprintf(stderr, "kentongan card: the forms do not fit into %d bytes\n", (int)CARD_BYTES);
        rc = 1;
    } else if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0) {
        perror("kentongan card: stdout");
        rc = 1;
    }
    buf_free(&out);
    arena_free(&arena);
    return rc;
}

static int card(const char *path, enum role role)
{
    struct faults faults = { 0 };
    struct arena arena;
    const struct config *c;
    struct ruleset *set;
    int rc = 1;

    arena_init(&arena, RULESET_ARENA);
    c = config_load(path, &arena, &faults);
    set = c ? ruleset_load(c, &arena, &faults) : NULL;
    if (set)
        rc = print_card(set, role);
    for (unsigned i = 0; i < faults.n && !set; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    ruleset_free(set);
    faults_free(&faults);
    arena_free(&arena);
    return rc;
}

int cmd_card(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "role", required_argument, NULL, 'r' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    const char *path = config_default_path();
    enum role role = ROLE_KADER;
    int c;

    while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (c == 'c') {
            path = optarg;
        } else if (c != 'r') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        } else if (!role_parse(slice_of(optarg), &role)) {
            fprintf(stderr, "kentongan card: \"%s\" is no role; kentongan card --help lists them\n", optarg);
            return 2;
        }
    }
    if (optind != argc) {
        fprintf(stderr, "kentongan card: \"%s\" is no option; the file goes behind -c\n", argv[optind]);
        return 2;
    }
    return card(path, role);
}
