/* understanding.c - first cut: recognises nothing yet, so that the house links.  See understanding.h. */
#include "flows/understanding.h"

#include <string.h>

bool understand_sms(const struct ruleset *rs, struct slice text, int64_t at_ms, struct arena *a,
                    struct said *out)
{
    (void)rs;
    (void)at_ms;
    memset(out, 0, sizeof *out);
    out->body = arena_copy(a, slice_trim(text));
    return !a->failed;
}

bool understand_answer(const struct ruleset *rs, const struct form *form, const struct value *values,
                       struct slice asked, struct slice text, int64_t at_ms, struct arena *a,
                       struct report *out)
{
    (void)asked;
    (void)text;
    memset(out, 0, sizeof *out);
    out->form = form;
    memcpy(out->values, values, sizeof out->values);
    understand_judge(rs, at_ms, a, out);
    return false;
}

bool understand_correction(const struct ruleset *rs, const struct form *form, const struct value *values,
                           struct slice text, int64_t at_ms, struct arena *a, struct report *out)
{
    return understand_answer(rs, form, values, (struct slice){ 0 }, text, at_ms, a, out);
}

enum report_error understand_field(const struct ruleset *rs, const struct form *form, unsigned field,
                                   struct slice text, int64_t at_ms, struct arena *a, struct value *out)
{
    (void)rs;
    (void)form;
    (void)field;
    (void)text;
    (void)at_ms;
    (void)a;
    *out = (struct value){ 0 };
    return ERROR_INVALID;
}

void understand_judge(const struct ruleset *rs, int64_t at_ms, struct arena *a, struct report *report)
{
    (void)rs;
    (void)at_ms;
    (void)a;
    (void)report;
}
