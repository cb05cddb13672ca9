/* intent.c - the list of subjects that reading names.  See reading.h. */
#include "flows/step/reading.h"

bool intent_add(struct intent *intent, enum subject_kind kind, struct slice id)
{
    if (!id.n)
        return true;
    for (unsigned i = 0; i < intent->subjects_n; i++)
        if (intent->subjects[i].kind == kind && slice_eq(intent->subjects[i].id, id))
            return true;
    if (intent->subjects_n == INTENT_SUBJECTS) {
        intent->overflow = true;
        return false;
    }
    intent->subjects[intent->subjects_n++] = (struct subject_ref){ .kind = kind, .id = id };
    return true;
}
