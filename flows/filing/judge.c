/* judge.c - doubts that only the store knows: which child, which number, a step that no child makes
 * (SPEC 2.7).  See filing/work.h. */
#include "flows/filing/judge.h"

#include <string.h>

#include "parsers/date.h"
#include "flows/step/reply_parts.h"

/* --- doubts that only the store knows --- */

static void doubt(struct work *w, enum report_status status, enum report_error error, enum meaning as)
{
    w->report.status = status;
    w->report.error = error;
    w->report.error_field = form_called(w->report.form, as);
    w->report.typed = slice_make("", 0);
    w->asking = status == REPORT_CONFIRM ? ASK_VALUE : ASK_FIELD;
}

/* A doubt of what was reported before, under number `before`. */
static void doubt_store(struct work *w, enum asking asking, struct slice before)
{
    doubt(w, REPORT_CONFIRM, ERROR_AMBIGUOUS, AS_NAME);
    w->asking = asking;
    w->before = before;
}

/* A measure that is out of keeping with the child: the last one says why. */
static void doubt_child(struct work *w, const struct child *c, enum meaning as)
{
    int64_t last = 0;
    struct buf b;

    doubt(w, REPORT_CONFIRM, ERROR_IMPLAUSIBLE, as);
    for (unsigned i = 0; i < c->weighings_n; i++) {
        int64_t v = as == AS_WEIGHT ? c->weighings[i].bb : c->weighings[i].tb;

        last = v ? v : last;
    }
    if (!last)
        return;
    buf_init(&b, 32);
    number_print(&b, last, ',');
    {
        const struct text_fill f[] = { { "nilai", buf_into(&b, w->s->arena) } };

        w->why = step_text(w->s, w->s->language, "why.last", f, 1);
    }
}

static bool is_sure(const struct work *w, struct slice field)
{
    return w->f->draft && drafts_is_sure(w->f->draft, field);
}

/* A measure that is out of keeping with the child, unless that was confirmed. */
static void judge_measures(struct work *w, const struct child *c, const struct weighing *now,
                           struct slice label)
{
    enum meaning as = child_doubt(w->s->rules, c, now->bb, now->tb, label, now->at_ms);

    if (as && !is_sure(w, form_called(w->report.form, as)))
        doubt_child(w, c, as);
}

/* Whom a RUJUK by number is about: the receipt says the name. */
static void show_patient(struct work *w)
{
    int nama = form_as(w->report.form, AS_NAME), theirs;
    struct filed_report other;

    if (nama < 0 || !work_about(w, &other))
        return;
    theirs = form_as(other.form, AS_NAME);
    if (theirs >= 0 && other.values[theirs].kind == VALUE_TEXT)
        w->shown[nama] = other.values[theirs];
}

/* A number in the report: the child, or (RUJUK) the report that it is about. */
static void find_number(struct work *w, struct slice nomor)
{
    struct slice blob = step_blob(w->s, SUBJECT_NUMBER, nomor);
    enum number_kind kind = number_kind(blob, w->s->arena);
    int nama = form_as(w->report.form, AS_NAME);

    if (kind != (work_about_child(w->report.form) ? NUMBER_CHILD : NUMBER_REPORT)) {
        w->wrong = kind;
        w->none = kind == NUMBER_NONE;
        doubt(w, REPORT_REJECTED, ERROR_INVALID, AS_NUMBER);
        return;
    }
    if (kind == NUMBER_REPORT)
        show_patient(w);
    if (kind == NUMBER_REPORT || !child_load(w->s, nomor, &w->child))
        return;
    if (w->s->person && !slice_eq(w->child.puskesmas, work_puskesmas(w->s, w->s->person->place))) {
        w->far = true;
        doubt(w, REPORT_REJECTED, ERROR_INVALID, AS_NUMBER);
        return;
    }
    w->known = true;
    if (nama >= 0) { /* the receipt says the name, and the number at its end */
        w->shown[nama] = value_text(w->child.nama);
        w->shown[form_as(w->report.form, AS_NUMBER)] = (struct value){ .kind = VALUE_ABSENT };
    }
}

static void wanted_child(struct work *w)
{
    struct step *s = w->s;
    struct child *c = &w->child;
    int64_t born = 0;

    int tgl = form_as(w->report.form, AS_DATE);

    c->nama = report_text(&w->report, AS_NAME);
    c->jk = report_text(&w->report, AS_SEX);
    c->nik = report_text(&w->report, AS_NIK);
    c->posyandu = s->person->place_code;
    c->puskesmas = work_puskesmas(s, s->person->place);
    if (child_birth(s, w->report.form, w->report.values, w->filed.at_ms, &born, &c->exact))
        c->tgl_lahir = date_iso(born, s->arena);
    if (form_is(w->report.form, FORM_BIRTH)) { /* a birth: the name and the NIK are the mother's */
        c->nama = child_of_mother(s->rules, c->nama, s->arena);
        c->birth = (struct weighing){ .at_ms = w->filed.at_ms,
                                      .bb = report_number(&w->report, AS_WEIGHT),
                                      .tb = report_number(&w->report, AS_HEIGHT),
                                      .nomor = w->filed.nomor };
        c->nik = slice_make("", 0);
        c->tgl_lahir = tgl >= 0 ? report_text(&w->report, AS_DATE) : c->tgl_lahir;
        c->exact = true;
    }
}

static void find_child(struct work *w)
{
    enum child_match m;

    if (w->f->child.n && child_load(w->s, w->f->child, &w->child)) {
        w->known = true;
        return;
    }
    wanted_child(w);
    if (!w->child.tgl_lahir.n)
        return;
    if (form_is(w->report.form, FORM_BIRTH) && !w->f->new_person &&
        child_born_before(w->s, &w->child, &w->offered)) {
        doubt_store(w, ASK_TWIN, w->offered.birth.nomor);
        return;
    }
    m = w->f->new_person ? CHILD_NEW
                         : child_match(w->s, w->child.posyandu, &w->child, &w->offered, &w->other);
    if (m == CHILD_ASK) {
        doubt_store(w, ASK_CHILD,
                    form_is(w->report.form, FORM_BIRTH) ? w->offered.birth.nomor : slice_make("", 0));
    } else if (m == CHILD_ONE) {
        w->offered.posyandu = w->child.posyandu;
        w->offered.puskesmas = w->child.puskesmas;
        w->offered.nik = w->offered.nik.n ? w->offered.nik : w->child.nik;
        w->child = w->offered;
        w->known = true;
    } else {
        w->fresh = true;
    }
}

/* Not so the X of a W2: its doubts are confirmed by their own name. */
static bool is_field(const struct form *form, struct slice name)
{
    for (unsigned i = 0; i < form->fields_n; i++)
        if (slice_eq(form->fields[i].name, name))
            return true;
    return false;
}

/* A corrected weight or height may be as impossible as any other (SPEC 2.7). */
static void judge_correction(struct work *w)
{
    const struct filed_report *old = w->f->correct;
    int bb = form_as(old->form, AS_WEIGHT), tb = form_as(old->form, AS_HEIGHT);
    struct weighing now = { .at_ms = old->at_ms };

    if (!old->before.tgl_lahir.n || bb < 0 || tb < 0)
        return;
    now.bb = value_equal(&old->values[bb], &w->report.values[bb]) ? 0 : report_number(&w->report, AS_WEIGHT);
    now.tb = value_equal(&old->values[tb], &w->report.values[tb]) ? 0 : report_number(&w->report, AS_HEIGHT);
    if (now.bb || now.tb)
        judge_measures(w, &old->before, &now, w->report.values[tb].label);
}

/* Weighed in a report that this same message holds. */
static struct slice weighed_just_now(const struct work *w)
{
    const struct outcome *out = w->s->out;

    for (unsigned i = out->rows_n; i-- > 0;)
        if (out->rows[i].kind == ROW_RECORD && w->child.id.n &&
            slice_eq(out->rows[i].record.person_id, w->child.id) &&
            slice_eq(out->rows[i].record.form, w->report.form->name))
            return out->rows[i].record.nomor;
    return slice_make("", 0);
}

/* A second weighing of one child on one day is asked about (RULINGS 56). */
static bool weighed_before(struct work *w)
{
    const struct weighing *same;
    struct slice nomor;

    if (!form_is(w->report.form, FORM_WEIGHING) || w->f->second || (w->f->draft && w->f->draft->second))
        return false;
    same = child_weighed_on(w->s, &w->child, w->filed.at_ms);
    nomor = same ? same->nomor : weighed_just_now(w);
    if (!nomor.n)
        return false;
    w->earlier = same ? *same : (struct weighing){ .nomor = nomor };
    doubt_store(w, ASK_AGAIN, nomor);
    return true;
}

/* Whether somebody died is asked until it is answered, whatever else the answer brings (RULINGS 49). */
static void still_asks_death(struct work *w)
{
    const struct draft *d = w->f->draft;

    if (d && d->unsure.n && d->form == w->report.form) {
        w->report.unsure = d->unsure;
        understand_unsure(&w->report);
    }
    if (!d || d->asking != ASK_DEATH || d->form != w->report.form || is_sure(w, d->field))
        return;
    w->report.death = true;
    w->report.died = d->died;
    w->report.died_words = d->died_words;
    w->report.status = REPORT_CONFIRM;
    w->report.error = ERROR_AMBIGUOUS;
    w->report.error_field = d->field;
}

/* An event waits for nobody: where nothing but a death is in question, it is filed, and the receipt asks for
 * the WAFAT of whoever died. */
static void event_first(struct work *w)
{
    struct report *r;

    if (w->asking != ASK_DEATH || form_as(w->report.form, AS_NAME) >= 0)
        return;
    r = ARENA_NEW(w->s->arena, struct report);
    if (!r)
        return;
    *r = w->report;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (slice_eq(r->form->fields[i].name, r->error_field))
            r->faults[i] = REPORT_FAULT_SURE;
    understand_judge(w->s->rules, w->filed.at_ms, w->s->arena, r);
    if (r->status != REPORT_ACCEPTED)
        return;
    r->death = true;
    w->report = *r;
}

void work_judge(struct work *w)
{
    struct slice nomor;

    still_asks_death(w);
    w->asking = w->report.status == REPORT_CONFIRM && reply_shows_guess(&w->report) ? ASK_VALUE : ASK_FIELD;
    if (w->report.death && w->report.status == REPORT_CONFIRM && w->report.error == ERROR_AMBIGUOUS)
        w->asking = ASK_DEATH;
    if (w->report.unsure.n && w->report.status == REPORT_CONFIRM)
        w->asking = ASK_SURE;
    event_first(w);
    if (w->report.status == REPORT_CONFIRM &&
        (w->f->sure ||
         (!is_field(w->report.form, w->report.error_field) && is_sure(w, w->report.error_field))))
        w->report.status = REPORT_ACCEPTED;
    if (w->report.status != REPORT_ACCEPTED || !w->s->person)
        return;
    if (w->f->correct) { /* it is about whom it was about */
        judge_correction(w);
        return;
    }
    nomor = report_text(&w->report, AS_NUMBER);
    if (nomor.n && w->s->seen->blind)
        return;
    if (nomor.n)
        find_number(w, nomor);
    else if (work_about_child(w->report.form) && report_text(&w->report, AS_NAME).n)
        find_child(w);
    if (w->report.status != REPORT_ACCEPTED || !w->known)
        return;
    if (weighed_before(w))
        return;
    judge_measures(w, &w->child,
                   &(struct weighing){ .at_ms = w->filed.at_ms,
                                       .bb = report_number(&w->report, AS_WEIGHT),
                                       .tb = report_number(&w->report, AS_HEIGHT) },
                   work_label(&w->report, AS_HEIGHT));
}
