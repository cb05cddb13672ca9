/* subject.h - what a message is about and may change: named, revisioned, opaque to the store.
 *
 * The store reads and writes blobs and checks revisions; only flows/ know what a blob says.  A blob is a
 * packed tree or, of an earlier version, JSON text, with "v" first (its version): flows/step/blob.h. */
#ifndef KENTONGAN_MODEL_SUBJECT_H
#define KENTONGAN_MODEL_SUBJECT_H

#include "gateway/base/slice.h"

enum subject_kind {
    SUBJECT_SENDER,   /* id = msisdn: drafts, open questions, last reports, opt-out */
    SUBJECT_SESSION,  /* id = msisdn "/" service code: the USSD dialogue */
    SUBJECT_NUMBER,   /* id = nomor: a report (with its referral, if any), a child, an episode, a draft */
    SUBJECT_NAME,     /* id = posyandu "/" first or last letters of a name: the children so called */
    SUBJECT_EPISODE,  /* id = village "/" disease: the open episode's number */
    SUBJECT_VILLAGE,  /* id = village: cases by disease and week, for PWS */
    SUBJECT_POSYANDU, /* id = posyandu "/tugas": the visits due; posyandu "/rekap": its visits by week;
                       * posyandu "/ringan": what can wait, until its hour */
    SUBJECT_KINDS,
};

struct subject_ref {
    enum subject_kind kind;
    struct slice id;
};

struct subject {
    struct subject_ref ref;
    uint64_t rev;      /* 0 = does not exist */
    struct slice blob; /* empty when it does not exist */
    bool recalled;     /* from memory: the commit must check its revision */
};

#endif
