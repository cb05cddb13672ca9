/* report.h - one report from its body, behind the keyword: the stages in their order, and the form as a
 * whole.
 *
 * Each file calls only those below it here, and the rooms below: values, signs, filling.
 *   report.c          one report from its body                              SPEC 2.2
 *   asked.c           questions                                             SPEC 2.2
 *   judge.c           the filled form as a whole                            RULINGS 2, 23, 28, 29, 35, 37, 42
 *   tail.c            optional words, dates and texts, signatures           RULINGS 18, 39
 *   head.c            required fields by position                           RULINGS 15
 *   another.c         somebody else behind the values                       RULINGS 19, 50
 *   amends.c          who corrects herself                                  RULINGS 18, 50
 *   around.c          words that turn the report                            RULINGS 43, 45
 *   deaths.c          somebody died                                         RULINGS 49
 *   measured_danger.c a measure of somebody else, a danger of the day       SPEC 2.2
 *   born.c            how a birth went, where a name is due                 RULINGS 45
 *   held.c            what was put off was not held */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_REPORT_REPORT_H
#define KENTONGAN_FLOWS_UNDERSTAND_REPORT_REPORT_H

#include "flows/understand/filling/filling.h"

/* The word at token i that puts off what is told, or NULL: `ditunda`, `besok`; one in doubt, `tunda`, may
 * name what a gathering is about. */
const struct word *understand_puts_off(const struct words *, const struct tokens *, unsigned i,
                                       unsigned *used);
/* Takes what is said to people behind the values, and who signs: `bb 9,4 ya bu`, `… bu Nur`, `… terima
 * kasih`.  Nothing when anything else stands there. */
void understand_courtesy(struct filling *);
/* `ga kejang bu`, whatever was asked: one of the signs that the report has is named. */
bool understand_denies_known(struct filling *, const struct report *known);
/* An answer that only denies signs takes them out of those that were known (RULINGS 40). */
void understand_take_out(struct filling *, const struct report *known);
/* `katanya meninggal ...`: words before the keyword of a WAFAT that make it doubtful whether there is one; it
 * is asked about. */
void understand_hearsay(const struct ruleset *, struct slice before, struct arena *, struct report *);
/* `hampir meninggal`: the word of death at token i is part of a cry for help; she lives. */
bool understand_dying(const struct words *, const struct tokens *, unsigned i);
/* A word that asks begins at token i: `apakah`, `gimana`. */
bool understand_asks(const struct words *, const struct tokens *, unsigned i, unsigned *used);
/* `yang rujuk 48217 gimana kabarnya?`: the number asked about; or empty.  far: behind the second word. */
struct slice understand_asks_of(const struct ruleset *, struct slice text, bool far, const struct report *,
                                struct arena *);
/* `contoh sms rujuk bagaimana bu?`: the form whose format is asked for; NULL: none is. */
const struct form *understand_asks_example(const struct ruleset *, struct text_tokens *, struct arena *);
/* Adds what only the whole form shows, and puts the outcome into *out. */
void understand_settle(struct filling *, struct report *out);
/* With nothing in it yet; NULL when the arena is full. */
struct filling *understand_begin(const struct ruleset *, const struct form *, int64_t today, struct arena *);
/* The text as tokens, with what is known of them before any field is read.  False when the arena is full. */
bool understand_cut(struct filling *, struct slice text) MUST_CHECK;
/* All stages over the body of a report (behind the keyword), not yet settled; NULL when the arena is full. */
struct filling *understand_fill(const struct ruleset *, const struct form *, struct slice body, int64_t today,
                                struct arena *);
/* One report from its body (behind the keyword); out is zeroed. */
void understand_report(const struct ruleset *, const struct form *, struct slice body, int64_t today,
                       struct arena *, struct report *out);

#endif
