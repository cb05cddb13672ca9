/* codes_said.h - the letters of the weekly report by the names of their diseases (RULINGS 38, 56). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_CODES_SAID_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_CODES_SAID_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* `diarenya 6` as `A 6`, of a form of letters; else the text. */
struct slice understand_codes_said(const struct ruleset *, const struct form *, struct slice text,
                                   struct arena *);

#endif
