/* smpp_in_private.h - what came by SMPP, for the files of it alone: a message is held until it is answered
 * (smpp_held.c), a part until the others are here (smpp_long.c), and smpp_in.c tells what is what. */
#ifndef KENTONGAN_INGRESS_SMPP_IN_PRIVATE_H
#define KENTONGAN_INGRESS_SMPP_IN_PRIVATE_H

#include "gateway/ingress/admission.h"
#include "gateway/ingress/resends.h"
#include "gateway/ingress/smpp_dlr.h"
#include "gateway/ingress/smpp_in.h"
#include "gateway/ingress/smpp_page.h"
#include "gateway/ingress/smpp_parts.h"
#include "gateway/loop/crew.h"

enum {
    SMPP_MESSAGE_MEMORY = 1 << 20,
    SYNC_MAX = 512,        /* parts acknowledged by one sync */
    WHOLE_AGAIN_MS = 1000, /* a whole long SMS that was refused is offered again */
};

/* A message that the pipeline has. */
struct held {
    unsigned magic;
    struct smpp_in *in; /* NULL: closed meanwhile */
    struct held *next, **at;
    struct smpp_provider *provider;
    struct smpp_ticket ticket; /* link NULL: nobody waits */
    uint64_t whole;            /* of the parts' set; 0: no long message */
    uint64_t resend;           /* of resends; 0: none */
    bool ussd;
    struct smpp_caller caller;
};

/* Who is told when the parts are on the disk. */
struct unsynced {
    struct smpp_ticket ticket[SYNC_MAX];
    unsigned n;
};

struct smpp_in {
    struct loop *loop;
    struct smpp_hub *hub;
    const struct config *config;
    struct ingress_ops ops;
    struct rates *rates;
    struct resends *resends;
    struct held *held;
    struct smpp_pages *pages;
    struct smpp_dlrs *dlrs;
    struct segment_set *set;
    struct smpp_parts_log *log;
    struct unsynced parts, syncing; /* for the next sync; for the one under way */
    struct crew *crew;              /* a disk may take seconds */
    bool sync_ok;
    struct loop_timer *sweep;
};

/* --- smpp_held.c --- */
/* A message of this ticket (NULL: nobody waits) that the pipeline is to have; NULL when memory is out. */
struct held *smpp_hold(struct smpp_in *, struct smpp_provider *, const struct smpp_ticket *) MUST_CHECK;
/* What became of it: answers its ticket, and it is held no longer. */
void smpp_on_answer(void *held, const struct answer *);
/* "62812…" is read as Indonesian whatever its TON says; a TON of 1 makes a "+" of what is not. */
struct slice smpp_sender(const struct smpp_address *from, struct arena *);
/* What SMPP says without stating an alphabet: addresses. */
struct slice smpp_clean(struct slice, struct arena *);
/* Hands it on, or answers by itself.  received_ms 0: now. */
void smpp_submit(struct smpp_in *, struct held *, struct inbound *, struct arena *);
/* lone: nobody can say what it is a part of. */
struct inbound smpp_sms_of(const struct smpp_provider *, const struct smpp_pdu *, struct slice octets,
                           bool lone, struct arena *);
void smpp_take_sms(struct smpp_in *, struct smpp_provider *, const struct smpp_ticket *,
                   const struct smpp_pdu *, struct slice octets, bool lone, struct arena *);

/* --- smpp_long.c --- */
/* True when the PDU is a part: its numbers are in *part, *octets is without header.  *maimed: it may have
 * been one, but its header cannot be read. */
bool smpp_part_read(const struct smpp_pdu *, struct slice *octets, struct segment_part *, bool *maimed);
void smpp_part_take(struct smpp_in *, struct smpp_provider *, const struct smpp_ticket *,
                    const struct smpp_pdu *, struct segment_part *, struct arena *);
/* Everything that was added in this turn, or while another sync was under way, is synced once; only then the
 * SMSC hears of it.  For the loop. */
void smpp_parts_answer(void *smpp_in);
/* At start: what waited in an earlier life is taken up. */
bool smpp_parts_begin(struct smpp_in *, struct err *) MUST_CHECK;

#endif
