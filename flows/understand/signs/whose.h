/* whose.h - whose a sign is, and how certain it is (SPEC 2.2). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_SIGNS_WHOSE_H
#define KENTONGAN_FLOWS_UNDERSTAND_SIGNS_WHOSE_H

#include "flows/understand/filling/filling.h"

struct sign;
struct sign_scan; /* parsers/signs.h */

enum whose {
    WHOSE_OWN,
    WHOSE_DOUBT,
    WHOSE_OTHER,
};
/* Who was mentioned before the sign, with all words in their places. */
const struct mention *understand_mentioned(const struct filling *, const struct sign *);
/* Of the figures of a posyandu: it is what they talked of, `penyuluhan kejang`, and nobody has it. */
bool understand_of_nobody(const struct filling *, const struct sign *);
/* What the form says of its signs.  One that was is asked about in this report: not where she is sent for it,
 * nor at a birth. */
void understand_scans(const struct filling *, struct sign_scan *);
/* The sign is none of movements of the child, or they are felt by then, as far as is known: doubt about it is
 * told when nobody answers (DOMAIN 3.6). */
bool understand_felt(const struct filling *, struct slice sign);
/* A word of doubt at token i, of *used tokens, and a danger sign behind it, whose it is: `110/70 sepertinya
 * kejang`. */
bool understand_doubts_sign(const struct filling *, unsigned i, unsigned *used);
/* Such a word stands before the sign. */
bool understand_doubted(const struct filling *, const struct sign *);
/* The sign is said to be there, where others are said not to be: an E1 sign, or `demam ya`, `nyeri dada ada`.
 */
bool understand_there(const struct filling *, const struct sign *);
/* What was denied of these signs, asked about later: "tidak ada kejang". */
struct slice understand_denied_words(const struct filling *, const struct value *signs);
/* It was there before it was not: `demam sudah tidak ada`. */
bool understand_was(const struct filling *, const struct sign *);
/* Whose sign it is: hers whom the report is about, or somebody's who is named before it. */
enum whose understand_whose(const struct filling *, const struct sign *);
/* The first token of the sign, and *to behind its last, with the person's whose it is. */
unsigned understand_with_person(const struct filling *, const struct sign *, unsigned *to);
/* `anak laki laki`, where the sex is asked: without the people that it begins with. */
struct slice understand_past_people(const struct ruleset *, const struct report *known, int asked,
                                    struct slice text, struct arena *);
/* Words that end before token `to` have a number of their own behind them, and no field's: `tfu 28`, `djj
 * 140`, `cair 5x`; or, from: before them, `300 cc`. Where that ends. */
unsigned understand_with_number(const struct tokens *, unsigned *from, unsigned to);

#endif
