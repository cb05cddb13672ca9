/* names.h - the numbers of names.def, for the tables of gateway/base/codec.h: a member whose name is not in
 * it does not compile.  0: it is kept by its letters. */
#ifndef KENTONGAN_FLOWS_STEP_NAMES_H
#define KENTONGAN_FLOWS_STEP_NAMES_H

enum {
#define NAME(i, text) NAME_##text = (i),
#define SPELT(text)   NAME_##text = 0,
#include "flows/step/names.def"
#undef NAME
#undef SPELT
};

#endif
