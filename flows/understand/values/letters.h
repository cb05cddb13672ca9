/* letters.h - the letters of the weekly report (RULINGS 7, 38). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_LETTERS_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_LETTERS_H

#include "flows/understand/filling/filling.h"

void understand_w2(struct filling *);

#endif
