/* whole.c - see whole.h. */
#include "tests/support/whole.h"

static const char *value_fault(const struct field *f, const struct value *v)
{
    switch (f->type) {
    case FIELD_NUMBER:
        return v->kind == VALUE_NUMBER && v->milli >= f->min && v->milli <= f->max ? NULL
                                                                                   : "a number out of range";
    case FIELD_CHOICES:
        return v->kind == VALUE_LIST && v->n ? NULL : "an empty list";
    case FIELD_COUNTS:
        return v->kind == VALUE_COUNTS && v->n ? NULL : "no counts";
    default:
        return v->kind == VALUE_TEXT && v->text.n ? NULL : "an empty text";
    }
}

static const char *accepted_fault(const struct report *r)
{
    for (unsigned i = 0; i < r->variant->required_n; i++) {
        const struct field *f = &r->form->fields[r->variant->required[i]];

        if (r->values[f->position].kind == VALUE_ABSENT &&
            (f->type != FIELD_AGE || f->companion < 0 || r->values[f->companion].kind == VALUE_ABSENT))
            return "accepted without a required field";
    }
    for (unsigned i = 0; i < r->form->fields_n; i++) {
        const char *fault =
            r->values[i].kind == VALUE_ABSENT ? NULL : value_fault(&r->form->fields[i], &r->values[i]);

        if (fault)
            return fault;
    }
    return NULL;
}

static const char *report_fault(const struct report *r)
{
    if (!r->form || !r->variant)
        return "a report of no form";
    if (r->status != REPORT_ACCEPTED && r->status != REPORT_CONFIRM && r->status != REPORT_REJECTED)
        return "no outcome";
    if ((r->status == REPORT_ACCEPTED) != (r->error == ERROR_NONE) ||
        (r->error != ERROR_NONE && !r->error_field.n))
        return "an error that says nothing";
    return r->status == REPORT_ACCEPTED ? accepted_fault(r) : NULL;
}

static const char *command_fault(const struct command *c)
{
    if (c->kind <= COMMAND_NONE || c->kind >= COMMANDS)
        return "no such command";
    return (c->status == REPORT_ACCEPTED) == (c->error == ERROR_NONE) ? NULL : "an error that says nothing";
}

const char *whole_fault(const struct said *said)
{
    const char *fault = NULL;

    switch (said->kind) {
    case SAID_NOTHING:
        return NULL;
    case SAID_TURNED:
        if (said->turned.why == TURNED_FORM)
            return said->turned.form ? NULL : "a turned report of no form";
        return said->turned.nomor.n && said->turned.command ? NULL : "a turned command that says nothing";
    case SAID_COMMAND:
        return command_fault(&said->command);
    case SAID_REPORTS:
        if (said->reports_n == 0 || said->reports_n > UNDERSTAND_REPORTS)
            return "too many reports, or none";
        for (unsigned i = 0; i < said->reports_n && !fault; i++)
            fault = report_fault(&said->reports[i]);
        return fault;
    }
    return "none of the outcomes";
}
