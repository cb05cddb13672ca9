/* denial.h - words that only deny signs, or a value (RULINGS 40, 43). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_SIGNS_DENIAL_H
#define KENTONGAN_FLOWS_UNDERSTAND_SIGNS_DENIAL_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* The whole text only says that danger signs are not there: `kejang tidak bu`, `ndak ado kejang`.  Beside a
 * negator behind it, or one of another region, a sign is doubtful in a report (RULINGS 40); in an answer it
 * is denied.  whom: names that may stand in it. */
bool understand_denies(const struct ruleset *, struct slice text, struct slice whom, struct arena *);
/* The whole text only says that signs which were there have ended, `alhamdulillah kejangnya sudah berhenti`:
 * of a patient whom staff know it is news, and no new danger. */
bool understand_ended(const struct ruleset *, struct slice text, struct slice whom, struct arena *);
/* It is said to be something else: `bukan kejang bu, cuma menggigil`, `salah ketik bu, cuma pusing`. */
bool understand_was_mistaken(const struct ruleset *, struct slice text, struct arena *);

/* A value, and that it is not so (RULINGS 43): `bukan 9,2`, `9,2 eh salah`, `120/80 belum pasti`. */
struct unsaid {
    struct slice value; /* the text without these words */
    bool behind;        /* the no stands behind the value */
    bool signs;         /* a no that lists of signs hear by themselves */
    bool mends;         /* or another one was wrong: `9,4 maaf salah ketik` */
};

/* The text may be that; whether `value` is one, its field decides.  `salah 9,2`, `bukan, 9,2` say that
 * another was wrong.  asked: the field in question, whose words may have a no in them (`tidak dikenal`); or
 * NULL. */
bool understand_unsays(const struct ruleset *, const struct form *, const struct field *asked,
                       struct slice text, struct arena *, struct unsaid *out);

#endif
