/* halves.h - finding the item of a batch that is to blame: what is refused as a whole is tried again in
 * halves.
 *
 * halves_of(n), then for each answer: halves_split() when the range was refused (false: it is one item, that
 * one is to blame), halves_done() when it is over.  halves_now() is the range to be carried out. */
#ifndef KENTONGAN_DISTRICT_HALVES_H
#define KENTONGAN_DISTRICT_HALVES_H

#include <stdbool.h>

enum {
    HALVES_MOST = 16, /* more than the logarithm of a batch */
};

struct range {
    unsigned from, to;
};

struct halves {
    struct range left[HALVES_MOST]; /* the last one first */
    unsigned n;
};

static inline struct halves halves_of(unsigned n)
{
    return (struct halves){ .left = { { 0, n } }, .n = 1 };
}

/* False: nothing is left. */
static inline bool halves_now(const struct halves *h, struct range *out)
{
    if (h->n > 0)
        *out = h->left[h->n - 1];
    return h->n > 0;
}

static inline void halves_done(struct halves *h)
{
    h->n--;
}

static inline bool halves_split(struct halves *h)
{
    struct range r = h->left[h->n - 1];
    unsigned middle = r.from + (r.to - r.from) / 2;

    if (r.to - r.from == 1 || h->n == HALVES_MOST)
        return false;
    h->left[h->n - 1] = (struct range){ middle, r.to };
    h->left[h->n++] = (struct range){ r.from, middle };
    return true;
}

#endif
