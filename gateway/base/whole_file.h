/* whole_file.h - a small file that is there whole, or as it was before: never half, whenever the power goes.
 */
#ifndef KENTONGAN_BASE_WHOLE_FILE_H
#define KENTONGAN_BASE_WHOLE_FILE_H

#include <stddef.h>

/* Puts n bytes into the file at path (0600), in place of what stood there; they are on the disk when it
 * returns. -1 with errno, and nothing changed, when it cannot. */
int whole_file_put(const char *path, const void *bytes, size_t n);

/* All n bytes into an open file, however many calls that takes; -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t n);

#endif
