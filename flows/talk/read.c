/* read.c - an SMS as it comes in: understood, heard (hearers.c), its parts behind the first, and what it is
 * about (subjects.c).  See sms.h. */
#include "flows/talk/sms.h"

#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/talk/begin.h"
#include "flows/talk/emergency.h"
#include "flows/talk/hearers.h"
#include "flows/talk/subjects.h"

/* Commands on lines of their own, and reports behind a command. */
static bool read_parts(struct listening *h)
{
    struct reading *all = h->r, *r = all;
    struct listening part = *h;

    while (r->next) /* apart.c */
        r = r->next;
    for (const struct said *said = all->said.next; said; said = said->next) {
        struct reading *next = ARENA_NEW(h->a, struct reading);

        if (!next)
            return false;
        *next = (struct reading){ .acting = r->acting, .state = r->state, .said = *said };
        begin_part(next, h->a);
        part.r = next;
        if (next->said.emergency)
            emergency_read(&part);
        r = r->next = next;
    }
    for (const struct reading *one = all; one; one = one->next)
        if ((r->next = emergency_before(h->rules, h->in->received_ms, h->a, one)))
            r = r->next;
    return true;
}

/* Of more reports than an outcome can hold, in all parts of the message together, those that cannot wait come
 * first. */
static void choose(struct reading *all)
{
    unsigned n = 0, before = 0;

    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct reading *r = all; r; r = r->next)
            for (unsigned i = 0; r->kind == READING_REPORTS && i < r->said.reports_n; i++)
                if (n < READING_REPORTS_FILED && filing_alarms(&r->said.reports[i]) == (urgent == 1)) {
                    r->taken |= UINT32_C(1) << i;
                    n++;
                }
    for (struct reading *r = all; r; r = r->next) {
        r->first = before;
        before += reading_cries(r);
        for (unsigned i = 0; i < r->said.reports_n; i++)
            before += r->taken >> i & 1;
    }
}

enum read_rc sms_read(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                      int64_t now_ms, struct arena *a, struct intent *out)
{
    struct reading *r = out->reading;
    struct listening h = { .rules = rules, .who = who, .in = in, .a = a, .r = r };

    r->acting = who->msisdn;
    r->state = h.state = drafts_decode(who->state.blob, rules, now_ms, a);
    if (!h.state || !understand_sms(rules, in->text, in->received_ms, a, &r->said) || !hearers_hear(&h) ||
        !read_parts(&h))
        return READ_NO_MEMORY;
    choose(r);
    subjects_name(rules, who, in->received_ms, a, out);
    return a->failed ? READ_NO_MEMORY : READ_OK;
}
