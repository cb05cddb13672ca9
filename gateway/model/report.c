/* report.c - names of outcomes, and a report's fields as they are stored.  See report.h. */
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
static void spread_counts(struct node *o, const struct value *v)
{
    for (unsigned i = 0; i < v->n; i++) {
        struct value count = value_number(v->counts[i]);

        if (slice_is(v->items[i], "nihil"))
            node_put_bool(o, "nihil", true);
        else
            node_set_named(o, v->items[i], value_node(&count, o->arena));
    }
}

struct node *report_fields(const struct form *form, const struct value *values, struct arena *a)
{
    struct node *o = node_object(a);

    for (unsigned i = 0; o && form && i < form->fields_n; i++)
        if (values[i].kind == VALUE_COUNTS)
            spread_counts(o, &values[i]);
        else
            node_set_named(o, form->fields[i].name, value_node(&values[i], a));
    return o;
}

void report_doubt(struct report *r, unsigned field)
{
    r->faults[field] = ERROR_AMBIGUOUS;
    if (r->status == REPORT_REJECTED)
        return;
    r->status = REPORT_CONFIRM;
    r->error = ERROR_AMBIGUOUS;
    r->error_field = r->form->fields[field].name;
}
