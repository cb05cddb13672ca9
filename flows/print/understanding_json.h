/* understanding_json.h - what was understood, as `kentongan parse` prints it (SPEC 2.6).  Pure. */
#ifndef KENTONGAN_FLOWS_PRINT_UNDERSTANDING_JSON_H
#define KENTONGAN_FLOWS_PRINT_UNDERSTANDING_JSON_H

#include "flows/understand/understanding.h"

/* One line, with "reply" from flows/step/reply.h at nomor 00000. */
struct reply_source {
    struct slice (*reply)(void *arg, const struct said *part); /* what would be answered to it */
    void *arg;
};

/* source: NULL takes the words of the understanding alone. */
void understanding_json(struct buf *, const struct ruleset *, const struct said *,
                        const struct reply_source *, struct arena *);

#endif
