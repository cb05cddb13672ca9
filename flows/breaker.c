/* breaker.c - see breaker.h. */
#include "flows/breaker.h"

#include <string.h>

#include "flows/clocks.h"
#include "flows/drafts.h"
#include "flows/reading.h"
#include "gateway/conf/rules.h"

/* What a way to end weighs; NULL: it shows that a person is there. */
static const struct {
    const char *reason, *figure;
} weights[] = {
    { "accepted", NULL },
    { "repaired", NULL },
    { "unknown_keyword", "robot_noise" },
    { "unknown_sender", "robot_noise" },
    { "command_refused", "robot_noise" },
    { "thanks", "robot_noise" },
    { "confirm", "robot_doubt" },
    { "rejected", "robot_doubt" },
    { "repeat", "robot_doubt" },
};

static bool cries(const struct said *said)
{
    bool e1 = said->emergency;

    for (unsigned i = 0; i < said->reports_n; i++)
        e1 |= said->reports[i].emergency;
    return e1;
}

static struct sms *answer_of(struct step *s)
{
    for (unsigned i = 0; i < s->out->sms_n; i++)
        if (s->out->sms[i].class == SMS_ANSWER && slice_eq(s->out->sms[i].to, s->msisdn))
            return &s->out->sms[i];
    return NULL;
}

/* Points that the message adds; -1: it clears them. */
static int64_t points(const struct step *s)
{
    const struct reading *r = s->reading;

    if (!s->person && r->kind == READING_REPORTS && r->said.reports_n && r->said.reports[0].form)
        return rules_figure(s->rules->rules, "robot_doubt"); /* a kader who is not registered yet */
    for (size_t i = 0; s->out->reason && i < sizeof weights / sizeof *weights; i++)
        if (strcmp(weights[i].reason, s->out->reason) == 0)
            return weights[i].figure ? rules_figure(s->rules->rules, weights[i].figure) : -1;
    return 0;
}

void breaker_judge(struct step *s)
{
    int64_t limit = rules_figure(s->rules->rules, "robot_limit"), add = points(s), was;
    struct sender_state *state = s->state;
    struct sms *answer = answer_of(s);

    if (state->noise_ms + clock_of(s->rules, "robot_pause") <= s->now_ms)
        state->noise = 0;
    was = state->noise;
    if (add == 0 || (add < 0 && was == 0) || (add > 0 && !answer)) /* what is not answered makes no loop */
        return;
    state->noise = add < 0 ? 0 : was + add;
    state->noise_ms = s->now_ms;
    state->changed = true;
    if (add < 0 || state->noise <= limit || cries(&s->reading->said))
        return;
    if (was <= limit) {
        answer->text = step_text(s, s->language, "robot.pause", NULL, 0);
        return;
    }
    *answer = s->out->sms[--s->out->sms_n];
    step_reason(s, "muted");
}
