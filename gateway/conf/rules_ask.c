/* rules_ask.c - what the loaded rows say of a report: urgency, findings, clocks, figures.  See rules.h.
 *
 * On the way of every message: no allocation but for the words of an emergency. */
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/conf/rules_rows.h"

bool rules_names(const struct slice *forms, unsigned n, const struct form *form)
{
    for (unsigned i = 0; i < n; i++)
        if (form && slice_eq(forms[i], form->name))
            return true;
    return n == 0;
}

const char *urgency_name(enum urgency u)
{
    static const char *const list[] = { "", "E3", "E2", "E1" };

    return list[u];
}

unsigned rules_count(const struct rule_set *set)
{
    return set->findings_n + set->signs_n + set->growth_n + set->clocks_n + set->figures_n + set->diseases_n;
}

int64_t rules_clock_ms(const struct rule_set *set, const char *id)
{
    struct slice want = slice_of(id);

    for (unsigned i = 0; i < set->clocks_n; i++)
        if (slice_eq(set->clocks[i].head.id, want))
            return set->clocks[i].ms;
    return -1;
}

int64_t rules_figure(const struct rule_set *set, const char *id)
{
    struct slice want = slice_of(id);

    for (unsigned i = 0; i < set->figures_n; i++)
        if (slice_eq(set->figures[i].head.id, want))
            return set->figures[i].milli;
    return -1;
}

unsigned rules_figure_version(const struct rule_set *set, const char *id)
{
    struct slice want = slice_of(id);

    for (unsigned i = 0; i < set->figures_n; i++)
        if (slice_eq(set->figures[i].head.id, want))
            return set->figures[i].head.version;
    return 0;
}

void rules_named(const struct rule_set *set, void (*f)(void *arg, const char *id, struct mark), void *arg)
{
    for (unsigned i = 0; i < set->figures_n; i++)
        f(arg, set->figures[i].head.id.p, set->figures[i].head.mark);
    for (unsigned i = 0; i < set->clocks_n; i++)
        f(arg, set->clocks[i].head.id.p, set->clocks[i].head.mark);
}

const struct disease_rule *rules_disease(const struct rule_set *set, struct slice slug)
{
    for (unsigned i = 0; i < set->diseases_n; i++)
        if (slice_eq(set->diseases[i].slug, slug))
            return &set->diseases[i];
    return &set->other;
}

const struct dose_rule *rules_doses(const struct rule_set *set, unsigned *n)
{
    *n = set ? set->doses_n : 0;
    return set ? set->doses : NULL;
}

struct facts {
    const struct form *form;
    const struct value *values;
    const struct slice *heard;
    unsigned heard_n;
};

static bool holds(const struct cond *c, const struct facts *f)
{
    return rules_cond_holds(c, f->form, f->values, f->heard, f->heard_n);
}

static bool all_hold(const struct conds *c, const struct facts *f)
{
    for (unsigned i = 0; i < c->n; i++)
        if (!holds(&c->c[i], f))
            return false;
    return true;
}

static bool one_holds(const struct conds *c, const struct facts *f)
{
    for (unsigned i = 0; i < c->n; i++)
        if (holds(&c->c[i], f))
            return true;
    return false;
}

static bool row_holds(const struct finding_row *r, const struct facts *f)
{
    return all_hold(&r->when, f) && (r->any.n == 0 || one_holds(&r->any, f)) && !one_holds(&r->unless, f);
}

/* The first row of a code that fits the form and is not excepted decides. */
static const struct sign_row *sign_row(const struct rule_set *set, struct slice code, const struct facts *f)
{
    for (unsigned i = 0; i < set->signs_n; i++) {
        const struct sign_row *s = &set->signs[i];

        if (slice_eq(s->code, code) && rules_names(s->forms, s->forms_n, f->form) &&
            !one_holds(&s->unless, f))
            return s;
    }
    return NULL;
}

enum urgency rules_sign(const struct rule_set *set, struct slice code)
{
    const struct sign_row *s = sign_row(set, code, &(struct facts){ 0 });

    return s ? s->class : URGENCY_NONE;
}

static const struct value *signs_of(const struct facts *f)
{
    int i = f->form && f->values ? form_as(f->form, AS_SIGNS) : -1;

    return i >= 0 && f->values[i].kind == VALUE_LIST ? &f->values[i] : NULL;
}

static const struct form_rows *rows_of(const struct rule_set *set, const struct form *form)
{
    for (unsigned i = 0; i < set->forms_n; i++)
        if (set->forms[i].form == form)
            return &set->forms[i];
    return NULL;
}

static void add_finding(struct finding *out, unsigned *n, unsigned max, const struct finding *f)
{
    unsigned at = *n;

    if (*n == max) { /* the least urgent gives way */
        if (max == 0 || out[max - 1].class >= f->class)
            return;
        at = --*n;
    }
    while (at > 0 && out[at - 1].class < f->class) {
        out[at] = out[at - 1];
        at--;
    }
    out[at] = *f;
    ++*n;
}

unsigned rules_findings(const struct rule_set *set, const struct form *form, const struct value *values,
                        struct finding *out, unsigned max)
{
    struct facts facts = { .form = form, .values = values };
    const struct form_rows *rows = rows_of(set, form);
    const struct value *signs = signs_of(&facts);
    unsigned n = 0;

    for (unsigned i = 0; signs && i < signs->n; i++) {
        const struct sign_row *s = sign_row(set, signs->items[i], &facts);

        if (s)
            add_finding(out, &n, max,
                        &(struct finding){ .id = s->head.id,
                                           .version = s->head.version,
                                           .class = s->class,
                                           .say = s->say,
                                           .brief = s->say,
                                           .act = s->act });
    }
    for (unsigned i = 0; rows && i < rows->n; i++) {
        const struct finding_row *r = rows->rows[i];

        if (row_holds(r, &facts))
            add_finding(out, &n, max,
                        &(struct finding){ .id = r->head.id,
                                           .version = r->head.version,
                                           .class = r->class,
                                           .say = r->say,
                                           .brief = r->brief,
                                           .act = r->act,
                                           .value = r->value,
                                           .nakes_only = r->nakes_only });
    }
    return n;
}

unsigned rules_growth_findings(const struct rule_set *set, const struct slice *codes, unsigned codes_n,
                               struct finding *out, unsigned max)
{
    unsigned n = 0;

    for (unsigned i = 0; i < codes_n; i++)
        for (unsigned r = 0; r < set->growth_n; r++) {
            const struct growth_row *g = &set->growth[r];

            if (slice_eq(g->code, codes[i]))
                add_finding(out, &n, max,
                            &(struct finding){ .id = g->head.id,
                                               .version = g->head.version,
                                               .class = g->class,
                                               .say = g->say,
                                               .brief = g->brief,
                                               .act = g->act,
                                               .value = g->value });
        }
    return n;
}

static void add_reason(struct buf *b, struct slice say)
{
    struct slice so_far = buf_slice(b);

    while (so_far.n) { /* the same words once */
        struct slice one = slice_trim(slice_cut(&so_far, ','));

        if (slice_eq(one, say))
            return;
    }
    if (b->n)
        buf_str(b, ", ");
    buf_add(b, say);
}

bool rules_emergency(const struct rule_set *set, const struct form *form, const struct value *values,
                     const struct slice *heard, unsigned heard_n, struct arena *arena, struct slice *reason)
{
    struct facts facts = { .form = form, .values = values, .heard = heard, .heard_n = heard_n };
    const struct form_rows *rows = rows_of(set, form);
    const struct value *signs = signs_of(&facts);
    unsigned signs_n = signs ? signs->n : 0;
    struct buf words;

    buf_init(&words, 512);
    for (unsigned i = 0; i < signs_n + heard_n; i++) {
        const struct sign_row *s = sign_row(set, i < signs_n ? signs->items[i] : heard[i - signs_n], &facts);

        if (s && s->class == URGENCY_E1)
            add_reason(&words, s->say);
    }
    for (unsigned i = 0; rows && values && i < rows->n; i++)
        if (rows->rows[i]->class == URGENCY_E1 && row_holds(rows->rows[i], &facts))
            add_reason(&words, rows->rows[i]->say);
    *reason = buf_into(&words, arena);
    return reason->n > 0;
}
