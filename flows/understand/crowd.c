/* crowd.c - many who are ill, told without a keyword: the line that would report them.  See understanding.h.
 */
#include "flows/understand/understanding.h"

#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    MANY = 2,   /* one of them is a patient, and asked about as one */
    BEFORE = 3, /* tokens between a count and what it counts: `5 anak sd mencret` */
};

/* The count before token i, where it is counted in people. */
static struct slice count_before(const struct tokens *ts, unsigned i)
{
    for (unsigned k = i; k > 0 && k + BEFORE > i; k--)
        if (ts->t[k - 1].kind == TOKEN_NUMBER)
            return ts->t[k - 1].low;
    return slice_make("", 0);
}

/* What follows the kind: `15 anak sd`, `anjing gila rt 4`. */
static struct slice rest_from(const struct tokens *ts, unsigned from)
{
    const char *end = ts->t[ts->n - 1].text.p + ts->t[ts->n - 1].text.n;

    return slice_make(ts->t[from].text.p, (size_t)(end - ts->t[from].text.p));
}

/* The report that the keyword of this form before the words would be, whole. */
static bool whole(const struct ruleset *rs, struct slice line, int64_t at_ms, struct arena *a, int64_t *n)
{
    struct said said = { 0 };
    const struct report *r;
    int at;

    if (!understand_sms(rs, line, at_ms, a, &said) || said.kind != SAID_REPORTS || said.reports_n != 1)
        return false;
    r = &said.reports[0];
    at = form_as(r->form, AS_COUNT);
    *n = at >= 0 && r->values[at].kind == VALUE_NUMBER ? r->values[at].milli / 1000 : 0;
    return r->status == REPORT_ACCEPTED && !report_text(r, AS_NAME).n;
}

static struct slice line_of(const struct ruleset *rs, const struct form *form, const struct tokens *ts,
                            bool others, int64_t at_ms, struct arena *a)
{
    for (unsigned i = 0, used; i < ts->n; i++) {
        struct slice before, kind, rest, said;
        int64_t n;

        if (!phrase_at(ts, i, form->fields[form->counts].list, &used))
            continue;
        before = count_before(ts, i);
        kind = slice_take(rest_from(ts, i), (size_t)(ts->t[i + used - 1].text.p + ts->t[i + used - 1].text.n -
                                                     ts->t[i].text.p));
        rest = i + used < ts->n ? rest_from(ts, i + used) : slice_make("", 0);
        said = arena_printf(a, "%.*s %.*s %.*s %.*s", SLICE_ARG(form->keywords[0]), SLICE_ARG(kind),
                            SLICE_ARG(before), SLICE_ARG(rest));
        if (!whole(rs, said, at_ms, a, &n) || (n < MANY && !others))
            continue;
        return n ? arena_printf(a, "%.*s %.*s %lld", SLICE_ARG(form->keywords[0]), SLICE_ARG(kind),
                                (long long)n)
                 : arena_printf(a, "%.*s %.*s", SLICE_ARG(form->keywords[0]), SLICE_ARG(kind));
    }
    return slice_make("", 0);
}

struct slice understand_crowd(const struct ruleset *rs, struct slice text, int64_t at_ms, struct arena *a)
{
    bool others = understand_of_others(rs, text, a);
    struct slice line = slice_make("", 0);
    struct tokens ts;

    if (understand_addressed(rs, text, a).n || !tokens_cut(text_plain(text, a), NULL, &rs->forms, a, &ts))
        return line;
    for (unsigned i = 0; i < rs->forms.n; i++) {
        const struct form *form = &rs->forms.forms[i];

        if (!line.n && form->counts >= 0 && form->keywords_n)
            line = line_of(rs, form, &ts, others, at_ms, a);
    }
    return line;
}
