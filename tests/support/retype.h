/* retype.h - a report typed again in canonical form, as a kader would copy it from a receipt: the keyword,
 * then every value as the record holds it.  Made from the form's definition alone.
 *
 * Pure.  Reading it must give the same report: what the property tests and the fuzzer of `parse` ask for. */
#ifndef KENTONGAN_TESTS_SUPPORT_RETYPE_H
#define KENTONGAN_TESTS_SUPPORT_RETYPE_H

#include "gateway/model/report.h"

enum retype {
    RETYPE_SLOTS,  /* TIMBANG#Siti#P#14bl#9,2##13,5; PB=76 where the label was typed */
    RETYPE_LABELS, /* TIMBANG#nama=Siti#jk=P#umur=14bl#bb=9,2#lila=13,5 */
    RETYPE_WAYS
};

/* Appends the text of the form's values that `variant` uses. */
void retype(struct buf *, const struct form *, const struct variant *, const struct value *values,
            enum retype way);

#endif
