/* stream_names.h - the numbers of stream_names.def, for the tables of gateway/base/codec.h: a member whose
 * name has none does not compile. */
#ifndef KENTONGAN_MODEL_STREAM_NAMES_H
#define KENTONGAN_MODEL_STREAM_NAMES_H

enum {
#define NAME(i, text) NAME_##text = (i),
#include "gateway/model/stream_names.def"
#undef NAME
};

#endif
