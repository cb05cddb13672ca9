/* emergency.h - a danger to life in any words, at any point of a conversation (SPEC 2.2, RULINGS 44): decided
 * before anything else looks at the text.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_EMERGENCY_H
#define KENTONGAN_FLOWS_TALK_EMERGENCY_H

#include "flows/care/subject_report.h"
#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* `kejang tidak`, `1007 ndak ado kejang` to what is asked: her answer is no, and nothing rings (RULINGS 40).
 * Before all else that looks at an emergency. */
void emergency_denied(struct listening *);
/* What a part of a message is, if an E1 sign stands in it: the answer to the one question that asks for a
 * sign or a reason, or a cry for help (READING_EMERGENCY), never another answer and never a command without
 * number.  Nothing is decided without a sign; reports carry theirs; a command with a number is carried out.
 */
void emergency_read(struct listening *);
/* Nothing else, and a danger of the day in it, or `mau melahirkan`: the same without an alarm yet; she is
 * asked whom, and staff hear of it when she answers, or when she does not. */
void emergency_plea(struct listening *);
/* A danger of the day is no answer: to the question of a name its words are about that case
 * (READING_EMERGENCY), and where nothing in it fits the question, it is heard as if nothing were asked. */
void emergency_no_answer(struct listening *);
/* The words before the keyword of a report, where a sign stands in them: a part of their own.  NULL: none. */
struct reading *emergency_before(const struct ruleset *, int64_t at_ms, struct arena *,
                                 const struct reading *);

/* A cry for help: a referral with number and clock, and a record; who was called, then what is missing. */
void emergency_step(struct step *);
/* The number that the words name: of an open question, else the first that may be one.  *words: without it.
 */
struct slice emergency_number(struct sender_state *, struct slice text, struct arena *, struct slice *words);
/* The last report of the hour; where there is none, the referral of hers that is open; empty: neither. */
struct slice emergency_own(const struct sender_state *);
/* Words of an emergency behind a command with a number: told to the staff of that case at once.  True: the
 * command ends something (SELESAI, BATAL, BUKAN); it was asked back instead. */
bool emergency_behind(struct step *, const struct command *);
/* KOREKSI whose words have an E1 sign that the corrected report does not: before it is filed, the name that
 * they may be is doubted, and so is a reason that takes away the danger that was told; */
void emergency_doubt(struct step *, const struct report *known, struct report *corrected);
/* afterwards the words go to the staff, and the answer says so and asks about the name. */
void emergency_corrected(struct step *, const struct command *, const struct report *corrected);
/* The command behind which it stood was not carried out: its answer says first who was called. */
void emergency_not_done(struct step *, const struct command *);

/* Nobody said whether an E1 sign is there: staff are told that it may be (RULINGS 47). */
void emergency_maybe(struct step *, const struct due *);

#endif
