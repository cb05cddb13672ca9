/* labels.h - labelled values, anywhere in the report (RULINGS 18, 20, 21). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_LABELS_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_LABELS_H

#include "flows/understand/filling/filling.h"

void understand_labels(struct filling *);

#endif
