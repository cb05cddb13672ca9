/* gateway.h - the daemon: owns every room, starts, reloads and drains them in order. */
#ifndef KENTONGAN_GATEWAY_GATEWAY_H
#define KENTONGAN_GATEWAY_GATEWAY_H

/* `kentongan serve`: runs until SIGTERM.  Returns the exit status: 0 after a clean stop, 1 when it could not
 * start. */
int cmd_serve(int argc, char **argv);

#endif
