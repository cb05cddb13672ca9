/* preview.c - see preview.h. */
#include "flows/preview.h"

#include "flows/flow.h"
#include "flows/step/drafts.h"
#include "flows/step/reply.h"
#include "flows/step/roles.h"

static bool may(const struct person *p, const struct said *part)
{
    bool ok = p->active && !p->pending && p->role <= ROLE_RS;

    for (unsigned i = 0; i < part->reports_n; i++)
        ok = ok && (!part->reports[i].form || roles_may_report(p->role, part->reports[i].form));
    return ok;
}

/* A kader, or for what kader do not report somebody of the staff. */
static const struct person *somebody(const struct directory *d, const struct said *part)
{
    for (enum role role = ROLE_KADER; role <= ROLE_RS; role++)
        for (unsigned i = 0; i < d->people_n; i++)
            if (d->people[i]->role == role && may(d->people[i], part))
                return d->people[i];
    return NULL;
}

/* All that is answered, an SMS a line. */
static struct slice answer_in(const struct outcome *out, struct slice to, struct arena *a)
{
    struct slice all = { 0 };

    for (unsigned i = 0; i < out->sms_n; i++)
        if (out->sms[i].class == SMS_ANSWER && slice_eq(out->sms[i].to, to))
            all = all.n ? arena_printf(a, "%.*s\n%.*s", SLICE_ARG(all), SLICE_ARG(out->sms[i].text))
                        : out->sms[i].text;
    return all;
}

static struct slice stepped(const struct ruleset *rs, const struct sender *who, const struct inbound *in,
                            struct arena *a)
{
    struct outcome *out = outcome_new(a);
    struct subject *none = ARENA_ARRAY(a, struct subject, INTENT_SUBJECTS);
    struct intent *intent = ARENA_NEW(a, struct intent);
    struct lease *ids = ARENA_NEW(a, struct lease);
    struct context seen = { .inbound = in, .sender = who, .subjects = none, .blind = true };

    if (!out || !none || !intent || !ids || flow_read(rs, who, in, in->received_ms, a, intent) != READ_OK)
        return slice_make("", 0);
    ids->printed = S("00000");
    for (unsigned i = 0; i < LEASE_UUIDS; i++)
        ids->uuids[i] = ids->printed;
    seen.subjects_n = intent->subjects_n;
    for (unsigned i = 0; i < intent->subjects_n; i++)
        none[i].ref = intent->subjects[i];
    if (flow_step(rs, &seen, intent, ids, in->received_ms, a, out) != STEP_OK)
        return slice_make("", 0);
    return answer_in(out, in->from, a);
}

struct slice flow_preview(const struct ruleset *rs, struct slice from, const struct said *part, int64_t at_ms,
                          struct arena *a)
{
    const struct person *p = from.n ? directory_person(&rs->directory, from) : somebody(&rs->directory, part);
    struct sender who = { .msisdn = from.n ? from : p ? p->msisdn : S("+620"), .person = p };
    struct inbound in = { .kind = INBOUND_SMS,
                          .provider = S("parse"),
                          .provider_id = S("parse"),
                          .from = who.msisdn,
                          .from_is_msisdn = true,
                          .text = part->body,
                          .received_ms = at_ms };
    struct slice answer = part->kind == SAID_COMMAND ? slice_make("", 0) : stepped(rs, &who, &in, a);

    /* A command is about what only the store knows; what a role may not do is checked by the daemon alone. */
    return answer.n ? answer : reply_said(rs, rs->language, part, a);
}
