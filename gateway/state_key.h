/* state_key.h - the installation's secret for pseudonyms: 32 random bytes in <state>/key, made at the first
 * start. */
#ifndef KENTONGAN_GATEWAY_STATE_KEY_H
#define KENTONGAN_GATEWAY_STATE_KEY_H

#include "gateway/base/err.h"

/* Makes the state folder (0700) and the key (0600) where they are missing. */
int state_key(const char *state_dir, unsigned char key[32], struct err *) MUST_CHECK;
/* A write to a closed pipe is an error code, never the end of the program. */
void signal_ignore_pipe(void);

#endif
