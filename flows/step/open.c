/* open.c - see open.h. */
#include "flows/step/open.h"

#include "flows/step/names.h"

SHARED_CODEC(open_case_codec, struct open_case, MEMBER(struct open_case, n, nomor),
             MEMBER(struct open_case, whom, whom), MEMBER_ONE_OF(struct open_case, what, what, OPEN_WHATS),
             MEMBER(struct open_case, of, of), MEMBER(struct open_case, who, who),
             MEMBER(struct open_case, urgency, now));

static void take_out(struct open_cases *c, unsigned i)
{
    for (c->n--; i < c->n; i++)
        c->all[i] = c->all[i + 1];
}

bool open_set(struct open_cases *c, const struct open_case *one)
{
    for (unsigned i = 0; i < c->n; i++) {
        if (!slice_eq(c->all[i].nomor, one->nomor))
            continue;
        if (c->all[i].what == one->what && slice_eq(c->all[i].whom, one->whom) &&
            slice_eq(c->all[i].who, one->who) && c->all[i].now == one->now)
            return false;
        if (one->what == OPEN_NOTHING)
            take_out(c, i);
        else
            c->all[i] = *one;
        return true;
    }
    if (one->what == OPEN_NOTHING)
        return false;
    if (c->n == OPEN_CASES)
        take_out(c, 0);
    c->all[c->n++] = *one;
    return true;
}

const struct open_case *open_find(const struct open_cases *c, struct slice nomor)
{
    for (unsigned i = 0; i < c->n; i++)
        if (slice_eq(c->all[i].nomor, nomor))
            return &c->all[i];
    return NULL;
}

bool open_own(const struct open_cases *c, struct slice nomor)
{
    const struct open_case *one = open_find(c, nomor);

    return one && one->what == OPEN_OWN;
}

bool open_later(struct slice nomor, struct slice than)
{
    uint64_t a, b;

    return slice_to_u64(nomor, &a) && slice_to_u64(than, &b) && a > b;
}

static bool before(const struct open_case *a, const struct open_case *b)
{
    return a->now != b->now ? a->now : open_later(a->nomor, b->nomor);
}

void open_listed(const struct open_cases *c, struct open_cases *out)
{
    out->n = 0;
    for (unsigned i = 0; i < c->n; i++) {
        unsigned at = out->n++;

        for (; at > 0 && before(&c->all[i], &out->all[at - 1]); at--)
            out->all[at] = out->all[at - 1];
        out->all[at] = c->all[i];
    }
}

#define W(what) (1u << (what))

static unsigned fits(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_TERIMA:
        return W(OPEN_SENT);
    case COMMAND_TOLAK:
        return W(OPEN_SENT) | W(OPEN_TAKEN);
    case COMMAND_HADIR:
        return W(OPEN_TAKEN) | W(OPEN_MISSED);
    case COMMAND_TIDAK_HADIR:
        return W(OPEN_TAKEN);
    case COMMAND_SELESAI:
        return W(OPEN_TAKEN) | W(OPEN_ARRIVED) | W(OPEN_MISSED);
    case COMMAND_OK:
        return W(OPEN_ALERT) | W(OPEN_SENT);
    case COMMAND_SETUJU:
        return W(OPEN_REQUEST);
    case COMMAND_BENAR:
    case COMMAND_BUKAN:
        return W(OPEN_VERIFY);
    default:
        return 0;
    }
}

bool open_may_lack_number(enum command_kind kind)
{
    return fits(kind) != 0;
}

static unsigned among(const struct open_cases *c, unsigned wanted, const struct open_case **first)
{
    unsigned n = 0;

    *first = NULL;
    for (unsigned i = 0; i < c->n; i++)
        if (wanted & W(c->all[i].what)) {
            *first = *first ? *first : &c->all[i];
            n++;
        }
    return n;
}

unsigned open_fitting(const struct open_cases *c, enum command_kind *kind, const struct open_case **first)
{
    unsigned n = among(c, fits(*kind), first);

    if (*kind == COMMAND_TOLAK && !n) /* a patient comes before who wants to be a kader */
        n = among(c, W(OPEN_REQUEST), first);
    if (*kind == COMMAND_OK && n == 1 && (*first)->what == OPEN_SENT)
        *kind = COMMAND_TERIMA;
    return n;
}
