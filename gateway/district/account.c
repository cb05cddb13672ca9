/* account.c - see account.h. */
#include "gateway/district/account.h"

#include <stdlib.h>
#include <string.h>

enum {
    FORM_MAX = 4096,
    TIMEOUT_MS = 30000,
};

struct account *account_of(struct account **list, struct slice client_id)
{
    struct account *a = *list;

    while (a && !slice_is(client_id, a->client_id))
        a = a->next;
    if (a || !(a = calloc(1, sizeof *a)))
        return a;
    a->client_id = strndup(client_id.p, client_id.n);
    if (!a->client_id) {
        free(a);
        return NULL;
    }
    a->next = *list;
    *list = a;
    return a;
}

static void on_token(void *arg, const struct http_result *r)
{
    struct account *a = arg;
    bool good = oauth_take(&a->oauth, r);

    a->fetching = false;
    a->fetched++;
    a->told(a->arg, a, good, r);
}

bool account_fetch(struct account *a, struct http_send *http, const char *token_url,
                   struct slice client_secret, struct arena *arena)
{
    bool says = strchr(token_url, '?') != NULL; /* the URL says what kind of grant it is */
    struct wire_send w = { .url = arena_printf(arena, "%s%s", token_url,
                                               says ? "" : "?grant_type=client_credentials"),
                           .content_type = S("application/x-www-form-urlencoded") };
    struct buf form;

    buf_init(&form, FORM_MAX);
    oauth_form(&form, slice_of(a->client_id), client_secret, false);
    w.body = buf_slice(&form);
    a->fetching = !arena->failed && !form.failed && http_send_start(http, &w, TIMEOUT_MS, on_token, a);
    if (form.p)
        explicit_bzero(form.p, form.n);
    buf_free(&form);
    return a->fetching;
}

void accounts_free(struct account *list)
{
    for (struct account *a = list, *next; a; a = next) {
        next = a->next;
        oauth_drop(&a->oauth);
        free(a->client_id);
        free(a);
    }
}
