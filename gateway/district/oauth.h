/* oauth.h - one OAuth2 token (client credentials), renewed before its end. */
#ifndef KENTONGAN_DISTRICT_OAUTH_H
#define KENTONGAN_DISTRICT_OAUTH_H

#include "gateway/base/buf.h"
#include "gateway/delivery/http_send.h"

enum {
    OAUTH_TOKEN_MAX = 4096,
};

struct oauth {
    char token[OAUTH_TOKEN_MAX]; /* empty: none */
    int64_t until_ms;            /* monotonic; renewed from then on */
};

/* Does it hold a token that is good for a while? */
bool oauth_live(const struct oauth *);
/* What the token service answered.  False: no token was in it. */
bool oauth_take(struct oauth *, const struct http_result *) MUST_CHECK;
void oauth_drop(struct oauth *);
/* The form that asks for one; grant: its type stands in it, not in the URL. */
void oauth_form(struct buf *, struct slice client_id, struct slice client_secret, bool grant);

#endif
