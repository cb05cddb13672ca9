/* ctl_client.h - one question to the control socket of the gateway that runs on a configuration. */
#ifndef KENTONGAN_CMD_CTL_CLIENT_H
#define KENTONGAN_CMD_CTL_CLIENT_H

#include <sys/un.h>

#include "gateway/base/slice.h"

/* <state>/ctl.sock of that configuration.  -1, with the faults on stderr, when it cannot be told. */
int ctl_client_path(const char *config, struct sockaddr_un *addr);
/* Says the line (without its end) and prints the answer: 0, or 1 when it was an error (then on stderr). */
int ctl_client_ask(const struct sockaddr_un *, struct slice line);

#endif
