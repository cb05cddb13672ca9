/* backup.h - `ctl backup FILE [--key KEYFILE]`: see gateway/backup/backup.h. */
#ifndef KENTONGAN_DESK_BACKUP_H
#define KENTONGAN_DESK_BACKUP_H

#include "gateway/desk/desk.h"

void backup_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);

#endif
