/* groups.c - `1 keluarga`, `2 rt`: how many groups there are, and not how many people (RULINGS 50).  See
 * before.h. */
#include "flows/understand/values/before.h"

#include "parsers/phrase.h"

bool understand_of_groups(const struct filling *x, unsigned i)
{
    unsigned used;

    if (!form_counts(x->form, UNIT_PERSON))
        return false;
    if (understand_is(x, i, "rombongan", &used))
        return true;
    /* `3 rt`; but `3 rt 2`, `3 dusun Air Ruak` is where they are. */
    return (understand_is(x, i, "letak", &used) || understand_says(x, i, "rumah")) &&
           (i + 1 >= x->ts.n || understand_parted(x, i + 1));
}
