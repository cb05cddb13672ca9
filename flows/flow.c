/* flow.c - the dispatch: what kind of inbound it is, and who decides about it.  See flow.h. */
#include "flows/flow.h"

#include <string.h>

#include "flows/alert/alert.h"
#include "flows/step/blob.h"
#include "flows/talk/approval.h"
#include "flows/talk/noise.h"
#include "flows/talk/office.h"
#include "flows/talk/sms.h"
#include "flows/care/reminders.h"
#include "flows/timers.h"
#include "flows/ussd/ussd.h"

bool flow_due(struct slice id, struct slice text, int64_t due_ms, int64_t now_ms, struct arena *a,
              struct inbound *out)
{
    struct slice name = arena_printf(a, "%.*s@%lld", SLICE_ARG(id), (long long)due_ms);

    if (!approval_kept(text, a, out))
        *out = (struct inbound){ .kind = INBOUND_TIMER,
                                 .provider = S("timer"),
                                 .provider_id = name,
                                 .text = blob_shown(text, a), /* people read it when it is parked */
                                 .received_ms = now_ms };
    out->timer = name;
    return !a->failed;
}

/* A page that said a command: it is read, and later stepped, as its SMS would be. */
static enum read_rc read_ussd(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                              int64_t now_ms, struct arena *a, struct intent *out)
{
    enum read_rc rc = ussd_read(rules, who, in, now_ms, a, out);
    struct reading *page = out->reading;
    const struct inbound *said = rc == READ_OK ? ussd_said(page) : NULL;

    if (!said)
        return rc;
    out->reading = ARENA_NEW(a, struct reading);
    if (!out->reading)
        return READ_NO_MEMORY;
    rc = sms_read(rules, who, said, now_ms, a, out);
    ussd_read_command(page, out->reading);
    out->reading = page;
    return rc;
}

static bool is_ussd(const struct inbound *in, struct arena *a)
{
    return in->kind == INBOUND_USSD || (in->kind == INBOUND_TIMER && timers_is_ussd(in, a));
}

static enum read_rc read_any(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                             int64_t now_ms, struct arena *a, struct intent *out)
{
    if (is_ussd(in, a))
        return read_ussd(rules, who, in, now_ms, a, out);
    out->reading = ARENA_NEW(a, struct reading);
    if (!out->reading)
        return READ_NO_MEMORY;
    out->reading->kind = READING_IGNORED;
    if (office_is(in)) {
        out->reading->kind = READING_OFFICE;
        office_subjects(in, a, out);
        return a->failed ? READ_NO_MEMORY : READ_OK;
    }
    if (in->kind == INBOUND_SMS || in->kind == INBOUND_STAFF)
        return sms_read(rules, who, in, now_ms, a, out);
    if (in->kind == INBOUND_TIMER)
        return timers_read(rules, in, a, out);
    if (in->kind == INBOUND_SIGNAL && alert_subjects(in, a, out))
        out->reading->kind = READING_SIGNAL;
    return a->failed ? READ_NO_MEMORY : READ_OK;
}

enum read_rc flow_read(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                       int64_t now_ms, struct arena *a, struct intent *out)
{
    enum read_rc rc;

    memset(out, 0, sizeof *out);
    if (blob_is_foreign(who->state.blob, a) || blob_is_foreign(who->session.blob, a))
        return READ_NEWER;
    rc = read_any(rules, who, in, now_ms, a, out);
    return rc == READ_OK && out->overflow ? READ_OVERFLOW : rc;
}

static void step_part(struct step *s)
{
    switch (s->reading->kind) {
    case READING_TIMER:
        timers_step(s);
        break;
    case READING_SIGNAL:
        alert_judge(s);
        break;
    case READING_OFFICE:
        office_step(s);
        break;
    case READING_USSD:
    case READING_IGNORED:
        step_reason(s, s->seen->inbound->kind == INBOUND_DLR ? "dlr" : "timer_idle");
        break;
    default:
        sms_step(s);
        break;
    }
}

static enum step_rc step_parts(const struct ruleset *rules, const struct context *seen,
                               const struct intent *intent, const struct lease *ids, int64_t now_ms,
                               struct arena *a, struct outcome *out)
{
    struct step s;

    if (!step_begin(&s, rules, seen, intent, ids, now_ms, a, out))
        return STEP_NO_MEMORY;
    for (const struct reading *part = intent->reading; part; part = part->next) {
        s.reading = part;
        s.answers_from = out->sms_n;
        step_part(&s);
    }
    noise_judge(&s);
    if (seen->inbound->kind == INBOUND_SMS && !seen->inbound->from_is_msisdn)
        step_reason(&s, "no_answer_possible");
    return step_end(&s);
}

/* The SMS that a page said is carried out first; its answer is then the page. */
static enum step_rc step_ussd(const struct ruleset *rules, const struct context *seen,
                              const struct intent *intent, const struct lease *ids, int64_t now_ms,
                              struct arena *a, struct outcome *out)
{
    struct reading *command = ussd_command_of(intent->reading);
    struct context said = *seen;
    struct intent inner = *intent;
    enum step_rc rc;

    if (command) {
        said.inbound = ussd_said(intent->reading);
        inner.reading = command;
        rc = step_parts(rules, &said, &inner, ids, now_ms, a, out);
        if (rc != STEP_OK)
            return rc;
    }
    return ussd_step(rules, seen, intent, ids, now_ms, a, out);
}

enum step_rc flow_step(const struct ruleset *rules, const struct context *seen, const struct intent *intent,
                       const struct lease *ids, int64_t now_ms, struct arena *a, struct outcome *out)
{
    for (unsigned i = 0; i < seen->subjects_n; i++)
        if (blob_is_foreign(seen->subjects[i].blob, a))
            return STEP_NEWER;
    return intent->reading->kind == READING_USSD ? step_ussd(rules, seen, intent, ids, now_ms, a, out)
                                                 : step_parts(rules, seen, intent, ids, now_ms, a, out);
}

void flow_root(struct slice *id, struct slice *text)
{
    *id = (struct slice)S(REMINDERS_ROOT);
    *text = (struct slice)S("{\"v\":1,\"t\":\"" REMINDERS_ROOT "\"}");
}
