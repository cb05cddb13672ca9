/* shape.h - a provider's wire shape as its configuration tells it: names of fields, templates, patterns.
 *
 * Plain slices, as written in `providers:` (gateway/conf/config_shape.c checks them at load), for the one
 * dialect that has no C of its own (dialect_generic.c).  Holds no memory: whoever keeps it longer than the
 * configuration copies it.  An empty slice is a key left out. */
#ifndef KENTONGAN_PARSERS_SHAPE_H
#define KENTONGAN_PARSERS_SHAPE_H

#include "gateway/base/arena.h"

enum {
    SHAPE_HEADERS = 6,
};

/* Where the fields of one door stand.  A name that begins with "/" is a JSON pointer, or the path of an XML
 * element ("/sms/msisdn", "/sms/@id" for an attribute); any other is a field of query or form. */
struct shape_door {
    struct slice method; /* "GET", "POST", "any" */
    struct slice format; /* "form", "json", "xml" */
    struct slice list;   /* JSON pointer to a list of messages; the other pointers begin at its items */
    struct slice from, to, text, id, time;
    struct slice part, ref, parts;              /* sms: field that tells of how many parts this is one */
    struct slice session, code, event;          /* ussd */
    struct slice text_is;                       /* ussd: "last", or "whole" (1*2*3) */
    struct slice begins, ends;                  /* ussd: words of `event`, blanks between */
    struct slice our_id, state;                 /* dlr */
    struct slice delivered, failed, rejected;   /* dlr: words of `state`, blanks between */
    struct slice accepted, buffered, page_type; /* page_type and below: what a USSD caller's telco hears */
    struct slice page_goes_on, page_ends;       /* templates; empty: CON and END */
};

struct shape_answer {
    struct slice type, taken, duplicate, busy, refused; /* content type, templates */
    unsigned busy_status, refused_status;               /* 0: the status of the reason */
};

struct shape_signature {
    struct slice header, time_header; /* names */
    struct slice over;                /* "body" or "query": what is signed behind the time */
    unsigned window_ms;
};

/* How an SMS is handed over, beside url, username, password and from. */
struct shape_send {
    struct slice method, type, body, number; /* number: "+62", "62" or "0", what numbers begin with */
    struct slice headers[SHAPE_HEADERS];     /* templates: "Name: value" */
    unsigned headers_n;
    struct slice taken, refused, throttled, later; /* patterns over "STATUS BODY" */
    struct slice id;                               /* pointer, path, or pattern with one group */
};

struct shape {
    struct shape_door sms, ussd, dlr;
    struct shape_answer answer;
    struct shape_signature signature;
    struct shape_send send;
};

/* The part that sending needs, in memory of its own. */
struct shape *shape_copy_send(const struct shape *, struct arena *);

#endif
