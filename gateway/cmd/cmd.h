/* cmd.h - the commands of the program; each gets argv from its own name on and returns the exit status. */
#ifndef KENTONGAN_CMD_CMD_H
#define KENTONGAN_CMD_CMD_H

int cmd_check(int argc, char **argv);
int cmd_parse(int argc, char **argv);
int cmd_phone(int argc, char **argv);
int cmd_people(int argc, char **argv);
int cmd_card(int argc, char **argv);
int cmd_ctl(int argc, char **argv);

#endif
