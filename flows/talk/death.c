/* death.c - see death.h. */
#include "flows/talk/death.h"

#include "flows/care/child.h"
#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/step/roles.h"
#include "flows/talk/called.h"
#include "flows/talk/emergency.h"
#include "flows/talk/waits.h"
#include "flows/talk/words.h"
#include "parsers/date.h"

void death_read(struct listening *h)
{
    struct reading *r = h->r;
    struct slice rest = slice_trim(r->said.body), text = slice_make("", 0), word;
    struct draft *named = NULL, *only = NULL;
    enum answer_word says;
    unsigned n = 0;

    for (unsigned i = 0; i < h->state->drafts_n; i++)
        if (h->state->drafts[i].asking == ASK_DEATH) {
            only = &h->state->drafts[i];
            n++;
        }
    if (!n || r->said.next || words_ask(r->said.body))
        return;
    while (rest.n) {
        struct draft *d = drafts_find(h->state, word = slice_cut(&rest, ' '));

        if (d)
            named = d;
        else
            text = arena_printf(h->a, "%.*s %.*s", SLICE_ARG(text), SLICE_ARG(word));
    }
    named = named ? named : n == 1 ? only : NULL;
    says = named && named->asking == ASK_DEATH
               ? words_death_answer(h->rules, named->whom, named->died, text, h->a)
               : WORD_NONE;
    if (says == WORD_NONE || (r->said.emergency && !slice_is(named->died, "janin")))
        return;
    r->said.emergency = false; /* that of the unborn is told already */
    r->kind = READING_WORDS;
    r->words = says;
    r->nomor = named->nomor;
}

void death_numbered(struct listening *h)
{
    struct reading *r = h->r;
    const struct report *only = r->said.reports_n == 1 ? &r->said.reports[0] : NULL;
    struct slice rest = r->said.body, first, words;

    if (r->said.kind != SAID_REPORTS || r->said.next || !only || !only->form ||
        !form_is(only->form, FORM_DEATH) || only->status != REPORT_REJECTED ||
        value_as(only->form, only->values, AS_NAME) || value_as(only->form, only->values, AS_SEX) ||
        value_as(only->form, only->values, AS_AGE) || value_as(only->form, only->values, AS_BIRTH))
        return;
    first = slice_cut(&rest, ' ');
    if (!slice_eq(emergency_number(h->state, r->said.body, h->a, &words), first))
        return;
    r->said.kind = SAID_NOTHING;
    r->said.reports_n = 0;
}

/* Of a LAHIR: how old the baby is, "3hr"; absent without a day. */
static struct value days_old(struct step *s, const struct draft *d)
{
    int64_t born, days;

    if (!date_parse_iso(text_as(d->form, d->values, AS_DATE), &born))
        return (struct value){ .kind = VALUE_ABSENT };
    days = date_today(d->at_ms, s->rules->utc_offset_min) - born;
    return value_text(arena_printf(s->arena, "%dhr", (int)days));
}

static void put_text(struct report *out, enum meaning as, struct slice text)
{
    int to = form_as(out->form, as);

    if (to >= 0 && text.n)
        out->values[to] = value_text(text);
}

/* Of somebody of hers no more is known than that it is her baby, or a mother. */
static void death_of_other(struct step *s, const struct draft *d, struct report *out)
{
    struct slice nama = text_as(d->form, d->values, AS_NAME);
    bool mother = slice_is(d->died, "ibu"), birth = form_is(d->form, FORM_BIRTH);

    if (mother)
        put_text(out, AS_SEX, S("P"));
    if (mother && birth)
        put_text(out, AS_NAME, nama);
    if (slice_is(d->died, "anak") && d->form->about == FORM_ABOUT_MOTHER && nama.n)
        put_text(out, AS_NAME, child_of_mother(s->rules, nama, s->arena));
}

static const struct form *death_form(const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->forms.n; i++)
        if (form_is(&rules->forms.forms[i], FORM_DEATH))
            return &rules->forms.forms[i];
    return NULL;
}

/* Of whom a report of the living turns out to be dead, what is known of her, for the WAFAT: of a LAHIR the
 * baby, not its mother. */
static bool death_of(struct step *s, const struct draft *d, struct report *out)
{
    static const enum meaning kept[] = { AS_NAME, AS_SEX, AS_AGE, AS_BIRTH, AS_NIK };
    bool birth = form_is(d->form, FORM_BIRTH), named = value_as(d->form, d->values, AS_NAME);

    *out = (struct report){ .form = NULL };
    out->form = death_form(s->rules);
    if (out->form && d->died.n) {
        death_of_other(s, d, out);
        return true;
    }
    for (size_t k = 0; out->form && k < sizeof kept / sizeof *kept; k++) {
        int to = form_as(out->form, kept[k]), from = form_as(d->form, kept[k]);

        if (to >= 0 && birth && kept[k] == AS_AGE)
            out->values[to] = days_old(s, d);
        if (to >= 0 && from >= 0 && !(birth && kept[k] == AS_NIK))
            out->values[to] = d->values[from];
        if (to >= 0 && kept[k] == AS_NAME && d->form->counts < 0 &&
            (birth || (!named && value_as(d->form, d->values, AS_NUMBER))) && d->whom.n &&
            !slice_eq(d->whom, d->form->title))
            out->values[to] = value_text(d->whom);
        if (to >= 0 && kept[k] == AS_SEX && from < 0 && d->form->person_sex.n)
            out->values[to] = value_text(d->form->person_sex);
    }
    return out->form != NULL;
}

void death_denied(struct step *s, struct draft *d)
{
    const struct word *w = word_by_code(s->rules->forms.words.kata, S("mati_janin"));
    int signs = form_as(d->form, AS_SIGNS);
    struct value *v = signs >= 0 ? &d->values[signs] : NULL;
    unsigned n = 0;

    if (!slice_is(d->died, "janin") || !v || !w || v->kind != VALUE_LIST)
        return;
    for (unsigned i = 0; i < v->n; i++)
        if (!slice_eq(v->items[i], w->also))
            v->items[n++] = v->items[i];
    v->n = n;
    if (n == 0)
        *v = (struct value){ .kind = VALUE_ABSENT };
}

void death_noted(struct step *s, struct draft *d)
{
    int signs = form_as(d->form, AS_SIGNS), beside = signs >= 0 ? d->form->fields[signs].companion : -1;
    struct value *v = beside >= 0 ? &d->values[beside] : NULL;

    if (v && slice_is(d->died, "janin"))
        *v = value_text(v->kind == VALUE_TEXT ? arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(v->text),
                                                             SLICE_ARG(d->died_words))
                                              : d->died_words);
}

static bool told_of_hers(struct step *s, struct slice nomor)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    const struct text_fill f[] = { { "nomor", nomor } };

    if (!r || !nomor.n || !report_load(s, nomor, r) || !report_of(r, s->msisdn) ||
        (r->referral.state != REFERRAL_SENT && r->referral.state != REFERRAL_TAKEN &&
         r->referral.state != REFERRAL_ARRIVED))
        return false;
    referral_added(s, r, s->reading->said.body);
    step_answer(s, nomor, step_text(s, s->language, "unknown.death_referred", FILLS(f)));
    return true;
}

/* `48217 hadir tapi sudah meninggal`, of staff: whoever reported her hears it.  `tetangga saya meninggal` is
 * said of nobody of theirs. */
static bool told_back(struct step *s)
{
    struct slice nomor = waits_of_staff(s->rules, s->reading, s->arena), hp;
    const struct text_fill f[] = { { "nomor", nomor } };
    bool hers = waits_named(s->reading, s->arena).n ||
                called_case(s->rules, s->state, s->reading->said.body, s->arena).n ||
                !understand_of_relative(s->rules, s->reading->said.body, s->arena);

    if (!hers || !waits_passed_back(s, &hp))
        return false;
    step_answer(s, nomor, step_text(s, s->language, "unknown.death_of", FILLS(f)));
    return true;
}

bool death_of_referred(struct step *s)
{
    return told_of_hers(s, s->state->last.nomor) ||
           told_of_hers(s, waits_of_news(s->rules, s->reading, s->arena)) || told_back(s);
}

bool death_said_by_head(struct step *s)
{
    const struct form *form = death_form(s->rules);
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice who, hp;
    struct audience staff;

    if (!r || !form || roles_may_report(s->person->role, form))
        return false;
    step_audience(s, step_next_level(s, s->person->place), &staff);
    r->referral.level = staff.place ? staff.place->code : slice_make("", 0);
    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill told[] = { { "peran", step_role(s) },
                                          { "hp", step_phone(s, s->msisdn) },
                                          { "tempat", step_place_name(s, s->person->place) },
                                          { "isi", s->reading->said.body } };
        const struct text_fill f[] = { { "petugas", who }, { "hp", hp } };

        step_tell(s, &staff, SMS_ALERT, S(""), "staff.death_said", FILLS(told));
        step_answer(s, slice_make("", 0), step_text(s, s->language, "unknown.death_told", FILLS(f)));
    }
    return true;
}

void death_file(struct step *s, struct draft *d, const struct report *living)
{
    struct report *died = ARENA_NEW(s->arena, struct report);
    struct filing f = { .report = died, .draft = d, .hash = d->hash };
    struct filed out;

    if (!died || !death_of(s, d, died))
        return;
    understand_judge(s->rules, d->at_ms, s->arena, died);
    if (d->form->counts >= 0 || d->died.n) { /* the living count all the same */
        bool unborn = slice_is(d->died, "janin");

        filing_file(s, &(struct filing){ .report = living, .draft = d, .hash = d->hash }, &out);
        if (unborn) {
            step_reason(s, out.kind == FILED_ACCEPTED ? "repaired" : "confirm");
            step_answer(s, out.nomor, out.text);
            return;
        }
        step_sms(s, s->msisdn, SMS_NOTICE, out.nomor, out.text);
        f = (struct filing){ .report = died, .index = s->reading->first };
    } else {
        d->asking = ASK_FIELD;
        d->sure = slice_make("", 0);
    }
    filing_file(s, &f, &out);
    step_reason(s, out.kind == FILED_ACCEPTED ? "repaired" : "confirm");
    step_answer(s, out.nomor, out.text);
}
