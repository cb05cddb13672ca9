/* sight.h - one thread's connection to the district database and one month of the message log, and what may
 * be seen through it: the views of one area and the functions that mask (reader.h).  For reader.c alone. */
#ifndef KENTONGAN_CONSOLE_SIGHT_H
#define KENTONGAN_CONSOLE_SIGHT_H

#include <sqlite3.h>

#include "gateway/console/roster.h"

struct sight {
    sqlite3 *db;
    uint64_t serial;               /* of the roster in its tables */
    char area[64], log[512];       /* in scope; attached */
    bool scoped, locked, district; /* locked: the authorizer is strict */
    const struct roster *roster;   /* of the question at hand */
    bool reveal;
    int64_t until_ms;     /* then a question is broken off */
    struct arena scratch; /* of the functions */
};

/* Opens, or opens anew when the district's file came or went. */
bool sight_open(struct sight *, const char *district) MUST_CHECK;
void sight_close(struct sight *);
/* From now on the rows of this area; empty = everything. */
void sight_scope(struct sight *, const struct roster *, struct slice area);
/* The month of the message log that is asked. */
bool sight_attach(struct sight *, const char *path) MUST_CHECK;

#endif
