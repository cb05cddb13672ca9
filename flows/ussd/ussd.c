/* ussd.c - what becomes of a USSD request: what is filed, told and answered, and what is kept.  See ussd.h;
 * how it is read is ussd/read.c, the walk itself ussd/walk.c. */
#include "flows/ussd/ussd.h"

#include <string.h>

#include "flows/rows/clocks.h"
#include "flows/step/drafts.h"
#include "flows/filing/filing.h"
#include "flows/care/child.h"
#include "flows/care/subject_report.h"
#include "flows/ussd/page.h"
#include "flows/ussd/turn.h"

struct job {
    struct step step;
    struct ussd_turn *t;
    struct ussd_state *s;
    const struct inbound *in;
    struct slice screen;
    bool ends;
};

static void say_end(struct job *j, struct slice text)
{
    j->screen = text;
    j->ends = true;
}

/* How long an unfinished dialogue waits for its next input. */
static int64_t patience(const struct job *j)
{
    return clock_of(j->step.rules, "ussd_session");
}

/* The timer that makes a draft of an unfinished dialogue. */
static struct slice timer_id(struct job *j)
{
    return arena_printf(j->step.arena, "ussd:%.*s", SLICE_ARG(j->t->session_id));
}

static void set_timer(struct job *j, int64_t due_ms)
{
    struct slice id = j->t->session_id;
    size_t slash = slice_find(id, '/');
    struct due due = { .what = S("ussd"), .from = j->t->msisdn, .nomor = j->s->nomor };

    due.act = slice_skip(id, slash + 1);
    step_timer(&j->step, timer_id(j), step_due(&j->step, &due), due_ms);
    j->s->timed = due_ms > 0;
}

static void save(struct job *j, uint64_t seen_rev, int64_t ttl_ms)
{
    struct outcome *out = j->step.out;

    if (out->writes_n == OUTCOME_SUBJECTS) {
        out->overflow = true;
        return;
    }
    out->writes[out->writes_n++] = (struct subject_write){
        .ref = { .kind = SUBJECT_SESSION, .id = j->t->session_id },
        .seen_rev = seen_rev,
        .blob = ussd_state_encode(j->s, j->step.arena),
        .ttl_ms = ttl_ms,
    };
}

/* Whatever is not sent by `1` is never accepted, however complete: it is asked. */
static const struct report *unfinished(struct job *j)
{
    struct report *r = ARENA_NEW(j->step.arena, struct report);
    const struct report *from = j->t->walk.report;

    if (!r)
        return from;
    *r = *from;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->values[i].kind != VALUE_ABSENT && (j->s->filled >> i & 1) && !r->faults[i])
            r->faults[i] = ERROR_AMBIGUOUS; /* the echo page was not seen */
    if (r->status != REPORT_ACCEPTED)
        return r;
    r->status = REPORT_CONFIRM;
    r->error = ERROR_AMBIGUOUS;
    r->unsent = true;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->values[i].kind != VALUE_ABSENT && !r->form->fields[i].hidden &&
            (!j->s->filled || j->s->filled >> i & 1))
            r->error_field = r->form->fields[i].name;
    return r;
}

/* The answers of a screening that broke off in its middle are not asked a second time. */
static void keep_part(struct job *j, struct slice nomor)
{
    struct draft *d = drafts_find(j->step.state, nomor);

    if (!d || j->s->place != USSD_QUESTION || !j->s->form)
        return;
    d->part = arena_printf(j->step.arena, "%.*s/%.*s", SLICE_ARG(text_as(j->s->form, j->s->values, AS_KIND)),
                           SLICE_ARG(j->s->item));
    j->step.state->changed = true;
}

static void file(struct job *j, const struct report *r, bool sure, struct filed *filed)
{
    struct filing f = { .report = r, .sure = sure };

    if (j->s->nomor.n)
        f.draft = drafts_find(j->step.state, j->s->nomor);
    filing_file(&j->step, &f, filed);
    keep_part(j, filed->nomor);
}

/* SPEC 2.2: an emergency never waits for a field.  The number that it gets stays that of the report; empty
 * when the report is none of hers to make. */
static struct filed alarm_now(struct job *j)
{
    struct filed filed = { .kind = FILED_REFUSED };

    file(j, unfinished(j), false, &filed);
    if (filed.kind == FILED_REFUSED)
        return filed;
    j->s->alarmed = true;
    j->s->nomor = filed.nomor;
    if (j->s->timed)
        set_timer(j, j->step.now_ms + patience(j));
    return filed;
}

/* SPEC 2.2: she reads first who was called, above the next question; where that page has no room for it, in
 * an SMS.  Nor above one of several pages: the next would begin where this one does not end. */
static void say_called(struct job *j, struct filed filed)
{
    struct ussd_walk *w = &j->t->walk;
    const struct text_fill f[] = { { "petugas", filed.called },
                                   { "hp", filed.hp },
                                   { "nomor", filed.nomor } };
    struct slice said = filed.called.n ? step_text(&j->step, j->step.language, "ussd.dipanggil", FILLS(f))
                                       : slice_make("", 0);

    if (said.n && !w->note.n && ussd_page_fits(&w->c, j->s, said))
        w->note = said;
    else if (said.n)
        step_answer(&j->step, filed.nomor, said);
}

/* The draft that held this report was completed by SMS meanwhile. */
static bool done_by_sms(struct job *j)
{
    return j->s->nomor.n && !drafts_find(j->step.state, j->s->nomor);
}

static void end_dialogue(struct job *j)
{
    ussd_state_clear(j->s);
    j->s->place = USSD_DONE;
}

static struct slice with_number(struct job *j, const char *key, struct slice nomor)
{
    return ussd_text(&j->t->walk.c, key, "nomor", nomor);
}

/* The last page, and the same as an SMS: she may have hung up. */
static void say_filed(struct job *j, const struct filed *filed)
{
    if (filed->text.n)
        step_answer(&j->step, filed->nomor, filed->text);
    say_end(j, filed->text.n ? filed->text : ussd_text(&j->t->walk.c, "ussd.bukan_tugas", NULL, S("")));
}

/* The question that only the store could raise (`Anak 1041 …?`) can be answered at once, or later by SMS. */
static bool ask_on(struct job *j, const struct filed *filed)
{
    const struct draft *d = drafts_find(j->step.state, filed->nomor);

    if (!d || d->asking == ASK_FIELD)
        return false;
    j->s->place = USSD_ASKED;
    j->s->field = -1;
    j->s->nomor = filed->nomor;
    j->s->question = filed->text;
    j->s->command = d->asking == ASK_CHILD ? S("BARU") : S("TIDAK");
    j->screen = S("");
    j->ends = false;
    return true;
}

static void send_report(struct job *j)
{
    const struct report *r = j->t->walk.report;
    struct filed filed = { .kind = FILED_REFUSED };
    int f = form_field_named(r->form, r->error_field);
    bool sure = r->status == REPORT_CONFIRM && f >= 0 && (j->s->sure >> f & 1);

    if (done_by_sms(j)) {
        say_end(j, with_number(j, "ussd.sudah", j->s->nomor));
    } else {
        file(j, r, sure, &filed);
        step_reason(&j->step, filed.kind == FILED_ACCEPTED ? "accepted"
                              : filed.kind == FILED_ASKED  ? "confirm"
                                                           : "rejected");
        say_filed(j, &filed);
        if (filed.kind == FILED_ASKED && ask_on(j, &filed))
            return;
    }
    end_dialogue(j);
}

/* A draft with its number, however little was said: an SMS completes it (SPEC 3). */
static void go_on_by_sms(struct job *j)
{
    struct filed filed = { .kind = FILED_REFUSED };

    if (done_by_sms(j)) {
        say_end(j, with_number(j, "ussd.sudah", j->s->nomor));
    } else {
        file(j, unfinished(j), false, &filed);
        say_filed(j, &filed);
    }
    end_dialogue(j);
}

/* A number is known in the sender's puskesmas area only (SPEC 2.7). */
static bool in_her_area(const struct job *j, const struct child *child)
{
    const struct place *p = j->step.person ? j->step.person->place : NULL;

    while (p && p->level != PLACE_PUSKESMAS)
        p = p->parent;
    return p && slice_eq(p->code, child->puskesmas);
}

/* What the typed number stands for: its child is named on the next page, anything else is asked again. */
static void look_up(struct job *j)
{
    const struct form *f = j->s->form;
    bool wants_child = f->about == FORM_ABOUT_CHILD;
    enum number_kind kind;
    struct child child;
    struct slice nomor;
    int at = -1;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (f->fields[i].type == FIELD_NOMOR && j->s->values[i].kind != VALUE_ABSENT)
            at = (int)i;
    if (at < 0)
        return;
    nomor = j->s->values[at].text;
    kind = number_kind(step_blob(&j->step, SUBJECT_NUMBER, nomor), j->step.arena);
    if (kind == (wants_child ? NUMBER_CHILD : NUMBER_REPORT)) {
        if (!wants_child)
            return;
        if (child_load(&j->step, nomor, &child) && in_her_area(j, &child)) {
            j->s->who = text_cut(child.nama, 20, j->step.arena);
            j->s->sex = child.jk;
            j->s->born = child.tgl_lahir;
            if (j->s->place == USSD_FIELD)
                ussd_move_next(&j->t->walk); /* what is asked depends on whom it is about */
            return;
        }
        kind = NUMBER_NONE;
    }
    j->t->walk.action = USSD_SHOW;
    ussd_move_ask_again(
        &j->t->walk, at,
        with_number(j, kind == NUMBER_NONE ? "ussd.nomor_tidak_ada" : "ussd.nomor_lain", nomor));
    ussd_move_judge(&j->t->walk);
}

static void act(struct job *j)
{
    struct ussd_walk *w = &j->t->walk;

    if (w->number_given)
        look_up(j);
    if (w->action == USSD_FILE)
        send_report(j);
    else if (w->action == USSD_DRAFT)
        go_on_by_sms(j);
    else if (w->report && w->report->emergency && !j->s->alarmed)
        say_called(j, alarm_now(j));
}

static void keep_time(struct job *j)
{
    bool wanted = ussd_state_unfinished(j->s) && ussd_move_anything(j->s) && j->s->place != USSD_ASKED;

    if (wanted && !j->s->timed)
        set_timer(j, j->step.now_ms + patience(j));
    else if (!wanted && j->s->timed)
        set_timer(j, 0);
}

static void answer(struct job *j)
{
    struct outcome *out = j->step.out;

    if (!j->screen.n)
        j->screen = ussd_page_text(&j->t->walk.c, j->s, j->t->walk.note);
    out->screen = j->screen;
    out->screen_ends = j->ends;
    j->s->session = j->t->session;
    j->s->step = j->in->step;
    j->s->page = j->screen;
    j->s->ended = j->ends;
    j->s->at_ms = j->step.now_ms;
    save(j, j->step.seen->sender->session.rev, j->s->place == USSD_DONE ? USSD_REPEAT_MS : USSD_SESSION_MS);
}

/* The command was carried out before (flow.c); its answer is also the last page. */
static enum step_rc step_command(struct job *j)
{
    const struct outcome *out = j->step.out;

    for (unsigned i = 0; i < out->sms_n; i++)
        if (out->sms[i].class == SMS_ANSWER && slice_eq(out->sms[i].to, j->t->msisdn))
            say_end(j, out->sms[i].text);
    if (!j->screen.n)
        say_end(j, ussd_text(&j->t->walk.c, "ussd.sibuk", NULL, S("")));
    if (ussd_move_anything(j->s) &&
        j->s->place != USSD_ASKED) /* 00, a command, and later back to the report */
        j->s->over = USSD_NOTHING_OVER;
    else
        end_dialogue(j);
    keep_time(j);
    answer(j);
    return j->step.arena->failed ? STEP_NO_MEMORY : out->overflow ? STEP_OVERFLOW : STEP_OK;
}

/* Too long without an input: a draft, told by one SMS a day. */
static void step_timer_due(struct job *j, const struct subject *session)
{
    struct slice today = step_day(&j->step, j->step.now_ms);
    struct filed filed = { .kind = FILED_REFUSED };

    if (!session || !ussd_state_decode(j->step.rules, session->blob, j->step.arena, j->s)) {
        step_reason(&j->step, "timer_idle");
        return;
    }
    if (ussd_state_unfinished(j->s) && ussd_move_anything(j->s) && j->step.person && j->step.person->active) {
        if (j->step.now_ms < j->s->at_ms + patience(j)) {
            set_timer(j, j->s->at_ms + patience(j));
            step_reason(&j->step, "timer");
            return;
        }
        ussd_move_judge(&j->t->walk);
        if (!done_by_sms(j))
            file(j, unfinished(j), false, &filed);
        if (filed.kind != FILED_REFUSED && !slice_eq(j->step.state->ussd_told, today)) {
            step_sms(&j->step, j->step.msisdn, SMS_NOTICE, filed.nomor, filed.text);
            j->step.state->ussd_told = today;
            j->step.state->changed = true;
        }
    }
    step_reason(&j->step, filed.kind == FILED_REFUSED ? "timer_idle" : "timer");
    ussd_state_clear(j->s);
    j->s->timed = false;
    save(j, session->rev, USSD_SESSION_MS);
}

static bool must_alarm(struct job *j)
{
    return j->t->walk.report && !j->s->alarmed && filing_alarms(unfinished(j));
}

/* She is gone, perhaps for good: a referral with a reason does not wait for her to come back. */
static void step_over(struct job *j)
{
    if (!must_alarm(j))
        return;
    alarm_now(j);
    save(j, j->step.seen->sender->session.rev, USSD_SESSION_MS);
}

/* Said while the store was away: it gets its number now, she hears it, and may go on where she was. */
static void step_kept(struct job *j)
{
    struct filed filed;

    if (!must_alarm(j))
        return;
    filed = alarm_now(j);
    if (filed.text.n)
        step_answer(&j->step, filed.nomor, filed.text);
    if (j->t->overtaken)
        return;
    keep_time(j);
    save(j, j->step.seen->sender->session.rev, USSD_SESSION_MS);
}

static void step_refused(struct job *j)
{
    say_end(j, ussd_text(&j->t->walk.c, j->t->refused, "kode", j->step.rules->short_code));
    step_reason(&j->step, j->t->reason);
    j->step.out->screen = j->screen;
    j->step.out->screen_ends = true;
}

enum step_rc ussd_step(const struct ruleset *rs, const struct context *seen, const struct intent *intent,
                       const struct lease *ids, int64_t now_ms, struct arena *arena, struct outcome *out)
{
    struct ussd_turn *t = intent->reading->ussd;
    struct job j = { .t = t, .s = &t->state, .in = seen->inbound };
    const struct subject *session = NULL;

    if (!step_begin(&j.step, rs, seen, intent, ids, now_ms, arena, out))
        return STEP_NO_MEMORY;
    for (unsigned i = 0; i < seen->subjects_n; i++)
        if (seen->subjects[i].ref.kind == SUBJECT_SESSION)
            session = &seen->subjects[i];
    t->walk.c.person = j.step.person;
    switch (t->kind) {
    case USSD_TURN_REFUSED:
        step_refused(&j);
        break;
    case USSD_TURN_REPEAT:
        out->screen = j.s->page;
        out->screen_ends = j.s->ended;
        break;
    case USSD_TURN_OVER:
        step_over(&j);
        break;
    case USSD_TURN_KEPT:
        step_kept(&j);
        break;
    case USSD_TURN_TIMER:
        step_timer_due(&j, session);
        break;
    case USSD_TURN_INPUT:
        if (t->walk.action == USSD_COMMAND)
            return step_command(&j);
        act(&j);
        keep_time(&j);
        answer(&j);
        break;
    }
    if (!out->reason)
        step_reason(&j.step, "ussd_page");
    return step_end(&j.step);
}
