/* outage.c - answering from memory while Redis is away.  See outage.h. */
#include "flows/outage.h"

#include "flows/step/step.h"
#include "flows/ussd/ussd.h"

static bool goes_first(const struct said *said)
{
    for (unsigned i = 0; i < said->reports_n; i++)
        if (said->reports[i].form && slice_find(said->reports[i].form->klaster, '4') != (size_t)-1)
            return true;
    return said_is_emergency(said);
}

static void tell_staff(struct step *s, const struct audience *who, enum outage why)
{
    const struct place *at = s->person ? s->person->place : NULL;
    struct text_fill f[] = {
        { "isi", s->reading->said.body },
        { "tempat",
          at ? step_place_name(s, at) : step_text(s, s->rules->language, "stranger.name", NULL, 0) },
        { "hp", step_phone(s, s->msisdn) },
    };

    for (unsigned i = 0; i < who->n; i++)
        step_sms(s, who->msisdn[i], SMS_EMERGENCY, slice_make("", 0),
                 step_text_around(s, step_language_of(s, who->msisdn[i]),
                                  why == OUTAGE_REDIS ? "outage.staff" : "outage.parked_staff", FILLS(f), 0));
}

/* The first of those who were told, and her number. */
static void say_page(struct step *s, const struct audience *who, bool told)
{
    const struct person *p = who->n ? directory_person(&s->rules->directory, who->msisdn[0]) : NULL;
    const struct text_fill f[] = { { "nama", p ? p->name : S("") },
                                   { "hp", who->n ? step_phone(s, who->msisdn[0]) : S("") } };

    s->out->screen = step_text(s, s->language, told ? "ussd.putus_gawat" : "ussd.putus", FILLS(f));
    s->out->screen_ends = true;
    if (told) /* she may have hung up */
        step_answer(s, S(""), s->out->screen);
}

/* What is said on a page.  Where nothing is known of the dialogue, letters may still name a danger. */
static bool outage_ussd(struct step *s, struct said *said, struct inbound *keep)
{
    const struct inbound *in = s->seen->inbound;
    struct ussd_away away;

    if (!ussd_away(s->rules, s->seen->sender, in, s->now_ms, s->arena, &away))
        return false;
    if (away.urgent) {
        said->emergency = true;
        said->body = away.words;
        keep->op = USSD_KEPT;
        keep->text = away.state;
    } else if (away.cry.n || (!away.known && in->op == USSD_INPUT && said->emergency)) {
        said->emergency = true;
        said->body = away.cry.n ? away.cry : said->body;
        keep->text = away.cry.n ? away.cry : in->text;
        keep->kind = INBOUND_SMS; /* as if she had written it */
    } else {
        *said = (struct said){ .body = S("") };
        *keep = (struct inbound){ .kind = INBOUND_USSD };
        return true;
    }
    keep->provider_id = arena_printf(s->arena, "ussd/%.*s/%016llx", SLICE_ARG(in->session),
                                     (unsigned long long)slice_hash(keep->text));
    return true;
}

enum step_rc flow_outage(const struct ruleset *rules, const struct sender *sender, const struct inbound *in,
                         enum outage why, int64_t now_ms, struct arena *a, struct outcome *out,
                         struct inbound *keep)
{
    struct reading reading = { .kind = READING_NOTHING, .acting = sender->msisdn };
    const struct intent intent = { .reading = &reading };
    const struct context seen = { .inbound = in, .sender = sender };
    struct audience who = { .n = 0 };
    struct step s;

    *keep = *in;
    if (!step_begin(&s, rules, &seen, &intent, NULL, now_ms, a, out) ||
        !understand_sms(rules, in->text, in->received_ms, a, &reading.said) ||
        (in->kind == INBOUND_USSD && !outage_ussd(&s, &reading.said, keep)))
        return STEP_NO_MEMORY;
    step_audience(&s, step_next_level(&s, s.person ? s.person->place : NULL), &who);
    keep->urgent = goes_first(&reading.said);
    if (said_is_emergency(&reading.said))
        tell_staff(&s, &who, why);
    if (in->kind == INBOUND_USSD) {
        say_page(&s, &who, said_is_emergency(&reading.said));
    } else {
        const struct text_fill f[] = { { "hp", who.n ? step_phone(&s, who.msisdn[0]) : slice_make("", 0) } };

        step_answer(
            &s, slice_make("", 0),
            step_text(&s, s.language, why == OUTAGE_REDIS ? "outage.kept" : "outage.parked", FILLS(f)));
    }
    if (a->failed)
        return STEP_NO_MEMORY;
    return out->overflow ? STEP_OVERFLOW : STEP_OK;
}
