/* nothing.c - see nothing.h. */
#include "flows/talk/nothing.h"

#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/talk/chat.h"
#include "flows/talk/death.h"
#include "flows/talk/listing.h"
#include "flows/talk/numbered.h"
#include "flows/talk/offer.h"
#include "flows/talk/questions.h"
#include "flows/talk/unsaid.h"
#include "flows/talk/waits.h"
#include "flows/talk/words.h"

enum {
    SHORT_ANSWER = 40, /* letters: more was not meant for a question */
};

static bool dead(struct step *s)
{
    if (s->reading->nomor.n || !understand_says_death(s->rules, s->reading->said.body, false, s->arena))
        return false;
    if (!death_of_referred(s) && !death_said_by_head(s))
        step_answer(s, slice_make("", 0), step_text(s, s->language, "unknown.death", NULL, 0));
    return true;
}

static bool not_hers(struct step *s)
{
    const struct turned *t = &s->reading->said.turned;

    if (s->staff || s->reading->said.kind != SAID_TURNED || !t->nomor.n || t->command == COMMAND_NONE ||
        roles_may_command(s->person, t->command))
        return false;
    filing_keep(s);
    roles_refuse(s);
    return true;
}

static bool unsaid(struct step *s)
{
    struct last_report denied;

    if (!unsaid_report(s, &denied))
        return false;
    unsaid_answer(s, &denied);
    return true;
}

/* That there are no cases is another thing (RULINGS 43). */
static bool withdrawn(struct step *s)
{
    const struct turned *t = &s->reading->said.turned;
    struct slice text, nomor;

    if (s->reading->said.kind != SAID_TURNED || t->why != TURNED_FORM || t->asked || !t->form ||
        t->form->counts >= 0)
        return false;
    nomor = filing_say_withdrawn(s, t->form, &text);
    step_answer(s, nomor, text);
    return true;
}

/* Not understood while something is asked: a short text was meant for the question. */
static void still_open(struct step *s)
{
    struct slice rest = slice_trim(s->reading->said.body);
    struct draft *named = drafts_find(s->state, slice_cut(&rest, ' '));
    struct draft *d = named ? named : drafts_only(s->state);
    struct draft *told = named ? named : questions_nameless(s->state);

    if (told && (told == d || waits_talks(s->reading->said.body)) && s->reading->said.kind == SAID_NOTHING &&
        questions_in_hands(s, told))
        questions_repeat(s, told); /* `ternyata cuma pingsan`, of nobody else */
    else if (d && waits_talks(s->reading->said.body) && questions_told(s, d))
        ; /* `bu lina sudah lahiran di pustu`, of whom more is asked */
    else if (d && s->reading->said.body.n <= SHORT_ANSWER)
        questions_unheard(s, d);
    else
        questions_unknown(s);
}

static bool waits(struct step *s)
{
    struct slice hp;

    return s->reading->said.kind == SAID_NOTHING && !listing_of_signals(s) && waits_passed_back(s, &hp)
               ? listing_waiting_told(s, hp)
               : listing_waiting(s);
}

static bool of_case(struct step *s)
{
    return s->reading->said.kind != SAID_TURNED && (chat_of_case(s) || waits_passed_on(s));
}

/* `saya terima pasiennya` of one whom the weight of a child is asked as well. */
static bool beside_draft(struct step *s)
{
    return waits_beside_draft(s->rules, s->reading, s->arena) && (waits(s) || of_case(s));
}

static bool asked(struct step *s)
{
    if (!s->state->drafts_n)
        return false;
    if (!waits_of_other(s) && !beside_draft(s) && !chat_while_asked(s))
        still_open(s);
    return true;
}

static bool cancels(struct step *s)
{
    if (!waits_of_last(s) || !words_say(s->rules, "batal", s->reading->said.body, s->arena))
        return false;
    waits_hear(s);
    questions_cancel_what(s);
    return true;
}

static bool keeps(struct step *s)
{
    const struct turned t = { .why = TURNED_HOLDS, .command = COMMAND_BATAL, .nomor = s->state->last.nomor };

    if (!t.nomor.n || !words_say(s->rules, "tetap", s->reading->said.body, s->arena))
        return false;
    step_answer(s, t.nomor, reply_turned(s->rules, s->language, &t, s->arena));
    return true;
}

static bool thanks(struct step *s)
{
    return listing_unanswered(s) && listing_waiting(s);
}

static struct slice not_understood(struct step *s)
{
    const struct turned *t = &s->reading->said.turned;
    const struct text_fill f[] = { { "perintah", reply_command(t->command, s->arena) } };
    struct slice meant;

    if (!s->person)
        return roles_stranger(s);
    if (s->reading->thanks)
        return step_text(s, s->language, "unknown.thanks", NULL, 0);
    if (s->reading->said.kind != SAID_TURNED)
        return reply_unknown(s->rules, s->language, step_role(s), s->arena);
    if (t->why == TURNED_WORDS && !t->nomor.n)
        return step_text(s, s->language, "open.none", FILLS(f));
    if (offer_meant(s, t, &meant))
        return meant;
    return reply_turned(s->rules, s->language, t, s->arena);
}

static bool unknown(struct step *s)
{
    step_answer(s, slice_make("", 0), not_understood(s));
    return true;
}

/* When one may answer. */
enum {
    HERS = 1,       /* somebody of the directory said it */
    OURS = 2,       /* or staff */
    PLAIN = 4,      /* it is no mere thanks */
    THANKS = 8,     /* it is */
    WORDS = 16,     /* it has neither a command nor a form in it */
    UNTURNED = 32,  /* it turns no command behind which a number stands: reading_turned() */
    NUMBERLESS = 64 /* nor has it such a number at all */
};

struct answerer {
    bool (*answer)(struct step *); /* false: that is not what was said */
    unsigned when;
};

/* In this order: the first that answers is the last. */
static const struct answerer answerers[] = {
    /* `tini sudah meninggal bu`: a death is never dropped (RULINGS 49). */
    { dead, HERS },
    /* `bukan 51139 itu hoaks` of a village head: what it turned is no command of hers. */
    { not_hers, HERS },
    /* `hasan masih hidup` behind his WAFAT, `bukan campak`: what was filed is not so. */
    { unsaid, 0 },
    /* `batal timbang`, `belum imunisasi`. */
    { withdrawn, HERS },
    /* `48217 bb 9,2`, and 48217 asks nothing. */
    { numbered_said, WORDS },
    /* Anything else while something is asked. */
    { asked, HERS | PLAIN | UNTURNED },
    /* `tidak jadi dirujuk, keluarga menolak`: those who have her hear it. */
    { cancels, HERS | UNTURNED },
    /* `jangan batal ya bu`: what was filed last stands (RULINGS 43). */
    { keeps, HERS | UNTURNED },
    /* `makasih bu`, and a patient is taken by nobody: thanks take none (RULINGS 13). */
    { thanks, OURS | THANKS },
    /* Cases wait for an answer, and this is none: what its words are about hears them (SPEC 1), and how to
     * answer is said. */
    { waits, OURS | PLAIN | NUMBERLESS },
    /* `bidannya kok belum datang`: how her patient stands, or those who have her hear it. */
    { of_case, PLAIN | NUMBERLESS },
    /* `sudah masuk blm bu`, `gimana caranya`. */
    { chat_answered, PLAIN | WORDS },
    /* Nothing of all that. */
    { unknown, 0 },
};

static bool may_answer(const struct answerer *who, const struct step *s)
{
    const struct reading *r = s->reading;
    bool ours = s->person || s->staff;

    return !(who->when & HERS && !s->person) && !(who->when & OURS && !ours) &&
           !(who->when & PLAIN && r->thanks) && !(who->when & THANKS && !r->thanks) &&
           !(who->when & WORDS && r->said.kind != SAID_NOTHING) &&
           !(who->when & UNTURNED && reading_turned(r)) &&
           !(who->when & NUMBERLESS && r->said.turned.nomor.n);
}

void nothing_step(struct step *s)
{
    const struct answerer *who = answerers;

    if (!s->person)
        filing_keep(s);
    step_reason(s, !s->person ? "unknown_sender" : s->reading->thanks ? "thanks" : "unknown_keyword");
    while (!may_answer(who, s) || !who->answer(s))
        who++; /* the last one answers */
}
