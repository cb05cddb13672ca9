/* accounts.h - who may log in: <state>/accounts.json (0600), written whole and renamed.
 *
 * Passwords stand there as argon2id hashes only; whoever hashes or checks one does so on a crew's thread
 * (account_hash, account_matches), for it takes a tenth of a second and 64 MB. */
#ifndef KENTONGAN_CONSOLE_ACCOUNTS_H
#define KENTONGAN_CONSOLE_ACCOUNTS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

enum account_role {
    ACCOUNT_NONE, /* nobody: pages without a session */
    ACCOUNT_VIEWER,
    ACCOUNT_OFFICER,
    ACCOUNT_ADMIN,
};

const char *account_role_name(enum account_role); /* "viewer" "officer" "admin" */
bool account_role_parse(struct slice, enum account_role *);

enum {
    ACCOUNT_NAME = 33,
    ACCOUNT_AREA = 32,
    ACCOUNT_HASH = 128,
    ACCOUNT_PASSWORD = 24,
    ACCOUNTS_MAX = 512,
    ACCOUNT_PASSWORD_LEAST = 10, /* letters of one that a person chooses */
    ACCOUNT_PASSWORD_MOST = 200,
};

struct account {
    char name[ACCOUNT_NAME], area[ACCOUNT_AREA], hash[ACCOUNT_HASH];
    enum account_role role;
    bool once;        /* its password was given out and is to be changed */
    int64_t until_ms; /* once: no longer good after this */
    int64_t made_ms, last_ms;
};

struct accounts;

/* Reads the file; none is an empty list.  NULL with an error that says what to do. */
struct accounts *accounts_open(const char *path, struct err *);
void accounts_close(struct accounts *);
unsigned accounts_n(const struct accounts *);
const struct account *accounts_at(const struct accounts *, unsigned i);
const struct account *accounts_find(const struct accounts *, struct slice name);
/* Puts it in the place of its namesake, or adds it, and saves.  -1 with an error: nothing was changed. */
int accounts_put(struct accounts *, const struct account *, struct err *) MUST_CHECK;
int accounts_remove(struct accounts *, struct slice name, struct err *) MUST_CHECK;
/* Letters, digits, `.`, `_`, `-`: 2 to 32. */
bool account_name_ok(struct slice);

/* A password nobody has: 80 bits in four groups. */
void account_new_password(char out[ACCOUNT_PASSWORD]);
/* Blocking; on a crew's thread.  False when memory is out. */
bool account_hash(const char *password, char hash[ACCOUNT_HASH]) MUST_CHECK;
/* An empty hash takes as long and matches nothing. */
bool account_matches(const char *hash, const char *password);

#endif
