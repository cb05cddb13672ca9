/* questions.h - what is still asked of a sender, said again: the question itself, or a list of all of them
 * with whom each is about (RULINGS 55).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_QUESTIONS_H
#define KENTONGAN_FLOWS_TALK_QUESTIONS_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* Whom a draft is about, for people. */
struct slice questions_whom(struct step *, const struct draft *);
/* It would have answered more than one question: they are listed, with whom each is about. */
void questions_which(struct step *);
/* STATUS without a number: what is still asked of her. */
void questions_list(struct step *);
/* A text that is nothing known: that is said, and what is still asked. */
void questions_unknown(struct step *);
/* The open question again, to what answered nothing. */
void questions_repeat(struct step *, struct draft *);
/* The same to words that were meant for it and answer it in no way: that they do not, and how it ends. */
void questions_unheard(struct step *, struct draft *);
/* Her own no was asked about, `kejang tidak, benar?`: a no to that says nothing certain. */
bool questions_denied(const struct draft *);
/* A yes to her own no, `kejang tidak, benar?`: the E1 signs that stand denied are not there
 * (REPORT_FAULT_DENIED). */
void questions_agree_to_no(struct step *, struct draft *);
/* Words about whom the question is about, while staff have her: they hear them, and it is asked again. False:
 * they do not have her. */
bool questions_told(struct step *, struct draft *);
/* All that is open, again: the question, or of several the list. */
void questions_again(struct step *);
/* `batal`, `ga jadi`, and nothing is asked: how to take back what was filed last, or what a number is for. */
void questions_cancel_what(struct step *);

/* Bare words for a name or a text may be anything (`ok bu`): they are read back before they are kept.  A
 * label before them makes them certain, or an age behind a name. */
bool questions_read_back(const struct draft *, const struct reading *);
/* A name that stands in the words of the cry that it was asked of is hers: `lastri` to `bu lastri
 * perdarahan`. */
bool questions_named_before(struct step *, const struct draft *, const struct report *answer);

/* The only referral that is asked about, by whose name, among all that is, or of several the only one that
 * staff have; NULL: none. */
struct draft *questions_nameless(struct sender_state *);
/* Nobody's name is known yet, and staff have it: what was not understood may be that it is none after all. */
bool questions_in_hands(struct step *, const struct draft *);

/* TANDA is asked, and a no says that there is none: the field stays empty and is asked about no more. */
bool questions_may_be_none(const struct draft *);
/* The repeat, or the second weighing of the day, is of somebody else: BARU files it as that. */
void questions_other(struct step *);

#endif
