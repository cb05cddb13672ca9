/* budget.c - see budget.h. */
#include "gateway/delivery/budget.h"

#include <string.h>

bool budget_counts(enum sms_class class)
{
    return class == SMS_NOTICE || class == SMS_BULK;
}

/* Where the number stands, or could. */
static unsigned place(const struct budget *b, uint64_t number)
{
    unsigned i = (unsigned)(number % BUDGET_NUMBERS);

    while (b->of[i].number && b->of[i].number != number)
        i = (i + 1) % BUDGET_NUMBERS;
    return i;
}

static uint64_t number_of(struct slice to)
{
    uint64_t h = slice_hash(to);

    return h ? h : 1;
}

bool budget_allows(const struct budget *b, struct slice to, int64_t day, unsigned limit)
{
    return !limit || b->day != day || b->of[place(b, number_of(to))].sent < limit;
}

void budget_spend(struct budget *b, struct slice to, int64_t day)
{
    unsigned i;

    if (b->day != day) {
        memset(b, 0, sizeof *b);
        b->day = day;
    }
    i = place(b, number_of(to));
    if (!b->of[i].number) {
        if (b->used == BUDGET_NUMBERS / 2)
            return;
        b->used++;
        b->of[i].number = number_of(to);
    }
    b->of[i].sent++;
}
