/* check.c - `kentongan check`: every fault of a configuration with its place, or what it holds; and the
 * annotated defaults.  Changes nothing, opens no connection. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "flows/ruleset.h"
#include "flows/print/tables.h"
#include "flows/ussd/ussd.h"
#include "gateway/cmd/cmd.h"
#include "gateway/conf/geo.h"
#include "gateway/conf/rules.h"
#include "gateway/conf/texts.h"
#include "gateway/district/sink.h"

static void usage(FILE *to)
{
    fprintf(to,
            "Usage: kentongan check [-c FILE] [--graph | --forms | --commands] [--defaults]\n\n"
            "Reads the configuration and all that it names, and prints every fault as FILE:LINE:COL: text.\n"
            "Exit status 1 when there is one; warnings alone are 0.\n"
            "Without -c: ./config/kentongan.yaml, else /etc/kentongan/kentongan.yaml.\n"
            "--graph draws the USSD dialogues for Graphviz (| dot -Tsvg) when there is no fault.\n"
            "--forms and --commands print the tables of README.md (Markdown) when there is no fault.\n"
            "--defaults prints every key with its default and meaning instead.\n\n"
            "Example: kentongan check -c config/kentongan.yaml\n");
}

static int print_defaults(void)
{
    struct buf out;

    buf_init(&out, 64 << 10);
    config_print_defaults(&out);
    fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    return fflush(stdout) == 0 ? 0 : 1;
}

static unsigned active_people(const struct directory *d)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->people_n; i++)
        n += d->people[i]->active && !d->people[i]->pending;
    return n;
}

/* What is printed in place of the summary: the letter of the option. */
static void print_drawing(const struct ruleset *set, int what, struct arena *arena)
{
    struct buf out;

    buf_init(&out, 4 << 20);
    if (what == 'g')
        ussd_graph(set, &out);
    else if (what == 'f')
        tables_forms(&out, &set->forms);
    else
        tables_commands(&out, set, arena);
    fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
}

static void print_summary(const struct config *c, const struct ruleset *set)
{
    printf("config ok: %u places, %u active people, %u forms, %u rules, %u texts, %u providers, %u sinks, "
           "district %.*s\n",
           set->directory.places_n, active_people(&set->directory), set->forms.n, rules_count(set->rules),
           texts_count(set->texts, c->language), c->providers_n, c->sinks_n, SLICE_ARG(set->district));
}

/* The console's map: what is not on it, or on it alone, is a slip of a code more often than not. */
static void check_map(const struct config *c, const struct ruleset *set, struct arena *arena,
                      struct faults *faults)
{
    struct geo_map map;

    if (!c->map.n || geo_load(c->map.p, arena, faults, &map) != 0)
        return;
    for (unsigned i = 0; set && i < map.n; i++)
        if (!directory_place(&set->directory, map.shapes[i].code))
            fault_warn(faults, (struct mark){ .file = c->map.p }, "%.*s is no place of places.csv: not shown",
                       SLICE_ARG(map.shapes[i].code));
}

static int check(const char *path, int what)
{
    struct faults faults = { 0 };
    struct arena arena;
    const struct config *c;
    struct ruleset *set;
    bool ok;

    arena_init(&arena, RULESET_ARENA);
    c = config_load(path, &arena, &faults);
    set = c ? ruleset_load(c, &arena, &faults) : NULL;
    if (c) {
        sinks_check(c, &faults);
        check_map(c, set, &arena, &faults);
    }
    for (unsigned i = 0; i < faults.n; i++)
        fprintf(stderr, "%s\n", faults.lines[i]);
    ok = set && faults_count(&faults) == 0;
    if (ok && what)
        print_drawing(set, what, &arena);
    else if (ok)
        print_summary(c, set);
    else
        fprintf(stderr, "%u fault%s\n", faults_count(&faults), faults_count(&faults) == 1 ? "" : "s");
    ruleset_free(set);
    faults_free(&faults);
    arena_free(&arena);
    return ok ? 0 : 1;
}

int cmd_check(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "defaults", no_argument, NULL, 'd' },
                                             { "graph", no_argument, NULL, 'g' },
                                             { "forms", no_argument, NULL, 'f' },
                                             { "commands", no_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    const char *path = config_default_path();
    int what = 0, c;

    while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (c == 'd')
            return print_defaults();
        if (c == 'g' || c == 'f' || c == 'o') {
            what = c;
            continue;
        }
        if (c != 'c') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        path = optarg;
    }
    if (optind != argc) {
        fprintf(stderr, "kentongan check: \"%s\" is no option; the file goes behind -c\n", argv[optind]);
        return 2;
    }
    return check(path, what);
}
