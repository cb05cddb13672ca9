/* open.c - see open.h. */
#include "flows/step/open.h"

void open_decode(struct open_cases *c, const struct node *list)
{
    c->n = 0;
    for (const struct node *o = node_first(list); o && c->n < OPEN_CASES; o = o->next)
        c->all[c->n++] = (struct open_case){ .nomor = node_text(o, "n"),
                                             .whom = node_text(o, "whom"),
                                             .what = (enum open_what)node_int(o, "what"),
                                             .of = node_text(o, "of"),
                                             .who = node_text(o, "who") };
}

struct node *open_encode(const struct open_cases *c, struct arena *a)
{
    struct node *list = c->n ? node_list(a) : NULL;

    for (unsigned i = 0; i < c->n; i++) {
        struct node *o = node_object(a);

        node_put(o, "n", c->all[i].nomor);
        node_put(o, "whom", c->all[i].whom);
        node_put_int(o, "what", c->all[i].what);
        node_put(o, "of", c->all[i].of);
        node_put(o, "who", c->all[i].who);
        node_add(list, o);
    }
    return list;
}

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
            slice_eq(c->all[i].who, one->who))
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

unsigned open_fitting(const struct open_cases *c, enum command_kind *kind, const struct open_case **first)
{
    unsigned n = 0, wanted = fits(*kind);

    *first = NULL;
    for (unsigned i = 0; i < c->n; i++)
        if (wanted & W(c->all[i].what)) {
            *first = *first ? *first : &c->all[i];
            n++;
        }
    if (*kind == COMMAND_OK && n == 1 && (*first)->what == OPEN_SENT)
        *kind = COMMAND_TERIMA;
    return n;
}
