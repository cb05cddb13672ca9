/* shortly.h - short answers that say what they say to one question only, or in one order only. */
#ifndef KENTONGAN_FLOWS_TALK_SHORTLY_H
#define KENTONGAN_FLOWS_TALK_SHORTLY_H

#include "flows/talk/words.h"
#include "flows/step/drafts.h"

/* `iya salah` to a doubted value, `anak yang sama` to whether it is that child, `bukan bu, cuma penyuluhan`
 * to whose danger it is.  d: the only question. */
enum answer_word shortly_answered(const struct ruleset *, const struct draft *d, struct slice text,
                                  struct arena *);

#endif
