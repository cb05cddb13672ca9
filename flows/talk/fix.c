/* fix.c - see fix.h. */
#include "flows/talk/fix.h"

#include "flows/filing/alarm.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/mending.h"
#include "flows/talk/offer.h"
#include "flows/talk/questions.h"
#include "parsers/text.h"

enum {
    WHOM = 14 /* septets of one name in a list */
};

struct slice fix_changes(struct step *s, const struct form *form, const struct value *was,
                         const struct report *r, struct slice but, const char *between)
{
    struct slice all = slice_make("", 0);

    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];

        if (f->hidden || r->values[i].kind == VALUE_ABSENT || value_equal(&was[i], &r->values[i]) ||
            slice_eq(f->name, but))
            continue;
        all = arena_printf(s->arena, "%.*s%s%.*s %.*s", SLICE_ARG(all), all.n ? between : "",
                           SLICE_ARG(reply_label(form, f->name)),
                           SLICE_ARG(reply_value(form, r->values, f->name, s->arena)));
    }
    return all;
}

/* The answer changes the last report to a value that had to be guessed, or cannot be. */
static bool doubts_change(const struct last_report *l, const struct report *r)
{
    for (unsigned i = 0; i < l->form->fields_n; i++)
        if (r->faults[i] & REPORT_FAULT_ERROR && r->error != ERROR_IMPLAUSIBLE &&
            slice_eq(l->form->fields[i].name, r->error_field) && !value_equal(&l->values[i], &r->values[i]))
            return true;
    return false;
}

/* A number that the report has, else the last of its values, as one corrects it. */
static struct slice example_of(const struct last_report *l, struct arena *a)
{
    unsigned last = 0;

    for (unsigned i = 0; i < l->form->fields_n; i++) {
        if (l->values[i].kind == VALUE_ABSENT || l->form->fields[i].hidden)
            continue;
        if (l->form->fields[i].type == FIELD_COUNTS) /* hers, and no others */
            return arena_printf(a, "%.*s %.*s", SLICE_ARG(reply_label(l->form, l->form->fields[i].name)),
                                SLICE_ARG(reply_value(l->form, l->values, l->form->fields[i].name, a)));
        if (l->form->fields[i].type == FIELD_NUMBER && l->form->fields[i].as != AS_WEEK)
            return reply_example(l->form, l->form->fields[i].name, a);
        last = i;
    }
    return reply_example(l->form, l->form->fields[last].name, a);
}

/* One value is wrong, and it is not clear which. */
static void ask_which(struct step *s, const struct last_report *l)
{
    const struct text_fill f[] = { { "nomor", l->nomor },
                                   { "siapa", l->whom },
                                   { "contoh", example_of(l, s->arena) } };

    step_reason(s, "rejected");
    step_answer(s, l->nomor, step_text(s, s->language, "koreksi.which", FILLS(f)));
}

static void offer_line(struct step *s, const struct last_report *l, const struct report *r)
{
    struct slice what = fix_changes(s, l->form, l->values, r, slice_make("", 0), " ");
    bool doubt = doubts_change(l, r), typed = r->typed.n && what.n >= r->typed.n &&
                                              slice_eq(slice_skip(what, what.n - r->typed.n), r->typed);
    const struct text_fill f[] = {
        { "nomor", l->nomor },
        { "siapa", l->whom },
        /* No guess is put into it. */
        { "contoh", !doubt || typed ? what : reply_example(l->form, r->error_field, s->arena) },
        { "isi", doubt ? arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(reply_label(l->form, r->error_field)),
                                      SLICE_ARG(r->typed))
                       : what },
    };

    step_reason(s, "rejected");
    if (what.n && !doubt)
        offer_show(s, arena_printf(s->arena, "KOREKSI %.*s %.*s", SLICE_ARG(l->nomor), SLICE_ARG(what)));
    step_answer(s, l->nomor,
                step_text(s, s->language,
                          doubt    ? "koreksi.unclear"
                          : what.n ? "koreksi.ready"
                                   : "koreksi.same",
                          FILLS(f)));
}

void fix_ready_line(struct step *s, const struct last_report *l, const struct report *r)
{
    if (r->form)
        offer_line(s, l, r);
    else
        ask_which(s, l);
}

/* Report i of those that are named, as it would be; false: nothing in the words changes it. */
static bool mend_named(struct step *s, unsigned i, struct filed_report *r, struct report *now)
{
    const struct reading *said = s->reading;
    const struct last_report about = {
        .nomor = said->of[i], .whom = r->whom, .form = r->form, .values = r->values
    };

    return mending_read(s->rules, &about,
                        said->kind == READING_COMMAND ? said->said.command.correction : said->said.body,
                        s->seen->inbound->received_ms, s->arena, now);
}

static bool hers_of_today(struct step *s, struct slice nomor, struct filed_report *r)
{
    return report_load(s, nomor, r) && !r->draft && !slice_is(r->status, "cancelled") &&
           slice_eq(r->reporter, s->msisdn);
}

/* "48217 Siti Aminah 10bl" */
static struct slice one_of(struct step *s, const struct filed_report *r)
{
    bool aged = form_as(r->form, AS_AGE) >= 0 && value_as(r->form, r->values, AS_AGE);
    struct slice what =
        aged ? reply_value(r->form, r->values, form_called(r->form, AS_AGE), s->arena) : r->form->keywords[0];

    return arena_printf(s->arena, "%.*s %.*s %.*s", SLICE_ARG(r->nomor),
                        SLICE_ARG(text_cut(r->whom, WHOM, s->arena)), SLICE_ARG(what));
}

static void ask_whose(struct step *s, const struct last_report *l, const struct report *now,
                      struct slice list)
{
    struct slice what =
        now->form ? fix_changes(s, l->form, l->values, now, slice_make("", 0), " ") : slice_make("", 0);
    const struct text_fill f[] = { { "nomor", l->nomor },
                                   { "daftar", list },
                                   { "contoh", what.n ? what : example_of(l, s->arena) } };

    step_reason(s, "rejected");
    step_answer(s, slice_make("", 0), step_text(s, s->language, "koreksi.whose", FILLS(f)));
}

bool fix_named(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct report *now = ARENA_NEW(s->arena, struct report);
    struct filed_report *found = ARENA_NEW(s->arena, struct filed_report);
    struct report *fixed = ARENA_NEW(s->arena, struct report);
    struct slice list = slice_make("", 0);
    struct last_report l;
    unsigned n = 0;

    if (!r || !now || !found || !fixed)
        return false;
    for (unsigned i = 0; i < s->reading->of_n; i++) {
        if (!hers_of_today(s, s->reading->of[i], r) || !mend_named(s, i, r, now) ||
            (!now->form && !slice_has_digit(s->reading->said.body))) /* `farel ndak usah diubah` */
            continue;
        n++;
        *found = *r;
        *fixed = *now;
        list =
            arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(list), n > 1 ? ", " : "", SLICE_ARG(one_of(s, r)));
    }
    l = (struct last_report){
        .nomor = found->nomor, .whom = found->whom, .form = found->form, .values = found->values
    };
    if (n > 1 || (n && s->reading->of_many))
        ask_whose(s, &l, fixed, list);
    else if (n)
        fix_ready_line(s, &l, fixed);
    if (n == 1 && (s->reading->said.today || s->reading->kind == READING_EMERGENCY))
        fix_danger_timer(s, &l, s->reading->said.body);
    return n > 0;
}

void fix_of_nobody(struct step *s)
{
    const struct form *form = s->state->last.form;
    const struct text_fill f[] = { { "siapa", s->reading->stranger },
                                   { "contoh", form->examples_n ? form->examples[0] : slice_make("", 0) } };

    step_reason(s, "rejected");
    step_answer(s, slice_make("", 0), step_text(s, s->language, "koreksi.nobody", FILLS(f)));
}

void fix_danger_timer(struct step *s, const struct last_report *l, struct slice words)
{
    struct due due = { .what = S("mungkin"), .nomor = l->nomor, .from = s->msisdn, .act = words };

    step_timer(s, arena_printf(s->arena, "mungkin:%.*s", SLICE_ARG(l->nomor)), step_due(s, &due),
               s->now_ms + clock_of(s->rules, "maybe_e2"));
}

/* The words would still change the report: she did not send the ready line. */
static bool still_adds(struct step *s, struct filed_report *r, struct slice words)
{
    const struct last_report about = {
        .nomor = r->nomor, .whom = r->whom, .form = r->form, .values = r->values
    };
    struct report *now = ARENA_NEW(s->arena, struct report);

    if (!now || !mending_read(s->rules, &about, words, s->now_ms, s->arena, now) || !now->form)
        return false;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (!value_equal(&r->values[i], &now->values[i]))
            return true;
    return false;
}

void fix_danger_due(struct step *s, const struct due *due, struct filed_report *r)
{
    struct slice who = text_as(r->form, r->values, AS_NAME);

    if (slice_is(r->status, "cancelled") || !still_adds(s, r, due->act))
        return;
    step_reason(s, "timer");
    filing_maybe(s, r, S("E2"),
                 arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(who), who.n ? " " : "", SLICE_ARG(due->act)),
                 true);
}

bool fix_joined(struct step *s, const struct filed_report *r)
{
    const struct text_fill f[] = { { "nomor", r->nomor }, { "siapa", r->referral.say } };

    if (!report_of(r, s->msisdn) || !referral_is_open(&r->referral))
        return false;
    referral_added(s, r, s->reading->said.body);
    step_reason(s, "command");
    step_answer(s, r->nomor, step_text(s, s->language, "number.joined", FILLS(f)));
    return true;
}
