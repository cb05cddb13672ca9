/* cry.c - an emergency without a keyword, as an unfinished referral (SPEC 2.2).  See understanding.h. */
#include "flows/understand/understanding.h"

bool understand_cry(const struct ruleset *rs, struct slice words, int64_t at_ms, struct arena *a,
                    struct report *out)
{
    const struct form *form = NULL;
    int alasan;

    for (unsigned i = 0; i < rs->forms.n && !form; i++)
        if (form_is(&rs->forms.forms[i], FORM_REFERRAL))
            form = &rs->forms.forms[i];
    alasan = form ? form_field(form, "alasan") : -1;
    if (alasan < 0)
        return false;
    *out = (struct report){ .form = form, .variant = &form->variants[0], .body = words };
    out->values[alasan] = value_text(words);
    understand_judge(rs, at_ms, a, out);
    if (!out->emergency) { /* heard before, however its reason is read now */
        out->emergency = true;
        out->emergency_reason = words;
    }
    return !a->failed;
}
