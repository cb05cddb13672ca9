/* fhir_bundle.c - see fhir_bundle.h. */
#include "gateway/district/fhir_bundle.h"

#include <stdio.h>

#include "gateway/district/fhir_making.h"
#include "parsers/date.h"

enum {
    REPLACES_FROM = 3, /* a first CEK is version 2: nothing was sent before it */
};

/* --- the patient --- */

static struct slice gender(const struct making *m)
{
    struct slice jk = fhir_text_of_type(m->form, m->fields, FIELD_SEX);

    return m->form->gender.n   ? m->form->gender
           : slice_is(jk, "L") ? S("male")
           : slice_is(jk, "P") ? S("female")
                               : S("unknown");
}

/* "By Ny {}" with the name in it. */
static struct slice name_of(const struct making *m)
{
    struct slice name = fhir_text_of_type(m->form, m->fields, FIELD_NAME), rest = m->form->name, before;

    if (!name.n || !rest.n)
        return name;
    before = slice_cut(&rest, '{');
    if (rest.n)
        rest = slice_skip(rest, 1);
    return arena_printf(m->arena, "%.*s%.*s%.*s", SLICE_ARG(before), SLICE_ARG(name), SLICE_ARG(rest));
}

/* Her, where the report names her; a person known by number is referred to.  False: it is about nobody. */
static bool add_patient(struct making *m)
{
    struct slice name = name_of(m), nik = fhir_text_of_type(m->form, m->fields, FIELD_NIK);
    struct slice id = m->record->person_id.n ? m->record->person_id : m->record->id;
    struct node *p;

    if (m->about->placed) {
        m->subject = fhir_reference(m, fhir_join(m, S("Patient"), "/", m->about->placed->patient));
        return true;
    }
    if (!name.n) {
        m->subject = fhir_reference(
            m, arena_printf(m->arena, "Patient?identifier=%.*s|%.*s", SLICE_ARG(m->system), SLICE_ARG(id)));
        return m->record->person_id.n > 0;
    }
    p = fhir_resource_new(m, "Patient", NULL);
    node_set(p, "name", fhir_in_list(m, fhir_text_only(m, name)));
    node_put(p, "gender", gender(m));
    node_put(p, "birthDate", fhir_born(m));
    node_put(p, "deceasedDateTime", fhir_field_text(m, m->form->deceased));
    m->subject = fhir_reference(m, fhir_add(m, "Patient", p, m->system, id, m->form->deceased.n > 0));
    if (nik.n) /* beside ours, by which she is known again */
        node_add((struct node *)node_get(p, "identifier"), fhir_identifier(m, m->about->map->nik, nik));
    return true;
}

static struct node *encounter(const struct making *m)
{
    struct node *e, *class, *period;

    e = fhir_resource_new(m, "Encounter", "finished");
    class = node_object(m->arena);
    period = node_object(m->arena);
    node_put(class, "system", S("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
    node_put(class, "code", m->form->encounter);
    node_set(e, "class", class);
    node_set(e, "subject", m->subject);
    node_put(period, "start", m->moment);
    node_put(period, "end", m->moment);
    node_set(e, "period", period);
    node_set(e, "serviceProvider", fhir_performer(m));
    return e;
}

static void add_encounter(struct making *m)
{
    struct node *e;

    if (!m->form->encounter.n)
        return;
    e = m->about->placed ? fhir_ministry_encounter(m) : encounter(m);
    m->encounter = fhir_reference(m, fhir_add(m, "Encounter", e, m->system, m->record->id, m->replaces));
}

/* --- rows --- */

/* RFC 3339 with an offset as UTC, and its local day. */
static struct slice utc(struct making *m, struct slice at)
{
    int y, mo, d, h, mi, s, oh, om;
    char sign;
    char text[40];

    snprintf(text, sizeof text, "%.*s", SLICE_ARG(at));
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c%2d:%2d", &y, &mo, &d, &h, &mi, &s, &sign, &oh, &om) != 9)
        return at;
    m->day = date_days(y, mo, d);
    m->ms = (m->day * 86400 + h * 3600 + mi * 60 + s - (sign == '-' ? -1 : 1) * (oh * 3600 + om * 60)) * 1000;
    return fhir_utc(m, m->ms);
}

static void add_record(struct making *m, const struct record *r)
{
    bool checked = slice_is(r->status, "checked"), gone = slice_is(r->status, "cancelled");

    m->form = fhir_form_of(m->about->map, r->form);
    if (!m->form)
        return;
    m->record = r;
    m->replaces = m->about->placed ? m->about->placed->ids != NULL
                                   : r->version >= REPLACES_FROM || (m->form->always && r->version > 1);
    m->withdrawn = gone || (!checked && !m->form->always);
    if (m->withdrawn && !m->replaces)
        return; /* never sent, and not to be sent */
    m->fields = r->fields;
    m->moment = utc(m, r->at);
    m->encounter = NULL;
    if (!add_patient(m))
        return; /* a count, nobody's */
    add_encounter(m);
    for (unsigned i = 0; i < m->form->resources_n; i++)
        fhir_add_resource(m, &m->form->resources[i]);
}

/* What became of a referral. */
static void add_event(struct making *m, const struct event_row *e)
{
    const struct fhir_code *status = fhir_code_of(m->about->map->events, m->about->map->events_n, e->event);
    struct node *o;

    if (!status || !e->of.n)
        return;
    m->withdrawn = false;
    o = fhir_resource_new(m, "Task", status->code.p);
    node_put(o, "intent", S("order"));
    node_set(o, "focus",
             fhir_reference(m, arena_printf(m->arena, "ServiceRequest?identifier=%.*s|%.*s:referral",
                                            SLICE_ARG(m->system), SLICE_ARG(e->of))));
    node_put(o, "lastModified", utc(m, e->at));
    (void)fhir_add(m, "Task", o, m->system, fhir_join(m, e->of, ":", S("task")), true);
}

struct slice fhir_system(const struct fhir_about *about, struct arena *a)
{
    struct slice rest = about->map->identifiers, before = slice_cut(&rest, '{');

    (void)slice_cut(&rest, '}');
    return arena_printf(a, "%.*s%.*s%.*s", SLICE_ARG(before), SLICE_ARG(about->organization),
                        SLICE_ARG(rest));
}

static void put_bundle(struct buf *out, const char *type, struct node *entries, struct arena *a)
{
    struct node *bundle = node_object(a);

    node_put(bundle, "resourceType", S("Bundle"));
    node_put(bundle, "type", slice_of(type));
    node_set(bundle, "entry", entries);
    node_write(out, bundle);
}

enum fhir_rc fhir_bundle(const struct fhir_about *about, const struct row_list *rows, struct arena *a,
                         struct buf *out, struct buf *gone, struct err *e)
{
    struct making m = {
        .about = about, .arena = a, .entries = node_list(a), .system = fhir_system(about, a)
    };

    m.gone = node_list(a);
    for (unsigned i = 0; i < rows->n; i++) {
        const struct row *row = &rows->all[i];

        if (row->kind == ROW_RECORD)
            add_record(&m, &row->record);
        else if (row->kind == ROW_REFERRAL_EVENT && !about->placed)
            add_event(&m, &row->event);
    }
    if (!node_first(m.entries) && !a->failed)
        return FHIR_NOTHING;
    put_bundle(out, "transaction", m.entries, a);
    if (node_first(m.gone))
        put_bundle(gone, "batch", m.gone, a);
    if (!a->failed && !out->failed && !gone->failed)
        return FHIR_READY;
    err_set(e, "larger than a bundle may be");
    return FHIR_BROKEN;
}

static struct slice fault_of(const struct node *outcome, struct arena *a)
{
    const struct node *issue = node_first(node_get(outcome, "issue"));
    const struct node *where = node_first(node_get(issue, "expression"));
    struct slice code = node_text(issue, "code");

    return !code.n ? S("no OperationOutcome")
           : where ? arena_printf(a, "%.*s at %.*s", SLICE_ARG(code), SLICE_ARG(where->text))
                   : code;
}

struct slice fhir_fault(struct slice answer, struct arena *a)
{
    return fault_of(node_read(answer, a), a);
}

/* Codes of an issue that passes by itself: http://hl7.org/fhir/issue-type, group transient. */
static bool passes(struct slice code)
{
    static const char *const codes[] = { "transient", "lock-error", "no-store",  "exception",
                                         "timeout",   "incomplete", "throttled", NULL };

    for (const char *const *c = codes; *c; c++)
        if (slice_is(code, *c))
            return true;
    return false;
}

/* The first entry that was not taken; in a batch of deletions what is not there is gone. */
static struct slice entry_fault(const struct node *bundle, bool batch)
{
    for (const struct node *e = node_first(node_get(bundle, "entry")); e; e = e->next) {
        struct slice status = node_text(node_get(e, "response"), "status");

        if (!slice_starts(status, "2") &&
            !(batch && (slice_starts(status, "404") || slice_starts(status, "410"))))
            return status.n ? status : S("no status");
    }
    return S("");
}

enum fhir_verdict fhir_verdict(struct slice answer, bool batch, struct arena *a, struct slice *why)
{
    const struct node *o = node_read(answer, a), *issue = node_first(node_get(o, "issue"));
    struct slice type = node_text(o, "resourceType"), severity = node_text(issue, "severity");

    *why = S("");
    if (slice_is(type, "Bundle") && slice_is(node_text(o, "type"), "searchset"))
        return FHIR_TAKEN;
    if (slice_is(type, "Bundle")) {
        *why = entry_fault(o, batch);
        return !why->n ? FHIR_TAKEN : slice_starts(*why, "5") ? FHIR_NOT_NOW : FHIR_REFUSED;
    }
    *why = S("what answers at this url is no FHIR service");
    if (!slice_is(type, "OperationOutcome"))
        return FHIR_NOT_NOW;
    if (!slice_is(severity, "error") && !slice_is(severity, "fatal")) {
        *why = S("");
        return FHIR_TAKEN;
    }
    *why = fault_of(o, a);
    return passes(node_text(issue, "code")) ? FHIR_NOT_NOW : FHIR_REFUSED;
}
