/* plain.h - a file of a configuration is opened: a plain file, or none.  A pipe or device in its place would
 * never end, or never begin. */
#ifndef KENTONGAN_CONF_PLAIN_H
#define KENTONGAN_CONF_PLAIN_H

#include <stdio.h>

/* For reading; NULL with errno as fopen, 0 when it is no plain file.  Never waits. */
FILE *plain_open(const char *path);
/* Why plain_open() gave NULL, by its errno: for people. */
const char *plain_why(int error);

#endif
