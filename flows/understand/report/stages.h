/* stages.h - what report.c calls, in this order.  Private to flows/understand/report. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_REPORT_STAGES_H
#define KENTONGAN_FLOWS_UNDERSTAND_REPORT_STAGES_H

#include "flows/understand/filling/filling.h"

/* `timbang ulang …` (RULINGS 45). */
void understand_trailers(struct filling *);
/* born.c: how a birth went is no part of the mother's name. */
void understand_born(struct filling *);
/* A negator before or behind the one choice that the report is about (RULINGS 43). */
void understand_negated_value(struct filling *);
/* A negator as the last words of the report, or `batal` behind its numbers: all of it (RULINGS 43), and
 * nothing of it is read. */
bool understand_taken_back(struct filling *);
/* held.c: what was put off, or is to come, was not held (FORM_HELD): the report is taken back. */
bool understand_not_held(struct filling *);
/* `TIMBANG#NAMA#JK#UMUR#BB#TB`: the names of the fields, and nothing of anybody. */
bool understand_is_pattern(struct filling *);
/* Words at the end say what it is instead. */
void understand_overturned(struct filling *);
/* `kasus diare sudah sembuh 2 org`: no name; before the head. */
void understand_well_first(struct filling *);
/* Those who were ill are well again: whether they are counted is asked. */
void understand_recovered(struct filling *);
/* Of the words that the report keeps those with a measure of somebody else, or one that the form does not ask
 * for, when it alone is a danger of the day; or empty. */
struct slice understand_measured_today(struct filling *);
/* Of two readings of one field with a word of correction between them the second takes the place of the
 * first, and is doubtful: `Rafa eh Rafi`.  Before all else is read. */
void understand_amends(struct filling *);
/* `9,8 77 harusnya 9,6`: another value is said to be right behind the values.  It is kept from the fields
 * first, and takes the place of the one that it is nearest to, doubtful, when all are read. */
void understand_mends(struct filling *);
void understand_mended(struct filling *);
/* Somebody else is reported behind the values: his words are kept from all fields, and named. */
void understand_another(struct filling *);
/* Two babies in one LAHIR, whose values nobody can tell apart: `kembar L P 20/11 2500 2400` (RULINGS 54).
 * Nothing of it is read. */
bool understand_twins(struct filling *);
/* A death in another form's report: heeded before tokens are taken, judged when all is read (RULINGS 49). */
void understand_heed_death(struct filling *);
void understand_death(struct filling *);
/* Of the days in a WAFAT only that of the death is read: `sakit sejak tgl 10, meninggal kemarin`. */
void understand_death_day(struct filling *);
void understand_choose_variant(struct filling *);
void understand_head(struct filling *);
void understand_tail(struct filling *);
void understand_pressures(struct filling *, bool behind_head);
/* Of a question without a measure it is doubtful whether there is anything to report. */
void understand_asked(struct filling *);

#endif
