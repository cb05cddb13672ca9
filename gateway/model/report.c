/* report.c - names of outcomes, and a report's fields as JSON.  See report.h. */
#include "gateway/model/report.h"

const char *report_error_name(enum report_error e)
{
    static const char *const names[] = {
        [ERROR_NONE] = "",
        [ERROR_UNKNOWN_KEYWORD] = "unknown_keyword",
        [ERROR_MISSING] = "missing",
        [ERROR_INVALID] = "invalid",
        [ERROR_OUT_OF_RANGE] = "out_of_range",
        [ERROR_AMBIGUOUS] = "ambiguous",
        [ERROR_IMPLAUSIBLE] = "implausible",
        [ERROR_CONTRADICTION] = "contradiction",
        [ERROR_CHECK_DIGIT] = "check_digit",
    };

    return (unsigned)e < sizeof names / sizeof *names ? names[e] : "?";
}

const char *report_status_name(enum report_status s)
{
    static const char *const names[] = { "accepted", "confirm", "rejected" };

    return (unsigned)s < sizeof names / sizeof *names ? names[s] : "?";
}

const struct value *value_as(const struct form *form, const struct value *values, enum meaning as)
{
    int i = form_as(form, as);

    return i >= 0 && values[i].kind != VALUE_ABSENT ? &values[i] : NULL;
}

int64_t number_as(const struct form *form, const struct value *values, enum meaning as)
{
    const struct value *v = value_as(form, values, as);

    return v && v->kind == VALUE_NUMBER ? v->milli : 0;
}

struct slice text_as(const struct form *form, const struct value *values, enum meaning as)
{
    const struct value *v = value_as(form, values, as);

    return v && v->kind == VALUE_TEXT ? v->text : slice_make("", 0);
}

const struct value *report_value(const struct report *r, const char *field)
{
    int i = r->form ? form_field(r->form, field) : -1;

    return i >= 0 && r->values[i].kind != VALUE_ABSENT ? &r->values[i] : NULL;
}

/* RULINGS 7: one member per letter, or "nihil": true. */
static void spread_counts(struct buf *out, const struct value *v, bool *first)
{
    for (unsigned i = 0; i < v->n; i++) {
        buf_str(out, *first ? "" : ",");
        *first = false;
        buf_json(out, v->items[i]);
        buf_char(out, ':');
        if (slice_is(v->items[i], "nihil"))
            buf_str(out, "true");
        else
            number_print(out, v->counts[i], '.');
    }
}

void report_fields_json(struct buf *out, const struct form *form, const struct value *values)
{
    bool first = true;

    buf_char(out, '{');
    for (unsigned i = 0; form && i < form->fields_n; i++) {
        if (values[i].kind == VALUE_ABSENT)
            continue;
        if (values[i].kind == VALUE_COUNTS) {
            spread_counts(out, &values[i], &first);
            continue;
        }
        buf_str(out, first ? "" : ",");
        first = false;
        buf_json(out, form->fields[i].name);
        buf_char(out, ':');
        value_json(out, &values[i]);
    }
    buf_char(out, '}');
}
