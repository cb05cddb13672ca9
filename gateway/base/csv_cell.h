/* csv_cell.h - one cell of a CSV that people open in a spreadsheet. */
#ifndef KENTONGAN_BASE_CSV_CELL_H
#define KENTONGAN_BASE_CSV_CELL_H

#include "gateway/base/buf.h"

/* Appends the text in quotes.  What a spreadsheet would take for a formula (= + - @, a tab or CR in front)
 * gets an apostrophe before it, a negative number does not. */
void csv_cell(struct buf *, struct slice);

#endif
