/* budget.c - see budget.h. */
#include "gateway/delivery/budget.h"

#include <stdlib.h>

struct budget_question {
    void (*f)(void *, bool);
    void *arg;
};

bool budget_counts(enum sms_class class)
{
    return class == SMS_NOTICE || class == SMS_BULK;
}

static void on_counted(void *arg, enum store_rc rc, bool counted)
{
    struct budget_question q = *(struct budget_question *)arg;

    free(arg);
    if (q.f)
        q.f(q.arg, rc != STORE_OK || counted);
}

struct budget_question *budget_ask(struct store *s, struct slice to, int64_t day, unsigned limit,
                                   void (*f)(void *arg, bool allowed), void *arg)
{
    struct budget_question *q = malloc(sizeof *q);

    if (!q)
        abort();
    *q = (struct budget_question){ .f = f, .arg = arg };
    store_daily_take(s, day, to, limit, on_counted, q);
    return q;
}

void budget_forget(struct budget_question *q)
{
    if (q)
        q->f = NULL;
}
