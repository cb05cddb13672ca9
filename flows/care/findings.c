/* findings.c - see findings.h. */
#include "flows/care/findings.h"

#include <string.h>

#include "parsers/date.h"
#include "flows/rows/growth.h"
#include "flows/step/reply_parts.h"
#include "gateway/base/node.h"

enum {
    MOST = 16,  /* findings of one report */
    SPOKEN = 3, /* in the receipt */
    BYTES = 4096,
};

static int month_of(const struct step *s, int64_t ms)
{
    struct date d = date_civil(ms, s->rules->utc_offset_min).day;

    return d.year * 12 + d.month - 1;
}

/* What the measures of a child say, by its age and its earlier weighings. */
static unsigned of_child(const struct step *s, const struct report *r, const struct child *c, int64_t at_ms,
                         struct growth_trend *trend, struct finding *out, unsigned max)
{
    struct growth_weight past[CHILD_WEIGHINGS];
    struct growth_measure m = { .sex = c->jk,
                                .bb = report_number(r, AS_WEIGHT),
                                .tb = report_number(r, AS_HEIGHT),
                                .lila = report_number(r, AS_ARM),
                                .lk = report_number(r, AS_HEAD) };
    const struct value *tb;
    unsigned n = 0, past_n = 0;
    int64_t born;

    if (!form_is(r->form, FORM_WEIGHING) || !date_parse_iso(c->tgl_lahir, &born))
        return 0;
    m.age_months = date_months_between(born, date_today(at_ms, s->rules->utc_offset_min));
    tb = report_as(r, AS_HEIGHT);
    m.lying = growth_lying(tb ? tb->label : slice_make("", 0), false, m.age_months);
    for (unsigned i = 0; i < c->weighings_n; i++)
        if (c->weighings[i].bb)
            past[past_n++] = (struct growth_weight){ .month = month_of(s, c->weighings[i].at_ms),
                                                     .bb = c->weighings[i].bb };
    n = growth_findings(s->rules->rules, &m, out, max);
    if (m.bb) {
        *trend = growth_trend(s->rules->rules, past, past_n, month_of(s, at_ms), m.bb, m.age_months);
        if (n < max)
            n += growth_trend_finding(s->rules->rules, *trend, &out[n]);
    }
    return n;
}

static struct slice value_of(const struct report *r, const struct finding *f, struct arena *a)
{
    return f->value.n ? reply_value(r->form, r->values, f->value, a) : f->value;
}

static void add_json(struct buf *b, const struct finding *f, struct slice value)
{
    buf_str(b, b->n > 1 ? "," : "");
    buf_str(b, "{\"id\":");
    buf_json(b, f->id);
    buf_str(b, ",\"v\":");
    buf_i64(b, f->version);
    buf_str(b, ",\"class\":");
    buf_json(b, slice_of(urgency_name(f->class)));
    buf_str(b, ",\"say\":");
    buf_json(b, f->say);
    if (value.n) {
        buf_str(b, ",\"value\":");
        buf_json(b, value);
    }
    buf_str(b, f->nakes_only ? ",\"private\":true}" : "}");
}

/* Most urgent first, whoever found it; of one class what was measured before what was seen. */
static bool worse(const struct finding *a, const struct finding *b)
{
    return a->class != b->class ? a->class > b->class : a->value.n > 0 && b->value.n == 0;
}

static void sort(struct finding *f, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        for (unsigned k = i; k > 0 && worse(&f[k], &f[k - 1]); k--) {
            struct finding t = f[k];

            f[k] = f[k - 1];
            f[k - 1] = t;
        }
}

/* "TD sangat tinggi 160/110" */
static void add_told(struct buf *b, struct slice say, struct slice value)
{
    buf_str(b, b->n ? ", " : "");
    buf_add(b, say);
    buf_str(b, value.n ? " " : "");
    buf_add(b, value);
}

static void write_out(struct step *s, const struct report *r, const struct finding *found, unsigned n,
                      const struct growth_trend *trend, struct findings *out)
{
    struct buf json, say, told;
    unsigned spoken = 0;

    buf_init(&json, BYTES);
    buf_init(&say, BYTES);
    buf_init(&told, BYTES);
    buf_char(&json, '[');
    for (unsigned i = 0; i < n; i++) {
        struct slice value = value_of(r, &found[i], s->arena);

        add_json(&json, &found[i], value);
        out->private = out->private || found[i].nakes_only;
        if (found[i].nakes_only || found[i].class == URGENCY_NONE)
            continue;
        add_told(&told, found[i].say, value);
        out->brief = out->brief.n ? out->brief : found[i].brief;
        if (spoken == SPOKEN)
            continue;
        buf_str(&say, spoken++ ? ", " : "");
        buf_add(&say, found[i].say);
        out->worst = found[i].class > out->worst ? found[i].class : out->worst;
        if (!out->act.n && found[i].class == out->worst)
            out->act = found[i].act;
    }
    if (trend->code)
        buf_printf(&json, "%s{\"id\":\"nt\",\"v\":1,\"class\":\"\",\"say\":\"%c\"}", json.n > 1 ? "," : "",
                   trend->code);
    buf_char(&json, ']');
    out->json = buf_into(&json, s->arena);
    out->say = buf_into(&say, s->arena);
    out->told = buf_into(&told, s->arena);
}

/* The report's values, with the age that follows from the birth date where the report gives none (by number
 * the child's): thresholds by age hold for these too. */
static void with_age(const struct step *s, const struct report *r, const struct child *c, int64_t at_ms,
                     struct value values[FORM_FIELDS])
{
    int umur = form_as(r->form, AS_AGE);
    struct slice birth = c && c->tgl_lahir.n ? c->tgl_lahir : text_as(r->form, r->values, AS_BIRTH);
    int64_t born;

    memcpy(values, r->values, sizeof r->values);
    if (umur >= 0 && values[umur].kind == VALUE_ABSENT && date_parse_iso(birth, &born))
        values[umur] = value_text(arena_printf(
            s->arena, "%dbl", (int)date_months_between(born, date_today(at_ms, s->rules->utc_offset_min))));
}

/* A danger of the day that the report tells of somebody else. */
static struct finding of_another(const struct report *r)
{
    return (struct finding){ .id = S("orang_lain"),
                             .version = 1,
                             .class = URGENCY_E2,
                             .say = r->others_today,
                             .brief = r->others_today };
}

void findings_of(struct step *s, const struct report *r, const struct child *child,
                 const struct filed_report *filed, struct findings *out)
{
    struct finding found[MOST];
    struct value values[FORM_FIELDS];
    struct growth_trend trend = { 0 };
    unsigned n;

    *out = (struct findings){ .json = S("[]") };
    if (!s->rules->rules)
        return;
    with_age(s, r, child, filed->at_ms, values);
    n = rules_findings(s->rules->rules, r->form, values, found, MOST);
    if (child)
        n += of_child(s, r, child, filed->at_ms, &trend, found + n, MOST - n);
    if (r->others_today.n && n < MOST && !form_is(r->form, FORM_DEATH))
        found[n++] = of_another(r);
    sort(found, n);
    write_out(s, r, found, n, &trend, out);
    if (!out->say.n && trend.code == 'N')
        out->say = step_text(s, s->language, "growth.rising", NULL, 0);
    if (!out->act.n && out->worst >= URGENCY_E2 && !form_is(r->form, FORM_DEATH)) /* nobody refers the dead */
        out->act = step_text(s, s->language, out->worst == URGENCY_E1 ? "act.now" : "act.today", NULL, 0);
}

struct slice findings_told(const struct filed_report *filed, struct arena *a)
{
    struct slice told;
    struct buf b;

    buf_init(&b, BYTES);
    for (const struct node *f = node_first(node_read(filed->findings, a)); f; f = f->next)
        if (node_text(f, "class").n && !node_bool(f, "private"))
            add_told(&b, node_text(f, "say"), node_text(f, "value"));
    told = buf_into(&b, a);
    return told;
}

/* The worst that an SMS may say; else, where it is no danger, what it may not. */
static const struct finding *worst_of(const struct finding *found, unsigned n)
{
    const struct finding *said = NULL, *kept = NULL;

    for (unsigned i = n; i-- > 0;) /* most urgent first */
        if (found[i].nakes_only)
            kept = &found[i];
        else
            said = &found[i];
    return kept && kept->class >= URGENCY_E2 && (!said || said->class < URGENCY_E2) ? kept : said;
}

enum urgency findings_certain(const struct ruleset *rules, const struct form *form,
                              const struct value *values, const uint8_t *faults, struct arena *a,
                              struct slice *say)
{
    struct value certain[FORM_FIELDS];
    struct finding found[MOST];
    const struct finding *worst;
    struct buf b;
    unsigned n;

    memcpy(certain, values, sizeof certain);
    for (unsigned i = 0; i < form->fields_n; i++)
        if (faults[i] & REPORT_FAULT_ERROR)
            certain[i] = (struct value){ 0 };
    *say = (struct slice){ 0 };
    if (!rules->rules || form_is(form, FORM_DEATH))
        return URGENCY_NONE;
    n = rules_findings(rules->rules, form, certain, found, MOST);
    worst = worst_of(found, n);
    if (!worst)
        return URGENCY_NONE;
    if (worst->nakes_only)
        return worst->class;
    buf_init(&b, BYTES);
    for (int measured = 1; measured >= 0; measured--) /* what was measured first, SMS are short */
        for (unsigned i = 0; i < n; i++)
            if (!found[i].nakes_only && (found[i].value.n > 0) == (measured == 1) &&
                (&found[i] == worst || found[i].class >= URGENCY_E2))
                add_told(&b, found[i].say,
                         found[i].value.n ? reply_value(form, certain, found[i].value, a) : found[i].value);
    *say = buf_into(&b, a);
    return worst->class;
}
