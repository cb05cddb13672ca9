/* answers.c - a draft is answered.  See answers.h. */
#include "flows/talk/answers.h"

#include <string.h>

#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/words.h"

enum {
    LISTED = 100, /* septets of the list of open questions: config/texts draft.which */
    WHOM = 12,    /* of them one name */
};

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

static void sure_of(struct step *s, struct draft *d, struct slice field)
{
    if (!drafts_is_sure(d, field))
        d->sure = arena_printf(s->arena, "%.*s,%.*s", SLICE_ARG(d->sure), SLICE_ARG(field));
    s->state->changed = true;
}

/* What the answer brought, for the next question: "BB 9,2 dicatat."  The field asked again shows itself. */
static struct slice noted(struct step *s, const struct draft *d, const struct report *r)
{
    struct slice all = slice_make("", 0);

    for (unsigned i = 0; i < d->form->fields_n; i++) {
        const struct field *f = &d->form->fields[i];

        if (f->hidden || r->values[i].kind == VALUE_ABSENT || value_equal(&d->values[i], &r->values[i]) ||
            (r->status != REPORT_ACCEPTED && slice_eq(f->name, r->error_field)))
            continue;
        all = arena_printf(s->arena, "%.*s%s%.*s %.*s", SLICE_ARG(all), all.n ? ", " : "",
                           SLICE_ARG(reply_label(d->form, f->name)),
                           SLICE_ARG(reply_value(d->form, r->values, f->name, s->arena)));
    }
    if (all.n) {
        const struct text_fill f[] = { { "nilai", all } };

        all = step_text(s, s->language, "ask.noted", FILLS(f));
    }
    return all;
}

/* Files a draft again with what is known now, and answers. */
static void file_again(struct step *s, const struct draft *d, const struct report *r)
{
    struct filed_report *old = ARENA_NEW(s->arena, struct filed_report);
    struct filing f = { .report = r,
                        .draft = d,
                        .hash = d->hash,
                        .new_person = d->not_child,
                        .child = d->picked,
                        .noted = noted(s, d, r) };
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
    if (r->said.emergency && f && f->type == FIELD_TEXT)
        return false; /* known words */
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

static struct slice answers_whom(struct step *s, const struct draft *d)
{
    return d->whom.n ? d->whom : reply_whom(d->form, d->values, s->arena);
}

void answers_repeat(struct step *s, const struct draft *d)
{
    const struct text_fill f[] = { { "nomor", d->nomor },
                                   { "siapa", answers_whom(s, d) },
                                   { "field", reply_label(d->form, d->field) },
                                   { "contoh", reply_example(d->form, d->field, s->arena) } };

    step_answer(s, d->nomor,
                d->question.n ? d->question : step_text(s, s->language, "ask.missing", FILLS(f)));
}

/* As many as fit whole: "48217 Siti BB, 48225 Budi TB"; how many more there are stands in *more. */
static struct slice list_drafts(struct step *s, unsigned *more)
{
    struct slice list;
    struct buf b;

    *more = 0;
    buf_init(&b, 256);
    for (unsigned i = 0; i < s->state->drafts_n; i++) {
        const struct draft *d = &s->state->drafts[i];
        struct slice label = reply_label(d->form, d->asking == ASK_CHILD ? S("nama") : d->field);
        struct slice one =
            arena_printf(s->arena, "%s%.*s %.*s %.*s", b.n ? ", " : "", SLICE_ARG(d->nomor),
                         SLICE_ARG(text_cut(answers_whom(s, d), WHOM, s->arena)), SLICE_ARG(label));

        if (*more || b.n + one.n > LISTED)
            ++*more;
        else
            buf_add(&b, one);
    }
    list = arena_copy(s->arena, buf_slice(&b));
    buf_free(&b);
    return list;
}

void answers_unknown(struct step *s)
{
    unsigned more;
    const struct text_fill f[] = { { "daftar", list_drafts(s, &more) } };

    step_answer(s, slice_make("", 0), step_text(s, s->language, "unknown.open", FILLS(f)));
}

void answers_which(struct step *s)
{
    unsigned more;
    struct slice list = list_drafts(s, &more);
    const struct text_fill f[] = {
        { "daftar", list },
        { "jumlah", more ? arena_printf(s->arena, "%u", more) : slice_make("", 0) },
    };

    step_reason(s, "rejected");
    step_answer(s, slice_make("", 0),
                step_text(s, s->language, more ? "draft.which_more" : "draft.which", FILLS(f)));
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

static struct value *field_value(struct draft *d, struct slice field, unsigned *index)
{
    int i = form_field_named(d->form, field);

    *index = i >= 0 ? (unsigned)i : 0;
    return i >= 0 ? &d->values[i] : NULL;
}

/* The guess was wrong, or the field is still open: its value is asked for. */
static void ask_value(struct step *s, struct draft *d, struct slice field)
{
    unsigned i;
    struct value *v = field_value(d, field, &i);

    if (v && (d->asking == ASK_VALUE || !slice_eq(field, d->field))) {
        *v = (struct value){ .kind = VALUE_ABSENT };
        d->faults[i] = 0;
    }
    if (d->asking == ASK_VALUE || !slice_eq(field, d->field)) {
        d->asking = ASK_FIELD;
        d->error = ERROR_MISSING;
        d->field = field;
        s->state->changed = true;
    }
    {
        const struct text_fill f[] = { { "nomor", d->nomor },
                                       { "siapa", answers_whom(s, d) },
                                       { "field", reply_label(d->form, d->field) },
                                       { "contoh", reply_example(d->form, d->field, s->arena) } };

        d->question = step_text(s, s->language, "ask.again", FILLS(f));
        s->state->changed = true;
        step_reason(s, "rejected");
        step_answer(s, d->nomor, d->question);
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

/* `bukan bu, anak lain`: to a report by number the number is wrong. */
static void say_other(struct step *s, struct draft *d)
{
    unsigned i;
    const struct value *nomor = field_value(d, S("nomor"), &i);

    if (d->asking == ASK_CHILD)
        say_new(s, d);
    else if (!d->correct && d->form->about == FORM_ABOUT_CHILD && nomor && nomor->kind != VALUE_ABSENT)
        ask_value(s, d, S("nomor"));
    else
        answers_repeat(s, d);
}

/* TANDA is asked, and there is none: the field stays empty and is asked about no more. */
static bool may_be_none(const struct draft *d)
{
    int i = form_field_named(d->form, d->field);

    if (i < 0 || d->asking == ASK_CHILD || d->form->fields[i].type != FIELD_CHOICES)
        return false;
    for (unsigned v = 0; v < d->form->variants_n; v++)
        if (variant_requires(&d->form->variants[v], (unsigned)i))
            return false;
    return true;
}

static void say_nothing(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);
    unsigned i;
    struct value *v = field_value(d, d->field, &i);

    if (!r || !v)
        return;
    *v = (struct value){ .kind = VALUE_ABSENT };
    d->faults[i] = 0;
    sure_of(s, d, d->field);
    judge_again(s, d, r);
    file_again(s, d, r);
}

static void end_draft(struct step *s, const struct draft *d)
{
    struct slice nomor = d->nomor;

    step_timer(s, arena_printf(s->arena, "draft:%.*s", SLICE_ARG(nomor)), slice_make("", 0), 0);
    drafts_remove(s->state, nomor);
}

/* A correction that is not made after all: the record stays as it is, and that is said (RULINGS 55). */
static void keep_record(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool known = r && report_load(s, d->nomor, r);
    const struct text_fill f[] = {
        { "nomor", d->nomor },
        { "isi", known ? reply_echo(r->form, r->values, s->arena) : slice_make("", 0) },
    };

    step_reason(s, "repaired");
    step_answer(s, d->nomor, step_text(s, s->language, "koreksi.kept", FILLS(f)));
    end_draft(s, d);
}

static void say_no(struct step *s, struct draft *d)
{
    unsigned i;
    const struct value *v = field_value(d, d->field, &i);

    if (d->correct)
        keep_record(s, d);
    else if (d->asking == ASK_CHILD)
        say_new(s, d);
    else if (may_be_none(d) && (d->asking == ASK_FIELD || (v && v->n <= 1)))
        say_nothing(s, d);
    else
        ask_value(s, d, d->field);
}

/* `ga jadi`: the unfinished report is dropped.  One that staff were told of is not dropped by a word that may
 * have been meant for something else: her own BATAL does that. */
static void say_cancel(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool known = r && report_load(s, d->nomor, r);
    const struct text_fill f[] = { { "nomor", d->nomor }, { "siapa", answers_whom(s, d) } };

    if (d->correct) {
        keep_record(s, d);
        return;
    }
    step_reason(s, "command");
    if (known && r->referral.state != REFERRAL_NONE) {
        step_answer(s, d->nomor, step_text(s, s->language, "batal.sure", FILLS(f)));
        return;
    }
    if (known) {
        r->status = S("cancelled");
        report_save(s, r);
    }
    step_answer(s, d->nomor, step_text(s, s->language, "batal.draft", FILLS(f)));
    end_draft(s, d);
}

static void answer_word(struct step *s, struct draft *d, enum answer_word word)
{
    switch (word) {
    case WORD_YES:
        if (d->asking == ASK_FIELD)
            ask_value(s, d, d->field);
        else
            say_yes(s, d);
        break;
    case WORD_NO:
        say_no(s, d);
        break;
    case WORD_OTHER:
        say_other(s, d);
        break;
    case WORD_NOTHING:
        if (may_be_none(d))
            say_nothing(s, d);
        else
            answers_repeat(s, d);
        break;
    case WORD_CANCEL:
        say_cancel(s, d);
        break;
    case WORD_NONE:
        break;
    }
}

void answers_words(struct step *s)
{
    struct slice nomor = s->reading->nomor;
    struct draft *d = nomor.n ? drafts_find(s->state, nomor) : drafts_only(s->state);

    step_reason(s, "confirm");
    if (d)
        answer_word(s, d, (enum answer_word)s->reading->words);
    else
        answers_which(s);
}

void answers_command(struct step *s, const struct command *c)
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
    answer_word(s, d, c->kind == COMMAND_YA ? WORD_YES : c->kind == COMMAND_TIDAK ? WORD_NO : WORD_OTHER);
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
