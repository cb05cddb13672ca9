/* invent.h - reports made at random from a form's definition: every field type, optional fields given or not.
 * Each value by itself is one that the form takes; whether they go together is for understand_judge() to say.
 *
 * The same seed gives the same reports. */
#ifndef KENTONGAN_TESTS_SUPPORT_INVENT_H
#define KENTONGAN_TESTS_SUPPORT_INVENT_H

#include "gateway/model/report.h"

struct invent {
    uint32_t seed;
    int64_t today; /* days */
    struct arena *arena;
};

/* 0 … below-1. */
uint32_t invent_below(struct invent *, uint32_t below);
/* A list of signs before field f has the word too: `sedih` of lansia is the depresi of SKILAS. */
bool invent_is_taken(const struct form *, const struct field *f, struct slice typed);
/* Form, variant and values of *out; the rest is zero. */
void invent_report(struct invent *, const struct form *, const struct variant *, struct report *out);

#endif
