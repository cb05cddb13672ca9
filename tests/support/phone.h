/* phone.h - a phone in the sample district, for tests of USSD: it dials, types and shows a page, over the
 * store in memory.  Every request is read and stepped as the daemon would. */
#ifndef KENTONGAN_TESTS_PHONE_H
#define KENTONGAN_TESTS_PHONE_H

#include "flows/ussd/ussd.h"
#include "flows/ussd/state.h"
#include "tests/support/mem_store.h"

#define PHONE_KADER     "+6281200000001"
#define PHONE_BIDAN     "+6281200000002"
#define PHONE_PUSKESMAS "+6281200000003"

enum {
    PHONE_MINUTE = 60 * 1000,
};

extern struct ruleset *phone_ruleset; /* the sample's, between phone_rules and phone_no_rules */

/* A district of one test, and the phone in hand. */
extern struct phone {
    struct mem_store store;
    unsigned sessions, requests;
    char session[32], from[32], code[32];
    const char *page; /* what the phone shows */
    bool ended;
    struct arena arena;
    struct ussd_state state;    /* of the session, as last written; lives in `arena` */
    char child[16], report[16]; /* known numbers, once there are */
} phone;

/* cmocka fixtures: of the group, and of a case. */
int phone_rules(void **state);
int phone_no_rules(void **state);
int phone_begin(void **state);
int phone_end(void **state);
/* Another district, where nothing has happened. */
void phone_new(void);

void phone_request(enum ussd_op, const char *text, unsigned step);
/* A session of its own. */
void phone_dial(void);
void phone_type(const char *text);
/* Inputs joined by '>'. */
void phone_type_all(const char *inputs);
void phone_pass(int64_t ms);
/* A timer waits for this dialogue or for a draft of its. */
bool phone_waits(void);

/* Fails unless the page says this. */
void phone_says(const char *part);
/* Fails unless such an SMS came. */
void phone_sms(const char *to, const char *part);
unsigned phone_sms_to(const char *to);
/* The form and fields of record i, as "timbang {…}"; "" when there is none. */
const char *phone_record(unsigned i);
unsigned phone_records(void);

#endif
