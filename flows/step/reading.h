/* reading.h - what flow_read made of one inbound, carried to flow_step unchanged.
 *
 * Pure; lives in the arena of the job.  Decides nothing: it only says what was said, in the light of the
 * questions that are open for the sender. */
#ifndef KENTONGAN_FLOWS_STEP_READING_H
#define KENTONGAN_FLOWS_STEP_READING_H

#include "flows/step/context.h"
#include "flows/understand/understanding.h"
#include "gateway/base/codec.h"

enum reading_kind {
    READING_NOTHING, /* no keyword and no answer to an open question */
    READING_REPORTS,
    READING_COMMAND,
    READING_ANSWER,    /* a short answer to the open question of draft `nomor` */
    READING_WORDS,     /* `words` to the question of draft `nomor`, or of the only one */
    READING_FIX,       /* a field alone about the last report: `answer` is that report with the field in it */
    READING_WHICH,     /* it would answer more than one open question */
    READING_EMERGENCY, /* words of an emergency that are no report: `answer` is the referral made of them */
    READING_TIMER,     /* `timer` says what fell due */
    READING_SIGNAL,    /* `signal`: the figures of a village */
    READING_OFFICE,    /* what staff ordered at a screen: flows/talk/office.h */
    READING_USSD,      /* `ussd`: flows/ussd/ussd.h's own */
    READING_IGNORED,   /* a delivery report, or a broken timer: nothing to do */
};

/* The text of a timer: {"t":"referral","nomor":"48217","from":"+62…","do":"…","village":…,"disease":…}. */
struct due {
    struct slice what; /* "draft", "referral", "hadir", "episode", "child", "pws", "tugas", "dosis",
                        * "absen", "ibu", "kunjungan", "rekap", "setuju", "kept", "ussd" */
    struct slice nomor, from, act, village, disease;
    struct slice of;         /* "child": the number of the report that it was weighed in */
    struct slice form;       /* "draft": for the staff list */
    struct slice buckets[5]; /* "child": SUBJECT_NAME that list it; child.h */
    unsigned buckets_n;      /* set when it is kept */
    struct slice nik;        /* "child": known from now on */
    struct slice lahir, jk;  /* "child": corrected */
    bool exact;
    int64_t at_ms, bb, tb;      /* "child": a weighing */
    struct slice doses, undone; /* "child": vaccines that it had, and that were taken back: doses.h */
    struct slice posyandu;      /* "tugas", "dosis", "absen", "ibu", "kunjungan", "rekap" */
    struct slice nama;          /* "kunjungan", "ibu", "tugas": who was visited */
    bool taken_back;            /* "kunjungan", "tugas" */
    struct slice to;            /* "buka": MSISDNs with commas, whose open cases change */
};

extern const struct codec due_codec;

struct sender_state; /* flows/step/drafts.h */

enum {
    READING_OF = 3
};

struct reading {
    struct reading *next; /* of the next part of the message: struct said */
    unsigned first;       /* record ids that the parts before have taken */
    uint32_t taken;       /* bit i: said.reports[i] is filed; the rest are told that they must come again */
    enum reading_kind kind;
    struct sender_state *state; /* the sender's, decoded; NULL: step decodes it (timers) */
    struct said said;
    struct slice *retyped; /* of each report the number of the draft that it repeats; NULL: of none */
    struct slice hash;     /* of the whole text, for repeats; hex */
    struct report answer;  /* READING_ANSWER: the draft with the answer in it, judged again */
    struct slice nomor;    /* READING_ANSWER: the draft's number; READING_WORDS: or empty */
    unsigned words;        /* READING_WORDS: enum answer_word of flows/talk/words.h */
    bool mends;            /* a yes with more values in `answer`: `ya tapi tb 75` */
    struct slice another;  /* READING_ANSWER: a name that is not hers, before the value; or empty */
    struct slice
        of[READING_OF]; /* reports of today of whom the words name, unless it is the last one alone */
    unsigned of_n;
    bool of_many;          /* and more */
    bool of_last;          /* they name whom the last one is about */
    struct slice stranger; /* whom they name, if it is nobody of today */
    bool led;              /* and a word leads to the name: `yg Rini` */
    bool not_last;         /* READING_NOTHING: a value of hers, which the last report has too */
    struct due due;
    struct slice acting; /* whose state is changed: the sender, or for a timer whom it is about */
    struct slice joins;  /* READING_EMERGENCY: the draft of a call for help that it goes on */
    bool which;          /* READING_COMMAND without number: several open cases fit it */
    bool thanks;         /* READING_NOTHING: no more than thanks */
    bool nudge;          /* READING_NOTHING: no more than that she waits, `?` */
    bool baru;           /* the reports are a repeat that the sender wants filed */
    bool other;          /* of somebody else who is called so; READING_NOTHING: that it is, and no more */
    void *ussd;
};

enum {
    READING_REPORTS_FILED =
        10 /* of one SMS: their numbers, children and names fit the bounds of an outcome */
};

static inline bool reading_takes(const struct reading *r, unsigned report)
{
    return r->taken >> report & 1;
}

/* It may become a record without being a report, a referral or a WAFAT: it takes a record id of its own. */
static inline bool reading_cries(const struct reading *r)
{
    return r->kind == READING_EMERGENCY || r->kind == READING_WORDS ||
           (r->kind == READING_COMMAND && (r->said.emergency || r->said.command.kind == COMMAND_YA));
}

/* Adds a subject unless it is there already or the id is empty.  False, and intent->overflow for good, when
 * the list is full. */
bool intent_add(struct intent *, enum subject_kind, struct slice id);

#endif
