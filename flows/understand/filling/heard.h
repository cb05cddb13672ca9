/* heard.h - the danger signs that were heard in some words. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_FILLING_HEARD_H
#define KENTONGAN_FLOWS_UNDERSTAND_FILLING_HEARD_H

#include <stdbool.h>

#include "gateway/base/slice.h"

/* Danger signs that are heard and not negated, by their codes. */
struct heard_signs {
    struct slice *codes;
    unsigned n;
    bool no_keyword; /* of a form stands in the words */
    bool feared;     /* one of which nobody knows whether it is there */
};

#endif
