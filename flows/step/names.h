/* names.h - the numbers of names.def, for the tables of gateway/base/codec.h: a member whose name has none
 * does not compile. */
#ifndef KENTONGAN_FLOWS_STEP_NAMES_H
#define KENTONGAN_FLOWS_STEP_NAMES_H

enum {
#define NAME(i, text) NAME_##text = (i),
#include "flows/step/names.def"
#undef NAME
};

#endif
