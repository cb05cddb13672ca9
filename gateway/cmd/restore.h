/* restore.h - see restore.c. */
#ifndef KENTONGAN_CMD_RESTORE_H
#define KENTONGAN_CMD_RESTORE_H

/* argv: what follows `restore`.  The exit status. */
int ctl_restore(const char *config, int argc, char **argv);

#endif
