/* drafts.h - what is remembered about a sender between her messages (SUBJECT_SENDER): unfinished reports with
 * one open question each, last reports for repeats, opt-out (SPEC 2.2, 2.4).
 *
 * Pure.  A versioned JSON blob; bounded: 20 drafts, 100 repeats. */
#ifndef KENTONGAN_FLOWS_STEP_DRAFTS_H
#define KENTONGAN_FLOWS_STEP_DRAFTS_H

#include "flows/step/open.h"
#include "flows/step/reading.h"

enum {
    DRAFTS = 20,
    DRAFTS_REPEATS = 100,
    DRAFTS_KEPT = 20,
    DRAFTS_SENT = 12,
    DRAFTS_SENT_DAYS = 60,    /* weeks and months are told apart by their number alone */
    DRAFTS_LAST_MS = 3600000, /* RULINGS 56 */
    DRAFTS_OFFER_MS = 900000,
};

enum asking {
    ASK_FIELD, /* a missing or wrong value */
    ASK_VALUE, /* YA: the guess is right; TIDAK: ask for the value */
    ASK_CHILD, /* YA: it is child `child`; BARU or TIDAK: another one */
    ASK_TWIN,  /* YA: a twin of the baby of report `before`; TIDAK: the same baby, nothing is filed */
    ASK_AGAIN, /* YA: in the place of report `before`; BARU: beside it; TIDAK: neither */
    ASK_DEATH, /* YA: whom it is about has died, WAFAT; TIDAK: the report stands as it is (RULINGS 49) */
    ASK_SURE,  /* of a WAFAT that says so only by hearsay. YA: it is certain; TIDAK: nothing is filed */
};

/* What only the store knows is asked, or whether somebody died: not the value of a field. */
static inline bool asking_store(enum asking asking)
{
    return asking >= ASK_CHILD;
}

struct draft {
    struct slice nomor, uuid;
    const struct form *form;
    struct value *values;        /* FORM_FIELDS */
    uint8_t faults[FORM_FIELDS]; /* struct report's: which of them are wrong or doubtful */
    enum asking asking;
    enum report_error error;
    struct slice field; /* in question */
    struct slice child; /* ASK_CHILD: the number offered */
    struct slice sure;  /* fields whose doubtful value was confirmed: ",bb,tb," */
    struct slice hash;  /* of the text that it came from; empty by USSD */
    int64_t at_ms;      /* first receipt */
    struct slice provider, message_id;
    bool not_child;                /* BARU was said */
    bool second;                   /* BARU was said: a second weighing of the day */
    struct slice before;           /* ASK_TWIN, ASK_AGAIN; ASK_CHILD: the LAHIR of that baby, or empty */
    struct slice picked;           /* YA was said to this child */
    bool correct;                  /* it corrects a record */
    struct slice whom;             /* whom it is about, for lists of open questions */
    struct slice died, died_words; /* ASK_DEATH: who, as struct report has it */
    struct slice unsure;           /* as struct report has it, until YA is said to it */
    struct slice asked;            /* what is asked, in few words: "BB 9,2" */
    unsigned unread;               /* answers in a row that answered nothing: flows/talk/unread.h */
    bool called;                   /* staff were asked to call her about it */
    bool unseen;                   /* only these words were seen of the question */
    struct slice part;     /* a screening by USSD that broke off: its kind and the answers so far, "tbc/YT" */
    struct slice question; /* as it was asked last: said again to what answers nothing */
};

/* A full report of the last 24 h. */
struct repeat {
    uint64_t text;      /* 42 bits of its hash */
    struct slice nomor; /* the first number that it got */
    int64_t at_ms;      /* to the minute */
};

/* A message of someone who may not (yet) report: for staff, and for processing after SETUJU. */
struct kept {
    struct slice text, provider, message_id;
    int64_t at_ms;
    bool forwarded;     /* an emergency: the staff have it, it is not carried out again */
    struct slice nomor; /* its number: a record once she is registered */
};

/* What she sent for a week or a month: again, it is a new version (RULINGS 58). */
struct sent_for {
    struct slice form, period, nomor;
    int64_t at_ms;
};

/* Her last report, if it was accepted and the only one of its message: a field alone is about it for an hour
 * (RULINGS 56). */
struct last_report {
    struct slice nomor, whom;
    const struct form *form;
    struct value *values; /* FORM_FIELDS */
    int64_t at_ms;
};

/* Her messages of a kind, one after the other (flows/talk/noise.h). */
struct noise {
    unsigned n, same; /* in a row; of them with one text */
    unsigned today;   /* on `day`, whatever came between */
    struct slice day; /* ISO */
    int64_t text;     /* hash of the last one */
    int64_t last_ms;
};

struct sender_state {
    unsigned drafts_n, repeats_n, kept_n, sent_n;
    struct last_report last; /* nomor empty: none */
    struct slice filed;      /* flows/step/today.h */
    struct slice again;      /* text of a repeat that BARU would file */
    int64_t again_ms;        /* its receipt */
    bool again_other;        /* she said that it is of somebody else */
    struct slice offer;      /* the line that she was shown last, `KOREKSI 48217 TB 74`: a yes is that line */
    int64_t offer_ms;
    struct slice refused_on;  /* ISO day of the last refusal */
    struct slice request;     /* number of her DAFTAR that waits */
    struct slice ussd_told;   /* ISO day of the last SMS about an unfinished dialogue */
    struct noise noise, asks; /* came to nothing; understood, but filed nothing */
    struct open_cases open;   /* staff and heads: what waits for their answer */
    int64_t reported_week;    /* Sunday of the last week in which she filed a report (day since 1970) */
    bool stopped;             /* BERHENTI */
    bool changed;

    /* 12 KB, not cleared for a handful of entries. */
    struct draft drafts[DRAFTS];
    struct repeat repeats[DRAFTS_REPEATS]; /* oldest first */
    struct kept kept[DRAFTS_KEPT];
    struct sent_for sent[DRAFTS_SENT]; /* oldest first */
};

/* Never NULL unless the arena is full.  Drafts whose form is gone and repeats older than a day are left out.
 */
struct sender_state *drafts_decode(struct slice blob, const struct ruleset *, int64_t now_ms, struct arena *);
struct slice drafts_encode(const struct sender_state *, struct arena *);

/* NULL when there is none of that number. */
struct draft *drafts_find(struct sender_state *, struct slice nomor);
/* The only open one, or NULL. */
struct draft *drafts_only(struct sender_state *);
/* Room for one more, or NULL when there are 20. */
struct draft *drafts_add(struct sender_state *, struct arena *);
void drafts_remove(struct sender_state *, struct slice nomor);
bool drafts_is_sure(const struct draft *, struct slice field);
/* What is known so far, for understand_answer() and understand_judge(). */
void drafts_report(const struct draft *, struct report *out);
/* A field is asked that no report of this form needs: `lila -` ends the question. */
bool drafts_may_lack(const struct draft *);

/* The number under which she sent this form for this period; empty when she did not. */
struct slice drafts_sent(const struct sender_state *, const struct form *, struct slice period);
void drafts_send(struct sender_state *, const struct form *, struct slice period, struct slice nomor,
                 int64_t at_ms);
/* The open draft that a report typed again in full is about: the same form, the same person (or, where a form
 * has none, the same first field), and nothing that is certain contradicts it.  NULL when there is none. */
struct draft *drafts_retyped(struct sender_state *, const struct report *);

/* That of report i of a reading, as it was found when it was read. */
struct draft *reading_retyped(const struct reading *, struct sender_state *, unsigned i);
/* A command that was not carried out (struct turned) and has a number: it is about that number, whatever else
 * is open (RULINGS 43).  Not words behind the number of an open question: they are about that question. */
bool reading_turned(const struct reading *);

const struct repeat *drafts_repeat(const struct sender_state *, struct slice hash);
void drafts_forget(struct sender_state *, struct slice hash);
void drafts_remember(struct sender_state *, struct slice hash, struct slice nomor, int64_t at_ms);

#endif
