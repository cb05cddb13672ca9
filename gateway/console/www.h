/* www.h - the files of gateway/console/www, linked into the program as one pack (pack.sh). */
#ifndef KENTONGAN_CONSOLE_WWW_H
#define KENTONGAN_CONSOLE_WWW_H

#include "gateway/base/slice.h"

/* "pesan.html", "console.css.gz"; empty when there is none.  Lives as long as the program. */
struct slice www_file(const char *name);
/* Under which name an asset is asked for: "console-1f2e3d4c5b6a7988.css".  The hash is of what is in it, so a
 * browser may keep it for ever. */
struct www_name {
    char text[64];
};
struct www_name www_asset_name(const char *name);
/* The asset that is asked for under this name, gzipped, and its type; false when there is none. */
bool www_asset(struct slice asked, struct slice *body, const char **type);

#endif
