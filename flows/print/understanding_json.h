/* understanding_json.h - what was understood, as `kentongan parse` prints it (SPEC 2.6).  Pure. */
#ifndef KENTONGAN_FLOWS_PRINT_UNDERSTANDING_JSON_H
#define KENTONGAN_FLOWS_PRINT_UNDERSTANDING_JSON_H

#include "flows/understand/understanding.h"

/* One line, with "reply" from flows/step/reply.h at nomor 00000. */
void understanding_json(struct buf *, const struct ruleset *, const struct said *, struct arena *);

#endif
