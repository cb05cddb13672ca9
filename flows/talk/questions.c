/* questions.c - see questions.h. */
#include "flows/talk/questions.h"

#include "flows/care/child.h"
#include "flows/care/subject_report.h"
#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/cut.h"
#include "flows/talk/offer.h"
#include "flows/talk/words.h"
#include "gateway/conf/rules.h"
#include "parsers/text.h"

enum {
    LISTED = 100, /* septets of the list of open questions: config/texts draft.which */
    WHOM = 12,    /* of them one name */
};

struct slice questions_whom(struct step *s, const struct draft *d)
{
    return d->whom.n ? d->whom : reply_whom(d->form, d->values, s->arena);
}

static bool nameless(const struct draft *d)
{
    return form_is(d->form, FORM_REFERRAL) && d->asking == ASK_FIELD &&
           slice_eq(d->field, form_called(d->form, AS_NAME));
}

struct draft *questions_nameless(struct sender_state *state)
{
    struct draft *only = NULL, *told = NULL;
    unsigned n = 0, with_staff = 0;

    for (unsigned i = 0; i < state->drafts_n; i++) {
        struct draft *d = &state->drafts[i];

        if (!nameless(d))
            continue;
        only = d;
        n++;
        if (open_own(&state->open, d->nomor)) {
            told = d;
            with_staff++;
        }
    }
    return n == 1 ? only : with_staff == 1 ? told : NULL;
}

bool questions_in_hands(struct step *s, const struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return r && nameless(d) && report_load(s, d->nomor, r) && referral_is_open(&r->referral);
}

void questions_repeat(struct step *s, struct draft *d)
{
    const struct text_fill f[] = { { "nomor", d->nomor },
                                   { "siapa", questions_whom(s, d) },
                                   { "field", reply_label(d->form, d->field) },
                                   { "contoh", reply_example(d->form, d->field, s->arena) } };

    s->state->changed |= d->unseen;
    d->unseen = false;
    if (questions_in_hands(s, d)) {
        struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

        /* What she adds, or takes back, is for those who have it. */
        bool tells = r && s->reading->said.kind == SAID_NOTHING && s->reading->said.body.n &&
                     !s->reading->nudge && report_load(s, d->nomor, r);

        if (tells)
            referral_added(s, r, s->reading->said.body);
        step_answer(s, d->nomor,
                    step_text(s, s->language, tells ? "danger.open_told" : "danger.open", FILLS(f)));
        return;
    }
    step_answer(s, d->nomor,
                d->question.n ? d->question : step_text(s, s->language, "ask.missing", FILLS(f)));
}

bool questions_told(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice body = s->reading->said.body;
    const struct text_fill f[] = { { "nomor", d->nomor },
                                   { "siapa", questions_whom(s, d) },
                                   { "field", reply_label(d->form, d->field) },
                                   { "contoh", reply_example(d->form, d->field, s->arena) } };

    if (!r || s->reading->said.kind != SAID_NOTHING || asking_store(d->asking) || d->asking == ASK_VALUE ||
        d->unseen || !report_load(s, d->nomor, r) || !referral_is_open(&r->referral))
        return false;
    referral_added(s, r, body);
    step_answer(s, d->nomor, step_text(s, s->language, "danger.asked_told", FILLS(f)));
    return true;
}

void questions_unheard(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool value = d->asking == ASK_VALUE && d->asked.n;
    const struct text_fill f[] = { { "nomor", d->nomor },
                                   { "siapa", questions_whom(s, d) },
                                   { "nilai", d->asked },
                                   { "contoh", reply_example(d->form, d->field, s->arena) } };

    if (!r || d->unseen || d->correct || asking_store(d->asking) || questions_denied(d) ||
        (report_load(s, d->nomor, r) && r->referral.state != REFERRAL_NONE)) {
        questions_repeat(s, d);
        return;
    }
    step_answer(s, d->nomor,
                step_text(s, s->language, value ? "ask.unheard_value" : "ask.unheard", FILLS(f)));
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
        struct slice label = d->asked.n && d->asking != ASK_VALUE ? d->asked : reply_label(d->form, d->field);
        struct slice one =
            arena_printf(s->arena, "%s%.*s %.*s %.*s", b.n ? ", " : "", SLICE_ARG(d->nomor),
                         SLICE_ARG(text_cut(questions_whom(s, d), WHOM, s->arena)), SLICE_ARG(label));

        if (*more || b.n + one.n > LISTED)
            ++*more;
        else
            buf_add(&b, one);
    }
    list = buf_into(&b, s->arena);
    return list;
}

void questions_unknown(struct step *s)
{
    unsigned more;
    const struct text_fill f[] = { { "daftar", list_drafts(s, &more) } };

    step_answer(s, slice_make("", 0), step_text(s, s->language, "unknown.open", FILLS(f)));
}

void questions_list(struct step *s)
{
    unsigned more;
    const struct text_fill f[] = { { "daftar", list_drafts(s, &more) } };

    step_answer(s, slice_make("", 0), step_text(s, s->language, "draft.list", FILLS(f)));
}

void questions_which(struct step *s)
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

void questions_again(struct step *s)
{
    struct draft *d = drafts_only(s->state);

    step_reason(s, "confirm");
    if (d)
        questions_repeat(s, d);
    else
        questions_list(s);
}

/* What was filed last, or whom her words name; without a number: nobody knows which. */
static void cancels(struct step *s, struct last_report *l)
{
    const struct reading *said = s->reading;
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct filed_report *named = ARENA_NEW(s->arena, struct filed_report);
    unsigned n = 0;

    *l = (struct last_report){ 0 };
    if (!said->of_n && !said->led)
        *l = s->state->last;
    if (!r || !named)
        return;
    for (unsigned i = 0; i < said->of_n; i++)
        if (report_load(s, said->of[i], r) && !slice_is(r->status, "cancelled") &&
            slice_eq(r->reporter, s->msisdn)) {
            n++;
            *named = *r;
        }
    if (n == 1 && !said->of_many)
        *l = (struct last_report){ .nomor = named->nomor, .whom = named->whom, .form = named->form };
}

void questions_cancel_what(struct step *s)
{
    struct last_report l;
    struct text_fill f[2];

    cancels(s, &l);
    f[0] = (struct text_fill){ "nomor", l.nomor };
    f[1] = (struct text_fill){ "siapa", l.whom };
    step_reason(s, "command_refused");
    if (l.nomor.n && l.form && !form_is(l.form, FORM_REFERRAL)) /* that one is taken back by its line alone */
        offer_show(s, arena_printf(s->arena, "BATAL %.*s", SLICE_ARG(l.nomor)));
    step_answer(s, l.nomor, step_text(s, s->language, l.nomor.n ? "batal.last" : "batal.what", FILLS(f)));
}

bool questions_denied(const struct draft *d)
{
    int i = form_field_named(d->form, d->field);

    return i >= 0 && d->values[i].kind == VALUE_LIST && (d->faults[i] & REPORT_FAULT_DENIED);
}

static bool says_there(struct step *s)
{
    struct cut c;

    cut_words(NULL, s->reading->said.body, s->arena, &c);
    for (unsigned i = 0; i < c.n; i++)
        if (words_there(s->rules, c.word[i]))
            return true;
    return false;
}

void questions_agree_to_no(struct step *s, struct draft *d)
{
    int i = form_field_named(d->form, d->field);
    struct value *v = i >= 0 ? &d->values[i] : NULL;
    unsigned n = 0;

    if (!v || !questions_denied(d) || says_there(s))
        return; /* `ya ada`: it is */
    for (unsigned k = 0; k < v->n; k++)
        if (rules_sign(s->rules->rules, v->items[k]) != URGENCY_E1)
            v->items[n++] = v->items[k];
    v->n = n;
    if (n == 0)
        *v = (struct value){ .kind = VALUE_ABSENT };
}

/* `bu ana 28 tahun`: nobody says an age behind what is no name. */
static bool brings_age(const struct draft *d, const struct report *r)
{
    int age = form_as(d->form, AS_AGE);

    return age >= 0 && !value_equal(&d->values[age], &r->values[age]);
}

bool questions_named_before(struct step *s, const struct draft *d, const struct report *r)
{
    struct slice nama = child_called(s->rules, report_text(r, AS_NAME), s->arena);
    struct slice rest = text_folded(text_as(d->form, d->values, AS_REASON), s->arena), word;

    while (nama.n && ((word = slice_cut(&rest, ' ')).n || rest.n))
        if (slice_eq(word, nama))
            return slice_eq(d->field, form_called(d->form, AS_NAME));
    return false;
}

bool questions_read_back(const struct draft *d, const struct reading *r)
{
    int at = form_field_named(d->form, d->field);
    const struct field *f = at >= 0 ? &d->form->fields[at] : NULL;
    struct slice rest = slice_trim(r->said.body), first = slice_cut(&rest, ' ');

    if (r->said.emergency && f && f->type == FIELD_TEXT)
        return false; /* known words */
    if (!f || (f->type != FIELD_NAME && f->type != FIELD_TEXT) || asking_store(d->asking) ||
        slice_eq(first, d->nomor))
        return false;
    for (unsigned i = 0; i < f->labels_n; i++)
        if (slice_ieq(slice_take(first, f->labels[i].n), f->labels[i]))
            return false;
    if (f->type == FIELD_NAME && brings_age(d, &r->answer))
        return false;
    return report_value(&r->answer, f->name.p) != NULL;
}

void questions_other(struct step *s)
{
    struct draft *d = drafts_only(s->state);

    if (d)
        d->not_child = true;
    s->state->again_other = true;
    s->state->changed = true;
    step_reason(s, "confirm");
    step_answer(s, d ? d->nomor : slice_make("", 0), step_text(s, s->language, "receipt.other", NULL, 0));
}

bool questions_may_be_none(const struct draft *d)
{
    int i = form_field_named(d->form, d->field);

    return drafts_may_lack(d) && d->form->fields[i].type == FIELD_CHOICES;
}
