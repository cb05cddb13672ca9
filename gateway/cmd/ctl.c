/* ctl.c - `kentongan ctl`: says one line to the socket of a running gateway and prints the answer. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/buf.h"
#include "gateway/cmd/cmd.h"
#include "gateway/conf/config.h"
#include "gateway/cmd/ctl_client.h"
#include "gateway/cmd/restore.h"

enum {
    LINE_MAX_BYTES = 1024
};

static void usage(FILE *to)
{
    fprintf(
        to,
        "Usage: kentongan ctl [-c FILE] REQUEST\n\n"
        "Asks the gateway that runs on this configuration (its socket is <state>/ctl.sock):\n"
        "  show status|queues|sinks|stages|sessions|reasons|config\n"
        "  reload         read the configuration again; a bad file changes nothing\n"
        "  drain          finish what is under way and leave\n"
        "  people …       see kentongan people\n"
        "  trace NOMOR    the life of a report or referral; with --reveal also numbers and texts\n"
        "  parked         what waits for people: see kentongan ctl parked --help\n"
        "  sink NAME schema   the SQL of a database's tables, for whoever carries it out\n"
        "  sink NAME list STAGE|retry   what waits in a stage of show stages, and why; look at it again\n"
        "  signals        what became of signals, by disease: BENAR, BUKAN, how many in a hundred were true\n"
        "  pws            the indicators of every puskesmas; --place CODE, --month 2026-11\n"
        "  export csv     a month as CSV for e-PPGBM and the like: --month 2026-11 --what timbang; see "
        "--help\n"
        "  export PERSON  all that is held of a person as JSON: the number of a child, of a report, of a "
        "telephone\n"
        "  forget PERSON --reason TEXT   all of that goes; a tombstone stays\n"
        "  move OLD NEW   what waits for a provider or sink that has another name now (sms:NAME, sink:NAME)\n"
        "  backup FILE    the whole state in one sealed file, while it runs; --key KEYFILE, else backup.key "
        "beside the\n"
        "                 configuration, which is made when it is not there\n"
        "  restore FILE   into an empty state folder, while no gateway runs on it\n"
        "  rebuild        refill a Redis that has forgotten from the district database\n"
        "  drafts         reports that nobody completed in time; with --reveal also who and what\n"
        "  user           who may log in to the console: add NAME --role ROLE [--area CODE], list, reset "
        "NAME,\n"
        "                 remove NAME; ROLE is admin, officer or viewer\n"
        "  audit          from receipt to each sink's acknowledgement: what is open, where and why; --json\n"
        "  audit acts     what people did and were refused in the console\n"
        "  help           all that it knows\n\n"
        "Example: kentongan ctl show queues\n");
}

int cmd_ctl(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *config = config_default_path();
    char here[4096];
    struct buf line;
    bool backup;
    int c, rc = 1;

    while ((c = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
        if (c != 'c') {
            usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        config = optarg;
    }
    if (optind == argc) {
        usage(stderr);
        return 2;
    }
    if (strcmp(argv[optind], "restore") == 0)
        return ctl_restore(config, argc - optind - 1, argv + optind + 1);
    buf_init(&line, LINE_MAX_BYTES);
    backup = strcmp(argv[optind], "backup") == 0;
    for (int i = optind; i < argc; i++) {
        buf_str(&line, i > optind ? " " : "");
        /* The gateway stands in another folder. */
        if (backup && i > optind && argv[i][0] != '/' && argv[i][0] != '-' && getcwd(here, sizeof here)) {
            buf_str(&line, here);
            buf_char(&line, '/');
        }
        buf_str(&line, argv[i]);
    }
    if (ctl_client_path(config, &addr) == 0)
        rc = ctl_client_ask(&addr, buf_slice(&line));
    buf_free(&line);
    return rc;
}
