/* signs.h - runs through words and tells which codes of which lists stand there, and which of them are
 * negated (RULINGS 32, 40, 47).
 *
 * Pure.  Knows the classes of lists/kata.yaml (normal, pengisi, sambung, tapi, antara, reda) and the
 * negators, no fields.
 */
#ifndef KENTONGAN_PARSERS_SIGNS_H
#define KENTONGAN_PARSERS_SIGNS_H

#include "parsers/token.h"
#include "parsers/whose.h"

enum {
    SIGN_LISTS = 4,
};

enum sign_kind {
    SIGN_PLAIN,
    SIGN_NEGATED, /* `tidak demam`, `demam (-)`, `menyusu kuat`; or a word known to be no sign */
    SIGN_DOUBT,   /* `gerakan janin` alone, `akses` */
    SIGN_UNSURE,  /* beside a negator that is none of the known ones, or may be about something else */
    SIGN_MAYBE,   /* `tidak demam, pusing`: negated with the one before the comma, or not? (RULINGS 47) */
};

struct sign {
    enum sign_kind kind;
    unsigned list; /* index of the list */
    const struct word *word;
    bool before; /* the negator stands before it */
    bool clear;  /* UNSURE: no other words stand between, or behind */
    bool behind; /* MAYBE: and one stands right behind it */
    bool far;    /* UNSURE: it may be about another sign, or say more: `perdarahan dan kejang tidak` */
    bool
        words_after; /* UNSURE: the negator behind it may negate the words that follow: `demam tidak turun` */
    unsigned from, to;  /* tokens, negation included; to excluded */
    struct mention who; /* the last who was mentioned, or nobody */
};

struct sign_scan {
    const struct word_list *lists[SIGN_LISTS];
    unsigned lists_n;
    const struct word_list *kata, *negators, *units; /* units: `demam 3 hari` is one sign */
    const struct word_list *times;                   /* units too: `kejang 3 bulan lalu` */
    const struct word_list *days;                    /* `yang kemarin kejang`; NULL: no day is looked for */
    const struct word_list *people;                  /* NULL: signs are nobody's */
    bool past; /* a report of her day: a sign that is said to have been is asked about, `sudah berhenti` */
    bool with_child; /* a report of a mother to be: of what a birth excuses there is no doubt */
    bool news;       /* no report: `tidak jadi kejang` */
    bool near;       /* one edit allowed */
    void (*sign)(void *arg, const struct sign *);
    void (*other)(void *arg, unsigned from, unsigned to); /* words of no list; NULL: not wanted */
    void *arg;
};

/* A word of lists/kata.yaml that joins signs and says nothing itself: `dan`, `tapi`. */
bool signs_filler(struct slice kata);

/* The token behind the signs that begin at token i, with their negators, durations and filling words; i when
 * none begins there. */
unsigned signs_end(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to);

/* Tokens that are taken are passed over. */
void signs_scan(const struct sign_scan *, const struct tokens *, unsigned from, unsigned to);

#endif
