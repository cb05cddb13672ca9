/* reason.h - the table of reasons (reason.def) as an enum, and its counters. */
#ifndef KENTONGAN_MODEL_REASON_H
#define KENTONGAN_MODEL_REASON_H

#include <stdbool.h>
#include <stdint.h>

enum reason {
#define X(name, http, retry, prose) REASON_##name,
#include "gateway/model/reason.def"
#undef X
    REASONS
};

const char *reason_name(enum reason);
const char *reason_prose(enum reason);
int reason_http(enum reason);
/* REASONS when there is none of that name. */
enum reason reason_by_name(const char *name);
/* Counts one message under this reason: kentongan_messages_total{reason="…"}. */
void reason_count(enum reason);
uint64_t reason_total(enum reason);

#endif
