/* read.h - the value of one field at a token, by its type; and its labels, its place, its unit: all that
 * reads values.
 *
 * Each file calls only those below it here:
 *   codes_said.c      letters of W2 by their diseases                       RULINGS 38, 56
 *   w2.c              the weekly report                                     RULINGS 7, 38
 *   numbers.c         optional numbers                                      RULINGS 25, 26
 *   foreign.c         numbers whose unit no field takes                     RULINGS 20, 46
 *   leftover.c        a number that no field takes                          RULINGS 18, 26
 *   parts.c           words in the place of a number, or beside it          RULINGS 1, 10, 15, 25
 *   labels.c          labelled values, anywhere in the report               RULINGS 18, 20, 21
 *   arrived.c         she is there already                                  SPEC 2.3
 *   names.c           where a name begins and ends                          RULINGS 14, 22, 45
 *   destination.c     where a referral goes, and why                        RULINGS 36, 46, 52
 *   name_ends.c       words beside a name                                   RULINGS 41, 45, 54
 *   unmeasured.c      why something is not measured                         SPEC 2.2
 *   astray.c          numbers behind what is not read                       RULINGS 20, 46
 *   read.c            one value of one field type                           SPEC 2.2
 *   nomor.c           the number of a report                                RULINGS 30
 *   times.c           days, ages and months                                 RULINGS 4, 7, 31, 51
 *   either.c          two values with `atau` between them                   RULINGS 26, 50
 *   before.c          what stands directly before a number                  RULINGS 46, 50
 *   groups.c          families and villages instead of people               RULINGS 50
 *   said_name.c       whose name it is, in the words of an answer           RULINGS 22, 54
 *   difference.c      how much more or less, behind a value                 RULINGS 50
 *   counted.c         numbers that only count                               RULINGS 46
 *   measured.c        a measure of somebody else, or of no field            RULINGS 46, 50 */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_READ_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_READ_H

#include "flows/understand/filling/filling.h"

/* Days, ages and months at token i. */
struct got understand_read_date(struct filling *, const struct field *, unsigned i, bool labelled);
struct got understand_read_age(struct filling *, const struct field *, unsigned i);
struct got understand_read_month(struct filling *, const struct field *, unsigned i);
/* `tahun` to `UMUR 5th, benar? Sebab: bulan atau tahun`: that unit with the number that is known, where an
 * age is asked for (a field's position; -1: none) and nothing else is said; else the text. */
struct slice understand_unit_alone(const struct ruleset *, const struct report *known, int asked,
                                   struct slice text, struct arena *);
/* Reads the value of one field at token i.  labelled: a label stands before it. */
struct got understand_read(struct filling *, const struct field *, unsigned i, bool labelled);
/* `demam 38`: a number right behind a fever may be the fever's own. */
bool understand_fever(struct filling *, unsigned i);
/* The word at token i is a label of another field than f, and a certain value follows it. */
bool understand_labels_value(struct filling *, const struct field *f, unsigned i);
/* The same, a name counts too. */
bool understand_other_label(struct filling *, const struct field *f, unsigned i);
enum {
    COMMAND_NUMBER_LEAST = 4, /* digits (RULINGS 30) */
    COMMAND_NUMBER_MOST = 10,
};

/* The number of a report: its digits. */
bool understand_nomor(struct slice typed, struct slice *digits, enum report_error *error, struct arena *);

#endif
