/* answers.c - a draft is answered.  See answers.h. */
#include "flows/talk/answers.h"

#include <string.h>

#include "flows/step/reply_parts.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

static void sure_of(struct step *s, struct draft *d, struct slice field)
{
    if (!drafts_is_sure(d, field))
        d->sure = arena_printf(s->arena, "%.*s,%.*s", SLICE_ARG(d->sure), SLICE_ARG(field));
    s->state->changed = true;
}

/* Files a draft again with what is known now, and answers. */
static void file_again(struct step *s, const struct draft *d, const struct report *r)
{
    struct filed_report *old = ARENA_NEW(s->arena, struct filed_report);
    struct filing f = {
        .report = r, .draft = d, .hash = d->hash, .new_person = d->not_child, .child = d->picked
    };
    struct filed out;

    if (!old)
        return;
    if (d->correct && report_load(s, d->nomor, old))
        f.correct = old;
    filing_file(s, &f, &out);
    step_reason(s, out.kind == FILED_ACCEPTED ? "repaired" : "confirm");
    step_answer(s, out.nomor, out.text);
}

static void judge_again(struct step *s, const struct draft *d, struct report *r)
{
    drafts_report(d, r);
    understand_judge(s->rules, d->at_ms, s->arena, r);
}

/* Bare words for a name or a text may be anything (`ok bu`): they are read back before they are kept.  A
 * label before them makes them certain. */
static bool must_read_back(const struct draft *d, const struct reading *r)
{
    const struct field *f = NULL;
    struct slice rest = slice_trim(r->said.body), first = slice_cut(&rest, ' ');

    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (slice_eq(d->form->fields[i].name, d->field))
            f = &d->form->fields[i];
    if (!f || (f->type != FIELD_NAME && f->type != FIELD_TEXT) || d->asking == ASK_CHILD ||
        slice_eq(first, d->nomor))
        return false;
    for (unsigned i = 0; i < f->labels_n; i++)
        if (slice_ieq(slice_take(first, f->labels[i].n), f->labels[i]))
            return false;
    return report_value(&r->answer, f->name.p) != NULL;
}

void answers_value(struct step *s)
{
    struct draft *d = drafts_find(s->state, s->reading->nomor);
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!d || !r)
        return;
    *r = s->reading->answer;
    if ((r->status != REPORT_REJECTED || !slice_eq(r->error_field, d->field)) &&
        must_read_back(d, s->reading)) {
        r->status = REPORT_CONFIRM;
        r->error = ERROR_AMBIGUOUS;
        r->error_field = d->field;
    }
    file_again(s, d, r);
}

static struct slice list_drafts(struct step *s)
{
    struct slice list;
    struct buf b;

    buf_init(&b, 256);
    for (unsigned i = 0; i < s->state->drafts_n; i++) {
        const struct draft *d = &s->state->drafts[i];

        buf_str(&b, i ? ", " : "");
        buf_printf(&b, "%.*s %.*s", SLICE_ARG(d->nomor),
                   SLICE_ARG(reply_label(d->form, d->asking == ASK_CHILD ? S("nama") : d->field)));
    }
    list = arena_copy(s->arena, buf_slice(&b));
    buf_free(&b);
    return list;
}

void answers_which(struct step *s)
{
    struct slice list = list_drafts(s);
    const struct text_fill f[] = {
        { "daftar", list },
        { "nomor", s->state->drafts_n ? s->state->drafts[0].nomor : slice_make("", 0) },
    };

    step_reason(s, "rejected");
    step_answer(s, slice_make("", 0), step_text(s, s->language, "draft.which", FILLS(f)));
}

static void say_yes(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!r)
        return;
    if (d->asking == ASK_CHILD)
        d->picked = d->child;
    else
        sure_of(s, d, d->field);
    judge_again(s, d, r);
    file_again(s, d, r);
}

/* The guess was wrong: the value is asked for. */
static void say_no(struct step *s, struct draft *d)
{
    int i = 0;

    if (d->asking == ASK_VALUE) {
        char name[64];
        size_t n = d->field.n < sizeof name ? d->field.n : sizeof name - 1;

        memcpy(name, d->field.p, n);
        name[n] = '\0';
        i = form_field(d->form, name);
        if (i >= 0) {
            d->values[i] = (struct value){ .kind = VALUE_ABSENT };
            d->faults[i] = 0;
        }
        d->asking = ASK_FIELD;
        d->error = ERROR_MISSING;
        s->state->changed = true;
    }
    {
        const struct text_fill f[] = { { "nomor", d->nomor },
                                       { "field", reply_label(d->form, d->field) },
                                       { "contoh", reply_example(d->form, d->field, s->arena) } };

        step_reason(s, "rejected");
        step_answer(s, d->nomor, step_text(s, s->language, "ask.again", FILLS(f)));
    }
}

static void say_new(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!r)
        return;
    d->not_child = true;
    d->picked = slice_make("", 0);
    s->state->changed = true;
    judge_again(s, d, r);
    file_again(s, d, r);
}

void answers_word(struct step *s, const struct command *c)
{
    struct draft *d = c->nomor.n ? drafts_find(s->state, c->nomor) : drafts_only(s->state);

    if (!c->nomor.n && (s->state->drafts_n > 1 || (d && c->kind == COMMAND_BARU && s->state->again.n))) {
        answers_which(s);
        return;
    }
    if (!d) {
        const struct text_fill f[] = { { "nomor", c->nomor } };

        step_reason(s, "command_refused");
        step_answer(s, c->nomor,
                    step_text(s, s->language, c->nomor.n ? "draft.not_open" : "draft.none", FILLS(f)));
        return;
    }
    if (c->kind == COMMAND_BARU || (c->kind == COMMAND_TIDAK && d->asking == ASK_CHILD)) {
        if (d->asking == ASK_CHILD)
            say_new(s, d);
        else
            say_no(s, d);
    } else if (c->kind == COMMAND_YA && d->asking != ASK_FIELD) {
        say_yes(s, d);
    } else {
        say_no(s, d);
    }
}

void answers_expired(struct step *s, const struct due *due)
{
    const struct draft *d = drafts_find(s->state, due->nomor);
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    step_reason(s, "timer_idle");
    if (!d || !r)
        return;
    step_reason(s, "draft_expired"); /* the staff list is what ended so (district/log_db.h) */
    {
        const struct text_fill f[] = { { "nomor", d->nomor }, { "form", d->form->title } };

        step_sms(s, s->msisdn, SMS_NOTICE, d->nomor,
                 step_text(s, s->language, d->correct ? "koreksi.expired" : "draft.expired", FILLS(f)));
    }
    if (report_load(s, due->nomor, r) && r->draft) {
        r->status = S("expired"); /* a referral that it opened goes on */
        report_save(s, r);
    }
    drafts_remove(s->state, due->nomor);
}
