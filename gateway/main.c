/* main.c - one program, a command a job: kentongan serve, check, parse, phone, ctl, card, people. */
#include <stdio.h>
#include <string.h>

#include "gateway/base/version.h"
#include "gateway/cmd/cmd.h"
#include "gateway/gateway.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *prose;
} commands[] = {
    { "serve", cmd_serve, "run the gateway" },
    { "check", cmd_check, "check the configuration, or print its annotated defaults" },
    { "parse", cmd_parse, "show how SMS bodies on stdin are understood, as JSON lines" },
    { "phone", cmd_phone, "a handset in the terminal: SMS, USSD, inbox" },
    { "ctl", cmd_ctl, "look at and steer a running gateway" },
    { "people", cmd_people, "who may report and who is told: import, export, approve, retire" },
    { "card", cmd_card, "the pocket card of a role, as HTML to print" },
};

static void usage(FILE *to)
{
    fprintf(to,
            "kentongan %s: SMS/USSD gateway for a district health office\n\n"
            "Usage: kentongan COMMAND [OPTION …]   (kentongan COMMAND --help tells more)\n\n",
            version_text);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].prose);
    fprintf(to, "\nExample: echo 'TIMBANG Siti P 14bl 9,2 76' | kentongan parse\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(version_text);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "kentongan: no command \"%s\"; kentongan --help lists them\n", argv[1]);
    return 2;
}
