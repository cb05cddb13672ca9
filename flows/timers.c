/* timers.c - the table of timers.  See timers.h. */
#include "flows/timers.h"

#include "flows/alert/alert.h"
#include "flows/alert/pws.h"
#include "flows/care/child.h"
#include "flows/care/day_list.h"
#include "flows/care/recap.h"
#include "flows/care/reminders.h"
#include "flows/care/tasks.h"
#include "flows/filing/referral.h"
#include "flows/step/blob.h"
#include "flows/talk/answers.h"
#include "flows/talk/approval.h"
#include "flows/talk/emergency.h"
#include "flows/talk/listing.h"

static bool no_subjects(const struct ruleset *rules, const struct due *d, struct arena *a, struct intent *out)
{
    (void)rules, (void)d, (void)a, (void)out;
    return true;
}

static bool episode_subjects(const struct ruleset *rules, const struct due *d, struct arena *a,
                             struct intent *out)
{
    (void)rules;
    return pws_subject_of(d->village, out) &&
           intent_add(out, SUBJECT_EPISODE, ARENA_JOIN(a, d->village, S("/"), d->disease));
}

static bool posyandu_subjects(const struct ruleset *rules, const struct due *d, struct arena *a,
                              struct intent *out)
{
    (void)rules;
    return tasks_subjects(d->posyandu, a, out) && recap_subjects(d->posyandu, a, out);
}

static bool child_subjects(const struct ruleset *rules, const struct due *d, struct arena *a,
                           struct intent *out)
{
    bool ok = posyandu_subjects(rules, d, a, out);

    for (unsigned i = 0; i < CHILD_BUCKETS; i++)
        ok = intent_add(out, SUBJECT_NAME, d->buckets[i]) && ok;
    return ok;
}

static bool picture_subjects(const struct ruleset *rules, const struct due *d, struct arena *a,
                             struct intent *out)
{
    (void)a;
    return pws_due_subjects(rules, d, out);
}

static void visited(struct step *s, const struct due *d)
{
    recap_visited(s, d);
    tasks_visited(s, d);
}

/* The sender and the number that it names are subjects of every timer. */
static const struct {
    const char *what;
    bool (*subjects)(const struct ruleset *, const struct due *, struct arena *, struct intent *);
    void (*run)(struct step *, const struct due *);
} timers[] = {
    { "draft", no_subjects, answers_expired },
    { "referral", no_subjects, referral_due },
    { "hadir", no_subjects, referral_due },
    { "hidup", no_subjects, referral_alive }, /* a WAFAT that was cancelled */
    { "pagi", no_subjects, referral_morning },
    { "episode", episode_subjects, alert_due },
    { "child", child_subjects, child_due },
    { "setuju", no_subjects, approval_due },
    { "pws", picture_subjects, pws_due },
    { "tugas", posyandu_subjects, tasks_changed },
    { "dosis", posyandu_subjects, tasks_doses },
    { "absen", posyandu_subjects, tasks_absent },
    { "ibu", posyandu_subjects, tasks_missed },
    { "kunjungan", posyandu_subjects, visited },
    { "rekap", posyandu_subjects, recap_due },
    { "terdaftar", no_subjects, approval_known },
    { "buka", listing_subjects, listing_due },
    { "ringan", day_list_subjects, day_list_changed },
    { "daftar", day_list_subjects, day_list_due },
    { "mungkin", no_subjects, emergency_maybe },
    { "ingat", reminders_subjects, reminders_due },
    { REMINDERS_ROOT, no_subjects, reminders_root },
};

enum {
    TIMERS = sizeof timers / sizeof timers[0]
};

/* TIMERS when there is none of that name. */
static unsigned timer_of(struct slice what)
{
    unsigned i = 0;

    while (i < TIMERS && !slice_is(what, timers[i].what))
        i++;
    return i;
}

bool timers_known(struct slice text, struct arena *a)
{
    struct slice what = node_text(blob_parse(text, a), "t");

    /* A dialogue reads its own (flows/ussd/read.c); "kept" becomes the SMS that it was
     * (flows/talk/approval.c). */
    return slice_is(what, "ussd") || slice_is(what, "kept") || timer_of(what) < TIMERS;
}

bool timers_is_ussd(const struct inbound *in, struct arena *a)
{
    return slice_is(node_text(blob_parse(in->text, a), "t"), "ussd");
}

enum read_rc timers_read(const struct ruleset *rules, const struct inbound *in, struct arena *a,
                         struct intent *out)
{
    struct reading *r = out->reading;
    const struct node *o = blob_parse(in->text, a);
    unsigned i;

    if (!o)
        return a->failed ? READ_NO_MEMORY : READ_OK;
    r->kind = READING_TIMER;
    (void)codec_get(o, &due_codec, &r->due);
    r->acting = r->due.from;
    (void)intent_add(out, SUBJECT_SENDER, r->due.from);
    (void)intent_add(out, SUBJECT_NUMBER, r->due.nomor);
    i = timer_of(r->due.what);
    if (i < TIMERS)
        (void)timers[i].subjects(rules, &r->due, a, out);
    return a->failed ? READ_NO_MEMORY : READ_OK;
}

void timers_step(struct step *s)
{
    unsigned i = timer_of(s->reading->due.what);

    if (i < TIMERS)
        timers[i].run(s, &s->reading->due);
    else
        step_reason(s, "timer_idle");
}
