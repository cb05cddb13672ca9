/* text_file.h - a whole file of the configuration as text. */
#ifndef KENTONGAN_CONF_TEXT_FILE_H
#define KENTONGAN_CONF_TEXT_FILE_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

/* FOLDER/NAME in the arena, at most 256 KiB.  A file that is not there is empty.  -1 with a fault. */
int text_file_load(const char *folder, const char *name, struct arena *, struct faults *,
                   struct slice *out) MUST_CHECK;

#endif
