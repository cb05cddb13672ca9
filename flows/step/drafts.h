/* drafts.h - what is remembered about a sender between her messages (SUBJECT_SENDER): unfinished reports with
 * one open question each, last reports for repeats, opt-out (SPEC 2.2, 2.4).
 *
 * Pure.  A versioned JSON blob; bounded: 20 drafts, 100 repeats. */
#ifndef KENTONGAN_FLOWS_STEP_DRAFTS_H
#define KENTONGAN_FLOWS_STEP_DRAFTS_H

#include "flows/step/open.h"

enum {
    DRAFTS = 20,
    DRAFTS_REPEATS = 100,
    DRAFTS_KEPT = 20,
};

enum asking {
    ASK_FIELD, /* a missing or wrong value */
    ASK_VALUE, /* YA: the guess is right; TIDAK: ask for the value */
    ASK_CHILD, /* YA: it is child `child`; BARU or TIDAK: another one */
};

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
    bool not_child;        /* BARU was said */
    struct slice picked;   /* YA was said to this child */
    bool correct;          /* it corrects a record */
    struct slice whom;     /* whom it is about, for lists of open questions */
    struct slice question; /* as it was asked last: said again to what answers nothing */
};

/* A full report of the last 24 h. */
struct repeat {
    struct slice hash, nomor; /* the first number that it got */
    int64_t at_ms;
};

/* A message of someone who may not (yet) report: for staff, and for processing after SETUJU. */
struct kept {
    struct slice text, provider, message_id;
    int64_t at_ms;
    bool forwarded;     /* an emergency: the staff have it, it is not carried out again */
    struct slice nomor; /* its number: a record once she is registered */
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
    struct draft drafts[DRAFTS];
    unsigned drafts_n;
    struct repeat repeats[DRAFTS_REPEATS]; /* oldest first */
    unsigned repeats_n;
    struct kept kept[DRAFTS_KEPT];
    unsigned kept_n;
    struct slice again;       /* text of a repeat that BARU would file */
    int64_t again_ms;         /* its receipt */
    struct slice refused_on;  /* ISO day of the last refusal */
    struct slice request;     /* number of her DAFTAR that waits */
    struct slice ussd_told;   /* ISO day of the last SMS about an unfinished dialogue */
    struct noise noise, asks; /* came to nothing; understood, but filed nothing */
    struct open_cases open;   /* staff and heads: what waits for their answer */
    bool stopped;             /* BERHENTI */
    bool changed;
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

const struct repeat *drafts_repeat(const struct sender_state *, struct slice hash);
void drafts_remember(struct sender_state *, struct slice hash, struct slice nomor, int64_t at_ms);

#endif
