/* account.h - the clients of a platform, each with its token: credentials of one puskesmas. */
#ifndef KENTONGAN_DISTRICT_ACCOUNT_H
#define KENTONGAN_DISTRICT_ACCOUNT_H

#include "gateway/base/arena.h"
#include "gateway/district/oauth.h"

struct account {
    struct account *next;
    char *client_id;
    struct oauth oauth;
    unsigned fetched; /* how often: which token it is */
    bool fetching;
    /* A token came, or (good is false) none did. */
    void (*told)(void *arg, struct account *, bool good, const struct http_result *);
    void *arg;
};

/* The one of this name, or a new one in front of the list.  NULL: memory is out. */
struct account *account_of(struct account **list, struct slice client_id);
/* Asks for a token; told comes once, from the loop, never inside this call.  False: memory is out. */
bool account_fetch(struct account *, struct http_send *, const char *token_url, struct slice client_secret,
                   struct arena *) MUST_CHECK;
void accounts_free(struct account *list);

#endif
