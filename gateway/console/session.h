/* session.h - who is logged in, in memory alone: a restart logs everybody out.
 *
 * A browser holds 32 random bytes (the cookie); here only their hash is kept.  A session has a token of its
 * own that every act must carry, and a list of pages whose masked values it was allowed to see. */
#ifndef KENTONGAN_CONSOLE_SESSION_H
#define KENTONGAN_CONSOLE_SESSION_H

#include "gateway/base/slice.h"
#include "gateway/console/accounts.h"

enum {
    SESSIONS_MAX = 512,
    SESSION_TEXT = 65, /* 32 bytes as hex */
    SESSION_REVEALS = 8,
    SESSION_LOOKED = 16,
    SESSION_WORDS = 64,
    SESSION_KEY = 18, /* "~" and 16 hex */
};

struct session {
    unsigned char hash[32];
    char token[SESSION_TEXT];
    char name[ACCOUNT_NAME], area[ACCOUNT_AREA];
    enum account_role role;
    bool once; /* came in with a password that was given out */
    int64_t began_ms, seen_ms;
    struct {
        char path[96];
        int64_t until_ms;
    } reveals[SESSION_REVEALS];
    struct {
        char key[SESSION_KEY], words[SESSION_WORDS];
    } looked[SESSION_LOOKED]; /* the oldest goes */
    unsigned looked_n;
    char said[300]; /* by the last act, for the next page */
    bool said_good;
    unsigned serial; /* never the same for two */
};

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *);
/* A new one for the account; *cookie is what its browser is to send.  The oldest goes when there are too
 * many.
 */
struct session *session_begin(struct sessions *, const struct account *, int64_t now_ms,
                              char cookie[SESSION_TEXT]);
/* That of the cookie, seen now; NULL when it ended: after an hour without a request, or twelve in all. */
struct session *session_find(struct sessions *, struct slice cookie, int64_t now_ms);
struct session *session_by_serial(struct sessions *, unsigned serial);
void session_end(struct sessions *, struct session *);
/* All of an account: it was removed, or its password or rights changed. */
void sessions_end_of(struct sessions *, const char *account);
bool session_token_ok(const struct session *, struct slice token);
void session_say(struct session *, bool good, struct slice said);
/* Keeps words that no address may hold, such as somebody's number: the key that stands there for them. */
struct slice session_keep(struct session *, struct slice words);
/* Them again; the key itself when they are not kept. */
struct slice session_kept(const struct session *, struct slice key);
void session_reveal(struct session *, struct slice path, int64_t until_ms);
bool session_may_see(const struct session *, struct slice path, int64_t now_ms);

/* --- too many wrong passwords --- */
/* How many ms a try for this account from this address has to wait; 0 = it may be made.  Five wrong ones lock
 * that pair for a minute, each more doubles it, up to an hour; twenty wrong ones lock the address, and fifty
 * the account. */
int64_t sessions_wait_ms(struct sessions *, struct slice account, struct slice address, int64_t now_ms);
void sessions_tried(struct sessions *, struct slice account, struct slice address, bool right,
                    int64_t now_ms);

#endif
