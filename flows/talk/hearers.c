/* hearers.c - see hearers.h. */
#include "flows/talk/hearers.h"

#include <string.h>

#include "flows/talk/answering.h"
#include "flows/talk/apart.h"
#include "flows/talk/begin.h"
#include "flows/talk/called.h"
#include "flows/talk/chat.h"
#include "flows/talk/death.h"
#include "flows/talk/emergency.h"
#include "flows/talk/known.h"
#include "flows/talk/last.h"
#include "flows/talk/listing.h"
#include "flows/talk/numbered.h"
#include "flows/talk/unread.h"
#include "flows/talk/waits.h"
#include "flows/talk/whom.h"
#include "flows/talk/words.h"

/* `ya` to the line that she was shown, and nothing else is asked. */
static bool accepts_offer(const struct ruleset *rules, const struct sender_state *state,
                          const struct said *said, struct arena *a)
{
    const struct command *c = &said->command;

    if (!state->offer.n || state->drafts_n)
        return false;
    return (said->kind == SAID_COMMAND && c->kind == COMMAND_YA && !c->nomor.n &&
            words_agree(rules, WORD_YES, c->catatan, a)) ||
           (said->kind == SAID_NOTHING && words_answer(rules, NULL, said->body, a) == WORD_YES &&
            !chat_keeps(rules, said->body, a));
}

static void agreed(struct listening *h)
{
    struct said *said = &h->r->said;
    struct slice line = said->kind == SAID_TURNED && said->turned.agreed.n ? said->turned.agreed
                        : accepts_offer(h->rules, h->state, said, h->a)    ? h->state->offer
                                                                           : slice_make("", 0);

    if (line.n && !said->emergency && !said->next)
        h->failed = !understand_sms(h->rules, line, h->in->received_ms, h->a, said);
}

static void kind(struct listening *h)
{
    begin_part(h->r, h->a);
}

/* Words behind a number may ask what they like. */
static bool asks_back(const struct command *c, struct slice body)
{
    struct slice words = c->catatan;

    while (c->nomor.n && words.n && strchr(" ?!.", words.p[0]))
        words = slice_skip(words, 1);
    return command_acts(c->kind) && words_ask(c->nomor.n ? c->catatan : body) && !(c->nomor.n && words.n);
}

static void question(struct listening *h)
{
    struct reading *r = h->r;
    const struct command *c = &r->said.command;

    if (!asks_back(c, r->said.body))
        return;
    r->said.turned = (struct turned){ .why = TURNED_WORDS, .command = c->kind, .nomor = c->nomor };
    r->said.kind = SAID_TURNED;
    r->kind = READING_NOTHING;
}

static void thanks(struct listening *h)
{
    struct slice body = h->r->said.body;

    h->r->thanks = words_thank(h->rules, body) || chat_thanks(h->rules, body, h->a);
}

static void nudge(struct listening *h)
{
    h->r->nudge = chat_nudges(h->rules, h->r->said.body, h->state->drafts_n > 0, h->a);
}

static void other(struct listening *h)
{
    struct reading *r = h->r;
    const struct draft *d = drafts_only(h->state);
    bool repeat = !d && h->state->again.n && h->state->again_ms + DRAFTS_LAST_MS > h->in->received_ms;

    r->other =
        (repeat || (d && d->asking == ASK_AGAIN)) && !slice_has_digit(r->said.body) &&
        (words_say(h->rules, "lain", r->said.body, h->a) || words_say(h->rules, "beda", r->said.body, h->a));
}

static void again(struct listening *h)
{
    struct reading *r = h->r;
    const struct command *c = &r->said.command;

    if (c->kind != COMMAND_BARU || c->nomor.n || !h->state->again.n)
        return;
    for (unsigned i = 0; i < h->state->drafts_n; i++)
        if (asking_store(h->state->drafts[i].asking))
            return; /* it may be meant for that question: the numbers are listed */
    r->baru = true;
    r->other = h->state->again_other;
    if (!understand_sms(h->rules, h->state->again, h->state->again_ms, h->a, &r->said)) {
        h->failed = true;
        return;
    }
    r->kind = r->said.kind == SAID_REPORTS && r->said.reports[0].form ? READING_REPORTS : READING_NOTHING;
}

static void of_open(struct listening *h)
{
    struct reading *r = h->r;

    if (r->answer.plea && !r->nomor.n &&
        (understand_was_mistaken(h->rules, r->said.body, h->a) || called_sign(h->rules, r->said.body, h->a)))
        r->nomor = waits_of_news(h->rules, r, h->a);
}

/* Nobody can ask them whom they mean: who calls for help in some words is heard at once (SPEC 2.3). */
static void stranger(struct listening *h)
{
    struct reading *r = h->r;

    if (!h->who->person && r->answer.plea && waits_talks(r->said.body) &&
        understand_calls_for_help(h->rules, r->said.body, h->a))
        r->answer.plea = false;
}

static void goes_on(struct listening *h)
{
    struct reading *r = h->r;

    if (!r->answer.plea && !r->nomor.n)
        r->nomor = waits_goes_on(h->rules, r, h->a);
}

/* When a hearer may hear: what the message is so far, and the rest. */
#define SO(kind) (1u << READING_##kind)
enum {
    ANY = ~0u >> 1,
    AS_SAID = SO(NOTHING) | SO(REPORTS) | SO(COMMAND), /* no answer yet */
};
enum {
    CALM = 1,    /* nobody is in danger */
    DANGER = 2,  /* somebody is */
    PLAIN = 4,   /* it is no mere thanks */
    OF_NONE = 8, /* it does not stand behind a number that asks nothing: `48217 bb 9,2` is about that one */
};

struct hearer {
    void (*hear)(struct listening *);
    unsigned as, when;
};

/* In this order.  Who hears the message as something makes it that (reading->kind), and so ends what those
 * below may hear it as. */
static const struct hearer hearers[] = {
    /* `iya batal 48217`, or `ya` and no more to the line that she was shown: that line. */
    { agreed, ANY, 0 },
    /* `terima bu ani`, `bu ana sudah hadir`: a command of staff, with a name in the place of its number. */
    { called_command, ANY, 0 },
    /* `48217 meninggal`: said of that patient, and no WAFAT. */
    { death_numbered, ANY, 0 },
    /* Reports, a command, or words. */
    { kind, ANY, 0 },
    /* `rujuk ke pkm`, `pasien meninggal` of staff who have a patient: of that one. */
    { waits_nameless, SO(REPORTS), CALM },
    /* `kejang tidak`, `1007 ndak ado kejang`: no danger, where it is asked about. */
    { emergency_denied, ANY, DANGER },
    /* `selesai?`: asks whether, and ends nothing. */
    { question, SO(COMMAND), CALM },
    /* `oh iya makasih bu`. */
    { thanks, SO(NOTHING), CALM },
    /* `?`, `bu`: no more than that she waits. */
    { nudge, SO(NOTHING), PLAIN },
    /* `terima`: a command that leaves out the number of the only case that it fits. */
    { listing_read, SO(COMMAND), CALM },

    /* `ya meninggal`, `tidak meninggal bu`, `WAFAT 1007`, while that is asked. */
    { death_read, AS_SAID, 0 },
    /* `kejang bu` to the question of a sign, or a cry for help. */
    { emergency_read, AS_SAID, DANGER },
    /* `betul semua` to several questions. */
    { apart_yes_to_all, AS_SAID, CALM },
    /* `iya bu bener`, `ga jadi`: words to the question. */
    { answering_words, AS_SAID, 0 },
    /* `Rafa 11,2, Keyla betul`: an answer to each of several questions. */
    { apart_read, SO(NOTHING), CALM | PLAIN | OF_NONE },
    /* `48217 BB 9,2`, `9,2`, `bukan 9,2 tapi 9,4`: a value that is asked for. */
    { answering_value, SO(NOTHING), PLAIN | OF_NONE },

    /* `rafa 11,2, keyla kejang`: an answer beside a danger. */
    { apart_beside, ANY, DANGER },
    /* `demam tinggi` to the question of a name: no answer, and a danger of the day. */
    { emergency_no_answer, SO(ANSWER) | SO(WHICH), 0 },
    /* `bu Rini bb 52`: whom of today's, or whom else, the words name. */
    { whom_read, SO(NOTHING) | SO(COMMAND) | SO(ANSWER), CALM | PLAIN },
    /* `bb 9,2`, `salah bu, harusnya 9.2`: the report sent last, with that in it. */
    { last_read, SO(NOTHING) | SO(COMMAND), CALM | PLAIN },
    /* `siti anak bu ros beda bu, sama beratnya`, behind a repeat or a second weighing: somebody else. */
    { other, SO(NOTHING), CALM | PLAIN },
    /* `BARU` behind a repeat: the repeat, as a new report. */
    { again, SO(COMMAND), 0 },
    /* `ibu panas tinggi`, `mau melahirkan`: a danger of the day in words that are nothing else. */
    { emergency_plea, SO(NOTHING), PLAIN },
    /* `bukan kejang bu, cuma menggigil`, `panasnya sudah turun`: news of the case that is open. */
    { of_open, SO(EMERGENCY), 0 },
    /* `masih pendarahan bu`: of her who was sent for that. */
    { goes_on, SO(EMERGENCY), DANGER },
    /* `tolong istri saya mau melahirkan` of a number that nobody knows. */
    { stranger, SO(EMERGENCY), 0 },
    /* `budi kejang`: somebody of whom she filed a report today. */
    { known_patient, SO(EMERGENCY), 0 },
    /* `anak jatuh dari pohon`, and what was said before is `tolong bu`. */
    { known_call, SO(EMERGENCY), 0 },
    /* `tensimeternya rusak`, `nanti ya bu`: why the question is not answered. */
    { unread_read, SO(NOTHING), CALM | PLAIN },
    /* `benar bu sudah saya cek` where a weight is asked, and a signal waits: of that. */
    { waits_no_answer, SO(WORDS), CALM },
};

static bool may_hear(const struct hearer *who, const struct listening *h)
{
    const struct reading *r = h->r;

    return (who->as >> r->kind & 1) && !(who->when & CALM && r->said.emergency) &&
           !(who->when & DANGER && !r->said.emergency) && !(who->when & PLAIN && r->thanks) &&
           !(who->when & OF_NONE && numbered_other(h->state, r->said.body));
}

bool hearers_hear(struct listening *h)
{
    for (size_t i = 0; i < sizeof hearers / sizeof *hearers && !h->failed; i++)
        if (may_hear(&hearers[i], h))
            hearers[i].hear(h);
    return !h->failed;
}
