/* begin.c - see begin.h. */
#include "flows/talk/begin.h"

#include "flows/talk/doubts.h"
#include "parsers/text.h"

static struct slice hash_of(const struct said *said, struct arena *a)
{
    if (said->kind != SAID_REPORTS)
        return slice_make("", 0);
    return arena_hex(a, slice_hash(text_lowered(said->body, a)));
}

void begin_part(struct reading *r, struct arena *a)
{
    r->kind = r->said.kind == SAID_REPORTS   ? READING_REPORTS
              : r->said.kind == SAID_COMMAND ? READING_COMMAND
                                             : READING_NOTHING;
    r->hash = hash_of(&r->said, a);
    doubts_gaps(&r->said);
    doubts_near_names(&r->said);
}
