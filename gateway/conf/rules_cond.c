/* rules_cond.c - the small language of conditions: parsed, checked against a form, evaluated.  See rules.h.
 */
#include <string.h>

#include "gateway/conf/rules_rows.h"

static const struct {
    const char *text;
    enum cond_op op;
} ops[] = {
    { "<", OP_LESS },        { "<=", OP_LESS_EQUAL }, { ">", OP_MORE },
    { ">=", OP_MORE_EQUAL }, { "is", OP_IS },         { "has", OP_HAS },
};

static const struct {
    const char *text;
    enum cond_part part;
} parts[] = {
    { "sis", PART_SIS }, { "dia", PART_DIA }, { "bl", PART_MONTHS },
    { "n", PART_COUNT }, { "ya", PART_YES },  { "jumlah", PART_SUM },
};

static bool parse_part(struct slice s, struct cond *out)
{
    uint64_t nth;

    if (s.n == 0)
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (slice_is(s, parts[i].text)) {
            out->part = parts[i].part;
            return true;
        }
    if (!slice_to_u64(s, &nth) || nth < 1 || nth > 40)
        return false;
    out->part = PART_NTH;
    out->nth = (unsigned)nth;
    return true;
}

static bool parse_op(struct slice s, enum cond_op *out)
{
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (slice_is(s, ops[i].text)) {
            *out = ops[i].op;
            return true;
        }
    return false;
}

bool rules_cond_parse(const struct yaml *node, struct arena *arena, struct faults *faults, struct cond *out)
{
    struct slice rest = node->text, what = slice_cut(&rest, ' '), op = slice_cut(&rest, ' ');
    struct yaml number = { .kind = YAML_SCALAR, .text = rest };
    bool ok = node->kind == YAML_SCALAR;

    *out = (struct cond){ 0 };
    out->field = arena_copy(arena, slice_cut(&what, '.')); /* NUL-terminated, for form_field */
    ok = ok && out->field.n && parse_part(what, out) && parse_op(op, &out->op) && rest.n;
    if (ok && out->op < OP_IS)
        ok = yaml_scalar_milli(&number, &out->number);
    else
        out->word = rest;
    if (!ok)
        fault_add(
            faults, node->mark,
            "a condition is  FIELD OP VALUE, such as  td.sis >= 160,  bb < 2,  jk is P,  tanda has darah");
    return ok;
}

static bool part_fits(const struct cond *c, enum field_type t)
{
    switch (c->part) {
    case PART_SIS:
    case PART_DIA:
        return t == FIELD_PRESSURE && c->op < OP_IS;
    case PART_MONTHS:
        return t == FIELD_AGE && c->op < OP_IS;
    case PART_COUNT:
        return (t == FIELD_CHOICES || t == FIELD_ANSWERS) && c->op < OP_IS;
    case PART_YES:
    case PART_SUM:
        return t == FIELD_ANSWERS && c->op < OP_IS;
    case PART_NTH:
        return t == FIELD_ANSWERS && c->op == OP_IS;
    default:
        if (c->op == OP_HAS)
            return t == FIELD_CHOICES;
        if (c->op == OP_IS)
            return t == FIELD_CHOICE || t == FIELD_SEX || t == FIELD_TEXT;
        return t == FIELD_NUMBER;
    }
}

bool rules_cond_fits(const struct cond *c, const struct form *form, struct mark m, struct faults *faults)
{
    int i = form_field(form, c->field.p);
    const struct field *f;

    if (i < 0) {
        if (faults)
            fault_add(faults, m, "form %.*s has no field \"%.*s\"", SLICE_ARG(form->name),
                      SLICE_ARG(c->field));
        return false;
    }
    f = &form->fields[i];
    if (!part_fits(c, f->type)) {
        if (faults)
            fault_add(faults, m, "this comparison does not fit the type of field \"%.*s\"",
                      SLICE_ARG(c->field));
        return false;
    }
    if (c->word.n && f->list && !word_by_code(f->list, c->word)) {
        if (faults)
            fault_add(faults, m, "\"%.*s\" is no code of the list \"%.*s\"", SLICE_ARG(c->word),
                      SLICE_ARG(f->list->name));
        return false;
    }
    return true;
}

/* "25th" and the like in completed months. */
static bool months_of(struct slice age, int64_t *milli)
{
    size_t n = 0;
    int64_t v;

    while (n < age.n && age.p[n] >= '0' && age.p[n] <= '9')
        n++;
    if (!slice_to_i64(slice_take(age, n), &v) || v > 100000)
        return false;
    age = slice_skip(age, n);
    if (slice_is(age, "th"))
        v *= 12;
    else if (slice_is(age, "mg"))
        v = v * 7 * 10000 / 304375;
    else if (slice_is(age, "hr"))
        v = v * 10000 / 304375;
    else if (!slice_is(age, "bl"))
        return false;
    *milli = v * 1000;
    return true;
}

static bool is_yes(char c)
{
    return c == 'Y' || c == 'y' || c == '1';
}

static int64_t answers(struct slice s, enum cond_part part)
{
    int64_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        if (part == PART_SUM && s.p[i] >= '0' && s.p[i] <= '9')
            n += s.p[i] - '0';
        else
            n += is_yes(s.p[i]);
    return n * 1000;
}

/* The number that a condition compares; false when there is none. */
static bool number_of(const struct cond *c, const struct value *v, int64_t *out)
{
    struct slice rest = v->text, sis;

    switch (c->part) {
    case PART_SIS:
    case PART_DIA:
        sis = slice_cut(&rest, '/');
        if (v->kind != VALUE_TEXT || !slice_to_i64(c->part == PART_SIS ? sis : rest, out))
            return false;
        *out *= 1000;
        return true;
    case PART_MONTHS:
        return v->kind == VALUE_TEXT && months_of(v->text, out);
    case PART_COUNT:
        *out = (int64_t)(v->kind == VALUE_LIST ? v->n : v->text.n) * 1000;
        return true;
    case PART_YES:
    case PART_SUM:
        *out = answers(v->text, c->part);
        return v->kind == VALUE_TEXT;
    default:
        *out = v->milli;
        return v->kind == VALUE_NUMBER;
    }
}

static bool in(struct slice code, const struct slice *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(list[i], code))
            return true;
    return false;
}

static bool compare(enum cond_op op, int64_t a, int64_t b)
{
    return op == OP_LESS ? a < b : op == OP_LESS_EQUAL ? a <= b : op == OP_MORE ? a > b : a >= b;
}

bool rules_cond_holds(const struct cond *c, const struct form *form, const struct value *values,
                      const struct slice *heard, unsigned heard_n)
{
    int i = form && values ? form_field_named(form, c->field) : -1;
    const struct value *v = i >= 0 ? &values[i] : NULL;
    int64_t number;

    if (c->op == OP_HAS && slice_is(c->field, "tanda") && in(c->word, heard, heard_n))
        return true;
    if (!v || v->kind == VALUE_ABSENT)
        return false;
    if (c->op == OP_HAS)
        return v->kind == VALUE_LIST && in(c->word, v->items, v->n);
    if (c->op == OP_IS && c->part == PART_NTH)
        return v->text.n >= c->nth && is_yes(c->word.p[0]) == is_yes(v->text.p[c->nth - 1]);
    if (c->op == OP_IS)
        return v->kind == VALUE_TEXT && slice_eq(v->text, c->word);
    return number_of(c, v, &number) && compare(c->op, number, c->number);
}
