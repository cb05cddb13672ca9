/* doubted.c - see doubted.h. */
#include "flows/alert/doubted.h"

#include "flows/alert/episode.h"

void doubted_said(struct step *s, const struct filed_report *r, struct slice words)
{
    int what = r->form->counts;
    struct due d = { .what = S("episode"), .act = S("kata"), .nomor = r->nomor, .village = r->place };

    if (what < 0 || r->values[what].kind != VALUE_TEXT || !r->place.n)
        return;
    d.disease = r->values[what].text;
    d.from = s->msisdn;
    d.nama = words;
    step_timer(s, arena_printf(s->arena, "episode:%.*s:kata", SLICE_ARG(r->nomor)), step_due(s, &d),
               s->now_ms);
}

void doubted_due(struct step *s, const struct due *d)
{
    struct episode e;

    if (!episode_load(s, d->village, d->disease, &e) || e.closed || e.fallen || e.staff_told == 0)
        return;
    e.by = d->from;
    e.words = d->nama;
    step_reason(s, "timer");
    episode_tell_staff(s, &e, "alert.staff_doubt");
    episode_save(s, &e);
}
