/* export.h - `kentongan ctl export csv`: a table of exports.yaml for one month, as CSV; `export PERSON`:
 * held.h. */
#ifndef KENTONGAN_DESK_EXPORT_H
#define KENTONGAN_DESK_EXPORT_H

#include "gateway/desk/desk.h"

/* words: "csv --month 2026-11 --what NAME [--place CODE] [--sep ;] [--sink NAME]", "PERSON", "--help" */
desk_fn export_desk;

#endif
