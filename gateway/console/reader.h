/* reader.h - questions to the district database and the message log, asked on threads over read-only
 * connections, always within the area of who asks.
 *
 * The area is enforced here alone.  A question sees views called as the tables (record, person, message_in …)
 * which hold the rows of the area; an authorizer refuses the tables themselves, so that no question can
 * forget it.  Further it sees place, staff (people of the district) and the functions name(), phone() and
 * words(), which mask unless the asker may see. */
#ifndef KENTONGAN_CONSOLE_READER_H
#define KENTONGAN_CONSOLE_READER_H

#include "gateway/base/node.h"
#include "gateway/console/roster.h"
#include "gateway/loop/loop.h"
#include "parsers/query.h"

enum {
    READER_FILTERS = 12,
    READER_PARTS = 10,
};

/* Added to a question when the request has the parameter and it is not empty; :NAME is its value. */
struct reader_filter {
    const char *name, *sql; /* "AND form = :form" */
};

enum reader_kind {
    READ_ROWS, /* a list of objects; a column called _x is kept for the template, and is in no CSV */
    READ_ONE,  /* the first row, as an object */
    READ_LOG,  /* a list, gathered from the months of the message log, newest first; rows whose _once was seen
                  are left out */
    READ_LOG_ONE, /* the first month that has it */
};

/* One question of a page.  `tail` follows the filters; a limit of 0 is none.  Parameters are those of the
 * request, and :now (ms), :who (account), :area. */
struct reader_part {
    const char *name, *sql, *tail;
    /* READ_LOG: a question for the ids alone, newest first (filters and limit go there), so that the columns
     * of `sql` are worked out for the rows that are shown and no more; `sql` has no WHERE then. */
    const char *pick;
    enum reader_kind kind;
    unsigned limit;
    struct reader_filter filters[READER_FILTERS];
};

struct reader_ask {
    const struct reader_part *parts;
    unsigned parts_n;
    const struct params *params;
    struct slice area, who; /* area: a place's code; empty = everything */
    int64_t now_ms;
    bool reveal;
    unsigned most; /* rows in the place of each part's limit (CSV); 0 = as it says */
};

struct reader;

/* district: path of the district database, may be missing; state: the folder of the message log.  NULL when
 * out of memory. */
struct reader *reader_open(struct loop *, const char *district, const char *state);
/* Waits for what is asked now. */
void reader_close(struct reader *);
/* done(arg, what): an object with a member for each part, valid during the call; a part that could not be
 * asked is missing and `away` is true.  `elsewhere` is true when the first part is READ_ONE or READ_LOG_ONE
 * and only the area hides its row.  The roster is held until then.  False when too much is asked already. */
bool reader_ask(struct reader *, struct roster *, const struct reader_ask *,
                void (*done)(void *arg, const struct node *what), void *arg) MUST_CHECK;

#endif
