/* reason.c - danger signs in the reason of a referral that a no may deny, or that are feared (RULINGS 40, 42,
 * 47).  See signs.h. */
#include "flows/understand/signs/signs.h"

#include "gateway/conf/rules.h"
#include "parsers/signs.h"

enum {
    DOUBTED = 4,
};

struct doubting {
    struct filling *x;
    struct slice codes[DOUBTED];
    unsigned n;
};

static void on_sign(void *arg, const struct sign *s)
{
    struct doubting *d = arg;
    bool doubt = s->kind == SIGN_MAYBE || s->kind == SIGN_DOUBT || (s->kind == SIGN_UNSURE && s->clear);

    if (doubt && d->n < DOUBTED && understand_alarming(d->x, s->word->code))
        d->codes[d->n++] = s->word->code;
}

static bool alarms(const struct filling *x, const struct heard_signs *heard)
{
    for (unsigned i = 0; i < heard->n; i++)
        if (understand_alarming(x, heard->codes[i]))
            return true;
    return false;
}

void understand_reason(struct filling *x)
{
    int why = form_as(x->form, AS_REASON);
    struct slot *slot = why >= 0 ? &x->slots[why] : NULL;
    struct tokens *ts = slot && slot->value.kind == VALUE_TEXT ? ARENA_NEW(x->arena, struct tokens) : NULL;
    struct doubting d = { .x = x };
    const struct sign_scan scan = { .lists = { x->words->signs },
                                    .lists_n = 1,
                                    .kata = x->words->kata,
                                    .negators = x->words->negators,
                                    .units = x->words->units,
                                    .times = x->words->units,
                                    .people = x->words->people,
                                    .near = true,
                                    .sign = on_sign,
                                    .arg = &d };
    struct slice words;

    if (!ts || !x->rs->rules || alarms(x, &x->heard) || alarms(x, &x->recalled) ||
        !tokens_cut(slot->value.text, x->form, &x->rs->forms, x->arena, ts))
        return;
    signs_scan(&scan, ts, 0, ts->n);
    if (d.n == 0)
        return;
    if (x->held[why] & REPORT_FAULT_SURE) { /* YA */
        x->recalled.n = 0;
        x->recalled.codes = ARENA_ARRAY(x->arena, struct slice, d.n);
        for (unsigned i = 0; x->recalled.codes && i < d.n; i++)
            x->recalled.codes[x->recalled.n++] = d.codes[i];
        return;
    }
    if (slot->error || !rules_emergency(x->rs->rules, x->form, NULL, d.codes, d.n, x->arena, &words))
        return;
    slot->error = ERROR_AMBIGUOUS;
    slot->typed = words;
    x->maybe = true;
}
