/* noise.c - see noise.h. */
#include "flows/talk/noise.h"

#include <string.h>

#include "flows/rows/clocks.h"
#include "flows/step/drafts.h"
#include "flows/care/subject_report.h"
#include "gateway/conf/rules.h"

static unsigned figure(const struct step *s, const char *id, unsigned otherwise)
{
    int64_t milli = s->rules->rules ? rules_figure(s->rules->rules, id) : -1;

    return milli > 0 ? (unsigned)(milli / 1000) : otherwise;
}

static bool reason_in(const struct step *s, const char *const *names, unsigned n)
{
    for (unsigned i = 0; s->out->reason && i < n; i++)
        if (strcmp(s->out->reason, names[i]) == 0)
            return true;
    return false;
}

/* Does this way to end say that nothing came of the message? */
static bool changed_nothing(const struct step *s)
{
    static const char *const idle[] = { "unknown_keyword", "unknown_sender", "command_refused",
                                        "thanks",          "talk",           "repeat" };

    return reason_in(s, idle, sizeof idle / sizeof idle[0]) && s->out->rows_n == 0 && s->out->timers_n == 0;
}

static bool others_hear(const struct step *s)
{
    for (unsigned i = 0; i < s->out->sms_n; i++)
        if (s->out->sms[i].class != SMS_ANSWER)
            return true;
    return false;
}

/* Words that are only passed on to those who have an open case (waits_passed_on) are none: an answering app
 * says such too. */
static bool is_emergency(const struct step *s)
{
    const struct reading *r = s->reading;
    bool is = r->said.emergency || (r->kind == READING_ANSWER && r->answer.emergency) ||
              (others_hear(s) && !changed_nothing(s));

    for (unsigned i = 0; i < r->said.reports_n; i++)
        is = is || r->said.reports[i].emergency;
    return is;
}

static bool is_command(const struct step *s)
{
    static const char *const command[] = { "command" };

    return reason_in(s, command, 1);
}

/* Understood, and answered, and no row of the district's is another for it: BANTUAN, STATUS, a question asked
 * back. */
static bool asked_only(const struct step *s)
{
    static const char *const asked_back[] = { "rejected", "confirm" };

    return (is_command(s) || reason_in(s, asked_back, 2)) && s->out->rows_n == 0;
}

/* Whoever asks after an E1 that is on its way may ask as often as she likes: its clocks end it. */
static bool is_about_e1(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return s->reading->kind == READING_COMMAND && s->reading->said.command.nomor.n && r &&
           report_load(s, s->reading->said.command.nomor, r) && slice_is(r->referral.urgency, "E1") &&
           (r->referral.state == REFERRAL_SENT || r->referral.state == REFERRAL_TAKEN);
}

/* Nobody is answered any more, nor is anything passed on. */
static void take_back(struct step *s)
{
    bool all = changed_nothing(s);
    unsigned kept = 0;

    for (unsigned i = 0; i < s->out->sms_n; i++)
        if (!all && !(s->out->sms[i].class == SMS_ANSWER && slice_eq(s->out->sms[i].to, s->msisdn)))
            s->out->sms[kept++] = s->out->sms[i];
    s->out->sms_n = kept;
    step_reason(s, "robot");
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

static uint64_t text_of(const struct step *s)
{
    return slice_hash(s->seen->inbound->text);
}

/* One more; a robot that goes on keeps the count alive. */
static void count(struct step *s, struct noise *n)
{
    int64_t window = clock_of(s->rules, "noise_window");
    struct slice today = step_day(s, s->now_ms);
    bool fresh = !n->n || s->now_ms - n->last_ms > window;

    n->same = !fresh && n->text == (int64_t)text_of(s) ? n->same + 1 : 1;
    n->n = fresh ? 1 : n->n + 1;
    n->today = slice_eq(n->day, today) ? n->today + 1 : 1;
    n->day = today;
    n->text = (int64_t)text_of(s);
    n->last_ms = s->now_ms;
    s->state->changed = true;
}

/* Something came of it; the day's count stays. */
static void settle(struct step *s, struct noise *n)
{
    s->state->changed = s->state->changed || n->n > 0;
    n->n = n->same = 0;
}

struct limits {
    unsigned any, day, same;
};

/* Answered as ever, for the last time, or no more. */
static void judge(struct step *s, struct noise *n, struct limits most, const char *last)
{
    count(s, n);
    if (n->n > most.any || n->today > most.day || (n->same > most.same && !is_repeat(s)))
        take_back(s);
    else if ((n->n == most.any || n->today == most.day || n->same == most.same) && !is_repeat(s))
        step_answer(s, slice_make("", 0),
                    step_text(s, s->language, last, &(struct text_fill){ "hp", step_help_phone(s) }, 1));
}

static struct limits of_noise(const struct step *s)
{
    bool passed_on = others_hear(s); /* to those who have her open case: she may add much to it */
    bool known = s->person || passed_on;

    return (struct limits){ .any = s->person && passed_on ? figure(s, "asks_known", 40)
                                   : known                ? figure(s, "noise_known", 10)
                                                          : figure(s, "noise_stranger", 3),
                            .day = known ? figure(s, "noise_known_day", 100)
                                         : figure(s, "noise_stranger_day", 10),
                            .same = figure(s, "noise_same", 3) };
}

static struct limits of_asks(const struct step *s)
{
    return (struct limits){ .any = s->person ? figure(s, "asks_known", 40) : figure(s, "asks_stranger", 5),
                            .day = s->person ? figure(s, "asks_known_day", 200)
                                             : figure(s, "asks_stranger_day", 20),
                            .same = s->person ? figure(s, "asks_same", 10) : figure(s, "noise_same", 3) };
}

void noise_judge(struct step *s)
{
    struct sender_state *state = s->state;
    bool emergency;

    if (s->seen->inbound->kind != INBOUND_SMS)
        return;
    emergency = is_emergency(s);
    if (!emergency && changed_nothing(s)) {
        if (answers(s))
            judge(s, &state->noise, of_noise(s), "noise.last");
        return;
    }
    settle(s, &state->noise);
    if (emergency || !asked_only(s)) {
        settle(s, &state->asks);
        return;
    }
    if (!answers(s) || is_about_e1(s))
        return;
    /* Questions asked back may be many, on a busy day; only the same words to them again are a robot's. */
    if (!is_command(s) && state->asks.text != (int64_t)text_of(s))
        settle(s, &state->asks);
    judge(s, &state->asks, of_asks(s), "noise.asked");
}
