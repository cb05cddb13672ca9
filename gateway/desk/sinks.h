/* sinks.h - `ctl show sinks`, `ctl show stages` and `ctl sink NAME …`: where the records of the district go,
 * and whether they arrive. */
#ifndef KENTONGAN_DESK_SINKS_H
#define KENTONGAN_DESK_SINKS_H

#include "gateway/desk/desk.h"

/* Words of both: "--json", for the console. */
/* Each sink: queue, oldest, speed, circuit, parked, and what its kind has to tell. */
void sinks_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);
/* What rows wait for that people have to give: stage, how many, since when, who can, how. */
void stages_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);
/* NAME schema, or what its kind alone can do */
void sink_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);

/* [--place CODE] [--month 2026-11], or --anew */
void pws_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);
/* `ctl signals`: what became of signals, by disease. */
void signals_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);

#endif
