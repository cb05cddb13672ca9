/* inbound.h - one thing that came in: an SMS, a USSD step, a delivery report, a due timer, a signal. */
#ifndef KENTONGAN_MODEL_INBOUND_H
#define KENTONGAN_MODEL_INBOUND_H

#include "gateway/base/slice.h"

enum inbound_kind {
    INBOUND_SMS,
    INBOUND_USSD,
    INBOUND_DLR,
    INBOUND_TIMER,  /* text = the timer's text, provider_id = its id and due time */
    INBOUND_SIGNAL, /* text = "<village code> <disease> <ISO day>" and the counts, one JSON object */
    INBOUND_STAFF,  /* ctl or console: a command as an SMS says it, from nobody's number, with every right */
    INBOUND_KINDS,
};

/* How a USSD request relates to its session, where the provider says. */
enum ussd_op {
    USSD_BEGIN,
    USSD_INPUT,
    USSD_ENDED, /* notice that the session is over: no answer is read */
    USSD_KEPT,  /* from the spool alone: text is a dialogue that said an emergency while the store was away */
};

/* Slices live as long as the job that carries it.  text is valid UTF-8 without NUL. */
/* Before the account's name: who a row or a line of the log says did what an account notes. */
#define INBOUND_BY_ACCOUNT "akun:"

struct inbound {
    enum inbound_kind kind;
    struct slice provider;    /* its name in the configuration */
    struct slice provider_id; /* verbatim; made by admission where the provider sends none; empty for USSD */
    struct slice from;        /* "+62…"; what came, where it is no MSISDN (then never answered) */
    bool from_is_msisdn;
    struct slice to;
    struct slice text;
    struct slice account; /* INBOUND_STAFF: the console's account that notes what `from` did, else empty */
    int64_t received_ms;  /* wall clock at first receipt */
    int64_t provider_ms;  /* the provider's clock: stored, never used; 0 = none */
    struct slice
        timer;     /* "id@due": the timer that brought it, whose place in the due set is its duplicate key */
    bool urgent;   /* a case notification: comes first when the spool is read (SPEC 6) */
    bool released; /* parked once, and put back by people; not kept in its text */
    bool text_was_broken; /* UTF-8 was broken and read as Latin-1, or a NUL was cut out */
    /* USSD; a delivery report: session = our uuid of the SMS (empty where the provider does not bring it
     * back), from = the provider's message id, text = "delivered", "failed", "rejected", "accepted" or
     * "buffered", provider_id = "dlr/<uuid, or id of a part>/<text>" */
    bool part; /* a delivery report: of one part of an SMS, by the provider's id; not of the whole */
    struct slice session;
    struct slice service_code;
    enum ussd_op op;
    unsigned step; /* 1-based step where the provider tells; 0 = unknown.  A provider that repeats all inputs
                    * of the session (africastalking, "1*2*3"): text is the whole, step its parts + 1;
                    * flows/ussd takes the new tail, because only the session knows what was read before. */
};

#endif
