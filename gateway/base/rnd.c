/* rnd.c - getrandom(2).  See rnd.h. */
#include "gateway/base/rnd.h"

#include <stdlib.h>
#include <sys/random.h>

void rnd_bytes(void *p, size_t n)
{
    char *at = p;

    while (n) {
        ssize_t got = getrandom(at, n, 0);

        if (got < 0)
            abort(); /* a kernel without chance: no id could be trusted */
        at += got;
        n -= (size_t)got;
    }
}

uint64_t rnd_u64(void)
{
    uint64_t v;

    rnd_bytes(&v, sizeof v);
    return v;
}

uint64_t rnd_below(uint64_t below)
{
    return rnd_u64() % below;
}
