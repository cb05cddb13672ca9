/* dialects.c - the list of dialects: a new one is a row here.  See dialect.h. */
#include "parsers/dialect.h"

extern const struct dialect dialect_emulator, dialect_kannel, dialect_africastalking, dialect_jasmin,
    dialect_infobip, dialect_vonage, dialect_twilio, dialect_generic;

static const struct dialect *const all[] = {
    &dialect_emulator, &dialect_kannel, &dialect_africastalking, &dialect_jasmin,
    &dialect_infobip,  &dialect_vonage, &dialect_twilio,         &dialect_generic,
};

const struct dialect *dialect_by_name(struct slice name)
{
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        if (slice_is(name, all[i]->name))
            return all[i];
    return NULL;
}
