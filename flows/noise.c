/* noise.c - see noise.h. */
#include "flows/noise.h"

#include <string.h>

#include "flows/clocks.h"
#include "flows/drafts.h"
#include "gateway/conf/rules.h"

static unsigned figure(const struct step *s, const char *id, unsigned otherwise)
{
    int64_t milli = s->rules->rules ? rules_figure(s->rules->rules, id) : -1;

    return milli > 0 ? (unsigned)(milli / 1000) : otherwise;
}

/* Does this way to end say that nothing came of the message? */
static bool changed_nothing(const struct step *s)
{
    static const char *const idle[] = { "unknown_keyword", "unknown_sender", "command_refused", "thanks",
                                        "repeat" };
    bool is = false;

    for (unsigned i = 0; i < sizeof idle / sizeof idle[0]; i++)
        is = is || (s->out->reason && strcmp(s->out->reason, idle[i]) == 0);
    for (unsigned i = 0; i < s->out->sms_n; i++) /* someone else hears of it: a stranger's emergency */
        is = is && s->out->sms[i].class == SMS_ANSWER;
    for (unsigned i = 0; i < s->reading->said.reports_n; i++)
        is = is && !s->reading->said.reports[i].emergency;
    return is && !s->reading->said.emergency && s->out->rows_n == 0 && s->out->timers_n == 0;
}

static void take_back(struct step *s)
{
    for (unsigned i = 0; i < s->out->sms_n; i++)
        if (s->out->sms[i].class == SMS_ANSWER && slice_eq(s->out->sms[i].to, s->msisdn)) {
            s->out->sms_n--;
            memmove(&s->out->sms[i], &s->out->sms[i + 1], (s->out->sms_n - i) * sizeof s->out->sms[0]);
            step_reason(s, "robot");
            return;
        }
}

static bool answers(const struct step *s)
{
    for (unsigned i = 0; i < s->out->sms_n; i++)
        if (s->out->sms[i].class == SMS_ANSWER && slice_eq(s->out->sms[i].to, s->msisdn))
            return true;
    return false;
}

/* The report is here already, and its answer says so: not the words of the last one. */
static bool is_repeat(const struct step *s)
{
    return strcmp(s->out->reason, "repeat") == 0;
}

/* One more; a robot that goes on keeps the count alive. */
static void count(struct step *s, struct noise *n)
{
    int64_t window = clock_of(s->rules, "noise_window");
    struct slice today = step_day(s, s->now_ms);
    uint64_t text = slice_hash(s->seen->inbound->text);
    bool fresh = !n->n || s->now_ms - n->last_ms > window;

    n->same = !fresh && n->text == (int64_t)text ? n->same + 1 : 1;
    n->n = fresh ? 1 : n->n + 1;
    n->today = slice_eq(n->day, today) ? n->today + 1 : 1;
    n->day = today;
    n->text = (int64_t)text;
    n->last_ms = s->now_ms;
    s->state->changed = true;
}

void noise_judge(struct step *s)
{
    struct noise *n = &s->state->noise;
    unsigned any = s->person ? figure(s, "noise_known", 10) : figure(s, "noise_stranger", 3);
    unsigned day = s->person ? figure(s, "noise_known_day", 100) : figure(s, "noise_stranger_day", 10);
    unsigned same = figure(s, "noise_same", 3);

    if (s->state->foreign || s->seen->inbound->kind != INBOUND_SMS)
        return;
    if (!changed_nothing(s)) {
        s->state->changed = s->state->changed || n->n > 0;
        n->n = n->same = 0; /* the day's count stays */
        return;
    }
    if (!answers(s))
        return;
    count(s, n);
    if (n->n > any || n->today > day || (n->same > same && !is_repeat(s)))
        take_back(s);
    else if ((n->n == any || n->today == day || n->same == same) && !is_repeat(s))
        step_answer(s, slice_make("", 0), step_text(s, s->language, "noise.last", NULL, 0));
}
