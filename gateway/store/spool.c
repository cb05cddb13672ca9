/* spool.c - messages kept on disk while Redis is away.  Not there yet: says so to everyone who asks. */
#include <stdlib.h>

#include "gateway/store/store_private.h"

struct spool {
    struct store *store;
};

struct refusal {
    void (*f)(void *, enum spool_rc);
    void *arg;
};

struct spool *spool_open(struct store *s, struct err *err)
{
    struct spool *p = calloc(1, sizeof *p);

    if (!p)
        err_set(err, "spool: out of memory");
    else
        p->store = s;
    return p;
}

void spool_up(struct store *s)
{
    (void)s;
}

void spool_free(struct spool *p)
{
    free(p);
}

static void refuse(void *arg)
{
    struct refusal r = *(struct refusal *)arg;

    free(arg);
    r.f(r.arg, SPOOL_FAILED);
}

void store_spool(struct store *s, const struct inbound *in, void (*f)(void *arg, enum spool_rc), void *arg)
{
    struct refusal *r = malloc(sizeof *r);

    (void)in;
    if (!r)
        abort();
    *r = (struct refusal){ f, arg };
    loop_soon(s->loop, refuse, r);
}

void store_on_spooled(struct store *s, void (*f)(void *arg, const struct inbound *, void *token), void *arg)
{
    (void)s;
    (void)f;
    (void)arg;
}

void store_spool_done(struct store *s, void *token, bool taken)
{
    (void)s;
    (void)token;
    (void)taken;
}
