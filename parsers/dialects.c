/* dialects.c - the list of dialects: a new one is a word here.  See dialect.h. */
#include "parsers/dialect.h"

#define DIALECTS(each)                                                                                       \
    each(kannel) each(africastalking) each(infobip) each(vonage) each(twilio) each(jasmin) each(generic)     \
        each(emulator)

#define DECLARED(name) extern const struct dialect dialect_##name;
DIALECTS(DECLARED)

#define LISTED(name) &dialect_##name,
static const struct dialect *const all[] = { DIALECTS(LISTED) };

#define NAMED(name) #name " "
const char dialect_names[] = DIALECTS(NAMED);

const struct dialect *dialect_by_name(struct slice name)
{
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (slice_is(name, all[i]->name))
            return all[i];
    return NULL;
}
