/* oauth.c - see oauth.h. */
#include "gateway/district/oauth.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "parsers/query.h"

enum {
    LIFE_MS = 50 * 60 * 1000, /* where the answer does not say */
    LIFE_MOST_S = 24 * 3600,
    EARLY_MS = 60 * 1000, /* renewed so long before its end */
};

bool oauth_live(const struct oauth *t)
{
    return t->token[0] && clock_mono_ms() < t->until_ms;
}

void oauth_drop(struct oauth *t)
{
    explicit_bzero(t->token, sizeof t->token);
}

bool oauth_take(struct oauth *t, const struct http_result *r)
{
    json_t *o =
        r->outcome == HTTP_ANSWERED && r->status == 200 ? json_loadb(r->body.p, r->body.n, 0, NULL) : NULL;
    const char *token = json_string_value(json_object_get(o, "access_token"));
    const json_t *life = json_object_get(o, "expires_in"); /* a number; SATUSEHAT says it as a text */
    int64_t seconds =
        json_is_string(life) ? strtoll(json_string_value(life), NULL, 10) : json_integer_value(life);
    int64_t ms = seconds > LIFE_MOST_S ? LIFE_MOST_S * INT64_C(1000) : seconds > 0 ? seconds * 1000 : 0;
    bool good = token && token[0] && strlen(token) < sizeof t->token && !strpbrk(token, "\r\n");

    if (good) {
        snprintf(t->token, sizeof t->token, "%s", token);
        t->until_ms = clock_mono_ms() + (ms > 2 * EARLY_MS ? ms - EARLY_MS : ms > 0 ? ms / 2 : LIFE_MS);
    }
    json_decref(o);
    return good;
}

void oauth_form(struct buf *form, struct slice client_id, struct slice client_secret, bool grant)
{
    if (grant)
        query_pair(form, "grant_type", S("client_credentials"));
    query_pair(form, "client_id", client_id);
    query_pair(form, "client_secret", client_secret);
}
