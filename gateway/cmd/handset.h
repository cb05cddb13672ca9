/* handset.h - one telephone at the emulator door of a running gateway: SMS out, USSD, the inbox (SPEC 4).
 *
 * What `kentongan phone` is made of.  One curl multi handle carries what is typed and, beside it, the wait
 * for incoming SMS.  Knows no form; prints to stdout. */
#ifndef KENTONGAN_CMD_HANDSET_H
#define KENTONGAN_CMD_HANDSET_H

#include <curl/curl.h>

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"

/* Someone whose phone this is; the sample people of the configuration, and whoever --as named. */
struct persona {
    char msisdn[24];
    struct slice role, name, place;
    char seen[64]; /* id of the last SMS shown */
};

struct reply {
    struct buf body;
    long status;
    bool done, failed;
    char why[CURL_ERROR_SIZE];
};

struct handset {
    struct arena arena;
    CURLM *multi;
    char url[160];     /* http://127.0.0.1:7080 */
    char provider[64]; /* of the dialect emulator */
    char short_code[16];
    struct persona *people;
    unsigned people_n, people_cap;
    struct persona *me;
    char session[40]; /* empty: no USSD dialogue is open */
    char code[64];
    CURL *inbox;
    struct reply inbox_reply;
    int64_t inbox_after_ms; /* when the inbox is asked next, after a failure */
    int64_t answer_until_ms;
    struct buf lines; /* of stdin, not yet carried out */
    bool tty, eof, quit, failed;
};

/* "+6281200000001 >" on a terminal, nothing in a pipe. */
void handset_prompt(const struct handset *);
void handset_complain(struct handset *, const char *what, const char *why);
/* One turn of at most wait_ms: bytes to and from the gateway, incoming SMS shown, stdin into p->lines when
 * wanted. */
void handset_turn(struct handset *, int wait_ms, bool with_stdin);
/* Sends and waits for the telco's answer, not for the SMS that comes back. */
void handset_sms(struct handset *, const char *text);
void handset_dial(struct handset *, const char *code);
/* Types text on the page, or says with op "end" that the caller hung up; shows the page that comes. */
void handset_ussd(struct handset *, const char *text, const char *op);
/* The wait for SMS of p->me is given up; the next turn begins another. */
void handset_inbox_drop(struct handset *);

#endif
