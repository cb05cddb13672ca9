/* fix.c - see fix.h. */
#include "flows/talk/fix.h"

#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"

struct slice fix_changes(struct step *s, const struct form *form, const struct value *was,
                         const struct report *r, struct slice but, const char *between)
{
    struct slice all = slice_make("", 0);

    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];

        if (f->hidden || r->values[i].kind == VALUE_ABSENT || value_equal(&was[i], &r->values[i]) ||
            slice_eq(f->name, but))
            continue;
        all = arena_printf(s->arena, "%.*s%s%.*s %.*s", SLICE_ARG(all), all.n ? between : "",
                           SLICE_ARG(reply_label(form, f->name)),
                           SLICE_ARG(reply_value(form, r->values, f->name, s->arena)));
    }
    return all;
}

/* The answer changes the last report to a value that had to be guessed, or cannot be. */
static bool doubts_change(const struct last_report *l, const struct report *r)
{
    for (unsigned i = 0; i < l->form->fields_n; i++)
        if (r->faults[i] & REPORT_FAULT_ERROR && r->error != ERROR_IMPLAUSIBLE &&
            slice_eq(l->form->fields[i].name, r->error_field) && !value_equal(&l->values[i], &r->values[i]))
            return true;
    return false;
}

void fix_ready_line(struct step *s, const struct last_report *l, const struct report *r)
{
    struct slice what = fix_changes(s, l->form, l->values, r, slice_make("", 0), " ");
    bool doubt = doubts_change(l, r);
    const struct text_fill f[] = {
        { "nomor", l->nomor },
        { "siapa", l->whom },
        { "contoh", doubt ? reply_example(l->form, r->error_field, s->arena) : what },
        { "isi", doubt ? arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(reply_label(l->form, r->error_field)),
                                      SLICE_ARG(r->typed))
                       : what },
    };

    step_reason(s, "rejected");
    step_answer(s, l->nomor,
                step_text(s, s->language,
                          doubt    ? "koreksi.unclear"
                          : what.n ? "koreksi.ready"
                                   : "koreksi.same",
                          FILLS(f)));
}
