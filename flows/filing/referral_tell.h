/* referral_tell.h - who hears what of a referral: the SMS that hands it on, the news for its reporter and for
 * everyone who had it, its event rows and its clock.
 *
 * Pure; behind referral.h, which decides. */
#ifndef KENTONGAN_FLOWS_FILING_REFERRAL_TELL_H
#define KENTONGAN_FLOWS_FILING_REFERRAL_TELL_H

#include "flows/care/subject_report.h"
#include "flows/filing/referral_moves.h"

/* A row: who did it is the speaker, or nobody for what the gateway does by itself. */
void referral_event_row(struct step *, const struct filed_report *, const char *name, struct slice words);
/* The one clock of a referral, "referral" or "hadir"; 0 stops it. */
void referral_clock(struct step *, const struct filed_report *, const char *what, int64_t in_ms);
/* The clock of its answer.  A danger of the day that nobody called a referral is heard when quiet hours are
 * over: its time runs from then on, and it climbs when people hear it (SPEC 2.5, 4). */
void referral_wait(struct step *, const struct filed_report *);
/* Her posyandu reported her death, and a puskesmas or who stands above one has that: nobody else is called,
 * until referral_alive(). */
bool referral_at_rest(const struct step *, const struct filed_report *);
/* Who speaks, seen from where it is addressed. */
enum referral_voice referral_voice(const struct step *, const struct filed_report *);
/* The speaker's place gives it up: it moves it no more, unless it is handed over to it again. */
void referral_gives_up(struct step *, struct filed_report *);
/* Remembers that somebody has it. */
void referral_told(struct referral *, struct slice msisdn);
/* The SMS that hands it to one person; of a danger of the day that nobody called a referral, in quiet hours:
 * when they are over, as it is then (SPEC 2.5, 4). */
void referral_hand_to(struct step *, struct filed_report *, struct slice to, const char *key);
/* To everybody at a place, or where nobody is, above it: it is addressed to them from now on. */
void referral_hand_over(struct step *, struct filed_report *, const struct place *, const char *key);
/* News for the one who reported, unless it is her own.  who: a person's number, or empty. */
void referral_tell_reporter(struct step *, const struct filed_report *, const char *key, struct slice who,
                            struct slice words);
/* News for everyone else who had it. */
void referral_tell_others(struct step *, const struct filed_report *, const char *key, struct slice nama,
                          struct slice isi);
/* What the speaker says of it, to who had it before: whoever took it, else everyone who had it. */
void referral_tell_holder(struct step *, const struct filed_report *, struct slice had, const char *key,
                          struct slice words);
/* Those who have it may leave its number out from now on, or not any more (flows/step/open.h). */
void referral_list(struct step *, const struct filed_report *);
/* The answer to the speaker. */
/* To her for whom the office noted it: what, and by which account. */
void referral_tell_noted(struct step *, const struct filed_report *, const struct command *);
void referral_say(struct step *, const struct filed_report *, const char *key, struct slice nama);
/* For people: where it is addressed now; who somebody is. */
struct slice referral_level_name(struct step *, const struct filed_report *);
struct slice referral_name_of(struct step *, struct slice msisdn);

/* Who is named to the speaker as having it: whoever took it, else the place that it is with; where she has it
 * herself, those above her. */
void referral_nearest(struct step *, const struct filed_report *, struct audience *);

#endif
