/* retype.c - see retype.h. */
#include "tests/support/retype.h"

/* What people type for a code: the code itself, or the first words of one that is none (`gerak`). */
static void print_code(struct buf *b, const struct word_list *list, struct slice code)
{
    const struct word *w = list ? word_by_code(list, code) : NULL;

    buf_add(b, w && w->synonyms_n ? w->synonyms[0] : code);
}

/* Dates are typed day first: 2026-11-20 is 20/11/2026. */
static void print_date(struct buf *b, struct slice iso)
{
    struct slice year = slice_cut(&iso, '-'), month = slice_cut(&iso, '-');

    buf_printf(b, "%.*s/%.*s/%.*s", SLICE_ARG(iso), SLICE_ARG(month), SLICE_ARG(year));
}

static void print_counts(struct buf *b, const struct value *v)
{
    for (unsigned i = 0; i < v->n; i++) {
        buf_str(b, i ? " " : "");
        buf_add(b, v->items[i]);
        if (!slice_is(v->items[i], "nihil"))
            number_print(b, v->counts[i], ',');
    }
}

static void print_value(struct buf *b, const struct field *f, const struct value *v)
{
    switch (f->type) {
    case FIELD_CHOICE:
        print_code(b, f->list, v->text);
        break;
    case FIELD_CHOICES:
        for (unsigned i = 0; i < v->n; i++) {
            buf_str(b, i ? "," : "");
            print_code(b, f->list, v->items[i]);
        }
        break;
    case FIELD_DATE:
        print_date(b, v->text);
        break;
    case FIELD_COUNTS:
        print_counts(b, v);
        break;
    default:
        value_say(b, v);
        break;
    }
}

/* W2's counts are known by their letters. */
static bool has_label(const struct field *f)
{
    return f->type != FIELD_COUNTS;
}

static void print_label(struct buf *b, const struct field *f, const struct value *v)
{
    buf_add(b, v->label.n ? v->label : f->name);
    buf_char(b, '=');
}

/* The last field of the variant that leaves its unknown words to this companion. */
static bool owns_words(const struct form *form, const struct variant *v, unsigned k)
{
    int companion = form->fields[v->uses[k]].companion;

    for (unsigned i = k + 1; i < v->uses_n; i++)
        if (form->fields[v->uses[i]].companion == companion)
            return false;
    return companion >= 0;
}

void retype(struct buf *b, const struct form *form, const struct variant *variant, const struct value *values,
            enum retype way)
{
    unsigned empty = 0; /* fields before this one that are not given */

    buf_add(b, form->keywords[0]);
    for (unsigned k = 0; k < variant->uses_n; k++) {
        const struct field *f = &form->fields[variant->uses[k]];
        const struct value *v = &values[f->position];
        const struct value *beside = f->companion >= 0 ? &values[f->companion] : NULL;
        bool words = f->type == FIELD_CHOICES && beside && beside->kind != VALUE_ABSENT &&
                     owns_words(form, variant, k);

        if (f->type == FIELD_AGE && v->kind == VALUE_ABSENT && beside && beside->kind != VALUE_ABSENT) {
            v = beside; /* a birth date in the place of the age */
            f = &form->fields[f->companion];
        }
        if (v->kind == VALUE_ABSENT && !words) {
            empty++;
            continue;
        }
        for (unsigned n = way == RETYPE_SLOTS ? empty + 1 : 1; n > 0; n--)
            buf_char(b, '#');
        empty = 0;
        if (v->kind != VALUE_ABSENT && (way == RETYPE_LABELS || v->label.n) && has_label(f))
            print_label(b, f, v);
        if (v->kind != VALUE_ABSENT)
            print_value(b, f, v);
        if (words) {
            buf_str(b, v->kind != VALUE_ABSENT ? "," : "");
            buf_add(b, beside->text);
        }
    }
}
