/* audit.h - what people did and were refused: <state>/audit.jsonl, a JSON object a line, only ever added to.
 *
 * Each line carries the hash of the one before it, so that a line taken out or changed shows.  The console
 * can add and read, nothing else.  Accounts, addresses and numbers of things stand in it; never a word that a
 * person typed but the reason given for an act. */
#ifndef KENTONGAN_CONSOLE_AUDIT_H
#define KENTONGAN_CONSOLE_AUDIT_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/node.h"

struct audit;

struct audit_line {
    struct slice who, role, address, act, of, why, outcome; /* outcome: "ok", "refused", "failed" … */
};

/* NULL with an error.  The last lines are kept in memory for reading. */
struct audit *audit_open(const char *path, struct err *);
void audit_close(struct audit *);
void audit_add(struct audit *, int64_t now_ms, const struct audit_line *);
/* The newest lines first, as objects, at most `most`, older than `before` (a line's number; 0 = all). */
void audit_read(const struct audit *, int64_t before, unsigned most, struct node *list, struct arena *);

#endif
