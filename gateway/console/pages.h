/* pages.h - what the console shows, a file a page or two: questions (reader.h), what is added to the answers,
 * and acts.  Templates of the same name stand in www/. */
#ifndef KENTONGAN_CONSOLE_PAGES_H
#define KENTONGAN_CONSOLE_PAGES_H

#include "gateway/console/request.h"

#define PARTS(p) .parts = (p), .parts_n = sizeof(p) / sizeof *(p)

extern const struct page page_today;                  /* / */
extern const struct page page_messages, page_message; /* /pesan */
extern const struct page page_parked;                 /* /parkir */
extern const struct page page_words;                  /* /kata */
extern const struct page page_referrals;              /* /rujukan */
extern const struct page page_signals, page_signal;   /* /sinyal */
extern const struct page page_pws, page_village;      /* /pws, /desa */
extern const struct page page_matrix, page_sheet;     /* /pws/matriks, /pws/lokmin */
extern const struct page page_completeness;           /* /kelengkapan */
extern const struct page page_people, page_person;    /* /orang */
extern const struct page page_places;                 /* /tempat */
extern const struct page page_child, page_mother;     /* /anak, /ibu */
extern const struct page page_sinks, page_system;     /* /kirim, /sistem */
extern const struct page page_accounts, page_password, page_audit;
extern const struct page page_breach; /* /insiden */
extern const struct page page_rights; /* /hak */

extern const struct reader_part guard_signal, guard_referral, guard_request, guard_person, guard_finding,
    guard_child, guard_mother, guard_check;

void act_reveal(struct request *);
void act_search(struct request *); /* of messages: to its address */
void act_parked(struct request *);
void act_check(struct request *); /* CEK of a record, for a nakes */
void act_referral(struct request *);
void act_signal(struct request *);
void act_person(struct request *);
void act_request(struct request *);
void act_import(struct request *);
void act_breach(struct request *);
void act_rights(struct request *);
void act_mother(struct request *);
void act_child(struct request *);
void act_finding(struct request *); /* to the pustu of a village, as an SMS */

/* The month that is looked at (1 … 12), of this or another year. */
unsigned month_asked(const struct request *);

/* Orders the words of a staff command (desk/order.h), notes it, and goes back with what was said. */
void order(struct request *, const char *act, struct slice of, struct slice words, const char *back);

#endif
